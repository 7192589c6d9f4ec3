//! Audio in, text out while it is recognised. An answer in one piece is a stream with one step.

use std::collections::VecDeque;
use std::rc::Rc;

use super::attempt;
use super::transcribe::{Prepared, read_body, tasks_only, with_header_facts};
use crate::api::{Accumulator, Step, chat_completions, error_body, flash_generation, generation};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpResponse};
use crate::json::Json;
use crate::model::Dialect;
use crate::options::Verified;
use crate::sse::{Event, EventParser, Item};
use crate::transcript::Transcript;

/// What one network chunk brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Changes of the text, in order; never [`Step::Nothing`].
    pub steps: VecDeque<Step>,
    /// The finished transcript, with the last batch.
    pub transcript: Option<Transcript>,
}

/// A streamed transcription: sends its request when it is first asked for text.
#[derive(Debug)]
pub struct TranscriptStream<R> {
    prepared: Prepared,
    state: State<R>,
    attempts: u32,
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
        Self { prepared, state: State::Idle, attempts: 0, delivered: false }
    }

    /// A stream over an answer that somebody else fetched. It cannot be asked for again, so nothing is retried.
    pub fn from_response(config: &Config, verified: Rc<Verified>, response: R) -> Result<Self, Error> {
        let prepared = Prepared::for_reading(config, verified)?;
        let reader = Reader::new(Rc::clone(&prepared.verified), response);
        Ok(Self { prepared, state: State::Open(Box::new(reader)), attempts: 0, delivered: false })
    }

    /// Waits for the next change of the text; `None` after the end.
    ///
    /// A failure before the first text is tried again as the policy allows; after it, the error carries the text that
    /// was delivered.
    pub async fn next<H>(&mut self, host: &H, config: &Config, audio: Option<&H::Audio>) -> Result<Option<Batch>, Error>
    where
        H: Host<Response = R>,
    {
        loop {
            let error = match self.step(host, config, audio).await {
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
            let text = match std::mem::replace(&mut self.state, State::Ended) {
                State::Open(reader) => reader.accumulator.text().to_owned(),
                _ => String::new(),
            };
            let may_repeat = !self.delivered && self.prepared.is_replayable();
            if let Some(pause) = attempt::pause(host, self.prepared.patience(), may_repeat, self.attempts, &error) {
                host.sleep(pause).await;
                self.attempts += 1;
                self.state = State::Idle;
                continue;
            }
            return match error_body::or_no_speech(error) {
                Ok(transcript) if !self.delivered => {
                    let transcript = with_header_facts(transcript, &self.prepared.verified, None);
                    Ok(Some(Batch { transcript: Some(transcript), ..Batch::default() }))
                }
                Ok(_) => Ok(None),
                Err(error) if self.prepared.stream => Err(error.with_partial_text(text)),
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

    async fn step<H>(&mut self, host: &H, config: &Config, audio: Option<&H::Audio>) -> Result<Option<Batch>, Error>
    where
        H: Host<Response = R>,
    {
        let patience = self.prepared.patience().clone();
        let streaming = self.prepared.stream;
        if let State::Idle = self.state {
            let response = attempt::send(host, config, &patience, &self.prepared.request, audio).await?;
            self.state = State::Open(Box::new(Reader::new(Rc::clone(&self.prepared.verified), response)));
        }
        let State::Open(reader) = &mut self.state else { return Ok(None) };
        if !(200..300).contains(&reader.response.status()) {
            return Err(attempt::failure(host, &patience, &mut reader.response).await);
        }
        let chunk = attempt::within(host, &patience, Box::pin(reader.response.chunk())).await.map_err(|error| {
            let cut = streaming && error.kind() == ErrorKind::Connection;
            if cut { interrupted().with_source(error) } else { error }
        })?;
        reader.read(chunk.as_deref()).map(Some)
    }
}

fn interrupted() -> Error {
    Error::new(
        ErrorKind::StreamInterrupted,
        "the connection ended before the transcript was complete; what had arrived is in partialText, try again",
    )
}

/// Reads the body of one answer, whatever it turns out to be.
#[derive(Debug)]
struct Reader<R> {
    response: R,
    verified: Rc<Verified>,
    accumulator: Accumulator,
    format: Format,
}

#[derive(Debug)]
enum Format {
    /// Not known before the first byte.
    Unknown,
    Events(Box<EventParser>),
    /// Some gateways answer a streaming request with one JSON document.
    Whole(Vec<u8>),
}

impl<R: HttpResponse> Reader<R> {
    fn new(verified: Rc<Verified>, response: R) -> Self {
        Self { response, verified, accumulator: Accumulator::default(), format: Format::Unknown }
    }

    /// Takes the next chunk, `None` at the end of the body.
    fn read(&mut self, chunk: Option<&[u8]>) -> Result<Batch, Error> {
        if let (Format::Unknown, Some(chunk)) = (&self.format, chunk)
            && let Some(first) = chunk.trim_ascii_start().first()
        {
            self.format =
                if matches!(first, b'{' | b'<') { Format::Whole(Vec::new()) } else { Format::Events(Box::default()) };
        }
        match (&mut self.format, chunk) {
            (Format::Unknown, Some(_)) => Ok(Batch::default()),
            (Format::Unknown, None) => Err(self.named(interrupted())),
            (Format::Whole(body), Some(chunk)) => {
                body.extend_from_slice(chunk);
                Ok(Batch::default())
            }
            (Format::Whole(body), None) => {
                let transcript = read_body(&self.verified, self.response.status(), body);
                let transcript = transcript.map_err(|error| self.named(error))?;
                let steps = (!transcript.text.is_empty()).then(|| Step::Delta(transcript.text.clone()));
                let transcript = with_header_facts(transcript, &self.verified, self.response.header("x-request-id"));
                Ok(Batch { steps: steps.into_iter().collect(), transcript: Some(transcript) })
            }
            (Format::Events(_), chunk) => self.events(chunk),
        }
    }

    fn events(&mut self, chunk: Option<&[u8]>) -> Result<Batch, Error> {
        let Self { format: Format::Events(parser), accumulator, verified, .. } = self else {
            return Ok(Batch::default());
        };
        let (mut batch, mut failure) = (Batch::default(), None);
        let mut sink = |item: Item<'_>| {
            if let (Item::Event(event), None) = (item, &failure) {
                match apply(verified, accumulator, &event) {
                    Ok(Step::Nothing) => {}
                    Ok(step) => batch.steps.push_back(step),
                    Err(error) => failure = Some(error),
                }
            }
        };
        match chunk {
            Some(chunk) => {
                if let Err(error) = parser.feed(chunk, &mut sink) {
                    failure = failure.or(Some(error));
                }
            }
            None => parser.finish(&mut sink),
        }
        if let Some(error) = failure {
            // Text of the same chunk goes into `partialText`: the accumulator has it.
            return Err(self.named(error));
        }
        if chunk.is_none() {
            if !self.accumulator.is_finished() {
                return Err(self.named(interrupted()));
            }
            let transcript = std::mem::take(&mut self.accumulator).into_transcript();
            let header_id = self.response.header("x-request-id");
            batch.transcript = Some(with_header_facts(transcript, &self.verified, header_id));
        }
        Ok(batch)
    }

    fn named(&self, error: Error) -> Error {
        if error.request_id().is_some() { error } else { error.with_request_id(self.response.header("x-request-id")) }
    }
}

fn apply(verified: &Verified, accumulator: &mut Accumulator, event: &Event<'_>) -> Result<Step, Error> {
    let name = event.event.as_deref().map(str::trim);
    let data = event.data.trim();
    if name == Some("error") || event.status.is_some_and(|status| status >= 400) {
        return Err(error_body::in_event(data, event.status));
    }
    if data == "[DONE]" || name == Some("done") {
        accumulator.finish();
        return Ok(Step::Nothing);
    }
    if data.is_empty() {
        return Ok(Step::Nothing); // a heartbeat
    }
    let Some(json) = Json::parse(data) else {
        return Err(Error::new(ErrorKind::InvalidResponse, "an event of the stream is not JSON"));
    };
    if let Some(error) = error_body::in_json(&json, event.status) {
        return Err(error);
    }
    Ok(match verified.dialect {
        Dialect::ChatCompletions => chat_completions::chunk(&json, accumulator),
        Dialect::Generation => generation::chunk(&json, accumulator, generation::is_incremental(&verified.options)),
        Dialect::Flash => flash_generation::chunk(&json, accumulator),
        Dialect::File | Dialect::Files => return Err(tasks_only()),
    })
}
