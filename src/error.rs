//! One error type for everything that can go wrong, with a stable code and an answer to "may I try again?".

use core::fmt;
use std::time::Duration;

use crate::tidy::tidy;

/// What went wrong, as a closed list. Every kind has a stable [`code`](ErrorKind::code) that JavaScript sees too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `invalid_option`: an option is unknown, has the wrong type or is not taken by the model. See [`Error::field`].
    InvalidOption,
    /// `empty_audio`: there is not a single byte of audio.
    EmptyAudio,
    /// `audio_too_large`: the audio is over the model's size limit.
    AudioTooLarge,
    /// `audio_too_long`: the audio is over the model's duration limit.
    AudioTooLong,
    /// `unsupported_format`: the bytes are not audio, or in a format the model does not take.
    UnsupportedFormat,
    /// `invalid_audio`: the audio cannot be read or decoded.
    InvalidAudio,
    /// `authentication`: no key, a wrong key, or a key of another region (HTTP 401).
    Authentication,
    /// `permission_denied`: the key is good but may not do this (HTTP 403).
    PermissionDenied,
    /// `not_found`: no such model, workspace, task or list (HTTP 404, 416).
    NotFound,
    /// `billing`: the account is overdue or the product was not bought. Waiting does not help.
    Billing,
    /// `rate_limit`: too many requests or tokens per minute (HTTP 429). Waiting helps.
    RateLimit,
    /// `bad_request`: the service refused the request's content (HTTP 400 and other 4xx).
    BadRequest,
    /// `content_filtered`: the service's content inspection refused input or output.
    ContentFiltered,
    /// `conflict`: the resource is being changed by another request (HTTP 409).
    Conflict,
    /// `server_error`: the service failed (HTTP 5xx).
    Server,
    /// `connection_error`: the request did not reach the service, or no answer came back.
    Connection,
    /// `timeout`: no answer within the time the caller allowed.
    Timeout,
    /// `aborted`: the caller cancelled.
    Aborted,
    /// `stream_interrupted`: a streamed answer ended before it was complete. See [`Error::partial_text`].
    StreamInterrupted,
    /// `invalid_response`: the answer is not what the service documents.
    InvalidResponse,
    /// `internal_error`: a defect in this library.
    Internal,
}

impl ErrorKind {
    /// All kinds, for tables and tests.
    pub const ALL: [Self; 21] = [
        Self::InvalidOption,
        Self::EmptyAudio,
        Self::AudioTooLarge,
        Self::AudioTooLong,
        Self::UnsupportedFormat,
        Self::InvalidAudio,
        Self::Authentication,
        Self::PermissionDenied,
        Self::NotFound,
        Self::Billing,
        Self::RateLimit,
        Self::BadRequest,
        Self::ContentFiltered,
        Self::Conflict,
        Self::Server,
        Self::Connection,
        Self::Timeout,
        Self::Aborted,
        Self::StreamInterrupted,
        Self::InvalidResponse,
        Self::Internal,
    ];

    /// The stable name of this kind, for logs and for `switch` statements in JavaScript.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidOption => "invalid_option",
            Self::EmptyAudio => "empty_audio",
            Self::AudioTooLarge => "audio_too_large",
            Self::AudioTooLong => "audio_too_long",
            Self::UnsupportedFormat => "unsupported_format",
            Self::InvalidAudio => "invalid_audio",
            Self::Authentication => "authentication",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::Billing => "billing",
            Self::RateLimit => "rate_limit",
            Self::BadRequest => "bad_request",
            Self::ContentFiltered => "content_filtered",
            Self::Conflict => "conflict",
            Self::Server => "server_error",
            Self::Connection => "connection_error",
            Self::Timeout => "timeout",
            Self::Aborted => "aborted",
            Self::StreamInterrupted => "stream_interrupted",
            Self::InvalidResponse => "invalid_response",
            Self::Internal => "internal_error",
        }
    }

    /// Whether the same request may succeed later without being changed.
    const fn retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimit
                | Self::Conflict
                | Self::Server
                | Self::Connection
                | Self::Timeout
                | Self::StreamInterrupted
        )
    }
}

/// Any failure of this crate. Opaque: ask it questions. A copy shares its source.
///
/// Neither the API key nor audio ever appears in it.
#[derive(Clone)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    field: Option<String>,
    status: Option<u16>,
    service_code: Option<String>,
    request_id: Option<String>,
    partial_text: Option<String>,
    retry_after: Option<Duration>,
    retryable: bool,
    source: Option<SharedCause>,
}

