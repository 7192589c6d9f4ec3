//! A body recipe made real: a string where there is no audio, else a Blob of pieces.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use super::audio::{WebAudio, base64_pieces};
use super::cause::caused;
use crate::error::{Error, ErrorKind};
use crate::host::{Body, Part};

/// What `fetch` takes as a body, `None` for none. `done` hears how many bytes of the audio have been encoded.
pub(super) async fn body(
    recipe: &Body,
    audio: Option<&WebAudio>,
    done: &mut dyn FnMut(u64),
) -> Result<Option<JsValue>, Error> {
    if recipe.parts.is_empty() {
        return Ok(None);
    }
    if let [Part::Text(text)] = recipe.parts.as_slice() {
        return Ok(Some(text.into()));
    }
    let pieces = Array::new();
    for part in &recipe.parts {
        match (part, audio) {
            (Part::Text(text), _) => {
                pieces.push(&Uint8Array::from(text.as_bytes()));
            }
            (Part::AudioBase64, Some(audio)) => {
                let mut take = |piece: &[u8]| {
                    pieces.push(&Uint8Array::from(piece));
                };
                base64_pieces(audio, &mut take, done).await?;
            }
            (Part::Audio, Some(WebAudio::Blob(blob))) => {
                pieces.push(blob);
            }
            (Part::Audio, Some(WebAudio::Bytes(bytes))) => {
                pieces.push(&Uint8Array::from(bytes.as_slice()));
            }
            (_, None) => return Err(Error::new(ErrorKind::Internal, "a body with audio was asked for without audio")),
        }
    }
    let blob = Blob::new_with_buffer_source_sequence(&pieces);
    blob.map(|blob| Some(blob.into()))
        .map_err(|thrown| caused(ErrorKind::InvalidAudio, "the request cannot be put together", &thrown))
}
