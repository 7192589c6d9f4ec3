//! Names and tokens that go out signed: what is signed, and how the two are put together and taken apart.

use wasm_bindgen::prelude::*;

use crate::relay::{self, PageToken};

/// What is signed for a name.
#[wasm_bindgen(js_name = signedText)]
#[must_use]
pub fn signed_text(kind: &str, caller: &str, value: &str) -> String {
    relay::signed_text(kind, caller, value)
}

/// A name with its signature.
#[wasm_bindgen]
#[must_use]
pub fn sealed(kind: &str, value: &str, signature: &str) -> String {
    if kind == "task" { relay::sealed_id(value, signature) } else { relay::sealed_address(value, signature) }
}

/// Takes a name apart: its value and its signature.
#[wasm_bindgen(unchecked_return_type = "[value: string, signature: string] | undefined")]
#[must_use]
pub fn opened(kind: &str, sealed: &str) -> Option<Vec<String>> {
    let (value, signature) = relay::opened(kind, sealed)?;
    Some(vec![value.to_owned(), signature.to_owned()])
}

/// What is signed for a page token.
#[wasm_bindgen(js_name = pageTokenText)]
#[must_use]
pub fn page_token_text(caller: &str, expires: u32) -> String {
    PageToken::text(caller, expires)
}

/// Whether a credential is a page token, be it forged or not.
#[wasm_bindgen(js_name = isPageToken)]
#[must_use]
pub fn is_page_token(token: &str) -> bool {
    relay::is_page_token(token)
}

/// Takes a page token apart: what is signed, its signature, whom it is for, and until when (seconds since 1970).
#[wasm_bindgen(js_name = openPageToken, unchecked_return_type = "[signed: string, signature: string, caller: string, expires: string] | undefined")]
#[must_use]
pub fn open_page_token(token: &str) -> Option<Vec<String>> {
    let read = PageToken::read(token)?;
    Some(vec![read.signed.to_owned(), read.signature.to_owned(), read.caller, relay::whole(read.expires).to_string()])
}

/// Whom an address stands for.
#[wasm_bindgen]
#[must_use]
pub fn network(address: &str) -> String {
    relay::network(address)
}
