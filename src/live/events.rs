//! What a live transcription tells, as data, and in JSON as JavaScript sees it.

use crate::json::ObjectWriter;
use crate::subtitle;
use crate::transcript::{Segment, Transcript};

/// What happens while somebody speaks. Times are those of the audio that was sent, whatever the connection did.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum LiveEvent {
    /// A sentence so far, in the place of what was told of it before.
    Partial {
        /// The sentence's number, which it keeps while its text changes. Counted from 1.
        id: u32,
        /// The sentence: its text, when it was spoken, in milliseconds, its words where the model tells them.
        segment: Segment,
        /// Everything heard so far, this sentence with it.
        text: String,
    },
    /// A sentence that will not change any more.
    Final {
        /// The sentence's number.
        id: u32,
        /// The sentence: its text, when it was spoken, in milliseconds, its words where the model tells them.
        segment: Segment,
        /// Everything heard so far, this sentence with it.
        text: String,
    },
    /// Somebody begins or stops to speak. Qwen3-ASR.
    Speech {
        /// Whether it begins.
        speaking: bool,
        /// When, in milliseconds.
        at_ms: f64,
    },
    /// What became of the connection.
    State {
        /// What it is now.
        state: LiveState,
        /// Why, where there is something to be said: of what was lost, the error; of a pause of itself, `silence`.
        reason: Option<String>,
    },
    /// The end: the transcript of everything.
    Done(Box<Transcript>),
}

/// What a live transcription's connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveState {
    /// It is being opened for the first time, or after a pause.
    Connecting,
    /// Audio goes out.
    Open,
    /// It was lost, or given up for another one; audio is kept meanwhile.
    Reconnecting,
    /// There is none: the caller has paused, or nobody has spoken for long. In the latter case the next sound opens another.
    Paused,
    /// It is over.
    Closed,
}

impl LiveState {
    /// Its name, as JavaScript has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Open => "open",
            Self::Reconnecting => "reconnecting",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }
}

impl LiveEvent {
    /// The event as JavaScript sees it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        let mut event = ObjectWriter::new(&mut out);
        match self {
            Self::Partial { id, segment, text } => sentence(&mut event, "partial", *id, segment, text),
            Self::Final { id, segment, text } => sentence(&mut event, "final", *id, segment, text),
            Self::Speech { speaking, at_ms } => {
                event.string("type", "speech").bool("speaking", *speaking).decimal("atMs", *at_ms);
            }
            Self::State { state, reason } => {
                event.string("type", "state").string("state", state.name());
                if let Some(reason) = reason {
                    event.string("reason", reason);
                }
            }
            Self::Done(transcript) => {
                event.string("type", "done").member("transcript", |out| out.push_str(&subtitle::to_json(transcript)));
            }
        }
        event.close();
        out
    }
}

fn sentence(event: &mut ObjectWriter<'_>, kind: &str, id: u32, segment: &Segment, text: &str) {
    let mut members = String::new();
    subtitle::write_segment(segment, &mut members);
    event.string("type", kind);
    event.member("segment", |out| {
        ObjectWriter::new(out).number("id", id);
        out.push(',');
        out.push_str(members.get(1..).unwrap_or_default()); // its own brace
    });
    event.string("text", text);
}
