//! The client in a Rust app of a page, a Web Worker or a Cloudflare Worker: [`Transcriber`] over what every such place has,
//! `fetch`, `Blob` and timers.
//!
//! A page talks to a relay of its own site: the service allows no cross-origin requests, and a key in a page is everybody's.
//!
//! ```no_run
//! # async fn run(file: web_sys::File) -> Result<(), dashscope_asr::Error> {
//! use dashscope_asr::web::{WebHost, transcriber};
//! use dashscope_asr::{ClientSettings, TranscribeOptions};
//!
//! let settings = ClientSettings { base_url: Some("/dashscope".to_owned()), ..ClientSettings::default() };
//! let asr = transcriber(WebHost::new(), &settings)?;
//! let transcript = asr.transcribe(file, &TranscribeOptions::default()).await?;
//! # Ok(()) }
//! ```
//!
//! A Worker keeps the key, and reaches the service itself. The audio is the bytes of an upload here:
//!
//! ```no_run
//! # async fn run(key_of_environment: &str, upload: Vec<u8>) -> Result<String, dashscope_asr::Error> {
//! use dashscope_asr::web::{WebHost, transcriber};
//! use dashscope_asr::{ApiKey, ClientSettings, TranscribeOptions};
//!
//! let host = WebHost::new().with_api_key(ApiKey::new(key_of_environment)?);
//! let asr = transcriber(host, &ClientSettings::default())?;
//! let transcript = asr.transcribe(upload, &TranscribeOptions::default()).await?;
//! # Ok(transcript.text) }
//! ```

mod audio;
mod body;
mod cause;
mod fetch;
mod host;
mod runtime;
mod socket;

pub use audio::{WebAudio, WebInput, to_data_url};
pub use fetch::WebResponse;
pub use host::{Progress, WebHost};
pub use socket::{WebSocketReceiver, WebSocketSender};

use crate::config::ClientSettings;
use crate::error::Error;

/// A client of a page or a Worker; its verbs are those of [`crate::Transcriber`]. Cloning is cheap.
pub type Transcriber = crate::transcriber::Transcriber<WebHost>;

/// A live transcription of [`Transcriber::live`](crate::Transcriber::live).
pub type LiveTranscript = crate::live_transcript::LiveTranscript<WebHost>;

/// Makes a client. Settings that make no sense, as an address that is none, are refused with
/// [`InvalidOption`](crate::ErrorKind::InvalidOption); nothing is sent.
pub fn transcriber(host: WebHost, settings: &ClientSettings) -> Result<Transcriber, Error> {
    Transcriber::over(host, settings)
}
