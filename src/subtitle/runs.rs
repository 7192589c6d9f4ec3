//! A transcript as runs: stretches in which one voice speaks, in the order of time.
//!
//! The service cuts its segments at silence, not at the ends of sentences, so segments of one voice that follow each other
//! become one run, and sentences that go on in the next segment stay whole.

use super::atoms::{self, Atom};
use super::characters::is_ideographic;
use super::options::SubtitleOptions;
use super::times::{Span, time};
use super::width;
use crate::transcript::{Segment, Transcript};

/// Columns that are said in a second, where nothing tells how long something took.
const SPOKEN_COLUMNS: i64 = 15;

/// Whose voice it is, as far as the service tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Voice {
    channel: Option<u32>,
    speaker: Option<u32>,
}

/// What one voice says in one go.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) voice: Voice,
    pub(super) atoms: Vec<Atom>,
}

/// Which names are shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels {
    channels: bool,
    speakers: bool,
}

impl Labels {
    /// What the caller wants, or what is of use.
    pub(super) fn new(options: &SubtitleOptions, runs: &[Run]) -> Self {
        let several = |of: fn(&Voice) -> Option<u32>| {
            let mut known = runs.iter().filter_map(|run| of(&run.voice));
            known.next().is_some_and(|first| known.any(|other| other != first))
        };
        Self {
            channels: options.channel_labels.unwrap_or_else(|| several(|voice| voice.channel)),
            speakers: options.speaker_labels.unwrap_or_else(|| several(|voice| voice.speaker)),
        }
    }

    /// The name of a voice. People count from one, the service from zero.
    pub(super) fn name(self, voice: Voice) -> Option<String> {
        let channel =
            voice.channel.filter(|_| self.channels).map(|channel| format!("Channel {}", u64::from(channel) + 1));
        let speaker =
            voice.speaker.filter(|_| self.speakers).map(|speaker| format!("Speaker {}", u64::from(speaker) + 1));
        match (channel, speaker) {
            (Some(channel), Some(speaker)) => Some(format!("{channel}, {speaker}")),
            (channel, speaker) => channel.or(speaker),
        }
    }
}

/// All that is said. No atom is wider than `columns`.
pub(super) fn runs(transcript: &Transcript, columns: u32) -> Vec<Run> {
    let runs = runs_of(&transcript.segments, columns);
    if !runs.is_empty() {
        return runs;
    }
    // Without segments all that is known is that it was said in the audio that was billed.
    let end_ms = transcript.duration.unwrap_or_default() * 1_000.0;
    let whole = Segment { text: transcript.text.clone(), end_ms, ..Segment::default() };
    runs_of(&[whole], columns)
}

fn runs_of(segments: &[Segment], columns: u32) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for spoken in in_order(segments) {
        let mut atoms = atoms::atoms(&spoken.text, &spoken.segment.words, spoken.span, columns);
        match runs.last_mut() {
            Some(run) if run.voice == spoken.voice => {
                join(run, &mut atoms);
                run.atoms.append(&mut atoms);
            }
            _ => runs.push(Run { voice: spoken.voice, atoms }),
        }
    }
    runs
}

/// Makes atoms fit to follow a run: a space between the texts, and times that do not run backwards.
fn join(run: &mut Run, atoms: &mut [Atom]) {
    let (Some(last), Some(first)) = (run.atoms.last_mut(), atoms.first()) else { return };
    let ideographic = |character: Option<char>| character.is_some_and(is_ideographic);
    if !ideographic(last.text.chars().next_back()) && !ideographic(first.text.chars().next()) {
        last.text.push(' ');
    }
    let earliest = last.span.begin;
    for atom in atoms {
        atom.span.begin = atom.span.begin.max(earliest);
        atom.span.end = atom.span.end.max(atom.span.begin);
    }
}

struct Spoken<'a> {
    segment: &'a Segment,
    voice: Voice,
    text: String,
    span: Span,
}

