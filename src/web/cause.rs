//! What JavaScript threw, as the cause of one of our errors.

use core::fmt;

use wasm_bindgen::JsValue;

use crate::error::{Error, ErrorKind};
use crate::tidy::tidy;

/// The words of a value that JavaScript threw. Not the value itself: errors go from thread to thread in Rust, values of
/// JavaScript cannot. Keys and signatures are taken out.
struct Thrown(String);

impl fmt::Debug for Thrown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Thrown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Thrown {}

/// An error of this kind, caused by what JavaScript threw.
pub(super) fn caused(kind: ErrorKind, message: &str, thrown: &JsValue) -> Error {
    let words = thrown.dyn_ref_error().unwrap_or_else(|| thrown.as_string().unwrap_or_default());
    Error::new(kind, message).with_source(Thrown(tidy(&words)))
}

trait ErrorWords {
    /// `TypeError: Failed to fetch` and the like, of what is an `Error`.
    fn dyn_ref_error(&self) -> Option<String>;
}

impl ErrorWords for JsValue {
    fn dyn_ref_error(&self) -> Option<String> {
        use wasm_bindgen::JsCast as _;
        self.dyn_ref::<js_sys::Error>().map(|error| String::from(error.to_string()))
    }
}
