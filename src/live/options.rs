//! The options of a live transcription, checked against the model before anything is opened.

use crate::api::realtime;
use crate::audio::wav::SAMPLE_RATE;
use crate::config::Config;
use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;
use crate::model::{DEFAULT_LIVE_MODEL, Family, LiveFamily, LiveProtocol};
use crate::options::{HIGHEST_SAMPLE_RATE, Message, Role, messages, vocabulary, word_filter};

/// How often a lost connection is tried again before the audio is handed back: with the usual pauses, four minutes.
const DEFAULT_RECONNECTS: u32 = 30;
/// The lowest rate that is resampled; keeps out kilohertz (16, 44.1).
const LOWEST_SAMPLE_RATE: u32 = 1_000;

/// The options of a live transcription, as data.
///
/// An option that the model would ignore is refused, with the models that take it.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    all(target_arch = "wasm32", feature = "npm"),
    derive(tsify::Tsify),
    serde(rename_all = "camelCase", default)
)]
pub struct LiveOptions {
    /// Model name. Default: `"qwen-audio-3.1-asr-flash-streaming"`.
    pub model: Option<String>,
    /// What the audio is. Default: `"pcm"`, samples.
    pub format: Option<LiveFormat>,
    /// Samples per second of the audio that is sent; what the model does not take is resampled as it flows. Default: 16000.
    pub sample_rate: Option<u32>,
    /// Languages that may be spoken: at most one for Fun-ASR, four for Qwen-Audio.
    pub language_hints: Vec<String>,
    /// The language spoken, e.g. `"en"`. Left out, the model finds it. All but Qwen-Audio for messages; where models take hints, it is
    /// the only one.
    pub language: Option<String>,
    /// When the service takes a turn to be over; in JavaScript, `null`: when `commit()` says so. Qwen3-ASR.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "TurnDetection | null"))]
    pub turn_detection: Option<TurnDetection>,
    /// Names, terms or background text that make recognition of rare words better. At most 400 characters, but for Qwen3-ASR.
    pub context: Option<String>,
    /// What was said before, in order: at most five turns of each role, of 400 characters. Fun-ASR and Qwen-Audio.
    pub messages: Vec<Message>,
    /// Hot words and their weights, 1 to 5, or 50 for at most fifty words. Qwen-Audio.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "Record<string, number>"))]
    pub vocabulary: Vec<(String, u32)>,
    /// Id of a hot-word list that was made for this very model.
    pub vocabulary_id: Option<String>,
    /// Cut sentences by their meaning instead of at pauses. Fun-ASR and Paraformer.
    pub semantic_punctuation_enabled: Option<bool>,
    /// A pause of so many milliseconds ends a sentence, 200 to 6000.
    pub max_sentence_silence: Option<u32>,
    /// Keep sentences from growing long.
    pub multi_threshold_mode_enabled: Option<bool>,
    /// Let silent audio keep the connection; without it, the service ends it after 60 s of silence, and the next sound opens
    /// another. Default: only with Opus, whose silence is not known without decoding it.
    pub heartbeat: Option<bool>,
    /// What is still speech, −1 to 1. Fun-ASR and Qwen-Audio.
    pub speech_noise_threshold: Option<f64>,
    /// Words to hide or remove. Fun-ASR and Qwen-Audio.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "Record<string, unknown> | string"))]
    pub special_word_filter: Option<String>,
    /// Write dialects as they are spoken. Qwen-Audio 3.1.
    pub keep_dialect: Option<bool>,
    /// How far away people speak: `"near_meeting_16k"` or `"far_field_meeting_16k"`. Qwen-Audio 3.1.
    pub vad_model: Option<String>,
    /// Leave out "uh" and repetitions. Qwen-Audio for messages, and Paraformer.
    pub disfluency_removal_enabled: Option<bool>,
    /// Write punctuation. Paraformer.
    pub punctuation_prediction_enabled: Option<bool>,
    /// Write numbers, dates and units as figures. Paraformer.
    pub inverse_text_normalization_enabled: Option<bool>,
    /// More members for the request's `parameters`, or for the session, passed as they are.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), tsify(type = "Record<string, unknown>"))]
    pub parameters: Vec<(String, String)>,
    /// How often in a row a lost connection is tried again. Default: 30, which takes about four minutes.
    pub max_retries: Option<u32>,
}

