//! What a caller may ask for, and the checks at the door: one error per bad field, by dotted path.

mod message;
mod vocabulary;

use core::ops::Deref;

pub use self::message::{Message, Role};
pub use crate::config::Protocol;

pub(crate) use self::message::messages;
use self::vocabulary::check_vocabulary;
pub(crate) use self::vocabulary::{HEAVIEST, is_weight, vocabulary};
use crate::config::{Config, Region};
use crate::error::Error;
use crate::fields::{Fields, whole};
use crate::json::{Json, View};
use crate::media_type::MediaType;
use crate::model::{DEFAULT_FILE_MODEL, DEFAULT_MODEL, Dialect, Family, OPTIONS, TaskDialect};
use crate::search::join;

/// The options of one transcription, as data.
///
/// An option that the model would ignore is refused, with the models that take it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    all(target_arch = "wasm32", feature = "npm"),
    derive(tsify::Tsify),
    serde(rename_all = "camelCase", default)
)]
pub struct TranscribeOptions {
    /// Model name; any name is accepted, known ones are checked. Default: the client's.
    pub model: Option<String>,
    /// Which API to speak where the model speaks several. Default: the client's, `"dashscope"`.
    pub protocol: Option<Protocol>,
    /// The language spoken, e.g. `"en"`; one only. Leave it out for mixed or unknown languages. Qwen3-ASR.
    pub language: Option<String>,
    /// Write numbers, dates and units as figures ("one hundred" → "100"); Chinese and English only. Default: false.
    /// Qwen3-ASR.
    pub enable_itn: Option<bool>,
    /// Names, terms or background text that make recognition of rare words better; at most 10 000 tokens with Qwen3-ASR,
    /// 400 characters with the others (the service drops the rest without a word).
    pub context: Option<String>,
    /// What was said before, in order: the user's words as they were recognised, then the reply, and so on. The service
    /// reads the last five rounds, 400 characters of each. Fun-ASR-Flash and Qwen-Audio.
    pub messages: Vec<Message>,
    /// Media type of the audio, for bytes that do not tell themselves, e.g. `"audio/mpeg"`.
    pub media_type: Option<String>,
    /// Ask for token counts at the end of a stream (dialect A; dialect B always sends them). Default: true.
    pub include_usage: Option<bool>,
    /// Dialect B streams: let the service send only what is new (true, the default) or all text so far each time.
    pub incremental_output: Option<bool>,
    /// Dialect B: `"message"`, the only value the service knows. Left out by default, as in the official samples.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "\"message\""))]
    pub result_format: Option<String>,
    /// Dialect C: name of the container or codec, e.g. `"wav"`. Default: what the bytes or the URL's ending say.
    pub format: Option<String>,
    /// Dialect C: samples per second of the audio, e.g. 16000. Left out by default.
    pub sample_rate: Option<u32>,
    /// Hot words and their weights, 1 to 5, or 50 for at most fifty words. Qwen-Audio.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "Record<string, number>"))]
    pub vocabulary: Vec<(String, u32)>,
    /// Id of a hot-word list that was made for this very model; with another model it is ignored by the service.
    pub vocabulary_id: Option<String>,
    /// Languages that may be spoken: at most one for Fun-ASR-Flash, four for Qwen-Audio; Fun-ASR reads the first.
    pub language_hints: Vec<String>,
    /// Tell speakers apart. `qwen-audio-3.1-asr-flash`.
    pub speaker_diarization_enabled: Option<bool>,
    /// Write dialects as they are spoken. `qwen-audio-3.1-asr-flash`.
    pub keep_dialect: Option<bool>,
    /// Times of words, and sentences cut at punctuation as well as at pauses. `qwen3-asr-flash-filetrans`; the other
    /// models for files always give them.
    pub enable_words: Option<bool>,
    /// Channels to transcribe, counted from 0; each is billed. Default: the first. Models for files.
    pub channel_id: Vec<u32>,
    /// Tell speakers apart; mono audio, up to two hours. Fun-ASR and Qwen-Audio for files.
    pub diarization_enabled: Option<bool>,
    /// How many speakers there are, 2 to 100; a hint, and only with `diarizationEnabled`.
    pub speaker_count: Option<u32>,
    /// Words to hide or remove: `{ filter_with_signed, filter_with_empty, system_reserved_filter }`. Fun-ASR for files.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "Record<string, unknown> | string"))]
    pub special_word_filter: Option<String>,
    /// More members for the service's `asr_options`, passed as they are, e.g. `{ enable_lid: true }`.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "Record<string, unknown>"))]
    pub asr_options: Vec<(String, String)>,
    /// More members for the request's `parameters` (dialects B, C, D) or top level (dialect A), passed as they are.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "Record<string, unknown>"))]
    pub parameters: Vec<(String, String)>,
}

