//! Whose turn it is: the requests of one client, no more at a time and no faster than the service takes them.
//!
//! What is asked is answered in the order of asking. Turns are spaced evenly, as the service counts the requests of a second, too
//! (its page "Rate limits": a sixtieth of what it takes in a minute). Where it says "too many requests" (429) nobody begins for as
//! long as it asks, or for a growing pause, and half as many go on at a time; each round that goes well lets one more begin.

use std::collections::VecDeque;
use std::time::Duration;

use crate::retry::RetryPolicy;

/// How many requests at a time, and in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Under way at a time; at least one.
    pub concurrency: u32,
    /// Begun in a minute; at least one.
    pub per_minute: u32,
}

/// Gives turns. Times are milliseconds of a clock that does not run backwards.
#[derive(Debug)]
pub struct Limiter {
    pace: Pace,
    /// How many may be under way now.
    allowed: usize,
    waiting: VecDeque<u32>,
    /// Who has a turn, and since when.
    running: Vec<(u32, f64)>,
    next_start: f64,
    closed_until: f64,
    /// When it was slowed down last: what began before says nothing new.
    slowed_at: f64,
    /// How often that has happened without a success since.
    slowed: u32,
    /// Successes since the number of turns has changed.
    successes: usize,
}

impl Limiter {
    /// Begins with nobody waiting.
    #[must_use]
    pub fn new(pace: Pace) -> Self {
        Self {
            pace,
            allowed: pace.concurrency.max(1) as usize,
            waiting: VecDeque::new(),
            running: Vec::new(),
            next_start: 0.0,
            closed_until: 0.0,
            slowed_at: f64::NEG_INFINITY,
            slowed: 0,
            successes: 0,
        }
    }

    /// Somebody waits for a turn; `ticket` says who.
    pub fn ask(&mut self, ticket: u32) {
        self.waiting.push_back(ticket);
    }

    /// Who may begin now, one at a time.
    pub fn next_turn(&mut self, now: f64) -> Option<u32> {
        if self.opens().is_none_or(|at| at > now) {
            return None;
        }
        let ticket = self.waiting.pop_front()?;
        self.running.push((ticket, now));
        self.next_start = now + 60_000.0 / f64::from(self.pace.per_minute.max(1));
        Some(ticket)
    }

    /// When to ask for the next turn again, though nothing else happens.
    #[must_use]
    pub fn deadline(&self) -> Option<f64> {
        self.opens().filter(|_| !self.waiting.is_empty())
    }

    /// Since when, or from when on, another one may begin.
    fn opens(&self) -> Option<f64> {
        (self.running.len() < self.allowed).then_some(self.next_start.max(self.closed_until))
    }

    /// The service has answered: the status, and the pause that it asks for.
    pub fn answered(&mut self, ticket: u32, status: u16, retry_after: Option<Duration>, now: f64) {
        let since = self.running.iter().find(|(running, _)| *running == ticket).map(|(_, since)| *since);
        let Some(since) = since else { return };
        let is_news = since > self.slowed_at;
        if status == 429 {
            if is_news {
                self.allowed = (self.allowed / 2).max(1);
                self.slowed_at = now;
                self.slowed += 1;
                self.successes = 0;
            }
            let policy = RetryPolicy { max_retries: u32::MAX };
            let pause = policy.pause(self.slowed.saturating_sub(1), true, retry_after, 0.0).unwrap_or_default();
            self.closed_until = self.closed_until.max(now + pause.as_secs_f64() * 1000.0);
        } else if status < 400 && is_news {
            self.slowed = 0;
            self.successes += 1;
            if self.successes >= self.allowed && self.allowed < self.pace.concurrency as usize {
                self.allowed += 1;
                self.successes = 0;
            }
        }
    }

    /// Whoever it was needs no turn any more: it is over, or was given up.
    pub fn leave(&mut self, ticket: u32) {
        self.waiting.retain(|other| *other != ticket);
        self.running.retain(|(other, _)| *other != ticket);
    }

