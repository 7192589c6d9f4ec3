//! What dialects A and B share: a choice with text, annotations and a finish reason, whole or piece by piece.

use crate::json::View;
use crate::transcript::Transcript;

/// What one chunk of a stream did to the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The text did not change.
    Nothing,
    /// This was added at the end.
    Delta(String),
    /// Earlier text changed; this is all of it.
    Revision(String),
}

/// Collects the chunks of one stream into a transcript.
#[derive(Debug, Default)]
pub struct Accumulator {
    transcript: Transcript,
    finished: bool,
}

impl Accumulator {
    /// All text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.transcript.text
    }

    /// Whether the service has said that it is done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// The service said so without a finish reason: `[DONE]`, or `event: done`.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Whether the service says that this was the end; a dialect that never says so may take it back.
    pub(super) fn set_finished(&mut self, finished: bool) {
        self.finished = finished;
    }

    /// What stands beside the text.
    pub(super) fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }

    /// The finished transcript.
    #[must_use]
    pub fn into_transcript(self) -> Transcript {
        self.transcript.settled()
    }

    /// Takes over what stands beside the text: model, request id, usage. The last value counts.
    pub(super) fn facts(&mut self, model: Option<&str>, request_id: Option<&str>, usage: View<'_>) {
        renew(&mut self.transcript.model, model);
        renew(&mut self.transcript.request_id, request_id);
        let transcript = &mut self.transcript;
        if let Some(usage) = super::usage::read(usage) {
            transcript.duration = usage.seconds.or(transcript.duration);
            transcript.usage = Some(usage);
        }
    }

    /// Takes over one choice; `message` is its `message` or `delta`.
    pub(super) fn choice(&mut self, choice: View<'_>, message: View<'_>, incremental: bool) -> Step {
        for annotation in message.get("annotations").items() {
            renew(&mut self.transcript.language, annotation.get("language").str());
            renew(&mut self.transcript.emotion, annotation.get("emotion").str());
        }
        // "null" as a string, null, and nothing at all mean the same: not yet.
        if let Some(reason) = choice.get("finish_reason").word() {
            self.transcript.finish_reason = Some(reason);
            self.finished = true;
        }
        let content = message.get("content");
        match content.str() {
            Some(text) => self.text_step(text, incremental),
            None if content.is_array() => {
                // One part, as a rule: then nothing has to be put together.
                let mut parts = content.items().filter_map(|item| item.get("text").str());
                match (parts.next(), parts.next()) {
                    (Some(only), None) => self.text_step(only, incremental),
                    _ => self.text_step(&self::content(message).unwrap_or_default(), incremental),
                }
            }
            None => Step::Nothing,
        }
    }

    /// Takes over text: what is new, or all so far.
    pub(super) fn text_step(&mut self, piece: &str, incremental: bool) -> Step {
        let so_far = &mut self.transcript.text;
        let added = if incremental { Some(piece) } else { piece.strip_prefix(so_far.as_str()) };
        match added {
            Some("") => Step::Nothing,
            Some(added) => {
                so_far.push_str(added);
                Step::Delta(added.to_owned())
            }
            // The last event of a cumulative stream may carry no text at all; that takes nothing back.
            None if piece.is_empty() => Step::Nothing,
            None => {
                piece.clone_into(so_far);
                Step::Revision(piece.to_owned())
            }
        }
    }
}

/// Takes over a fact that stands in every chunk, without copying it every time. `""`, `"null"` and nothing change nothing.
fn renew(known: &mut Option<String>, said: Option<&str>) {
    if let Some(said) = said.filter(|said| !said.is_empty() && *said != "null")
        && known.as_deref() != Some(said)
    {
        *known = Some(said.to_owned());
    }
}

/// The text: a string (A), or an array of `{ text }` (B), empty for silence. `None` where there is no content.
pub(super) fn content(message: View<'_>) -> Option<String> {
    let content = message.get("content");
    if let Some(text) = content.str() {
        return Some(text.to_owned());
    }
    content.is_array().then(|| content.items().filter_map(|item| item.get("text").str()).collect())
}