/// Options that have been checked against the client and the model: [`TranscribeOptions::verify`] and
/// [`verify_task`](TranscribeOptions::verify_task) make them, nobody else can.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The model to name.
    pub(crate) model: String,
    /// Its family.
    pub(crate) family: Family,
    /// Media type the caller declared.
    pub(crate) media_type: Option<MediaType>,
    /// The rest, as given.
    pub(crate) options: TranscribeOptions,
}

impl Checked {
    /// The model to name.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Its family.
    #[must_use]
    pub fn family(&self) -> Family {
        self.family
    }

    /// The options, as given.
    #[must_use]
    pub fn options(&self) -> &TranscribeOptions {
        &self.options
    }
}

/// Checked options, with the dialect to speak: a [`Dialect`] of direct answers, or a [`TaskDialect`]. Requests are built from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<D> {
    pub(crate) dialect: D,
    checked: Checked,
}

impl<D: Copy> Verified<D> {
    /// The dialect to speak.
    #[must_use]
    pub fn dialect(&self) -> D {
        self.dialect
    }
}

impl<D> Deref for Verified<D> {
    type Target = Checked;

    fn deref(&self) -> &Checked {
        &self.checked
    }
}

impl TranscribeOptions {
    /// Reads the options as a caller wrote them; a bad or unknown member is refused by its name.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "option");
        let options = Self {
            model: fields.text("model"),
            protocol: fields.one_of("protocol", &Protocol::WORDS),
            language: fields.text("language"),
            enable_itn: fields.bool("enableItn"),
            context: fields.text("context"),
            messages: fields.read("messages", messages),
            media_type: fields.text("mediaType"),
            include_usage: fields.bool("includeUsage"),
            incremental_output: fields.bool("incrementalOutput"),
            result_format: fields.one_of("resultFormat", &[("message", "message")]).map(str::to_owned),
            format: fields.text("format"),
            sample_rate: fields.count("sampleRate", HIGHEST_SAMPLE_RATE),
            vocabulary: fields.read("vocabulary", vocabulary),
            vocabulary_id: fields.text("vocabularyId"),
            language_hints: fields.texts("languageHints"),
            speaker_diarization_enabled: fields.bool("speakerDiarizationEnabled"),
            keep_dialect: fields.bool("keepDialect"),
            enable_words: fields.bool("enableWords"),
            channel_id: fields.read("channelId", channels),
            diarization_enabled: fields.bool("diarizationEnabled"),
            speaker_count: fields.count("speakerCount", MOST_SPEAKERS),
            special_word_filter: fields.read("specialWordFilter", word_filter),
            asr_options: fields.members("asrOptions"),
            parameters: fields.members("parameters"),
        };
        fields.finish()?;
        Ok(options)
    }

    /// Checks every field against the client and the model, for audio that is sent and answered in one call.
    pub fn verify(&self, config: &Config) -> Result<Verified<Dialect>, Error> {
        self.clone().into_verified(config)
    }

    /// The same without a copy of the options, which the wasm need not have the code for.
    pub fn into_verified(self, config: &Config) -> Result<Verified<Dialect>, Error> {
        let model = self.named_model()?.unwrap_or(config.model()).to_owned();
        let family = Family::of(&model);
        let dialect = dialect(self.protocol, family, &model, config)?;
        let judge = match (family, dialect) {
            (Family::Unknown, Dialect::Flash) => Family::QwenAudioFlash,
            (Family::Unknown, _) => Family::Qwen3Flash,
            _ => family,
        };
        Ok(Verified { dialect, checked: self.check(model, family, judge)? })
    }

    /// Checks every field against the client and the model, for files that are transcribed by a task.
    pub fn verify_task(&self, config: &Config) -> Result<Verified<TaskDialect>, Error> {
        let named = self.named_model()?;
        // The client's default is for short audio mostly; where it is not, it counts here.
        let default = Some(config.model()).filter(|model| Family::of(model).task_dialect().is_some());
        let model = named.or(default).unwrap_or(DEFAULT_FILE_MODEL).to_owned();
        let family = Family::of(&model);
        refuse_realtime(family, &model)?;
        let (family, dialect) = match (family.task_dialect(), family.dialect()) {
            (Some(dialect), _) => (family, dialect),
            // A new name: a list of files is what all models but one take.
            (None, None) => (Family::QwenAudioFiles, TaskDialect::Files),
            (None, Some(_)) => {
                let problem = format_args!("{model} answers directly and knows no tasks; use {DEFAULT_FILE_MODEL}");
                return Err(Error::invalid_option("model", problem));
            }
        };
        Ok(Verified { dialect, checked: self.clone().check(model, family, family)? })
    }

    fn named_model(&self) -> Result<Option<&str>, Error> {
        match self.model.as_deref().map(str::trim) {
            Some("") => Err(Error::invalid_option("model", "the name is empty; leave it out for the default model")),
            name => Ok(name),
        }
    }

    /// Which of the options that not every model takes are given, in the order of [`OPTIONS`].
    fn given(&self) -> [bool; OPTIONS.len()] {
        [
            self.language.is_some(),
            self.enable_itn.is_some(),
            self.context.is_some(),
            !self.messages.is_empty(),
            self.include_usage.is_some(),
            self.incremental_output.is_some(),
            self.result_format.is_some(),
            !self.asr_options.is_empty(),
            self.format.is_some(),
            self.sample_rate.is_some(),
            !self.vocabulary.is_empty(),
            self.vocabulary_id.is_some(),
            !self.language_hints.is_empty(),
            self.speaker_diarization_enabled.is_some(),
            self.keep_dialect.is_some(),
            self.enable_words.is_some(),
            !self.channel_id.is_empty(),
            self.diarization_enabled.is_some(),
            self.speaker_count.is_some(),
            self.special_word_filter.is_some(),
        ]
    }

    /// `judge` is the family whose rules count: of an unknown name, that of the models that it is treated like.
    fn check(self, model: String, family: Family, judge: Family) -> Result<Checked, Error> {
        for (option, given) in OPTIONS.iter().zip(self.given()) {
            if given && let Some(others) = option.others(judge) {
                let problem = format_args!("{model} would ignore it; it is taken by {others}");
                return Err(Error::invalid_option(option.name, problem));
            }
        }
        self.check_values(&model, family)?;
        let media_type = match &self.media_type {
            None => None,
            Some(given) => Some(MediaType::parse(given).ok_or_else(|| {
                Error::invalid_option(
                    "mediaType",
                    format_args!("\"{given}\" is no audio type; for example \"audio/mpeg\""),
                )
            })?),
        };
        Ok(Checked { model, family, media_type, options: self })
    }

    fn check_values(&self, model: &str, family: Family) -> Result<(), Error> {
        let limits = family.limits();
        let check = |field: &str, language: &str| {
            if limits.languages.is_empty() || limits.languages.contains(&language) {
                return Ok(());
            }
            let known = join(limits.languages.iter().copied(), ", ");
            Err(Error::invalid_option(
                field,
                format_args!("{model} does not know \"{language}\"; it takes one of {known}"),
            ))
        };
        if let Some(language) = &self.language {
            check("language", language)?;
        }
        for language in &self.language_hints {
            check("languageHints", language)?;
        }
        if self.language_hints.len() > limits.language_hints {
            let problem = format_args!("{model} reads at most {} of them", limits.language_hints);
            return Err(Error::invalid_option("languageHints", problem));
        }
        if !self.vocabulary.is_empty() && self.vocabulary_id.is_some() {
            let problem = "give either vocabulary or vocabularyId: which of both wins differs from model to model";
            return Err(Error::invalid_option("vocabulary", problem));
        }
        if self.speaker_count.is_some_and(|count| !(2..=MOST_SPEAKERS).contains(&count)) {
            return Err(Error::invalid_option("speakerCount", "expected a whole number from 2 to 100"));
        }
        if self.speaker_count.is_some() && self.diarization_enabled != Some(true) {
            return Err(Error::invalid_option("speakerCount", "it counts only together with diarizationEnabled: true"));
        }
        if self.sample_rate == Some(0) || self.format.as_deref().is_some_and(|format| format.trim().is_empty()) {
            let field = if self.sample_rate == Some(0) { "sampleRate" } else { "format" };
            return Err(Error::invalid_option(field, "it is empty; leave it out to have it filled in"));
        }
        self.check_what_rust_may_write()
    }

    /// What JavaScript's options cannot hold, because it is refused while they are read, and Rust's can.
    fn check_what_rust_may_write(&self) -> Result<(), Error> {
        if self.sample_rate.is_some_and(|rate| rate > HIGHEST_SAMPLE_RATE) {
            let problem = format_args!("expected a whole number from 1 to {HIGHEST_SAMPLE_RATE}");
            return Err(Error::invalid_option("sampleRate", problem));
        }
        if self.channel_id.iter().any(|channel| *channel > HIGHEST_CHANNEL) {
            return Err(Error::invalid_option("channelId", CHANNELS));
        }
        if self.result_format.as_deref().is_some_and(|format| format != "message") {
            return Err(Error::invalid_option("resultFormat", "expected \"message\""));
        }
        if self.special_word_filter.as_deref().is_some_and(|json| !is_object(json)) {
            return Err(Error::invalid_option("specialWordFilter", WORD_FILTER));
        }
        for (field, members) in [("asrOptions", &self.asr_options), ("parameters", &self.parameters)] {
            // They are written into the request as they are: whatever is no JSON would break it, or add members to it.
            if let Some((name, _)) = members.iter().find(|(_, json)| Json::parse(json).is_none()) {
                return Err(Error::invalid_option(format!("{field}.{name}"), "expected JSON, e.g. true or \"text\""));
            }
        }
        check_vocabulary(&self.vocabulary)
    }
}

