//! A sentence with times and words, as dialects C and D write it (`protocol.md` §5.4, §7.3).

use crate::json::View;
use crate::transcript::{Segment, Word};

/// Reads one sentence; `channel` counts where the sentence itself names none.
pub(super) fn read(sentence: View<'_>, channel: Option<u32>) -> Segment {
    let begin_ms = millis(sentence, "begin_time");
    Segment {
        text: sentence.get("text").str().unwrap_or_default().to_owned(),
        begin_ms,
        // A sentence that is still being spoken has no end yet.
        end_ms: millis(sentence, "end_time").max(begin_ms),
        language: sentence.get("language").word(),
        emotion: sentence.get("emotion").word(),
        speaker_id: index(sentence.get("speaker_id")),
        channel_id: index(sentence.get("channel_id")).or(channel),
        words: sentence.get("words").items().map(word).collect(),
    }
}

fn word(word: View<'_>) -> Word {
    Word {
        text: word.get("text").str().unwrap_or_default().to_owned(),
        begin_ms: millis(word, "begin_time"),
        end_ms: millis(word, "end_time"),
        punctuation: word.get("punctuation").str().unwrap_or_default().to_owned(),
    }
}

fn millis(place: View<'_>, name: &str) -> f64 {
    place.get(name).number().unwrap_or_default()
}

/// A small whole number: a channel, a speaker.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
pub(super) fn index(place: View<'_>) -> Option<u32> {
    place.number().filter(|number| (0.0..=f64::from(u32::MAX)).contains(number)).map(|number| number as u32)
}
