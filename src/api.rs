//! One file per endpoint: a request builder and a response reader. Wire types never leave this folder.

pub mod chat_completions;
mod choice;
pub mod error_body;
pub mod flash_generation;
pub mod generation;
mod numbers;
mod request;
mod sentence;
mod store;
pub mod tasks;
pub mod tokens;
pub mod transcription;
pub mod uploads;
mod usage;
pub mod vocabulary;

pub use choice::{Accumulator, Step};
pub use request::AudioRef;
pub(crate) use request::percent_encode;
