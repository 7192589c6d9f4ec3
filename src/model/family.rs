//! Models that take recordings.

use crate::media_type::Format;
use crate::search::{find, join};

/// The model used where none is named.
pub const DEFAULT_MODEL: &str = "qwen3-asr-flash";
/// The same model as Virginia calls it.
pub const DEFAULT_MODEL_VIRGINIA: &str = "qwen3-asr-flash-us";
/// The model for files that are transcribed by a task, where none is named.
pub const DEFAULT_FILE_MODEL: &str = "qwen3-asr-flash-filetrans";

/// One of the service's wire formats for audio that is sent and answered in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dialect {
    /// A: `POST /compatible-mode/v1/chat/completions`.
    ChatCompletions,
    /// B: `POST /api/v1/services/aigc/multimodal-generation/generation`, Qwen3-ASR-Flash.
    Generation,
    /// C: the same address, Fun-ASR-Flash and Qwen-Audio-ASR-Flash.
    Flash,
}

/// One of its wire formats for files that are transcribed by a task: submit, ask, download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TaskDialect {
    /// D1: `POST /api/v1/services/audio/asr/transcription` with one file, Qwen3-ASR-Flash-Filetrans.
    File,
    /// D2: the same address with a list of files.
    Files,
}

/// A group of models that behave alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// `qwen3-asr-flash*`: dialects A and B.
    Qwen3Flash,
    /// `fun-asr-flash-*`: dialect C.
    FunFlash,
    /// `qwen-audio-3.0-asr-flash`: dialect C, with hot words in the request.
    QwenAudio30Flash,
    /// `qwen-audio-3.1-asr-flash` and later: dialect C, with speakers.
    QwenAudioFlash,
    /// `qwen3-asr-flash-filetrans*`: dialect D, one URL.
    Qwen3Files,
    /// `fun-asr`, `fun-asr-mtl`: dialect D, a list of URLs.
    FunFiles,
    /// `qwen-audio-3.x-asr-flash-filetrans`: dialect D, a list of URLs.
    QwenAudioFiles,
    /// `paraformer-*`, `sensevoice-*`: dialect D, a list of URLs.
    ParaformerFiles,
    /// `*-realtime`, `*-streaming`, `*-message`, `*-live`, `gummy-*`: WebSocket only; [`LiveFamily`](super::LiveFamily) tells them apart.
    Realtime,
    /// A name nobody has told us about: treated as the default model is.
    Unknown,
}

use Family::{
    FunFiles, FunFlash, ParaformerFiles, Qwen3Files, Qwen3Flash, QwenAudio30Flash, QwenAudioFiles, QwenAudioFlash,
    Realtime, Unknown,
};

/// What a family takes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Limits {
    /// Longest data URL, in characters (the service counts the string, not the audio); 0 where only URLs are taken.
    pub data_url_length: u64,
    /// Largest file behind a URL, in bytes.
    pub file_length: u64,
    /// Longest audio, in seconds.
    pub seconds: f64,
    /// Formats the model decodes.
    pub formats: &'static [Format],
    /// Values of `language`, or of `languageHints` for dialect C; empty: not checked.
    pub languages: &'static [&'static str],
    /// Most `languageHints`.
    pub language_hints: usize,
}

/// Languages of Qwen3-ASR (Qwen-ASR API reference, "Supported languages"; `docs/protocol.md` §2.3).
pub(crate) const QWEN3_LANGUAGES: &[&str] = &[
    "zh", "yue", "en", "ja", "de", "ko", "ru", "fr", "pt", "ar", "it", "es", "hi", "id", "th", "tr", "uk", "vi", "cs",
    "da", "fil", "fi", "is", "ms", "no", "pl", "sv",
];

/// Languages of dialect C (`docs/protocol.md` §2.3).
pub(crate) const FLASH_LANGUAGES: &[&str] = &[
    "zh", "en", "ja", "ko", "vi", "th", "id", "ms", "tl", "hi", "ar", "fr", "de", "es", "pt", "ru", "it", "nl", "sv",
    "da", "fi", "no", "el", "pl", "cs", "hu", "ro", "bg", "hr", "sk",
];

