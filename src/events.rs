//! A streamed transcription as a [`Stream`](futures_core::Stream) of events.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::VecDeque;

use futures_core::Stream;

use crate::api::Step;
use crate::client::Source;
use crate::client::stream::{Changes, TranscriptStream};
use crate::error::Error;
use crate::options::TranscribeOptions;
use crate::transcriber::{OpenAudio, Transcriber};
use crate::transcript::Transcript;

/// What a streamed transcription tells.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TranscriptEvent {
    /// This was added at the end of the text.
    Delta(String),
    /// Earlier text was changed; this is all of it.
    Revision(String),
    /// The end: the finished transcript.
    Done(Box<Transcript>),
}

/// The events of one transcription. It ends after [`TranscriptEvent::Done`], or after an error, which has the text that was
/// delivered before it ([`Error::partial_text`]). Dropping it cancels the request.
pub struct TranscriptEvents<H: OpenAudio> {
    state: State<H>,
    ready: VecDeque<TranscriptEvent>,
}

enum State<H: OpenAudio> {
    Waiting(Box<Transcription<H>>),
    Asking(Asking<H>),
    Over,
}

/// The next batch is under way; it brings the transcription back.
type Asking<H> = Pin<Box<dyn Future<Output = (Box<Transcription<H>>, Result<Option<Changes>, Error>)>>>;

struct Transcription<H: OpenAudio> {
    transcriber: Transcriber<H>,
    stage: Stage<H>,
}

enum Stage<H: OpenAudio> {
    Unopened(H::Input, TranscribeOptions),
    Open(Source<H::Audio>, TranscriptStream<H::Response>),
    Failed,
}

impl<H: OpenAudio> Transcription<H> {
    async fn next(&mut self) -> Result<Option<Changes>, Error> {
        let call = self.transcriber.call()?;
        self.stage = match core::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Unopened(input, options) => {
                let source = self.transcriber.host().open(input).await?;
                let prepared = call.prepare_stream(&source, &options)?;
                Stage::Open(source, TranscriptStream::new(prepared))
            }
            opened => opened,
        };
        match &mut self.stage {
            Stage::Open(source, stream) => stream.next(&call, source.audio()).await,
            _ => Ok(None),
        }
    }
}

impl<H: OpenAudio> Transcriber<H> {
    /// The text while it is recognised. Nothing is sent before the first event is asked for; what is dropped is cancelled.
    #[must_use]
    pub fn stream(&self, audio: impl Into<H::Input>, options: &TranscribeOptions) -> TranscriptEvents<H> {
        let stage = Stage::Unopened(audio.into(), options.clone());
        let transcription = Transcription { transcriber: self.clone(), stage };
        TranscriptEvents { state: State::Waiting(Box::new(transcription)), ready: VecDeque::new() }
    }
}

// Nothing in it is pinned where it stands: what is polled lives in a box.
impl<H: OpenAudio> Unpin for TranscriptEvents<H> {}

impl<H: OpenAudio + 'static> Stream for TranscriptEvents<H> {
    type Item = Result<TranscriptEvent, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(event)));
            }
            let mut asking = match core::mem::replace(&mut self.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Asking(asking) => asking,
                State::Waiting(mut transcription) => Box::pin(async move {
                    let batch = transcription.next().await;
                    (transcription, batch)
                }),
            };
            let Poll::Ready((transcription, batch)) = asking.as_mut().poll(context) else {
                self.state = State::Asking(asking);
                return Poll::Pending;
            };
            match batch {
                Err(error) => return Poll::Ready(Some(Err(error))),
                Ok(None) => {}
                Ok(Some(batch)) => {
                    self.ready.extend(batch.steps.into_iter().map(|step| match step {
                        Step::Delta(text) => TranscriptEvent::Delta(text),
                        Step::Revision(text) => TranscriptEvent::Revision(text),
                    }));
                    match batch.transcript {
                        Some(transcript) => self.ready.push_back(TranscriptEvent::Done(Box::new(transcript))),
                        None => self.state = State::Waiting(transcription),
                    }
                }
            }
        }
    }
}

impl<H: OpenAudio> fmt::Debug for TranscriptEvents<H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TranscriptEvents").finish_non_exhaustive()
    }
}
