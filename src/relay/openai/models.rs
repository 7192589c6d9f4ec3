//! Which of the service's models stands for which of `OpenAI`'s, and what each can do.

use super::super::models::Models;
use super::problem::{Checked, Problem};
use crate::error::Error;
use crate::json::View;
use crate::model::{DEFAULT_FILE_MODEL, Family, counterpart};

/// Names that an operator has given a meaning, before the known ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelNames(pub Vec<(String, String)>);

/// How names of `OpenAI`'s models begin, and of those who serve Whisper by the same endpoint.
const NAMES: [&str; 4] = ["whisper", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-transcribe"];

/// What stands for them: the first that is allowed and can do what is asked. The quickest; the one with times, words and speakers; one with
/// times; and the first one's like for files, which has times, too, and takes longer.
const STAND_INS: [Family; 4] = [Family::Qwen3Flash, Family::QwenAudioFlash, Family::FunFlash, Family::Qwen3Files];

/// Why no model fits: what the best of the candidates lacks.
static LACKS: [Problem; 5] = [
    Problem::model(
        "model is none that may be asked here: name whisper-1, gpt-4o-transcribe or one of the service's own names, as far as this site \
         allows them.",
    ),
    Problem::field(
        "language",
        "language is none of this model's: send a code of ISO 639-1, such as en, or leave it out to have it detected.",
    ),
    Problem::field(
        "response_format",
        "response_format needs times, and no model that may be asked for this one tells them: use json or text.",
    ),
    Problem::field(
        "response_format",
        "response_format needs speakers, and no model that may be asked for this one tells them apart.",
    ),
    Problem::field("prompt", "prompt cannot be given to this model: it takes no context."),
];

/// What a model must be able to do.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub(super) times: bool,
    pub(super) speakers: bool,
    /// A code of ISO 639-1.
    pub(super) language: Option<String>,
    pub(super) prompt: Option<&'a str>,
}

impl ModelNames {
    /// Reads the names of an operator.
    pub(in super::super) fn read(given: View<'_>) -> Result<Self, Error> {
        let mut read = Vec::new();
        let mut is_read = given.is_object() || !given.exists();
        for name in given.names().into_iter().flatten() {
            let ours = given.get(name).str().unwrap_or_default();
            is_read &= !ours.is_empty();
            read.push((name.to_owned(), ours.to_owned()));
        }
        let advice = "expected names of OpenAI's models and, for each, the one to ask";
        if is_read { Ok(Self(read)) } else { Err(Error::invalid_option("openaiModels", advice)) }
    }

    /// The model that is asked for one of this name.
    pub(super) fn stand_in(&self, name: &str, wanted: &Wanted<'_>, allowed: &Models) -> Checked<String> {
        let given = self.0.iter().find(|(theirs, _)| theirs == name).map(|(_, ours)| ours.as_str());
        let mut best = 0;
        let mut fitting = |model: &str| {
            let lacks = wanted.lacks(model, allowed);
            best = best.max(lacks);
            lacks == LACKS.len()
        };
        if given.is_none() && NAMES.iter().any(|start| is_version(name, start)) {
            if let Some(model) = STAND_INS.iter().map(|family| family.name()).find(|model| fitting(model)) {
                return Ok(model.to_owned());
            }
        } else {
            let name = given.unwrap_or(name);
            if fitting(name) {
                return Ok(name.to_owned());
            }
            // Its like for files has times where it has none.
            if let Some(model) = file_model(name).filter(|model| fitting(model)) {
                return Ok(model);
            }
        }
        Err(LACKS.get(best).unwrap_or(&LACKS[0]))
    }
}

impl Wanted<'_> {
    /// The first thing that a model lacks, by its place in [`LACKS`]; their number if nothing.
    pub(super) fn lacks(&self, model: &str, allowed: &Models) -> usize {
        let can = Can::of(model);
        let has = [
            allowed.check(model, can.is_task).is_ok(),
            self.language.as_ref().is_none_or(|code| can.language(code).is_some()),
            !self.times || can.times,
            !self.speakers || can.speakers,
            self.prompt.is_none() || can.context,
        ];
        has.iter().position(|has| !has).unwrap_or(LACKS.len())
    }

    pub(super) fn fits(&self, model: &str, allowed: &Models) -> bool {
        self.lacks(model, allowed) == LACKS.len()
    }
}

/// A name, or a version of it: `whisper-1`, `gpt-4o-mini-transcribe-2025-12-15`.
fn is_version(name: &str, start: &str) -> bool {
    let is_written = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    name.strip_prefix(start)
        .is_some_and(|rest| rest.bytes().all(is_written) && matches!(rest.as_bytes().first(), None | Some(b'-')))
}

/// The model for files that is the like of a direct one.
pub(super) fn file_model(model: &str) -> Option<String> {
    match Family::of(model) {
        Family::Qwen3Flash => Some(DEFAULT_FILE_MODEL.to_owned()),
        _ => counterpart(model),
    }
}

/// What a model can do.
#[allow(clippy::struct_excessive_bools, reason = "a table of what is and is not")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Can {
    pub(super) family: Family,
    /// It takes tasks, and nothing else.
    pub(super) is_task: bool,
    /// Times of sentences and words.
    times: bool,
    speakers: bool,
    context: bool,
}

