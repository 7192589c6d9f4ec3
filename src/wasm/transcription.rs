//! One transcription, from its options to its last word.
//!
//! All changes of one network chunk cross the boundary as one string and one array of lengths: a crossing for every
//! word would cost more than the parsing.

use core::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use js_sys::{Array, Int32Array, Promise};
use wasm_bindgen::prelude::*;

use super::effects::{AudioSource, CallEffects, Exchange};
use super::entry::{config, data, promise, source};
use super::error::to_js;
use super::host::{JsHost, JsResponse};
use crate::api::Step;
use crate::client::stream::{Changes, TranscriptStream};
use crate::client::{CallContext, CallSettings, Prepared};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::model::Dialect;
use crate::options::{TranscribeOptions, Verified};
use crate::subtitle;

/// A transcription, streamed or not; nothing is sent before the first `next()`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Transcription {
    shared: Rc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    host: JsHost,
    settings: CallSettings,
    state: RefCell<State>,
}

impl Shared {
    fn call(&self) -> Result<CallContext<'_, JsHost>, Error> {
        CallContext::new(&self.host, &self.config, &self.settings)
    }
}

/// How far it has come. Taken out while a `next()` is pending, so that nothing is borrowed across an await.
#[derive(Debug)]
enum State {
    Ready(Box<Prepared>),
    Open(Box<TranscriptStream<JsResponse>>),
    Busy,
    Ended,
}

/// Checks the options of a transcription: before its audio is touched, as a stream can be read only once.
#[wasm_bindgen(js_name = checkOptions)]
pub fn check_options(settings: &str, options: &str) -> Result<(), JsValue> {
    verified(settings, options).map(|_| ()).map_err(|error| to_js(&error))
}

fn verified(settings: &str, options: &str) -> Result<(Config, Arc<Verified<Dialect>>), Error> {
    let config = config(settings)?;
    let verified = data(options, TranscribeOptions::read)?.into_verified(&config)?;
    Ok((config, Arc::new(verified)))
}

#[wasm_bindgen]
impl Transcription {
    /// Takes options and audio: the address of it, or what is known about its bytes. What makes no sense is refused.
    #[wasm_bindgen(constructor)]
    pub fn new(
        settings: &str,
        options: &str,
        effects: CallEffects,
        stream: bool,
        audio: &AudioSource,
    ) -> Result<Self, JsValue> {
        let make = || {
            let (config, verified) = verified(settings, options)?;
            let host = JsHost::new(effects);
            let source = source(audio);
            let settings = host.settings()?;
            let prepared = CallContext::new(&host, &config, &settings)?.prepare_verified(&source, verified, stream)?;
            Ok(Self::with(config, host, settings, State::Ready(Box::new(prepared))))
        };
        make().map_err(|error: Error| to_js(&error))
    }

    /// Takes an answer that somebody else fetched, instead of audio. Its head is there.
    pub fn reading(settings: &str, options: &str, effects: CallEffects, answer: Exchange) -> Result<Self, JsValue> {
        let make = || {
            let response = JsResponse::new(answer);
            let (config, verified) = verified(settings, options)?;
            let host = JsHost::new(effects);
            let settings = host.settings()?;
            let stream = TranscriptStream::from_response(verified, response);
            Ok(Self::with(config, host, settings, State::Open(Box::new(stream))))
        };
        make().map_err(|error: Error| to_js(&error))
    }

    fn with(config: Config, host: JsHost, settings: CallSettings, state: State) -> Self {
        Self { shared: Rc::new(Shared { config, host, settings, state: RefCell::new(state) }) }
    }

    /// The request of it, for sending by other means.
    #[wasm_bindgen(unchecked_return_type = "Promise<Request>")]
    pub fn request(&self) -> Promise {
        let shared = Rc::clone(&self.shared);
        promise(async move {
            let State::Ready(prepared) = shared.state.replace(State::Ended) else { return Err(out_of_turn()) };
            let request = shared.call()?.authorized(*prepared).await?;
            shared.host.request(&request).await
        })
    }

    /// The next batch `[text, lengths, transcript]`, `undefined` after the end.
    ///
    /// `text` holds the changes back to back; `lengths` has one entry for each: the length of a delta, or −1 − the
    /// length of a revision, in UTF-16 units. The transcript is JSON.
    #[wasm_bindgen(unchecked_return_type = "Promise<[string, Int32Array, string | undefined] | undefined>")]
    pub fn next(&self) -> Promise {
        let shared = Rc::clone(&self.shared);
        promise(async move {
            let mut stream = match shared.state.replace(State::Busy) {
                State::Ready(prepared) => Box::new(TranscriptStream::new(*prepared)),
                State::Open(stream) => stream,
                State::Ended => {
                    shared.state.replace(State::Ended);
                    return Ok(JsValue::UNDEFINED);
                }
                State::Busy => return Err(out_of_turn()),
            };
            let batch = stream.next(&shared.call()?, Some(&())).await;
            let open = matches!(batch, Ok(Some(_)));
            shared.state.replace(if open { State::Open(stream) } else { State::Ended });
            Ok(batch?.map_or(JsValue::UNDEFINED, |batch| changes_to_js(&batch)))
        })
    }
}

fn out_of_turn() -> Error {
    Error::new(ErrorKind::Internal, "the steps of a transcription were called out of turn")
}

fn changes_to_js(batch: &Changes) -> JsValue {
    let mut text = String::new();
    let mut lengths = Vec::with_capacity(batch.steps.len());
    let units = |text: &str| i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX);
    for step in &batch.steps {
        match step {
            Step::Delta(delta) => {
                lengths.push(units(delta));
                text.push_str(delta);
            }
            Step::Revision(revised) => {
                lengths.push(-1 - units(revised));
                text.push_str(revised);
            }
        }
    }
    let transcript = batch.transcript.as_ref().map(|transcript| JsValue::from(subtitle::to_json(transcript)));
    Array::of3(&text.into(), &Int32Array::from(lengths.as_slice()), &transcript.unwrap_or_default()).into()
}
