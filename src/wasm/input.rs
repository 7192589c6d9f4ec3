//! Everything a caller may hand over as audio, told apart by what it can do rather than by its class: Blobs of other
//! realms and of Node's `buffer` module are Blobs too.

use js_sys::{ArrayBuffer, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, Response};

use super::audio::{JsAudio, JsBytes};
use super::blob_reader::slice;
use super::byte_stream::ByteStream;
use super::call::Call;
use super::error::from_js;
use crate::client::{AudioFacts, Source};
use crate::error::{Error, ErrorKind};
use crate::media_type::HEAD_LENGTH;

/// Finds out what the audio is and reads its first bytes.
pub(super) async fn resolve(audio: &JsValue, call: &Call) -> Result<Source<JsAudio>, Error> {
    if let Some(url) = audio.as_string() {
        return if url.starts_with("blob:") { from_object_url(&url, call).await } else { Ok(Source::Url(url)) };
    }
    if let Some(bytes) = memory(audio) {
        let head = bytes.subarray(0, bytes.length().min(head_length()));
        let facts = AudioFacts {
            head: head.to_vec(),
            length: Some(u64::from(bytes.length())),
            declared: None,
            replayable: true,
        };
        return Ok(source(JsBytes::Memory(bytes), facts));
    }
    let has = |name: &str| get(audio, name).is_function();
    if has("arrayBuffer") && has("slice") {
        return from_blob(audio.unchecked_ref(), None).await;
    }
    if has("getReader") {
        return from_stream(audio.unchecked_ref(), None, None).await;
    }
    if has("arrayBuffer") && get(audio, "headers").is_object() {
        return from_message(audio).await;
    }
    if let Some(href) = get(audio, "href").as_string() {
        return if href.starts_with("blob:") { from_object_url(&href, call).await } else { Ok(Source::Url(href)) };
    }
    let iterable = Reflect::get(audio, &js_sys::Symbol::async_iterator()).is_ok_and(|method| method.is_function());
    if iterable && let Some(stream) = stream_from(audio) {
        return from_stream(&stream, None, None).await;
    }
    Err(Error::new(
        ErrorKind::InvalidAudio,
        "expected audio as Blob, File, ArrayBuffer, typed array, ReadableStream, Response, Request or URL",
    ))
}

fn source(bytes: JsBytes, facts: AudioFacts) -> Source<JsAudio> {
    Source::Bytes { audio: JsAudio::new(bytes), facts }
}

