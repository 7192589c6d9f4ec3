//! Speech to text with Alibaba DashScope / Qwen Cloud.
//!
//! # Which door is yours
//!
//! * **A page, a Web Worker or a Cloudflare Worker in Rust:** the feature `web` and its `web::transcriber`, over `fetch`, Blobs and
//!   timers. It exists on wasm32 only; there, the module `web` has examples.
//! * **Any other program:** implement [`host::Host`] (one request, one pause, the time, the key) and [`OpenAudio`] (what your
//!   callers hand over), for live transcription [`socket::OpenSocket`], and have a [`Transcriber`] over it.
//! * **No I/O at all:** [`client::CallContext`] builds requests as data, [`sse::EventParser`] reads server-sent events,
//!   [`subtitle`] makes subtitles of a [`Transcript`], [`media`] tells what a file is.
//!
//! A [`Transcriber`] is made of [`ClientSettings`]; its verbs take [`TranscribeOptions`], which are written as
//! `TranscribeOptions { language: …, ..TranscribeOptions::default() }`, and checked before anything is sent. `transcribe` gives a
//! [`Transcript`], `stream` the [`TranscriptEvent`]s; `live` takes [`LiveOptions`], and gives a [`LiveTranscript`] that audio goes
//! into and [`LiveEvent`]s come out of. What fails is an [`Error`]: its [`ErrorKind`], a sentence, and whether the
//! same call may succeed later. It is `Send` and `Sync`, and holds neither keys nor audio.
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
//!
//! # The rooms behind the doors
//!
//! * [`options`], [`config`], [`model`]: what a caller may ask for, where requests go, what models take;
//! * [`client`], [`host`], [`socket`]: whole calls in order, over whatever does the I/O; tasks, batches and audio of any length among them;
//! * [`api`]: requests and answers of each endpoint, as data; [`json`] is how answers are read;
//! * [`live`]: words while they are spoken, as a machine without I/O;
//! * `sound` (the feature of that name): recordings of any length, decoded as they come and cut at their pauses;
//! * [`sse`], [`data_url`], [`media`], [`media_type`], [`audio`]: bytes in and out;
//! * [`transcript`], [`subtitle`], [`error`]: what comes of it.
//!
//! Enums and structs that the service may add to are `#[non_exhaustive]`; those of [`transcript`] have constructors, because
//! subtitles are also made of transcripts that programs write themselves. Options are not: they are updated from their defaults.
//! The protocol itself is written down in `docs/protocol.md`.
//!
//! # A guest
//!
//! Without the features whose names begin with `npm`, which make this project's JavaScript package, the crate has no start
//! function, no allocator and no exports: the program it is part of has its own.

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        clippy::disallowed_methods,
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
pub mod capabilities;
pub mod client;
pub mod config;
pub mod data_url;
pub mod error;
mod events;
mod fields;
pub mod host;
pub mod json;
pub mod live;
mod live_transcript;
pub mod long;
pub mod media;
pub mod media_type;
pub mod model;
pub mod options;
mod percent;
mod race;
pub mod relay;
mod retry;
mod seam;
mod search;
pub mod socket;
#[cfg(feature = "sound")]
pub mod sound;
pub mod sse;
pub mod subtitle;
mod tidy;
mod transcriber;
pub mod transcript;
#[cfg(all(target_arch = "wasm32", feature = "web"))]
pub mod web;

#[cfg(all(target_arch = "wasm32", feature = "npm"))]
mod wasm;

#[cfg(all(any(test, fuzzing), not(target_arch = "wasm32")))]
#[path = "../tests/fuzz/checks/fuzzing.rs"]
pub mod fuzzing;

pub use client::CallSettings;
pub use config::{ApiKey, ClientSettings};
pub use error::{Error, ErrorKind};
pub use events::{TranscriptEvent, TranscriptEvents};
pub use live::{LiveEvent, LiveOptions};
pub use live_transcript::{LiveError, LiveTranscript};
pub use options::TranscribeOptions;
pub use transcriber::{OpenAudio, Transcriber};
pub use transcript::Transcript;
