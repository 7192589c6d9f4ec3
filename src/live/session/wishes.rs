//! What the caller wants: an end, a pause, another connection; and what is done when everything is heard.

use super::{Action, Phase, Session, Wish};
use crate::error::Error;
use crate::live::events::{LiveEvent, LiveState};
use crate::live::messages;
use crate::live::options::LiveOptions;

impl Session {
    /// No more audio: the rest is sent, and what is heard of it waited for.
    pub fn finish(&mut self, now: f64) {
        self.flush_resampler();
        self.wish_for(Wish::Finish, now);
    }

    /// A turn is over. Only with `turnDetection: null`, where nothing else ends one.
    pub fn commit(&mut self, now: f64) -> Result<(), Error> {
        if !self.live.ends_by_hand() {
            let problem = "the service ends turns by itself, unless this is null; commit() is for that case";
            return Err(Error::invalid_option("turnDetection", problem));
        }
        if self.takes_audio() {
            self.flush_resampler();
            self.turns.end_at(self.audio.end());
            if self.phase == Phase::Running {
                self.pump(now);
            }
        }
        Ok(())
    }

    /// What was sent is heard to its end, then the connection is given up. Audio that is sent meanwhile is not of the recording.
    pub fn pause(&mut self, now: f64) {
        if self.wish == Wish::Stream && self.phase != Phase::Closed {
            self.flush_resampler();
            self.state(LiveState::Paused, None);
            self.wish_for(Wish::Pause, now);
        }
    }

    /// Goes on after a pause.
    pub fn resume(&mut self, now: f64) {
        if self.wish != Wish::Pause || self.phase == Phase::Closed {
            return;
        }
        self.wish = Wish::Stream;
        match self.phase {
            Phase::Paused => self.connect(LiveState::Connecting, now),
            Phase::Running => self.state(LiveState::Open, None),
            _ => {} // it goes on when the last words before the pause are there
        }
    }

    /// Gives up the connection for a new one, as after a change of networks.
    pub fn reconnect(&mut self, now: f64) {
        if matches!(self.phase, Phase::Idle | Phase::Paused | Phase::Closed) {
            return;
        }
        self.failures = 0;
        self.drop_socket();
        self.connect(LiveState::Reconnecting, now);
    }

    /// Other words that were said before, from now on. The option `context` stays as it is, unless it is given again.
    pub fn set_context(&mut self, given: LiveOptions) -> Result<(), Error> {
        self.live.set_context(given)?;
        if self.phase == Phase::Running {
            self.actions.push_back(Action::SendText(messages::continue_task(&self.task_id, &self.live)));
        }
        Ok(())
    }

    /// Gives up.
    pub fn close(&mut self) {
        if self.phase != Phase::Closed {
            self.drop_socket();
            self.end(None);
        }
    }

    fn wish_for(&mut self, wish: Wish, now: f64) {
        if self.phase == Phase::Closed {
            return;
        }
        self.wish = wish;
        match self.phase {
            Phase::Running => self.pump(now),
            Phase::Idle | Phase::Paused => self.rest(now),
            Phase::Connecting | Phase::Opening | Phase::Waiting if !self.has_unheard_sound() => {
                self.drop_socket();
                self.rest(now);
            }
            _ => {}
        }
    }

    /// There is nothing to be heard at present.
    pub(super) fn rest(&mut self, now: f64) {
        match self.wish {
            Wish::Finish => self.done(),
            Wish::Pause => (self.phase, self.deadline) = (Phase::Paused, None),
            Wish::Stream if self.has_unheard_sound() => self.connect(LiveState::Connecting, now),
            Wish::Stream => {
                (self.phase, self.deadline) = (Phase::Idle, None);
                self.state(LiveState::Paused, Some("silence"));
            }
        }
    }

    /// Everything that was sent is heard.
    pub(super) fn heard_all(&mut self, now: f64) {
        for (id, segment) in self.hearing.settle() {
            self.tell(LiveEvent::Final { id, segment, text: self.hearing.text() });
        }
        self.audio.forget_before(self.audio.sent());
        self.drop_socket();
        match self.wish {
            // Resumed while the last words before the pause were waited for.
            Wish::Stream => self.connect(LiveState::Connecting, now),
            _ => self.rest(now),
        }
    }
}
