//! Files by tasks: submit, wait, download. Each request is repeated by itself, never the whole: submitting twice bills twice.
//!
//! For JavaScript: `asr.submit(url, options)` gives a `Task`; `task.id`, `task.status()`, `task.wait({ timeout, onStatus })`,
//! `task.result()`, `task.cancel()`; `asr.task(id)` finds it again after a reload; `asr.listTasks(filter)` lists.

use std::time::Duration;

use super::CallContext;
use super::exchange::{Exchange, document};
use super::source::{check_url, is_data_url};
use crate::api::tasks::{self, FileStatus, TaskFilter, TaskPage, TaskStatus};
use crate::api::{error_body, transcription};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpRequest};
use crate::model::TaskDialect;
use crate::options::{TranscribeOptions, Verified};
use crate::race::{First, race};
use crate::retry::from_millis;
use crate::search::contains;
use crate::transcript::{Transcript, Usage};

/// The first pause between two questions about a task, in milliseconds; each is half as long again as the one before.
const FIRST_PAUSE: u64 = 1_000;
/// The longest pause. One task is asked about far more rarely than the service allows (20 times a second).
const LONGEST_PAUSE: u64 = 8_000;
/// The service forgets tasks after this time, so nobody need wait longer.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);
/// How many questions in a row may fail (each with its own retries) before waiting is given up. The work goes on and is
/// billed anyway, so a short outage must not lose it.
const MOST_FAILURES: u32 = 10;

/// What came of one file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileOutcome {
    /// The address that was submitted, as far as it is known.
    pub file_url: Option<String>,
    /// The task it was part of, if there was one.
    pub task_id: Option<String>,
    /// Its transcript, or why there is none. Silence is a transcript.
    pub outcome: Result<Transcript, Error>,
}

impl<H> CallContext<'_, H> {
    /// Builds the request and checks the addresses; nothing is sent.
    pub fn submission(&self, verified: &Verified<TaskDialect>, urls: &[String]) -> Result<HttpRequest, Error> {
        let most = if verified.dialect == TaskDialect::File { 1 } else { transcription::MOST_FILES };
        if urls.is_empty() || urls.len() > most {
            let problem = format_args!("{} takes 1 to {most} addresses for one task", verified.model);
            return Err(Error::invalid_option("urls", problem));
        }
        if urls.iter().any(|url| is_data_url(url)) {
            let message =
                "tasks take addresses, not data: URLs; upload the audio first, or put it where the service can get it";
            return Err(Error::new(ErrorKind::InvalidAudio, message));
        }
        let urls: Vec<String> = urls.iter().map(|url| check_url(url)).collect::<Result<_, _>>()?;
        Ok(self.with_headers(transcription::request(self.config, verified, &urls)))
    }
}

