//! Tasks: how far they are, which there are, cancelling (`docs/protocol.md` §7.2, §7.4).

use serde::Serialize;

use super::error_body;
use super::numbers::{amount, instant};
use super::request::{plain, push_query};
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::fields::Fields;
use crate::host::HttpRequest;
use crate::json::{Json, View};

/// The code for silence. One client has seen it as the state of a task, too: it went well and nobody spoke.
const NO_SPEECH: &str = "SUCCESS_WITH_NO_VALID_FRAGMENT";

/// How far a task is. There is no "unknown": that is an error, `not_found`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum TaskState {
    /// In the queue; the only state in which it can be cancelled.
    Pending,
    /// At work.
    Running,
    /// Put aside by the service; it goes on later.
    Suspended,
    /// Done. Single files may have failed all the same.
    Succeeded,
    /// Nothing came of it.
    Failed,
    /// Cancelled while it was in the queue.
    Canceled,
}

impl TaskState {
    /// The service's words.
    const WORDS: [(&'static str, Self); 7] = [
        ("PENDING", Self::Pending),
        ("RUNNING", Self::Running),
        ("SUSPENDED", Self::Suspended),
        ("SUCCEEDED", Self::Succeeded),
        ("FAILED", Self::Failed),
        ("CANCELED", Self::Canceled),
        (NO_SPEECH, Self::Succeeded),
    ];

    /// Whether it stays like this.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Canceled)
    }
}

/// What the service says about a task. Times are as it gives them: `YYYY-MM-DD HH:mm:ss.SSS`, without a zone (Beijing's).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskStatus {
    /// The task's id.
    pub task_id: String,
    /// How far it is.
    pub state: TaskState,
    /// When it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submit_time: Option<String>,
    /// When work began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_time: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// Its files, once it has succeeded (in some failures, too).
    pub files: Vec<FileStatus>,
    /// Seconds that are billed, once it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// The service's code for a failure of the whole task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The service's id of this very question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// One file of a task.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FileStatus {
    /// The address that was submitted; models for one file do not repeat it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_url: Option<String>,
    /// Where the result document is, for 24 hours, for everybody who has the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription_url: Option<String>,
    /// The service's code, where this file failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's words for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl TaskStatus {
    /// Why the whole task came to nothing, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        match self.state {
            TaskState::Failed => Some(error_body::in_task(
                self.code.clone(),
                self.message.clone().or_else(|| Some("the task failed without a reason".to_owned())),
                self.request_id.clone(),
            )),
            TaskState::Canceled => Some(Error::new(ErrorKind::Aborted, "the task was cancelled; submit it again")),
            _ => None,
        }
    }
}

impl FileStatus {
    /// Why there is no transcript of this file, if there is none.
    #[must_use]
    pub fn failure(&self, request_id: Option<&str>) -> Option<Error> {
        if self.transcription_url.is_some() {
            return None;
        }
        let message = self.message.clone().or_else(|| Some("the file has no transcript and no reason".to_owned()));
        Some(error_body::in_task(self.code.clone(), message, request_id.map(str::to_owned)))
    }
}

/// The address of a task; its id is checked, so that it cannot lead elsewhere.
fn url(config: &Config, id: &str, action: &str) -> Result<String, Error> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return Err(Error::invalid_option("id", "expected a task's id, e.g. \"8fab76d0-0eed-4d20-929f-33fce6f62a0a\""));
    }
    Ok(config.native_url(&format!("/tasks/{id}{action}")))
}

/// Asks how far a task is.
pub fn status_request(config: &Config, id: &str) -> Result<HttpRequest, Error> {
    Ok(plain(config, "GET", url(config, id, "")?))
}

/// Cancels a task that is still in the queue.
pub fn cancel_request(config: &Config, id: &str) -> Result<HttpRequest, Error> {
    Ok(plain(config, "POST", url(config, id, "/cancel")?))
}

/// Reads what the service says about a task.
pub fn read_status(json: &Json<'_>) -> Result<TaskStatus, Error> {
    let view = json.view();
    let output = view.get("output");
    let id = output.get("task_id").word().unwrap_or_default();
    let Some(word) = output.get("task_status").str() else {
        return Err(Error::new(ErrorKind::InvalidResponse, "the answer has no state at output.task_status"));
    };
    if word == "UNKNOWN" {
        let message = format!(
            "there is no task {id}; the service forgets tasks after 24 hours, and knows those of the key's own account \
             and region only"
        );
        return Err(Error::new(ErrorKind::NotFound, message).with_request_id(view.get("request_id").word()));
    }
    let known = TaskState::WORDS.iter().find(|(name, _)| *name == word).map(|(_, state)| *state);
    let file = |file: View<'_>| FileStatus {
        file_url: file.get("file_url").word(),
        transcription_url: file.get("transcription_url").word(),
        code: file.get("code").word(),
        message: file.get("message").word(),
    };
    let mut files: Vec<FileStatus> = output.get("results").items().map(file).collect();
    if output.get("result").exists() {
        files.push(file(output.get("result")));
    }
    let usage = view.get("usage");
    Ok(TaskStatus {
        task_id: id,
        // A new word for being on the way; whoever waits does so up to a limit.
        state: known.unwrap_or(TaskState::Running),
        submit_time: output.get("submit_time").word(),
        scheduled_time: output.get("scheduled_time").word(),
        end_time: output.get("end_time").word(),
        files,
        duration: amount(usage.get("seconds")).or_else(|| amount(usage.get("duration"))),
        code: output.get("code").word().or_else(|| (word == NO_SPEECH).then(|| word.to_owned())),
        message: output.get("message").word(),
        request_id: view.get("request_id").word(),
    })
}

