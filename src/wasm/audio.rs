//! Audio bytes in JavaScript's keeping, and their base64.

use core::cell::RefCell;

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use super::byte_stream::ByteStream;
use super::call::Call;
use super::encode::{Encoder, PIECE};
use super::error::from_js;
use crate::client::transcribe::LengthCheck;
use crate::data_url;
use crate::error::{Error, ErrorKind};

/// The audio of one call.
pub(super) struct JsAudio {
    pub(super) bytes: JsBytes,
    /// Base64 pieces of an earlier attempt: an attempt after the first encodes nothing.
    encoded: RefCell<Option<Array>>,
    check: RefCell<Option<LengthCheck>>,
}

/// Where the bytes are.
pub(super) enum JsBytes {
    /// A Blob or File; read slice by slice.
    Blob(Blob),
    /// Bytes in memory; never copied as a whole.
    Memory(Uint8Array),
    /// A stream; read once.
    Stream(RefCell<Option<ByteStream>>),
}

impl JsAudio {
    pub(super) fn new(bytes: JsBytes) -> Self {
        Self { bytes, encoded: RefCell::new(None), check: RefCell::new(None) }
    }

    /// Length limit for audio that does not tell its length before it is read.
    pub(super) fn limit(&self, check: LengthCheck) {
        *self.check.borrow_mut() = Some(check);
    }

    pub(super) fn check(&self, length: u64) -> Result<(), Error> {
        self.check.borrow().as_ref().map_or(Ok(()), |check| check.check(length))
    }

    /// The base64 as pieces that a `Blob` takes.
    pub(super) async fn base64(&self, call: &Call) -> Result<Array, Error> {
        if let Some(pieces) = self.encoded.borrow().as_ref() {
            return Ok(pieces.clone());
        }
        let pieces = Array::new();
        let encoder = Encoder::detect();
        match &self.bytes {
            JsBytes::Stream(stream) => {
                let Some(mut stream) = stream.take() else { return Err(already_read()) };
                let mut base64 = data_url::Encoder::default();
                let mut loaded = 0;
                while let Some(bytes) = stream.next().await? {
                    loaded += u64::from(bytes.length());
                    self.check(loaded)?;
                    pieces.push(&Uint8Array::from(base64.push(&bytes.to_vec()).as_slice()));
                    call.progress("read", loaded, stream.length)?;
                }
                pieces.push(&Uint8Array::from(base64.finish().as_slice()));
            }
            _ => {
                self.each_piece(call, |bytes| {
                    pieces.push(&encoder.encode(&bytes));
                })
                .await?;
            }
        }
        *self.encoded.borrow_mut() = Some(pieces.clone());
        Ok(pieces)
    }

    /// The bytes as they are, as pieces that a `Blob` takes. A Blob is passed on unread.
    pub(super) async fn raw(&self, call: &Call) -> Result<Array, Error> {
        match &self.bytes {
            JsBytes::Blob(blob) => Ok(Array::of1(blob)),
            JsBytes::Memory(bytes) => Ok(Array::of1(bytes)),
            JsBytes::Stream(stream) => {
                let Some(mut stream) = stream.take() else { return Err(already_read()) };
                let pieces = Array::new();
                let mut loaded = 0;
                while let Some(bytes) = stream.next().await? {
                    loaded += u64::from(bytes.length());
                    pieces.push(&bytes);
                    call.progress("read", loaded, stream.length)?;
                }
                Ok(pieces)
            }
        }
    }

    /// The base64 as one string, for a data URL that the caller wants.
    pub(super) async fn base64_text(&self, call: &Call, prefix: &str) -> Result<JsString, Error> {
        let pieces = Array::of1(&prefix.into());
        let encoder = Encoder::detect();
        match &self.bytes {
            JsBytes::Stream(_) => {
                for piece in self.base64(call).await?.iter() {
                    let bytes = Uint8Array::from(piece).to_vec();
                    pieces.push(&String::from_utf8(bytes).unwrap_or_default().into());
                }
            }
            _ => {
                self.each_piece(call, |bytes| {
                    pieces.push(&encoder.encode_text(&bytes));
                })
                .await?;
            }
        }
        Ok(pieces.join(""))
    }

    async fn each_piece(&self, call: &Call, mut take: impl FnMut(Uint8Array)) -> Result<(), Error> {
        match &self.bytes {
            JsBytes::Memory(bytes) => {
                let length = bytes.length();
                let mut start = 0;
                while start < length {
                    let end = length.min(start.saturating_add(PIECE));
                    take(bytes.subarray(start, end));
                    call.progress("encode", u64::from(end), Some(u64::from(length)))?;
                    start = end;
                }
            }
            JsBytes::Blob(blob) => {
                let size = blob.size();
                let mut start = 0.0;
                while start < size {
                    let end = size.min(start + f64::from(PIECE));
                    take(slice(blob, start, end).await?);
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole")]
                    call.progress("encode", end as u64, Some(size as u64))?;
                    start = end;
                }
            }
            JsBytes::Stream(_) => {}
        }
        Ok(())
    }
}

/// A stream can be read once; whoever comes second is told so.
pub(super) fn already_read() -> Error {
    Error::new(ErrorKind::InvalidAudio, "the audio stream was read already, it cannot be sent a second time")
}

/// Part of a Blob in memory.
pub(super) async fn slice(blob: &Blob, start: f64, end: f64) -> Result<Uint8Array, Error> {
    let unreadable =
        |thrown: JsValue| from_js(ErrorKind::InvalidAudio, "the file cannot be read; was it moved or deleted?", thrown);
    let part = blob.slice_with_f64_and_f64(start, end).map_err(unreadable)?;
    let buffer = JsFuture::from(part.array_buffer()).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&buffer))
}
