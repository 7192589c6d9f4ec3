//! Which atoms are shown together, when, and on which lines.
//!
//! Where to cut is decided for a whole run at once, by what each cue would cost: cuts inside sentences cost, so do cues too
//! short to be read and cues that hold two sentences or a pause. What must not be (too wide, too long) has no price.

use super::atoms::{Atom, Script};
use super::characters::Break;
use super::cuts::cheapest;
use super::options::{Layout, SubtitleOptions};
use super::script::script;
use super::times::{Span, insert};
use super::voices::Names;
use crate::error::Error;
use crate::transcript::Transcript;

/// A pause that no cue spans: what comes after it would be read long before it is said.
const LONG_PAUSE_MS: i64 = 1_500;

/// A pause that is no reason to cut, and a gap between cues that is filled: shorter ones only flicker.
const SHORT_PAUSE_MS: i64 = 300;

/// How late a text may come because somebody else still speaks.
const DELAY_MS: i64 = 1_500;

/// What a cue is given at least where others leave it no time (people who speak at once), if the options allow that little.
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
    show: &mut dyn FnMut(Cue),
) -> Result<(), Error> {
    let layout = options.verify()?;
    let mut script = script(transcript, layout.columns);
    let names = Names::new(options, &script.atoms);
    let mut pieces = by_time(&script.atoms, &layout);
    if naming == Naming::InText {
        script = named(&script, &pieces, names, &layout);
        pieces = pieces_of(&script.atoms, &layout);
    }
    let piece = |index: usize| {
        let (from, to) = pieces.get(index)?;
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

/// Atoms that are shown together, as the number of the first and of the one after the last.
type Range = (usize, usize);

fn pieces_of(atoms: &[Atom], layout: &Layout) -> Vec<Range> {
    let mut pieces = Vec::new();
    let mut from = 0;
    for to in cut(atoms, layout) {
        pieces.push((from, to));
        from = to;
    }
    pieces
}

/// What is shown together, by its begin: where people speak at once, they take turns.
fn by_time(atoms: &[Atom], layout: &Layout) -> Vec<Range> {
    let pieces = pieces_of(atoms, layout);
    let mut order = Vec::with_capacity(pieces.len());
    for (number, (from, _)) in pieces.iter().enumerate() {
        insert(&mut order, atoms.get(*from).map_or(0, |atom| atom.span.begin), number);
    }
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

/// Atoms that are shown together.
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

/// Counts how many lines a row of atoms needs when each takes as much as it can.
#[derive(Default)]
struct Filling {
    lines: u32,
    line: u32,
    columns: u32,
}

impl Filling {
    fn add(&mut self, atom: &Atom, layout: &Layout) {
        if self.lines == 0 || self.line + atom.columns > layout.columns {
            self.lines += 1;
            self.line = 0;
        }
        self.line += atom.spaced;
        self.columns += atom.spaced;
    }
}

/// Milliseconds that so much text wants to be seen.
fn reading_time(columns: u32, layout: &Layout) -> i64 {
    let time = i64::from(columns) * 1_000 / i64::from(layout.speed);
    time.max(layout.shortest).max(1).min(layout.longest)
}

/// Cuts atoms into what is shown together: the number of the atom after each piece.
fn cut(atoms: &[Atom], layout: &Layout) -> Vec<usize> {
    let room = i64::from(layout.columns) * i64::from(layout.lines);
    let mut filling = Filling::default();
    let mut inside = 0;
    let mut cost = |from: usize, to: usize| {
        let (first, last) = (atoms.get(from)?, atoms.get(to - 1)?);
        if to == from + 1 {
            (filling, inside) = (Filling::default(), 0);
        } else if let Some(before) = atoms.get(to - 2) {
            let pause = last.span.begin - before.span.end;
            if pause >= LONG_PAUSE_MS || last.run != before.run {
                return None;
            }
            inside += (pause - SHORT_PAUSE_MS).max(0) / 5 + if before.after == Break::Sentence { 100 } else { 0 };
        }
        filling.add(last, layout);
        let too_fast = i64::from(filling.columns) * 1_000 > layout.longest * i64::from(layout.speed);
        let too_long = last.span.end - first.span.begin > layout.longest;
        if to > from + 1 && (filling.lines > layout.lines || too_fast || too_long) {
            return None;
        }
        let columns = i64::from(filling.columns);
        let balance = 80 * columns * columns / (room * room);
        let next = atoms.get(to).filter(|next| next.run == last.run);
        let end = next.map_or(0, |next| {
            let pause = next.span.begin - last.span.end;
            let time = (next.span.begin - layout.gap - first.span.begin).min(layout.longest);
            let lacking = (reading_time(filling.columns, layout) - time).max(0);
            let place = match last.after {
                Break::Sentence => 0,
                Break::Clause => 60,
                Break::Word => 160,
                Break::Inside => 220,
                Break::Label => 10_000,
            };
            (place - pause / 12).max(0) + lacking / 4
        });
        Some(60 + inside + balance + end)
    };
    cheapest(atoms.len(), &mut cost)
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
        if latest - end < SHORT_PAUSE_MS {
            end = latest;
        }
    }
    Span { begin, end: end.min(begin + layout.longest) }
}

/// The lines of a cue: as few as possible, then alike in width, then parted at good places.
fn lines(script: &Script, atoms: &[Atom], layout: &Layout) -> String {
    const LINE: i64 = 1_000_000;
    let widest = i64::from(layout.columns);
    let mut filling = Filling::default();
    let mut cost = |from: usize, to: usize| {
        let last = atoms.get(to - 1)?;
        if to == from + 1 {
            filling = Filling::default();
        }
        filling.add(last, layout);
        if filling.lines > 1 {
            return None;
        }
        let columns = i64::from(filling.columns);
        let place = match last.after {
            _ if to == atoms.len() => 0,
            Break::Sentence => 0,
            Break::Clause => 40,
            Break::Word => 170,
            Break::Inside => 400,
            Break::Label => 2_000,
        };
        Some(LINE + 1_000 * columns * columns / (widest * widest) + place)
    };
    let mut lines = String::new();
    let mut from = 0;
    for to in cheapest(atoms.len(), &mut cost) {
        if from > 0 {
            lines.push('\n');
        }
        for atom in atoms.get(from..to).unwrap_or_default() {
            lines.push_str(script.text(atom));
        }
        if lines.ends_with(' ') {
            lines.pop();
        }
        from = to;
    }
    lines
}
