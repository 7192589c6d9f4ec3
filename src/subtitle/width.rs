//! How many columns a text takes: East Asian wide characters count two, combining marks none, everything else one.
//!
//! The table is small rather than exact (the exact one is ten times its size): where it differs from Unicode's it counts
//! too much, never too little, so that a line that fits here fits on the screen. It is exact for the letters of the
//! languages that the services hear.

use super::characters::is_sounding;

/// Blocks that take two columns, as first and last code point. Symbols and emoji are taken by the block, although a few
/// of them are narrow.
const WIDE: [(u32, u32); 22] = [
    (0x1100, 0x115F),
    (0x231A, 0x231B),
    (0x2329, 0x232A),
    (0x23E9, 0x23F3),
    (0x25FD, 0x25FE),
    (0x2614, 0x27BF),
    (0x2B1B, 0x2B1C),
    (0x2B50, 0x2B55),
    (0x2E80, 0x303E),
    (0x3041, 0x3098),
    (0x309B, 0xA4CF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7A3),
    (0xF900, 0xFAFF),
    (0xFE10, 0xFE19),
    (0xFE30, 0xFE6F),
    (0xFF01, 0xFF60),
    (0xFFE0, 0xFFE6),
    (0x16FE0, 0x191FF),
    (0x1AFF0, 0x1B2FF),
    (0x1D300, 0x1D37F),
    (0x1F000, 0x3FFFD),
];

/// Marks that stand on the letter before them and characters that are not seen, as first and last code point.
const ZERO: [(u32, u32); 33] = [
    (0x0000, 0x001F),
    (0x007F, 0x009F),
    (0x0300, 0x036F),
    (0x0483, 0x0489),
    (0x0591, 0x05BD),
    (0x0610, 0x061A),
    (0x064B, 0x065F),
    (0x06D6, 0x06DC),
    (0x0900, 0x0902),
    (0x093A, 0x093A),
    (0x093C, 0x093C),
    (0x0941, 0x0948),
    (0x094D, 0x094D),
    (0x0951, 0x0957),
    (0x0962, 0x0963),
    (0x09CD, 0x09CD),
    (0x0BCD, 0x0BCD),
    (0x0C4D, 0x0C4D),
    (0x0E31, 0x0E31),
    (0x0E34, 0x0E3A),
    (0x0E47, 0x0E4E),
    (0x1AB0, 0x1ABD),
    (0x1DC0, 0x1DFF),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x2064),
    (0x20D0, 0x20DC),
    (0x20E0, 0x20F0),
    (0x3099, 0x309A),
    (0xFE00, 0xFE0E),
    (0xFE20, 0xFE2F),
    (0xFEFF, 0xFEFF),
    (0xE0100, 0xE01EF),
];

/// Pictures that take a skin tone: `Emoji_Modifier_Base` of Unicode's `emoji-data.txt`. Behind any other, and behind U+FE0F, a
/// tone is a picture of its own.
const TONED: [(u32, u32); 40] = [
    (0x261D, 0x261D),
    (0x26F9, 0x26F9),
    (0x270A, 0x270D),
    (0x1F385, 0x1F385),
    (0x1F3C2, 0x1F3C4),
    (0x1F3C7, 0x1F3C7),
    (0x1F3CA, 0x1F3CC),
    (0x1F442, 0x1F443),
    (0x1F446, 0x1F450),
    (0x1F466, 0x1F478),
    (0x1F47C, 0x1F47C),
    (0x1F481, 0x1F483),
    (0x1F485, 0x1F487),
    (0x1F48F, 0x1F48F),
    (0x1F491, 0x1F491),
    (0x1F4AA, 0x1F4AA),
    (0x1F574, 0x1F575),
    (0x1F57A, 0x1F57A),
    (0x1F590, 0x1F590),
    (0x1F595, 0x1F596),
    (0x1F645, 0x1F647),
    (0x1F64B, 0x1F64F),
    (0x1F6A3, 0x1F6A3),
    (0x1F6B4, 0x1F6B6),
    (0x1F6C0, 0x1F6C0),
    (0x1F6CC, 0x1F6CC),
    (0x1F90C, 0x1F90C),
    (0x1F90F, 0x1F90F),
    (0x1F918, 0x1F91F),
    (0x1F926, 0x1F926),
    (0x1F930, 0x1F939),
    (0x1F93C, 0x1F93E),
    (0x1F977, 0x1F977),
    (0x1F9B5, 0x1F9B6),
    (0x1F9B8, 0x1F9B9),
    (0x1F9BB, 0x1F9BB),
    (0x1F9CD, 0x1F9CF),
    (0x1F9D1, 0x1F9DD),
    (0x1FAC3, 0x1FAC5),
    (0x1FAF0, 0x1FAF8),
];

