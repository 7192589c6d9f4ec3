//! Many files: one task for each, submitted and asked about as slowly as the service wants it.
//!
//! For JavaScript: `asr.submitBatch(urls, options)` gives the tasks, in the order of the addresses; `batch.results({ timeout,
//! onFile })` waits for all of them. `together: true` sends all addresses in one request, which older servers take.

use std::time::Duration;

use super::CallContext;
use super::task::{self, FileOutcome, Pauses};
use crate::api::transcription::MOST_FILES;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpRequest};
use crate::options::TranscribeOptions;
use crate::race::{First, race};
use crate::retry::from_millis;

/// Milliseconds between two submissions: the service takes ten in a second.
const SUBMIT_GAP: f64 = 110.0;
/// Milliseconds between two questions: the service takes twenty in a second, and others may ask as well.
const ASK_GAP: f64 = 70.0;

/// A task of a batch, or why there is none.
#[derive(Debug)]
#[non_exhaustive]
pub struct Submission {
    /// Its files.
    pub urls: Vec<String>,
    /// Its id.
    pub task_id: Result<String, Error>,
}

/// How files become tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// A task for each file, which every server takes; a failure stays with its file.
    TaskForEach,
    /// One task for all of them, which older servers take.
    OneTask,
}

impl<H: Host> CallContext<'_, H> {
    /// Submits files: a task for each, or one task for all.
    ///
    /// All addresses are checked before anything is sent. A refusal of one file leaves the others alone; a refusal of the
    /// account (key, bill, permission) at the very first ends it, as the rest would fare the same.
    pub async fn submit_batch(
        &self,
        urls: &[String],
        options: &TranscribeOptions,
        grouping: Grouping,
    ) -> Result<Vec<Submission>, Error> {
        let verified = options.verify_task(self.config)?;
        if urls.is_empty() || urls.len() > MOST_FILES {
            return Err(Error::invalid_option("urls", format_args!("expected a list of 1 to {MOST_FILES} addresses")));
        }
        let groups: Vec<&[String]> = match grouping {
            Grouping::OneTask => vec![urls],
            Grouping::TaskForEach => urls.chunks(1).collect(),
        };
        let requests: Vec<HttpRequest> =
            groups.iter().map(|group| self.submission(&verified, group)).collect::<Result<_, _>>()?;
        let mut pace = Pace::new(SUBMIT_GAP);
        let mut submissions = Vec::new();
        for (group, request) in groups.into_iter().zip(requests) {
            pace.wait(self.host).await?;
            let task_id = self.send_submission(&request).await;
            if let Err(error) = &task_id
                && submissions.is_empty()
                && concerns_all(error)
            {
                return task_id.map(|_| submissions);
            }
            submissions.push(Submission { urls: group.to_vec(), task_id });
        }
        Ok(submissions)
    }

    /// Waits for all tasks of a batch, at most `limit`, and downloads their results. `on_file` sees each outcome as it comes
    /// and may end the waiting by an error; of what was refused it hears at once. The outcomes are in the order of the
    /// submissions, one for each file at least.
    pub async fn collect_batch(
        &self,
        submissions: Vec<Submission>,
        limit: Option<Duration>,
        on_file: &mut dyn FnMut(&FileOutcome) -> Result<(), Error>,
    ) -> Result<Vec<FileOutcome>, Error> {
        let host = self.host;
        let mut pauses = Pauses::new(host, limit);
        let mut pace = Pace::new(ASK_GAP);
        let mut awaited: Vec<Awaited> = submissions.into_iter().map(Awaited::new).collect();
        for task in &awaited {
            task.outcomes.iter().try_for_each(&mut *on_file)?;
        }
        loop {
            for task in awaited.iter_mut().filter(|task| task.outcomes.is_empty()) {
                pace.wait(host).await?;
                let asked = Box::pin(self.task_status(&task.id));
                let asked = match race(asked, host.sleep(pauses.left(host))).await {
                    First::Left(answer) => answer,
                    First::Right(Err(cancelled)) => return Err(cancelled),
                    First::Right(Ok(())) => continue, // time is up; the end of the round finds that out
                };
                let outcomes = match asked {
                    // Not over yet, or a failure that may pass: the next round tells.
                    Ok(status) if !status.state.is_final() => continue,
                    Err(error) if error.is_retryable() => continue,
                    Ok(status) => self.task_results(&status).await,
                    Err(error) => Err(error),
                };
                let outcomes = match outcomes {
                    Ok(outcomes) => of_each_file(outcomes, &task.urls),
                    Err(error) if error.kind() == ErrorKind::Aborted => return Err(error),
                    Err(error) => task.failed(error),
                };
                outcomes.iter().try_for_each(&mut *on_file)?;
                task.outcomes = outcomes;
            }
            if awaited.iter().all(|task| !task.outcomes.is_empty()) {
                break;
            }
            let Some(pause) = pauses.next(host) else { break };
            host.sleep(pause).await?;
        }
        let settled = |mut task: Awaited| {
            if task.outcomes.is_empty() {
                task.outcomes = task.failed(task::still_running(&task.id));
            }
            task.outcomes
        };
        Ok(awaited.into_iter().flat_map(settled).collect())
    }
}

/// What is said once, of a task as a whole, holds for each of its files. Of an only file the caller's own address is told.
fn of_each_file(outcomes: Vec<FileOutcome>, urls: &[String]) -> Vec<FileOutcome> {
    match outcomes.as_slice() {
        [only] if urls.len() == 1 || (only.file_url.is_none() && !urls.is_empty()) => {
            urls.iter().map(|url| FileOutcome { file_url: Some(url.clone()), ..only.clone() }).collect()
        }
        _ => outcomes,
    }
}

fn concerns_all(error: &Error) -> bool {
    use ErrorKind::{Aborted, Authentication, Billing, InvalidOption, PermissionDenied};
    matches!(error.kind(), Authentication | Billing | PermissionDenied | InvalidOption | Aborted)
}

/// A task that is waited for, with its outcomes once there are any.
struct Awaited {
    urls: Vec<String>,
    id: String,
    outcomes: Vec<FileOutcome>,
}

impl Awaited {
    fn new(submission: Submission) -> Self {
        let urls = submission.urls;
        match submission.task_id {
            Ok(id) => Self { urls, id, outcomes: Vec::new() },
            Err(error) => {
                let refused = vec![FileOutcome { file_url: None, task_id: None, outcome: Err(error) }];
                Self { outcomes: of_each_file(refused, &urls), urls, id: String::new() }
            }
        }
    }

    fn failed(&self, error: Error) -> Vec<FileOutcome> {
        let failed = FileOutcome { file_url: None, task_id: Some(self.id.clone()), outcome: Err(error) };
        of_each_file(vec![failed], &self.urls)
    }
}

/// Keeps a distance between requests.
struct Pace {
    gap: f64,
    next: f64,
}

impl Pace {
    fn new(gap: f64) -> Self {
        Self { gap, next: 0.0 }
    }

    async fn wait<H: Host>(&mut self, host: &H) -> Result<(), Error> {
        let early = (self.next - host.now()).min(self.gap); // clocks may be set back
        if early > 0.0 {
            host.sleep(from_millis(early).unwrap_or_default()).await?;
        }
        self.next = host.now() + self.gap;
        Ok(())
    }
}
