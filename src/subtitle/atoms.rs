//! What is said as atoms: the pieces of text that are never parted, each with the time at which it is said.
//!
//! The text is the segment's own; its words only tell when which part of it is said, and where CJK may be parted. So
//! nothing is lost where the service left a word out of its list, and no space is added or dropped.

use super::characters::{Break, Place, are_bound, is_ideographic, is_sounding, may_part, rate};
use super::times::{Span, Times};
use super::voices::Voice;
use super::width;
use crate::transcript::Word;

/// How many bytes ahead a word of the list is looked for. Further away it is another one.
const SEARCH_AHEAD: usize = 64;

/// A piece of text that is shown at once and on one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Atom {
    /// Where its text begins in the script, and where it ends, with the space after it if there is one.
    start: usize,
    end: usize,
    /// Columns without the space after it.
    pub(super) columns: u32,
    /// Columns with the space after it.
    pub(super) spaced: u32,
    /// Begin and end of its sound.
    pub(super) span: Span,
    /// How good the place after it is for parting.
    pub(super) after: Break,
    pub(super) voice: Voice,
    /// Number of the stretch of speech that it is from. Atoms of different runs are never shown together.
    pub(super) run: usize,
}

/// All that is said.
#[derive(Debug, Default)]
pub(super) struct Script {
    text: String,
    pub(super) atoms: Vec<Atom>,
}

impl Script {
    pub(super) fn text(&self, atom: &Atom) -> &str {
        self.text.get(atom.start..atom.end).unwrap_or_default()
    }

    /// Parts a tidy text, said from the begin to the end of `span`, into atoms of at most `columns`.
    pub(super) fn add(&mut self, text: &str, words: &[Word], span: Span, voice: Voice, columns: u32) {
        let run = self.join(text, voice);
        let (times, places) = find_words(text, words, span);
        let mut cutter = Cutter { columns, times: &times, at: 0, voice, run, script: self };
        let mut places = places.as_slice();
        let (mut start, mut before) = (0, None);
        for (at, character) in text.char_indices() {
            while let [(_, end), rest @ ..] = places
                && *end < at
            {
                places = rest;
            }
            let place = match places.first() {
                Some((first, end)) if *first == at || *end == at => Place::Edge,
                Some((first, _)) if *first < at => Place::Inside,
                _ => Place::Unknown,
            };
            if before.is_some_and(|before| may_part(before, character, place)) {
                let piece = text.get(start..at).unwrap_or_default();
                cutter.cut(piece, rate(piece, Some(character), place));
                start = at;
            }
            before = Some(character);
        }
        let piece = text.get(start..).unwrap_or_default();
        cutter.cut(piece, rate(piece, None, Place::Unknown));
    }

    /// Adds the name of a voice, which takes no time and stays with what it says.
    pub(super) fn add_name(&mut self, name: &str, begin: i64, voice: Voice, run: usize, columns: u32) {
        let times = Times::new(Span { begin, end: begin });
        Cutter { columns, times: &times, at: 0, voice, run, script: self }.cut(name, Break::Label);
    }

    /// Adds an atom of another script, as part of another run.
    pub(super) fn copy(&mut self, other: &Self, atom: &Atom, run: usize) {
        let start = self.text.len();
        self.text.push_str(other.text(atom));
        self.atoms.push(Atom { start, end: self.text.len(), run, ..*atom });
    }

    /// The run of a text that follows: the last one where the same voice goes on, after a space where letters need one.
    fn join(&mut self, text: &str, voice: Voice) -> usize {
        let Some(last) = self.atoms.last_mut() else { return 0 };
        if last.voice != voice {
            return last.run + 1;
        }
        let neighbours = [self.text.chars().next_back(), text.chars().next()];
        if !neighbours.iter().flatten().any(|neighbour| is_ideographic(*neighbour)) {
            self.text.push(' ');
            last.end += 1;
            last.spaced += 1;
        }
        last.run
    }
}

