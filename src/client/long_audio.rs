//! Audio of any length: directly where it fits, by upload and task where it does not.
//!
//! For JavaScript: `asr.transcribe(audio, { longAudio: "task" })`, or `longAudio: { model, enableWords, … }`.

use super::CallContext;
use super::source::{Source, is_data_url};
use crate::api::tasks::{TaskState, TaskStatus};
use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::model::counterpart;
use crate::options::{Checked, TranscribeOptions};
use crate::transcript::Transcript;

/// Where a task is; uploading tells its own progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// The task waits for its turn.
    Queue,
    /// The service is at work.
    Recognise,
    /// The result is fetched.
    Download,
}

impl<H: Host> CallContext<'_, H> {
    /// Transcribes audio with the options of `direct`, or, where it is too long or too large for that, with those of
    /// `by_task`.
    ///
    /// Whether a URL leads to something too long only the service knows: it is asked, and its refusal is the answer.
    /// `on_stage` may end the waiting by an error.
    pub async fn long_audio(
        &self,
        source: &Source<H::Audio>,
        direct: &TranscribeOptions,
        by_task: &TranscribeOptions,
        on_stage: &mut dyn FnMut(Stage) -> Result<(), Error>,
    ) -> Result<Transcript, Error> {
        let merged = self.options_by_task(direct, by_task)?; // a mistake in the long way shall not wait for the first long recording
        let refusal = match self.transcribe(source, direct).await {
            Err(error) if does_not_fit(&error) => error,
            settled => return settled,
        };
        match source {
            Source::Url(url) if is_data_url(url) => Err(refusal), // tasks take addresses only
            Source::Bytes { facts, .. } if !facts.replayable => Err(refusal), // it has been read already
            _ => self.as_task(source, merged, on_stage).await,
        }
    }

    /// The same of audio that is known to be too much for one request: the options of `direct` count as far as a task takes them.
    pub async fn audio_by_task(
        &self,
        source: &Source<H::Audio>,
        direct: &TranscribeOptions,
        by_task: &TranscribeOptions,
        on_stage: &mut dyn FnMut(Stage) -> Result<(), Error>,
    ) -> Result<Transcript, Error> {
        self.as_task(source, self.options_by_task(direct, by_task)?, on_stage).await
    }

    fn options_by_task(
        &self,
        direct: &TranscribeOptions,
        by_task: &TranscribeOptions,
    ) -> Result<TranscribeOptions, Error> {
        let verified = direct.verify(self.config)?;
        let merged = merge(direct, by_task, &verified)?;
        merged.verify_task(self.config)?;
        Ok(merged)
    }

    async fn as_task(
        &self,
        source: &Source<H::Audio>,
        merged: TranscribeOptions,
        on_stage: &mut dyn FnMut(Stage) -> Result<(), Error>,
    ) -> Result<Transcript, Error> {
        let url = match source {
            Source::Url(url) => url.clone(),
            Source::Bytes { .. } => self.upload(source, &merged).await?,
        };
        // `mediaType` describes bytes; the address tells the service itself.
        let options = TranscribeOptions { media_type: None, ..merged };
        let id = self.submit(&[url], &options).await?;
        let mut on_status = |status: &TaskStatus| match status.state {
            TaskState::Pending | TaskState::Suspended => on_stage(Stage::Queue),
            TaskState::Running => on_stage(Stage::Recognise),
            _ => Ok(()),
        };
        let status = self.wait_for_task(&id, None, &mut on_status).await?;
        on_stage(Stage::Download)?;
        let mut transcript = self.task_result(&status).await?;
        transcript.model = transcript.model.or(options.model);
        Ok(transcript)
    }
}

fn does_not_fit(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::AudioTooLarge | ErrorKind::AudioTooLong)
}

/// What was said for the direct way counts for the task, too, unless the task's own options differ. What its model would
/// ignore is refused when the options are verified; nothing vanishes on the way.
fn merge(
    direct: &TranscribeOptions,
    by_task: &TranscribeOptions,
    verified: &Checked,
) -> Result<TranscribeOptions, Error> {
    let (own, direct) = (by_task.clone(), direct.clone());
    if direct.vocabulary_id.is_some() && own.vocabulary_id.is_none() {
        let problem = "a list belongs to one model; name the list of the long way in the options of the task (longAudio.vocabularyId)";
        return Err(Error::invalid_option("vocabularyId", problem));
    }
    Ok(TranscribeOptions {
        model: own.model.or_else(|| counterpart(&verified.model)),
        language: own.language.or(direct.language),
        language_hints: or(own.language_hints, direct.language_hints),
        enable_itn: own.enable_itn.or(direct.enable_itn),
        context: own.context.or(direct.context),
        messages: or(own.messages, direct.messages),
        vocabulary: or(own.vocabulary, direct.vocabulary),
        diarization_enabled: own.diarization_enabled.or(direct.speaker_diarization_enabled),
        media_type: own.media_type.or(direct.media_type),
        keep_dialect: own.keep_dialect.or(direct.keep_dialect),
        asr_options: or(own.asr_options, direct.asr_options),
        parameters: or(own.parameters, direct.parameters),
        // How the direct call is framed (protocol, format, sampleRate, usage in streams) says nothing about a task.
        ..own
    })
}

fn or<T>(own: Vec<T>, direct: Vec<T>) -> Vec<T> {
    if own.is_empty() { direct } else { own }
}
