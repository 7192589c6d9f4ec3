//! Where requests may go, as a table. What is not in it goes nowhere.

use super::refusal::Refusal;
use super::shape::{CHAT_COMPLETIONS, GENERATION, Shape, TRANSCRIPTION};
use crate::model::LiveProtocol;

/// What a request to the relay is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Route {
    /// Short audio in dialect A, answered at once.
    ChatCompletions,
    /// Short audio in dialects B and C, answered at once.
    Generation,
    /// A task is submitted.
    Submit,
    /// A task is asked for.
    Task,
    /// A task is cancelled.
    Cancel,
    /// The account's tasks: for a relay of one person.
    Tasks,
    /// The leave to upload.
    Policy,
    /// A result is fetched from its store.
    Result,
    /// A recording is left in the store.
    Upload,
    /// Audio as it is, to be encoded here.
    Raw,
    /// `OpenAI`'s form.
    OpenAi,
    /// A WebSocket in the task protocol.
    LiveTask,
    /// A WebSocket in the session protocol.
    LiveSession,
    /// A temporary token of the service is asked for.
    Token,
    /// What the relay allows its callers is asked for.
    Capabilities,
}

/// What a route takes in its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyKind {
    /// No body.
    None,
    /// JSON, which goes through the [gate](super::Gate).
    Json,
    /// A form (`multipart/form-data`).
    Form,
    /// Audio.
    Audio,
}

/// A segment of a path that is a task's id.
const ID: &str = "{id}";

/// Method, path behind the relay's own, and what that is. Paths are the service's, so that its clients need nothing but an address.
const TABLE: [(&str, &str, Route); 17] = [
    ("POST", "/compatible-mode/v1/chat/completions", Route::ChatCompletions),
    ("POST", "/v1/chat/completions", Route::ChatCompletions),
    ("POST", "/api/v1/services/aigc/multimodal-generation/generation", Route::Generation),
    ("POST", "/api/v1/services/audio/asr/transcription", Route::Submit),
    ("GET", "/api/v1/tasks/{id}", Route::Task),
    ("POST", "/api/v1/tasks/{id}/cancel", Route::Cancel),
    ("GET", "/api/v1/tasks/", Route::Tasks),
    ("GET", "/api/v1/tasks", Route::Tasks),
    ("GET", "/api/v1/uploads", Route::Policy),
    ("GET", "/result", Route::Result),
    ("POST", "/upload", Route::Upload),
    ("POST", "/transcribe", Route::Raw),
    ("POST", "/v1/audio/transcriptions", Route::OpenAi),
    ("GET", "/api-ws/v1/inference", Route::LiveTask),
    ("GET", "/api-ws/v1/realtime", Route::LiveSession),
    ("POST", "/token", Route::Token),
    ("GET", "/capabilities", Route::Capabilities),
];

