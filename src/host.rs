//! The world as parameters: what the client needs from a runtime, and HTTP as plain data.

use std::time::Duration;

use crate::config::ApiKey;
use crate::error::{Error, ErrorKind};

/// One HTTP request, complete except for the audio's bytes, which the host holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` …
    pub method: &'static str,
    /// Absolute, or relative where the caller's `baseURL` is.
    pub url: String,
    /// Name and value; names are lower case. The `authorization` header is added last, by the client.
    pub headers: Vec<(String, String)>,
    /// The recipe of the body.
    pub body: Body,
}

impl HttpRequest {
    /// The value of a header, if it is set.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it asks for a transcript and waits for it. Of such requests callers hear how far they are; the many small
    /// ones about tasks and uploads would only hide what matters.
    #[must_use]
    pub fn is_recognition(&self) -> bool {
        self.url.ends_with("/generation") || self.url.ends_with("/chat/completions")
    }
}

/// A request body as a recipe: literal text around the audio, which stands in it at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The pieces, in order. Empty: no body.
    pub parts: Vec<Part>,
}

/// One piece of a [`Body`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes, as they are.
    Text(String),
    /// Standard base64, with padding, of the audio that goes with the request.
    AudioBase64,
    /// The bytes of the audio that goes with the request, as they are.
    Audio,
}

impl Body {
    /// The exact length in bytes for audio of `audio_length` bytes; base64 length is arithmetic.
    #[must_use]
    pub fn length(&self, audio_length: u64) -> u64 {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.len() as u64,
                Part::AudioBase64 => crate::data_url::base64_length(audio_length),
                Part::Audio => audio_length,
            })
            .sum()
    }

    /// The body as bytes, for hosts that hold the audio in memory.
    #[must_use]
    pub fn to_bytes(&self, audio: &[u8]) -> Vec<u8> {
        let length = usize::try_from(self.length(audio.len() as u64)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(length);
        for part in &self.parts {
            match part {
                Part::Text(text) => bytes.extend_from_slice(text.as_bytes()),
                Part::AudioBase64 => crate::data_url::encode_into(audio, &mut bytes),
                Part::Audio => bytes.extend_from_slice(audio),
            }
        }
        bytes
    }
}

/// A runtime: network, time, chance and the caller's key.
///
/// Futures need not be `Send`: browsers and edge isolates have one thread.
#[allow(async_fn_in_trait, reason = "every host is single-threaded, no caller needs Send")]
pub trait Host {
    /// What the host keeps of the audio so that a [`Body`] can be made real.
    type Audio;
    /// An answer whose body is still arriving.
    type Response: HttpResponse;

    /// Sends a request and waits for the head of its answer, at most `timeout`: then the error is a
    /// [`Timeout`](crate::error::ErrorKind::Timeout). Dropping the future cancels it.
    async fn send(
        &self,
        request: &HttpRequest,
        audio: Option<&Self::Audio>,
        timeout: Duration,
    ) -> Result<Self::Response, Error>;
    /// Waits. Fails where the caller cancels the call meanwhile. Dropping the future cancels it.
    async fn sleep(&self, pause: Duration) -> Result<(), Error>;
    /// A number in `0.0..1.0`.
    fn random(&self) -> f64;
    /// Milliseconds since 1970, for a `retry-after` that is a date.
    fn now(&self) -> f64;
    /// Whether this is a web page, where DashScope cannot be reached directly (no CORS, `docs/protocol.md` §9).
    fn is_page(&self) -> bool;
    /// The key for the next request; asked before every attempt, so a short-lived token may change.
    async fn api_key(&self) -> Result<Option<ApiKey>, Error>;
}

/// The error of a host whose patience has come to its end.
#[must_use]
pub fn timed_out(timeout: Duration) -> Error {
    let millis = timeout.as_secs() * 1000 + u64::from(timeout.subsec_millis());
    let message = format!("no answer within {millis} ms; try again, or raise timeout for long audio and slow networks");
    Error::new(ErrorKind::Timeout, message)
}

/// An answer: status, headers and a body in chunks.
#[allow(async_fn_in_trait, reason = "every host is single-threaded, no caller needs Send")]
pub trait HttpResponse {
    /// HTTP status code.
    fn status(&self) -> u16;
    /// A header by its lower-case name.
    fn header(&self, name: &str) -> Option<String>;
    /// The next bytes of the body within `timeout`, `None` at its end. Dropping the response cancels the transfer.
    async fn chunk(&mut self, timeout: Duration) -> Result<Option<Vec<u8>>, Error>;
}
