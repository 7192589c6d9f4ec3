//! The front door for Rust: one client, its verbs as methods, over any [`Host`].

use std::sync::Arc;
use std::time::Duration;

use crate::api::tasks::{TaskFilter, TaskPage, TaskStatus};
use crate::api::tokens::Token;
use crate::api::vocabulary::{HotWord, NewVocabulary, Vocabulary};
use crate::client::batch::{Grouping, Submission};
use crate::client::long_audio::Stage;
use crate::client::task::FileOutcome;
use crate::client::{CallContext, CallSettings, Source};
use crate::config::{ClientSettings, Config};
use crate::error::Error;
use crate::host::Host;
use crate::options::TranscribeOptions;
use crate::transcript::Transcript;

/// A host that knows what its callers have for audio.
#[allow(async_fn_in_trait, reason = "every host is single-threaded, no caller needs Send")]
pub trait OpenAudio: Host {
    /// What callers hand over: files, bytes, addresses.
    type Input;

    /// Finds out what can be known of it without reading all of it.
    async fn open(&self, input: Self::Input) -> Result<Source<Self::Audio>, Error>;
}

/// A client: settings that have been checked, and the host that it works over. Cloning is cheap.
///
/// ```
/// # #[cfg(all(target_arch = "wasm32", feature = "web"))]
/// # async fn run(file: web_sys::File) -> Result<(), dashscope_asr::Error> {
/// use dashscope_asr::{ClientSettings, TranscribeOptions, web};
///
/// let settings = ClientSettings { base_url: Some("/dashscope".to_owned()), ..ClientSettings::default() };
/// let asr = web::transcriber(web::WebHost::new(), &settings)?;
/// let transcript = asr.transcribe(file, &TranscribeOptions::default()).await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Transcriber<H> {
    client: Arc<Client<H>>,
    settings: CallSettings,
}

#[derive(Debug)]
struct Client<H> {
    host: H,
    config: Config,
}

impl<H> Clone for Transcriber<H> {
    fn clone(&self) -> Self {
        Self { client: Arc::clone(&self.client), settings: self.settings.clone() }
    }
}

impl<H> Transcriber<H> {
    /// A client over a host. Settings that make no sense are refused, one error for the first of them.
    pub fn over(host: H, settings: &ClientSettings) -> Result<Self, Error> {
        let client = Client { host, config: Config::new(settings)? };
        Ok(Self { client: Arc::new(client), settings: CallSettings::default() })
    }

    /// The same client with a timeout, retries or headers of its own for the calls that are made with it.
    #[must_use]
    pub fn with(&self, settings: CallSettings) -> Self {
        Self { client: Arc::clone(&self.client), settings }
    }

    /// The settings, checked and resolved.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.client.config
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &H {
        &self.client.host
    }

    /// The context that every verb works in; for request builders, and for what has no verb of its own.
    pub fn call(&self) -> Result<CallContext<'_, H>, Error> {
        CallContext::new(&self.client.host, &self.client.config, &self.settings)
    }
}

impl<H: OpenAudio> Transcriber<H> {
    /// Transcribes audio of up to five minutes and waits for the whole transcript.
    pub async fn transcribe(
        &self,
        audio: impl Into<H::Input>,
        options: &TranscribeOptions,
    ) -> Result<Transcript, Error> {
        let source = self.host().open(audio.into()).await?;
        self.call()?.transcribe(&source, options).await
    }

    /// Transcribes audio of any length: directly where it fits, else with `by_task` by upload and task. `on_stage` hears how
    /// far the long way is, and may end the waiting by an error.
    pub async fn long_audio(
        &self,
        audio: impl Into<H::Input>,
        direct: &TranscribeOptions,
        by_task: &TranscribeOptions,
        on_stage: &mut dyn FnMut(Stage) -> Result<(), Error>,
    ) -> Result<Transcript, Error> {
        let source = self.host().open(audio.into()).await?;
        self.call()?.long_audio(&source, direct, by_task, on_stage).await
    }

