//! From a form's fields to the call that answers it: which model, with which options, and what is made of its transcript.

use super::super::models::Models;
use super::models::{Can, ModelNames, Wanted, file_model};
use super::problem::{Checked, Problem};
use crate::json::{ObjectWriter, write_string};
use crate::model::Family;
use crate::search::until;

/// The call that answers a form.
#[allow(clippy::struct_excessive_bools, reason = "as many yes and no as a form has")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenAiPlan {
    /// The model that is asked.
    pub model: String,
    /// Whether it is asked by a task.
    pub is_task: bool,
    /// Options of the call, as JSON.
    pub options: String,
    /// Options of the task for what is too long for a direct call; `None` where that must not be, or cannot.
    pub by_task: Option<String>,
    /// What is answered with.
    pub format: &'static str,
    /// Whether the text is told as it is recognised.
    pub is_stream: bool,
    /// Whether sentences are told.
    pub segments: bool,
    /// Whether words are told.
    pub words: bool,
    /// The language that was named.
    pub language: Option<String>,
}

/// Formats of answers.
const FORMATS: [&str; 6] = ["json", "text", "srt", "vtt", "verbose_json", "diarized_json"];
/// Those of them that are the text alone.
const PLAIN: usize = 2;

/// A form's fields, beside `file`; the last two may be there several times.
pub(super) const FIELDS: [&str; 9] = [
    "model",
    "language",
    "prompt",
    "response_format",
    "temperature",
    "stream",
    "chunking_strategy",
    "timestamp_granularities",
    "include",
];
pub(super) const MODEL: usize = 0;
const LANGUAGE: usize = 1;
const PROMPT: usize = 2;
const RESPONSE_FORMAT: usize = 3;
const TEMPERATURE: usize = 4;
const STREAM: usize = 5;
const CHUNKING_STRATEGY: usize = 6;
/// From here on fields may be there several times.
pub(super) const GRANULARITIES: usize = 7;
const INCLUDE: usize = 8;

static NO_MODEL: Problem = Problem::field("model", "model is missing: name one, e.g. whisper-1.");
static BAD_FORMAT: Problem = Problem::field(
    "response_format",
    "response_format must be json, text, srt, verbose_json, vtt or diarized_json, and json or text where stream is true.",
);
static BAD_STREAM: Problem = Problem::field("stream", "stream must be true or false.");
static BAD_GRANULARITIES: Problem = Problem::field(
    "timestamp_granularities",
    "timestamp_granularities must be word or segment, with response_format verbose_json.",
);
static BAD_TEMPERATURE: Problem =
    Problem::field("temperature", "temperature must be a number from 0 to 1. It changes nothing here.");
static BAD_CHUNKING: Problem =
    Problem::field("chunking_strategy", "chunking_strategy must be auto: the service cuts audio at pauses by itself.");
static NO_LOGPROBS: Problem = Problem::field("include", "include cannot be answered: no model here tells logprobs.");

/// What was said in a form: places in [`FIELDS`], and values.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(pub(super) Vec<(usize, String)>);

impl Fields {
    /// The value of a field; nothing where it is empty, as forms of pages leave it.
    pub(super) fn get(&self, field: usize) -> Option<&str> {
        self.all(field).find(|value| !value.is_empty())
    }

    fn all(&self, field: usize) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    /// The call for these fields.
    pub(super) fn plan(&self, names: &ModelNames, allowed: &Models) -> Checked<OpenAiPlan> {
        let name = self.get(MODEL).ok_or(&NO_MODEL)?;
        let wanted_format = self.get(RESPONSE_FORMAT).unwrap_or("json");
        let format = FORMATS.iter().position(|known| *known == wanted_format).ok_or(&BAD_FORMAT)?;
        let is_stream = match self.get(STREAM) {
            None | Some("false" | "False" | "0") => false,
            Some("true" | "True" | "1") => true,
            Some(_) => return Err(&BAD_STREAM),
        };
        let times = format >= PLAIN;
        if is_stream && times {
            return Err(&BAD_FORMAT);
        }
        let (mut segments, mut words) = (false, false);
        for given in self.all(GRANULARITIES) {
            match given {
                "segment" if wanted_format == "verbose_json" => segments = true,
                "word" if wanted_format == "verbose_json" => words = true,
                _ => return Err(&BAD_GRANULARITIES),
            }
        }
        self.check_what_changes_nothing()?;
        let speakers = wanted_format == "diarized_json";
        let wanted = Wanted { times, speakers, language: self.language(), prompt: self.get(PROMPT) };
        let model = names.stand_in(name, &wanted, allowed)?;
        let by_task = file_model(&model).filter(|file| wanted.fits(file, allowed));
        Ok(OpenAiPlan {
            is_task: Can::of(&model).is_task,
            options: wanted.options(&model),
            by_task: by_task.map(|file| wanted.options(&file)),
            model,
            format: FORMATS[format],
            is_stream,
            segments: segments || !words,
            words,
            language: wanted.language,
        })
    }

