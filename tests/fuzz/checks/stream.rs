//! Whole answers, as they arrive: however the network cuts them, the caller hears the same.
//!
//! The first byte chooses the API, the second where it is cut; the rest is the body of the answer.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::choices::{Choices, pieces};
use super::errors;
use crate::api::{Accumulator, Step, chat_completions, flash_generation, generation};
use crate::client::stream::TranscriptStream;
use crate::client::{CallContext, CallSettings};
use crate::config::{ApiKey, ClientSettings, Config};
use crate::error::Error;
use crate::host::{Host, HttpRequest, HttpResponse};
use crate::json::Json;
use crate::model::Dialect;
use crate::options::{Protocol, TranscribeOptions, Verified};
use crate::sse::{EventParser, Item};
use crate::transcript::Transcript;

/// An answer whose pieces are there already.
struct Answer(Vec<Vec<u8>>);

impl HttpResponse for Answer {
    fn status(&self) -> u16 {
        200
    }

    fn header(&self, _: &str) -> Option<String> {
        None
    }

    async fn chunk(&mut self, _: Duration) -> Result<Option<Vec<u8>>, Error> {
        Ok((!self.0.is_empty()).then(|| self.0.remove(0)))
    }
}

/// A world in which nothing is sent and nobody waits.
struct Nowhere;

impl Host for Nowhere {
    type Audio = ();
    type Response = Answer;

    async fn send(&self, _: &HttpRequest, _: Option<&()>, _: Duration) -> Result<Answer, Error> {
        Ok(Answer(Vec::new()))
    }

    async fn sleep(&self, _: Duration) -> Result<(), Error> {
        Ok(())
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn now(&self) -> f64 {
        0.0
    }

    fn is_page(&self) -> bool {
        false
    }

    async fn api_key(&self) -> Result<Option<ApiKey>, Error> {
        Ok(None)
    }
}

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let (model, protocol, incremental) = choices.one(&[
        ("qwen3-asr-flash", Protocol::Dashscope, true),
        ("qwen3-asr-flash", Protocol::Dashscope, false),
        ("qwen3-asr-flash", Protocol::Openai, true),
        ("fun-asr-flash-2026-06-15", Protocol::Dashscope, true),
    ]);
    let size = 1 + choices.below(60);
    let body = choices.rest();
    // White space and bytes of a mark before the first line are not kept beyond three; what is no mark is dropped with them.
    let gap = body.iter().take_while(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' ' | 0xEF | 0xBB | 0xBF)).count();
    if gap > 2 && !body.starts_with(b"\xEF\xBB\xBF") || gap > 3 {
        return;
    }
    let mut options = TranscribeOptions { model: Some(model.to_owned()), ..TranscribeOptions::default() };
    if protocol == Protocol::Openai {
        options.protocol = Some(protocol);
    }
    if !incremental {
        options.incremental_output = Some(false);
    }
    let Ok(config) = Config::new(&ClientSettings::default()) else { return };
    let verified = options.verify(&config).map(Arc::new);
    assert!(verified.is_ok(), "{verified:?}");
    let Ok(verified) = verified else { return };

    let whole = heard(&config, &verified, &[body]);
    for size in [size, 1] {
        let cut: Vec<&[u8]> = pieces(body, size).collect();
        assert_eq!(heard(&config, &verified, &cut), whole, "in pieces of {size}");
    }
    compared(&verified, body);
}

/// What a caller hears: the text as the steps make it, and how it ended.
fn heard(config: &Config, verified: &Arc<Verified<Dialect>>, body: &[&[u8]]) -> Result<Transcript, String> {
    let answer = Answer(body.iter().map(|piece| piece.to_vec()).collect());
    let settings = CallSettings::default();
    let call = CallContext::new(&Nowhere, config, &settings).map_err(|error| error.to_string())?;
    let mut stream = TranscriptStream::from_response(Arc::clone(verified), answer);
    let mut text = String::new();
    loop {
        match done(stream.next(&call, None)) {
            Ok(Some(batch)) => {
                for step in batch.steps {
                    match step {
                        Step::Delta(delta) => text.push_str(&delta),
                        Step::Revision(revision) => text = revision,
                    }
                }
                if let Some(transcript) = batch.transcript {
                    assert_eq!(transcript.text, text, "the steps make the text");
                    return Ok(transcript);
                }
            }
            Ok(None) => return Err("it ended without a transcript".to_owned()),
            Err(error) => {
                errors::judge(&error);
                let partial = error.partial_text().unwrap_or_default();
                assert!(partial.starts_with(&text) || !text.is_empty(), "{partial} was {text}");
                return Err(format!("{error} {:?} {partial}", error.kind()));
            }
        }
    }
}

/// Nothing here waits, so one look is enough.
fn done<T>(future: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::new(crate::error::ErrorKind::Internal, "somebody waits")),
    }
}

/// Events that are compared with the one before them, instead of being read, say what reading them says.
fn compared(verified: &Verified<Dialect>, body: &[u8]) {
    let (mut reading, mut comparing) = (Accumulator::default(), Accumulator::default());
    let read = |json: &Json<'_>, accumulator: &mut Accumulator| match verified.dialect {
        Dialect::ChatCompletions => chat_completions::chunk(json, accumulator),
        Dialect::Flash => flash_generation::chunk(json, accumulator),
        Dialect::Generation => generation::chunk(json, accumulator, generation::is_incremental(&verified.options)),
    };
    let mut sink = |item: Item<'_>| {
        let Item::Event(event) = item else { return };
        let data = event.data.trim_ascii();
        let again = comparing.again(data);
        let Some(json) = Json::parse(data) else {
            assert!(again.is_none(), "known, and no JSON: {data}");
            return;
        };
        let expected = read(&json, &mut reading);
        let step = again.unwrap_or_else(|| {
            let step = read(&json, &mut comparing);
            comparing.keep(data, json.view());
            step
        });
        assert_eq!(step, expected, "{data}");
    };
    let mut parser = EventParser::default();
    if parser.feed(body, &mut sink).is_ok() {
        parser.finish(&mut sink);
    }
    assert_eq!(comparing.is_finished(), reading.is_finished());
    assert_eq!(comparing.into_transcript(), reading.into_transcript());
}