pub(super) fn get(target: &JsValue, name: &str) -> JsValue {
    // A primitive has no members; Reflect.get throws for it.
    Reflect::get(target, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn memory(audio: &JsValue) -> Option<Uint8Array> {
    if ArrayBuffer::is_view(audio) {
        let view: &Uint8Array = audio.unchecked_ref();
        if view.byte_length() == 0 {
            return Some(Uint8Array::new_with_length(0)); // also where the buffer was given away to another thread
        }
        return Some(Uint8Array::new_with_byte_offset_and_length(
            &view.buffer(),
            view.byte_offset(),
            view.byte_length(),
        ));
    }
    let tag = Object::prototype_to_string(audio);
    let is_buffer = ["[object ArrayBuffer]", "[object SharedArrayBuffer]"].iter().any(|name| tag == *name);
    let length = get(audio, "byteLength").as_f64();
    is_buffer.then(|| if length == Some(0.0) { Uint8Array::new_with_length(0) } else { Uint8Array::new(audio) })
}

trait PrototypeToString {
    fn prototype_to_string(value: &JsValue) -> String;
}

impl PrototypeToString for Object {
    /// `Object.prototype.toString.call(value)`, which names the class across realms.
    fn prototype_to_string(value: &JsValue) -> String {
        let method: Function = get(&Object::new(), "toString").unchecked_into();
        method.call0(value).ok().and_then(|tag| tag.as_string()).unwrap_or_default()
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a small constant")]
const fn head_length() -> u32 {
    HEAD_LENGTH as u32
}

async fn from_blob(blob: &Blob, declared: Option<String>) -> Result<Source<JsAudio>, Error> {
    let size = blob.size();
    let head = slice(blob, 0.0, size.min(f64::from(head_length()))).await?.to_vec();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole and positive")]
    let facts =
        AudioFacts { head, length: Some(size as u64), declared: declared.or(Some(blob.type_())), replayable: true };
    Ok(source(JsBytes::Blob(blob.clone()), facts))
}

async fn from_object_url(url: &str, call: &Call) -> Result<Source<JsAudio>, Error> {
    let unreadable = |thrown| from_js(ErrorKind::InvalidAudio, "the blob: URL cannot be read; was it revoked?", thrown);
    let request = web_sys::Request::new_with_str(url).map_err(unreadable)?;
    let promise = call.fetch().call1(&JsValue::UNDEFINED, &request).map_err(unreadable)?;
    let response: Response =
        JsFuture::from(js_sys::Promise::resolve(&promise)).await.map_err(unreadable)?.unchecked_into();
    let blob = JsFuture::from(response.blob().map_err(unreadable)?).await.map_err(unreadable)?;
    from_blob(blob.unchecked_ref(), None).await
}

/// A Response (downloaded audio) or a Request (an upload, in an edge function): a body with headers.
async fn from_message(message: &JsValue) -> Result<Source<JsAudio>, Error> {
    let response: &Response = message.unchecked_ref(); // a Request has the same members
    if !get(message, "ok").is_truthy() && get(message, "ok").as_bool().is_some() {
        let message = format!("the Response is a failure (HTTP {}), not audio", response.status());
        return Err(Error::new(ErrorKind::InvalidAudio, message));
    }
    if response.body_used() {
        let message = "the body of this Response or Request was read already; pass a clone() of it";
        return Err(Error::new(ErrorKind::InvalidAudio, message));
    }
    let header = |name: &str| response.headers().get(name).ok().flatten();
    // With a content-encoding the length is that of the packed bytes.
    let packed = header("content-encoding").is_some_and(|encoding| encoding != "identity");
    let length = header("content-length").filter(|_| !packed).and_then(|length| length.parse().ok());
    let body = get(message, "body");
    if !body.is_undefined() && !body.is_null() && !get(&body, "getReader").is_function() {
        // Libraries of Node have bodies of their own kind.
        let stream = stream_from(&body).ok_or_else(|| {
            Error::new(ErrorKind::InvalidAudio, "the body of this Response cannot be read; pass its arrayBuffer()")
        })?;
        return from_stream(&stream, length, header("content-type")).await;
    }
    match response.body() {
        Some(body) => from_stream(&body, length, header("content-type")).await,
        None => Err(Error::new(ErrorKind::EmptyAudio, "the Response or Request has no body")),
    }
}

async fn from_stream(
    stream: &ReadableStream,
    length: Option<u64>,
    declared: Option<String>,
) -> Result<Source<JsAudio>, Error> {
    if stream.locked() {
        let message = "the ReadableStream is locked: somebody else reads it; use tee() or pass a clone";
        return Err(Error::new(ErrorKind::InvalidAudio, message));
    }
    let mut stream = ByteStream::new(stream, length);
    let head = stream.look_ahead(HEAD_LENGTH).await?;
    // The base64 of a stream is kept, so another attempt has something to send; see `flat` in body.rs for the exception.
    let facts = AudioFacts { head, length: stream.length, declared, replayable: true };
    Ok(source(JsBytes::Stream(core::cell::RefCell::new(Some(stream))), facts))
}

/// `ReadableStream.from(iterable)`, where the runtime has it (Node, Deno, workerd, Firefox).
fn stream_from(iterable: &JsValue) -> Option<ReadableStream> {
    let class = get(&js_sys::global(), "ReadableStream");
    let from: Function = get(&class, "from").dyn_into().ok()?;
    from.call1(&class, iterable).ok().map(JsValue::unchecked_into)
}
