//! The boundary: the only code that names JavaScript. It decides nothing; an `if` about the API belongs below.
//!
//! Everything exported here is for `src/js`, which gives it classes, iterables and error types.

#![allow(unreachable_pub, reason = "wasm-bindgen exports what Rust itself cannot reach")]

mod abort;
mod actions;
mod audio;
mod blob_reader;
mod body;
mod byte_stream;
mod call;
mod encode;
mod error;
mod event_parser;
mod exports;
mod host;
mod input;
mod options;
mod reader;
#[cfg(test)]
mod tests;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