/// What the audio is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(all(target_arch = "wasm32", feature = "npm"), derive(tsify::Tsify), serde(rename_all = "lowercase"))]
pub enum LiveFormat {
    /// Samples, or bytes of 16-bit samples, little-endian.
    #[default]
    Pcm,
    /// Opus in Ogg, as bytes from the first on, which may be cut anywhere.
    Opus,
}

/// When the service takes a turn to be over.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    all(target_arch = "wasm32", feature = "npm"),
    derive(tsify::Tsify),
    serde(rename_all = "camelCase", default)
)]
pub struct TurnDetection {
    /// What is still speech, −1 to 1.
    pub threshold: Option<f64>,
    /// A pause of so many milliseconds ends a turn, 200 to 6000.
    pub silence_duration_ms: Option<u32>,
    /// How much audio before the first sound belongs to a turn.
    pub prefix_padding_ms: Option<u32>,
    /// The service finds no ends: the caller tells them.
    #[cfg_attr(all(target_arch = "wasm32", feature = "npm"), serde(skip))]
    pub is_off: bool,
}

impl TurnDetection {
    /// What the service's pages advise; its own default is 800.
    pub(super) fn silence_ms(&self) -> u32 {
        self.silence_duration_ms.unwrap_or(400)
    }
}

/// Options that have been checked against the client and the model, and what follows from them. [`LiveOptions::verify`] makes
/// it, nobody else can.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifiedLive {
    pub(super) model: String,
    pub(super) family: LiveFamily,
    pub(super) options: LiveOptions,
    pub(super) url: String,
    /// Where plain HTTP may be asked why a socket does not open; nowhere behind a relay.
    pub(super) probe_url: Option<String>,
}