fn is_object(json: &str) -> bool {
    Json::parse(json).is_some_and(|json| json.view().is_object())
}

fn dialect(protocol: Option<Protocol>, family: Family, model: &str, config: &Config) -> Result<Dialect, Error> {
    refuse_realtime(family, model)?;
    let wanted = protocol.unwrap_or(config.protocol());
    if family.task_dialect().is_some() {
        let problem = format_args!("{model} works with tasks: submit the address of the audio, or use {DEFAULT_MODEL}");
        return Err(Error::invalid_option("model", problem));
    }
    if let Some(dialect) = family.dialect().filter(|dialect| *dialect != Dialect::Generation) {
        // The client's protocol is for the models that have the choice; a call's own must fit its model.
        if protocol == Some(Protocol::Openai) {
            let problem = format_args!("{model} has no OpenAI-compatible API; leave protocol out");
            return Err(Error::invalid_option("protocol", problem));
        }
        return Ok(dialect);
    }
    match wanted {
        Protocol::Flash if family == Family::Unknown => Ok(Dialect::Flash),
        Protocol::Dashscope | Protocol::Flash => Ok(Dialect::Generation),
        Protocol::Openai if config.is_direct() && config.region() == Region::Virginia => {
            Err(Error::invalid_option("protocol", "Virginia has no OpenAI-compatible mode; use \"dashscope\""))
        }
        Protocol::Openai => Ok(Dialect::ChatCompletions),
    }
}

