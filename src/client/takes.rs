//! Whether a model takes some audio, before anybody sends it.

use super::source::{AudioFacts, Source};
use crate::config::{ClientSettings, Config};
use crate::error::Error;
use crate::model::Family;
use crate::options::TranscribeOptions;

/// Refuses what a model would not take of this audio: its format, its length or its size, in the request itself or, of a model for
/// files, behind an address. What nobody knows of it is no reason.
pub fn takes(model: &str, facts: &AudioFacts) -> Result<(), Error> {
    let config = Config::new(&ClientSettings::default())?;
    let options = TranscribeOptions { model: Some(model.to_owned()), ..TranscribeOptions::default() };
    let source = Source::Bytes { audio: (), facts: facts.clone() };
    if Family::of(model).task_dialect().is_some() {
        let verified = options.verify_task(&config)?;
        source.check_file(&verified).map(|_| ())
    } else {
        let verified = options.verify(&config)?;
        source.check(&verified).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::wav;
    use crate::error::ErrorKind;

    #[test]
    fn each_model_has_its_own_reasons() {
        let seconds = |seconds: u64| AudioFacts {
            head: wav::header(seconds as u32 * 32_000, 16_000),
            length: Some(seconds * 32_000 + 44),
            ..AudioFacts::default()
        };
        let why = |model: &str, facts: &AudioFacts| takes(model, facts).map_err(|error| error.kind());
        assert_eq!(why("qwen3-asr-flash", &seconds(200)), Ok(()));
        assert_eq!(why("qwen3-asr-flash", &seconds(280)), Err(ErrorKind::AudioTooLarge));
        assert_eq!(why("qwen-audio-3.1-asr-flash", &seconds(280)), Ok(()));
        assert_eq!(why("qwen-audio-3.1-asr-flash", &seconds(301)), Err(ErrorKind::AudioTooLong));
        assert_eq!(why("qwen3-asr-flash-filetrans", &seconds(301)), Ok(()));
        assert_eq!(why("qwen3-asr-flash-filetrans", &seconds(43_201)), Err(ErrorKind::AudioTooLong));
        assert_eq!(why("fun-asr-realtime", &seconds(1)), Err(ErrorKind::InvalidOption));
        let aiff = AudioFacts { head: b"FORM\0\0\0\0AIFFCOMM".to_vec(), ..AudioFacts::default() };
        assert_eq!(why("qwen3-asr-flash", &aiff), Ok(()));
        assert_eq!(why("fun-asr", &aiff), Err(ErrorKind::UnsupportedFormat));
    }
}