impl<H: Host> CallContext<'_, H> {
    /// Asks the service to transcribe files, one task for all of them; gives the task's id.
    ///
    /// Repeated only where the service has refused it for sure (HTTP 429), because every accepted request is billed. After any
    /// other failure `list_tasks` tells whether it was accepted.
    pub async fn submit(&self, urls: &[String], options: &TranscribeOptions) -> Result<String, Error> {
        let request = self.submission(&options.verify_task(self.config)?, urls)?;
        self.send_submission(&request).await
    }

    pub(super) async fn send_submission(&self, request: &HttpRequest) -> Result<String, Error> {
        transcription::submitted(&document(&self.exchange(request, Exchange::Billed).await?)?)
    }

    /// How far a task is. A task that the service does not know is an error, `not_found`.
    pub async fn task_status(&self, id: &str) -> Result<TaskStatus, Error> {
        let request = self.with_headers(tasks::status_request(self.config, id)?);
        let mut status = tasks::read_status(&document(&self.exchange(&request, Exchange::Idempotent).await?)?)?;
        if status.task_id.is_empty() {
            id.clone_into(&mut status.task_id);
        }
        Ok(status)
    }

    /// Cancels a task, which works only while it is in the queue.
    pub async fn cancel_task(&self, id: &str) -> Result<(), Error> {
        let request = self.with_headers(tasks::cancel_request(self.config, id)?);
        // Asked twice after a lost answer, the service would say that there is nothing to cancel.
        self.exchange(&request, Exchange::Billed).await.map(|_| ())
    }

    /// The account's tasks of the last 24 hours.
    pub async fn list_tasks(&self, filter: &TaskFilter) -> Result<TaskPage, Error> {
        let request = self.with_headers(tasks::list_request(self.config, filter));
        tasks::read_list(&document(&self.exchange(&request, Exchange::Idempotent).await?)?)
    }

    /// Waits until a task is over, at most `limit` (24 hours where none is given). `on_status` sees every answer and may end
    /// the waiting by an error; the task goes on all the same.
    pub async fn wait_for_task(
        &self,
        id: &str,
        limit: Option<Duration>,
        on_status: &mut dyn FnMut(&TaskStatus) -> Result<(), Error>,
    ) -> Result<TaskStatus, Error> {
        let host = self.host;
        let mut pauses = Pauses::new(host, limit);
        let mut failures = 0;
        loop {
            let asked = match race(Box::pin(self.task_status(id)), host.sleep(pauses.left(host))).await {
                First::Left(answer) => answer,
                First::Right(Err(cancelled)) => return Err(cancelled),
                First::Right(Ok(())) => return Err(still_running(id)), // one slow answer must not outlast the whole wait
            };
            match asked {
                Ok(status) => {
                    failures = 0;
                    on_status(&status)?;
                    if status.state.is_final() {
                        return Ok(status);
                    }
                }
                Err(error) if error.is_retryable() && failures < MOST_FAILURES => failures += 1,
                Err(error) => return Err(error),
            }
            match pauses.next(host) {
                Some(pause) => host.sleep(pause).await?,
                None => return Err(still_running(id)),
            }
        }
    }

    /// The transcript of a task that is over and had one file.
    pub async fn task_result(&self, status: &TaskStatus) -> Result<Transcript, Error> {
        let mut outcomes = self.task_results(status).await?;
        match (outcomes.pop(), outcomes.is_empty()) {
            (Some(only), true) => only.outcome,
            _ => Err(Error::invalid_option("id", "the task has several files; ask for the results of all of them")),
        }
    }

    /// What came of each file of a task that is over. One failure takes nothing from the others; a caller who cancels gets an error.
    pub async fn task_results(&self, status: &TaskStatus) -> Result<Vec<FileOutcome>, Error> {
        if !status.state.is_final() {
            return Err(still_running(&status.task_id));
        }
        let only = status.files.len() == 1;
        let mut outcomes = Vec::new();
        for file in &status.files {
            let outcome = match file.failure(status.request_id.as_deref()) {
                Some(error) => error_body::or_no_speech(error),
                None => match self.download(file).await {
                    Err(error) if error.kind() == ErrorKind::Aborted => return Err(error),
                    downloaded => downloaded,
                },
            };
            let outcome = outcome.map(|transcript| with_facts(transcript, status, only));
            let task_id = Some(status.task_id.clone());
            outcomes.push(FileOutcome { file_url: file.file_url.clone(), task_id, outcome });
        }
        if outcomes.is_empty() {
            // Nothing is said about files: what is said about the task counts.
            let nothing =
                || error_body::in_task(status.code.clone(), status.message.clone(), status.request_id.clone());
            let outcome = error_body::or_no_speech(status.failure().unwrap_or_else(nothing));
            let outcome = outcome.map(|transcript| with_facts(transcript, status, true));
            outcomes.push(FileOutcome { file_url: None, task_id: Some(status.task_id.clone()), outcome });
        }
        Ok(outcomes)
    }

    /// Fetches and reads a result document. It is paid for, so every failure that may pass is tried again.
    async fn download(&self, file: &FileStatus) -> Result<Transcript, Error> {
        let through = self.relay();
        let link = file.transcription_url.as_deref().unwrap_or_default();
        let request = transcription::document(self.config, link, through.is_some())?;
        // The caller's headers are for the service or the relay; the store is a stranger.
        let request = if through.is_some() { self.with_headers(request) } else { request };
        let body = self.exchange(&request, Exchange::Signed).await.map_err(|error| {
            // The store's words are "Request has expired."; a relay may refuse for reasons of its own.
            if error.status() != Some(403) || !contains(error.message().as_bytes(), b"expired") {
                return error;
            }
            let message = "the result can no longer be downloaded: its link is valid for 24 hours";
            Error::new(ErrorKind::NotFound, message).with_status(403).with_source(error)
        })?;
        transcription::read(&document(&body)?)
    }
}

/// The error of a wait that was not long enough.
pub(super) fn still_running(id: &str) -> Error {
    let message = format!("task {id} is not done within the time given; it goes on, so wait for it again by its id");
    Error::new(ErrorKind::Timeout, message)
}

/// The pauses between questions, until time is up.
pub(super) struct Pauses {
    /// Milliseconds since 1970.
    end: f64,
    millis: u64,
}

impl Pauses {
    pub(super) fn new<H: Host>(host: &H, limit: Option<Duration>) -> Self {
        let limit = limit.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
        Self { end: host.now() + limit.as_secs_f64() * 1000.0, millis: FIRST_PAUSE }
    }

    /// The time that is left; never nothing, so that there is a question at all.
    pub(super) fn left<H: Host>(&self, host: &H) -> Duration {
        from_millis((self.end - host.now()).max(1.0)).unwrap_or_default()
    }

    /// The last pause is as short as the time that is left, so that the last question comes at the very end.
    pub(super) fn next<H: Host>(&mut self, host: &H) -> Option<Duration> {
        let left = self.end - host.now();
        if left < 1.0 {
            return None;
        }
        let pause = Duration::from_millis(self.millis);
        self.millis = (self.millis * 3 / 2).min(LONGEST_PAUSE);
        Some(pause.min(from_millis(left).unwrap_or_default()))
    }
}

/// What the document does not say, the task may.
fn with_facts(mut transcript: Transcript, status: &TaskStatus, only: bool) -> Transcript {
    // Of several files the task tells the sum only; then what was heard on the channels counts, which is what is billed.
    let heard = transcript.channels.iter().filter_map(|channel| channel.speech_ms).sum::<f64>();
    transcript.duration = match status.duration {
        Some(seconds) if only => Some(seconds),
        _ if heard > 0.0 => Some((heard / 1000.0).ceil()),
        _ => None,
    };
    transcript.usage = transcript.duration.map(|seconds| Usage { seconds: Some(seconds), ..Usage::default() });
    transcript.request_id = transcript.request_id.or_else(|| status.request_id.clone());
    transcript
}
