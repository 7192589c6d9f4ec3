//! One file per endpoint: a request builder and a response reader. Wire types never leave this folder. Endpoints do not know
//! each other; what several of them share has a file of its own.

mod asr_options;
pub(crate) mod capabilities;
pub mod chat_completions;
mod choice;
pub(crate) mod conversation;
pub mod error_body;
pub mod flash_generation;
pub mod generation;
pub(crate) mod hot_words;
mod members;
pub(crate) mod numbers;
pub(crate) mod raw_upload;
pub(crate) mod realtime;
mod repeat;
mod request;
pub(crate) mod sentence;
mod store;
pub mod tasks;
pub mod tokens;
pub mod transcription;
pub mod uploads;
pub(crate) mod usage;
pub mod vocabulary;

pub use choice::{Accumulator, Step};
pub use request::AudioRef;
