//! What all dialects become.

use serde::Serialize;

/// A finished transcription.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Transcript {
    /// All recognised text. Empty when there was no speech.
    pub text: String,
    /// True when the service heard no speech: a result, not an error.
    pub no_speech: bool,
    /// Detected (or requested) language code, e.g. `"en"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Detected emotion: surprised, neutral, happy, sad, disgusted, angry or fearful.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion: Option<String>,
    /// Seconds of audio that were billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// Why the service stopped: `"stop"`, or `"length"` when the text was cut at the model's limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finish_reason: Option<String>,
    /// What the service counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The model that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The service's id of the request; quote it to support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Sentences with times, where the model gives them, by their beginning, of all channels; else empty.
    pub segments: Vec<Segment>,
    /// The text of each channel, where a file was transcribed channel by channel; else empty. With several channels,
    /// `text` is their texts, each on a line of its own.
    pub channels: Vec<Channel>,
}

impl Transcript {
    /// A transcript that a program makes itself, for subtitles say, of what was said and when.
    #[must_use]
    pub fn from_segments(segments: Vec<Segment>) -> Self {
        Self { segments, ..Self::default() }
    }

    /// The same transcript, with `no_speech` set from the text.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.no_speech = self.text.trim().is_empty();
        self
    }
}

/// What was said on one channel of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Channel {
    /// The channel, counted from 0.
    pub channel_id: u32,
    /// All text of the channel.
    pub text: String,
    /// How long somebody spoke, in milliseconds; this is what is billed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech_ms: Option<f64>,
}

/// A sentence, or another stretch of speech, with its times.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Segment {
    /// The text.
    pub text: String,
    /// Start, in milliseconds from the beginning of the audio.
    pub begin_ms: f64,
    /// End, in milliseconds.
    pub end_ms: f64,
    /// Language code of this stretch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Emotion of this stretch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub emotion: Option<String>,
    /// Who speaks, counted from 0, where speakers are told apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speaker_id: Option<u32>,
    /// The channel of the file, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_id: Option<u32>,
    /// Words with times, where the model gives them; else empty.
    pub words: Vec<Word>,
}

impl Segment {
    /// A stretch of speech from `begin_ms` to `end_ms`. With words and without a text, the words are the text.
    #[must_use]
    pub fn new(text: impl Into<String>, begin_ms: f64, end_ms: f64, words: Vec<Word>) -> Self {
        Self { text: text.into(), begin_ms, end_ms, words, ..Self::default() }
    }
}

/// A word with its times.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Word {
    /// The word, with any white space that belongs to it: join `text + punctuation`, never with added spaces.
    pub text: String,
    /// Start, in milliseconds.
    pub begin_ms: f64,
    /// End, in milliseconds.
    pub end_ms: f64,
    /// Punctuation after the word.
    pub punctuation: String,
}

impl Word {
    /// A word from `begin_ms` to `end_ms`, and the punctuation after it.
    #[must_use]
    pub fn new(text: impl Into<String>, begin_ms: f64, end_ms: f64, punctuation: impl Into<String>) -> Self {
        Self { text: text.into(), begin_ms, end_ms, punctuation: punctuation.into() }
    }
}

/// What the service counted; a member it did not send is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Usage {
    /// Seconds of audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Tokens of the input (25 for each second of audio).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<f64>,
    /// Tokens of the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<f64>,
    /// Sum of both.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_tokens: Option<f64>,
    /// Audio tokens of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_audio_tokens: Option<f64>,
    /// Text tokens of the input.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_text_tokens: Option<f64>,
    /// Text tokens of the output.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_text_tokens: Option<f64>,
}

// The events as JavaScript sees them; Rust has `crate::TranscriptEvent`.

/// One step of a streamed transcription.
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
#[derive(Clone, Debug, PartialEq, Serialize, tsify::Tsify)]
#[serde(tag = "type", rename_all = "lowercase")]
#[allow(clippy::large_enum_variant, reason = "the last event of a stream; made once")]
pub enum TranscriptEvent {
    /// New text.
    Delta(Delta),
    /// Earlier text changed.
    Revision(Revision),
    /// The end: everything is known.
    Done(Done),
}

/// Text that was added at the end.
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
#[derive(Clone, Debug, PartialEq, Serialize, tsify::Tsify)]
pub struct Delta {
    /// What is new.
    pub delta: String,
    /// All text so far.
    pub text: String,
}

/// The service heard better and changed text it had sent before.
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
#[derive(Clone, Debug, PartialEq, Serialize, tsify::Tsify)]
pub struct Revision {
    /// All text so far, replacing what was there.
    pub text: String,
}

/// The finished transcript of a stream.
#[cfg(all(target_arch = "wasm32", feature = "npm"))]
#[derive(Clone, Debug, PartialEq, Serialize, tsify::Tsify)]
pub struct Done {
    /// The finished transcript.
    pub transcript: Transcript,
}