impl LiveOptions {
    /// Reads the options as a caller wrote them; a bad or unknown member is refused by its name.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "option of live");
        let options = Self {
            model: fields.text("model"),
            format: fields.read("format", format),
            sample_rate: fields.count("sampleRate", HIGHEST_SAMPLE_RATE),
            language_hints: fields.texts("languageHints"),
            language: fields.text("language"),
            turn_detection: fields.read("turnDetection", turn_detection),
            context: fields.text("context"),
            messages: fields.read("messages", messages),
            vocabulary: fields.read("vocabulary", vocabulary),
            vocabulary_id: fields.text("vocabularyId"),
            semantic_punctuation_enabled: fields.bool("semanticPunctuationEnabled"),
            max_sentence_silence: fields.count("maxSentenceSilence", LONGEST_SILENCE),
            multi_threshold_mode_enabled: fields.bool("multiThresholdModeEnabled"),
            heartbeat: fields.bool("heartbeat"),
            speech_noise_threshold: fields.number("speechNoiseThreshold"),
            special_word_filter: fields.read("specialWordFilter", word_filter),
            keep_dialect: fields.bool("keepDialect"),
            vad_model: fields.text("vadModel"),
            disfluency_removal_enabled: fields.bool("disfluencyRemovalEnabled"),
            punctuation_prediction_enabled: fields.bool("punctuationPredictionEnabled"),
            inverse_text_normalization_enabled: fields.bool("inverseTextNormalizationEnabled"),
            parameters: fields.members("parameters"),
            max_retries: fields.count("maxRetries", 1_000),
        };
        fields.finish()?;
        Ok(options)
    }

    /// Checks every field against the client and the model.
    pub fn verify(mut self, config: &Config) -> Result<VerifiedLive, Error> {
        let client = Some(config.model()).filter(|model| Family::of(model) == Family::Realtime);
        let model = self.model.as_deref().map(str::trim).or(client).unwrap_or(DEFAULT_LIVE_MODEL).to_owned();
        let Some(family) = LiveFamily::of(&model).filter(|_| !model.is_empty()) else {
            let problem = format_args!("{model} does not recognise speech live; use {DEFAULT_LIVE_MODEL}");
            return Err(Error::invalid_option("model", problem));
        };
        for name in self.given() {
            if let Some(others) = family.others_take(name) {
                return Err(Error::invalid_option(
                    name,
                    format_args!("{model} would ignore it; it is taken by {others}"),
                ));
            }
        }
        self.check_values(&model, family)?;
        if let Some(language) = self.language.take_if(|_| family.protocol() == LiveProtocol::Task) {
            self.language_hints = vec![hint(language)];
        }
        let url = realtime::socket_url(config, family.protocol(), &model);
        Ok(VerifiedLive { url, probe_url: realtime::probe_url(config), model, family, options: self })
    }

    /// Which of the options that not every model takes are given.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let given = [
            ("languageHints", !self.language_hints.is_empty()),
            ("language", self.language.is_some()),
            ("turnDetection", self.turn_detection.is_some()),
            ("context", self.context.is_some()),
            ("messages", !self.messages.is_empty()),
            ("vocabulary", !self.vocabulary.is_empty()),
            ("vocabularyId", self.vocabulary_id.is_some()),
            ("semanticPunctuationEnabled", self.semantic_punctuation_enabled.is_some()),
            ("maxSentenceSilence", self.max_sentence_silence.is_some()),
            ("multiThresholdModeEnabled", self.multi_threshold_mode_enabled.is_some()),
            ("heartbeat", self.heartbeat.is_some()),
            ("speechNoiseThreshold", self.speech_noise_threshold.is_some()),
            ("specialWordFilter", self.special_word_filter.is_some()),
            ("keepDialect", self.keep_dialect.is_some()),
            ("vadModel", self.vad_model.is_some()),
            ("disfluencyRemovalEnabled", self.disfluency_removal_enabled.is_some()),
            ("punctuationPredictionEnabled", self.punctuation_prediction_enabled.is_some()),
            ("inverseTextNormalizationEnabled", self.inverse_text_normalization_enabled.is_some()),
        ];
        given.into_iter().filter(|(_, given)| *given).map(|(name, _)| name)
    }

    fn check_values(&self, model: &str, family: LiveFamily) -> Result<(), Error> {
        if self.language_hints.len() > family.language_hints() {
            let problem = format_args!("{model} reads at most {} of them", family.language_hints());
            return Err(Error::invalid_option("languageHints", problem));
        }
        if !self.language_hints.is_empty() && self.language.is_some() {
            return Err(Error::invalid_option("language", "give either language or languageHints"));
        }
        if !self.vocabulary.is_empty() && self.vocabulary_id.is_some() {
            return Err(Error::invalid_option("vocabulary", "give either vocabulary or vocabularyId"));
        }
        if self.format == Some(LiveFormat::Opus) && self.sample_rate.is_some() {
            return Err(Error::invalid_option("sampleRate", "Opus tells its own; leave it out"));
        }
        if self.sample_rate.is_some_and(|rate| rate < LOWEST_SAMPLE_RATE) {
            return Err(Error::invalid_option("sampleRate", "expected samples per second, e.g. 16000 or 48000"));
        }
        if family.protocol() == LiveProtocol::Task {
            self.check_context()?;
        }
        check_silence("maxSentenceSilence", self.max_sentence_silence)?;
        check_threshold("speechNoiseThreshold", self.speech_noise_threshold)
    }
}

/// A language as models that take hints call it: Cantonese is Chinese there, and Filipino Tagalog (`docs/protocol.md` §2.3).
fn hint(language: String) -> String {
    match language.as_str() {
        "yue" => "zh".to_owned(),
        "fil" => "tl".to_owned(),
        _ => language,
    }
}

/// Most turns of each role, and characters in one (the reference of the client's events, `input.context`).
const MOST_TURNS: usize = 5;
const LONGEST_TURN: usize = 400;

impl LiveOptions {
    fn check_context(&self) -> Result<(), Error> {
        let is_long = |text: &str| text.chars().count() > LONGEST_TURN;
        let too_long = |field: String| {
            Err(Error::invalid_option(field, format_args!("live, it may have {LONGEST_TURN} characters; shorten it")))
        };
        if self.context.as_deref().is_some_and(is_long) {
            return too_long("context".to_owned());
        }
        if let Some(index) = self.messages.iter().position(|message| is_long(&message.text)) {
            return too_long(format!("messages.{index}.text"));
        }
        for (role, others, name) in
            [(Role::User, usize::from(self.context.is_some()), "user"), (Role::Assistant, 0, "assistant")]
        {
            let turns = self.messages.iter().filter(|message| message.role == role).count() + others;
            if turns > MOST_TURNS {
                let and = if others > 0 { ", of which context is one" } else { "" };
                let problem = format_args!("live, the {name} may have {MOST_TURNS} turns{and}; keep the latest");
                return Err(Error::invalid_option("messages", problem));
            }
        }
        Ok(())
    }
}

