//! What a reader takes for one character: the extended grapheme clusters of Unicode Standard Annex #29, with the rules' own
//! numbers (GB3 to GB13). No line and no cue begins inside one.
//!
//! The crate that everybody uses for this, unicode-segmentation, is the judge of our tests but not a part of the module: it
//! weighs 16.6 kB compressed (fast-grapheme-segmenter: 9.3 kB), a third of which is what this file weighs with its table.

mod table;

use std::sync::OnceLock;

// What a character is to the rules.
const OTHER: u8 = 0;
const CONTROL: u8 = 1;
const EXTEND: u8 = 2;
const JOINER: u8 = 3;
const SPACING: u8 = 4;
const PREPEND: u8 = 5;
const FLAG: u8 = 6;
const PICTURE: u8 = 7;
const HANGUL_L: u8 = 8;
const HANGUL_V: u8 = 9;
const HANGUL_T: u8 = 10;
/// `InCB=Consonant`, the letters that a conjunct is made of.
const CONSONANT: u8 = 11;
/// `InCB=Linker`, the viramas that join them; they extend what stands before them.
const LINKER: u8 = 12;
/// What extends, but interrupts a conjunct.
const APART: u8 = 13;
const HANGUL_LV: u8 = 14;
const HANGUL_LVT: u8 = 15;

/// The clusters of a text, each with the byte at which it begins.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut characters = text.char_indices().map(|(at, character)| (at, of(character))).peekable();
    std::iter::from_fn(move || {
        let (start, first) = characters.next()?;
        let mut state = State::after(first);
        while let Some((_, next)) = characters.next_if(|(_, next)| state.holds(*next)) {
            state.take(next);
        }
        let end = characters.peek().map_or(text.len(), |(at, _)| *at);
        text.get(start..end).map(|cluster| (start, cluster))
    })
}

/// How far a cluster has come.
struct State {
    last: u8,
    /// How much of an emoji sequence there is: `Picture Extend*`, or that and a joiner.
    picture: bool,
    /// `Consonant [Extend Linker]*`
    consonant: bool,
    /// … with a linker in it; of two flags, that the pair is full.
    linked: bool,
}

impl State {
    fn after(first: u8) -> Self {
        Self { last: first, picture: first == PICTURE, consonant: first == CONSONANT, linked: false }
    }

    /// Whether the cluster goes on with such a character.
    #[allow(clippy::match_same_arms, reason = "an arm for each rule")]
    fn holds(&self, next: u8) -> bool {
        match (self.last, next) {
            // GB4 and GB5. A carriage return before a line feed (GB3) is no matter of ours: both are spaces by now.
            (CONTROL, _) | (_, CONTROL) => false,
            (HANGUL_L, HANGUL_L | HANGUL_V | HANGUL_LV | HANGUL_LVT) => true, // GB6
            (HANGUL_LV | HANGUL_V, HANGUL_V | HANGUL_T) => true,              // GB7
            (HANGUL_LVT | HANGUL_T, HANGUL_T) => true,                        // GB8
            (_, EXTEND | APART | LINKER | JOINER | SPACING) => true,          // GB9, GB9a
            (PREPEND, _) => true,                                             // GB9b
            (_, CONSONANT) => self.consonant && self.linked,                  // GB9c
            (JOINER, PICTURE) => self.picture,                                // GB11
            (FLAG, FLAG) => !self.linked,                                     // GB12, GB13
            _ => false,
        }
    }

    fn take(&mut self, next: u8) {
        let extends = matches!(next, EXTEND | LINKER | JOINER);
        self.linked = match next {
            LINKER => self.consonant,
            FLAG => self.last == FLAG,
            _ => extends && self.linked,
        };
        self.picture = next == PICTURE || (self.picture && (extends || next == APART) && self.last != JOINER);
        self.consonant = next == CONSONANT || (self.consonant && extends);
        self.last = next;
    }
}