/// The data-URL limit of the service's message "Exceeded limit on max bytes per data-uri item : 10485760".
const DATA_URL_10_MIB: u64 = 10_485_760;
/// The same message as Qwen-Audio says it (measured).
const DATA_URL_20_MIB: u64 = 20_971_520;
const FILE_10_MB: u64 = 10 * 1024 * 1024;
const FILE_2_GB: u64 = 2 * 1024 * 1024 * 1024;
const FIVE_MINUTES: f64 = 300.0;
const TWELVE_HOURS: f64 = 43_200.0;

/// An option that not every model listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptionRule {
    /// Its name, as callers write it.
    pub name: &'static str,
    /// Who takes it.
    pub families: &'static [Family],
}

const QWEN3: &[Family] = &[Qwen3Flash, Qwen3Files];
const SYNCHRONOUS_QWEN3: &[Family] = &[Qwen3Flash];
const FLASH: &[Family] = &[FunFlash, QwenAudio30Flash, QwenAudioFlash];
const BATCH: &[Family] = &[FunFiles, QwenAudioFiles, ParaformerFiles];

/// Who takes which option. An option that is missing here is for everybody.
pub const OPTIONS: [OptionRule; 20] = [
    OptionRule { name: "language", families: QWEN3 },
    OptionRule { name: "enableItn", families: QWEN3 },
    OptionRule {
        name: "context",
        families: &[Qwen3Flash, Qwen3Files, FunFlash, QwenAudio30Flash, QwenAudioFlash, QwenAudioFiles],
    },
    OptionRule { name: "messages", families: &[FunFlash, QwenAudio30Flash, QwenAudioFlash, QwenAudioFiles] },
    OptionRule { name: "includeUsage", families: SYNCHRONOUS_QWEN3 },
    OptionRule { name: "incrementalOutput", families: SYNCHRONOUS_QWEN3 },
    OptionRule { name: "resultFormat", families: SYNCHRONOUS_QWEN3 },
    OptionRule { name: "asrOptions", families: SYNCHRONOUS_QWEN3 },
    OptionRule { name: "format", families: FLASH },
    OptionRule { name: "sampleRate", families: FLASH },
    OptionRule { name: "vocabulary", families: &[QwenAudio30Flash, QwenAudioFlash, QwenAudioFiles] },
    OptionRule {
        name: "vocabularyId",
        families: &[FunFlash, QwenAudio30Flash, QwenAudioFlash, FunFiles, QwenAudioFiles, ParaformerFiles],
    },
    OptionRule {
        name: "languageHints",
        families: &[FunFlash, QwenAudio30Flash, QwenAudioFlash, FunFiles, QwenAudioFiles, ParaformerFiles],
    },
    OptionRule { name: "speakerDiarizationEnabled", families: &[QwenAudioFlash] },
    OptionRule { name: "keepDialect", families: &[QwenAudioFlash] },
    OptionRule { name: "enableWords", families: &[Qwen3Files] },
    OptionRule { name: "channelId", families: &[Qwen3Files, FunFiles, QwenAudioFiles, ParaformerFiles] },
    OptionRule { name: "diarizationEnabled", families: BATCH },
    OptionRule { name: "speakerCount", families: BATCH },
    OptionRule { name: "specialWordFilter", families: BATCH },
];

