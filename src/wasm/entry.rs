//! What every module of the package begins with: its start, data as JSON, work as a promise.

use core::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::effects::AudioSource;
use super::error::to_js;
use crate::client::{AudioFacts, Source};
use crate::config::{ClientSettings, Config};
use crate::error::Error;
use crate::json::{Json, View};

/// Runs once for each instance: a panic is written to the console before the instance dies.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(console_error_panic_hook::hook));
}

/// Hands data that JavaScript has written as JSON to `read`.
pub(super) fn data<T>(json: &str, read: impl FnOnce(View<'_>) -> Result<T, Error>) -> Result<T, Error> {
    read(Json::parse(json).unwrap_or(Json::Null).view())
}

/// A client's settings.
pub(super) fn config(settings: &str) -> Result<Config, Error> {
    Config::new(&data(settings, ClientSettings::read)?)
}

/// The audio of a call: its address, or what is known about bytes that JavaScript keeps.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are whole and positive")]
pub(super) fn source(audio: &AudioSource) -> Source<()> {
    if let Some(url) = audio.url() {
        return Source::Url(url);
    }
    let length = audio.length().map(|length| length as u64);
    let (head, declared, replayable) = (audio.head(), audio.declared(), audio.replayable());
    Source::Bytes { audio: (), facts: AudioFacts { head, length, declared, replayable } }
}

/// Work as a promise. Boxed: one state machine in the wasm instead of one per use.
pub(super) fn promise(work: impl Future<Output = Result<JsValue, Error>> + 'static) -> Promise {
    let work: Work = Box::pin(work);
    future_to_promise(async move { work.await.map_err(|error| to_js(&error)) })
}

type Work = Pin<Box<dyn Future<Output = Result<JsValue, Error>>>>;
