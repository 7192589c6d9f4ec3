//! The world as parameters: what the client needs from a runtime, and HTTP as plain data.

use core::future::Future;
use std::time::Duration;

use crate::config::ApiKey;
use crate::data_url;
use crate::error::{Error, ErrorKind};
use crate::race::{First, race};

/// One HTTP request, complete except for the audio's bytes, which the host holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` …
    pub method: &'static str,
    /// Absolute, or relative where the caller's `baseURL` is.
    pub url: String,
    /// Name and value; names are lower case. The `authorization` header is added last, by the client.
    pub headers: Vec<(String, String)>,
    /// The recipe of the body.
    pub body: Body,
    /// What it is for, for hosts that tell their callers how far they are.
    pub purpose: Purpose,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Purpose {
    /// A transcript, and it waits for it.
    Recognition,
    /// Audio goes to the store.
    Upload,
    /// One of the many small questions about tasks, results, keys and lists. Progress of them would only hide what matters.
    #[default]
    Question,
}

impl HttpRequest {
    /// Sets a header, in the place of an earlier one of this name.
    pub(crate) fn set_header(&mut self, name: &str, value: String) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value));
    }

    /// The value of a header, if it is set.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// A request body as a recipe: literal text around the audio, which stands in it at most once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The pieces, in order. Empty: no body.
    pub parts: Vec<Part>,
    /// Most audio that may stand in it, for hosts that learn its length only while they read it.
    pub limit: Option<Box<AudioLimit>>,
}

/// How much audio a model takes in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioLimit {
    /// The most bytes.
    pub most: u64,
    model: String,
    data_url_length: u64,
}

impl AudioLimit {
    /// The limit of a model whose data URLs may have so many characters, for audio of a media type.
    pub(crate) fn new(model: &str, data_url_length: u64, media_type: &str) -> Self {
        Self { most: data_url::bytes_within(media_type, data_url_length), model: model.to_owned(), data_url_length }
    }

    /// The error for audio of `length` bytes, if that is too much.
    pub fn check(&self, length: u64) -> Result<(), Error> {
        let Self { most, model, data_url_length } = self;
        if length <= *most {
            return Ok(());
        }
        let message = format!(
            "the audio has {length} bytes, {model} takes at most {most} (its data URL may have {data_url_length} characters); \
             send a compressed recording (Opus, MP3), or a public URL"
        );
        Err(Error::new(ErrorKind::AudioTooLarge, message))
    }
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
                Part::AudioBase64 => data_url::base64_length(audio_length),
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
                Part::AudioBase64 => data_url::encode_into(audio, &mut bytes),
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
    /// Whether the caller's relay has said that it takes audio as it is: then it is sent as [`Part::Audio`].
    fn relay_takes_audio(&self) -> bool {
        false
    }
    /// Remembers that it has, for this client's next calls.
    fn remember_relay(&self) {}
    /// The key for the next request; asked before every attempt, so a short-lived token may change.
    async fn api_key(&self) -> Result<Option<ApiKey>, Error>;
}

/// The outcome of `work` if it comes before `alarm`, the host's timer of `timeout`; else the error that says so. For hosts:
/// whatever they wait for has its time.
///
/// ```
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// use dashscope_asr::host::within;
/// use std::time::Duration;
///
/// let never = std::future::pending::<()>();
/// let late = within(Duration::from_secs(1), std::future::ready(()), never);
/// # let std::task::Poll::Ready(late) = std::pin::pin!(late).poll(&mut context) else { unreachable!() };
/// assert_eq!(late.unwrap_err().code(), "timeout");
/// ```
pub async fn within<T>(
    timeout: Duration,
    alarm: impl Future<Output = ()>,
    work: impl Future<Output = T>,
) -> Result<T, Error> {
    match race(work, alarm).await {
        First::Left(outcome) => Ok(outcome),
        First::Right(()) => Err(timed_out(timeout)),
    }
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
