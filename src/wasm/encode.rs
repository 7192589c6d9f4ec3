//! Base64 by the fastest means this runtime has: its own encoder, else the crate's SIMD loop.

use js_sys::{Function, JsString, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::data_url;

/// Bytes encoded at a time: a multiple of three, so that pieces join without padding; large enough that the calls do
/// not count, small enough that the transient string does not either.
pub(super) const PIECE: u32 = 3 * 512 * 1024;

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

    /// Base64 as something a Blob takes: a string from the runtime's encoder, bytes from ours.
    pub(super) fn encode(&self, bytes: &Uint8Array) -> JsValue {
        if let Some(text) = self.encode_native(bytes) {
            return text.into();
        }
        let mut out = Vec::new();
        data_url::encode_into(&bytes.to_vec(), &mut out);
        Uint8Array::from(out.as_slice()).into()
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
