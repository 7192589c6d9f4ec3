//! Audio bytes in JavaScript's keeping, and their base64.

use core::cell::RefCell;

use js_sys::{Array, JsString, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::Blob;

use super::blob_reader::BlobReader;
use super::byte_stream::ByteStream;
use super::call::Call;
use super::encode::{BlobWriter, Encoder, PIECE, TEXT_PIECE};
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
        let mut writer = BlobWriter::new(self.length().map(data_url::base64_length));
        match &self.bytes {
            JsBytes::Stream(stream) => {
                let Some(mut stream) = stream.take() else { return Err(already_read()) };
                let mut base64 = data_url::Encoder::default();
                let mut loaded = 0;
                while let Some(bytes) = stream.next().await? {
                    loaded += u64::from(bytes.length());
                    self.check(loaded)?;
                    writer.write(&base64.push(&bytes.to_vec()))?;
                    call.progress("read", loaded, stream.length)?;
                }
                writer.write(&base64.finish())?;
            }
            _ => self.each_piece(call, PIECE, |bytes| writer.encode(&bytes)).await?,
        }
        let pieces = writer.finish()?;
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
        // Engines join strings lazily: the whole is not copied for every piece.
        let mut url = JsString::from(prefix);
        let encoder = Encoder::detect();
        match &self.bytes {
            JsBytes::Stream(stream) => {
                let Some(mut stream) = stream.take() else { return Err(already_read()) };
                let mut base64 = data_url::Encoder::default();
                let mut loaded = 0;
                let letters = |bytes: Vec<u8>| JsValue::from(String::from_utf8(bytes).unwrap_or_default());
                while let Some(bytes) = stream.next().await? {
                    loaded += u64::from(bytes.length());
                    url = url.concat(&letters(base64.push(&bytes.to_vec())));
                    call.progress("read", loaded, stream.length)?;
                }
                url = url.concat(&letters(base64.finish()));
            }
            _ => {
                self.each_piece(call, TEXT_PIECE, |bytes| {
                    url = url.concat(&encoder.encode_text(&bytes));
                    Ok(())
                })
                .await?;
            }
        }
        Ok(url)
    }

    fn length(&self) -> Option<u64> {
        match &self.bytes {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are whole")]
            JsBytes::Blob(blob) => Some(blob.size() as u64),
            JsBytes::Memory(bytes) => Some(u64::from(bytes.length())),
            JsBytes::Stream(stream) => stream.borrow().as_ref().and_then(|stream| stream.length),
        }
    }

    async fn each_piece(
        &self,
        call: &Call,
        piece: u32,
        mut take: impl FnMut(Uint8Array) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let total = self.length();
        match &self.bytes {
            JsBytes::Memory(bytes) => {
                let length = bytes.length();
                let mut start = 0;
                while start < length {
                    let end = length.min(start.saturating_add(piece));
                    take(bytes.subarray(start, end))?;
                    call.progress("encode", u64::from(end), total)?;
                    start = end;
                }
            }
            JsBytes::Blob(blob) => {
                let mut reader = BlobReader::new(blob, piece);
                let mut loaded = 0;
                while let Some(bytes) = reader.next().await? {
                    loaded += u64::from(bytes.length());
                    take(bytes)?;
                    call.progress("encode", loaded, total)?;
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
