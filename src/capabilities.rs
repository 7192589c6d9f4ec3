//! What a relay allows its callers, in the form in which it tells them.

use crate::json::{ArrayWriter, ObjectWriter, View};

/// Most bytes of the form that goes around an upload to the service's store.
pub const FORM_AROUND: u64 = 16_384;

/// What a relay allows one caller.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Models that may be asked, by name; `None`: every speech model that the relay knows.
    pub models: Option<Vec<String>>,
    /// Largest body of a request, in bytes.
    pub bytes: u64,
    /// Largest upload to the service's store, the form around it included, in bytes.
    pub upload_bytes: u64,
    /// Longest audio in one request, in seconds; `None`: what the model takes.
    pub seconds: Option<f64>,
    /// Requests of one caller in a minute; `None` where something else than the relay counts them.
    pub per_minute: Option<u32>,
    /// Whether some model that may be asked takes tasks.
    pub tasks: bool,
    /// Whether recordings may go to the service's store.
    pub uploads: bool,
    /// Whether some model that may be asked listens while somebody speaks.
    pub live: bool,
}

impl Capabilities {
    /// Whether a model may be asked.
    #[must_use]
    pub fn allows(&self, model: &str) -> bool {
        self.models.as_ref().is_none_or(|models| models.iter().any(|allowed| allowed == model))
    }

    /// As JSON: `{ models, limits: { bytes, uploadBytes, seconds, perMinute }, tasks, uploads, live }`; what has no value is `null`.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
    pub fn to_json(&self) -> String {
        let mut json = String::new();
        let mut object = ObjectWriter::new(&mut json);
        object.member("models", |out| match &self.models {
            None => out.push_str("null"),
            Some(models) => ArrayWriter::strings(models, out),
        });
        object.member("limits", |out| {
            let mut limits = ObjectWriter::new(out);
            limits.decimal("bytes", self.bytes as f64).decimal("uploadBytes", self.upload_bytes as f64);
            for (name, value) in [("seconds", self.seconds), ("perMinute", self.per_minute.map(f64::from))] {
                match value {
                    None => limits.member(name, |out| out.push_str("null")),
                    Some(value) => limits.decimal(name, value),
                };
            }
            limits.close();
        });
        object.bool("tasks", self.tasks).bool("uploads", self.uploads).bool("live", self.live);
        object.close();
        json
    }

    /// Reads it; `None` where it is something else, such as the answer of a server that knows no such question.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the ranges are checked")]
    pub fn read(given: View<'_>) -> Option<Self> {
        let limits = given.get("limits");
        let positive = |name: &str| limits.get(name).number().filter(|number| (1.0..=1e15).contains(number));
        let models = given.get("models");
        let flag = |name: &str| given.get(name).bool();
        Some(Self {
            models: if models.is_array() {
                Some(models.items().map(|name| name.str().map(str::to_owned)).collect::<Option<_>>()?)
            } else {
                models.is_null().then_some(None)?
            },
            bytes: positive("bytes")? as u64,
            upload_bytes: positive("uploadBytes")? as u64,
            seconds: positive("seconds"),
            per_minute: positive("perMinute").map(|number| number.min(1e6) as u32),
            tasks: flag("tasks")?,
            uploads: flag("uploads")?,
            live: flag("live")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn read(json: &str) -> Option<Capabilities> {
        Capabilities::read(Json::parse(json)?.view())
    }

    #[test]
    fn what_is_told_is_read() {
        let wide = Capabilities { models: None, upload_bytes: 1 << 30, seconds: None, per_minute: None, ..narrow() };
        for told in [narrow(), wide] {
            assert_eq!(read(&told.to_json()), Some(told));
        }
        assert!(narrow().allows("a") && !narrow().allows("b"));
        assert_eq!(
            narrow().to_json(),
            r#"{"models":["a"],"limits":{"bytes":1000,"uploadBytes":2000,"seconds":60.5,"perMinute":6},"tasks":false,"uploads":true,"live":false}"#
        );
    }

    fn narrow() -> Capabilities {
        Capabilities {
            models: Some(vec!["a".to_owned()]),
            bytes: 1_000,
            upload_bytes: 2_000,
            seconds: Some(60.5),
            per_minute: Some(6),
            tasks: false,
            uploads: true,
            live: false,
        }
    }

    #[test]
    fn what_is_something_else_is_nothing() {
        let told = narrow().to_json();
        for (part, other) in [
            (r#""bytes":1000"#, r#""bytes":"1000""#),
            (r#""bytes":1000"#, r#""bytes":0"#),
            (r#""limits":"#, r#""limit":"#),
            (r#""tasks":false"#, r#""tasks":"no""#),
            (r#"["a"]"#, "[1]"),
            (r#"["a"]"#, "true"),
            (r#""models""#, r#""model""#),
        ] {
            assert!(told.contains(part));
            assert_eq!(read(&told.replace(part, other)), None, "{other}");
        }
        for json in ["{}", "[]", "null", r#"{"error":{"code":"NotFound"}}"#] {
            assert_eq!(read(json), None, "{json}");
        }
    }
}
