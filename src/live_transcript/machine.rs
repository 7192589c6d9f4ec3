//! The machine, and what came out of it for the caller: events that nobody has read yet, and the end.

use core::task::Poll;
use std::collections::VecDeque;

use super::error::LiveError;
use crate::error::{Error, ErrorKind};
use crate::live::{LiveEvent, Session};
use crate::transcript::Transcript;

/// The decisions, and what the caller gets of them.
pub(super) struct Machine {
    pub(super) session: Session,
    pub(super) outcome: Option<Result<Transcript, LiveError>>,
    events: VecDeque<LiveEvent>,
    /// What the events end with, once.
    failure: Option<LiveError>,
}

impl Machine {
    pub(super) fn new(session: Session) -> Self {
        Self { session, outcome: None, events: VecDeque::new(), failure: None }
    }

    pub(super) fn tell(&mut self, event: LiveEvent) {
        // Where nobody has looked yet, the newer words stand for the older ones.
        if let (LiveEvent::Partial { id, .. }, Some(LiveEvent::Partial { id: last, .. })) = (&event, self.events.back())
            && id == last
        {
            self.events.pop_back();
        }
        self.events.push_back(event);
    }

    pub(super) fn done(&mut self, transcript: Transcript) {
        self.outcome.get_or_insert(Ok(transcript));
    }

    pub(super) fn fail(&mut self, error: Error, unsent_audio: Option<Vec<u8>>) {
        if self.outcome.is_none() {
            let error = LiveError::new(error, unsent_audio);
            self.failure = Some(error.clone());
            self.outcome = Some(Err(error));
        }
    }

    /// The caller gives up, and need not be told.
    pub(super) fn close(&mut self) {
        self.session.close();
        let words = "the live transcription was closed before its end";
        self.outcome.get_or_insert_with(|| Err(LiveError::new(Error::new(ErrorKind::Aborted, words), None)));
    }

    /// Whether there is anything for whoever waits.
    pub(super) fn has_news(&self) -> bool {
        !self.events.is_empty() || self.outcome.is_some()
    }

    pub(super) fn next_event(&mut self) -> Poll<Option<Result<LiveEvent, LiveError>>> {
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(Some(Ok(event)));
        }
        match &self.outcome {
            None => Poll::Pending,
            Some(_) => Poll::Ready(self.failure.take().map(Err)),
        }
    }

    /// Milliseconds of audio that wait here, and in so many bytes on their way to the network.
    pub(super) fn buffered_ms(&self, bytes: u64) -> f64 {
        if self.outcome.is_some() { 0.0 } else { self.session.buffered_ms() + self.session.millis_of(bytes) }
    }
}
