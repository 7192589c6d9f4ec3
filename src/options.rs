//! What a caller may ask for, and the checks at the door: one error per bad field, by dotted path.

use crate::config::Config;
use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;
use crate::media_type::MediaType;
use crate::model::{Dialect, Family};

/// Which API to speak where a model speaks both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "lowercase"))]
pub enum Protocol {
    /// DashScope's own API (dialect B); every region has it.
    #[default]
    Dashscope,
    /// The OpenAI-compatible API (dialect A); not in Virginia.
    Openai,
}

impl Protocol {
    /// The words callers write.
    pub(crate) const WORDS: [(&'static str, Self); 2] = [("dashscope", Self::Dashscope), ("openai", Self::Openai)];
}

/// The options of one transcription, as data.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "camelCase", default))]
pub struct TranscribeOptions {
    /// Model name; any name is accepted, known ones are checked. Default: the client's.
    pub model: Option<String>,
    /// Which API to speak where the model speaks both. Default: the client's, `"dashscope"`.
    pub protocol: Option<Protocol>,
    /// The language spoken, e.g. `"en"`; one only. Leave it out for mixed or unknown languages.
    pub language: Option<String>,
    /// Write numbers, dates and units as figures ("one hundred" → "100"); Chinese and English only. Default: false.
    pub enable_itn: Option<bool>,
    /// Names, terms or background text that make recognition of rare words better; at most 10 000 tokens.
    pub context: Option<String>,
    /// Media type of the audio, for bytes that do not tell themselves, e.g. `"audio/mpeg"`.
    pub media_type: Option<String>,
    /// Ask for token counts at the end of a stream (dialect A; dialect B always sends them). Default: true.
    pub include_usage: Option<bool>,
    /// Dialect B streams: let the service send only what is new (true, the default) or all text so far each time.
    pub incremental_output: Option<bool>,
    /// Dialect B: `"message"`, the only value the service knows. Left out by default, as in the official samples.
    pub result_format: Option<String>,
    /// More members for the service's `asr_options`, passed as they are, e.g. `{ enable_lid: true }`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, unknown>"))]
    pub asr_options: Vec<(String, String)>,
    /// More members for the request's `parameters` (dialect B) or top level (dialect A), passed as they are.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, unknown>"))]
    pub parameters: Vec<(String, String)>,
}

/// Options that have been checked against the client and the model; what requests are built from.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    /// The model to name.
    pub model: String,
    /// Its family.
    pub family: Family,
    /// The dialect to speak.
    pub dialect: Dialect,
    /// Media type the caller declared.
    pub media_type: Option<MediaType>,
    /// The rest, as given.
    pub options: TranscribeOptions,
}

impl TranscribeOptions {
    /// Reads the options as a caller wrote them; a bad or unknown member is refused by its name.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "option")?;
        let options = Self {
            model: fields.text("model")?,
            protocol: fields.one_of("protocol", &Protocol::WORDS)?,
            language: fields.text("language")?,
            enable_itn: fields.bool("enableItn")?,
            context: fields.text("context")?,
            media_type: fields.text("mediaType")?,
            include_usage: fields.bool("includeUsage")?,
            incremental_output: fields.bool("incrementalOutput")?,
            result_format: fields.one_of("resultFormat", &[("message", "message")])?.map(str::to_owned),
            asr_options: fields.members("asrOptions")?,
            parameters: fields.members("parameters")?,
        };
        fields.finish()?;
        Ok(options)
    }

    /// Checks every field against the client and the model.
    pub fn verify(&self, config: &Config) -> Result<Verified, Error> {
        let model = match self.model.as_deref().map(str::trim) {
            Some("") => return Err(Error::option("model", "the name is empty; leave it out for the default model")),
            Some(name) => name.to_owned(),
            None => config.model().to_owned(),
        };
        let family = Family::of(&model);
        let dialect = dialect(self.protocol.unwrap_or(config.protocol()), family, &model, config)?;
        let languages = family.limits().languages;
        if let Some(language) = &self.language
            && !languages.is_empty()
            && !languages.contains(&language.as_str())
        {
            return Err(Error::option(
                "language",
                format_args!("{model} does not know \"{language}\"; it takes one of {}", languages.join(", ")),
            ));
        }
        let media_type = match &self.media_type {
            None => None,
            Some(given) => Some(MediaType::parse(given).ok_or_else(|| {
                Error::option("mediaType", format_args!("\"{given}\" is no audio type; for example \"audio/mpeg\""))
            })?),
        };
        Ok(Verified { model, family, dialect, media_type, options: self.clone() })
    }
}

fn dialect(protocol: Protocol, family: Family, model: &str, config: &Config) -> Result<Dialect, Error> {
    match family {
        Family::Qwen3Flash | Family::Unknown => match protocol {
            Protocol::Dashscope => Ok(Dialect::Generation),
            Protocol::Openai if config.is_direct() && config.region() == crate::config::Region::Virginia => {
                Err(Error::option("protocol", "Virginia has no OpenAI-compatible mode; use \"dashscope\""))
            }
            Protocol::Openai => Ok(Dialect::ChatCompletions),
        },
        Family::Flash | Family::Qwen3FileTranscription | Family::FileTranscription => Err(Error::option(
            "model",
            format_args!("{model} speaks an API that this version does not; use qwen3-asr-flash"),
        )),
        Family::Realtime => {
            Err(Error::option("model", format_args!("{model} is spoken over WebSocket, not HTTP; use qwen3-asr-flash")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ClientSettings;
    use crate::config::Region;
    use crate::json::Json;

    fn verify(json: &str) -> Result<Verified, Error> {
        let json = Json::parse(json).unwrap();
        TranscribeOptions::read(json.view())?.verify(&Config::new(&ClientSettings::default()).unwrap())
    }

    #[test]
    fn wire_names_are_camel_case() {
        let verified = verify(r#"{"language":"en","enableItn":true,"context":null,"asrOptions":{"enable_lid":true}}"#);
        let options = verified.unwrap().options;
        assert_eq!((options.enable_itn, options.context), (Some(true), None));
        assert_eq!(options.asr_options, [("enable_lid".to_owned(), "true".to_owned())]);
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
