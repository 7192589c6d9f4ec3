//! Reads the body of one answer, chunk by chunk, whatever it turns out to be: events, or one document.

use std::sync::Arc;

use super::exchange::{LONGEST_ANSWER, not_json, too_long};
use crate::api::{Accumulator, Step, chat_completions, error_body, flash_generation, generation};
use crate::error::{Error, ErrorKind};
use crate::host::HttpResponse;
use crate::json::Json;
use crate::model::Dialect;
use crate::options::Verified;
use crate::sse::{Event, EventParser, Item};
use crate::transcript::Transcript;

/// What one network chunk brought.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Changes {
    /// Changes of the text, in order.
    pub steps: Vec<Step>,
    /// The finished transcript, with the last batch.
    pub transcript: Option<Transcript>,
}

pub(super) fn interrupted() -> Error {
    Error::new(
        ErrorKind::StreamInterrupted,
        "the connection ended before the transcript was complete; what had arrived is in partialText, try again",
    )
}

/// Reads the body of one answer, whatever it turns out to be.
#[derive(Debug)]
pub(super) struct Reader<R> {
    pub(super) response: R,
    verified: Arc<Verified<Dialect>>,
    pub(super) accumulator: Accumulator,
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
    pub(super) fn new(verified: Arc<Verified<Dialect>>, response: R, streaming: bool) -> Self {
        let accumulator = Accumulator::default();
        let format = Format::Unknown(Vec::new());
        Self { response, verified, accumulator, format, streaming, done: false, length: 0 }
    }

    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.response.status())
    }

    /// Takes the next chunk, `None` at the end of the body.
    pub(super) fn read(&mut self, chunk: Option<&[u8]>) -> Result<Changes, Error> {
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
                return Ok(Changes::default());
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
                Ok(Changes::default())
            }
            (Format::Whole(body), None) => {
                let transcript = read_body(&self.verified, self.response.status(), body);
                let transcript = transcript.map_err(|error| self.named(error))?;
                let steps = (!transcript.text.is_empty()).then(|| Step::Delta(transcript.text.clone()));
                let transcript = with_header_facts(transcript, &self.verified, self.response.header("x-request-id"));
                Ok(Changes { steps: steps.into_iter().collect(), transcript: Some(transcript) })
            }
            (Format::Events(_), chunk) => self.events(chunk),
        }
    }

    fn events(&mut self, chunk: Option<&[u8]>) -> Result<Changes, Error> {
        let Self { format: Format::Events(parser), accumulator, verified, done, .. } = self else {
            return Ok(Changes::default());
        };
        let (mut batch, mut failure) = (Changes::default(), None);
        let mut sink = |item: Item<'_>| {
            // What stands behind the end counts no more than what comes in a chunk behind it.
            if let (Item::Event(event), None, false) = (item, &failure, *done) {
                let mut rest = event.data.trim_ascii();
                // Once at least: an event without data may still say something by its name.
                loop {
                    let data = rest;
                    match apply(verified, accumulator, &event, &mut rest) {
                        Ok(None) => *done = is_end(&event, data),
                        Ok(Some(step)) => batch.steps.push(step),
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
    verified: &Verified<Dialect>,
    accumulator: &mut Accumulator,
    event: &Event<'_>,
    data: &mut &str,
) -> Result<Option<Step>, Error> {
    let name = event.event.as_deref().map(str::trim_ascii);
    let said = std::mem::take(data);
    if is_end(event, said) {
        accumulator.finish();
        return Ok(None);
    }
    if name == Some("error") || event.status.is_some_and(|status| status >= 400) {
        return Err(error_body::in_event(said, event.status));
    }
    if said.is_empty() {
        return Ok(None); // a heartbeat
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
    };
    accumulator.keep(text, json.view());
    Ok(step)
}

/// What the body does not say, the header and the request may.
pub(super) fn with_header_facts(
    mut transcript: Transcript,
    verified: &Verified<Dialect>,
    header_id: Option<String>,
) -> Transcript {
    transcript.request_id = transcript.request_id.or(header_id);
    transcript.model = transcript.model.or_else(|| Some(verified.model.clone()));
    transcript
}

/// Reads a whole 2xx body.
fn read_body(verified: &Verified<Dialect>, status: u16, body: &[u8]) -> Result<Transcript, Error> {
    let Some(json) = Json::parse_bytes(body) else {
        return Err(error_body::in_framed_body(body).unwrap_or_else(not_json));
    };
    if let Some(error) = error_body::in_json(&json, Some(status)) {
        return Err(error);
    }
    match verified.dialect {
        Dialect::ChatCompletions => chat_completions::read(&json),
        Dialect::Generation => generation::read(&json),
        Dialect::Flash => flash_generation::read(&json),
    }
}
