//! From a transcript to all that is said, in the order of time.
//!
//! The service cuts its segments at silence, not at the ends of sentences, so segments of one voice that follow each other
//! become one run, and sentences that go on in the next segment stay whole.

use super::atoms::{self, Script};
use super::times::{Span, in_order, time};
use super::voices::Voice;
use super::width;
use super::words::WordEnds;
use crate::transcript::{Segment, Transcript};

/// Columns that are said in a second, where nothing tells how long something took: 150 English words a minute, each of six
/// characters with its space (and of Chinese, at two columns each, nearly eight characters).
const SPOKEN_COLUMNS: i64 = 15;

/// All that is said. No atom is wider than `columns`.
pub(super) fn script(transcript: &Transcript, columns: u32, dictionary: WordEnds<'_>) -> Script {
    let script = script_of(&transcript.segments, columns, dictionary);
    if !script.atoms.is_empty() {
        return script;
    }
    // Without segments all that is known is that it was said in the audio that was billed.
    let end_ms = transcript.duration.unwrap_or_default() * 1_000.0;
    script_of(&[Segment { text: transcript.text.clone(), end_ms, ..Segment::default() }], columns, dictionary)
}

fn script_of(segments: &[Segment], columns: u32, dictionary: WordEnds<'_>) -> Script {
    let mut spoken = Vec::with_capacity(segments.len());
    let mut order = Vec::with_capacity(segments.len());
    let mut latest = 0;
    for (index, segment) in segments.iter().enumerate() {
        let text = atoms::text_of(&segment.text, &segment.words);
        let following = segments.get(index + 1).and_then(|next| time(next.begin_ms));
        let span = span_of(segment, &text, latest, following);
        if !text.is_empty() {
            latest = span.end;
            order.push((span.begin, spoken.len()));
            spoken.push((segment, text, span));
        }
    }
    let mut script = Script::default();
    for (_, index) in in_order(order) {
        if let Some((segment, text, span)) = spoken.get(index) {
            script.add(text, &segment.words, *span, Voice::of(segment), columns, dictionary);
        }
    }
    script
}

/// When a segment is said: as it says itself, else as its words say, else after the one before it, at a usual speed.
fn span_of(segment: &Segment, text: &str, latest: i64, following: Option<i64>) -> Span {
    let (mut begin, mut end) = (time(segment.begin_ms), time(segment.end_ms));
    let mut last_word = None;
    for word in &segment.words {
        begin = begin.or(time(word.begin_ms));
        last_word = last_word.max(time(word.end_ms));
    }
    let begin = begin.unwrap_or(latest);
    for other in [end, last_word] {
        end = end.filter(|end| *end > begin).or(other);
    }
    let end = end.filter(|end| *end > begin).unwrap_or_else(|| {
        let usual = begin + (i64::from(width::of(text)) * 1_000 / SPOKEN_COLUMNS).max(1);
        following.filter(|next| *next > begin).map_or(usual, |next| next.min(usual))
    });
    Span { begin, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(text: &str, begin_ms: f64, end_ms: f64) -> Segment {
        Segment { text: text.to_owned(), begin_ms, end_ms, ..Segment::default() }
    }

    /// The text of each run.
    fn runs(segments: &[Segment]) -> Vec<String> {
        let script = script_of(segments, 42, &|_| Vec::new());
        let mut runs = Vec::new();
        for atom in &script.atoms {
            runs.resize(atom.run + 1, String::new());
            runs[atom.run].push_str(script.text(atom));
        }
        runs
    }

    #[test]
    fn segments_are_joined_in_order_of_time_with_a_space_where_letters_need_one() {
        let went = segment("and went.", 5_000.0, 6_000.0);
        assert_eq!(
            runs(&[went, segment("I came", 0.0, 1_000.0), segment(" ", 7_000.0, 8_000.0)]),
            ["I came and went."]
        );
        let hello = segment("你好，", 0.0, 1_000.0);
        assert_eq!(
            runs(&[hello, segment("世界", 1_000.0, 2_000.0), segment("안녕", 2_000.0, 3_000.0)]),
            ["你好，世界안녕"]
        );
    }

    #[test]
    fn another_voice_is_another_run() {
        let said = |text, begin_ms, speaker| Segment { speaker_id: speaker, ..segment(text, begin_ms, begin_ms + 9.0) };
        let segments =
            [said("a", 0.0, Some(0)), said("b", 10.0, Some(0)), said("c", 20.0, None), said("d", 30.0, Some(0))];
        assert_eq!(runs(&segments), ["a b", "c", "d"]);
    }

    #[test]
    fn segments_without_times_are_put_one_after_the_other() {
        // One atom each.
        let spans = |segments: &[Segment]| -> Vec<(i64, i64)> {
            script_of(segments, 42, &|_| Vec::new()).atoms.iter().map(|atom| (atom.span.begin, atom.span.end)).collect()
        };
        let fifteen = "fifteen_columns";
        let segments =
            [segment(fifteen, f64::NAN, -1.0), segment(fifteen, f64::NAN, 0.0), segment(fifteen, 2_500.0, 9.0)];
        assert_eq!(spans(&segments), [(0, 1_000), (1_000, 2_000), (2_500, 3_500)]);
        let segments = [segment(fifteen, 0.0, 0.0), segment(fifteen, 400.0, 500.0)];
        assert_eq!(spans(&segments), [(0, 400), (400, 500)]);
    }

    #[test]
    fn a_text_without_segments_is_spread_over_the_audio() {
        let whole = Transcript { text: "one two".to_owned(), duration: Some(7.0), ..Transcript::default() };
        let begins: Vec<_> = script(&whole, 42, &|_| Vec::new()).atoms.iter().map(|atom| atom.span.begin).collect();
        assert_eq!(begins, [0, 4_000]);
    }
}