/// One line of text: white space and control characters become single spaces, none at the ends.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_whitespace() && !character.is_control() {
            tidy.push(character);
        } else if !tidy.is_empty() && !tidy.ends_with(' ') {
            tidy.push(' ');
        }
    }
    if tidy.ends_with(' ') {
        tidy.pop();
    }
    tidy
}

/// What a segment says, and its words: the segment's text, or its words put together where it has none to speak of.
pub(super) fn text_of(text: &str, words: &[Word]) -> String {
    let own = tidy(text);
    let mut joined = String::new();
    for word in words {
        joined.push_str(&word.text);
        joined.push_str(&word.punctuation);
    }
    let joined = tidy(&joined);
    if width::of(&own) * 2 < width::of(&joined) { joined } else { own }
}

/// Finds the words of the list in the text, one after the other: their times, and first and last byte of each.
fn find_words(text: &str, words: &[Word], span: Span) -> (Times, Vec<(usize, usize)>) {
    let mut times = Times::new(span);
    let mut places = Vec::new();
    let (mut at, mut columns) = (0, 0);
    for (index, word) in words.iter().enumerate() {
        let sound = word.text.trim();
        let Some(start) = find_near(text, at, sound) else { continue };
        let end = start + sound.len();
        columns += width::of(text.get(at..start).unwrap_or_default());
        let begin = columns;
        columns += width::of(sound);
        times.add(begin, columns, word, words.get(index + 1..).unwrap_or_default());
        places.push((start, end));
        at = end;
    }
    times.finish(columns + sounding(text.get(at..).unwrap_or_default()));
    (times, places)
}

/// Where `sound` stands in the text, at `from` or a little later; capital letters or not.
fn find_near(text: &str, from: usize, sound: &str) -> Option<usize> {
    let last = text.len().min(from + SEARCH_AHEAD + sound.len());
    let ahead = text.as_bytes().get(from..last)?;
    if sound.is_empty() {
        return None;
    }
    let found = ahead.windows(sound.len()).position(|window| window.eq_ignore_ascii_case(sound.as_bytes()))?;
    Some(from + found)
}

/// Columns up to the last sound.
fn sounding(text: &str) -> u32 {
    let (mut sounding, mut columns) = (0, 0);
    for character in text.chars() {
        columns += width::of_character(character);
        if is_sounding(character) {
            sounding = columns;
        }
    }
    sounding
}

struct Cutter<'a> {
    columns: u32,
    times: &'a Times,
    /// Columns of all that was cut.
    at: u32,
    voice: Voice,
    run: usize,
    script: &'a mut Script,
}

impl Cutter<'_> {
    /// Makes an atom of a piece, or several where it is wider than a line.
    fn cut(&mut self, mut piece: &str, after: Break) {
        while width::of(piece.trim_end()) > self.columns
            && let Some((head, rest)) = piece.split_at_checked(fitting(piece, self.columns))
        {
            self.push(head, if after == Break::Label { after } else { Break::Inside });
            piece = rest;
        }
        self.push(piece, after);
    }

    fn push(&mut self, piece: &str, after: Break) {
        let (columns, spaced) = (width::of(piece.trim_end()), width::of(piece));
        let mut span = self.times.span(self.at, self.at + sounding(piece));
        self.at += spaced;
        let script = &mut *self.script;
        // Segments of one voice overlap now and then; within a run no atom begins before the one before it.
        if let Some(last) = script.atoms.last()
            && last.run == self.run
        {
            span.begin = span.begin.max(last.span.begin);
            span.end = span.end.max(span.begin);
        }
        let start = script.text.len();
        script.text.push_str(piece);
        let end = script.text.len();
        script.atoms.push(Atom { start, end, columns, spaced, span, after, voice: self.voice, run: self.run });
    }
}

