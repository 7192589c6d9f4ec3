//! Errors across the boundary: a plain object with the facts; `src/js/errors.ts` makes a class of it.

use core::fmt;
use std::error::Error as _;

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::error::{Error, ErrorKind};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** The facts of a failure, as Rust throws them. */
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

/// A JavaScript value as the cause of one of our errors; it goes back to JavaScript as the very same value.
pub(super) struct JsCause(pub(super) JsValue);

impl fmt::Debug for JsCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JsCause")
    }
}

impl fmt::Display for JsCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&words(&self.0))
    }
}

impl std::error::Error for JsCause {}

/// Wraps something that JavaScript threw.
pub(super) fn from_js(kind: ErrorKind, what: &str, thrown: JsValue) -> Error {
    let said = words(&thrown);
    let message = if said.is_empty() { what.to_owned() } else { format!("{what} ({said})") };
    Error::new(kind, message).with_source(JsCause(thrown))
}

fn words(thrown: &JsValue) -> String {
    let message = Reflect::get(thrown, &"message".into()).ok().and_then(|message| message.as_string());
    message.or_else(|| thrown.as_string()).unwrap_or_default()
}

/// The facts of an error as a plain object.
pub(super) fn to_js(error: &Error) -> JsValue {
    let facts = Object::new();
    let set = |name: &str, value: JsValue| {
        let _ = Reflect::set(&facts, &name.into(), &value);
    };
    set("code", error.code().into());
    set("message", error.message().into());
    set("retryable", error.is_retryable().into());
    for (name, text) in [
        ("field", error.field()),
        ("serviceCode", error.service_code()),
        ("requestId", error.request_id()),
        ("partialText", error.partial_text()),
    ] {
        if let Some(text) = text {
            set(name, text.into());
        }
    }
    if let Some(status) = error.status() {
        set("status", status.into());
    }
    // The innermost JavaScript value is what a debugger wants to see.
    let mut cause = error.source();
    while let Some(source) = cause {
        if let Some(JsCause(value)) = source.downcast_ref() {
            set("cause", value.clone());
            break;
        }
        cause = source.source();
    }
    facts.into()
}