fn refuse_realtime(family: Family, model: &str) -> Result<(), Error> {
    if family != Family::Realtime {
        return Ok(());
    }
    Err(Error::invalid_option(
        "model",
        format_args!("{model} is spoken over WebSocket, by live(); use {DEFAULT_MODEL}"),
    ))
}

/// Samples per second beyond all microphones; more is a slip of the pen.
pub(crate) const HIGHEST_SAMPLE_RATE: u32 = 768_000;
/// The last channel that can be asked for.
const HIGHEST_CHANNEL: u32 = 99;
/// Most speakers that the service tells apart (Fun-ASR, `speaker_count`).
const MOST_SPEAKERS: u32 = 100;

const CHANNELS: &str = "expected a list of channel numbers, counted from 0";

fn channels(given: View<'_>) -> Result<Vec<u32>, Error> {
    let mut channels = Vec::new();
    let mut good = given.is_array() || !given.exists();
    for item in given.items() {
        match item.number().and_then(|number| whole(number, HIGHEST_CHANNEL)) {
            Some(channel) => channels.push(channel),
            None => good = false,
        }
    }
    if good { Ok(channels) } else { Err(Error::invalid_option("channelId", CHANNELS)) }
}

const WORD_FILTER: &str = "expected an object, e.g. { system_reserved_filter: false }";