/// How names of models begin, what else is in them, and their family. The first that fits counts: beginnings overlap.
const NAMES: [(&str, &str, Family); 15] = [
    ("", "-realtime", Realtime),
    ("", "-streaming", Realtime),
    // The tables of dashscope-sdk-python 2 (`dashscope/v2`): voice messages, conversations, translation.
    ("", "-message", Realtime),
    ("", "-live", Realtime),
    ("gummy", "", Realtime),
    ("qwen3-asr", "-filetrans", Qwen3Files),
    ("qwen-audio", "-filetrans", QwenAudioFiles),
    ("", "-filetrans", FunFiles),
    ("fun-asr-flash", "", FunFlash),
    ("qwen-audio-3.0-", "-asr-flash", QwenAudio30Flash),
    ("qwen-audio-", "-asr-flash", QwenAudioFlash),
    ("fun-asr", "", FunFiles),
    ("paraformer", "", ParaformerFiles),
    ("sensevoice", "", ParaformerFiles),
    ("qwen3-asr-flash", "", Qwen3Flash),
];

impl Family {
    /// Those that take recordings.
    pub const OF_RECORDINGS: [Self; 8] =
        [Qwen3Flash, FunFlash, QwenAudio30Flash, QwenAudioFlash, Qwen3Files, FunFiles, QwenAudioFiles, ParaformerFiles];

    /// The family of a model name.
    #[must_use]
    pub fn of(model: &str) -> Self {
        let has = |part: &str| {
            let end = find(model.as_bytes(), part.as_bytes()).map(|at| at + part.len());
            // Whole: "-live" is no part of "qwen3-livetranslate-flash".
            part.is_empty() || end.is_some_and(|end| matches!(model.as_bytes().get(end), None | Some(b'-')))
        };
        let found = NAMES.iter().find(|(start, part, _)| model.starts_with(start) && has(part));
        found.map_or(Unknown, |(.., family)| *family)
    }

    /// The same for names that nobody of ours wrote: what only begins like a family's name, as "paraformerx" does, is unknown.
    #[must_use]
    pub fn of_stranger(model: &str) -> Self {
        let is_word = |start: &str| {
            let rest = model.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || start.ends_with('-'))
        };
        let family = Self::of(model);
        let named = NAMES.iter().any(|(start, _, named)| *named == family && !start.is_empty() && is_word(start));
        if named { family } else { Unknown }
    }

    /// The dialect in which it answers directly; B where A is a choice, `None` where it does not or nothing is known.
    #[must_use]
    pub const fn dialect(self) -> Option<Dialect> {
        match self {
            Qwen3Flash => Some(Dialect::Generation),
            FunFlash | QwenAudio30Flash | QwenAudioFlash => Some(Dialect::Flash),
            _ => None,
        }
    }

    /// The dialect in which it takes tasks, `None` where it takes none or nothing is known.
    #[must_use]
    pub const fn task_dialect(self) -> Option<TaskDialect> {
        match self {
            Qwen3Files => Some(TaskDialect::File),
            FunFiles | QwenAudioFiles | ParaformerFiles => Some(TaskDialect::Files),
            _ => None,
        }
    }

    /// How it takes audio: in the call itself (`"direct"`), by a task for files (`"task"`) or over a WebSocket (`"realtime"`).
    #[must_use]
    pub const fn access(self) -> &'static str {
        match self {
            Realtime => "realtime",
            _ if self.task_dialect().is_some() => "task",
            _ => "direct",
        }
    }

    /// The options that it takes beside those that every model takes.
    pub fn own_options(self) -> impl Iterator<Item = &'static str> {
        let judge = if matches!(self, Unknown) { Qwen3Flash } else { self };
        OPTIONS.iter().filter(move |rule| rule.families.contains(&judge)).map(|rule| rule.name)
    }

    /// How many requests of an account the service takes in a minute, and a sixtieth of it in a second
    /// (`docs/protocol.md` §2.4). Where the page of a model says nothing, what is the least among the others.
    #[must_use]
    pub const fn requests_per_minute(self) -> u32 {
        match self {
            QwenAudio30Flash | QwenAudioFlash | QwenAudioFiles => 600,
            _ => 100,
        }
    }

    /// How the family is called in messages: a name that can be used as it is, where there is one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Qwen3Flash | Unknown => DEFAULT_MODEL,
            FunFlash => "fun-asr-flash-2026-06-15",
            QwenAudio30Flash => "qwen-audio-3.0-asr-flash",
            QwenAudioFlash => "qwen-audio-3.1-asr-flash",
            Qwen3Files => DEFAULT_FILE_MODEL,
            FunFiles => "fun-asr",
            QwenAudioFiles => "qwen-audio-3.1-asr-flash-filetrans",
            ParaformerFiles => "paraformer-v2",
            Realtime => "fun-asr-realtime",
        }
    }

    /// What the family takes.
    #[must_use]
    pub const fn limits(self) -> Limits {
        let is_file = matches!(self, Qwen3Files | FunFiles | QwenAudioFiles | ParaformerFiles);
        Limits {
            data_url_length: match self {
                QwenAudio30Flash | QwenAudioFlash => DATA_URL_20_MIB,
                _ if is_file => 0,
                _ => DATA_URL_10_MIB,
            },
            file_length: match self {
                Qwen3Flash | Unknown => FILE_10_MB,
                _ => FILE_2_GB,
            },
            seconds: if is_file { TWELVE_HOURS } else { FIVE_MINUTES },
            formats: match self {
                Qwen3Flash | Qwen3Files | Unknown => Format::QWEN3,
                _ => Format::FUN,
            },
            languages: match self {
                Qwen3Flash | Qwen3Files => QWEN3_LANGUAGES,
                FunFlash | QwenAudio30Flash | QwenAudioFlash => FLASH_LANGUAGES,
                _ => &[],
            },
            // Fun-ASR's official sample sends two hints, of which it reads the first: no reason to refuse what works.
            language_hints: match self {
                FunFlash => 1,
                QwenAudio30Flash | QwenAudioFlash => 4,
                _ => 100,
            },
        }
    }

    /// The names of those who take an option, if this family is not among them.
    #[must_use]
    pub fn others_take(self, option: &str) -> Option<String> {
        OPTIONS.iter().find(|rule| rule.name == option)?.others(self)
    }
}

