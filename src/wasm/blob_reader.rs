//! A Blob's bytes, piece by piece. One buffer is filled again and again where the runtime can do that ("BYOB" readers):
//! otherwise a long recording leaves as much garbage behind as it has bytes, before anybody collects it.

use js_sys::{ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Blob;

use super::error::from_js;
use crate::error::{Error, ErrorKind};

#[wasm_bindgen]
extern "C" {
    /// `ReadableStreamBYOBReader`
    type ByteReader;
    #[wasm_bindgen(method, catch)]
    fn read(this: &ByteReader, view: &Uint8Array) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method)]
    fn cancel(this: &ByteReader) -> Promise;

    /// What any reader's `read()` answers.
    pub(super) type ReadResult;
    #[wasm_bindgen(method, getter)]
    pub(super) fn done(this: &ReadResult) -> bool;
    #[wasm_bindgen(method, getter)]
    pub(super) fn value(this: &ReadResult) -> Option<Uint8Array>;
}

/// Reads a Blob from its beginning to its end.
pub(super) struct BlobReader<'a> {
    blob: &'a Blob,
    size: f64,
    at: f64,
    piece: u32,
    /// `None` where this runtime has none (Safari), and where one piece is all there is.
    reader: Option<ByteReader>,
    buffer: Option<ArrayBuffer>,
}

impl<'a> BlobReader<'a> {
    /// A reader that gives `piece` bytes at a time.
    pub(super) fn new(blob: &'a Blob, piece: u32) -> Self {
        let size = blob.size();
        let reader = if size > f64::from(piece) { byte_reader(blob) } else { None };
        Self { blob, size, at: 0.0, piece, reader, buffer: None }
    }

    /// The next bytes, `None` at the end. They may be overwritten by the next call.
    pub(super) async fn next(&mut self) -> Result<Option<Uint8Array>, Error> {
        if self.at >= self.size {
            return Ok(None);
        }
        let bytes = match &self.reader {
            None => slice(self.blob, self.at, self.size.min(self.at + f64::from(self.piece))).await?,
            Some(reader) => {
                let mut buffer = self.buffer.take().unwrap_or_else(|| ArrayBuffer::new(self.piece));
                let mut filled = 0;
                loop {
                    // The buffer is given away and comes back with the answer.
                    let free = Uint8Array::new_with_byte_offset_and_length(&buffer, filled, self.piece - filled);
                    let answer = JsFuture::from(reader.read(&free).map_err(unreadable)?).await.map_err(unreadable)?;
                    let answer: ReadResult = answer.unchecked_into();
                    let Some(value) = answer.value() else { return Ok(None) };
                    buffer = value.buffer();
                    filled += value.length();
                    if answer.done() || filled == self.piece {
                        break;
                    }
                }
                let bytes = Uint8Array::new_with_byte_offset_and_length(&buffer, 0, filled);
                self.buffer = Some(buffer);
                bytes
            }
        };
        self.at += f64::from(bytes.length());
        if bytes.length() == 0 {
            return Err(unreadable(JsValue::from_str("it has become shorter")));
        }
        Ok(Some(bytes))
    }
}

impl Drop for BlobReader<'_> {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let cancelled = JsFuture::from(reader.cancel());
            spawn_local(async move {
                let _ = cancelled.await;
            });
        }
    }
}

fn byte_reader(blob: &Blob) -> Option<ByteReader> {
    let stream = blob.stream();
    let method: Function = Reflect::get(&stream, &"getReader".into()).ok()?.dyn_into().ok()?;
    let options = Object::new();
    Reflect::set(&options, &"mode".into(), &"byob".into()).ok()?;
    method.call1(&stream, &options).ok().map(JsValue::unchecked_into)
}

fn unreadable(thrown: JsValue) -> Error {
    from_js(ErrorKind::InvalidAudio, "the file cannot be read; was it moved or deleted?", thrown)
}

/// Part of a Blob in memory.
pub(super) async fn slice(blob: &Blob, start: f64, end: f64) -> Result<Uint8Array, Error> {
    let part = blob.slice_with_f64_and_f64(start, end).map_err(unreadable)?;
    let buffer = JsFuture::from(part.array_buffer()).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&buffer))
}
