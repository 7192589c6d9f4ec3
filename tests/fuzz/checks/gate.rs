//! Bodies that a relay lets through. However they are cut, its gate says the same; what it lets through is JSON for `serde_json`,
//! too, has no name twice in one object, and names one audio and the model that the gate has seen.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::choices::{Choices, pieces};
use crate::json::Json;
use crate::model::{Family, LiveFamily};
use crate::relay::{Gate, RelaySettings, Route};

const UPSTREAM: &str = "https://dashscope-intl.aliyuncs.com/";

/// What a gate has said: model and seconds, or status and words.
type Verdict = Result<(Option<String>, Option<f64>), (u16, String)>;

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let route = choices.one(&[Route::ChatCompletions, Route::Generation, Route::Submit]);
    let size = choices.below(32) + 1;
    let body = choices.rest();
    let Some(settings) = Json::parse("{}").and_then(|given| RelaySettings::read(given.view()).ok()) else {
        panic!("a relay needs no settings");
    };
    let gate = || settings.gate(route, UPSTREAM);
    let (Some(whole), Some(cut)) = (gate(), gate()) else { panic!("{route:?} has a gate") };
    let verdict = judged(whole, [body].into_iter());
    assert_eq!(verdict, judged(cut, pieces(body, size)), "in pieces of {size} bytes");
    if let Ok((model, _)) = verdict {
        let model = model.unwrap_or_default();
        let family = Family::of_stranger(&model);
        assert!(!matches!(family, Family::Unknown | Family::Realtime), "{model:?} is let through");
        assert_eq!(family.task_dialect().is_some(), route == Route::Submit, "{model:?} on {route:?}");
        let read = serde_json::from_slice::<Once>(body);
        assert!(read.is_ok(), "let through, and no JSON for others: {:?}", read.err());
        let read: Value = serde_json::from_slice(body).unwrap_or_default();
        assert_eq!(read["model"].as_str(), Some(&*model));
        let mut audios = Vec::new();
        collect(&read, "", &mut audios);
        assert_eq!(audios.len(), 1, "{audios:?}");
        for audio in audios {
            let is_known = ["data:", "https://", "http://", "oss://"].iter().any(|start| audio.starts_with(start));
            assert!(is_known && !audio.contains(char::is_whitespace), "{audio:?}");
        }
    }
    live(&settings, body);
}

/// A message of a live transcription is judged as a whole.
fn live(settings: &RelaySettings, message: &[u8]) {
    for route in [Route::LiveTask, Route::LiveSession] {
        let Some(mut gate) = settings.live_gate(route, 0.0) else { panic!("{route:?} has a gate") };
        if gate.text(message, 1.0).is_err() {
            continue;
        }
        let read = serde_json::from_slice::<Once>(message);
        assert!(read.is_ok(), "let through, and no JSON for others: {:?}", read.err());
        if let Some(model) = gate.model() {
            assert!(LiveFamily::of_stranger(model).is_some(), "{model:?} is let through");
            let read: Value = serde_json::from_slice(message).unwrap_or_default();
            assert_eq!(read["payload"]["model"].as_str(), Some(model));
        }
    }
}

fn judged<'a>(mut gate: Gate, chunks: impl Iterator<Item = &'a [u8]>) -> Verdict {
    let run = || {
        for chunk in chunks {
            gate.push(chunk)?;
        }
        gate.finish()
    };
    match run() {
        Ok(()) => Ok((gate.model().map(str::to_owned), gate.seconds())),
        // Where in a name or a text that is too long it stops, depends on the pieces.
        Err(refusal) => Err((refusal.status, refusal.message.replace(|letter: char| letter.is_ascii_digit(), ""))),
    }
}

/// What stands where the service looks for audio.
fn collect<'a>(value: &'a Value, name: &str, audios: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if matches!(name, "audio" | "data" | "file_url" | "file_urls") => audios.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, name, audios)),
        Value::Object(members) => members.iter().for_each(|(name, value)| collect(value, name, audios)),
        _ => {}
    }
}

/// JSON in which no name stands twice in one object.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Once;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Once, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Once)) = members.next_entry::<String, Once>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Once)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Once, A::Error> {
        while items.next_element::<Once>()?.is_some() {}
        Ok(Once)
    }

    fn visit_str<E>(self, _: &str) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Once, E> {
        Ok(Once)
    }

    fn visit_unit<E>(self) -> Result<Once, E> {
        Ok(Once)
    }
}
