//! A body recipe made real: a string, a Blob of pieces, or a stream of known length.

use std::rc::Rc;

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::audio::{JsAudio, JsBytes, already_read};
use super::call::Call;
use super::error::{from_js, to_js};
use crate::data_url;
use crate::error::{Error, ErrorKind};
use crate::host::{Body, Part};

#[wasm_bindgen]
extern "C" {
    /// workerd's stream whose length becomes the request's `Content-Length`.
    type FixedLengthStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(length: f64) -> Result<FixedLengthStream, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn readable(this: &FixedLengthStream) -> JsValue;
    #[wasm_bindgen(method, getter)]
    fn writable(this: &FixedLengthStream) -> web_sys::WritableStream;
}

/// The body as something `Request` takes, and whether it is a stream.
pub(super) async fn materialize(
    body: &Body,
    audio: Option<&Rc<JsAudio>>,
    call: &Call,
) -> Result<(JsValue, bool), Error> {
    if let Some(audio) = audio
        && let Some(length) = flat_length(audio)
    {
        return Ok((pump(body.clone(), length, Rc::clone(audio), call.clone())?, true));
    }
    if let [Part::Text(text)] = body.parts.as_slice() {
        return Ok((text.into(), false));
    }
    let pieces = Array::new();
    for part in &body.parts {
        match (part, audio) {
            (Part::Text(text), _) => {
                pieces.push(&text.into());
            }
            (Part::AudioBase64, Some(audio)) => {
                for piece in audio.base64(call).await?.iter() {
                    pieces.push(&piece);
                }
            }
            (Part::Audio, Some(audio)) => {
                for piece in audio.raw(call).await?.iter() {
                    pieces.push(&piece);
                }
            }
            (Part::AudioBase64 | Part::Audio, None) => {}
        }
    }
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("application/json");
    let blob = web_sys::Blob::new_with_blob_sequence_and_options(&pieces, &options);
    let refused = |thrown| from_js(ErrorKind::InvalidAudio, "the request body cannot be assembled", thrown);
    blob.map(|blob| (blob.into(), false)).map_err(refused)
}

/// Whether the body can flow through without ever being held: workerd, and a stream whose length is known.
pub(super) fn flat_length(audio: &JsAudio) -> Option<u64> {
    let JsBytes::Stream(stream) = &audio.bytes else { return None };
    let class = Reflect::get(&js_sys::global(), &"FixedLengthStream".into()).ok()?;
    class.dyn_ref::<Function>()?;
    stream.try_borrow().ok()?.as_ref()?.length
}

/// Encodes chunk by chunk into the request while it is being sent; memory does not grow with the audio.
fn pump(body: Body, audio_length: u64, audio: Rc<JsAudio>, call: Call) -> Result<JsValue, Error> {
    let failed = |thrown| from_js(ErrorKind::Internal, "the runtime cannot make a stream of known length", thrown);
    #[allow(clippy::cast_precision_loss, reason = "JavaScript's own numbers")]
    let stream = FixedLengthStream::new(body.length(audio_length) as f64).map_err(failed)?;
    let readable = stream.readable();
    let writer = stream.writable().get_writer().map_err(failed)?;
    spawn_local(async move {
        let result = write(&writer, &body, &audio, &call).await;
        // Whoever sends the request learns why its body ended; the promises only tell when.
        let end = match result {
            Ok(()) => writer.close(),
            Err(error) => writer.abort_with_reason(&to_js(&error)),
        };
        let _ = JsFuture::from(end).await;
    });
    Ok(readable)
}

async fn write(
    writer: &web_sys::WritableStreamDefaultWriter,
    body: &Body,
    audio: &JsAudio,
    call: &Call,
) -> Result<(), Error> {
    let put = async |bytes: &[u8]| {
        if bytes.is_empty() {
            return Ok(());
        }
        let written = JsFuture::from(writer.write_with_chunk(&Uint8Array::from(bytes))).await;
        written.map(|_| ()).map_err(|thrown| from_js(ErrorKind::Connection, "the request was cut off", thrown))
    };
    for part in &body.parts {
        match (part, &audio.bytes) {
            (Part::Text(text), _) => put(text.as_bytes()).await?,
            (Part::AudioBase64, JsBytes::Stream(stream)) => {
                let Some(mut stream) = stream.take() else { return Err(already_read()) };
                let mut base64 = data_url::Encoder::default();
                let mut loaded = 0;
                while let Some(bytes) = stream.next().await? {
                    loaded += u64::from(bytes.length());
                    put(&base64.push(&bytes.to_vec())).await?;
                    call.progress("send", loaded, stream.length)?;
                }
                put(&base64.finish()).await?;
            }
            (Part::Audio, JsBytes::Stream(stream)) => {
                let Some(mut stream) = stream.take() else { return Err(already_read()) };
                let mut loaded = 0;
                while let Some(bytes) = stream.next().await? {
                    loaded += u64::from(bytes.length());
                    let written = JsFuture::from(writer.write_with_chunk(&bytes)).await;
                    written.map_err(|thrown| from_js(ErrorKind::Connection, "the request was cut off", thrown))?;
                    call.progress("upload", loaded, stream.length)?;
                }
            }
            (Part::AudioBase64 | Part::Audio, _) => {}
        }
    }
    Ok(())
}
