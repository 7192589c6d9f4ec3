//! What the operator of a relay has set, checked before anything is let through.

use super::models::{Models, Uses};
use super::openai::ModelNames;
use super::refusal::Refusal;
use crate::capabilities::{Capabilities, FORM_AROUND};
use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;

/// Who may ask for tasks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskAccess {
    /// Whoever submitted them.
    #[default]
    Submitter,
    /// Anyone who may use the relay at all: for a site of one person.
    Anyone,
}

/// A relay's settings, as far as they decide what is let through.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RelaySettings {
    /// Where the relay is mounted, without a slash at its end.
    pub path: String,
    /// Origins whose pages may call.
    pub origins: Vec<String>,
    /// Whether pages of the relay's own origin may, too.
    pub same_origin: bool,
    /// Which models may be asked.
    pub models: Models,
    /// Largest request body, in bytes.
    pub bytes: u64,
    /// Largest upload to the store, the form around it included, in bytes.
    pub upload_bytes: u64,
    /// Longest audio in one request, in seconds.
    pub seconds: Option<f64>,
    /// Requests that cost something, for each caller and minute.
    pub per_minute: u32,
    /// Who may ask for tasks.
    pub task_access: TaskAccess,
    /// What stands for models of `OpenAI`, before the known ones.
    pub openai_models: ModelNames,
    /// Seconds that a temporary token of the service is good for; without it none is given out.
    pub temporary_tokens: Option<u32>,
}

/// The largest data URL that the service takes (20 MiB, `docs/protocol.md` §2) with 7 MB for context and JSON around it.
const MOST_BYTES: u64 = 28_200_000;
/// What the service's store takes: 1 GiB (`docs/protocol.md` §8.1), and the form around it.
const MOST_UPLOAD_BYTES: u64 = (1 << 30) + FORM_AROUND;
const PER_MINUTE: u32 = 60;
/// Longest life of a temporary token in seconds (`docs/protocol.md` §8.2).
const LONGEST_TOKEN: u32 = 1800;
/// The word for pages of the relay's own origin.
const SAME_ORIGIN: &str = "same-origin";

impl RelaySettings {
    /// Reads what the operator wrote; a bad or unknown member is refused by its name.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "relay option");
        let path = fields.text("path").unwrap_or_else(|| "/dashscope".to_owned());
        let has_models = fields.get("models").exists();
        let models = fields.texts("models");
        let task_access =
            fields.one_of("taskAccess", &[("submitter", TaskAccess::Submitter), ("anyone", TaskAccess::Anyone)]);
        let origins = fields.texts("origins");
        let openai_models = fields.read("openaiModels", ModelNames::read);
        let temporary_tokens = fields.count("temporaryTokens", LONGEST_TOKEN);
        let (bytes, upload_bytes, seconds, per_minute) = fields.read("limits", |given| {
            let mut limits = Fields::new(given, "limit");
            let (bytes, upload_bytes) = (limits.number("bytes"), limits.number("uploadBytes"));
            let seconds = limits.number("seconds");
            let per_minute = limits.count("perMinute", 1_000_000);
            limits.finish()?;
            Ok((bytes, upload_bytes, seconds, per_minute))
        });
        fields.finish()?;
        let (same, others): (Vec<_>, Vec<_>) = origins.into_iter().partition(|origin| origin == SAME_ORIGIN);
        let is_positive = |number: &f64| *number >= 1.0 && *number <= 1e15;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
        let whole = |name: &'static str, number: Option<f64>| match number {
            None => Ok(None),
            Some(number) if is_positive(&number) && number.fract() == 0.0 => Ok(Some(number as u64)),
            Some(_) => Err(Error::invalid_option(name, "expected a whole number of bytes from 1 on")),
        };
        let (bytes, upload_bytes) = (whole("limits.bytes", bytes)?, whole("limits.uploadBytes", upload_bytes)?);
        if seconds.is_some_and(|number| !is_positive(&number)) {
            return Err(Error::invalid_option("limits.seconds", "expected a number of seconds from 1 on"));
        }
        if per_minute == Some(0) {
            return Err(Error::invalid_option("limits.perMinute", "expected a whole number from 1 on"));
        }
        if temporary_tokens == Some(0) {
            return Err(Error::invalid_option("temporaryTokens", "expected a whole number of seconds from 1 to 1800"));
        }
        if has_models && models.is_empty() {
            return Err(Error::invalid_option(
                "models",
                "is an empty list, so nothing would be let through; leave it out to allow all speech models",
            ));
        }
        Ok(Self {
            path: checked_path(&path)?,
            origins: others.iter().map(|origin| checked_origin(origin)).collect::<Result<_, _>>()?,
            same_origin: !same.is_empty(),
            models: if has_models { Models::only(models) } else { Models::default() },
            bytes: bytes.unwrap_or(MOST_BYTES),
            // Whoever sets one limit means it.
            upload_bytes: upload_bytes.or(bytes).unwrap_or(MOST_UPLOAD_BYTES),
            seconds,
            per_minute: per_minute.unwrap_or(PER_MINUTE),
            task_access: task_access.unwrap_or_default(),
            openai_models,
            temporary_tokens,
        })
    }

    /// What a caller is told of them. `is_counted_elsewhere`: how often somebody may call is not for the relay to say.
    #[must_use]
    pub fn capabilities(&self, is_counted_elsewhere: bool) -> Capabilities {
        let Uses { direct, tasks, live } = self.models.uses();
        Capabilities {
            models: self.models.names().map(<[String]>::to_vec),
            bytes: self.bytes,
            upload_bytes: self.upload_bytes,
            seconds: self.seconds,
            per_minute: (!is_counted_elsewhere).then_some(self.per_minute),
            tasks,
            uploads: direct || tasks,
            live,
        }
    }

    /// The path behind the relay's own.
    pub fn behind<'a>(&self, path: &'a str) -> Result<&'a str, Refusal> {
        match path.strip_prefix(&self.path) {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => Ok(rest),
            _ => {
                let message = format!("There is nothing at this path: the relay is mounted at {}/.", self.path);
                Err(Refusal::new(404, "NotFound", message))
            }
        }
    }
}