/// The model for files that is the like of one for short audio; `None` where the default is.
pub(crate) fn counterpart(model: &str) -> Option<String> {
    match Family::of(model) {
        FunFlash => Some(FunFiles.name().to_owned()),
        QwenAudio30Flash | QwenAudioFlash => {
            // A snapshot's date belongs to that model alone.
            let end = find(model.as_bytes(), b"-asr-flash")? + "-asr-flash".len();
            Some(format!("{}-filetrans", model.get(..end)?))
        }
        _ => None,
    }
}

/// Most words of a hot-word list that is made for a model (`docs/protocol.md` §8.4).
pub(crate) fn most_hot_words(model: &str) -> usize {
    if model.starts_with("qwen-audio") { MOST_HOT_WORDS } else { 500 }
}

/// Most words of any hot-word list.
pub(crate) const MOST_HOT_WORDS: usize = 2_000;

impl OptionRule {
    /// The names of those who take the option, if this family is not among them.
    pub(crate) fn others(&self, family: Family) -> Option<String> {
        let takes = self.families.contains(&family);
        (!takes).then(|| join(self.families.iter().map(|family| family.name()), ", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_route_to_families() {
        for (model, family) in [
            ("qwen3-asr-flash", Qwen3Flash),
            ("qwen3-asr-flash-2026-02-10", Qwen3Flash),
            ("qwen3-asr-flash-us", Qwen3Flash),
            ("qwen3-asr-flash-filetrans", Qwen3Files),
            ("qwen3-asr-flash-filetrans-2025-11-17", Qwen3Files),
            ("qwen3-asr-flash-realtime", Realtime),
            ("fun-asr-flash-2026-06-15", FunFlash),
            ("qwen-audio-3.0-asr-flash", QwenAudio30Flash),
            ("qwen-audio-3.1-asr-flash", QwenAudioFlash),
            ("qwen-audio-4.0-asr-flash", QwenAudioFlash),
            ("qwen-audio-3.1-asr-flash-filetrans", QwenAudioFiles),
            ("qwen-audio-3.0-asr-flash-streaming", Realtime),
            ("fun-asr-realtime", Realtime),
            ("qwen-audio-3.1-asr-flash-message", Realtime),
            ("qwen-audio-3.1-live", Realtime),
            ("qwen-audio-3.1-asr-flash-live", Realtime),
            ("qwen3-livetranslate-flash-realtime", Realtime),
            ("qwen3-livetranslate-flash", Unknown),
            ("paraformer-realtime-8k-v2", Realtime),
            ("gummy-realtime-v1", Realtime),
            ("gummy-chat-v1", Realtime),
            ("fun-asr", FunFiles),
            ("fun-asr-mtl-2025-08-25", FunFiles),
            ("paraformer-v2", ParaformerFiles),
            ("sensevoice-v1", ParaformerFiles),
            ("something-new", Unknown),
        ] {
            assert_eq!(Family::of(model), family, "{model}");
        }
    }

    #[test]
    fn short_audio_and_files_have_models_that_belong_together() {
        for (model, files) in [
            ("fun-asr-flash-2026-06-15", Some("fun-asr")),
            ("qwen-audio-3.0-asr-flash", Some("qwen-audio-3.0-asr-flash-filetrans")),
            ("qwen-audio-3.1-asr-flash-2026-08-01", Some("qwen-audio-3.1-asr-flash-filetrans")),
            (DEFAULT_MODEL, None),
            ("something-new", None),
        ] {
            assert_eq!(counterpart(model).as_deref(), files, "{model}");
        }
        assert_eq!(Family::of(DEFAULT_FILE_MODEL).task_dialect(), Some(TaskDialect::File));
        assert_eq!((Family::of(DEFAULT_MODEL), Family::of(DEFAULT_MODEL_VIRGINIA)), (Qwen3Flash, Qwen3Flash));
    }

    #[test]
    fn each_family_is_called_by_a_name_of_its_own() {
        for family in OPTIONS.iter().flat_map(|rule| rule.families) {
            assert_eq!(Family::of(family.name()), *family);
        }
    }

    #[test]
    fn options_are_ruled_once() {
        for (index, rule) in OPTIONS.iter().enumerate() {
            assert!(!rule.families.is_empty() && OPTIONS[index + 1..].iter().all(|other| other.name != rule.name));
        }
        assert_eq!(Qwen3Flash.others_take("keepDialect").as_deref(), Some("qwen-audio-3.1-asr-flash"));
        assert_eq!(Qwen3Flash.others_take("language"), None);
        assert_eq!(FunFiles.others_take("model"), None);
    }

    #[test]
    fn a_family_says_how_it_is_reached_and_what_it_takes() {
        let of = |model: &str| (Family::of(model).access(), Family::of(model).own_options().collect::<Vec<_>>());
        let files = ["language", "enableItn", "context", "enableWords", "channelId"].to_vec();
        assert_eq!(of("qwen3-asr-flash-filetrans"), ("task", files));
        assert_eq!(of("fun-asr-realtime"), ("realtime", vec![]));
        assert_eq!(of("something-new"), of("qwen3-asr-flash"));
        assert_eq!(of("qwen3-asr-flash").0, "direct");
        for rule in &OPTIONS {
            for family in rule.families {
                assert!(family.own_options().any(|name| name == rule.name), "{family:?} {}", rule.name);
            }
        }
    }

    #[test]
    fn limits_are_the_service_s() {
        assert_eq!(Qwen3Flash.limits().data_url_length, 10_485_760);
        assert_eq!(QwenAudioFlash.limits().data_url_length, 20_971_520);
        assert_eq!((FunFiles.limits().seconds, FunFiles.limits().data_url_length), (43_200.0, 0));
        assert!(!FunFlash.limits().formats.contains(&Format::Aiff) && FunFlash.limits().formats.contains(&Format::Mov));
    }
}