/// What an error was caused by; the error itself can be handed to another thread, and to `anyhow`, because this can.
#[cfg(not(all(target_arch = "wasm32", feature = "npm")))]
type Cause = Box<dyn std::error::Error + Send + Sync>;
#[cfg(not(all(target_arch = "wasm32", feature = "npm")))]
type SharedCause = std::sync::Arc<dyn std::error::Error + Send + Sync>;

/// In the modules of the npm package it is a value of JavaScript, which has one thread.
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
type Cause = Box<dyn std::error::Error>;
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
type SharedCause = std::rc::Rc<dyn std::error::Error>;

impl Error {
    /// A failure of `kind`; `message` is one or two sentences: what is wrong, and what to do.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message: message.into(),
                field: None,
                status: None,
                service_code: None,
                request_id: None,
                partial_text: None,
                retry_after: None,
                retryable: kind.retryable(),
                source: None,
            }),
        }
    }

    /// A bad option: `field` is its dotted path as the caller wrote it, e.g. `asrOptions.language`.
    #[must_use]
    pub fn invalid_option(field: impl Into<String>, problem: impl fmt::Display) -> Self {
        let field = field.into();
        let mut error = Self::new(ErrorKind::InvalidOption, format!("{field}: {problem}"));
        error.inner.field = Some(field);
        error
    }

    /// The same failure, with the HTTP status (or the logical status inside a stream) it came with.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.inner.status = Some(status);
        self
    }

    /// The same failure, with the `code` the service gave.
    #[must_use]
    pub fn with_service_code(mut self, code: Option<String>) -> Self {
        self.inner.service_code = tidied(code);
        self
    }

    /// The same failure, with the id to quote to support.
    #[must_use]
    pub fn with_request_id(mut self, request_id: Option<String>) -> Self {
        if let Some(id) = tidied(request_id) {
            self.inner.request_id = Some(id);
        }
        self
    }

    /// The same failure, with the text that had been delivered before it.
    #[must_use]
    pub fn with_partial_text(mut self, text: impl Into<String>) -> Self {
        self.inner.partial_text = Some(text.into());
        self
    }

    /// The same failure, with the pause the service asked for.
    #[must_use]
    pub fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.inner.retry_after = pause;
        self
    }

    /// The same failure, with another verdict on retrying than its kind's usual one.
    #[must_use]
    pub fn with_retryable(mut self, retryable: bool) -> Self {
        self.inner.retryable = retryable;
        self
    }

    /// The same failure, with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Cause>) -> Self {
        self.inner.source = Some(source.into().into());
        self
    }

    /// What went wrong, from a closed list.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The stable code of the kind.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.inner.kind.code()
    }

    /// What is wrong and what to do, in one or two sentences.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// Dotted path of the option at fault.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.inner.field.as_deref()
    }

    /// HTTP status, or the logical status an error event inside a stream carried.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// The service's own `code`, e.g. `Throttling.RateQuota`.
    #[must_use]
    pub fn service_code(&self) -> Option<&str> {
        self.inner.service_code.as_deref()
    }

    /// The service's id of the failed request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// Text that had arrived before a stream failed.
    #[must_use]
    pub fn partial_text(&self) -> Option<&str> {
        self.inner.partial_text.as_deref()
    }

    /// The pause the service asked for before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Whether the same call may succeed later, unchanged.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.inner.retryable
    }
}

/// Words of others; `None` where there is nothing in them.
pub(crate) fn tidied(word: Option<String>) -> Option<String> {
    word.map(|word| tidy(&word)).filter(|word| !word.is_empty())
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.inner.message)
    }
}

impl fmt::Debug for Error {
    /// In the npm package nobody sees it, but it would bring the whole machinery of `{:?}` along (4 kB).
    #[cfg(all(target_arch = "wasm32", feature = "npm"))]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }

    #[cfg(not(all(target_arch = "wasm32", feature = "npm")))]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Error")
            .field("code", &self.code())
            .field("message", &self.inner.message)
            .field("field", &self.inner.field)
            .field("status", &self.inner.status)
            .field("service_code", &self.inner.service_code)
            .field("request_id", &self.inner.request_id)
            .field("retryable", &self.inner.retryable)
            .field("source", &self.inner.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.inner.source.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_snake_case() {
        let mut codes: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.code()).collect();
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ErrorKind::ALL.len());
    }

    #[test]
    fn an_option_error_names_its_path() {
        let error = Error::invalid_option("asrOptions.language", "expected a string");
        assert_eq!(error.to_string(), "asrOptions.language: expected a string");
        assert_eq!(error.field(), Some("asrOptions.language"));
        assert!(!error.is_retryable());
    }
}
