//! Which models may be asked: the key behind a relay could pay for any.

use std::sync::Arc;

use super::refusal::Refusal;
use crate::model::{Family, LiveFamily, LiveProtocol};

/// Names that an operator allows; without a list, every speech model that this package knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Models(Option<Arc<[String]>>);

/// What models can be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    pub(super) direct: bool,
    pub(super) tasks: bool,
    pub(super) live: bool,
}

impl Models {
    /// Exactly these.
    #[must_use]
    pub fn only(names: Vec<String>) -> Self {
        Self(Some(names.into()))
    }

    /// Whether a call (`is_task`: a task) may go to this model.
    pub fn check(&self, model: &str, is_task: bool) -> Result<(), Refusal> {
        if self.is_listed(model)? {
            return Ok(());
        }
        let family = if is_name(model) { Family::of_stranger(model) } else { Family::Unknown };
        let (fits, other) = if is_task {
            (family.task_dialect().is_some(), family.dialect().is_some())
        } else {
            (family.dialect().is_some(), family.task_dialect().is_some())
        };
        match (fits, other) {
            (true, _) => Ok(()),
            (false, true) if is_task => Err(Refusal::forbidden("model takes no tasks: send it the audio directly.")),
            (false, true) => Err(Refusal::forbidden("model takes tasks only: submit the audio's address as one.")),
            _ => Err(unknown()),
        }
    }

    /// Whether a live transcription in this protocol may go to this model.
    pub fn check_live(&self, model: &str, protocol: LiveProtocol) -> Result<(), Refusal> {
        if self.is_listed(model)? {
            return Ok(());
        }
        let family = LiveFamily::of_stranger(model).filter(|_| is_name(model)).ok_or_else(unknown)?;
        match (family.protocol() == protocol, protocol) {
            (true, _) => Ok(()),
            (_, LiveProtocol::Task) => Err(Refusal::forbidden("model is spoken to at /api-ws/v1/realtime.")),
            (_, LiveProtocol::Session) => Err(Refusal::forbidden("model is spoken to at /api-ws/v1/inference.")),
        }
    }

    /// The names that are allowed, if there is a list.
    pub(super) fn names(&self) -> Option<&[String]> {
        self.0.as_deref()
    }

    /// What can be done with them. A name that nobody has told us about may be any of it.
    pub(super) fn uses(&self) -> Uses {
        let Some(names) = &self.0 else { return Uses { direct: true, tasks: true, live: true } };
        let mut uses = Uses::default();
        for name in names.iter() {
            let (family, spoken) = (Family::of(name), LiveFamily::of(name).is_some());
            uses.direct |= family.dialect().is_some() || family == Family::Unknown;
            uses.tasks |= family.task_dialect().is_some() || family == Family::Unknown;
            uses.live |= spoken;
        }
        uses
    }

    /// Whether it stands in the list, if there is one; a list is all that may be asked.
    fn is_listed(&self, model: &str) -> Result<bool, Refusal> {
        match &self.0 {
            None => Ok(false),
            Some(names) if names.iter().any(|name| name == model) => Ok(true),
            Some(names) => {
                let message = format!("model is not one of those that this site allows: {}.", names.join(", "));
                Err(Refusal::forbidden(message))
            }
        }
    }
}

fn unknown() -> Refusal {
    Refusal::forbidden(
        "model is no speech model that this site knows, and speech recognition is all that it passes on. \
         Its operator can list models by name.",
    )
}

