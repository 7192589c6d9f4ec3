//! Audio in, text out while it is recognised. An answer in one piece is a stream with one step.

use std::sync::Arc;

use super::CallContext;
pub use super::answer::Changes;
use super::answer::{Reader, interrupted, with_header_facts};
use super::attempt::Attempts;
use super::prepared::Prepared;
use crate::api::error_body;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpResponse};
use crate::model::Dialect;
use crate::options::Verified;

/// A streamed transcription: sends its request when it is first asked for text.
#[derive(Debug)]
pub struct TranscriptStream<R> {
    prepared: Prepared,
    state: State<R>,
    attempts: Attempts,
    delivered: bool,
}

#[derive(Debug)]
enum State<R> {
    Idle,
    Open(Box<Reader<R>>),
    Ended,
}

impl<R: HttpResponse> TranscriptStream<R> {
    /// A stream for a prepared call.
    #[must_use]
    pub fn new(prepared: Prepared) -> Self {
        Self { prepared, state: State::Idle, attempts: Attempts::default(), delivered: false }
    }

    /// A stream over an answer that somebody else fetched. It cannot be asked for again, so nothing is retried.
    #[must_use]
    pub fn from_response(verified: Arc<Verified<Dialect>>, response: R) -> Self {
        let prepared = Prepared::for_reading(verified);
        let reader = Reader::new(Arc::clone(&prepared.verified), response, true);
        let state = State::Open(Box::new(reader));
        Self { prepared, state, attempts: Attempts::default(), delivered: false }
    }

    /// Waits for the next change of the text; `None` after the end.
    ///
    /// A failure before the answer began is tried again as the policy allows, and so is a refusal inside of it before the
    /// first text. An answer that began well and broke off is not: it may have been billed. The error carries the text that
    /// was delivered.
    pub async fn next<H>(
        &mut self,
        call: &CallContext<'_, H>,
        audio: Option<&H::Audio>,
    ) -> Result<Option<Changes>, Error>
    where
        H: Host<Response = R>,
    {
        loop {
            let error = match self.step(call, audio).await {
                Ok(None) => return Ok(None),
                Ok(Some(batch)) if batch.steps.is_empty() && batch.transcript.is_none() => continue,
                Ok(Some(batch)) => {
                    self.delivered |= !batch.steps.is_empty();
                    if batch.transcript.is_some() {
                        self.state = State::Ended;
                    }
                    return Ok(Some(batch));
                }
                Err(error) => error,
            };
            let reader = match std::mem::replace(&mut self.state, State::Ended) {
                State::Open(reader) => Some(reader),
                _ => None,
            };
            let broke_off = reader.as_ref().is_some_and(|reader| reader.is_success()) && error.service_code().is_none();
            let accumulated = reader.map(|reader| reader.accumulator).unwrap_or_default();
            let may_repeat = !self.delivered && !broke_off && self.prepared.is_replayable();
            let Some(error) = self.attempts.after(call, error, may_repeat).await? else {
                self.state = State::Idle;
                continue;
            };
            return match error_body::or_no_speech(error) {
                Ok(silence) => {
                    // "Nothing more was said" after some text: the text counts.
                    let transcript = if self.delivered { accumulated.into_transcript() } else { silence };
                    let transcript = with_header_facts(transcript, &self.prepared.verified, None);
                    Ok(Some(Changes { transcript: Some(transcript), ..Changes::default() }))
                }
                Err(error) if self.prepared.stream => Err(error.with_partial_text(accumulated.text())),
                Err(error) => Err(error),
            };
        }
    }

    /// All text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.state {
            State::Open(reader) => reader.accumulator.text(),
            _ => "",
        }
    }

    async fn step<H>(&mut self, call: &CallContext<'_, H>, audio: Option<&H::Audio>) -> Result<Option<Changes>, Error>
    where
        H: Host<Response = R>,
    {
        let streaming = self.prepared.stream;
        if let State::Idle = self.state {
            let mut raw = call.raw(&self.prepared);
            let request = raw.as_mut().unwrap_or(&mut self.prepared.request);
            let response = call.send(request, audio).await?;
            let reader = Reader::new(Arc::clone(&self.prepared.verified), response, streaming);
            self.state = State::Open(Box::new(reader));
        }
        let State::Open(reader) = &mut self.state else { return Ok(None) };
        if !reader.is_success() {
            return Err(call.failure(&mut reader.response).await);
        }
        let chunk = match reader.response.chunk(call.timeout).await {
            Ok(chunk) => chunk,
            // All has been said; how the connection ended does not matter any more.
            Err(_) if reader.accumulator.is_finished() => None,
            Err(error) if streaming && error.kind() == ErrorKind::Connection => {
                return Err(interrupted().with_source(error));
            }
            Err(error) => return Err(error),
        };
        reader.read(chunk.as_deref()).map(Some)
    }
}
