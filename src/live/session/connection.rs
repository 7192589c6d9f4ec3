//! What the socket does: it opens, hears, closes, and is opened again.

use super::{Action, FINISHING_MS, OPENING_MS, Phase, Session, Wish};
use crate::api::error_body;
use crate::error::{Error, ErrorKind};
use crate::live::events::{LiveEvent, LiveState};
use crate::live::messages;
use crate::live::reader::{Heard, Reader};
use crate::model::LiveProtocol;
use crate::retry::RetryPolicy;

/// Attempts at a connection that has never opened: a wrong key does not become right.
const ATTEMPTS_AT_FIRST: u32 = 3;

impl Session {
    /// The socket is open.
    pub fn opened(&mut self, now: f64) {
        if self.phase != Phase::Connecting {
            return;
        }
        self.phase = Phase::Opening;
        self.deadline = Some(now + OPENING_MS);
        self.task_id = self.new_id();
        self.reader = Reader::new(self.live.family.protocol(), &self.task_id);
        if self.live.family.protocol() == LiveProtocol::Task {
            self.actions.push_back(Action::SendText(messages::run_task(&self.task_id, &self.live)));
        }
    }

    /// A text message came.
    pub fn message(&mut self, message: &str, now: f64) {
        if !matches!(self.phase, Phase::Opening | Phase::Running | Phase::Ending) {
            return;
        }
        if self.phase == Phase::Ending {
            self.deadline = Some(now + FINISHING_MS); // it is alive
        }
        match self.reader.read(message) {
            Heard::Created => {
                let update = messages::session_update(&self.new_event_id(), &self.live);
                self.actions.push_back(Action::SendText(update));
            }
            Heard::Started if self.phase == Phase::Opening => self.started(now),
            Heard::Partial(sentence) => {
                if let Some((id, segment)) = self.hearing.partial(sentence) {
                    self.failures = 0;
                    self.tell(LiveEvent::Partial { id, segment, text: self.hearing.text() });
                }
            }
            Heard::Final(sentence, usage) => {
                if let Some((id, segment)) = self.hearing.finish_sentence(sentence, usage) {
                    self.failures = 0;
                    self.tell(LiveEvent::Final { id, segment, text: self.hearing.text() });
                }
                self.forget();
            }
            Heard::Speech { speaking, at_ms } => {
                self.tell(LiveEvent::Speech { speaking, at_ms: self.hearing.shifted(at_ms) });
            }
            Heard::Named(item) => {
                if let Some((begin, end)) = self.turns.name_next() {
                    let millis = |place: u64| self.audio.millis(place.saturating_sub(self.base));
                    self.reader.add_turn(item, millis(begin), millis(end));
                }
            }
            Heard::Finished if self.phase == Phase::Ending => self.heard_all(now),
            Heard::Finished => {
                self.lost(Error::new(ErrorKind::Connection, "the service ended the recognition by itself"), now);
            }
            Heard::Failed(error) => self.lost(error, now),
            Heard::Started | Heard::Nothing => {}
        }
    }

    fn started(&mut self, now: f64) {
        self.phase = Phase::Running;
        self.ever_started = true;
        self.deadline = None;
        self.started_at = now;
        let needed = self.audio.place(self.hearing.needed_from_ms());
        self.audio.send_again_from(needed);
        self.base = self.audio.sent();
        (self.sent_bytes, self.silence_sent, self.delivered) = (0, 0, (0, now));
        self.hearing.begin(self.audio.millis(self.base), &self.task_id);
        if self.wish == Wish::Stream {
            self.state(LiveState::Open, None);
        }
        self.pump(now);
    }

    /// The socket has closed, or never opened.
    pub fn closed(&mut self, code: u32, reason: &str, now: f64) {
        if !matches!(self.phase, Phase::Connecting | Phase::Opening | Phase::Running | Phase::Ending) {
            return;
        }
        let words = match (self.phase, crate::tidy::tidy(reason)) {
            (Phase::Connecting, reason) if reason.is_empty() => "the WebSocket was closed before it opened, and the runtime does not tell why: the key \
                (wrong, expired, of another region), the address, a Content Security Policy without the host in connect-src, \
                or the network"
                .to_owned(),
            (_, reason) if reason.is_empty() => format!("the connection was closed (code {code})"),
            (_, reason) => format!("the connection was closed (code {code}: {reason})"),
        };
        if self.phase == Phase::Connecting
            && !self.ever_started
            && self.failures == 0
            && let Some(url) = &self.live.probe_url
        {
            self.actions.push_back(Action::Probe(url.clone()));
        }
        self.lost(Error::new(ErrorKind::Connection, words), now);
    }

    /// What plain HTTP has answered to [`Action::Probe`]: only a refusal says something about the socket.
    pub fn probed(&mut self, status: u16, body: &str) {
        if matches!(status, 401 | 403) && !self.ever_started && self.phase != Phase::Closed {
            self.fail(error_body::read(status, |_| None, 0.0, body.as_bytes()));
        }
    }

    /// No connection could be asked for: the caller's own function for the key has failed, say.
    pub fn failed(&mut self, error: Error, now: f64) {
        if self.phase != Phase::Closed {
            self.lost(error, now);
        }
    }

    /// The time that [`deadline`](Self::deadline) told has come.
    pub fn wake(&mut self, now: f64) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        self.deadline = None;
        match self.phase {
            Phase::Waiting => self.connect(LiveState::Reconnecting, now),
            Phase::Connecting | Phase::Opening | Phase::Ending => {
                self.lost(Error::new(ErrorKind::Timeout, "the service did not answer in time"), now);
            }
            Phase::Running => self.pump(now),
            Phase::Idle | Phase::Paused | Phase::Closed => {}
        }
    }

    /// The connection is gone, or did not come about.
    pub(super) fn lost(&mut self, error: Error, now: f64) {
        self.drop_socket();
        if !error.is_retryable() {
            return self.fail(error);
        }
        if self.ever_started && !self.has_unheard_sound() {
            return self.rest(now);
        }
        let most = self.live.reconnects();
        let max_retries = if self.ever_started { most } else { most.min(ATTEMPTS_AT_FIRST - 1) };
        let pause = RetryPolicy { max_retries }.pause(self.failures, true, error.retry_after(), self.random);
        let Some(pause) = pause else { return self.fail(error) };
        self.failures += 1;
        (self.phase, self.deadline) = (Phase::Waiting, Some(now + pause.as_secs_f64() * 1_000.0));
        self.state(LiveState::Reconnecting, Some(error.message()));
    }

    pub(super) fn connect(&mut self, state: LiveState, now: f64) {
        if self.phase != Phase::Waiting {
            self.state(state, None);
        }
        (self.phase, self.deadline) = (Phase::Connecting, Some(now + OPENING_MS));
        self.actions.push_back(Action::Connect(self.live.url.clone()));
    }

    /// What the connection has not made final is unheard again.
    pub(super) fn drop_socket(&mut self) {
        if matches!(self.phase, Phase::Connecting | Phase::Opening | Phase::Running | Phase::Ending) {
            self.actions.push_back(Action::Close);
        }
        self.hearing.cut();
        self.turns.begin_again();
        self.audio.send_again_from(self.audio.place(self.hearing.needed_from_ms()));
    }
}