    /// Fields that the service has nothing for. What would change nothing is taken; what would be missed is refused.
    fn check_what_changes_nothing(&self) -> Checked<()> {
        // Its models have no temperature, and every client sends one.
        if let Some(given) = self.get(TEMPERATURE)
            && !(given == "1" || given == "1.0" || given.starts_with('0'))
        {
            return Err(&BAD_TEMPERATURE);
        }
        // It cuts long audio by itself.
        if self.get(CHUNKING_STRATEGY).is_some_and(|given| given != "auto") {
            return Err(&BAD_CHUNKING);
        }
        if self.all(INCLUDE).next().is_some() { Err(&NO_LOGPROBS) } else { Ok(()) }
    }

    /// The language without country or script: `pt-BR` is `pt`.
    fn language(&self) -> Option<String> {
        let given = self.get(LANGUAGE)?;
        Some(until(until(given, b'-'), b'_').to_ascii_lowercase())
    }
}

impl Wanted<'_> {
    /// Options of a call to this model, as this package's clients write them.
    fn options(&self, model: &str) -> String {
        let can = Can::of(model);
        let mut json = String::new();
        let mut options = ObjectWriter::new(&mut json);
        options.string("model", model);
        if let Some(prompt) = self.prompt {
            options.string("context", prompt);
        }
        if let Some(language) = self.language.as_deref().and_then(|code| can.language(code)) {
            if matches!(can.family, Family::Qwen3Flash | Family::Qwen3Files | Family::Unknown) {
                options.string("language", language);
            } else {
                options.member("languageHints", |out| {
                    out.push('[');
                    write_string(language, out);
                    out.push(']');
                });
            }
        }
        if self.times && can.family == Family::Qwen3Files {
            options.bool("enableWords", true);
        }
        if self.speakers {
            options.bool(if can.is_task { "diarizationEnabled" } else { "speakerDiarizationEnabled" }, true);
        }
        options.close();
        json
    }
}

impl OpenAiPlan {
    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        let mut out = ObjectWriter::new(&mut json);
        out.string("model", &self.model).string("format", self.format);
        out.bool("isTask", self.is_task).bool("isStream", self.is_stream);
        out.bool("segments", self.segments).bool("words", self.words);
        out.member("options", |out| out.push_str(&self.options));
        if let Some(options) = &self.by_task {
            out.member("byTask", |out| out.push_str(options));
        }
        if let Some(language) = &self.language {
            out.string("language", language);
        }
        out.close();
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::TranscribeOptions;

