//! When to try again, and after which pause: pure arithmetic, as openai-node does it (`protocol.md` §10.3).

use std::time::Duration;

/// The pause before the second attempt; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause of our own choosing.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// The longest pause the service may ask for; beyond it, our own schedule is used.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How often a failed attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts after the first.
    pub max_retries: u32,
}

impl RetryPolicy {
    /// The pause before attempt `attempt + 1`, when attempt number `attempt` (the first is 0) has failed.
    ///
    /// `retry_after` is what the service asked for, `random` a number in `0.0..1.0`. `None`: give up.
    #[must_use]
    pub fn pause(self, attempt: u32, retryable: bool, retry_after: Option<Duration>, random: f64) -> Option<Duration> {
        if !retryable || attempt >= self.max_retries {
            return None;
        }
        if let Some(asked) = retry_after.filter(|asked| *asked <= LONGEST_RETRY_AFTER) {
            return Some(asked);
        }
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(attempt.min(16)));
        // Up to a quarter less, so that many clients do not come back at the same moment.
        Some(doubled.min(LONGEST_PAUSE).mul_f64(1.0 - 0.25 * random.clamp(0.0, 1.0)))
    }
}

/// The pause that response headers ask for: `retry-after-ms`, then `retry-after` in seconds.
///
/// A date in `retry-after` is not read: the service has never been seen to send one, and clocks of pages are wrong.
#[must_use]
pub fn retry_after(header: impl Fn(&str) -> Option<String>) -> Option<Duration> {
    let number =
        |name: &str| header(name)?.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    let seconds = number("retry-after-ms").map(|millis| millis / 1000.0).or_else(|| number("retry-after"))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Whether an HTTP status is worth another attempt, unless `x-should-retry` says otherwise.
#[must_use]
pub fn is_retryable_status(status: u16, should_retry: Option<&str>) -> bool {
    match should_retry {
        Some("true") => true,
        Some("false") => false,
        _ => matches!(status, 408 | 409 | 429) || status >= 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy { max_retries: 2 };

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = RetryPolicy { max_retries: 100 };
        let millis: Vec<_> =
            (0..6).map(|attempt| policy.pause(attempt, true, None, 0.0).unwrap().as_millis()).collect();
        assert_eq!(millis, [500, 1000, 2000, 4000, 8000, 8000]);
        assert_eq!(policy.pause(0, true, None, 1.0), Some(Duration::from_millis(375)));
        assert!(policy.pause(99, true, None, 0.5).unwrap() <= LONGEST_PAUSE);
    }

    #[test]
    fn it_gives_up_at_the_end_and_where_waiting_is_no_help() {
        assert!(POLICY.pause(1, true, None, 0.0).is_some());
        assert_eq!(POLICY.pause(2, true, None, 0.0), None);
        assert_eq!(POLICY.pause(0, false, None, 0.0), None);
        assert_eq!(RetryPolicy { max_retries: 0 }.pause(0, true, None, 0.0), None);
    }

    #[test]
    fn the_service_may_ask_for_a_pause_but_not_for_an_hour() {
        let ask = |seconds| POLICY.pause(0, true, Some(Duration::from_secs(seconds)), 0.0);
        assert_eq!(ask(7), Some(Duration::from_secs(7)));
        assert_eq!(ask(3600), Some(FIRST_PAUSE));
    }

    #[test]
    fn retry_after_is_read_in_both_units() {
        let header =
            |wanted: &'static str, value: &'static str| move |name: &str| (name == wanted).then(|| value.to_owned());
        assert_eq!(retry_after(header("retry-after", "2")), Some(Duration::from_secs(2)));
        assert_eq!(retry_after(header("retry-after-ms", "150")), Some(Duration::from_millis(150)));
        for bad in ["", "-1", "soon", "Wed, 21 Oct 2026 07:28:00 GMT", "NaN", "1e999"] {
            assert_eq!(retry_after(move |_| Some(bad.to_owned())), None, "{bad}");
        }
    }

    #[test]
    fn statuses_worth_another_attempt() {
        for (status, header, expected) in [
            (408, None, true),
            (409, None, true),
            (429, None, true),
            (500, None, true),
            (503, None, true),
            (400, None, false),
            (401, None, false),
            (404, None, false),
            (400, Some("true"), true),
            (500, Some("false"), false),
        ] {
            assert_eq!(is_retryable_status(status, header), expected, "{status} {header:?}");
        }
    }
}
