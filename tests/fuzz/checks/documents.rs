//! Transcripts as users bring them, put together by hand or by other programs: JSON, to subtitles and back.
//!
//! Two bytes choose the options, the rest is the JSON.

use super::choices::Choices;
use super::subtitles;
use crate::json::Json;
use crate::subtitle::{SubtitleOptions, from_json, to_json};

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let options = SubtitleOptions {
        max_characters_per_line: Some(choices.one(&[4, 10, 42, 1_000])),
        max_lines: Some(choices.one(&[1, 2, 10])),
        ..SubtitleOptions::default()
    };
    let Some(json) = Json::parse_bytes(choices.rest()) else { return };
    match from_json(json.view()) {
        Ok(transcript) => {
            let written = to_json(&transcript);
            let again = Json::parse(&written).and_then(|json| from_json(json.view()).ok());
            assert_eq!(again.as_ref().map(to_json).as_deref(), Some(&written[..]));
            subtitles::judge(&transcript, &options, false);
        }
        Err(error) => assert!(error.field().is_some(), "no place is named: {error}"),
    }
}
