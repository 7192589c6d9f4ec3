//! Base64 for runtimes that have none of their own, in the parts that encode audio.

use wasm_bindgen::prelude::*;

use crate::data_url;

/// Base64 with padding, as ASCII letters.
#[wasm_bindgen(js_name = encodeBase64)]
#[must_use]
pub fn encode_base64(bytes: &[u8]) -> Vec<u8> {
    let mut letters = Vec::new();
    data_url::encode_into(bytes, &mut letters);
    letters
}
