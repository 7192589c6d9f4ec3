//! Errors across the boundary: the facts as JSON, with what JavaScript threw; `src/js/errors.ts` makes a class of it.

use core::fmt;
use std::error::Error as _;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorKind};
use crate::json::ObjectWriter;
use crate::tidy::tidy;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** The facts of a failure. */
export interface ErrorFacts {
  code: string;
  message: string;
  retryable: boolean;
  field?: string;
  status?: number;
  serviceCode?: string;
  requestId?: string;
  partialText?: string;
  cause?: unknown;
}
";

#[wasm_bindgen]
extern "C" {
    /// An error that JavaScript has made of its own failures: an `AsrError`.
    type Thrown;
    #[wasm_bindgen(method, getter)]
    fn code(this: &Thrown) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn message(this: &Thrown) -> JsValue;
}

/// A JavaScript value as the source of one of our errors; it goes back to JavaScript as the very same value.
struct JsCause(JsValue);

impl fmt::Debug for JsCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JsCause")
    }
}

impl fmt::Display for JsCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an error of JavaScript")
    }
}

impl std::error::Error for JsCause {}

/// The error that an effect of JavaScript has failed with.
pub(super) fn from_js(thrown: JsValue) -> Error {
    let thrown: Thrown = thrown.unchecked_into();
    let code = thrown.code().as_string();
    let kind = ErrorKind::ALL.into_iter().find(|kind| Some(kind.code()) == code.as_deref());
    // A fetch of somebody's own may repeat headers and addresses: neither keys nor signatures.
    let message = tidy(&thrown.message().as_string().unwrap_or_default());
    let error = Error::new(kind.unwrap_or(ErrorKind::Internal), message);
    error.with_source(JsCause(thrown.into()))
}

/// The facts of an error: `[json, thrown]`.
pub(super) fn to_js(error: &Error) -> JsValue {
    Array::of2(&facts(error).into(), thrown(error).unwrap_or(&JsValue::UNDEFINED)).into()
}

/// What JavaScript threw, if it did: the innermost value, which a debugger wants to see.
pub(super) fn thrown(error: &Error) -> Option<&JsValue> {
    let mut cause = error.source();
    while let Some(source) = cause {
        if let Some(JsCause(value)) = source.downcast_ref() {
            return Some(value);
        }
        cause = source.source();
    }
    None
}

fn facts(error: &Error) -> String {
    let mut json = String::new();
    let mut writer = ObjectWriter::new(&mut json);
    writer.string("code", error.code()).string("message", error.message()).bool("retryable", error.is_retryable());
    for (name, text) in [
        ("field", error.field()),
        ("serviceCode", error.service_code()),
        ("requestId", error.request_id()),
        ("partialText", error.partial_text()),
    ] {
        if let Some(text) = text {
            writer.string(name, text);
        }
    }
    if let Some(status) = error.status() {
        writer.number("status", status.into());
    }
    writer.close();
    json
}