const SHORTEST_SILENCE: u32 = 200;
const LONGEST_SILENCE: u32 = 6_000;

fn check_silence(field: &str, millis: Option<u32>) -> Result<(), Error> {
    match millis {
        Some(millis) if !(SHORTEST_SILENCE..=LONGEST_SILENCE).contains(&millis) => {
            Err(Error::invalid_option(field, "expected milliseconds, 200 to 6000"))
        }
        _ => Ok(()),
    }
}

fn check_threshold(field: &str, threshold: Option<f64>) -> Result<(), Error> {
    match threshold {
        Some(threshold) if !(-1.0..=1.0).contains(&threshold) => {
            Err(Error::invalid_option(field, "expected a number from -1 to 1"))
        }
        _ => Ok(()),
    }
}

fn format(given: View<'_>) -> Result<Option<LiveFormat>, Error> {
    match given.str() {
        Some("pcm") => Ok(Some(LiveFormat::Pcm)),
        Some("opus") => Ok(Some(LiveFormat::Opus)),
        None if !given.exists() => Ok(None),
        _ => Err(Error::invalid_option("format", "expected \"pcm\" or \"opus\"")),
    }
}

fn turn_detection(given: View<'_>) -> Result<Option<TurnDetection>, Error> {
    if given.is_null() {
        return Ok(Some(TurnDetection { is_off: true, ..TurnDetection::default() }));
    }
    if !given.exists() {
        return Ok(None);
    }
    let mut fields = Fields::new(given, "member of turnDetection");
    let read = TurnDetection {
        threshold: fields.number("threshold"),
        silence_duration_ms: fields.count("silenceDurationMs", LONGEST_SILENCE),
        prefix_padding_ms: fields.count("prefixPaddingMs", LONGEST_SILENCE),
        is_off: false,
    };
    fields.finish()?;
    check_threshold("turnDetection.threshold", read.threshold)?;
    check_silence("turnDetection.silenceDurationMs", read.silence_duration_ms)?;
    Ok(Some(read))
}

impl VerifiedLive {
    /// Samples per second that go over the wire.
    #[must_use]
    pub fn wire_rate(&self) -> u32 {
        if crate::model::is_narrow(&self.model) { 8_000 } else { SAMPLE_RATE }
    }

    /// Samples per second that come in.
    #[must_use]
    pub fn rate(&self) -> u32 {
        let usual = if self.is_opus() { self.wire_rate() } else { SAMPLE_RATE };
        self.options.sample_rate.unwrap_or(usual)
    }

    /// Other words that were said before; refused ones change nothing.
    pub(super) fn set_context(&mut self, given: LiveOptions) -> Result<(), Error> {
        if let Some(others) = self.family.others_take("messages") {
            return Err(Error::invalid_option("messages", format_args!("it can be changed with {others} only")));
        }
        let context = given.context.or_else(|| self.options.context.clone());
        let changed = LiveOptions { context, messages: given.messages, ..self.options.clone() };
        changed.check_context()?;
        self.options = changed;
        Ok(())
    }

    pub(super) fn is_opus(&self) -> bool {
        self.options.format == Some(LiveFormat::Opus)
    }

