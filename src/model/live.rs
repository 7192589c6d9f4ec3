//! Realtime models.

use super::family::Family::{self, Realtime, Unknown};
use crate::search::{find, join};

/// The model that the service's documentation recommends for live transcription.
pub(crate) const DEFAULT_LIVE_MODEL: &str = "qwen-audio-3.1-asr-flash-streaming";

/// Whether a model takes telephone sound, 8,000 samples a second: the names say it, as "paraformer-realtime-8k-v2".
pub(crate) fn is_narrow(model: &str) -> bool {
    find(model.as_bytes(), b"-8k").is_some()
}

/// How a realtime model is spoken over a WebSocket (`docs/protocol.md` §13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveProtocol {
    /// `/api-ws/v1/inference`: `run-task`, binary audio as fast as one likes, `finish-task`.
    Task,
    /// `/api-ws/v1/realtime`: `session.update`, audio as base64 no faster than it was spoken, `session.finish`.
    Session,
}

/// A group of realtime models that listen to the same options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiveFamily {
    /// `qwen-audio-3.1-asr-flash-streaming` and later.
    QwenAudio,
    /// `qwen-audio-3.0-asr-flash-streaming`.
    QwenAudio30,
    /// `qwen-audio-3.1-asr-flash-message`: short voice messages.
    Message,
    /// `fun-asr-realtime`, its dated, flash and 8-kHz variants.
    Fun,
    /// `paraformer-realtime-*`.
    Paraformer,
    /// `qwen3-asr-flash-realtime`, also with a date.
    Qwen3,
    /// A name nobody has told us about: the task protocol, and every option of it.
    Unknown,
}

/// How names of realtime models begin, what else is in them, and their family. The first that fits counts.
const LIVE_NAMES: [(&str, &str, LiveFamily); 6] = [
    ("qwen-audio-", "-asr-flash-message", LiveFamily::Message),
    ("qwen-audio-3.0-", "-asr-flash-streaming", LiveFamily::QwenAudio30),
    ("qwen-audio-", "-asr-flash-streaming", LiveFamily::QwenAudio),
    ("fun-asr", "-realtime", LiveFamily::Fun),
    ("paraformer", "-realtime", LiveFamily::Paraformer),
    ("qwen3-asr-flash", "-realtime", LiveFamily::Qwen3),
];

/// Realtime models that recognise nothing, or that speak with other events: translation, conversation, speech synthesis.
const NOT_LIVE: [&str; 5] = ["gummy", "-live", "livetranslate", "omni", "tts"];

impl LiveFamily {
    /// The family of a realtime model's name; `None` where it is none, or one that speaks otherwise.
    #[must_use]
    pub fn of(model: &str) -> Option<Self> {
        let has = |part: &str| find(model.as_bytes(), part.as_bytes()).is_some();
        if let Some((.., family)) = LIVE_NAMES.iter().find(|(start, part, _)| model.starts_with(start) && has(part)) {
            return Some(*family);
        }
        let is_other = !matches!(Family::of(model), Realtime | Unknown) || NOT_LIVE.iter().any(|part| has(part));
        (!is_other).then_some(Self::Unknown)
    }

    /// The same for names that nobody of ours wrote: whole words only, and nothing that is unknown.
    #[must_use]
    pub fn of_stranger(model: &str) -> Option<Self> {
        let is_end = |rest: &str| rest.is_empty() || rest.starts_with('-');
        let fits = |start: &str, part: &str| {
            let rest = model.strip_prefix(start).unwrap_or_default();
            let behind = find(rest.as_bytes(), part.as_bytes()).and_then(|at| rest.get(at + part.len()..));
            // A beginning that ends with a hyphen has the version behind it.
            behind.is_some_and(is_end) && (start.ends_with('-') || is_end(rest))
        };
        let is_known = LIVE_NAMES.iter().any(|(start, part, _)| fits(start, part));
        let is_other = NOT_LIVE.iter().any(|part| find(model.as_bytes(), part.as_bytes()).is_some());
        if is_known && !is_other { Self::of(model) } else { None }
    }

    /// How it is spoken.
    #[must_use]
    pub const fn protocol(self) -> LiveProtocol {
        match self {
            Self::Qwen3 => LiveProtocol::Session,
            _ => LiveProtocol::Task,
        }
    }

    /// Most `languageHints`.
    #[must_use]
    pub const fn language_hints(self) -> usize {
        match self {
            Self::QwenAudio | Self::QwenAudio30 => 4,
            Self::Fun => 1,
            _ => 100,
        }
    }

