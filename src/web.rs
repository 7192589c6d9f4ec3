//! The client in a Rust app of a page, a Web Worker or a Cloudflare Worker: [`Transcriber`] over what every such place has,
//! `fetch`, `Blob` and timers.
//!
//! ```no_run
//! # async fn run(file: web_sys::File) -> Result<(), dashscope_asr::Error> {
//! use dashscope_asr::web::{WebHost, transcriber};
//! use dashscope_asr::{ClientSettings, TranscribeOptions};
//!
//! // A page talks to a relay of its own site: the service allows no cross-origin requests, and a key in a page is everybody's.
//! let settings = ClientSettings { base_url: Some("/dashscope".to_owned()), ..ClientSettings::default() };
//! let asr = transcriber(WebHost::new(), &settings)?;
//! let transcript = asr.transcribe(file, &TranscribeOptions::default()).await?;
//! # Ok(()) }
//! ```

mod audio;
mod body;
mod cause;
mod fetch;
mod host;
mod runtime;

pub use audio::{WebAudio, WebInput, to_data_url};
pub use fetch::WebResponse;
pub use host::{Progress, WebHost};

use crate::config::ClientSettings;
use crate::error::Error;

/// A client of a page or a Worker.
pub type Transcriber = crate::transcriber::Transcriber<WebHost>;

/// Makes a client; settings that make no sense are refused.
pub fn transcriber(host: WebHost, settings: &ClientSettings) -> Result<Transcriber, Error> {
    Transcriber::over(host, settings)
}