impl Route {
    /// The route of a request, and the task's id in its path.
    pub fn find<'a>(method: &str, path: &'a str) -> Result<(Self, Option<&'a str>), Refusal> {
        let mut methods = Vec::new();
        for (known, pattern, route) in TABLE {
            let Some(id) = matched(pattern, path) else { continue };
            if known == method {
                return Ok((route, (!id.is_empty()).then_some(id)));
            }
            methods.push(known);
        }
        if methods.is_empty() {
            let message = "There is nothing at this path. This relay passes on speech recognition: chat completions, generation, \
                           tasks, uploads, results, transcribe, v1/audio/transcriptions, the WebSockets of live transcription, and capabilities.";
            return Err(Refusal::new(404, "NotFound", message));
        }
        let allow = methods.join(", ");
        let refusal = Refusal::new(405, "MethodNotAllowed", format!("This path takes {allow}."));
        Err(Refusal { allow: Some(allow), ..refusal })
    }

    /// The route of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().map(|(.., route)| *route).find(|route| route.name() == name)
    }

    /// Where it goes at the service, with `{id}` where a task's id stands that is not told yet; `None` where it goes elsewhere.
    #[must_use]
    pub fn upstream(self, id: Option<&str>) -> Option<String> {
        // The last of several spellings that is the service's own.
        let path = match self {
            Self::Tasks => "/api/v1/tasks/",
            Self::Token => "/api/v1/tokens",
            Self::Result | Self::Upload | Self::Raw | Self::OpenAi | Self::Capabilities => return None,
            _ => TABLE.iter().find(|(.., route)| *route == self)?.1,
        };
        Some(id.map_or_else(|| path.to_owned(), |id| path.replace(ID, id)))
    }

    /// What its body is.
    #[must_use]
    pub const fn body(self) -> BodyKind {
        match self {
            Self::ChatCompletions | Self::Generation | Self::Submit => BodyKind::Json,
            Self::Upload | Self::OpenAi => BodyKind::Form,
            Self::Raw => BodyKind::Audio,
            Self::Task
            | Self::Cancel
            | Self::Tasks
            | Self::Policy
            | Self::Result
            | Self::LiveTask
            | Self::LiveSession
            | Self::Token
            | Self::Capabilities => BodyKind::None,
        }
    }

    /// Whether it costs the operator something. All else is a question, of which a caller may ask more.
    #[must_use]
    pub const fn costs(self) -> bool {
        !matches!(self, Self::Task | Self::Tasks | Self::Result | Self::Capabilities)
    }

    /// The protocol that is spoken there, where it is a WebSocket.
    #[must_use]
    pub const fn socket(self) -> Option<LiveProtocol> {
        match self {
            Self::LiveTask => Some(LiveProtocol::Task),
            Self::LiveSession => Some(LiveProtocol::Session),
            _ => None,
        }
    }

    /// The path of that protocol's sockets.
    pub(super) const fn of_socket(protocol: LiveProtocol) -> &'static str {
        match protocol {
            LiveProtocol::Task => "/api-ws/v1/inference",
            LiveProtocol::Session => "/api-ws/v1/realtime",
        }
    }

    /// What its JSON may hold, and whether it submits a task.
    pub(super) const fn shape(self) -> Option<(&'static Shape, bool)> {
        match self {
            Self::ChatCompletions => Some((&CHAT_COMPLETIONS, false)),
            Self::Generation => Some((&GENERATION, false)),
            Self::Submit => Some((&TRANSCRIPTION, true)),
            _ => None,
        }
    }

    /// Its name, in events and for those who have to tell them apart.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChatCompletions => "chat-completions",
            Self::Generation => "generation",
            Self::Submit => "submit",
            Self::Task => "task",
            Self::Cancel => "cancel",
            Self::Tasks => "tasks",
            Self::Policy => "upload-policy",
            Self::Result => "result",
            Self::Upload => "upload",
            Self::Raw => "transcribe",
            Self::OpenAi => "openai-transcriptions",
            Self::LiveTask => "live-task",
            Self::LiveSession => "live-session",
            Self::Token => "token",
            Self::Capabilities => "capabilities",
        }
    }
}

/// Whether a path is of this pattern: the task's id, empty where the pattern has none. Ids are words; an escape is no part of any
/// path here.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let Some((before, after)) = pattern.split_once(ID) else { return (pattern == path).then_some("") };
    let id = path.strip_prefix(before)?.strip_suffix(after)?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (!id.is_empty() && id.len() <= 200 && id.bytes().all(is_word) && !id.starts_with('.')).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_in_the_table_is_found() {
        let generation = "/api/v1/services/aigc/multimodal-generation/generation";
        assert_eq!(Route::find("POST", generation), Ok((Route::Generation, None)));
        assert_eq!(Route::Generation.upstream(None).as_deref(), Some(generation));
        assert_eq!(Route::find("GET", "/api/v1/tasks/a-1.b_2"), Ok((Route::Task, Some("a-1.b_2"))));
        assert_eq!(Route::find("POST", "/api/v1/tasks/a/cancel"), Ok((Route::Cancel, Some("a"))));
        assert_eq!(Route::Cancel.upstream(Some("a")).as_deref(), Some("/api/v1/tasks/a/cancel"));
        assert_eq!(Route::find("POST", "/v1/chat/completions"), Ok((Route::ChatCompletions, None)));
        for path in [
            "",
            "/",
            "/api/v1/services/aigc/text-generation/generation",
            "/api/v1/tasks/a%2fb",
            "/api/v1/tasks/../uploads",
            "/api/v1/tasks/a/b",
            "/api/v1/tasks/..",
            "/API/v1/uploads",
            "//api/v1/uploads",
            "/api/v1/uploads/",
            "/api/v1/uploads;x",
            "/api/v1/services/audio/asr/customization",
            "/api/v1/tokens",
            "/result/",
            "\\result",
        ] {
            for method in ["GET", "POST", "PUT", "DELETE"] {
                assert_eq!(Route::find(method, path).map_err(|refusal| refusal.status), Err(404), "{method} {path}");
            }
        }
        for (method, path) in
            [("GET", generation), ("DELETE", "/api/v1/tasks/a"), ("POST", "/result"), ("get", "/result")]
        {
            assert_eq!(Route::find(method, path).map_err(|refusal| refusal.status), Err(405), "{method} {path}");
        }
        assert_eq!(Route::find("PUT", "/result").map_err(|refusal| refusal.allow), Err(Some("GET".to_owned())));
    }
}
