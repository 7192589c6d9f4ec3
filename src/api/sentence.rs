//! A sentence with times and words, as dialects C and D write it (`docs/protocol.md` §5.4, §7.3).

use super::numbers::{amount, index};
use crate::json::View;
use crate::transcript::{Segment, Word};

/// Reads one sentence; `channel` counts where the sentence itself names none.
pub(crate) fn read(sentence: View<'_>, channel: Option<u32>) -> Segment {
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
    amount(place.get(name)).unwrap_or_default()
}
