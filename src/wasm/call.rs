//! What JavaScript hands over beside the data: functions and signals, which cannot be checked as data.

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::error::from_js;
use crate::client::CallSettings;
use crate::error::{Error, ErrorKind};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What one call needs beside its data. Made by the JavaScript face. */
export interface Call {
  fetch: (request: Request) => Promise<Response>;
  apiKey?: string | (() => string | Promise<string>);
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  onStatus?: (status: TaskStatus) => void;
  onFile?: (outcome: unknown) => void;
  /** Sends a form with progress, where `fetch` tells none. */
  upload?: (url: string, headers: [string, string][], body: Blob, signal: AbortSignal, onProgress: (loaded: number, total: number) => void) => Promise<Response>;
  timeout?: number;
  maxRetries?: number;
  headers?: [name: string, value: string][];
}

/** How far a call has come. */
export interface Progress {
  /**
   * What is being done: reading a stream, encoding the audio, waiting for the answer, receiving it; for long audio also
   * uploading, waiting in the queue, waiting for the recognition, fetching the result.
   */
  phase: "read" | "encode" | "send" | "receive" | "upload" | "queue" | "recognise" | "download";
  /** Bytes done: of the audio in `read`, `encode` and `upload`, of the answer in `receive`; else 0. */
  loaded: number;
  /** Bytes in all, where that is known. */
  total?: number;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The `Call` of the TypeScript section above.
    #[wasm_bindgen(typescript_type = "Call")]
    #[derive(Clone, Debug)]
    pub type Call;

    #[wasm_bindgen(method, getter)]
    pub(super) fn fetch(this: &Call) -> Function;
    #[wasm_bindgen(method, getter, js_name = apiKey)]
    pub(super) fn api_key(this: &Call) -> JsValue;
    #[wasm_bindgen(method, getter)]
    pub(super) fn signal(this: &Call) -> Option<AbortSignal>;
    #[wasm_bindgen(method, getter, js_name = onProgress)]
    fn on_progress(this: &Call) -> Option<Function>;
    #[wasm_bindgen(method, getter, js_name = onStatus)]
    fn on_status(this: &Call) -> Option<Function>;
    #[wasm_bindgen(method, getter, js_name = onFile)]
    fn on_file(this: &Call) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    pub(super) fn upload(this: &Call) -> Option<Function>;
    #[wasm_bindgen(method, getter)]
    fn timeout(this: &Call) -> JsValue;
    #[wasm_bindgen(method, getter, js_name = maxRetries)]
    fn max_retries(this: &Call) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &Call) -> Option<Array>;
}

impl Call {
    /// The part of the call that is data.
    pub(super) fn settings(&self) -> Result<CallSettings, Error> {
        let max_retries = match number("maxRetries", &self.max_retries())? {
            None => None,
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
            Some(count) if (0.0..=100.0).contains(&count) && count.fract() == 0.0 => Some(count as u32),
            Some(_) => return Err(Error::option("maxRetries", "expected a whole number from 0 to 100")),
        };
        let mut headers = Vec::new();
        for pair in self.headers().unwrap_or_default().iter() {
            let part = |index| Reflect::get_u32(&pair, index).unwrap_or(JsValue::UNDEFINED);
            let (name, value) = (part(0).as_string().unwrap_or_default(), part(1));
            if !value.is_undefined() && !value.is_null() {
                headers.push(header(&name, &value)?);
            }
        }
        Ok(CallSettings { timeout: number("timeout", &self.timeout())?, max_retries, headers })
    }

    /// Tells the caller how far the call has come. An exception of the callback ends the call.
    pub(super) fn progress(&self, phase: &str, loaded: u64, total: Option<u64>) -> Result<(), Error> {
        let Some(callback) = self.on_progress() else { return Ok(()) };
        let progress = Object::new();
        #[allow(clippy::cast_precision_loss, reason = "JavaScript's own numbers")]
        let number = |count: u64| JsValue::from_f64(count as f64);
        let set = |name: &str, value: &JsValue| {
            let _ = Reflect::set(&progress, &name.into(), value);
        };
        set("phase", &phase.into());
        set("loaded", &number(loaded));
        if let Some(total) = total {
            set("total", &number(total));
        }
        notify(&callback, "onProgress", &progress)
    }

    /// Shows the caller how far a task is.
    pub(super) fn status(&self, status: &JsValue) -> Result<(), Error> {
        self.on_status().map_or(Ok(()), |callback| notify(&callback, "onStatus", status))
    }

    /// Shows the caller what came of a file of a batch.
    pub(super) fn file(&self, outcome: &JsValue) -> Result<(), Error> {
        self.on_file().map_or(Ok(()), |callback| notify(&callback, "onFile", outcome))
    }
}

/// A number, where one is given.
fn number(name: &str, value: &JsValue) -> Result<Option<f64>, Error> {
    match value.as_f64() {
        Some(number) => Ok(Some(number)),
        None if value.is_undefined() || value.is_null() => Ok(None),
        None => Err(Error::option(name, "expected a number")),
    }
}

/// An exception of a callback ends the call.
fn notify(callback: &Function, name: &str, value: &JsValue) -> Result<(), Error> {
    callback.call1(&JsValue::UNDEFINED, value).map(|_| ()).map_err(|thrown| {
        from_js(ErrorKind::Aborted, &format!("the {name} callback threw, so the call was cancelled"), thrown)
    })
}

/// A header that every `fetch` takes; wrong ones are refused here, by name.
fn header(name: &str, value: &JsValue) -> Result<(String, String), Error> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let fits = |value: &String| value.chars().all(|letter| (' '..='\u{FF}').contains(&letter) || letter == '\t');
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(Error::option(format!("headers.{name}"), "this is no name of a header"));
    }
    match value.as_string().filter(fits) {
        Some(value) => Ok((name.to_ascii_lowercase(), value)),
        None => Err(Error::option(format!("headers.{name}"), "expected one line of text in Latin letters")),
    }
}
