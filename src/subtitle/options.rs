//! What a caller may ask of subtitles, and the checks at the door.

use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;

/// How subtitles are cut and labelled. Everything has a default that suits video.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    all(target_arch = "wasm32", feature = "npm"),
    derive(tsify::Tsify),
    serde(rename_all = "camelCase", default)
)]
pub struct SubtitleOptions {
    /// Widest line, in columns: Chinese, Japanese and Korean characters count two. 4 to 1000. Default: 42.
    pub max_characters_per_line: Option<u32>,
    /// Most lines shown at a time, 1 to 10. Default: 2.
    pub max_lines: Option<u32>,
    /// Reading speed in columns per second, 1 to 1000; a cue stays longer, where there is time, rather than be read
    /// faster. Default: 20.
    pub max_characters_per_second: Option<u32>,
    /// Milliseconds that a cue stays at least, where the next one leaves it the time; 0 to 60 000. Default: 1000 (or
    /// `maxDurationMs`, if that is less).
    pub min_duration_ms: Option<u32>,
    /// Milliseconds that a cue stays at most, 250 to 600 000. Default: 7000 (or `minDurationMs`, if that is more).
    pub max_duration_ms: Option<u32>,
    /// Milliseconds without a text between two cues, 0 to 5000. Default: 80.
    pub min_gap_ms: Option<u32>,
    /// Name the speakers ("Speaker 1" is the service's speaker 0). Default: where there is more than one.
    pub speaker_labels: Option<bool>,
    /// Name the channels ("Channel 1" is the service's channel 0). Default: where there is more than one.
    pub channel_labels: Option<bool>,
}

/// Options that have been checked: no number is left out, none is out of its range.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    /// Columns of a line, at least 4: the widest character with a mark behind it fits.
    pub(super) columns: u32,
    pub(super) lines: u32,
    /// Columns per second.
    pub(super) speed: u32,
    pub(super) shortest: i64,
    /// Not under `shortest`.
    pub(super) longest: i64,
    pub(super) gap: i64,
}

impl SubtitleOptions {
    /// Reads the options as a caller wrote them; a bad or unknown member is refused by its name.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "option");
        let options = Self {
            max_characters_per_line: fields.count("maxCharactersPerLine", 1_000),
            max_lines: fields.count("maxLines", 10),
            max_characters_per_second: fields.count("maxCharactersPerSecond", 1_000),
            min_duration_ms: fields.count("minDurationMs", 60_000),
            max_duration_ms: fields.count("maxDurationMs", 600_000),
            min_gap_ms: fields.count("minGapMs", 5_000),
            speaker_labels: fields.bool("speakerLabels"),
            channel_labels: fields.bool("channelLabels"),
        };
        fields.finish()?;
        options.verify()?;
        Ok(options)
    }

    /// Checks every field, and fills in the defaults. Those are of Netflix's Timed Text Style Guide: 42 characters, two lines
    /// and 20 characters per second (English, adults), 7 seconds at most, two frames between two subtitles (of 25 per
    /// second: 80 ms). Its shortest are 5/6 of a second, which a whole one keeps. The ranges are what still makes a file that can be read: a line that holds the widest
    /// character and a mark behind it, a cue that is seen (see `FLASH_MS`).
    pub(super) fn verify(&self) -> Result<Layout, Error> {
        let most = self.max_duration_ms.unwrap_or(u32::MAX);
        let shortest = within("minDurationMs", self.min_duration_ms, 1_000.min(most), 0, 60_000)?;
        let longest = within("maxDurationMs", self.max_duration_ms, 7_000.max(shortest), 250, 600_000)?;
        if shortest > longest {
            return Err(Error::invalid_option(
                "minDurationMs",
                format_args!("must not be over maxDurationMs, {longest}"),
            ));
        }
        Ok(Layout {
            columns: within("maxCharactersPerLine", self.max_characters_per_line, 42, 4, 1_000)?,
            lines: within("maxLines", self.max_lines, 2, 1, 10)?,
            speed: within("maxCharactersPerSecond", self.max_characters_per_second, 20, 1, 1_000)?,
            shortest: i64::from(shortest),
            longest: i64::from(longest),
            gap: i64::from(within("minGapMs", self.min_gap_ms, 80, 0, 5_000)?),
        })
    }
}

fn within(name: &str, given: Option<u32>, default: u32, least: u32, most: u32) -> Result<u32, Error> {
    let value = given.unwrap_or(default);
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(Error::invalid_option(name, format_args!("expected a whole number from {least} to {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    fn read(json: &str) -> Result<SubtitleOptions, Error> {
        SubtitleOptions::read(Json::parse(json).unwrap().view())
    }

    #[test]
    fn nothing_is_needed() {
        assert_eq!(read("{}").unwrap(), SubtitleOptions::default());
        assert_eq!(read(r#"{"maxLines":null}"#).unwrap(), SubtitleOptions::default());
        let layout = SubtitleOptions::default().verify().unwrap();
        assert_eq!((layout.columns, layout.lines, layout.speed), (42, 2, 20));
        assert_eq!((layout.shortest, layout.longest, layout.gap), (1_000, 7_000, 80));
    }

    #[test]
    fn names_are_camel_case() {
        let json = r#"{"maxCharactersPerLine":32,"maxLines":1,"maxCharactersPerSecond":15,"minDurationMs":900,
                       "maxDurationMs":5000,"minGapMs":0,"speakerLabels":true,"channelLabels":false}"#;
        let options = SubtitleOptions {
            max_characters_per_line: Some(32),
            max_lines: Some(1),
            max_characters_per_second: Some(15),
            min_duration_ms: Some(900),
            max_duration_ms: Some(5_000),
            min_gap_ms: Some(0),
            speaker_labels: Some(true),
            channel_labels: Some(false),
        };
        assert_eq!(read(json).unwrap(), options);
    }

    #[test]
    fn each_bad_field_is_named() {
        for (json, field) in [
            (r#"{"maxCharactersPerLine":3}"#, "maxCharactersPerLine"),
            (r#"{"maxCharactersPerLine":42.5}"#, "maxCharactersPerLine"),
            (r#"{"maxLines":0}"#, "maxLines"),
            (r#"{"maxLines":"2"}"#, "maxLines"),
            (r#"{"maxCharactersPerSecond":0}"#, "maxCharactersPerSecond"),
            (r#"{"minDurationMs":-1}"#, "minDurationMs"),
            (r#"{"minDurationMs":2000,"maxDurationMs":1500}"#, "minDurationMs"),
            (r#"{"maxDurationMs":249}"#, "maxDurationMs"),
            (r#"{"minGapMs":5001}"#, "minGapMs"),
            (r#"{"speakerLabels":"yes"}"#, "speakerLabels"),
            (r#"{"channelLabels":1}"#, "channelLabels"),
            (r#"{"maxLineWidth":42}"#, "maxLineWidth"),
            ("[]", "option"),
        ] {
            assert_eq!(read(json).unwrap_err().field(), Some(field), "{json}");
        }
        let error = read(r#"{"maxLines":0}"#).unwrap_err();
        assert_eq!(error.message(), "maxLines: expected a whole number from 1 to 10");
    }

    #[test]
    fn a_duration_that_is_given_moves_the_one_that_is_not() {
        assert_eq!(read(r#"{"maxDurationMs":600}"#).unwrap().verify().unwrap().shortest, 600);
        assert_eq!(read(r#"{"minDurationMs":9000}"#).unwrap().verify().unwrap().longest, 9_000);
    }
}
