//! What requests may hold, as data: every member that the service documents for speech (`docs/protocol.md` §4, §5, §7), and none
//! that would make it do something else. `callback_url`, `resources`, `tools` and further inputs are left out on purpose.

/// What may stand in one place.
#[derive(Debug)]
pub(super) enum Shape {
    /// These members, each at most once.
    Object(&'static [(&'static str, Shape)]),
    /// Members of any name, numbers all: hot words and their weights.
    Weights,
    /// At most so many of these.
    List(usize, &'static Shape),
    /// The name of the model.
    Model,
    /// The audio: a data URL, or an address that the service can fetch.
    Audio,
    /// An address that the service can fetch.
    Address,
    /// Audio in base64 by itself: a message of a live transcription, whose size is known before it is read.
    Sound,
    /// Words for the model, or a value for one of its settings.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A number or a text: `sample_rate` is written both ways.
    Scalar,
    /// A text, or a list of these.
    TextOr(&'static Shape),
    /// These members, or `null`.
    ObjectOrNull(&'static [(&'static str, Shape)]),
    /// `null`, which official clients write for what they leave out.
    Null,
}

use Shape::{
    Address, Audio, Bool, List, Model, Null, Number, Object, ObjectOrNull, Scalar, Sound, Text, TextOr, Weights, Word,
};

/// Turns of a conversation, the audio among them: a context, and five turns that the service keeps.
const MOST_MESSAGES: usize = 32;
/// Each channel is billed by itself, so a request for a hundred of them would cost a hundred times as much.
const MOST_CHANNELS: usize = 2;

const ASR_OPTIONS: Shape = Object(&[("language", Text), ("enable_itn", Bool), ("enable_lid", Bool)]);

const ROLE: Shape = Word(&["system", "user", "assistant"]);

const CONTENT: Shape = TextOr(&Object(&[
    ("type", Word(&["input_audio", "input_text", "text"])),
    ("text", Text),
    ("audio", Audio),
    ("input_audio", Object(&[("data", Audio), ("format", Text)])),
]));

const MESSAGES: Shape = List(MOST_MESSAGES, &Object(&[("role", ROLE), ("content", CONTENT)]));

/// Dialect A.
pub(super) const CHAT_COMPLETIONS: Shape = Object(&[
    ("model", Model),
    ("messages", MESSAGES),
    ("modalities", List(1, &Word(&["text"]))),
    ("asr_options", ASR_OPTIONS),
    ("stream", Bool),
    ("stream_options", Object(&[("include_usage", Bool)])),
]);

const LANGUAGE_HINTS: Shape = List(100, &Text);

/// Dialects B and C.
pub(super) const GENERATION: Shape = Object(&[
    ("model", Model),
    ("input", Object(&[("messages", MESSAGES)])),
    (
        "parameters",
        Object(&[
            ("asr_options", ASR_OPTIONS),
            ("incremental_output", Bool),
            ("result_format", Word(&["message", "text"])),
            ("format", Text),
            ("sample_rate", Scalar),
            ("vocabulary_id", Text),
            ("vocabulary", Weights),
            ("language_hints", LANGUAGE_HINTS),
            ("speaker_diarization_enabled", Bool),
            ("keep_dialect", Bool),
        ]),
    ),
]);

/// Dialect D. One file for each request: what is asked for is what is counted.
pub(super) const TRANSCRIPTION: Shape = Object(&[
    ("model", Model),
    ("input", Object(&[("file_url", Address), ("file_urls", List(1, &Address)), ("context", MESSAGES)])),
    (
        "parameters",
        Object(&[
            ("language", Text),
            ("language_hints", LANGUAGE_HINTS),
            ("enable_itn", Bool),
            ("enable_words", Bool),
            ("channel_id", List(MOST_CHANNELS, &Number)),
            ("text", Text),
            ("vocabulary_id", Text),
            ("vocabulary", Weights),
            ("phrase_id", Text),
            ("diarization_enabled", Bool),
            ("speaker_count", Number),
            ("special_word_filter", Text),
            ("disfluency_removal_enabled", Bool),
            ("timestamp_alignment_enabled", Bool),
            ("audio_event_detection_enabled", Bool),
        ]),
    ),
]);

const CONTEXT: Shape = List(
    MOST_MESSAGES,
    &Object(&[
        ("role", ROLE),
        ("content", List(8, &Object(&[("type", Word(&["input_text", "text"])), ("text", Text)]))),
    ]),
);

const INPUT: Shape = Object(&[("context", CONTEXT)]);

/// The head of a message of the task protocol (`docs/protocol.md` §13.1).
const HEADER: Shape = Object(&[("action", Text), ("task_id", Text), ("streaming", Word(&["duplex"]))]);

/// `run-task`: what is recognised how. Tasks that translate or speak have other words.
pub(super) const RUN_TASK: Shape = Object(&[
    ("header", HEADER),
    (
        "payload",
        Object(&[
            ("task_group", Word(&["audio"])),
            ("task", Word(&["asr"])),
            ("function", Word(&["recognition"])),
            ("model", Model),
            (
                "parameters",
                Object(&[
                    ("format", Word(&["pcm", "wav", "opus", "speex", "mp3", "aac", "amr"])),
                    ("sample_rate", Number),
                    ("language_hints", LANGUAGE_HINTS),
                    ("vocabulary_id", Text),
                    ("vocabulary", Weights),
                    ("semantic_punctuation_enabled", Bool),
                    ("max_sentence_silence", Number),
                    ("multi_threshold_mode_enabled", Bool),
                    ("heartbeat", Bool),
                    ("speech_noise_threshold", Number),
                    ("special_word_filter", Text),
                    ("keep_dialect", Bool),
                    ("vad_model", Text),
                    ("disfluency_removal_enabled", Bool),
                    ("intermediate_result_enabled", Bool),
                    ("punctuation_prediction_enabled", Bool),
                    ("inverse_text_normalization_enabled", Bool),
                    ("timestamp_alignment_enabled", Bool),
                ]),
            ),
            ("input", INPUT),
        ]),
    ),
]);

/// `continue-task` and `finish-task`.
pub(super) const TASK_GOES_ON: Shape = Object(&[("header", HEADER), ("payload", Object(&[("input", INPUT)]))]);

/// `session.update` (`docs/protocol.md` §13.3). The member `model` would choose another model than the address names.
pub(super) const SESSION_UPDATE: Shape = Object(&[
    ("event_id", Text),
    ("type", Text),
    (
        "session",
        Object(&[
            ("modalities", List(1, &Word(&["text"]))),
            ("voice", Null),
            ("input_audio_format", Word(&["pcm", "pcm16", "opus"])),
            ("output_audio_format", Text),
            ("sample_rate", Number),
            (
                "input_audio_transcription",
                ObjectOrNull(&[("model", Null), ("language", Text), ("corpus", ObjectOrNull(&[("text", Text)]))]),
            ),
            (
                "turn_detection",
                ObjectOrNull(&[
                    ("type", Word(&["server_vad"])),
                    ("threshold", Number),
                    ("prefix_padding_ms", Number),
                    ("silence_duration_ms", Number),
                ]),
            ),
        ]),
    ),
]);

/// `input_audio_buffer.append`.
pub(super) const APPEND: Shape = Object(&[("event_id", Text), ("type", Text), ("audio", Sound)]);

/// Every other message of the session protocol.
pub(super) const SESSION_GOES_ON: Shape = Object(&[("event_id", Text), ("type", Text)]);
