//! Model families as data: which dialect they speak and what they take. Sources: `protocol.md` §1, §2.3.

use crate::media_type::Format;
use crate::search::contains;

/// One of the service's wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A: `POST /compatible-mode/v1/chat/completions`.
    ChatCompletions,
    /// B: `POST /api/v1/services/aigc/multimodal-generation/generation`, Qwen3-ASR-Flash.
    Generation,
}

/// A group of models that behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `qwen3-asr-flash*`: dialects A and B.
    Qwen3Flash,
    /// `fun-asr-flash-*`, `qwen-audio-3.x-asr-flash`: dialect C.
    Flash,
    /// `qwen3-asr-flash-filetrans*`: dialect D, one URL.
    Qwen3FileTranscription,
    /// `fun-asr*`, `paraformer-*`, `sensevoice-*`, `qwen-audio-3.x-asr-flash-filetrans`: dialect D, a list of URLs.
    FileTranscription,
    /// `*-realtime`, `*-streaming`: WebSocket only.
    Realtime,
    /// A name nobody has told us about: treated as the default model is.
    Unknown,
}

/// What a family takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Longest data URL, in characters (the service counts the string, not the audio).
    pub data_url_length: u64,
    /// Longest audio, in seconds.
    pub seconds: f64,
    /// Formats the model decodes.
    pub formats: &'static [Format],
    /// Values of `language`; empty: not checked.
    pub languages: &'static [&'static str],
}

/// Languages of Qwen3-ASR (seed 000, "Supported languages").
pub const QWEN3_LANGUAGES: &[&str] = &[
    "zh", "yue", "en", "ja", "de", "ko", "ru", "fr", "pt", "ar", "it", "es", "hi", "id", "th", "tr", "uk", "vi", "cs",
    "da", "fil", "fi", "is", "ms", "no", "pl", "sv",
];

/// The data-URL limit of the service's message "Exceeded limit on max bytes per data-uri item : 10485760".
const DATA_URL_10_MIB: u64 = 10_485_760;

impl Family {
    /// The family of a model name. Prefixes overlap, so the order of the questions matters.
    #[must_use]
    pub fn of(model: &str) -> Self {
        let has = |part: &str| contains(model.as_bytes(), part.as_bytes());
        let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| model.starts_with(prefix));
        if has("-realtime") || has("-streaming") {
            Self::Realtime
        } else if has("-filetrans") {
            if starts(&["qwen3-asr"]) { Self::Qwen3FileTranscription } else { Self::FileTranscription }
        } else if starts(&["fun-asr-flash"]) || (starts(&["qwen-audio-"]) && has("-asr-flash")) {
            Self::Flash
        } else if starts(&["fun-asr", "paraformer", "sensevoice"]) {
            Self::FileTranscription
        } else if starts(&["qwen3-asr-flash"]) {
            Self::Qwen3Flash
        } else {
            Self::Unknown
        }
    }

    /// What the family takes in one synchronous request.
    #[must_use]
    pub const fn limits(self) -> Limits {
        Limits {
            data_url_length: DATA_URL_10_MIB,
            seconds: 300.0,
            formats: Format::QWEN3,
            languages: match self {
                Self::Qwen3Flash => QWEN3_LANGUAGES,
                _ => &[],
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_route_to_families() {
        for (model, family) in [
            ("qwen3-asr-flash", Family::Qwen3Flash),
            ("qwen3-asr-flash-2026-02-10", Family::Qwen3Flash),
            ("qwen3-asr-flash-us", Family::Qwen3Flash),
            ("qwen3-asr-flash-filetrans", Family::Qwen3FileTranscription),
            ("qwen3-asr-flash-filetrans-2025-11-17", Family::Qwen3FileTranscription),
            ("qwen3-asr-flash-realtime", Family::Realtime),
            ("fun-asr-flash-2026-06-15", Family::Flash),
            ("qwen-audio-3.1-asr-flash", Family::Flash),
            ("qwen-audio-3.1-asr-flash-filetrans", Family::FileTranscription),
            ("qwen-audio-3.0-asr-flash-streaming", Family::Realtime),
            ("fun-asr-realtime", Family::Realtime),
            ("fun-asr", Family::FileTranscription),
            ("fun-asr-mtl-2025-08-25", Family::FileTranscription),
            ("paraformer-v2", Family::FileTranscription),
            ("something-new", Family::Unknown),
        ] {
            assert_eq!(Family::of(model), family, "{model}");
        }
    }
}
