//! Where a line or a cue may end, and how good that place is.

use super::characters::{ends_clause, ends_sentence, is_hiragana, is_ideographic, is_katakana, is_quote, is_spaceless};

/// Says where a word ends where nothing else shows it.
const ZERO_WIDTH_SPACE: char = '\u{200B}';

/// Words whose full stop ends no sentence: those of English that stand before a name (or behind one) most, as the exceptions
/// of the Unicode Common Locale Data Repository have them, beside single letters ("J. Smith", "U.S. Army").
const ABBREVIATIONS: [&str; 10] = ["Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Jr", "Sr", "vs", "etc"];

/// How good a place is for ending a line or a cue, from the best to the worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Break {
    /// After a sentence.
    #[default]
    Sentence,
    /// After a clause, or where the service heard an end without writing one.
    Clause,
    /// Between words.
    Word,
    /// Between characters of which nobody knows whether they are one word.
    Inside,
    /// Between the speaker's name and what they say.
    Label,
}

/// Where a place between two characters is, as the list of words or a dictionary has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Inside a word.
    Inside,
    /// Between two words of the list.
    Edge,
    /// Between two words of the list that a dictionary takes for one.
    Doubted,
    /// Between two words of a dictionary, in a text that no list describes.
    End,
    /// In a text that nobody describes.
    Unknown,
}

/// Whether a line may end between two neighbours that nothing binds together.
pub(super) fn may_part(before: char, after: char, place: Place) -> bool {
    if before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric() {
        return false;
    }
    let ideographic = is_ideographic(before) || is_ideographic(after);
    match (before, place) {
        (' ' | ZERO_WIDTH_SPACE, _) => true,
        (_, Place::Inside) => false,
        ('—' | '…', _) => true,
        (_, Place::Edge | Place::Doubted | Place::End) if is_spaceless(before) && is_spaceless(after) => true,
        (_, Place::Unknown) if is_katakana(before) && is_katakana(after) => false,
        _ => ideographic,
    }
}

/// How good the place after `text` is, with `next` the character that follows.
pub(super) fn rate(text: &str, next: Option<char>, place: Place) -> Break {
    let core = text.trim_end_matches(|character: char| character.is_whitespace() || is_quote(character));
    let last = core.chars().next_back().unwrap_or(' ');
    let lower = next.is_some_and(|next| next.is_ascii_lowercase());
    if ends_sentence(last) && !(last == '.' && (lower || is_abbreviation(core.as_bytes()))) {
        return Break::Sentence;
    }
    if ends_clause(last) || next.is_none() {
        return Break::Clause;
    }
    let (Some(before), Some(next)) = (text.chars().next_back(), next) else { return Break::Word };
    // Words of unknown length: scripts change between them, and Japanese ends most of them in hiragana.
    let changes = is_ideographic(before) != is_ideographic(next)
        || is_katakana(before) != is_katakana(next)
        || (is_hiragana(before) && !is_hiragana(next));
    let between = place == Place::Edge || (place == Place::End && is_spaceless(before));
    if matches!(before, ' ' | ZERO_WIDTH_SPACE) || between || changes { Break::Word } else { Break::Inside }
}

/// Whether the full stop at the end of a text is part of its last word.
fn is_abbreviation(text: &[u8]) -> bool {
    let text = text.split_last().map_or(text, |(_, rest)| rest);
    let letters = text.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = text.get(text.len() - letters..).unwrap_or_default();
    letters == 1 || ABBREVIATIONS.iter().any(|other| other.as_bytes() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_words_decides_inside_scripts_without_spaces() {
        assert!(!may_part('实', '验', Place::Inside));
        assert!(may_part('是', '阿', Place::Edge));
        assert!(may_part('ี', 'ค', Place::Edge));
        assert!(!may_part('s', 't', Place::Edge), "pieces of words are no words");
        assert!(may_part('ี', 'ค', Place::End) && !may_part('ี', 'ค', Place::Unknown));
    }

    #[test]
    fn places_are_rated_by_what_stands_before_them() {
        for (text, next, rating) in [
            ("world. ", Some('N'), Break::Sentence),
            ("world.” ", Some('N'), Break::Sentence),
            ("好。」", Some('他'), Break::Sentence),
            ("what?", None, Break::Sentence),
            ("e.g. ", Some('t'), Break::Word),
            ("Dr. ", Some('W'), Break::Word),
            ("J. ", Some('S'), Break::Word),
            ("No. ", Some('I'), Break::Sentence),
            ("好，", Some('世'), Break::Clause),
            ("then, ", Some('s'), Break::Clause),
            ("word ", Some('s'), Break::Word),
            ("好", Some('世'), Break::Inside),
            ("the end", None, Break::Clause),
        ] {
            assert_eq!(rate(text, next, Place::Unknown), rating, "{text}");
        }
        assert_eq!(rate("世界", Some('你'), Place::Edge), Break::Word);
        assert_eq!(rate("は", Some('猫'), Place::Unknown), Break::Word);
        assert_eq!(rate("猫", Some('で'), Place::Unknown), Break::Inside);
    }
}