    /// Puts audio into the service's temporary store; gives its address, good for 48 hours and for this model only.
    pub async fn upload(&self, audio: impl Into<H::Input>, options: &TranscribeOptions) -> Result<String, Error> {
        let source = self.host().open(audio.into()).await?;
        self.call()?.upload(&source, options).await
    }
}

impl<H: Host> Transcriber<H> {
    /// Has files transcribed, one task for all of them; gives the task's id, which finds it again for 24 hours.
    pub async fn submit(&self, urls: &[String], options: &TranscribeOptions) -> Result<String, Error> {
        self.call()?.submit(urls, options).await
    }

    /// How far a task is.
    pub async fn task_status(&self, id: &str) -> Result<TaskStatus, Error> {
        self.call()?.task_status(id).await
    }

    /// Waits until a task is over, at most `limit` (24 hours where none is given).
    pub async fn wait_for_task(
        &self,
        id: &str,
        limit: Option<Duration>,
        on_status: &mut dyn FnMut(&TaskStatus) -> Result<(), Error>,
    ) -> Result<TaskStatus, Error> {
        self.call()?.wait_for_task(id, limit, on_status).await
    }

    /// The transcript of a task that is over and had one file.
    pub async fn task_result(&self, status: &TaskStatus) -> Result<Transcript, Error> {
        self.call()?.task_result(status).await
    }

    /// What came of each file of a task that is over.
    pub async fn task_results(&self, status: &TaskStatus) -> Result<Vec<FileOutcome>, Error> {
        self.call()?.task_results(status).await
    }

    /// Cancels a task, which works only while it is in the queue.
    pub async fn cancel_task(&self, id: &str) -> Result<(), Error> {
        self.call()?.cancel_task(id).await
    }

    /// The account's tasks of the last 24 hours.
    pub async fn list_tasks(&self, filter: &TaskFilter) -> Result<TaskPage, Error> {
        self.call()?.list_tasks(filter).await
    }

    /// Submits many files, as slowly as the service wants it.
    pub async fn submit_batch(
        &self,
        urls: &[String],
        options: &TranscribeOptions,
        grouping: Grouping,
    ) -> Result<Vec<Submission>, Error> {
        self.call()?.submit_batch(urls, options, grouping).await
    }

    /// Waits for all tasks of a batch; a failure stays with its file.
    pub async fn collect_batch(
        &self,
        submissions: Vec<Submission>,
        limit: Option<Duration>,
        on_file: &mut dyn FnMut(&FileOutcome) -> Result<(), Error>,
    ) -> Result<Vec<FileOutcome>, Error> {
        self.call()?.collect_batch(submissions, limit, on_file).await
    }

    /// Makes a key for one caller and a short time, 1 to 1800 seconds (60 where nothing is said).
    pub async fn create_token(&self, expire_in_seconds: Option<u32>) -> Result<Token, Error> {
        self.call()?.create_token(expire_in_seconds).await
    }

    /// Makes a hot-word list and gives its id.
    pub async fn create_vocabulary(&self, list: &NewVocabulary) -> Result<String, Error> {
        self.call()?.create_vocabulary(list).await
    }

    /// The hot-word lists whose ids begin with `prefix`, or all; pages are counted from 0.
    pub async fn list_vocabularies(
        &self,
        prefix: Option<&str>,
        page_index: u32,
        page_size: u32,
    ) -> Result<Vec<Vocabulary>, Error> {
        self.call()?.list_vocabularies(prefix, page_index, page_size).await
    }

    /// One hot-word list with its words.
    pub async fn vocabulary(&self, id: &str) -> Result<Vocabulary, Error> {
        self.call()?.vocabulary(id).await
    }

    /// Replaces the words of a hot-word list.
    pub async fn update_vocabulary(&self, id: &str, words: &[HotWord]) -> Result<(), Error> {
        self.call()?.update_vocabulary(id, words).await
    }

    /// Deletes a hot-word list.
    pub async fn delete_vocabulary(&self, id: &str) -> Result<(), Error> {
        self.call()?.delete_vocabulary(id).await
    }
}
