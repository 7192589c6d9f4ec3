//! Which atoms are shown together, when, and on which lines.
//!
//! Where to cut is decided for a whole run at once, by what each cue would cost: cuts inside sentences cost, so do cues too
//! short to be read and cues that hold two sentences or a pause. What must not be (too wide, too long) has no price.

use super::atoms::{self, Atom};
use super::characters::Break;
use super::cuts::cheapest;
use super::options::{Layout, SubtitleOptions};
use super::runs::{Labels, Run, Voice, runs};
use super::times::Span;
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
    /// The name that stands beside the text.
    pub(super) name: Option<String>,
    pub(super) span: Span,
    pub(super) lines: Vec<String>,
}

/// Atoms that are shown together.
struct Piece {
    voice: Voice,
    /// Which run they are from.
    run: usize,
    atoms: Vec<Atom>,
}

impl Piece {
    fn spoken(&self) -> Span {
        let begin = self.atoms.first().map_or(0, |atom| atom.span.begin);
        Span { begin, end: self.atoms.last().map_or(begin, |atom| atom.span.end) }
    }

    fn reading_time(&self, layout: &Layout) -> i64 {
        reading_time(self.atoms.iter().map(Atom::columns_inside).sum(), layout)
    }
}

/// The cues of a transcript, one after the other.
pub(super) fn cues(transcript: &Transcript, options: &SubtitleOptions, naming: Naming) -> Result<Vec<Cue>, Error> {
    let layout = options.verify()?;
    let runs = runs(transcript, layout.columns);
    let labels = Labels::new(options, &runs);
    let mut pieces = by_time(runs, &layout);
    if naming == Naming::InText {
        pieces = named(pieces, labels, &layout);
    }
    let mut cues = Vec::with_capacity(pieces.len());
    let mut earliest = 0;
    for (index, piece) in pieces.iter().enumerate() {
        let span = shown(piece, earliest, pieces.get(index + 1..).unwrap_or_default(), &layout);
        earliest = span.end + layout.gap;
        let name = if naming == Naming::Beside { labels.name(piece.voice) } else { None };
        cues.push(Cue { name, span, lines: lines(&piece.atoms, &layout) });
    }
    Ok(cues)
}

/// Cuts all runs. Where people speak at once, their pieces take turns.
fn by_time(runs: Vec<Run>, layout: &Layout) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, run) in runs.into_iter().enumerate() {
        for atoms in cut(run.atoms, layout) {
            let piece = Piece { voice: run.voice, run: index, atoms };
            let begin = piece.spoken().begin;
            let at = pieces.partition_point(|other| other.spoken().begin <= begin);
            pieces.insert(at, piece);
        }
    }
    pieces
}

/// Puts the name of the voice before what it says wherever it changes, and cuts again, as the name takes its place.
fn named(pieces: Vec<Piece>, labels: Labels, layout: &Layout) -> Vec<Piece> {
    let mut named = Vec::with_capacity(pieces.len());
    let mut previous = None;
    let mut pieces = pieces.into_iter().peekable();
    while let Some(first) = pieces.next() {
        let Piece { voice, run, .. } = first;
        let mut atoms = match labels.name(voice) {
            Some(name) if previous != Some(voice) => label(&name, first.spoken().begin, layout.columns),
            _ => Vec::new(),
        };
        previous = Some(voice);
        atoms.extend(first.atoms);
        while let Some(next) = pieces.next_if(|next| next.run == run) {
            atoms.extend(next.atoms);
        }
        named.extend(cut(atoms, layout).into_iter().map(|atoms| Piece { voice, run, atoms }));
    }
    named
}

fn label(name: &str, begin: i64, columns: u32) -> Vec<Atom> {
    let mut label = atoms::atoms(&format!("{name}:"), &[], Span { begin, end: begin }, columns);
    for atom in &mut label {
        atom.after = Break::Label;
    }
    if let Some(last) = label.last_mut() {
        last.text.push(' ');
    }
    label
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
        self.line += atom.columns_inside();
        self.columns += atom.columns_inside();
    }
}

/// Milliseconds that so much text wants to be seen.
fn reading_time(columns: u32, layout: &Layout) -> i64 {
    let time = i64::from(columns) * 1_000 / i64::from(layout.speed);
    time.max(layout.shortest).max(1).min(layout.longest)
}

/// Cuts atoms into what is shown together.
fn cut(atoms: Vec<Atom>, layout: &Layout) -> Vec<Vec<Atom>> {
    let room = i64::from(layout.columns) * i64::from(layout.lines);
    let mut filling = Filling::default();
    let mut inside = 0;
    let mut cost = |from: usize, to: usize| {
        let (first, last) = (atoms.get(from)?, atoms.get(to - 1)?);
        if to == from + 1 {
            (filling, inside) = (Filling::default(), 0);
        } else if let Some(before) = atoms.get(to - 2) {
            let pause = last.span.begin - before.span.end;
            if pause >= LONG_PAUSE_MS {
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
        let end = atoms.get(to).map_or(0, |next| {
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
    let ends = cheapest(atoms.len(), &mut cost);
    let mut atoms = atoms.into_iter();
    let mut from = 0;
    let mut pieces = Vec::with_capacity(ends.len());
    for end in ends {
        pieces.push(atoms.by_ref().take(end - from).collect());
        from = end;
    }
    pieces
}

/// When a piece is shown: from its first sound to its last, longer if it takes longer to read, until the next one begins.
fn shown(piece: &Piece, earliest: i64, following: &[Piece], layout: &Layout) -> Span {
    let spoken = piece.spoken();
    let begin = spoken.begin.max(earliest);
    let readable = begin + piece.reading_time(layout);
    let mut end = spoken.end.max(readable);
    if let Some(next) = following.first() {
        let turn = next.spoken().begin;
        // Text takes its time even if others leave it none; they wait for it.
        let alone = (spoken.end - spoken.begin - layout.gap).max(FLASH_MS).min(layout.shortest).max(1);
        let mut latest = (turn - layout.gap).max(begin + alone);
        if turn < spoken.end {
            // Who is interrupted may be read to the end, unless the other one would come too late or too short.
            let after = following.get(1).map_or(i64::MAX, |after| after.spoken().begin);
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
fn lines(atoms: &[Atom], layout: &Layout) -> Vec<String> {
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
    let mut lines = Vec::new();
    let mut rest = atoms.iter();
    let mut from = 0;
    for end in cheapest(atoms.len(), &mut cost) {
        let line: String = rest.by_ref().take(end - from).map(|atom| atom.text.as_str()).collect();
        lines.push(line.trim_end().to_owned());
        from = end;
    }
    lines
}
