//! What is said as atoms: the pieces of text that are never parted, each with the time at which it is said.
//!
//! The text is the segment's own; its words only tell when which part of it is said, and where CJK may be parted. So
//! nothing is lost where the service left a word out of its list, and no space is added or dropped.

use super::breaks::{Break, Place, rate};
use super::characters::{closes, is_glue, is_ideographic, is_sounding};
use super::times::Span;
use super::voices::Voice;
use super::width;
use crate::transcript::Word;

/// A piece of text that is shown at once and on one line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Atom {
    /// Where its text begins in the script, and where it ends, with the space after it if there is one.
    pub(super) start: usize,
    pub(super) end: usize,
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

    /// Adds an atom, whose text is the piece.
    pub(super) fn push(&mut self, piece: &str, atom: Atom) {
        // Segments of one voice overlap now and then; within a run no atom begins before the one before it.
        let mut span = atom.span;
        if let Some(last) = self.atoms.last()
            && last.run == atom.run
        {
            span.begin = span.begin.max(last.span.begin);
            span.end = span.end.max(span.begin);
        }
        let start = self.text.len();
        self.text.push_str(piece);
        self.atoms.push(Atom { start, end: self.text.len(), span, ..atom });
    }

    /// Takes a text of nothing but marks as part of what the same voice said before, if it fits on the line.
    pub(super) fn take_marks(&mut self, text: &str, voice: Voice, columns: u32) -> bool {
        let Some(last) = self.atoms.last_mut().filter(|last| last.voice == voice) else { return false };
        let first = text.chars().next().unwrap_or_default();
        let space = u32::from(!closes(first) && !is_ideographic(first));
        let added = width::of(text) + space;
        if text.chars().any(is_sounding) || last.columns + added > columns {
            return false;
        }
        self.text.truncate(self.text.trim_end().len());
        self.text.push_str(if space > 0 { " " } else { "" });
        self.text.push_str(text);
        last.end = self.text.len();
        last.columns += added;
        last.spaced = last.columns;
        last.after = rate(self.text.get(last.start..).unwrap_or_default(), None, Place::Unknown);
        true
    }

    /// Adds an atom of another script, as part of another run.
    pub(super) fn copy(&mut self, other: &Self, atom: &Atom, run: usize) {
        let start = self.text.len();
        self.text.push_str(other.text(atom));
        self.atoms.push(Atom { start, end: self.text.len(), run, ..*atom });
    }

    /// The run of a text that follows: the last one where the same voice goes on, after a space where letters need one.
    pub(super) fn join(&mut self, text: &str, voice: Voice) -> usize {
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

/// One line of text: white space and control characters become single spaces, none at the ends. What does not break, U+00A0
/// and its like, is kept as it is.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut space = None;
    for character in text.chars() {
        if character.is_whitespace() || character.is_control() {
            let breaks = !is_glue(character) || space.is_some_and(|space| space == ' ');
            space = Some(if breaks { ' ' } else { character });
            continue;
        }
        if let Some(space) = space.take()
            && !tidy.is_empty()
        {
            tidy.push(space);
        }
        tidy.push(character);
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
    // The official samples of the service have "…" for the text of a segment that has words.
    if own.chars().count() * 2 < joined.chars().count() { joined } else { own }
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
        script.add(text, words, span, Voice::default(), columns, &|_| Vec::new());
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
    fn latin_parts_at_spaces_and_cjk_between_characters() {
        for (text, parts) in [
            ("Hello world, again.", "Hello |world, |again."),
            ("你好，世界。", "你|好，|世|界。"),
            ("他说：「你好！」她", "他|说：|「你|好！」|她"),
            ("Hello World，这里", "Hello |World，|这|里"),
            ("コンピューターがっこう", "コンピューター|がっ|こ|う"),
            ("100% (yes) ¡Hola!", "100% |(yes) |¡Hola!"),
            ("안녕하세요 여러분", "안녕하세요 |여러분"),
            ("Bonjour !", "Bonjour !"),
            ("wait—what… no", "wait—|what… |no"),
            ("e\u{301}a 👍🏽 b", "e\u{301}a 👍🏽 |b"),
            ("สวัสดีครับ", "สวัสดีครับ"),
        ] {
            assert_eq!(texts(text, &[], 42).join("|"), parts);
        }
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