/// What a character is.
fn of(character: char) -> u8 {
    match character {
        ' '..='~' | '\u{3400}'..='\u{9FFF}' => OTHER,
        '\u{AC00}'..='\u{D7A3}' if (character as u32 - 0xAC00).is_multiple_of(28) => HANGUL_LV,
        '\u{AC00}'..='\u{D7A3}' => HANGUL_LVT,
        _ => {
            static CHANGES: OnceLock<Vec<(u32, u8)>> = OnceLock::new();
            let changes = CHANGES.get_or_init(table::changes);
            let at = changes.partition_point(|(first, _)| *first <= character as u32);
            at.checked_sub(1).and_then(|at| changes.get(at)).map_or(OTHER, |(_, kind)| *kind)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;
    use unicode_segmentation::UnicodeSegmentation;

    /// The syllables of Hangul need no rows.
    const LAST_ROW: u8 = APART;

    fn clusters_of_the_crate(text: &str) -> Vec<&str> {
        text.graphemes(true).collect()
    }

    fn clusters_of_ours(text: &str) -> Vec<&str> {
        clusters(text).map(|(_, cluster)| cluster).collect()
    }

    /// What a character is, as it shows between others: `X` stands for it.
    fn probed(character: char) -> u8 {
        let one = |pattern: &str| {
            let text = pattern.replace('X', character.encode_utf8(&mut [0; 4]));
            clusters_of_the_crate(&text).len() == 1
        };
        match () {
            () if one("aX") => match () {
                () if one("☺X☺") => JOINER,
                () if one("कXक") => LINKER,
                () if one("क\u{94D}Xक") => EXTEND,
                () if one("☺X\u{200D}☺") => APART,
                () => SPACING,
            },
            () if one("Xa") => PREPEND,
            () if one("🇩X") => FLAG,
            () if one("☺\u{301}\u{200D}X") => PICTURE,
            () if one("क\u{94D}X") => CONSONANT,
            () if one("ᄀX") => match () {
                () if one("Xᄀ") => HANGUL_L,
                () if one("XX") => HANGUL_V,
                () if one("Xᅡ") => HANGUL_LV,
                () => HANGUL_LVT,
            },
            () if one("각X") => HANGUL_T,
            () if !one("X\u{301}") => CONTROL,
            () => OTHER,
        }
    }

    /// All that are assigned, and some of those that are not.
    fn characters() -> impl Iterator<Item = char> {
        let hangul = |character: &char| !matches!(character, '\u{AC00}'..='\u{D7A3}');
        ('\0'..='\u{1FFFF}').filter(hangul).chain('\u{E0000}'..='\u{E1FFF}').chain(['각', '가', '\u{2FFFD}', char::MAX])
    }

    #[test]
    fn every_character_is_what_the_crate_takes_it_for() {
        let mut rows: Vec<(u32, u32, u8)> = Vec::new();
        let mut different = Vec::new();
        for character in characters() {
            let (code, kind) = (character as u32, probed(character));
            if of(character) != kind {
                different.push(format!("U+{code:04X}"));
            }
            match rows.last_mut() {
                _ if kind == OTHER || kind > LAST_ROW => {}
                Some((_, last, before)) if *before == kind && *last + 1 == code => *last = code,
                _ => rows.push((code, code, kind)),
            }
        }
        let mut text = String::new();
        for (first, last, kind) in &rows {
            writeln!(text, "    (0x{first:04X}, 0x{last:04X}, {kind}),").unwrap();
        }
        if std::env::var_os("UPDATE_CLUSTERS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/subtitle/clusters/table.rs");
            let source = std::fs::read_to_string(path).unwrap();
            let (head, _) = source.split_once("// Made by").unwrap();
            let constant = format!("const RANGES: [(u32, u32, u8); {}] = [\n{text}];\n", rows.len());
            let made = "// Made by UPDATE_CLUSTERS=1 cargo test clusters\n#[rustfmt::skip]\n";
            std::fs::write(path, [head, made, &constant].concat()).unwrap();
        }
        assert_eq!(different, [] as [&str; 0]);
    }

    #[test]
    fn texts_of_all_scripts_are_parted_as_the_crate_parts_them() {
        let interesting: Vec<char> = characters().filter(|character| of(*character) != OTHER).collect();
        let mut seed = 1_u64;
        let mut below = |limit: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % limit
        };
        let few =
            ['a', '🇩', '☺', '👩', '\u{200D}', '\u{FE0F}', 'क', '\u{94D}', '\u{93C}', 'ᄀ', 'ᅡ', 'ᆨ', '가', '\u{E33}'];
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..=below(9) {
                let from: &[char] = if below(4) > 0 { &few } else { &interesting };
                text.push(from[below(from.len())]);
            }
            assert_eq!(clusters_of_ours(&text), clusters_of_the_crate(&text), "{}", text.escape_unicode());
        }
    }

    #[test]
    fn clusters_that_people_write() {
        for whole in [
            "น้ำ",
            "ກຳ",
            "👩‍👩‍👧‍👦",
            "🇩🇪",
            "👍🏽",
            "❤️",
            "#️⃣",
            "각",
            "\u{1100}\u{1161}\u{11A8}",
            "क्षि",
            "र्त्स्न्य",
            "e\u{301}",
            "🏴󠁧󠁢󠁷󠁬󠁳󠁿",
        ] {
            assert_eq!(clusters_of_ours(whole), [whole]);
        }
        assert_eq!(clusters_of_ours("🇩🇪🇫🇷🇦"), ["🇩🇪", "🇫🇷", "🇦"]);
    }
}