    /// Somebody else joins, with a pace of their own: the wider of both counts.
    pub fn widen(&mut self, pace: Pace) {
        if self.pace.concurrency < pace.concurrency {
            // What was slowed down stays so.
            if self.allowed == self.pace.concurrency as usize {
                self.allowed = pace.concurrency as usize;
            }
            self.pace.concurrency = pace.concurrency;
        }
        self.pace.per_minute = self.pace.per_minute.max(pace.per_minute);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { concurrency: 4, per_minute: 600 };

    /// Everybody who may begin until `until`, and when.
    fn begun(limiter: &mut Limiter, until: f64) -> Vec<(u32, f64)> {
        let (mut now, mut begun) = (0.0, Vec::new());
        loop {
            while let Some(ticket) = limiter.next_turn(now) {
                begun.push((ticket, now));
            }
            match limiter.deadline() {
                Some(at) if at <= until => now = at.max(now),
                _ => return begun,
            }
        }
    }

    fn asked(tickets: u32) -> Limiter {
        let mut limiter = Limiter::new(PACE);
        (0..tickets).for_each(|ticket| limiter.ask(ticket));
        limiter
    }

    #[test]
    fn turns_are_given_in_order_evenly_and_no_more_than_at_a_time() {
        let mut limiter = asked(6);
        assert_eq!(begun(&mut limiter, 10_000.0), [(0, 0.0), (1, 100.0), (2, 200.0), (3, 300.0)]);
        limiter.leave(2);
        assert_eq!(limiter.next_turn(10_000.0), Some(4));
        assert_eq!(limiter.next_turn(20_000.0), None, "four are under way");
        assert_eq!(limiter.deadline(), None, "and nothing but an end changes that");
        limiter.leave(5); // gave up while it waited
        limiter.leave(0);
        assert_eq!(limiter.next_turn(20_000.0), None);
    }

    #[test]
    fn an_hour_begins_no_more_in_any_minute_than_the_service_takes() {
        let mut limiter = Limiter::new(Pace { concurrency: 1_000, per_minute: 100 });
        (0..500).for_each(|ticket| limiter.ask(ticket));
        let begun = begun(&mut limiter, 3_600_000.0);
        assert_eq!(begun.len(), 500);
        for (_, from) in &begun {
            let within = begun.iter().filter(|(_, at)| (*from..*from + 60_000.0).contains(at)).count();
            assert!(within <= 101, "{within} in a minute");
        }
    }

    #[test]
    fn too_many_requests_stops_everybody_for_as_long_as_is_asked_and_halves_what_is_under_way() {
        let mut limiter = asked(12);
        begun(&mut limiter, 1_000.0);
        limiter.answered(0, 429, Some(Duration::from_secs(7)), 2_000.0);
        // The others of that burst say the same, which is no news.
        limiter.answered(1, 429, None, 2_100.0);
        limiter.answered(2, 200, None, 2_200.0);
        (0..4).for_each(|ticket| limiter.leave(ticket));
        assert_eq!(limiter.deadline(), Some(9_000.0));
        assert_eq!(limiter.next_turn(8_999.0), None);
        assert_eq!(limiter.next_turn(9_000.0), Some(4));
        assert_eq!(limiter.next_turn(9_100.0), Some(5));
        assert_eq!(limiter.next_turn(9_900.0), None, "two at a time now");
        // A round that goes well lets one more begin.
        limiter.answered(4, 200, None, 10_000.0);
        limiter.answered(5, 200, None, 10_000.0);
        assert_eq!(limiter.next_turn(10_000.0), Some(6));
        assert_eq!(limiter.next_turn(10_100.0), None);
    }

    #[test]
    fn pauses_grow_while_nothing_succeeds() {
        let mut limiter = asked(100);
        let mut pauses = Vec::new();
        let mut now = 0.0;
        for _ in 0..6 {
            let ticket = limiter.next_turn(now).unwrap();
            limiter.answered(ticket, 429, None, now + 1.0);
            limiter.leave(ticket);
            let opens = limiter.deadline().unwrap();
            pauses.push(opens - now - 1.0);
            now = opens;
        }
        assert_eq!(pauses, [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 8_000.0]);
    }

    #[test]
    fn who_joins_may_widen_it() {
        let mut limiter = asked(9);
        begun(&mut limiter, 1_000.0);
        limiter.widen(Pace { concurrency: 6, per_minute: 100 });
        assert_eq!((limiter.next_turn(1_000.0), limiter.next_turn(1_100.0)), (Some(4), Some(5)));
        assert_eq!(limiter.next_turn(1_200.0), None);
    }
}
