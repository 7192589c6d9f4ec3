//! Writing: subtitles and text of a transcript, WAV of samples.

use js_sys::{Array, Float32Array, Function};
use wasm_bindgen::prelude::*;

use super::entry::data;
use super::error::to_js;
use crate::audio::wav;
use crate::subtitle::{self, SubtitleOptions};

/// Writes subtitles, text or JSON of a transcript, which is JSON itself, as are the options.
///
/// `dictionary` gets a text and gives it back with U+0000 after each word but the last.
#[wasm_bindgen(js_name = writeTranscript)]
pub fn write_transcript(
    format: &str,
    transcript: &str,
    options: &str,
    #[wasm_bindgen(unchecked_param_type = "(text: string) => string")] dictionary: &Function,
) -> Result<String, JsValue> {
    let word_ends = |text: &str| {
        let parted = dictionary.call1(&JsValue::UNDEFINED, &JsValue::from_str(text));
        let parted = parted.ok().and_then(|parted| parted.as_string()).unwrap_or_default();
        let mut end = 0;
        let mut ends = Vec::new();
        for word in parted.as_bytes().split(|byte| *byte == 0) {
            end += word.len();
            ends.push(end);
        }
        ends
    };
    let write = || {
        let options = data(options, SubtitleOptions::read)?;
        let transcript = data(transcript, subtitle::from_json)?;
        match format {
            "srt" => subtitle::to_srt_by_words(&transcript, &options, &word_ends),
            "vtt" => subtitle::to_vtt_by_words(&transcript, &options, &word_ends),
            "text" => subtitle::to_text(&transcript, &options),
            _ => Ok(subtitle::to_json(&transcript)),
        }
    };
    write().map_err(|error| to_js(&error))
}

/// Writes samples as a 16 kHz mono 16-bit WAV file.
#[wasm_bindgen(js_name = encodeWav)]
pub fn encode_wav(
    #[wasm_bindgen(unchecked_param_type = "Float32Array[]")] channels: &Array,
    sample_rate: f64,
) -> Result<Vec<u8>, JsValue> {
    let channels: Vec<Vec<f32>> = channels.iter().map(|channel| Float32Array::new(&channel).to_vec()).collect();
    let views: Vec<&[f32]> = channels.iter().map(Vec::as_slice).collect();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "out of range is refused below")]
    wav::encode(&views, sample_rate.round() as u32).map_err(|error| to_js(&error))
}
