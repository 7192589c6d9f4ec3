//! Speech to text with Alibaba DashScope / Qwen Cloud.
//!
//! The crate is a pure core with a thin boundary to JavaScript (`wasm`, on wasm32 only):
//!
//! * [`options`], [`config`], [`model`]: what a caller may ask for, where requests go, what models take;
//! * [`api`]: requests and answers of each endpoint, as data;
//! * [`sse`], [`data_url`], [`media`], [`media_type`], [`audio`]: bytes in and out;
//! * [`retry`], [`error`]: what to do when it fails;
//! * [`client`]: all of it in order, over a [`host::Host`] that does the I/O.
//!
//! A request as data, without anything that could send it:
//!
//! ```
//! use dashscope_asr::client::{CallContext, CallSettings, Source};
//! use dashscope_asr::config::{ClientSettings, Config};
//! use dashscope_asr::options::TranscribeOptions;
//!
//! let (config, settings) = (Config::new(&ClientSettings::default())?, CallSettings::default());
//! let audio = Source::<()>::Url("https://example.com/welcome.mp3".to_owned());
//! let options = TranscribeOptions { language: Some("en".to_owned()), ..TranscribeOptions::default() };
//! let prepared = CallContext::new(&(), &config, &settings)?.prepare(&audio, &options)?;
//! assert!(prepared.request.url.ends_with("/services/aigc/multimodal-generation/generation"));
//! assert!(String::from_utf8_lossy(&prepared.request.body.to_bytes(&[])).contains("welcome.mp3"));
//! # Ok::<(), dashscope_asr::error::Error>(())
//! ```

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        clippy::float_cmp,
        clippy::large_stack_arrays,
        clippy::needless_pass_by_value,
        clippy::panic,
        reason = "tests compute with small numbers and may fail loudly"
    )
)]

mod address;
pub mod api;
pub mod audio;
pub mod client;
pub mod config;
pub mod data_url;
pub mod error;
mod events;
pub mod fields;
pub mod host;
pub mod json;
pub mod media;
pub mod media_type;
pub mod model;
pub mod options;
mod race;
pub mod retry;
mod search;
pub mod sse;
pub mod subtitle;
mod tidy;
mod transcriber;
pub mod transcript;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub mod web;

#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod wasm;

pub use client::CallSettings;
pub use config::{ApiKey, ClientSettings};
pub use error::{Error, ErrorKind};
pub use events::{TranscriptEvent, TranscriptEvents};
pub use options::TranscribeOptions;
pub use transcriber::{OpenAudio, Transcriber};
pub use transcript::Transcript;