    fn plan(fields: &[(&'static str, &str)]) -> Result<OpenAiPlan, (&'static str, &'static str)> {
        let fields = Fields(
            fields
                .iter()
                .map(|(name, value)| (FIELDS.iter().position(|known| known == name).unwrap(), (*value).to_owned()))
                .collect(),
        );
        let plan = fields.plan(&ModelNames::default(), &Models::default());
        plan.map_err(|problem| (problem.param.unwrap_or_default(), problem.words))
    }

    const WHISPER: (&str, &str) = ("model", "whisper-1");

    #[test]
    fn the_model_is_the_first_that_can_do_what_is_asked() {
        for (fields, model) in [
            (vec![WHISPER], "qwen3-asr-flash"),
            (vec![WHISPER, ("response_format", "text"), ("stream", "true")], "qwen3-asr-flash"),
            (vec![WHISPER, ("language", "uk"), ("prompt", "Names: Ana")], "qwen3-asr-flash"),
            (vec![WHISPER, ("language", "nl")], "qwen-audio-3.1-asr-flash"),
            (vec![WHISPER, ("response_format", "srt")], "qwen-audio-3.1-asr-flash"),
            (vec![WHISPER, ("response_format", "vtt"), ("language", "tr")], "qwen3-asr-flash-filetrans"),
            (vec![WHISPER, ("response_format", "diarized_json")], "qwen-audio-3.1-asr-flash"),
            (vec![("model", "gpt-4o-transcribe-diarize")], "qwen3-asr-flash"),
            (vec![("model", "qwen3-asr-flash"), ("response_format", "vtt")], "qwen3-asr-flash-filetrans"),
            (vec![("model", "fun-asr"), ("response_format", "verbose_json")], "fun-asr"),
        ] {
            let plan = plan(&fields).unwrap_or_else(|problem| panic!("{problem:?}"));
            assert_eq!(plan.model, model, "{fields:?}");
            assert_eq!(plan.is_task, Can::of(model).is_task);
        }
    }

    /// The client has the last word on options: whatever a plan says must be valid there.
    #[test]
    fn every_plan_is_one_that_the_client_takes() {
        let config = crate::config::Config::new(&crate::config::ClientSettings::default()).unwrap();
        let verify = |options: &str, is_task: bool| {
            let json = crate::json::Json::parse(options).unwrap();
            let options = TranscribeOptions::read(json.view()).unwrap();
            let verdict =
                if is_task { options.verify_task(&config).map(|_| ()) } else { options.verify(&config).map(|_| ()) };
            verdict.unwrap_or_else(|error| panic!("{error}"));
        };
        let mut plans = 0;
        for model in [
            "whisper-1",
            "qwen3-asr-flash",
            "fun-asr-flash-2026-06-15",
            "qwen-audio-3.0-asr-flash",
            "qwen-audio-3.1-asr-flash",
            "fun-asr",
            "paraformer-v2",
            "qwen-audio-3.1-asr-flash-filetrans",
        ] {
            for format in FORMATS {
                for language in ["", "en", "tl", "no", "nb", "nl", "pt-BR", "zh_CN"] {
                    for prompt in ["", "Ana \"Bo\""] {
                        let fields =
                            [("model", model), ("response_format", format), ("language", language), ("prompt", prompt)];
                        let Ok(plan) = plan(&fields) else { continue };
                        plans += 1;
                        verify(&plan.options, plan.is_task);
                        if let Some(by_task) = &plan.by_task {
                            verify(by_task, true);
                        }
                    }
                }
            }
        }
        assert!(plans > 300, "{plans}");
    }

    #[test]
    fn granularities_say_what_is_told() {
        let told = |values: &[&'static str]| {
            let mut fields = vec![WHISPER, ("response_format", "verbose_json")];
            fields.extend(values.iter().map(|value| ("timestamp_granularities", *value)));
            plan(&fields).map(|plan| (plan.segments, plan.words)).ok()
        };
        assert_eq!(told(&[]), Some((true, false)));
        assert_eq!(told(&["word"]), Some((false, true)));
        assert_eq!(told(&["word", "segment"]), Some((true, true)));
        assert_eq!(told(&["letter"]), None);
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_name() {
        for (fields, field) in [
            (vec![], "model"),
            (vec![("model", "gpt-4o")], "model"),
            (vec![WHISPER, ("response_format", "xml")], "response_format"),
            (vec![WHISPER, ("response_format", "srt"), ("stream", "true")], "response_format"),
            (vec![WHISPER, ("stream", "yes")], "stream"),
            (vec![WHISPER, ("language", "klingon")], "language"),
            (vec![WHISPER, ("timestamp_granularities", "word")], "timestamp_granularities"),
            (vec![WHISPER, ("temperature", "hot")], "temperature"),
            (vec![WHISPER, ("temperature", "1.5")], "temperature"),
            (vec![WHISPER, ("include", "logprobs")], "include"),
            (vec![WHISPER, ("chunking_strategy", "{\"type\":\"server_vad\"}")], "chunking_strategy"),
            (vec![("model", "fun-asr"), ("prompt", "x")], "prompt"),
            (vec![("model", "qwen3-asr-flash"), ("response_format", "diarized_json")], "response_format"),
        ] {
            assert!(plan(&fields).is_err_and(|(param, words)| param == field && words.contains(' ')), "{fields:?}");
        }
        let fine =
            [WHISPER, ("temperature", "0"), ("stream", "false"), ("chunking_strategy", "auto"), ("language", "")];
        assert!(plan(&fine).is_ok());
    }
}
