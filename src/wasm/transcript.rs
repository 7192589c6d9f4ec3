//! A transcript across the boundary.

use wasm_bindgen::JsValue;

use crate::error::{Error, ErrorKind};
use crate::subtitle;
use crate::transcript::Transcript;

/// A transcript as a plain object, by way of the JSON that the core writes anyway.
pub(super) fn transcript_to_js(transcript: &Transcript) -> Result<JsValue, Error> {
    js_sys::JSON::parse(&subtitle::to_json(transcript))
        .map_err(|_| Error::new(ErrorKind::Internal, "the transcript cannot be handed over"))
}