impl Can {
    pub(super) fn of(model: &str) -> Self {
        use Family::{FunFiles, FunFlash, ParaformerFiles, Qwen3Files, Qwen3Flash, QwenAudio30Flash, Unknown};
        let family = Family::of(model);
        Self {
            family,
            is_task: family.task_dialect().is_some(),
            times: !matches!(family, Qwen3Flash | Unknown),
            speakers: !matches!(family, Qwen3Flash | Unknown | FunFlash | QwenAudio30Flash | Qwen3Files),
            context: !matches!(family, FunFiles | ParaformerFiles),
        }
    }

    /// A language as the model writes it; `None` where it does not take it.
    pub(super) fn language(self, code: &str) -> Option<&str> {
        let known = self.family.limits().languages;
        // Norwegian and Filipino have several codes (<https://www.loc.gov/standards/iso639-2/php/code_list.php>).
        let other = match code {
            "nb" | "nn" => "no",
            "tl" => "fil",
            "fil" => "tl",
            _ => code,
        };
        [code, other].into_iter().find(|code| known.is_empty() || known.contains(code))
    }

    /// Bytes of audio that fit into one direct call, base64 and its label included.
    pub(super) fn direct_bytes(self) -> u64 {
        self.family.limits().data_url_length.saturating_sub(100) / 4 * 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Wanted<'_> = Wanted { times: false, speakers: false, language: None, prompt: None };
    const TIMES: Wanted<'_> = Wanted { times: true, ..ANY };

    #[test]
    fn names_stand_for_models_that_are_allowed() {
        let (none, any) = (ModelNames::default(), Models::default());
        for name in
            ["whisper-1", "whisper-large-v3-turbo", "gpt-4o-transcribe-diarize", "gpt-4o-mini-transcribe-2025-12-15"]
        {
            assert_eq!(none.stand_in(name, &ANY, &any).as_deref(), Ok(STAND_INS[0].name()), "{name}");
            assert_eq!(none.stand_in(name, &TIMES, &any).as_deref(), Ok(STAND_INS[1].name()), "{name}");
        }
        let only = Models::only(vec!["fun-asr-flash-2026-06-15".to_owned()]);
        assert_eq!(none.stand_in("whisper-1", &ANY, &only).as_deref(), Ok("fun-asr-flash-2026-06-15"));
        for name in [
            "whisperer",
            "gpt-4o",
            "qwen-max",
            "",
            "qwen3-asr-flash-realtime",
            "whisper-1\0",
            "whisper-1\r\nqwen-max",
            "whisper-ⅰ",
        ] {
            assert_eq!(none.stand_in(name, &ANY, &any), Err(&LACKS[0]), "{name}");
        }
        let other = Models::only(vec!["x".to_owned()]);
        assert_eq!(none.stand_in("whisper-1", &ANY, &other), Err(&LACKS[0]));
        assert_eq!(none.stand_in("x", &ANY, &other).as_deref(), Ok("x"));
    }

    #[test]
    fn the_service_s_own_names_and_the_operator_s_come_first() {
        let any = Models::default();
        let own = ModelNames(vec![("whisper-1".to_owned(), "qwen-audio-3.1-asr-flash".to_owned())]);
        assert_eq!(own.stand_in("whisper-1", &ANY, &any).as_deref(), Ok("qwen-audio-3.1-asr-flash"));
        let qwen3 = "qwen3-asr-flash-2026-02-10";
        assert_eq!(own.stand_in(qwen3, &ANY, &any).as_deref(), Ok(qwen3));
        assert_eq!(own.stand_in(qwen3, &TIMES, &any).as_deref(), Ok("qwen3-asr-flash-filetrans"));
        let only = Models::only(vec![qwen3.to_owned()]);
        assert_eq!(own.stand_in(qwen3, &TIMES, &only), Err(&LACKS[2]));
    }

    #[test]
    fn what_models_can_do_is_what_their_families_take() {
        for model in [
            "qwen3-asr-flash",
            "fun-asr-flash-2026-06-15",
            "qwen-audio-3.0-asr-flash",
            "qwen-audio-3.1-asr-flash",
            "qwen3-asr-flash-filetrans",
            "fun-asr",
            "qwen-audio-3.1-asr-flash-filetrans",
            "paraformer-v2",
        ] {
            let can = Can::of(model);
            let takes = |option| can.family.others_take(option).is_none();
            assert_eq!(can.speakers, takes("speakerDiarizationEnabled") || takes("diarizationEnabled"), "{model}");
            assert_eq!(can.context, takes("context"), "{model}");
            assert!(Family::of_stranger(model) != Family::Unknown);
        }
        assert_eq!(Can::of("qwen3-asr-flash").language("tl"), Some("fil"));
        assert_eq!(Can::of("qwen-audio-3.1-asr-flash").language("nb"), Some("no"));
        assert_eq!(Can::of("qwen3-asr-flash").language("nl"), None);
        assert_eq!(Can::of("fun-asr").language("xx"), Some("xx"));
        for model in STAND_INS.map(Family::name) {
            assert!(Models::default().check(model, Can::of(model).is_task).is_ok(), "{model}");
        }
    }
}