    /// How the service calls the audio.
    pub(super) fn format(&self) -> &'static str {
        if self.is_opus() { "opus" } else { "pcm" }
    }

    pub(super) fn heartbeat(&self) -> Option<bool> {
        self.options.heartbeat.or(self.is_opus().then_some(true))
    }

    /// Whether turns end where the caller says.
    pub(super) fn ends_by_hand(&self) -> bool {
        self.options.turn_detection.is_some_and(|detection| detection.is_off)
    }

    /// So much silence ends a turn for certain.
    pub(super) fn turn_ends_ms(&self) -> u32 {
        self.options.turn_detection.unwrap_or_default().silence_ms()
    }

    pub(super) fn reconnects(&self) -> u32 {
        self.options.max_retries.unwrap_or(DEFAULT_RECONNECTS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ClientSettings, Region};
    use crate::json::Json;

    fn verified(json: &str, settings: ClientSettings) -> Result<VerifiedLive, Error> {
        LiveOptions::read(Json::parse(json).unwrap().view())?.verify(&Config::new(&settings).unwrap())
    }

    #[test]
    fn options_are_checked_per_model() {
        for (json, field) in [
            (r#"{"model":"qwen3-asr-flash"}"#, "model"),
            (r#"{"model":"gummy-realtime-v1"}"#, "model"),
            (r#"{"model":"qwen3-asr-flash-realtime","heartbeat":true}"#, "heartbeat"),
            (r#"{"model":"qwen-audio-3.1-asr-flash-message","languageHints":["en"]}"#, "languageHints"),
            (r#"{"model":"qwen-audio-3.1-asr-flash-message","language":"en"}"#, "language"),
            (r#"{"language":"en","languageHints":["en"]}"#, "language"),
            (r#"{"model":"fun-asr-realtime","languageHints":["en","zh"]}"#, "languageHints"),
            (r#"{"model":"fun-asr-realtime","vocabulary":{"Qwen":4}}"#, "vocabulary"),
            (r#"{"maxSentenceSilence":100}"#, "maxSentenceSilence"),
            (r#"{"speechNoiseThreshold":2}"#, "speechNoiseThreshold"),
            (r#"{"sampleRate":44.1}"#, "sampleRate"),
            (r#"{"sampleRate":16}"#, "sampleRate"),
            (&format!(r#"{{"context":"{}"}}"#, "ß".repeat(401)), "context"),
            (&format!(r#"{{"messages":[{}]}}"#, [r#"{"role":"assistant","text":"x"}"#; 6].join(",")), "messages"),
            (r#"{"format":"mp3"}"#, "format"),
            (r#"{"format":"opus","sampleRate":48000}"#, "sampleRate"),
            (
                r#"{"model":"qwen3-asr-flash-realtime","turnDetection":{"silenceDurationMs":1}}"#,
                "turnDetection.silenceDurationMs",
            ),
            (r#"{"model":"qwen3-asr-flash-realtime","turnDetection":{"silence":1}}"#, "silence"),
            (r#"{"enableItn":true}"#, "enableItn"),
        ] {
            let error = verified(json, ClientSettings::default()).unwrap_err();
            assert_eq!(error.field(), Some(field), "{json}: {error}");
        }
        let good = r#"{"model":"qwen-audio-3.1-asr-flash-streaming","languageHints":["en"],"vocabulary":{"Qwen":4},
            "heartbeat":true,"keepDialect":true,"vadModel":"near_meeting_16k","sampleRate":48000,"context":"x"}"#;
        assert!(verified(good, ClientSettings::default()).is_ok());
    }

    #[test]
    fn the_language_is_the_only_hint_where_models_take_hints() {
        for (language, hint) in [("en", "en"), ("yue", "zh"), ("fil", "tl")] {
            let live = verified(&format!(r#"{{"language":"{language}"}}"#), ClientSettings::default()).unwrap();
            assert_eq!((live.options.language, live.options.language_hints), (None, vec![hint.to_owned()]));
        }
        let json = r#"{"model":"qwen3-asr-flash-realtime","language":"yue"}"#;
        assert_eq!(verified(json, ClientSettings::default()).unwrap().options.language.as_deref(), Some("yue"));
    }

    #[test]
    fn an_address_for_each_protocol_region_and_relay() {
        let session = r#"{"model":"qwen3-asr-flash-realtime"}"#;
        let at = |region| ClientSettings { region: Some(region), ..ClientSettings::default() };
        let relay = |url: &str| ClientSettings { base_url: Some(url.to_owned()), ..ClientSettings::default() };
        for (json, settings, url) in [
            ("{}", at(Region::Singapore), "wss://dashscope-intl.aliyuncs.com/api-ws/v1/inference"),
            ("{}", at(Region::Virginia), "wss://dashscope-intl.aliyuncs.com/api-ws/v1/inference"),
            ("{}", at(Region::Hongkong), "wss://cn-hongkong.dashscope.aliyuncs.com/api-ws/v1/inference"),
            (
                session,
                at(Region::Beijing),
                "wss://dashscope.aliyuncs.com/api-ws/v1/realtime?model=qwen3-asr-flash-realtime",
            ),
            ("{}", relay("http://localhost:1/asr"), "ws://localhost:1/asr/api-ws/v1/inference"),
            ("{}", relay("/asr"), "/asr/api-ws/v1/inference"),
        ] {
            assert_eq!(verified(json, settings).unwrap().url, url);
        }
        assert_eq!(verified("{}", relay("/asr")).unwrap().probe_url, None);
    }
}
