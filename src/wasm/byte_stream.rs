//! A stream of audio bytes, read once and in chunks that are worth the trip through the wasm.

use std::collections::VecDeque;

use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::ReadableStream;

use super::error::from_js;
use super::input::{get, memory};
use crate::error::{Error, ErrorKind};

/// A byte stream whose first chunks have been looked at.
pub(super) struct ByteStream {
    ahead: VecDeque<Uint8Array>,
    reader: Reader,
    /// Length in bytes, where a header told.
    pub(super) length: Option<u64>,
}

impl ByteStream {
    /// Takes the stream for itself. `length` is what a header told.
    pub(super) fn new(stream: &ReadableStream, length: Option<u64>) -> Self {
        Self { ahead: VecDeque::new(), reader: Reader::new(stream), length }
    }

    /// The first `count` bytes, or all there are; they are kept for `next`.
    pub(super) async fn look_ahead(&mut self, count: usize) -> Result<Vec<u8>, Error> {
        let mut head = Vec::new();
        while head.len() < count {
            let wanted = u32::try_from(count - head.len()).unwrap_or(u32::MAX);
            // No more than is needed: whoever refuses the audio by its head shall not have waited for the rest.
            let Some(bytes) = self.reader.read(wanted).await? else {
                self.length = Some(self.ahead.iter().map(|bytes| u64::from(bytes.length())).sum());
                break;
            };
            head.extend(bytes.subarray(0, bytes.length().min(wanted)).to_vec());
            self.ahead.push_back(bytes);
        }
        Ok(head)
    }

    /// The next chunk, `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Uint8Array>, Error> {
        match self.ahead.pop_front() {
            Some(bytes) => Ok(Some(bytes)),
            None => self.reader.read(CHUNK).await,
        }
    }
}

impl Drop for ByteStream {
    fn drop(&mut self) {
        // Whoever feeds the stream shall know that nobody listens any more. A stream that failed before rejects that.
        let cancelled = JsFuture::from(self.reader.0.cancel());
        spawn_local(async move {
            let _ = cancelled.await;
        });
    }
}

/// A reader that takes large chunks where the runtime lets it choose.
struct Reader(AnyReader);

/// Bytes asked for at a time. A network gives four kilobytes, and every chunk is a turn through the wasm: a Worker on a
/// small plan has ten milliseconds for all of them.
const CHUNK: u32 = 48 * 1024;

#[wasm_bindgen]
extern "C" {
    /// A reader of either kind.
    type AnyReader;
    #[wasm_bindgen(method)]
    fn read(this: &AnyReader) -> Promise;
    #[wasm_bindgen(method)]
    fn cancel(this: &AnyReader) -> Promise;
    /// workerd's own: waits until that many bytes are there, or the end.
    #[wasm_bindgen(method, js_name = readAtLeast)]
    fn read_at_least(this: &AnyReader, least: u32, into: &Uint8Array) -> Promise;
    #[wasm_bindgen(method, getter, js_name = readAtLeast)]
    fn reads_at_least(this: &AnyReader) -> JsValue;

    /// A stream whose readers can be chosen.
    type AnyStream;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &AnyStream, options: &Object) -> Result<AnyReader, JsValue>;
}

impl Reader {
    fn new(stream: &ReadableStream) -> Self {
        let options = Object::new();
        let workerd = get(&js_sys::global(), "FixedLengthStream").is_function();
        if workerd && Reflect::set(&options, &"mode".into(), &"byob".into()).is_ok() {
            // A stream that gives no bytes refuses, and is read as it comes.
            if let Ok(reader) = stream.unchecked_ref::<AnyStream>().get_reader(&options) {
                return Self(reader);
            }
        }
        Self(stream.get_reader().unchecked_into())
    }

    /// The next chunk: `least` bytes or more, where the reader can be told, unless the end comes before.
    async fn read(&self, least: u32) -> Result<Option<Uint8Array>, Error> {
        let broken = |thrown| from_js(ErrorKind::InvalidAudio, "the audio stream failed while it was read", thrown);
        let promise = if self.0.reads_at_least().is_function() {
            self.0.read_at_least(least.min(CHUNK), &Uint8Array::new_with_length(CHUNK))
        } else {
            self.0.read()
        };
        let result = JsFuture::from(promise).await.map_err(broken)?;
        let value = get(&result, "value");
        // At its end a chosen reader gives back the empty rest of the buffer.
        if get(&result, "done").is_truthy() && get(&value, "byteLength").as_f64().unwrap_or_default() == 0.0 {
            return Ok(None);
        }
        memory(&value).map(Some).ok_or_else(|| {
            Error::new(ErrorKind::InvalidAudio, "the audio stream gives something else than bytes (Uint8Array)")
        })
    }
}
