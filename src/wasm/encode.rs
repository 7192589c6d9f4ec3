//! Base64 by the fastest means this runtime has: its own encoder, else the crate's SIMD loop.

use js_sys::{Array, Function, JsString, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::Blob;

use super::error::from_js;
use crate::data_url;
use crate::error::{Error, ErrorKind};

/// Bytes encoded at a time: a multiple of three, so that pieces join without padding. Their base64 has 64 KiB: engines
/// keep longer strings apart and collect them late, and the calls do not count any more.
pub(super) const PIECE: u32 = 3 * 16 * 1024;

/// The same where the string itself is wanted: here long ones are better, because engines copy short ones that live on.
pub(super) const TEXT_PIECE: u32 = 3 * 512 * 1024;

/// Letters gathered before they become a Blob. Each Blob is a message to another process in a browser.
const BLOB: u32 = 1024 * 1024;

#[wasm_bindgen]
extern "C" {
    /// `Uint8Array` where `toBase64` exists (browsers since 2025, workerd, Deno, Bun, Node 25).
    #[wasm_bindgen(extends = Uint8Array)]
    type NativeArray;
    #[wasm_bindgen(method, js_name = toBase64)]
    fn to_base64(this: &NativeArray) -> JsString;

    /// Node's `Buffer`.
    type Buffer;
    #[wasm_bindgen(method, js_name = toString)]
    fn to_encoding(this: &Buffer, encoding: &str) -> JsString;

    type TextEncoder;
    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;
    #[wasm_bindgen(method, js_name = encodeInto)]
    fn encode_into(this: &TextEncoder, text: &JsString, bytes: &Uint8Array) -> Object;
}

/// Which encoder this runtime has.
#[derive(Clone, Debug)]
pub(super) enum Encoder {
    /// `Uint8Array.prototype.toBase64`.
    Native,
    /// Node's `Buffer.from`.
    Buffer(Function),
    /// Our own.
    Rust,
}

impl Encoder {
    /// Looks at the runtime.
    pub(super) fn detect() -> Self {
        let global = js_sys::global();
        let get = |target: &JsValue, name: &str| Reflect::get(target, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if get(&Uint8Array::new_with_length(0), "toBase64").is_function() {
            return Self::Native;
        }
        match get(&get(&global, "Buffer"), "from").dyn_into() {
            Ok(from) => Self::Buffer(from),
            Err(_) => Self::Rust,
        }
    }

    /// Base64 as a string.
    pub(super) fn encode_text(&self, bytes: &Uint8Array) -> JsString {
        self.encode_native(bytes).unwrap_or_else(|| {
            let mut out = Vec::new();
            data_url::encode_into(&bytes.to_vec(), &mut out);
            String::from_utf8(out).unwrap_or_default().into()
        })
    }

    fn encode_native(&self, bytes: &Uint8Array) -> Option<JsString> {
        match self {
            Self::Native => Some(bytes.unchecked_ref::<NativeArray>().to_base64()),
            Self::Buffer(from) => {
                // A view on the same memory, not a copy.
                let (offset, length) = (bytes.byte_offset().into(), bytes.byte_length().into());
                let view = from.call3(&JsValue::UNDEFINED, &bytes.buffer(), &offset, &length).ok()?;
                Some(view.unchecked_ref::<Buffer>().to_encoding("base64"))
            }
            Self::Rust => None,
        }
    }
}

/// Base64 on its way into Blobs: letters are gathered in one buffer that is used again and again, so that besides the
/// Blobs nothing of the audio's size is ever held.
pub(super) struct BlobWriter {
    encoder: Encoder,
    text: TextEncoder,
    letters: Uint8Array,
    filled: u32,
    blobs: Array,
}

impl BlobWriter {
    /// `length`: how many letters will come, as far as that is known.
    pub(super) fn new(length: Option<u64>) -> Self {
        let capacity = length.and_then(|length| u32::try_from(length).ok()).map_or(BLOB, |length| length.min(BLOB));
        Self {
            encoder: Encoder::detect(),
            text: TextEncoder::new(),
            letters: Uint8Array::new_with_length(capacity.max(1)),
            filled: 0,
            blobs: Array::new(),
        }
    }

    /// Encodes bytes; all but the last must be a multiple of three.
    pub(super) fn encode(&mut self, bytes: &Uint8Array) -> Result<(), Error> {
        let Some(mut text) = self.encoder.encode_native(bytes) else {
            let mut out = Vec::new();
            data_url::encode_into(&bytes.to_vec(), &mut out);
            return self.write(&out);
        };
        while text.length() > 0 {
            let taken = text.length().min(self.free()?);
            self.text.encode_into(&text, &self.letters.subarray(self.filled, self.filled + taken));
            self.filled += taken;
            text = text.slice(taken, text.length());
        }
        Ok(())
    }

    /// Takes letters that are encoded already.
    pub(super) fn write(&mut self, mut letters: &[u8]) -> Result<(), Error> {
        while !letters.is_empty() {
            let free = usize::try_from(self.free()?).unwrap_or(0);
            let (now, later) = letters.split_at(letters.len().min(free));
            let end = self.filled + u32::try_from(now.len()).unwrap_or(0);
            self.letters.subarray(self.filled, end).copy_from(now);
            self.filled = end;
            letters = later;
        }
        Ok(())
    }

    /// All Blobs, in order.
    pub(super) fn finish(mut self) -> Result<Array, Error> {
        self.flush()?;
        Ok(self.blobs)
    }

    /// Room for letters, at least one.
    fn free(&mut self) -> Result<u32, Error> {
        if self.filled == self.letters.length() {
            self.flush()?;
        }
        Ok(self.letters.length() - self.filled)
    }

    fn flush(&mut self) -> Result<(), Error> {
        if self.filled > 0 {
            let parts = Array::of1(&self.letters.subarray(0, self.filled));
            let refused = |thrown| from_js(ErrorKind::InvalidAudio, "the request body cannot be assembled", thrown);
            let blob = Blob::new_with_u8_array_sequence(&parts).map_err(refused)?;
            self.blobs.push(&blob);
            self.filled = 0;
        }
        Ok(())
    }
}
