//! What a caller says of a recording in pieces, checked once.

use super::limiter::Pace;
use super::way::Allowed;
use crate::capabilities::Capabilities;
use crate::config::Config;
use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;
use crate::media_type::Format;
use crate::model::{CONCURRENCY, DEFAULT_FILE_MODEL, Family, counterpart};
use crate::options::TranscribeOptions;

/// Most requests at a time that a caller may ask for.
const MOST_CONCURRENCY: u32 = 100;

/// What is said for all pieces.
#[derive(Clone, Debug)]
pub struct SplitOptions {
    model: String,
    pub(super) pace: Pace,
    /// No piece is longer, in milliseconds, where the model would take a longer one.
    longest_ms: Option<u32>,
    pub(super) max_retries: u32,
    /// What the caller says before every piece.
    pub(super) context: Option<String>,
    /// Each piece waits for the one before, whose words go along.
    pub(super) is_chain: bool,
    /// Pieces may be Opus.
    pub(super) takes_opus: bool,
}

impl SplitOptions {
    /// Checks the options of the transcription, and those of splitting: `{ concurrency, maxRetries, pieceFormat }`.
    pub fn read(given: View<'_>, transcription: View<'_>, config: &Config) -> Result<Self, Error> {
        let options = TranscribeOptions::read(transcription)?;
        let verified = options.verify(config)?;
        if options.speaker_diarization_enabled == Some(true) {
            let problem = "speakers are told apart within one piece only, so their numbers would mean nothing; use longAudio: \"task\"";
            return Err(Error::invalid_option("speakerDiarizationEnabled", problem));
        }
        let mut fields = Fields::new(given, "option");
        let (concurrency, max_retries) = (fields.number("concurrency"), fields.count("maxRetries", 100));
        let may_be_opus = fields.one_of("pieceFormat", &[("auto", true), ("wav", false)]).unwrap_or(true);
        fields.finish()?;
        let family = verified.family();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be whole and small")]
        let concurrency = match concurrency {
            Some(asked) if asked.fract() == 0.0 && (1.0..=f64::from(MOST_CONCURRENCY)).contains(&asked) => asked as u32,
            Some(_) => {
                let problem = format_args!("expected a whole number from 1 to {MOST_CONCURRENCY}");
                return Err(Error::invalid_option("concurrency", problem));
            }
            None => CONCURRENCY,
        };
        Ok(Self {
            model: verified.model().to_owned(),
            pace: Pace { concurrency, per_minute: family.requests_per_minute() },
            longest_ms: None,
            max_retries: max_retries.unwrap_or(config.max_retries()),
            // Who says in which format the audio is means what pieces are everywhere.
            takes_opus: may_be_opus && options.format.is_none() && family.limits().formats.contains(&Format::Opus),
            context: options.context,
            is_chain: concurrency == 1 && family.own_options().any(|name| name == "context"),
        })
    }

    /// The model that is asked.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The family of the model, whose limits say how long a piece may be.
    #[must_use]
    pub fn family(&self) -> Family {
        Family::of(&self.model)
    }

    /// What a relay allows for this call, whose options are JSON of so many bytes.
    #[must_use]
    pub fn allowed(&self, capabilities: Capabilities, options_length: usize) -> Allowed {
        let task_model = counterpart(&self.model);
        Allowed::new(capabilities, &self.model, task_model.as_deref().unwrap_or(DEFAULT_FILE_MODEL), options_length)
    }

    /// Goes no faster and cuts no longer pieces than a relay allows.
    pub(super) fn narrow(&mut self, allowed: &Allowed) {
        if let Some(per_minute) = allowed.per_minute() {
            self.pace.per_minute = self.pace.per_minute.min(per_minute);
            self.pace.concurrency = self.pace.concurrency.min(per_minute);
        }
        self.longest_ms = allowed.longest_piece();
    }

    /// How long a piece may be at the most, in milliseconds, where that is less than what the model takes.
    #[must_use]
    pub fn longest_ms(&self) -> Option<u32> {
        self.longest_ms
    }

    /// How many requests at a time, and in a minute.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.pace
    }
}
