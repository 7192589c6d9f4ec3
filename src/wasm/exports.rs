//! What stands by itself in the core module.

use wasm_bindgen::prelude::*;

use super::entry::config;
use super::error::to_js;
use crate::data_url;
use crate::media::{self, Seen, Sniffed, sniff};
use crate::media_type::MediaType;
use crate::model::Family;
use crate::search::join;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** Everything that can be transcribed. */
export type AudioInput =
  | Blob
  | ArrayBuffer
  | ArrayBufferView
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>
  | Response
  | Request
  | URL
  | string;
";

/// Checks a client's settings without doing anything.
#[wasm_bindgen(js_name = checkSettings)]
pub fn check_settings(settings: &str) -> Result<(), JsValue> {
    config(settings).map(|_| ()).map_err(|error| to_js(&error))
}

/// How a model takes audio, and the options that it takes beside those of every model: words with spaces between them.
#[wasm_bindgen(js_name = modelInfo)]
#[must_use]
pub fn model_info(model: &str) -> String {
    let family = Family::of(model);
    join(core::iter::once(family.access()).chain(family.own_options()), " ")
}

/// The media type of bytes by their magic numbers, else what was declared, without parameters. Of `seen`, `first` bytes are
/// the beginning, and behind them stands what [`missing`] asked for.
#[wasm_bindgen(js_name = mediaType)]
#[must_use]
pub fn media_type(seen: &[u8], first: usize, declared: &str) -> Option<String> {
    match sniff(&Seen::new(seen, first, None)) {
        Sniffed::Audio(format) => Some(format.media_type().to_owned()),
        Sniffed::NotAudio(_) | Sniffed::Unknown => {
            MediaType::parse(declared).map(|declared| declared.as_str().to_owned())
        }
    }
}

/// Where in a file more is to be seen, to tell what it is and how long.
#[wasm_bindgen]
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are whole and positive")]
pub fn missing(seen: &[u8], length: Option<f64>) -> Option<u32> {
    media::missing(&Seen::new(seen, media::HEAD_LENGTH, length.map(|length| length as u64)))
}

/// What stands before the base64 in a data URL.
#[wasm_bindgen(js_name = dataUrlPrefix)]
#[must_use]
pub fn data_url_prefix(media_type: &str) -> String {
    data_url::prefix(media_type)
}

/// Dies on purpose, so that the replacement of a dead instance can be tested.
#[wasm_bindgen(js_name = trapForTest)]
pub fn trap_for_test() {
    core::arch::wasm32::unreachable()
}