/// Names of models are lower-case words with hyphens and dots between them; nothing else is compared with any list.
fn is_name(model: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    model.len() <= 100 && model.bytes().all(fits) && !model.contains("..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_models_pass_and_nothing_that_looks_like_one() {
        let any = Models::default();
        for model in
            ["qwen3-asr-flash", "qwen3-asr-flash-2026-02-10", "fun-asr-flash-2026-06-15", "qwen-audio-3.1-asr-flash"]
        {
            assert_eq!(any.check(model, false), Ok(()), "{model}");
            assert!(any.check(model, true).is_err(), "{model}");
        }
        for model in ["qwen3-asr-flash-filetrans", "fun-asr", "paraformer-v2", "qwen-audio-3.1-asr-flash-filetrans"] {
            assert_eq!(any.check(model, true), Ok(()), "{model}");
            assert!(any.check(model, false).is_err(), "{model}");
        }
        for model in [
            "",
            "qwen-max",
            "qwen-max/asr",
            "qwen-max\0asr",
            "quasrx",
            "qwen-vl-ft-asr12",
            "paraformer/../qwen-max",
            "Qwen3-ASR-Flash",
            "qwen3-asr-flash ",
            "qwen3-asr-flash\u{a0}",
            "fun-asr-realtime",
            "qwen3-asr-flash-realtime",
            "qwen-audio-turbo",
            "qwen2-audio-instruct",
            "gummy-chat-v1",
            "qwen-audio-3.1-asr-flash-message",
            "paraformer..",
            "paraformerx",
            "fun-asrx",
            "qwen3-asr-flashy",
        ] {
            assert!(any.check(model, false).is_err() && any.check(model, true).is_err(), "{model:?}");
        }
    }

    #[test]
    fn live_models_pass_in_their_own_protocol_only() {
        let any = Models::default();
        for (model, protocol, other) in [
            ("qwen-audio-3.1-asr-flash-streaming", LiveProtocol::Task, LiveProtocol::Session),
            ("qwen-audio-3.1-asr-flash-message", LiveProtocol::Task, LiveProtocol::Session),
            ("fun-asr-realtime-2025-11-07", LiveProtocol::Task, LiveProtocol::Session),
            ("fun-asr-flash-8k-realtime", LiveProtocol::Task, LiveProtocol::Session),
            ("paraformer-realtime-8k-v2", LiveProtocol::Task, LiveProtocol::Session),
            ("qwen3-asr-flash-realtime-2026-02-10", LiveProtocol::Session, LiveProtocol::Task),
        ] {
            assert_eq!(any.check_live(model, protocol), Ok(()), "{model}");
            assert!(any.check_live(model, other).is_err(), "{model}");
        }
        for model in [
            "",
            "qwen3-asr-flash",
            "qwen3-omni-flash-realtime",
            "qwen3-tts-flash-realtime",
            "qwen3-asr-flash-realtimex",
            "qwen3-asr-flashy-realtime",
            "fun-asrx-realtime",
            "gummy-realtime-v1",
            "qwen3-livetranslate-flash-realtime",
            "fun-asr-realtime-tts",
            "qwen-audio-3.1-live",
            "Fun-ASR-realtime",
            "fun-asr-realtime/../qwen-max",
        ] {
            for protocol in [LiveProtocol::Task, LiveProtocol::Session] {
                assert!(any.check_live(model, protocol).is_err(), "{model:?}");
            }
        }
        let only = Models::only(vec!["my-own-model".to_owned()]);
        assert_eq!(only.check_live("my-own-model", LiveProtocol::Task), Ok(()));
        assert!(only.check_live("fun-asr-realtime", LiveProtocol::Task).is_err());
    }

    #[test]
    fn a_list_is_exact() {
        let only = Models::only(vec!["my-own-model".to_owned()]);
        assert_eq!(only.check("my-own-model", false), Ok(()));
        assert!(only.check("qwen3-asr-flash", false).is_err() && only.check("my-own", true).is_err());
        let uses = |name: &str| Models::only(vec![name.to_owned()]).uses();
        let none = Uses::default();
        assert_eq!(uses("my-own-model"), Uses { direct: true, tasks: true, live: true });
        assert_eq!(uses("qwen3-asr-flash"), Uses { direct: true, ..none });
        assert_eq!(uses("fun-asr"), Uses { tasks: true, ..none });
        assert_eq!(uses("fun-asr-realtime"), Uses { live: true, ..none });
        assert_eq!(Models::default().uses(), uses("my-own-model"));
    }
}
