//! Audio in, transcript out: checks and request first, then one answer.

use std::rc::Rc;

use super::exchange::{dressed, not_json};
use super::source::{Checked, Source};
use super::stream::TranscriptStream;
use super::{CallSettings, Patience, attempt};
use crate::api::{chat_completions, error_body, flash_generation, generation};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::{Body, Host, HttpRequest};
use crate::json::Json;
use crate::model::Dialect;
use crate::options::{TranscribeOptions, Verified};
use crate::transcript::Transcript;

/// A call that has been checked and is ready to be sent, any number of times.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The request, complete but for the audio's bytes and the key.
    pub request: HttpRequest,
    /// The options it was built from.
    pub verified: Rc<Verified>,
    /// Media type of the inline audio, for size checks while a stream is read.
    pub media_type: Option<String>,
    /// Whether the answer was asked for piece by piece.
    pub stream: bool,
    replayable: bool,
    patience: Patience,
}

impl Prepared {
    /// The check for audio that tells its length only while it is read.
    #[must_use]
    pub fn length_check(&self) -> LengthCheck {
        LengthCheck { verified: Rc::clone(&self.verified), media_type: self.media_type.clone().unwrap_or_default() }
    }

    /// For an answer that somebody else asked for: there is nothing to send.
    pub(super) fn for_reading(config: &Config, verified: Rc<Verified>, call: &CallSettings) -> Result<Self, Error> {
        let request = HttpRequest { method: "GET", url: String::new(), headers: Vec::new(), body: Body::default() };
        let patience = Patience::new(config, call)?;
        Ok(Self { request, verified, media_type: None, stream: true, replayable: false, patience })
    }

    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(super) fn is_replayable(&self) -> bool {
        self.replayable
    }
}

/// Refuses audio that turns out to be too long while it is read.
#[derive(Clone, Debug)]
pub struct LengthCheck {
    verified: Rc<Verified>,
    media_type: String,
}

impl LengthCheck {
    /// The most bytes of audio.
    #[must_use]
    pub fn most(&self) -> u64 {
        super::source::most_bytes(&self.verified, &self.media_type)
    }

    /// The error for audio of `length` bytes, if that is too many.
    pub fn check(&self, length: u64) -> Result<(), Error> {
        super::source::check_length(&self.verified, &self.media_type, length)
    }
}

/// Checks options and audio and builds the request: nothing is sent, nothing of the audio but its head is needed.
pub fn prepare<A>(
    config: &Config,
    source: &Source<A>,
    options: &TranscribeOptions,
    call: &CallSettings,
    stream: bool,
) -> Result<Prepared, Error> {
    prepare_verified(config, source, Rc::new(options.verify(config)?), call, stream)
}

/// The same with options that have been verified already: before the audio was touched, say.
pub(crate) fn prepare_verified<A>(
    config: &Config,
    source: &Source<A>,
    verified: Rc<Verified>,
    call: &CallSettings,
    stream: bool,
) -> Result<Prepared, Error> {
    let patience = Patience::new(config, call)?;
    let checked = source.check(&verified)?;
    let request = match verified.dialect {
        Dialect::ChatCompletions => chat_completions::request(config, &verified, checked.audio_ref(), stream),
        Dialect::Generation => generation::request(config, &verified, checked.audio_ref(), stream),
        Dialect::Flash => {
            let format = if verified.options.format.is_some() { "" } else { source.format(&verified)? };
            flash_generation::request(config, &verified, checked.audio_ref(), format, stream)
        }
        Dialect::File | Dialect::Files => return Err(tasks_only()),
    };
    let request = dressed(request, call);
    let replayable = match source {
        Source::Url(_) => true,
        Source::Bytes { facts, .. } => facts.replayable,
    };
    let media_type = match checked {
        Checked::Inline { media_type } => Some(media_type),
        Checked::Url(_) => None,
    };
    Ok(Prepared { request, verified, media_type, stream, replayable, patience })
}

/// The prepared request with the key on it, for sending by other means.
pub async fn authorized<H: Host>(host: &H, config: &Config, prepared: Prepared) -> Result<HttpRequest, Error> {
    let mut request = prepared.request;
    attempt::authorize(host, config, &mut request).await?;
    Ok(request)
}

/// Sends a prepared call and waits for the whole transcript; tries again where that is safe and sensible.
pub async fn transcribe<H: Host>(
    host: &H,
    config: &Config,
    prepared: Prepared,
    audio: Option<&H::Audio>,
) -> Result<Transcript, Error> {
    let mut stream = TranscriptStream::new(prepared);
    while let Some(batch) = stream.next(host, config, audio).await? {
        if let Some(transcript) = batch.transcript {
            return Ok(transcript);
        }
    }
    Err(Error::new(ErrorKind::Internal, "the stream ended without a transcript and without an error"))
}

/// What the body does not say, the header and the request may.
pub(super) fn with_header_facts(
    mut transcript: Transcript,
    verified: &Verified,
    header_id: Option<String>,
) -> Transcript {
    transcript.request_id = transcript.request_id.or(header_id);
    transcript.model = transcript.model.or_else(|| Some(verified.model.clone()));
    transcript
}

/// Reads a whole 2xx body.
pub(super) fn read_body(verified: &Verified, status: u16, body: &[u8]) -> Result<Transcript, Error> {
    let Some(json) = Json::parse_bytes(body) else {
        return Err(error_body::in_framed_body(body).unwrap_or_else(not_json));
    };
    if let Some(error) = error_body::in_json(&json, Some(status)) {
        return Err(error);
    }
    match verified.dialect {
        Dialect::ChatCompletions => chat_completions::read(&json),
        Dialect::Generation => generation::read(&json),
        Dialect::Flash => flash_generation::read(&json),
        Dialect::File | Dialect::Files => Err(tasks_only()),
    }
}

/// `TranscribeOptions::verify` lets no such model through.
pub(super) fn tasks_only() -> Error {
    Error::new(ErrorKind::Internal, "a model that works with tasks was asked for a direct answer")
}
