//! From pieces of text that may be parted from each other to atoms, none of them wider than a line.

use super::atoms::{Atom, Script};
use super::breaks::Break;
use super::characters::is_sounding;
use super::times::Times;
use super::units::units;
use super::voices::Voice;
use super::width::{self, Measure};
use super::words::Words;

pub(super) struct Cutter<'a> {
    pub(super) columns: u32,
    pub(super) times: &'a Times,
    pub(super) words: &'a Words,
    /// Columns of all that was cut.
    pub(super) at: u32,
    pub(super) voice: Voice,
    pub(super) run: usize,
    pub(super) script: &'a mut Script,
}

impl Cutter<'_> {
    /// Makes an atom of a piece, which begins at `start`, or several where it is wider than a line.
    pub(super) fn cut(&mut self, mut piece: &str, mut start: usize, after: Break) {
        let mut measure = width::measure(piece);
        let mut left = measure.columns;
        if left > self.columns {
            let last_sound = piece.rfind(is_sounding).map(|at| start + at);
            while let Some((head, rest)) = self.fitting(piece, start, last_sound, left) {
                measure = width::measure(head);
                left -= measure.spaced.min(left);
                self.push(head, measure, if after == Break::Label { after } else { Break::Inside });
                start += head.len();
                piece = rest;
            }
            measure = width::measure(piece);
        }
        self.push(piece, measure, after);
    }

    fn push(&mut self, piece: &str, Measure { columns, spaced, sound }: Measure, after: Break) {
        let span = self.times.span(self.at + sound.0, self.at + sound.1);
        self.at += spaced;
        let (voice, run) = (self.voice, self.run);
        self.script.push(piece, Atom { columns, spaced, span, after, voice, run, ..Atom::default() });
    }

    /// Parts a piece, which is too wide, after what goes on a line. Best is the end of a word, then a place where nothing
    /// is bound together; on both sides something is heard, if anything is. `None` where all of it fits.
    fn fitting<'p>(
        &self,
        piece: &'p str,
        start: usize,
        last_sound: Option<usize>,
        left: u32,
    ) -> Option<(&'p str, &'p str)> {
        if left <= self.columns {
            return None;
        }
        // Behind the last sound there are only marks left.
        let marks = last_sound.is_none_or(|last| last < start);
        let (mut wide, mut heard, mut word, mut good) = (0, marks, 0, 0);
        for unit in units(piece) {
            // A space goes with what stands before it; at the end of a line nobody sees it.
            let space = unit.first.is_whitespace();
            if !unit.bound && heard && (marks || last_sound.is_some_and(|last| start + unit.at <= last)) {
                good = unit.at;
                if self.words.ends_at(start + unit.at) {
                    word = unit.at;
                }
            }
            wide += unit.columns;
            if wide > self.columns && !space && unit.at > 0 {
                let at = [word, good].into_iter().find(|at| *at > 0).unwrap_or(unit.at);
                return piece.split_at_checked(at);
            }
            heard |= unit.sounds;
        }
        None
    }
}
