//! Audio in, transcript out, in one go.

use super::CallContext;
use super::source::Source;
use super::stream::TranscriptStream;
use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::options::TranscribeOptions;
use crate::transcript::Transcript;

impl<H: Host> CallContext<'_, H> {
    /// Transcribes audio and waits for the whole transcript; tries again where that is safe and sensible.
    pub async fn transcribe(
        &self,
        source: &Source<H::Audio>,
        options: &TranscribeOptions,
    ) -> Result<Transcript, Error> {
        let mut stream = TranscriptStream::new(self.prepare(source, options)?);
        while let Some(batch) = stream.next(self, source.audio()).await? {
            if let Some(transcript) = batch.transcript {
                return Ok(transcript);
            }
        }
        Err(Error::new(ErrorKind::Internal, "the stream ended without a transcript and without an error"))
    }
}