fn checked_path(path: &str) -> Result<String, Error> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~./".contains(&byte);
    let is_fine = (path.is_empty() || path.starts_with('/'))
        && path.bytes().all(fits)
        && !path.contains("//")
        && !path.contains("..");
    if is_fine { Ok(path.to_owned()) } else { Err(Error::invalid_option("path", "expected a path such as /dashscope")) }
}

/// An origin as browsers write it: `https://app.example`, `http://localhost:5173`
/// (<https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin>).
fn checked_origin(origin: &str) -> Result<String, Error> {
    let advice = "expected origins as browsers send them, such as https://app.example or http://localhost:5173, without a path \
                  or a pattern; or same-origin";
    let wrong = || Error::invalid_option("origins", advice);
    let origin = origin.strip_suffix('/').unwrap_or(origin);
    let (scheme, host) = origin.split_once("://").ok_or_else(wrong)?;
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:[]_".contains(&byte);
    let is_web = matches!(
        scheme,
        "https" | "http" | "chrome-extension" | "moz-extension" | "capacitor" | "tauri" | "app" | "ionic"
    );
    let is_default = (scheme == "https" && host.ends_with(":443")) || (scheme == "http" && host.ends_with(":80"));
    if is_web && !host.is_empty() && host.bytes().all(fits) && !is_default {
        Ok(origin.to_owned())
    } else {
        Err(wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn read(json: &str) -> Result<RelaySettings, String> {
        let json = Json::parse(json).ok_or("no JSON")?;
        RelaySettings::read(json.view()).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn what_an_operator_forgets_is_safe_and_what_is_wrong_is_refused_by_its_name() {
        let settings = read("{}").unwrap_or_else(|words| panic!("{words}"));
        assert_eq!((settings.path.as_str(), settings.same_origin, settings.per_minute), ("/dashscope", false, 60));
        assert_eq!(settings.upload_bytes, MOST_UPLOAD_BYTES);
        for (json, name) in [
            (r#"{"limits":{"bytes":1e300}}"#, "limits.bytes"),
            (r#"{"limits":{"bytes":0}}"#, "limits.bytes"),
            (r#"{"limits":{"bytes":1.5}}"#, "limits.bytes"),
            (r#"{"limits":{"seconds":-1}}"#, "limits.seconds"),
            (r#"{"limits":{"perMinute":0}}"#, "limits.perMinute"),
            (r#"{"limits":{"perminute":1}}"#, "perMinute"),
            (r#"{"temporaryTokens":0}"#, "temporaryTokens"),
            (r#"{"temporaryTokens":1801}"#, "temporaryTokens"),
            (r#"{"temporaryTokens":true}"#, "temporaryTokens"),
            (r#"{"origins":["null"]}"#, "origins"),
            (r#"{"origins":["*"]}"#, "origins"),
            (r#"{"origins":["https://*.example"]}"#, "origins"),
            (r#"{"origins":["https://app.example/path"]}"#, "origins"),
            (r#"{"origins":["https://App.example"]}"#, "origins"),
            (r#"{"origins":["app.example"]}"#, "origins"),
            (r#"{"origins":["https://app.example:443"]}"#, "origins"),
            (r#"{"origins":"https://app.example"}"#, "origins"),
            (r#"{"models":[]}"#, "models"),
            (r#"{"path":"dashscope"}"#, "path"),
            (r#"{"path":"/a/../b"}"#, "path"),
            (r#"{"taskAccess":"all"}"#, "taskAccess"),
            (r#"{"openaiModels":{"whisper-1":1}}"#, "openaiModels"),
            (r#"{"openaiModels":["whisper-1"]}"#, "openaiModels"),
            (r#"{"modles":["a"]}"#, "modles"),
        ] {
            assert!(read(json).is_err_and(|words| words.contains(name)), "{json}: {:?}", read(json));
        }
        let settings = read(r#"{"path":"/","origins":["https://app.example/","same-origin","http://localhost:5173"]}"#);
        let settings = settings.unwrap_or_else(|words| panic!("{words}"));
        assert_eq!(settings.origins, ["https://app.example", "http://localhost:5173"]);
        assert!(settings.same_origin);
        assert_eq!(settings.behind("/result"), Ok("/result"));
    }

    #[test]
    fn the_mount_is_a_whole_segment() {
        let settings = read("{}").unwrap_or_else(|words| panic!("{words}"));
        assert_eq!(settings.behind("/dashscope/result"), Ok("/result"));
        assert!(settings.behind("/dashscopex/result").is_err() && settings.behind("/result").is_err());
    }
}
