//! A request that is ready: options and audio checked, everything in place but the key and the audio's bytes.

use std::sync::Arc;

use super::CallContext;
use super::source::{CheckedSource, Source, limit};
use crate::api::{chat_completions, flash_generation, generation, raw_upload};
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
    /// Media type of the inline audio.
    pub media_type: Option<String>,
    /// Whether the answer was asked for piece by piece.
    pub stream: bool,
    replayable: bool,
}

impl Prepared {
    /// For an answer that somebody else asked for: there is nothing to send.
    pub(super) fn for_reading(verified: Arc<Verified<Dialect>>) -> Self {
        Self { request: HttpRequest::default(), verified, media_type: None, stream: true, replayable: false }
    }

    pub(super) fn is_replayable(&self) -> bool {
        self.replayable
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
        let mut request = self.with_headers(request);
        let media_type = match checked {
            CheckedSource::Inline { media_type } => Some(media_type),
            CheckedSource::Url(_) => None,
        };
        request.body.limit = media_type.as_deref().map(|media_type| Box::new(limit(&verified, media_type)));
        let replayable = match source {
            Source::Url(_) => true,
            Source::Bytes { facts, .. } => facts.replayable,
        };
        Ok(Prepared { request, verified, media_type, stream, replayable })
    }
}

impl<H: Host> CallContext<'_, H> {
    /// The same request for a relay that takes audio as it is.
    pub(super) fn raw(&self, prepared: &Prepared) -> Option<HttpRequest> {
        let media_type = prepared.media_type.as_deref().filter(|_| self.host.relay_takes_audio())?;
        raw_upload::request(self.config, &prepared.request, media_type)
    }

    /// The prepared request with the key on it, for sending by other means.
    pub async fn authorized(&self, prepared: Prepared) -> Result<HttpRequest, Error> {
        let mut request = prepared.request;
        self.authorize(&mut request).await?;
        Ok(request)
    }
}