/// Which tasks to list.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    all(target_arch = "wasm32", feature = "npm"),
    derive(tsify::Tsify),
    serde(rename_all = "camelCase", default)
)]
pub struct TaskFilter {
    /// One task.
    pub task_id: Option<String>,
    /// Submitted at this time or later: `YYYYMMDDhhmmss`, Beijing time. From start to end at most 24 hours.
    pub start_time: Option<String>,
    /// Submitted at this time or earlier.
    pub end_time: Option<String>,
    /// Of this model.
    pub model_name: Option<String>,
    /// In this state.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "TaskState | undefined"))]
    pub status: Option<String>,
    /// Page, counted from 1. Default: 1.
    pub page_no: Option<u32>,
    /// Tasks on a page. Default: 10.
    pub page_size: Option<u32>,
}

impl TaskFilter {
    /// Reads a filter as a caller wrote it.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "filter");
        let filter = Self {
            task_id: fields.text("taskId"),
            start_time: fields.text("startTime"),
            end_time: fields.text("endTime"),
            model_name: fields.text("modelName"),
            status: fields.text("status"),
            page_no: fields.count("pageNo", 1_000_000),
            page_size: fields.count("pageSize", 1_000),
        };
        fields.finish()?;
        for (name, time) in [("startTime", &filter.start_time), ("endTime", &filter.end_time)] {
            if time.as_ref().is_some_and(|time| time.len() != 14 || !time.bytes().all(|byte| byte.is_ascii_digit())) {
                return Err(Error::invalid_option(
                    name,
                    "expected YYYYMMDDhhmmss in Beijing time, e.g. \"20261120093000\"",
                ));
            }
        }
        Ok(filter)
    }
}

/// Asks which tasks there are.
#[must_use]
pub fn list_request(config: &Config, filter: &TaskFilter) -> HttpRequest {
    let mut url = config.native_url("/tasks");
    let page = |number: Option<u32>| number.map(|number| number.to_string());
    for (name, value) in [
        ("task_id", filter.task_id.clone()),
        ("start_time", filter.start_time.clone()),
        ("end_time", filter.end_time.clone()),
        ("model_name", filter.model_name.clone()),
        ("status", filter.status.clone()),
        ("page_no", page(filter.page_no)),
        ("page_size", page(filter.page_size)),
    ] {
        if let Some(value) = value {
            push_query(&mut url, name, &value);
        }
    }
    plain(config, "GET", url)
}

/// A page of the account's tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskPage {
    /// The tasks of this page.
    pub tasks: Vec<TaskRecord>,
    /// How many tasks there are in all.
    pub total: f64,
    /// How many pages.
    pub total_page: f64,
    /// This page, counted from 1.
    pub page_no: f64,
    /// Tasks on a page.
    pub page_size: f64,
}

/// A task as lists show it. Times are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct TaskRecord {
    /// The task's id.
    pub task_id: String,
    /// Its state, in the service's word.
    pub status: String,
    /// Its model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// When it was submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<f64>,
    /// When work began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<f64>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<f64>,
    /// The id of the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Reads a page of tasks.
pub fn read_list(json: &Json<'_>) -> Result<TaskPage, Error> {
    let view = json.view();
    if !view.get("data").is_array() {
        return Err(Error::new(ErrorKind::InvalidResponse, "the answer has no tasks at data"));
    }
    let record = |task: View<'_>| TaskRecord {
        task_id: task.get("task_id").word().unwrap_or_default(),
        status: task.get("status").word().unwrap_or_default(),
        model_name: task.get("model_name").word(),
        created_at: instant(task.get("gmt_create")),
        started_at: instant(task.get("start_time")),
        ended_at: instant(task.get("end_time")),
        request_id: task.get("request_id").word(),
    };
    let number = |name: &str| amount(view.get(name)).unwrap_or_default();
    Ok(TaskPage {
        tasks: view.get("data").items().map(record).collect(),
        total: number("total"),
        total_page: number("total_page"),
        page_no: number("page_no"),
        page_size: number("page_size"),
    })
}
