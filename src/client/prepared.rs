//! A request that is ready: options and audio checked, everything in place but the key and the audio's bytes.

use std::sync::Arc;

use super::CallContext;
use super::source::{CheckedSource, Source, check_length, most_bytes};
use crate::api::{chat_completions, flash_generation, generation};
use crate::error::Error;
use crate::host::{Host, HttpRequest};
use crate::model::Dialect;
use crate::options::{TranscribeOptions, Verified};

/// A call that has been checked and is ready to be sent, any number of times.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The request, complete but for the audio's bytes and the key.
    pub request: HttpRequest,
    /// The options it was built from.
    pub verified: Arc<Verified<Dialect>>,
    /// Media type of the inline audio, for size checks while a stream is read.
    pub media_type: Option<String>,
    /// Whether the answer was asked for piece by piece.
    pub stream: bool,
    replayable: bool,
}

impl Prepared {
    /// The check for audio that tells its length only while it is read.
    #[must_use]
    pub fn length_check(&self) -> LengthCheck {
        LengthCheck { verified: Arc::clone(&self.verified), media_type: self.media_type.clone().unwrap_or_default() }
    }

    /// For an answer that somebody else asked for: there is nothing to send.
    pub(super) fn for_reading(verified: Arc<Verified<Dialect>>) -> Self {
        Self { request: HttpRequest::default(), verified, media_type: None, stream: true, replayable: false }
    }

    pub(super) fn is_replayable(&self) -> bool {
        self.replayable
    }
}

/// Refuses audio that turns out to be too long while it is read.
#[derive(Clone, Debug)]
pub struct LengthCheck {
    verified: Arc<Verified<Dialect>>,
    media_type: String,
}

impl LengthCheck {
    /// The most bytes of audio.
    #[must_use]
    pub fn most(&self) -> u64 {
        most_bytes(&self.verified, &self.media_type)
    }

    /// The error for audio of `length` bytes, if that is too many.
    pub fn check(&self, length: u64) -> Result<(), Error> {
        check_length(&self.verified, &self.media_type, length)
    }
}

impl<H> CallContext<'_, H> {
    /// Checks options and audio and builds the request for a transcript in one piece: nothing is sent, nothing of the audio
    /// but its head is needed.
    pub fn prepare<A>(&self, source: &Source<A>, options: &TranscribeOptions) -> Result<Prepared, Error> {
        self.prepare_verified(source, Arc::new(options.verify(self.config)?), false)
    }

    /// The same for a transcript that arrives while it is recognised.
    pub fn prepare_stream<A>(&self, source: &Source<A>, options: &TranscribeOptions) -> Result<Prepared, Error> {
        self.prepare_verified(source, Arc::new(options.verify(self.config)?), true)
    }

    /// The same with options that have been verified already: before the audio was touched, say.
    pub(crate) fn prepare_verified<A>(
        &self,
        source: &Source<A>,
        verified: Arc<Verified<Dialect>>,
        stream: bool,
    ) -> Result<Prepared, Error> {
        let checked = source.check(&verified)?;
        let (config, audio) = (self.config, checked.audio_ref());
        let request = match verified.dialect {
            Dialect::ChatCompletions => chat_completions::request(config, &verified, audio, stream),
            Dialect::Generation => generation::request(config, &verified, audio, stream),
            Dialect::Flash => {
                let format = if verified.options.format.is_some() { "" } else { source.format(&verified)? };
                flash_generation::request(config, &verified, audio, format, stream)
            }
        };
        let request = self.with_headers(request);
        let replayable = match source {
            Source::Url(_) => true,
            Source::Bytes { facts, .. } => facts.replayable,
        };
        let media_type = match checked {
            CheckedSource::Inline { media_type } => Some(media_type),
            CheckedSource::Url(_) => None,
        };
        Ok(Prepared { request, verified, media_type, stream, replayable })
    }
}

impl<H: Host> CallContext<'_, H> {
    /// The prepared request with the key on it, for sending by other means.
    pub async fn authorized(&self, prepared: Prepared) -> Result<HttpRequest, Error> {
        let mut request = prepared.request;
        self.authorize(&mut request).await?;
        Ok(request)
    }
}
