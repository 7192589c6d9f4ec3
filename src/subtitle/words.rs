//! Where words are in a text: by the list that the service sends, and by a dictionary where no list tells.

use super::breaks::Place;
use super::characters::{is_ideographic, is_sounding, is_spaceless};
use super::times::{Span, Times};
use super::width;
use crate::transcript::Word;

/// How many bytes ahead a word of the list is looked for. Further away it is another one.
const SEARCH_AHEAD: usize = 64;

/// How many bytes a dictionary is asked about at once. Those of browsers take the square of the time for long texts.
const ASKED_AT_ONCE: usize = 1_500;

/// How many of them are asked about again: the longest word of a dictionary, fifty letters of three bytes.
const DOUBTED: usize = 150;

/// A dictionary: where the words of a text end, in bytes, up to the end of the text; nothing where it does not know the
/// language. It is asked about Thai, Lao, Burmese, Khmer, Chinese and Japanese, which are written without spaces.
///
/// In JavaScript this is `Intl.Segmenter`, where the runtime has it.
pub type WordEnds<'a> = &'a dyn Fn(&str) -> Vec<usize>;

/// Where words begin and end in a text.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// First and last byte of each word of the list.
    list: Vec<(usize, usize)>,
    /// Where words end by the dictionary.
    ends: Vec<usize>,
    /// What the dictionary told of.
    told: Vec<(usize, usize)>,
}

impl Words {
    /// What is known about a text: its words, and when they are said.
    pub(super) fn find(text: &str, words: &[Word], span: Span, dictionary: WordEnds<'_>) -> (Self, Times) {
        let mut found = Self::default();
        let silent = text.len() - text.trim_start_matches(|character| !is_sounding(character)).len();
        let mut times = Times::new(span, width::of(text.get(..silent).unwrap_or_default()));
        let (mut at, mut columns) = (0, 0);
        for (index, word) in words.iter().enumerate() {
            // Marks are not spoken: the time of a word is that of its letters.
            let sound = word.text.trim_matches(|character| !is_sounding(character));
            let Some(start) = find_near(text, at, sound) else { continue };
            let end = start + sound.len();
            columns += width::of(text.get(at..start).unwrap_or_default());
            let begin = columns;
            columns += width::of(sound);
            times.add(begin, columns, word, words.get(index + 1..).unwrap_or_default());
            found.list.push((start, end));
            at = end;
        }
        times.finish(columns + width::sounding(text.get(at..).unwrap_or_default()));
        found.ask(text, dictionary);
        (found, times)
    }

    /// Asks the dictionary about all that is written without spaces, but not about Chinese and Japanese whose words are known.
    fn ask(&mut self, text: &str, dictionary: WordEnds<'_>) {
        let mut list = self.list.iter().peekable();
        let mut start = None;
        let mut asked = Vec::new();
        for (at, character) in text.char_indices() {
            while list.next_if(|(_, end)| *end <= at).is_some() {}
            let unknown = list.peek().is_none_or(|(first, _)| at < *first);
            if is_spaceless(character) || (unknown && is_ideographic(character)) {
                start = start.or(Some(at));
            } else if let Some(start) = start.take() {
                asked.push((start, at));
            }
        }
        if let Some(start) = start {
            asked.push((start, text.len()));
        }
        for (start, end) in asked {
            let known = self.ends.len();
            let mut at = start;
            while at < end {
                let mut stop = end.min(at + ASKED_AT_ONCE);
                while !text.is_char_boundary(stop) {
                    stop -= 1;
                }
                // Near the end of the question words may be cut short, so the next question begins before it.
                let sure = if stop < end { stop - DOUBTED } else { stop };
                let mut from = at;
                for word in dictionary(text.get(at..stop).unwrap_or_default()) {
                    if word > from - at && at + word <= sure {
                        from = at + word;
                        self.ends.push(from);
                    }
                }
                at = if from > at { from } else { stop };
            }
            if self.ends.len() > known {
                self.told.push((start, end));
            }
        }
    }

    /// Whether a word of the dictionary ends there.
    pub(super) fn ends_at(&self, at: usize) -> bool {
        self.ends.binary_search(&at).is_ok()
    }

    /// What is known about a place of the text.
    pub(super) fn place(&self, at: usize) -> Place {
        let next = self.list.get(self.list.partition_point(|(_, end)| *end < at));
        let listed = match next {
            Some((first, end)) if *first == at || *end == at => Place::Edge,
            Some((first, _)) if *first < at => Place::Inside,
            _ => Place::Unknown,
        };
        let told = self.told.get(self.told.partition_point(|(_, end)| *end <= at));
        match (listed, told.is_some_and(|(start, _)| *start < at)) {
            (Place::Unknown, true) => {
                if self.ends_at(at) {
                    Place::End
                } else {
                    Place::Inside
                }
            }
            (Place::Edge, true) if !self.ends_at(at) => Place::Doubted,
            _ => listed,
        }
    }
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