/// The segments that say something, by their begin.
fn in_order(segments: &[Segment]) -> Vec<Spoken<'_>> {
    let mut ordered: Vec<Spoken<'_>> = Vec::new();
    let mut latest = 0;
    for (index, segment) in segments.iter().enumerate() {
        let text = atoms::text_of(&segment.text, &segment.words);
        if text.is_empty() {
            continue;
        }
        let following = segments.get(index + 1).and_then(|next| time(next.begin_ms));
        let span = span_of(segment, width::of(&text), latest, following);
        latest = span.end;
        let at = ordered.partition_point(|other| other.span.begin <= span.begin);
        ordered.insert(at, Spoken { segment, voice: voice_of(segment), text, span });
    }
    ordered
}

fn voice_of(segment: &Segment) -> Voice {
    Voice { channel: segment.channel_id, speaker: segment.speaker_id }
}

/// When a segment is said: as it says itself, else as its words say, else after the one before it, at a usual speed.
fn span_of(segment: &Segment, columns: u32, latest: i64, following: Option<i64>) -> Span {
    let begin = time(segment.begin_ms).or_else(|| segment.words.iter().find_map(|word| time(word.begin_ms)));
    let begin = begin.unwrap_or(latest);
    let later = |end: &i64| *end > begin;
    let last_word = || segment.words.iter().filter_map(|word| time(word.end_ms)).filter(later).max();
    let end = time(segment.end_ms).filter(later).or_else(last_word).unwrap_or_else(|| {
        let usual = begin + (i64::from(columns) * 1_000 / SPOKEN_COLUMNS).max(1);
        following.filter(later).unwrap_or(usual).min(usual)
    });
    Span { begin, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(text: &str, begin_ms: f64, end_ms: f64) -> Segment {
        Segment { text: text.to_owned(), begin_ms, end_ms, ..Segment::default() }
    }

    fn text(run: &Run) -> String {
        run.atoms.iter().map(|atom| atom.text.as_str()).collect()
    }

    #[test]
    fn segments_are_joined_in_order_of_time_with_a_space_where_letters_need_one() {
        let segments =
            [segment("and went.", 5_000.0, 6_000.0), segment("I came", 0.0, 1_000.0), segment(" ", 7_000.0, 8_000.0)];
        let runs = runs_of(&segments, 42);
        assert_eq!(runs.iter().map(text).collect::<Vec<_>>(), ["I came and went."]);
        let segments =
            [segment("你好，", 0.0, 1_000.0), segment("世界", 1_000.0, 2_000.0), segment("안녕", 2_000.0, 3_000.0)];
        assert_eq!(text(&runs_of(&segments, 42)[0]), "你好，世界안녕");
    }

    #[test]
    fn segments_without_times_are_put_one_after_the_other() {
        let spans = |segments: &[Segment]| -> Vec<(i64, i64)> {
            in_order(segments).iter().map(|spoken| (spoken.span.begin, spoken.span.end)).collect()
        };
        let fifteen = "fifteen columns";
        let segments =
            [segment(fifteen, f64::NAN, -1.0), segment(fifteen, f64::NAN, 0.0), segment(fifteen, 2_500.0, 9.0)];
        assert_eq!(spans(&segments), [(0, 1_000), (1_000, 2_000), (2_500, 3_500)]);
        let segments = [segment(fifteen, 0.0, 0.0), segment(fifteen, 400.0, 500.0)];
        assert_eq!(spans(&segments), [(0, 400), (400, 500)]);
    }

    #[test]
    fn a_text_without_segments_is_spread_over_the_audio() {
        let whole = Transcript { text: "one two".to_owned(), duration: Some(7.0), ..Transcript::default() };
        let runs = runs(&whole, 42);
        assert_eq!(runs[0].atoms.iter().map(|atom| atom.span.begin).collect::<Vec<_>>(), [0, 4_000]);
    }
}
