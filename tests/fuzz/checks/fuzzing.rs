//! What must be true whatever comes, as functions of bytes: for cargo-fuzz, which looks for bytes for which it is not, and
//! for `cargo test`, which tries those that were found and some more. See `tests/fuzz/README.md`.

#![allow(missing_docs, missing_debug_implementations, reason = "for fuzzers only")]
#![allow(clippy::missing_panics_doc, reason = "panicking is how a check says what it has found")]

mod choices;

pub mod addresses;
pub mod answers;
pub mod data_url;
pub mod documents;
pub mod errors;
pub mod events;
pub mod forms;
pub mod gate;
pub mod json;
pub mod media;
pub mod options;
pub mod stream;
pub mod subtitles;
pub mod waits;
pub mod wav_write;

#[cfg(test)]
mod short;
