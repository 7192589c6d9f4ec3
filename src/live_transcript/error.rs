//! What went wrong with a live transcription, and the audio whose words are missing.

use core::fmt;
use std::sync::Arc;

use crate::error::Error;

/// The failure of a live transcription: the [`Error`], whose [`partial_text`](Error::partial_text) is what was heard, and the
/// audio that was not.
///
/// `?` makes an [`Error`] of it, where the audio is not wanted.
#[derive(Clone)]
pub struct LiveError {
    error: Error,
    unsent_audio: Option<Arc<[u8]>>,
}

impl LiveError {
    pub(super) fn new(error: Error, unsent_audio: Option<Vec<u8>>) -> Self {
        Self { error, unsent_audio: unsent_audio.map(Arc::from) }
    }

    /// What went wrong.
    #[must_use]
    pub fn error(&self) -> &Error {
        &self.error
    }

    /// Everything from the end of the last final sentence on, as a WAV file; `None` where nothing was spoken since. It can be
    /// finished over HTTP, by [`Transcriber::transcribe`](crate::Transcriber::transcribe).
    #[must_use]
    pub fn unsent_audio(&self) -> Option<&[u8]> {
        self.unsent_audio.as_deref()
    }
}

impl fmt::Debug for LiveError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.unsent_audio.as_ref().map(|audio| audio.len());
        formatter.debug_struct("LiveError").field("error", &self.error).field("unsent_bytes", &bytes).finish()
    }
}

impl fmt::Display for LiveError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(formatter)
    }
}

impl std::error::Error for LiveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.error)
    }
}

impl From<LiveError> for Error {
    fn from(error: LiveError) -> Self {
        error.error
    }
}
