//! What goes out: how much audio at what time, and how long it is kept.

use super::{Action, FINISHING_MS, Phase, Session, Wish};
use crate::error::{Error, ErrorKind};
use crate::live::messages;
use crate::model::LiveProtocol;

/// How much audio goes into one message: as much as the service advises; where it is behind, as the official SDK sends files.
const PIECE_MS: f64 = 100.0;
const LARGE_PIECE_MS: f64 = 400.0;
/// How far ahead of the voice the session protocol may be sent to.
const LEAD_MS: f64 = 200.0;
/// Where the session protocol is so far behind the voice, as after a lost connection, silence is left out until it is not. It
/// takes nothing faster than it was spoken (`docs/protocol.md` §13.3), so this is the only way to catch up.
const BEHIND_MS: f64 = 1_000.0;
/// Silence beyond what ends a turn that is sent nevertheless, and before the sound that ends it.
const SILENCE_SENT_MS: f64 = 600.0;
const BEFORE_VOICE_MS: f64 = 400.0;
/// A socket that has passed nothing on for so long is dead, whether it has closed or not.
const DEAD_MS: f64 = 15_000.0;
/// So much silence is kept of what was sent: words need not be recognised at once.
const KEPT_SILENCE_MS: f64 = 30_000.0;

impl Session {
    /// Milliseconds of audio that are not sent yet.
    #[must_use]
    pub fn buffered_ms(&self) -> f64 {
        self.audio.millis(self.audio.unsent())
    }

    /// How long the last of the audio's bytes last on the wire: milliseconds of what a socket has not sent yet.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "bytes of audio are few")]
    pub fn millis_of(&self, bytes: u64) -> f64 {
        if self.sent_bytes == 0 {
            return 0.0;
        }
        let sent_ms = self.audio.millis(self.audio.sent().saturating_sub(self.base));
        (sent_ms * bytes as f64 / self.sent_bytes as f64).min(sent_ms)
    }

    /// So many bytes wait in the socket. One whose network is gone keeps them, and may not close for minutes.
    pub fn in_socket(&mut self, bytes: u64, now: f64) {
        let delivered = self.sent_bytes.saturating_sub(bytes);
        if bytes == 0 || delivered > self.delivered.0 || self.phase != Phase::Running {
            self.delivered = (delivered, now);
        } else if now - self.delivered.1 > DEAD_MS {
            self.lost(Error::new(ErrorKind::Timeout, "the connection has passed nothing on for 15 seconds"), now);
        }
    }

    /// Sends what may be sent now.
    pub(super) fn pump(&mut self, now: f64) {
        let protocol = self.live.family.protocol();
        let is_last = self.wish != Wish::Stream;
        let piece = self.audio.place(PIECE_MS);
        if is_last && self.live.ends_by_hand() {
            self.turns.end_at(self.audio.end());
        }
        loop {
            let turn_end = self.turns.next();
            if turn_end.is_some_and(|end| end <= self.audio.sent()) {
                self.turns.tell_next();
                let commit = messages::commit(&self.new_event_id());
                self.actions.push_back(Action::SendText(commit));
                continue;
            }
            let is_last = is_last || turn_end.is_some();
            let unsent = turn_end.map_or(self.audio.unsent(), |end| end - self.audio.sent());
            if unsent == 0 || (unsent < piece && !is_last) {
                break;
            }
            let size = match protocol {
                LiveProtocol::Task => unsent.min(self.audio.place(LARGE_PIECE_MS)),
                LiveProtocol::Session => {
                    if self.leaves_out(piece) {
                        continue;
                    }
                    let sent_ms = self.audio.millis(self.audio.sent() - self.base);
                    let due = self.started_at + sent_ms - LEAD_MS;
                    if due > now {
                        self.deadline = Some(due);
                        break;
                    }
                    self.silence_sent = if self.audio.is_silent_for(piece) { self.silence_sent + piece } else { 0 };
                    unsent.min(piece)
                }
            };
            let audio = self.audio.take(size);
            let (length, action) = match protocol {
                LiveProtocol::Task => (audio.len(), Action::SendBinary(audio)),
                LiveProtocol::Session => {
                    let append = messages::append(&self.new_event_id(), &audio);
                    (append.len(), Action::SendText(append))
                }
            };
            self.sent_bytes += length as u64;
            self.actions.push_back(action);
        }
        self.forget();
        if is_last && self.audio.unsent() == 0 {
            let message = match protocol {
                LiveProtocol::Task => messages::finish_task(&self.task_id),
                LiveProtocol::Session => messages::session_finish(&self.new_event_id()),
            };
            self.actions.push_back(Action::SendText(message));
            (self.phase, self.deadline) = (Phase::Ending, Some(now + FINISHING_MS));
        }
    }

    /// Leaves out the next piece, where it is silent, a turn has ended before it, and there is time to catch up with.
    fn leaves_out(&mut self, piece: u64) -> bool {
        let sent_ms = self.audio.millis(self.audio.sent() - self.base);
        let is_enough = self.audio.millis(self.silence_sent) >= f64::from(self.live.turn_ends_ms()) + SILENCE_SENT_MS;
        let is_behind = self.audio.millis(self.audio.unsent()) > BEHIND_MS;
        let leaves_out = !self.live.ends_by_hand()
            && is_enough
            && is_behind
            && self.audio.is_silent_for(piece + self.audio.place(BEFORE_VOICE_MS));
        if leaves_out {
            self.hearing.leave_out(sent_ms, self.audio.millis(piece));
            self.audio.skip(piece);
            self.base += piece;
        }
        leaves_out
    }

    /// Lets go of audio whose words are final, and of long silence.
    pub(super) fn forget(&mut self) {
        let heard = self.audio.place(self.hearing.needed_from_ms());
        self.audio.forget_before(heard.min(self.audio.sent()));
        if self.live.ends_by_hand() {
            // What is heard is told in milliseconds, and a turn ends anywhere.
            self.turns.forget_before(heard + self.audio.place(1.0));
        } else if !self.hearing.is_open() {
            let silence = self.audio.place(KEPT_SILENCE_MS);
            self.audio.forget_before(self.audio.sent().saturating_sub(silence));
        }
    }

    /// Bytes of audio that may be needed again. Beside them only the text grows.
    #[must_use]
    pub fn kept_bytes(&self) -> usize {
        self.audio.bytes()
    }
}
