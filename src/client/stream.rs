//! Audio in, text out while it is recognised. An answer in one piece is a stream with one step.

use std::rc::Rc;

use super::exchange::{LONGEST_ANSWER, too_long};
use super::transcribe::{Prepared, read_body, tasks_only, with_header_facts};
use super::{CallSettings, attempt};
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
    pub steps: Vec<Step>,
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
    pub fn from_response(
        config: &Config,
        verified: Rc<Verified>,
        call: &CallSettings,
        response: R,
    ) -> Result<Self, Error> {
        let prepared = Prepared::for_reading(config, verified, call)?;
        let reader = Reader::new(Rc::clone(&prepared.verified), response, true);
        Ok(Self { prepared, state: State::Open(Box::new(reader)), attempts: 0, delivered: false })
    }

    /// Waits for the next change of the text; `None` after the end.
    ///
    /// A failure before the answer began is tried again as the policy allows, and so is a refusal inside of it before the
    /// first text. An answer that began well and broke off is not: it may have been billed. The error carries the text that
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
            let reader = match std::mem::replace(&mut self.state, State::Ended) {
                State::Open(reader) => Some(reader),
                _ => None,
            };
            let broke_off = reader.as_ref().is_some_and(|reader| reader.is_success()) && error.service_code().is_none();
            let accumulated = reader.map(|reader| reader.accumulator).unwrap_or_default();
            let may_repeat = !self.delivered && !broke_off && self.prepared.is_replayable();
            if let Some(pause) = attempt::pause(host, self.prepared.patience(), may_repeat, self.attempts, &error) {
                host.sleep(pause).await?;
                self.attempts += 1;
                self.state = State::Idle;
                continue;
            }
            return match error_body::or_no_speech(error) {
                Ok(silence) => {
                    // "Nothing more was said" after some text: the text counts.
                    let transcript = if self.delivered { accumulated.into_transcript() } else { silence };
                    let transcript = with_header_facts(transcript, &self.prepared.verified, None);
                    Ok(Some(Batch { transcript: Some(transcript), ..Batch::default() }))
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

    async fn step<H>(&mut self, host: &H, config: &Config, audio: Option<&H::Audio>) -> Result<Option<Batch>, Error>
    where
        H: Host<Response = R>,
    {
        let patience = self.prepared.patience().clone();
        let streaming = self.prepared.stream;
        if let State::Idle = self.state {
            let response = attempt::send(host, config, &patience, &mut self.prepared.request, audio).await?;
            let reader = Reader::new(Rc::clone(&self.prepared.verified), response, streaming);
            self.state = State::Open(Box::new(reader));
        }
        let State::Open(reader) = &mut self.state else { return Ok(None) };
        if !reader.is_success() {
            return Err(attempt::failure(host, &patience, &mut reader.response).await);
        }
        let chunk = match reader.response.chunk(patience.timeout).await {
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
    /// Whether the answer was asked for piece by piece.
    streaming: bool,
    /// `[DONE]`: nothing follows, even if the connection stays open.
    done: bool,
    /// Bytes of the body so far.
    length: usize,
}

#[derive(Debug)]
enum Format {
    /// Not known before the first byte that is neither white space nor of a byte-order mark; with what there is.
    Unknown(Vec<u8>),
    Events(Box<EventParser>),
    /// Some gateways answer a streaming request with one JSON document.
    Whole(Vec<u8>),
}

impl<R: HttpResponse> Reader<R> {
    fn new(verified: Rc<Verified>, response: R, streaming: bool) -> Self {
        let accumulator = Accumulator::default();
        let format = Format::Unknown(Vec::new());
        Self { response, verified, accumulator, format, streaming, done: false, length: 0 }
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.response.status())
    }

    /// Takes the next chunk, `None` at the end of the body.
    fn read(&mut self, chunk: Option<&[u8]>) -> Result<Batch, Error> {
        self.length += chunk.map_or(0, <[u8]>::len);
        if self.length > LONGEST_ANSWER {
            return Err(self.named(too_long()));
        }
        let begun;
        let mut chunk = chunk;
        if let (Format::Unknown(beginning), Some(more)) = (&mut self.format, chunk) {
            beginning.extend_from_slice(more);
            let Some(events) = is_event_stream(beginning) else {
                // Nothing in it counts any more once it is as long as a mark; a flood of it is not looked through again.
                beginning.truncate(if beginning.len() < 3 { 3 } else { 0 });
                return Ok(Batch::default());
            };
            begun = std::mem::take(beginning);
            chunk = Some(&begun);
            self.format = if events { Format::Events(Box::default()) } else { Format::Whole(Vec::new()) };
        }
        match (&mut self.format, chunk) {
            (Format::Unknown(_), _) if self.streaming => Err(self.named(interrupted())),
            (Format::Unknown(_), _) => Err(self.named(Error::new(ErrorKind::InvalidResponse, "the answer is empty"))),
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
        let Self { format: Format::Events(parser), accumulator, verified, done, .. } = self else {
            return Ok(Batch::default());
        };
        let (mut batch, mut failure) = (Batch::default(), None);
        let mut sink = |item: Item<'_>| {
            // What stands behind the end counts no more than what comes in a chunk behind it.
            if let (Item::Event(event), None, false) = (item, &failure, *done) {
                let mut rest = event.data.trim_ascii();
                // Once at least: an event without data may still say something by its name.
                loop {
                    let data = rest;
                    match apply(verified, accumulator, &event, &mut rest) {
                        Ok(Step::Nothing) => *done = is_end(&event, data),
                        Ok(step) => batch.steps.push(step),
                        Err(error) => failure = Some(error),
                    }
                    if rest.is_empty() || failure.is_some() {
                        break;
                    }
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
        if chunk.is_none() || self.done {
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

/// Whether a body is events, by its first byte that is neither white space nor of a byte-order mark; `None` where that has
/// not come. Lines of events begin with data, event, id, retry or a colon; nothing else that is answered does.
fn is_event_stream(body: &[u8]) -> Option<bool> {
    let first = body.iter().find(|byte| !matches!(byte, b'\t' | b'\n' | b'\r' | b' ' | 0xEF | 0xBB | 0xBF))?;
    Some(matches!(first, b'd' | b'e' | b'i' | b'r' | b':'))
}

/// The service says that nothing follows.
fn is_end(event: &Event<'_>, data: &str) -> bool {
    data == "[DONE]" || event.event.as_deref().map(str::trim_ascii) == Some("done")
}

/// Takes over what an event says. `data` is left with what stands behind it: there are servers that leave out the blank
/// lines, so that several answers stand in one event, a `data` line each (rexxars/eventsource-parser#31); the official Python
/// SDK takes each line for an event. One answer over several lines is one.
fn apply(
    verified: &Verified,
    accumulator: &mut Accumulator,
    event: &Event<'_>,
    data: &mut &str,
) -> Result<Step, Error> {
    let name = event.event.as_deref().map(str::trim_ascii);
    let said = std::mem::take(data);
    if is_end(event, said) {
        accumulator.finish();
        return Ok(Step::Nothing);
    }
    if name == Some("error") || event.status.is_some_and(|status| status >= 400) {
        return Err(error_body::in_event(said, event.status));
    }
    if said.is_empty() {
        return Ok(Step::Nothing); // a heartbeat
    }
    if let Some(step) = accumulator.again(said) {
        return Ok(step);
    }
    let mut end = 0;
    let Some(json) = Json::parse_beginning(said, &mut end) else {
        return Err(Error::new(ErrorKind::InvalidResponse, "an event of the stream is not JSON"));
    };
    let (text, rest) = said.split_at_checked(end).unwrap_or_default();
    *data = rest.trim_ascii_start();
    if let Some(error) = error_body::in_json(&json, event.status) {
        return Err(error);
    }
    let step = match verified.dialect {
        Dialect::ChatCompletions => chat_completions::chunk(&json, accumulator),
        Dialect::Generation => generation::chunk(&json, accumulator, generation::is_incremental(&verified.options)),
        Dialect::Flash => flash_generation::chunk(&json, accumulator),
        Dialect::File | Dialect::Files => return Err(tasks_only()),
    };
    accumulator.keep(text);
    Ok(step)
}
