//! A streamed transcription, batch by batch.
//!
//! All changes of one network chunk cross the boundary as one string and one array of lengths: a crossing for every
//! word would cost more than the parsing.

use core::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Int32Array, Promise};
use wasm_bindgen::prelude::*;

use super::abort::unless_aborted;
use super::audio::JsAudio;
use super::call::Call;
use super::entry::promise;
use super::error::to_js;
use super::exports::{Ready, prepare};
use super::host::{JsHost, JsResponse};
use super::transcript::transcript_to_js;
use crate::api::Step;
use crate::client::stream::{Batch, TranscriptStream};
use crate::config::{ClientSettings, Config};
use crate::error::{Error, ErrorKind};
use crate::options::TranscribeOptions;

/// A transcription, streamed or not; nothing happens before the first `next()`.
#[wasm_bindgen]
#[derive(Debug)]
pub struct TranscriptReader {
    inner: Rc<RefCell<Reading>>,
    signal: Option<web_sys::AbortSignal>,
}

/// How far the reading has come. Taken out while a `next()` is pending, so that nothing is borrowed across an await.
enum Reading {
    Idle(Box<Plan>),
    Open(Box<Opened>),
    Busy,
    Ended,
}

impl core::fmt::Debug for Reading {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Reading")
    }
}

struct Plan {
    settings: JsValue,
    audio: JsValue,
    options: JsValue,
    call: Call,
    stream: bool,
}

struct Opened {
    stream: TranscriptStream<JsResponse>,
    host: JsHost,
    config: Config,
    audio: Option<Rc<JsAudio>>,
}

#[wasm_bindgen]
impl TranscriptReader {
    /// Takes note of what shall be transcribed.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(settings: JsValue, audio: JsValue, options: JsValue, call: Call, stream: bool) -> Self {
        let signal = call.signal();
        let plan = Plan { settings, audio, options, call, stream };
        Self { inner: Rc::new(RefCell::new(Reading::Idle(Box::new(plan)))), signal }
    }

    /// A reader over a `Response` that somebody else fetched.
    #[wasm_bindgen(js_name = fromResponse)]
    pub fn from_response(
        settings: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "Response")] response: JsValue,
        options: &JsValue,
        call: Call,
    ) -> Result<Self, JsValue> {
        let signal = call.signal();
        let opened = (|| {
            let config = Config::new(&super::options::read(settings, "client option", ClientSettings::read)?)?;
            let options: TranscribeOptions = super::options::read(options, "option", TranscribeOptions::read)?;
            let verified = Rc::new(options.verify(&config)?);
            let response = JsResponse::new(response, None, call.clone())?;
            let stream = TranscriptStream::from_response(&config, verified, &call.settings()?, response)?;
            Ok::<_, Error>(Opened { stream, host: JsHost { call }, config, audio: None })
        })()
        .map_err(|error| to_js(&error))?;
        Ok(Self { inner: Rc::new(RefCell::new(Reading::Open(Box::new(opened)))), signal })
    }

    /// The next batch `[text, lengths, transcript]`, `undefined` after the end.
    ///
    /// `text` holds the changes back to back; `lengths` has one entry for each: the length of a delta, or −1 − the
    /// length of a revision, in UTF-16 units.
    #[wasm_bindgen(unchecked_return_type = "Promise<[string, Int32Array, Transcript | undefined] | undefined>")]
    pub fn next(&self) -> Promise {
        let inner = Rc::clone(&self.inner);
        let signal = self.signal.clone();
        promise(None, async move {
            let reading = inner.replace(Reading::Busy);
            let mut partial = String::new();
            let result = match reading {
                Reading::Busy => Err(Error::new(ErrorKind::Internal, "next() was called while it was pending")),
                reading => advance(reading, signal, &mut partial).await,
            };
            match result {
                Ok((reading, batch)) => {
                    *inner.borrow_mut() = reading;
                    batch.map_or(Ok(JsValue::UNDEFINED), |batch| batch_to_js(&batch))
                }
                Err(error) => {
                    *inner.borrow_mut() = Reading::Ended;
                    Err(if error.partial_text().is_none() && !partial.is_empty() {
                        error.with_partial_text(partial)
                    } else {
                        error
                    })
                }
            }
        })
    }
}

async fn advance(
    reading: Reading,
    signal: Option<web_sys::AbortSignal>,
    partial: &mut String,
) -> Result<(Reading, Option<Batch>), Error> {
    let mut opened = match reading {
        Reading::Idle(plan) => unless_aborted(signal.clone(), Box::pin(open(*plan))).await?,
        Reading::Open(opened) => opened,
        Reading::Busy | Reading::Ended => return Ok((Reading::Ended, None)),
    };
    let Opened { stream, host, config, audio } = &mut *opened;
    stream.text().clone_into(partial);
    let batch = unless_aborted(signal, Box::pin(stream.next(host, config, audio.as_ref()))).await?;
    let reading = if batch.is_some() { Reading::Open(opened) } else { Reading::Ended };
    Ok((reading, batch))
}

async fn open(plan: Plan) -> Result<Box<Opened>, Error> {
    let Ready { config, prepared, audio } =
        prepare(&plan.settings, &plan.audio, &plan.options, &plan.call, plan.stream).await?;
    let stream = TranscriptStream::new(prepared);
    Ok(Box::new(Opened { stream, host: JsHost { call: plan.call }, config, audio }))
}

fn batch_to_js(batch: &Batch) -> Result<JsValue, Error> {
    let mut text = String::new();
    let mut lengths = Vec::with_capacity(batch.steps.len());
    let units = |text: &str| i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX);
    for step in &batch.steps {
        match step {
            Step::Nothing => {}
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
    let transcript = match &batch.transcript {
        Some(transcript) => transcript_to_js(transcript)?,
        None => JsValue::UNDEFINED,
    };
    Ok(Array::of3(&text.into(), &Int32Array::from(lengths.as_slice()), &transcript).into())
}
