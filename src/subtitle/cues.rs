//! What is shown, and from when to when.

use super::atoms::{Atom, Script};
use super::lines::lines;
use super::options::{Layout, SubtitleOptions};
use super::pieces::{Range, pieces, reading_time};
use super::script::script;
use super::times::{Span, in_order};
use super::voices::Names;
use super::words::WordEnds;
use crate::error::Error;
use crate::transcript::Transcript;

/// A gap between cues that is filled, as shorter ones only flicker: half a second, gap included (Netflix's Subtitle Timing
/// Guidelines, "closing gaps").
const FLICKER_MS: i64 = 500;

/// How late a text may come because somebody else still speaks. The BBC lets subtitles hang on as long after the speech.
const DELAY_MS: i64 = 1_500;

/// What a cue is given at least, a glance of the eye, where others leave it no time (people who speak at once), if the options allow that little.
const FLASH_MS: i64 = 250;

/// Where the name of the voice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// Beside each cue.
    Beside,
    /// In the text, where the voice changes.
    InText,
}

/// What is shown at one time.
#[derive(Debug)]
pub(super) struct Cue {
    /// The name that stands beside the text; empty where there is none.
    pub(super) name: String,
    pub(super) span: Span,
    /// One line or more, none of them empty.
    pub(super) text: String,
}

/// Hands the cues of a transcript to `show`, one after the other.
pub(super) fn cues(
    transcript: &Transcript,
    options: &SubtitleOptions,
    naming: Naming,
    dictionary: WordEnds<'_>,
    show: &mut dyn FnMut(Cue),
) -> Result<(), Error> {
    let layout = options.verify()?;
    let mut script = script(transcript, layout.columns, dictionary);
    let names = Names::new(options, script.atoms.iter().map(|atom| atom.voice));
    let mut ranges = by_time(&script.atoms, &layout);
    if naming == Naming::InText {
        script = named(&script, &ranges, names, &layout);
        ranges = pieces(&script.atoms, &layout);
    }
    let piece = |index: usize| {
        let (from, to) = ranges.get(index)?;
        Piece::new(script.atoms.get(*from..*to)?)
    };
    let (mut index, mut earliest) = (0, 0);
    while let Some(this) = piece(index) {
        index += 1;
        let span = shown(&this, earliest, piece(index), piece(index + 1), &layout);
        earliest = span.end + layout.gap;
        let name = if naming == Naming::Beside { names.name(this.first.voice) } else { String::new() };
        show(Cue { name, span, text: lines(&script, this.atoms, &layout) });
    }
    Ok(())
}

/// What is shown together, by its begin: where people speak at once, they take turns.
fn by_time(atoms: &[Atom], layout: &Layout) -> Vec<Range> {
    let pieces = pieces(atoms, layout);
    let begin = |from: &usize| atoms.get(*from).map_or(0, |atom| atom.span.begin);
    let order = in_order(pieces.iter().enumerate().map(|(number, (from, _))| (begin(from), number)).collect());
    let mut ordered = Vec::with_capacity(pieces.len());
    for (_, number) in order {
        ordered.extend_from_slice(pieces.get(number..=number).unwrap_or_default());
    }
    ordered
}

/// The script in the order of its pieces, with the name of the voice wherever it changes.
fn named(script: &Script, pieces: &[Range], names: Names, layout: &Layout) -> Script {
    let mut renewed = Script::default();
    let mut previous: Option<Atom> = None;
    let mut run = 0;
    for (from, to) in pieces {
        for atom in script.atoms.get(*from..*to).unwrap_or_default() {
            let goes_on = previous.is_some_and(|previous| previous.run == atom.run);
            if !goes_on {
                run += 1;
            }
            if previous.is_none_or(|previous| previous.voice != atom.voice) {
                let mut name = names.name(atom.voice);
                if !name.is_empty() {
                    name.push_str(": ");
                    renewed.add_name(&name, atom.span.begin, atom.voice, run, layout.columns);
                }
            }
            renewed.copy(script, atom, run);
            previous = Some(*atom);
        }
    }
    renewed
}

/// What is shown together.
struct Piece<'a> {
    atoms: &'a [Atom],
    first: &'a Atom,
    /// Begin and end of the sound.
    spoken: Span,
}

impl<'a> Piece<'a> {
    fn new(atoms: &'a [Atom]) -> Option<Self> {
        let (first, last) = (atoms.first()?, atoms.last()?);
        Some(Self { atoms, first, spoken: Span { begin: first.span.begin, end: last.span.end } })
    }