    /// How the family is called in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::QwenAudio | Self::Unknown => "qwen-audio-3.1-asr-flash-streaming",
            Self::QwenAudio30 => "qwen-audio-3.0-asr-flash-streaming",
            Self::Message => "qwen-audio-3.1-asr-flash-message",
            Self::Fun => "fun-asr-realtime",
            Self::Paraformer => "paraformer-realtime-v2",
            Self::Qwen3 => "qwen3-asr-flash-realtime",
        }
    }

    /// The names of those who take an option, if this family is not among them.
    #[must_use]
    pub fn others_take(self, option: &str) -> Option<String> {
        let (_, families) = LIVE_OPTIONS.iter().find(|(name, _)| *name == option)?;
        let judged = if matches!(self, Self::Unknown) {
            families.iter().any(|family| family.protocol() == LiveProtocol::Task)
        } else {
            families.contains(&self)
        };
        (!judged).then(|| join(families.iter().map(|family| family.name()), ", "))
    }
}

/// Who takes which option of a live transcription. An option that is missing here is for everybody.
const LIVE_OPTIONS: [(&str, &[LiveFamily]); 18] = {
    use LiveFamily::{Fun, Message, Paraformer, Qwen3, QwenAudio, QwenAudio30};
    const TASK: &[LiveFamily] = &[QwenAudio, QwenAudio30, Message, Fun, Paraformer];
    const CUT_BY_VOICE: &[LiveFamily] = &[QwenAudio, QwenAudio30, Fun, Paraformer];
    [
        ("languageHints", CUT_BY_VOICE),
        ("language", &[QwenAudio, QwenAudio30, Fun, Paraformer, Qwen3]),
        ("turnDetection", &[Qwen3]),
        ("context", &[QwenAudio, QwenAudio30, Message, Fun, Qwen3]),
        ("messages", &[QwenAudio, QwenAudio30, Message, Fun]),
        ("vocabulary", &[QwenAudio, QwenAudio30, Message]),
        ("vocabularyId", TASK),
        ("semanticPunctuationEnabled", &[Fun, Paraformer]),
        ("maxSentenceSilence", CUT_BY_VOICE),
        ("multiThresholdModeEnabled", CUT_BY_VOICE),
        ("heartbeat", TASK),
        ("speechNoiseThreshold", &[QwenAudio, QwenAudio30, Message, Fun]),
        ("specialWordFilter", &[QwenAudio, QwenAudio30, Message, Fun]),
        ("keepDialect", &[QwenAudio]),
        ("vadModel", &[QwenAudio]),
        ("disfluencyRemovalEnabled", &[Message, Paraformer]),
        ("punctuationPredictionEnabled", &[Paraformer]),
        ("inverseTextNormalizationEnabled", &[Paraformer]),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn realtime_names_route_to_live_families() {
        for (model, family) in [
            ("qwen-audio-3.1-asr-flash-streaming", Some(LiveFamily::QwenAudio)),
            ("qwen-audio-3.0-asr-flash-streaming", Some(LiveFamily::QwenAudio30)),
            ("qwen-audio-3.1-asr-flash-message", Some(LiveFamily::Message)),
            ("fun-asr-realtime", Some(LiveFamily::Fun)),
            ("fun-asr-flash-8k-realtime-2026-01-28", Some(LiveFamily::Fun)),
            ("paraformer-realtime-8k-v2", Some(LiveFamily::Paraformer)),
            ("qwen3-asr-flash-realtime-2026-02-10", Some(LiveFamily::Qwen3)),
            ("something-new", Some(LiveFamily::Unknown)),
            ("something-new-realtime", Some(LiveFamily::Unknown)),
            ("qwen3-asr-flash", None),
            ("fun-asr", None),
            ("gummy-realtime-v1", None),
            ("qwen-audio-3.1-live", None),
            ("qwen3-livetranslate-flash-realtime", None),
            ("qwen3-omni-flash-realtime", None),
            ("qwen3-tts-flash-realtime", None),
        ] {
            assert_eq!(LiveFamily::of(model), family, "{model}");
        }
        assert_eq!(LiveFamily::Qwen3.others_take("keepDialect").as_deref(), Some("qwen-audio-3.1-asr-flash-streaming"));
        assert_eq!(LiveFamily::Unknown.others_take("keepDialect"), None);
        assert!(LiveFamily::Unknown.others_take("turnDetection").is_some());
        for (_, families) in LIVE_OPTIONS {
            assert!(families.iter().all(|family| LiveFamily::of(family.name()) == Some(*family)));
        }
    }
}