/// The service wants this object as a string of JSON (`docs/protocol.md` §7.1); callers may give either.
pub(crate) fn word_filter(given: View<'_>) -> Result<Option<String>, Error> {
    if let Some(json) = given.str() {
        return Ok(Some(json.to_owned()));
    }
    if given.exists() && !given.is_object() {
        return Err(Error::invalid_option("specialWordFilter", WORD_FILTER));
    }
    let written = || {
        let mut json = String::new();
        given.write(&mut json);
        json
    };
    Ok(given.exists().then(written))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ClientSettings;
    use crate::config::Region;
    use crate::json::Json;

    fn verify(json: &str) -> Result<Verified<Dialect>, Error> {
        let json = Json::parse(json).unwrap();
        TranscribeOptions::read(json.view())?.verify(&Config::new(&ClientSettings::default()).unwrap())
    }

    #[test]
    fn wire_names_are_camel_case() {
        let verified = verify(r#"{"language":"en","enableItn":true,"context":null,"asrOptions":{"enable_lid":true}}"#);
        let options = verified.unwrap().options().clone();
        assert_eq!((options.enable_itn, options.context), (Some(true), None));
        assert_eq!(options.asr_options, [("enable_lid".to_owned(), "true".to_owned())]);
    }

    #[test]
    fn given_options_are_in_the_order_of_the_rules() {
        let values =
            ["\"wav\"", "true", "1", "[1]", "[\"en\"]", "\"message\"", r#"{"a":1}"#, r#"[{"role":"user","text":"a"}]"#];
        for (index, rule) in OPTIONS.iter().enumerate() {
            // Some value has the right type; the rules beyond that are another matter.
            let read = values.iter().find_map(|value| {
                let json = format!(r#"{{"{}":{value}}}"#, rule.name);
                TranscribeOptions::read(Json::parse(&json).unwrap().view()).ok()
            });
            let given = read.unwrap().given();
            assert!(given[index] && given.iter().filter(|given| **given).count() == 1, "{}", rule.name);
        }
    }

    #[test]
    fn each_bad_field_is_named() {
        for (json, field) in [
            ("[]", "option"),
            (r#"{"model":" "}"#, "model"),
            (r#"{"model":5}"#, "model"),
            (r#"{"model":"fun-asr-realtime"}"#, "model"),
            (r#"{"language":"english"}"#, "language"),
            (r#"{"enableItn":"yes"}"#, "enableItn"),
            (r#"{"protocol":"soap"}"#, "protocol"),
            (r#"{"resultFormat":"text"}"#, "resultFormat"),
            (r#"{"asrOptions":[1]}"#, "asrOptions"),
            (r#"{"parameters":"x"}"#, "parameters"),
            (r#"{"parameters":{"a":[{"b":1e-10}]}}"#, "parameters"),
            (r#"{"parameters":{"a":1e30}}"#, "parameters"),
            (r#"{"mediaType":"image/png"}"#, "mediaType"),
            (r#"{"prompt":"x"}"#, "prompt"),
        ] {
            assert_eq!(verify(json).unwrap_err().field(), Some(field), "{json}");
        }
    }

    #[test]
    fn an_unknown_name_comes_with_advice() {
        let error = verify(r#"{"enable_itn":true}"#).unwrap_err();
        assert_eq!(error.message(), "enable_itn: there is no such option; did you mean enableItn?");
        let error = verify(r#"{"prompt":"x"}"#).unwrap_err();
        assert!(error.message().contains("known are model, protocol, language"), "{error}");
    }

    #[test]
    fn options_made_in_rust_pass_the_same_checks() {
        let config = Config::new(&ClientSettings::default()).unwrap();
        let json = |text: &str| vec![("a".to_owned(), text.to_owned())];
        let (flash, files) = (Some("qwen-audio-3.1-asr-flash".to_owned()), Some("fun-asr".to_owned()));
        let none = TranscribeOptions::default;
        for (options, field) in [
            (TranscribeOptions { model: flash.clone(), sample_rate: Some(9_999_999), ..none() }, "sampleRate"),
            (
                TranscribeOptions { model: flash.clone(), vocabulary: vec![("a".to_owned(), 77)], ..none() },
                "vocabulary.a",
            ),
            (TranscribeOptions { model: flash, vocabulary: vec![("a".to_owned(), 50); 51], ..none() }, "vocabulary"),
            (TranscribeOptions { parameters: json("not json"), ..none() }, "parameters.a"),
            (TranscribeOptions { parameters: json("1},\"model\":{"), ..none() }, "parameters.a"),
            (TranscribeOptions { asr_options: json(""), ..none() }, "asrOptions.a"),
            (TranscribeOptions { result_format: Some("text".to_owned()), ..none() }, "resultFormat"),
            (TranscribeOptions { model: files.clone(), channel_id: vec![100], ..none() }, "channelId"),
            (
                TranscribeOptions { model: files.clone(), special_word_filter: Some("[]".to_owned()), ..none() },
                "specialWordFilter",
            ),
            (
                TranscribeOptions { model: files, diarization_enabled: Some(true), speaker_count: Some(101), ..none() },
                "speakerCount",
            ),
        ] {
            let verified = if options.model.as_deref() == Some("fun-asr") {
                options.verify_task(&config).map(|_| ())
            } else {
                options.verify(&config).map(|_| ())
            };
            assert_eq!(verified.unwrap_err().field(), Some(field), "{options:?}");
        }
    }

    #[test]
    fn an_unknown_model_may_have_any_language() {
        let verified = verify(r#"{"model":"new-model","language":"xx"}"#).unwrap();
        assert_eq!((verified.dialect, verified.family), (Dialect::Generation, Family::Unknown));
    }

    #[test]
    fn virginia_has_no_compatible_mode() {
        let settings = ClientSettings { region: Some(Region::Virginia), ..ClientSettings::default() };
        let options = TranscribeOptions { protocol: Some(Protocol::Openai), ..TranscribeOptions::default() };
        let error = options.verify(&Config::new(&settings).unwrap()).unwrap_err();
        assert_eq!(error.field(), Some("protocol"));
    }
}