    fn reading_time(&self, layout: &Layout) -> i64 {
        let mut columns = 0;
        for atom in self.atoms {
            columns += atom.spaced;
        }
        reading_time(columns, layout)
    }
}

/// When a piece is shown: from its first sound to its last, longer if it takes longer to read, until the next one begins.
fn shown(piece: &Piece<'_>, earliest: i64, next: Option<Piece<'_>>, after: Option<Piece<'_>>, layout: &Layout) -> Span {
    let spoken = piece.spoken;
    let begin = spoken.begin.max(earliest);
    let readable = begin + piece.reading_time(layout);
    let mut end = spoken.end.max(readable);
    if let Some(next) = next {
        let turn = next.spoken.begin;
        // Text takes its time even if others leave it none; they wait for it.
        let alone = (spoken.end - spoken.begin - layout.gap).max(FLASH_MS).min(layout.shortest).max(1);
        let mut latest = (turn - layout.gap).max(begin + alone);
        if turn < spoken.end {
            // Who is interrupted may be read to the end, unless the other one would come too late or too short.
            let after = after.map_or(i64::MAX, |after| after.spoken.begin);
            let room = after - layout.gap - next.reading_time(layout) - layout.gap;
            latest = latest.max(readable.min(turn + DELAY_MS).min(room));
        }
        if latest - end <= FLICKER_MS - layout.gap {
            end = latest;
        }
    }
    Span { begin, end: end.min(begin + layout.longest) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::Segment;

    fn check(segments: &[(u32, &str, f64, f64)], expected: &[(i64, i64, &str)]) {
        let segment = |(speaker, text, begin_ms, end_ms): &(u32, &str, f64, f64)| Segment {
            text: (*text).to_owned(),
            begin_ms: *begin_ms,
            end_ms: *end_ms,
            speaker_id: Some(*speaker),
            ..Segment::default()
        };
        let transcript = Transcript { segments: segments.iter().map(segment).collect(), ..Transcript::default() };
        let mut shown = Vec::new();
        let options = SubtitleOptions { speaker_labels: Some(false), ..SubtitleOptions::default() };
        cues(&transcript, &options, Naming::InText, &|_| Vec::new(), &mut |cue| {
            shown.push((cue.span.begin, cue.span.end, cue.text));
        })
        .unwrap();
        let expected: Vec<_> = expected.iter().map(|(begin, end, text)| (*begin, *end, (*text).to_owned())).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_cue_stays_until_it_is_read_or_the_next_one_comes() {
        check(&[(0, "Yes.", 0.0, 300.0)], &[(0, 1_000, "Yes.")]);
        check(&[(0, "Yes.", 0.0, 300.0), (1, "No.", 800.0, 1_000.0)], &[(0, 720, "Yes."), (800, 1_800, "No.")]);
        let forty = "Forty columns are read in two seconds...";
        check(&[(0, forty, 0.0, 500.0)], &[(0, 2_000, forty)]);
    }

    #[test]
    fn a_short_gap_is_closed_and_a_long_one_is_not() {
        check(&[(0, "Yes.", 0.0, 1_500.0), (1, "No.", 1_800.0, 3_000.0)], &[(0, 1_720, "Yes."), (1_800, 3_000, "No.")]);
        check(&[(0, "Yes.", 0.0, 1_500.0), (1, "No.", 2_000.0, 3_000.0)], &[(0, 1_920, "Yes."), (2_000, 3_000, "No.")]);
        check(&[(0, "Yes.", 0.0, 1_500.0), (1, "No.", 2_001.0, 3_001.0)], &[(0, 1_500, "Yes."), (2_001, 3_001, "No.")]);
    }

    #[test]
    fn who_interrupts_waits_until_the_other_one_is_read_but_not_long() {
        let forty = "Forty columns are read in two seconds...";
        check(&[(0, forty, 0.0, 5_000.0), (1, "No.", 1_500.0, 2_000.0)], &[(0, 2_000, forty), (2_080, 3_080, "No.")]);
        check(&[(0, forty, 0.0, 5_000.0), (1, "No.", 200.0, 600.0)], &[(0, 1_700, forty), (1_780, 2_780, "No.")]);
        // All at once: each is seen.
        let at_once = [(0, "a.", 0.0, 0.0), (1, "b.", 0.0, 0.0), (0, "c.", 0.0, 0.0)];
        check(&at_once, &[(0, 250, "a."), (330, 1_330, "b."), (1_410, 2_410, "c.")]);
    }

    #[test]
    fn a_cue_of_one_endless_word_ends_all_the_same() {
        check(&[(0, "Aah", 0.0, 60_000.0)], &[(0, 7_000, "Aah")]);
    }
}