/// Columns of one character by itself.
fn of_character(character: char) -> u32 {
    let code = character as u32;
    match code {
        0x20..0x7F | 0xA0..0x300 => 1,
        0x3041..0x3097 | 0x30A0..0xA000 | 0xAC00..0xD7A4 => 2,
        // U+FE0F turns a narrow symbol into a wide emoji; it is counted by itself, as the one column it adds.
        _ if within(&ZERO, code) => 0,
        _ if within(&WIDE, code) => 2,
        _ => 1,
    }
}

/// Counts columns. An emoji made of several characters is as wide as one, a flag of two letters too.
#[derive(Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says what the next character may join, independent of the others"
)]
struct Columns {
    all: u32,
    /// Of the last that has any.
    last: u32,
    /// The character before, which may take a skin tone.
    before: char,
    /// An emoji goes on: its style may follow …
    picture: bool,
    /// … and after a joiner, another one.
    joined: bool,
    /// The first letter of a flag.
    flag: bool,
}

impl Columns {
    fn add(&mut self, character: char) {
        const JOINER: char = '\u{200D}';
        if matches!(character, ' '..='~') {
            *self = Self { all: self.all + 1, last: 1, ..Self::default() };
            return;
        }
        let picture = matches!(character, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}');
        let flag = matches!(character, '🇦'..='🇿');
        let columns = match character {
            '🇦'..='🇿' if self.flag => 0,
            '\u{1F3FB}'..='\u{1F3FF}' if within(&TONED, self.before as u32) => 0,
            '\u{FE0F}' => 2_u32.saturating_sub(self.last).min(1),
            _ if picture && self.joined => 0,
            _ => of_character(character),
        };
        self.before = character;
        self.joined = character == JOINER && self.picture;
        self.picture = picture || (columns == 0 && self.picture) || character == '\u{FE0F}';
        self.flag = flag && !self.flag;
        self.last = if columns > 0 { columns } else { self.last };
        self.all += columns;
    }
}

/// Columns of a text.
pub(super) fn of(text: &str) -> u32 {
    let mut columns = Columns::default();
    for character in text.chars() {
        columns.add(character);
    }
    columns.all
}

/// Columns up to the last sound.
pub(super) fn sounding(text: &str) -> u32 {
    of(text.trim_end_matches(|character| !is_sounding(character)))
}

/// Columns of a text and of its parts.
#[derive(Debug, Default)]
pub(super) struct Measure {
    /// Of all.
    pub(super) spaced: u32,
    /// Of all but the white space at the end.
    pub(super) columns: u32,
    /// Up to the first sound, and up to the end of the last; none where nothing is heard.
    pub(super) sound: (u32, u32),
}

pub(super) fn measure(text: &str) -> Measure {
    let mut measure = Measure::default();
    let spoken = text.trim_end_matches(|character| !is_sounding(character));
    let silent = spoken.len() - spoken.trim_start_matches(|character| !is_sounding(character)).len();
    let seen = text.trim_end().len();
    let mut columns = Columns::default();
    for (at, character) in text.char_indices() {
        if at == silent {
            measure.sound.0 = columns.all;
        }
        columns.add(character);
        if at < spoken.len() {
            measure.sound.1 = columns.all;
        }
        if at < seen {
            measure.columns = columns.all;
        }
    }
    measure.spaced = columns.all;
    measure
}

