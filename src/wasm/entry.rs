//! What every module of the package begins with: its start, a client's settings, work as a promise.

use core::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::AbortSignal;

use super::abort::unless_aborted;
use super::error::to_js;
use super::options;
use crate::config::{ClientSettings, Config};
use crate::error::Error;

/// Runs once for each instance: a panic is written to the console before the instance dies.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}

pub(super) fn config(settings: &JsValue) -> Result<Config, Error> {
    Config::new(&options::read(settings, "client option", ClientSettings::read)?)
}

/// Work as a promise that the call's signal can cut short. Boxed: one state machine in the wasm instead of one per use.
pub(super) fn promise(
    signal: Option<AbortSignal>,
    work: impl Future<Output = Result<JsValue, Error>> + 'static,
) -> Promise {
    let work: Work = Box::pin(work);
    future_to_promise(async move { unless_aborted(signal, work).await.map_err(|error| to_js(&error)) })
}

type Work = Pin<Box<dyn Future<Output = Result<JsValue, Error>>>>;
