//! The boundary: the only code that names JavaScript. It decides nothing; an `if` about the API belongs below.
//!
//! Everything exported here is for `src/js`, which gives it classes, iterables and error types.

#![cfg_attr(
    not(all(feature = "core", feature = "files", feature = "formats")),
    allow(dead_code, reason = "a module of the package has what its exports need, the linker drops the rest")
)]
#![allow(unreachable_pub, reason = "wasm-bindgen exports what Rust itself cannot reach")]

mod abort;
#[cfg(feature = "files")]
mod actions;
mod audio;
mod blob_reader;
mod body;
mod byte_stream;
mod call;
mod encode;
mod entry;
mod error;
#[cfg(feature = "core")]
mod event_parser;
#[cfg(feature = "core")]
mod exports;
#[cfg(feature = "formats")]
mod formats;
mod host;
mod input;
mod options;
#[cfg(feature = "core")]
mod reader;
#[cfg(test)]
mod tests;
mod transcript;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
