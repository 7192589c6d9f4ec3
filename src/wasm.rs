//! The boundary: the only code that names JavaScript. It decides nothing; an `if` about the API belongs below.
//!
//! Everything exported here is for `src/js`, which gives it classes, iterables and error types.

#![cfg_attr(
    not(all(
        feature = "npm-core",
        feature = "npm-files",
        feature = "npm-formats",
        feature = "npm-live",
        feature = "npm-long",
        feature = "npm-relay",
        feature = "npm-sound"
    )),
    allow(dead_code, reason = "a module of the package has what its exports need, the linker drops the rest")
)]
#![allow(unreachable_pub, reason = "wasm-bindgen exports what Rust itself cannot reach")]

#[cfg(feature = "npm-files")]
mod actions;
#[cfg(any(feature = "npm-core", feature = "npm-relay"))]
mod base64;
mod effects;
mod entry;
mod error;
#[cfg(feature = "npm-core")]
mod event_parser;
#[cfg(feature = "npm-core")]
mod exports;
#[cfg(feature = "npm-formats")]
mod formats;
mod host;
#[cfg(feature = "npm-live")]
mod live;
#[cfg(feature = "npm-long")]
mod long;
#[cfg(feature = "npm-relay")]
mod relay;
#[cfg(feature = "npm-sound")]
mod sound;
#[cfg(test)]
mod tests;
#[cfg(feature = "npm-core")]
mod transcription;

#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
