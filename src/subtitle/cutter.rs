//! From texts to atoms: parted where a line may end, and where they are wider than a line.

use super::atoms::{Atom, Script};
use super::breaks::{Break, Place, may_part, rate};
use super::characters::is_sounding;
use super::times::{Span, Times};
use super::units::units;
use super::voices::Voice;
use super::width::{self, Measure};
use super::words::{WordEnds, Words};
use crate::transcript::Word;

impl Script {
    /// Parts a tidy text, said from the begin to the end of `span`, into atoms of at most `columns`.
    pub(super) fn add(
        &mut self,
        text: &str,
        words: &[Word],
        span: Span,
        voice: Voice,
        columns: u32,
        dictionary: WordEnds<'_>,
    ) {
        if self.take_marks(text, voice, columns) {
            return;
        }
        let run = self.join(text, voice);
        let (words, times) = Words::find(text, words, span, dictionary);
        let mut cutter = Cutter { columns, times: &times, words: &words, at: 0, voice, run, script: self };
        // A mark never stands alone: the place to part is known when something sounds behind it.
        let (mut start, mut place, mut sounds) = (0, None, false);
        let mut before = None;
        for unit in units(text) {
            if let Some(before) = before
                && !unit.bound
                && let known = words.place(unit.at)
                && may_part(before, unit.first, known)
            {
                if sounds && let Some((end, next, known)) = place {
                    let piece = text.get(start..end).unwrap_or_default();
                    cutter.cut(piece, start, rate(piece, Some(next), known));
                    start = end;
                }
                if sounds || place.is_some() {
                    place = Some((unit.at, unit.first, known));
                }
                sounds = false;
            }
            sounds |= unit.sounds;
            before = Some(unit.last);
        }
        if sounds && let Some((end, next, known)) = place {
            let piece = text.get(start..end).unwrap_or_default();
            cutter.cut(piece, start, rate(piece, Some(next), known));
            start = end;
        }
        let piece = text.get(start..).unwrap_or_default();
        cutter.cut(piece, start, rate(piece, None, Place::Unknown));
    }

    /// Adds the name of a voice, which takes no time and stays with what it says.
    pub(super) fn add_name(&mut self, name: &str, begin: i64, voice: Voice, run: usize, columns: u32) {
        let (times, words) = (Times::new(Span { begin, end: begin }, 0), Words::default());
        Cutter { columns, times: &times, words: &words, at: 0, voice, run, script: self }.cut(name, 0, Break::Label);
    }
}

struct Cutter<'a> {
    columns: u32,
    times: &'a Times,
    words: &'a Words,
    /// Columns of all that was cut.
    at: u32,
    voice: Voice,
    run: usize,
    script: &'a mut Script,
}

impl Cutter<'_> {
    /// Makes an atom of a piece, which begins at `start`, or several where it is wider than a line.
    fn cut(&mut self, mut piece: &str, mut start: usize, after: Break) {
        let mut measure = width::measure(piece);
        let mut left = measure.columns;
        if left > self.columns {
            let last_sound = piece.char_indices().rfind(|(_, letter)| is_sounding(*letter)).map(|(at, _)| start + at);
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
