//! What a character is to somebody who breaks lines.

/// What must not begin a line: closing punctuation, and the kana that belong to the one before them.
const CLOSING: &str = "。，、．：；！？…‥—–～〜・」』）】〕〉》｝］〗〙〛〟”’»)]},.:;!?%‰％°℃·｡｣､･،؛؟۔।॥\
                       ー々ゝゞヽヾ〻ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶ";

/// What must not end a line: opening punctuation, and signs that stand before a number.
const OPENING: &str = "（「『【〔〈《｛［〖〘〝“‘«([{¥￥$＄£€#＃¿¡";

/// What may stand between the end of a sentence and its last mark.
const QUOTES: &str = "」』）】〕〉》”’»\"')]}";

const SENTENCE_ENDS: &str = "。！？.!?｡．؟۔।॥";

const CLAUSE_ENDS: &str = "，、；：,;:—–…､،؛";

/// Words whose full stop ends no sentence, beside single letters ("J. Smith", "U.S. Army").
const ABBREVIATIONS: [&str; 10] = ["Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Jr", "Sr", "vs", "etc"];

/// How good a place is for ending a line or a cue, from the best to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Break {
    /// After a sentence.
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

fn among(list: &str, character: char) -> bool {
    list.chars().any(|other| other == character)
}

/// Characters that are written without spaces and may be parted anywhere: CJK and its punctuation, but not Hangul.
pub(super) fn is_ideographic(character: char) -> bool {
    matches!(character,
        '\u{2E80}'..='\u{312F}' | '\u{3190}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
        | '\u{20000}'..='\u{3FFFD}')
}

/// Katakana words are borrowed ones and hang together like Latin words.
fn is_katakana(character: char) -> bool {
    matches!(character, '\u{30A1}'..='\u{30FF}')
}

fn is_hiragana(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{309F}')
}

/// Thai, Lao, Burmese and Khmer: no spaces between words, and no parting inside them. Only the service knows the words.
fn is_spaceless(character: char) -> bool {
    matches!(character, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

/// Whether one hears anything of a character. The end of a word is the end of its last sound, not of the comma after it.
pub(super) fn is_sounding(character: char) -> bool {
    let silent = character.is_ascii_punctuation()
        || matches!(character,
            ' ' | '\u{2010}'..='\u{205E}' | '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3020}'
            | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
            | '¡' | '¿' | '«' | '»' | '·' | '،' | '؛' | '؟' | '۔' | '।' | '॥');
    !silent
}

/// Whether two neighbours must stay together on a line, wherever they stand.
pub(super) fn are_bound(before: char, after: char) -> bool {
    const JOINER: char = '\u{200D}';
    // A mark without a width of its own belongs to the letter before it; so does the skin tone of an emoji.
    let attached = matches!(after, '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}') || super::width::of_character(after) == 0;
    attached || before == JOINER || among(OPENING, before) || among(CLOSING, after)
}

/// Where a place between two characters is, as the service's list of words has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Inside a word.
    Inside,
    /// Between two words.
    Edge,
    /// In a text that no list describes.
    Unknown,
}

/// Whether a line may end between two neighbours.
pub(super) fn may_part(before: char, after: char, place: Place) -> bool {
    let inside_latin = before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric();
    if after == ' ' || inside_latin || are_bound(before, after) {
        return false;
    }
    match (before, place) {
        (' ', _) => true,
        (_, Place::Inside) => false,
        ('—' | '…', _) => true,
        (_, Place::Edge) if is_spaceless(before) && is_spaceless(after) => true,
        (_, Place::Unknown) if is_katakana(before) && is_katakana(after) => false,
        _ => is_ideographic(before) || is_ideographic(after),
    }
}

/// How good the place after `text` is, with `next` the character that follows.
pub(super) fn rate(text: &str, next: Option<char>, place: Place) -> Break {
    let core = text.trim_end_matches(|character| character == ' ' || among(QUOTES, character));
    let last = core.chars().next_back().unwrap_or(' ');
    let lower = next.is_some_and(|next| next.is_ascii_lowercase());
    if among(SENTENCE_ENDS, last) && !(last == '.' && (lower || is_abbreviation(core.as_bytes()))) {
        return Break::Sentence;
    }
    if among(CLAUSE_ENDS, last) || next.is_none() {
        return Break::Clause;
    }
    let (Some(before), Some(next)) = (text.chars().next_back(), next) else { return Break::Word };
    // Words of unknown length: scripts change between them, and Japanese ends most of them in hiragana.
    let changes = is_ideographic(before) != is_ideographic(next)
        || is_katakana(before) != is_katakana(next)
        || (is_hiragana(before) && !is_hiragana(next));
    if before == ' ' || place == Place::Edge || changes { Break::Word } else { Break::Inside }
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

    /// The text with `|` wherever it may be parted.
    fn parted(text: &str, place: Place) -> String {
        let mut parts = String::new();
        let mut before = None;
        for character in text.chars() {
            if before.is_some_and(|before| may_part(before, character, place)) {
                parts.push('|');
            }
            parts.push(character);
            before = Some(character);
        }
        parts
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
            ("e\u{301}a 👍🏽👩‍👧", "e\u{301}a |👍🏽👩‍👧"),
            ("สวัสดีครับ", "สวัสดีครับ"),
        ] {
            assert_eq!(parted(text, Place::Unknown), parts);
        }
    }

    #[test]
    fn a_list_of_words_decides_inside_scripts_without_spaces() {
        assert!(!may_part('实', '验', Place::Inside));
        assert!(may_part('是', '阿', Place::Edge));
        assert!(may_part('ี', 'ค', Place::Edge));
        assert!(!may_part('s', 't', Place::Edge), "pieces of words are no words");
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