/// How many bytes of a piece, which is too wide, go on a line: up to a place where it may be parted if there is one.
fn fitting(piece: &str, columns: u32) -> usize {
    let (mut wide, mut before, mut good) = (0, None, 0);
    for (at, character) in piece.char_indices() {
        // A space goes with what stands before it; at the end of a line nobody sees it.
        let space = character == ' ';
        if !space && before.is_some_and(|before| !are_bound(before, character)) {
            good = at;
        }
        wide += width::of_character(character);
        if wide > columns && !space {
            return if good > 0 { good } else { at };
        }
        before = Some(character);
    }
    piece.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, punctuation: &str, begin_ms: f64, end_ms: f64) -> Word {
        Word { text: text.to_owned(), begin_ms, end_ms, punctuation: punctuation.to_owned() }
    }

    fn shown(text: &str, words: &[Word], columns: u32) -> Vec<(String, i64, i64)> {
        let span = Span { begin: 0, end: 4_000 };
        let mut script = Script::default();
        script.add(text, words, span, Voice::default(), columns);
        script.atoms.iter().map(|atom| (script.text(atom).to_owned(), atom.span.begin, atom.span.end)).collect()
    }

    fn texts(text: &str, words: &[Word], columns: u32) -> Vec<String> {
        shown(text, words, columns).into_iter().map(|(text, ..)| text).collect()
    }

    #[test]
    fn words_give_the_times_and_the_segment_the_text() {
        let words = [
            word("Hello", "", 760.0, 1_040.0),
            word(" World", "，", 1_040.0, 1_240.0),
            word("这里是", "", 1_360.0, 1_880.0),
            word("实验室", "。", 2_840.0, 3_800.0),
        ];
        let text = text_of("Hello World，这里是实验室。", &words);
        let expected =
            [("Hello ", 760, 1_040), ("World，", 1_040, 1_240), ("这里是", 1_360, 1_880), ("实验室。", 2_840, 3_800)];
        assert_eq!(shown(&text, &words, 42), expected.map(|(text, begin, end)| (text.to_owned(), begin, end)));
        assert_eq!(text_of("", &words), text, "no text: the words are joined as they are");
        assert_eq!(text_of("…", &words), text, "as in the official samples");
    }

    #[test]
    fn what_the_list_of_words_leaves_out_is_kept() {
        let words = [word("one", "", 0.0, 1_000.0), word("four", "", 3_000.0, 4_000.0)];
        assert_eq!(texts("one two three four", &words, 42), ["one ", "two ", "three ", "four"]);
        let times = shown("one two three four", &words, 42);
        assert!(times.windows(2).all(|pair| pair[0].1 <= pair[1].1), "{times:?}");
    }

    #[test]
    fn without_words_time_is_spread_over_the_columns() {
        let atoms = shown("你好，ab c.", &[], 42);
        assert_eq!(atoms.iter().map(|atom| atom.0.as_str()).collect::<Vec<_>>(), ["你", "好，", "ab ", "c."]);
        assert_eq!(
            atoms.iter().map(|atom| (atom.1, atom.2)).collect::<Vec<_>>(),
            [(0, 800), (800, 1_600), (2_400, 3_200), (3_600, 4_000),]
        );
    }

    #[test]
    fn a_word_too_wide_for_a_line_is_parted() {
        assert_eq!(texts("Donaudampfschiff!", &[], 8), ["Donaudam", "pfschif", "f!"]);
        assert_eq!(texts("啊啊啊啊。", &[word("啊啊啊啊", "。", 0.0, 1.0)], 6), ["啊啊啊", "啊。"]);
        assert_eq!(texts("。。。。", &[], 4), ["。。", "。。"]);
    }

    #[test]
    fn white_space_and_control_characters_become_single_spaces() {
        assert_eq!(tidy(" a\n\n b\t\u{0}\u{3000}c "), "a b c");
        assert_eq!(tidy(" \n"), "");
    }
}