fn within(ranges: &[(u32, u32)], code: u32) -> bool {
    let at = ranges.partition_point(|(_, last)| *last < code);
    ranges.get(at).is_some_and(|(first, _)| *first <= code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

    fn theirs(character: char) -> u32 {
        u32::try_from(character.width().unwrap_or(0)).unwrap()
    }

    #[test]
    fn no_character_is_wider_than_it_counts() {
        // Two Khmer letters that nobody writes any more would cost a row of the table.
        let narrow = ('\0'..=char::MAX).filter(|character| !matches!(character, '\u{17A4}' | '\u{17D8}'));
        let narrow = narrow.filter(|character| of_character(*character) < theirs(*character));
        let narrow: Vec<String> = narrow.map(|character| format!("U+{:04X}", character as u32)).collect();
        assert_eq!(narrow, [] as [&str; 0]);
    }

    #[test]
    fn letters_of_the_languages_heard_are_exact() {
        let blocks = [
            '\u{0}'..='\u{AC}',        // Latin, up to the soft hyphen
            '\u{AE}'..='\u{482}',      // Latin, accents, Greek, Cyrillic
            '\u{48A}'..='\u{5BD}',     // Cyrillic, Armenian, Hebrew
            '\u{620}'..='\u{66F}',     // Arabic
            '\u{900}'..='\u{961}',     // Devanagari
            '\u{E00}'..='\u{E7F}',     // Thai
            '\u{1E00}'..='\u{1FFE}',   // Vietnamese, Greek
            '\u{2010}'..='\u{2027}',   // punctuation
            '\u{3000}'..='\u{3029}',   // CJK punctuation
            '\u{3041}'..='\u{3096}',   // Hiragana
            '\u{3099}'..='\u{30FF}',   // Katakana
            '\u{3105}'..='\u{312F}',   // Bopomofo
            '\u{3131}'..='\u{3163}',   // Hangul letters
            '\u{3400}'..='\u{A48C}',   // CJK, Yi
            '\u{AC00}'..='\u{D7A3}',   // Hangul
            '\u{F900}'..='\u{FA6D}',   // CJK compatibility
            '\u{FF01}'..='\u{FF9F}',   // full width and half width forms
            '\u{20000}'..='\u{2FFFD}', // rare CJK
        ];
        let different: Vec<String> = blocks
            .into_iter()
            .flatten()
            .filter(|character| of_character(*character) != theirs(*character))
            .map(|character| format!("U+{:04X}", character as u32))
            .collect();
        assert_eq!(different, [] as [&str; 0]);
    }

    #[test]
    fn emoji_made_of_several_characters_are_not_wider_than_they_count() {
        for text in ["❤️", "#️⃣", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽", "☺️", "e\u{301}", "각"]
        {
            assert!(of(text) as usize >= text.width(), "{text}");
        }
        assert_eq!(of("Hello 你好，world。"), 19);
    }

    #[test]
    fn a_tone_behind_a_picture_that_takes_none_counts() {
        let tails = ["🏻", "🏻🏻", "\u{FE0F}", "\u{FE0F}🏻", "\u{FE0E}🏻", "\u{301}🏻", "🇩", "🇩🇪"];
        let pictures = ('\u{2190}'..='\u{2BFF}').chain('\u{1F000}'..='\u{1FAFF}').chain(['a', '1', '你']);
        let texts = pictures.flat_map(|picture| tails.map(|tail| format!("{picture}{tail}")));
        let narrow: Vec<String> = texts.filter(|text| (of(text) as usize) < text.width()).collect();
        assert_eq!(narrow, [] as [&str; 0]);
        assert_eq!((of("👍🏽"), of("👩🏽‍🚀"), of("❤️🏻"), of("🚀🏻")), (2, 2, 4, 4));
    }
}
