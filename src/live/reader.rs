//! What the service says, in either protocol, as one list of events. Times are those of the connection.

use crate::api::error_body;
use crate::api::numbers::amount;
use crate::api::{sentence, usage};
use crate::error::{Error, ErrorKind};
use crate::json::{Json, View};
use crate::model::LiveProtocol;
use crate::search::contains;
use crate::transcript::{Segment, Usage};

/// A sentence, as far as it is known.
#[derive(Debug)]
pub(super) struct Sentence {
    /// Who it is within its connection.
    pub(super) key: String,
    pub(super) segment: Segment,
}

#[derive(Debug)]
pub(super) enum Heard {
    /// The session protocol greets, and wants to know what is to be recognised.
    Created,
    /// Audio may be sent.
    Started,
    Partial(Sentence),
    Final(Sentence, Option<Usage>),
    Speech {
        speaking: bool,
        at_ms: f64,
    },
    /// A turn that was ended by hand has got this name.
    Named(String),
    Finished,
    /// The connection is of no use any more.
    Failed(Error),
    /// Nothing that matters here.
    Nothing,
}

/// Reads the messages of one connection.
#[derive(Debug)]
pub(super) struct Reader {
    protocol: LiveProtocol,
    task_id: String,
    /// When each turn began and ended, by its id; only the session protocol tells it by itself.
    turns: Vec<(String, f64, Option<f64>)>,
}

impl Reader {
    pub(super) fn new(protocol: LiveProtocol, task_id: &str) -> Self {
        Self { protocol, task_id: task_id.to_owned(), turns: Vec::new() }
    }

    pub(super) fn read(&mut self, message: &str) -> Heard {
        let Some(json) = Json::parse(message) else {
            return Heard::Failed(Error::new(ErrorKind::InvalidResponse, "the service sent a message that is no JSON"));
        };
        match self.protocol {
            LiveProtocol::Task => self.task(json.view()),
            LiveProtocol::Session => self.session(json.view()),
        }
    }

    fn task(&self, message: View<'_>) -> Heard {
        let header = message.get("header");
        // A late word of a recognition before this one, on the same socket.
        if header.get("task_id").str().is_some_and(|id| id != self.task_id) {
            return Heard::Nothing;
        }
        match header.get("event").str().unwrap_or_default() {
            "task-started" => Heard::Started,
            "task-finished" => Heard::Finished,
            "task-failed" => {
                let id = header.get("request_id").word().or_else(|| header.get("task_id").word());
                Heard::Failed(failure(header.get("error_code").word(), header.get("error_message").word(), id))
            }
            "result-generated" => result(message.get("payload")),
            _ => Heard::Nothing,
        }
    }

    fn session(&mut self, message: View<'_>) -> Heard {
        let item = message.get("item_id").str().unwrap_or_default();
        match message.get("type").str().unwrap_or_default() {
            "session.created" => Heard::Created,
            "session.updated" => Heard::Started,
            "session.finished" => Heard::Finished,
            "input_audio_buffer.speech_started" => {
                let at_ms = amount(message.get("audio_start_ms")).unwrap_or_default();
                self.turns.push((item.to_owned(), at_ms, None));
                Heard::Speech { speaking: true, at_ms }
            }
            "input_audio_buffer.speech_stopped" => {
                let at_ms = amount(message.get("audio_end_ms")).unwrap_or_default();
                if let Some(turn) = self.turns.iter_mut().find(|(id, ..)| id == item) {
                    turn.2 = Some(at_ms);
                }
                Heard::Speech { speaking: false, at_ms }
            }
            // Of a turn that the service has found by itself, more is known already.
            "input_audio_buffer.committed" if self.turns.iter().all(|(id, ..)| id != item) => {
                Heard::Named(item.to_owned())
            }
            "conversation.item.input_audio_transcription.text" => {
                let part = |name| message.get(name).str().unwrap_or_default();
                let text = format!("{}{}", part("text"), part("stash"));
                Heard::Partial(self.turn(item, text, message))
            }
            "conversation.item.input_audio_transcription.completed" => {
                let text = message.get("transcript").str().unwrap_or_default().to_owned();
                let sentence = self.turn(item, text, message);
                self.turns.retain(|(id, ..)| id != item);
                Heard::Final(sentence, usage::read(message.get("usage")))
            }
            name @ ("error" | "conversation.item.input_audio_transcription.failed") => {
                let error = message.get("error");
                let is_harmless = name == "error" && error.get("type").str() == Some("invalid_request_error");
                let failure = failure(error.get("code").word(), error.get("message").word(), None);
                // It leaves the session alive; before audio has flowed it refuses what was asked for.
                if is_harmless && !self.turns.is_empty() { Heard::Nothing } else { Heard::Failed(failure) }
            }
            _ => Heard::Nothing,
        }
    }

    /// When a turn begins and ends that the service did not find by itself.
    pub(super) fn add_turn(&mut self, item: String, begin_ms: f64, end_ms: f64) {
        self.turns.push((item, begin_ms, Some(end_ms)));
    }

    fn turn(&self, item: &str, text: String, message: View<'_>) -> Sentence {
        let known = self.turns.iter().find(|(id, ..)| id == item);
        let begin_ms = known.map_or(0.0, |turn| turn.1);
        let end_ms = known.and_then(|turn| turn.2).unwrap_or(begin_ms).max(begin_ms);
        let (language, emotion) = (message.get("language").word(), message.get("emotion").word());
        let segment = Segment { text, begin_ms, end_ms, language, emotion, ..Segment::default() };
        Sentence { key: item.to_owned(), segment }
    }
}

fn result(payload: View<'_>) -> Heard {
    let place = payload.get("output").get("sentence");
    if !place.is_object() || place.get("heartbeat").bool() == Some(true) {
        return Heard::Nothing;
    }
    let mut segment = sentence::read(place, None);
    segment.emotion = place.get("emo_tag").word().or(segment.emotion);
    let end = amount(place.get("end_time"));
    let key = amount(place.get("sentence_id")).map_or_else(|| format!("at {}", segment.begin_ms), |id| format!("{id}"));
    // Where the word is missing, the SDKs take a sentence with an end for a final one.
    let is_final = place.get("sentence_end").bool().unwrap_or(end.is_some_and(|end| end > 0.0));
    let sentence = Sentence { key, segment };
    if is_final { Heard::Final(sentence, usage::read(payload.get("usage"))) } else { Heard::Partial(sentence) }
}

/// A timeout comes with a code of its own that says nothing ("`CLIENT_ERROR`"): silence, which is no fault of the options.
fn failure(code: Option<String>, message: Option<String>, id: Option<String>) -> Error {
    let is_timeout =
        message.as_deref().is_some_and(|words| contains(words.to_ascii_lowercase().as_bytes(), b"timeout"));
    let error = error_body::in_task(code, message, id);
    if is_timeout { error.with_retryable(true) } else { error }
}
