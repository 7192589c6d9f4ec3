//! A text as clusters, and what each has to do with its neighbours: which of them a line must not part.
//!
//! Most marks always open or always close. Quotes, dashes and notes of music do either, so their neighbours tell (as in
//! the rules 15a and 15b of Unicode Standard Annex #14): a mark behind a space and close to a word opens, »wie hier«, and one
//! behind a word closes. With spaces on both sides, « comme ici », the mark itself tells, or how many there were before.

use super::characters::{closes, ends_sentence, is_glue, is_quote, is_sounding, opens};
use super::clusters::clusters;
use super::width;

/// A cluster of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    /// The byte at which it begins.
    pub(super) at: usize,
    pub(super) first: char,
    pub(super) last: char,
    pub(super) columns: u32,
    /// Whether it is spoken.
    pub(super) sounds: bool,
    /// Whether it must stay on the line of the one before it.
    pub(super) bound: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Opens,
    Closes,
    Neither,
}

/// The units of a text.
pub(super) fn units(text: &str) -> impl Iterator<Item = Unit> {
    let mut clusters = clusters(text).peekable();
    let mut seen = Seen::default();
    std::iter::from_fn(move || {
        let (at, cluster) = clusters.next()?;
        let next = clusters.peek().and_then(|(_, next)| next.chars().next());
        let mut characters = cluster.chars();
        let first = characters.next()?;
        let last = characters.next_back().unwrap_or(first);
        let columns = if cluster.len() == 1 { 1 } else { width::of(cluster) };
        let bound = seen.binds(first, columns, next);
        seen.last = Some(last);
        Some(Unit { at, first, last, columns, sounds: is_sounding(first), bound })
    })
}

/// What came before.
#[derive(Default)]
struct Seen {
    last: Option<char>,
    /// The last that was no space opens something.
    open: bool,
    /// A sentence has ended.
    ended: bool,
    /// Inside a pair of marks whose halves are alike.
    paired: bool,
}

impl Seen {
    fn binds(&mut self, first: char, columns: u32, next: Option<char>) -> bool {
        const JOINER: char = '\u{200D}';
        let open = self.open;
        if first.is_whitespace() {
            return true;
        }
        let side = self.side(first, next);
        self.open = side == Side::Opens;
        self.ended = ends_sentence(first) || (self.ended && is_quote(first));
        // What has no width of its own belongs to what it stands on.
        let attached = columns == 0 || is_glue(first) || self.last.is_some_and(|last| last == JOINER || is_glue(last));
        open || attached || side == Side::Closes
    }

    fn side(&mut self, mark: char, next: Option<char>) -> Side {
        let quote_opens = match mark {
            '«' | '‹' | '“' | '„' | '‟' | '‘' | '‚' | '‛' => Some(true),
            '»' | '›' | '”' | '’' => Some(false),
            '"' | '♩'..='♬' | '🎵' | '🎶' => {
                self.paired = !self.paired;
                Some(self.paired)
            }
            '-' | '–'..='―' | '…' | '*' | '•' => None,
            _ if opens(mark) => return Side::Opens,
            _ if closes(mark) => return Side::Closes,
            _ => return Side::Neither,
        };
        let gap_before = self.last.is_none_or(|last| self.open || last.is_whitespace());
        let gap_after = next.is_none_or(|next| next.is_whitespace() || closes(next));
        let opens = match (gap_before, gap_after) {
            (true, false) => true,
            (false, true) => false,
            // A dash before a speech, or between the parts of a sentence.
            (true, true) => quote_opens.unwrap_or(mark != '…' && (self.ended || self.last.is_none())),
            (false, false) => quote_opens.unwrap_or(false),
        };
        if opens { Side::Opens } else { Side::Closes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `|` wherever nothing binds.
    fn parted(text: &str) -> String {
        let mut parts = String::new();
        let mut rest = units(text).peekable();
        while let Some(unit) = rest.next() {
            if unit.at > 0 && !unit.bound {
                parts.push('|');
            }
            parts.push_str(&text[unit.at..rest.peek().map_or(text.len(), |next| next.at)]);
        }
        parts
    }

    #[test]
    fn marks_stay_with_what_they_belong_to() {
        for (text, parts) in [
            ("“a” b", "“a” |b"),
            ("« a », b", "« a », |b"),
            ("«\u{A0}a\u{A0}», b", "«\u{A0}a\u{A0}», |b"),
            ("a »b« c", "a |»b« |c"),
            ("a „b“ c", "a |„b“ |c"),
            ("a \"b\" c", "a |\"b\" |c"),
            ("a \" b \" c", "a |\" b \" |c"),
            ("a—b", "a—|b"),
            ("— a. — b", "— a. |— b"),
            ("-a. -b", "-a. |-b"),
            ("a — b", "a — |b"),
            ("…a… b", "…a… |b"),
            ("♪ a ♪ ♪ b ♪", "♪ a ♪ |♪ b ♪"),
            ("¿a? ¡b!", "¿a? |¡b!"),
            ("(a) [b]", "(a) |[b]"),
            ("「あ」『い』【う】", "「あ」|『い』|【う】"),
            ("他说：“……你”他", "他|说：|“……你”|他"),
            ("——你", "——你"),
            ("ab ! c ?", "a|b ! |c ?"),
            ("1\u{A0}2\u{202F}3\u{2060}4\u{2011}5", "1\u{A0}2\u{202F}3\u{2060}4\u{2011}5"),
        ] {
            assert_eq!(parted(text), parts);
        }
    }

    /// Unicode Standard Annex #14, as unicode-linebreak has its classes.
    #[test]
    fn characters_open_close_and_bind_as_unicode_says() {
        use unicode_linebreak::{BreakClass, break_property};
        let heard = [
            '\0'..='\u{5FF}',
            '\u{600}'..='\u{6FF}',
            '\u{900}'..='\u{97F}',
            '\u{E00}'..='\u{EFF}',
            '\u{1000}'..='\u{109F}',
            '\u{1780}'..='\u{17FF}',
            '\u{2000}'..='\u{206F}',
            '\u{3000}'..='\u{30FF}',
            '\u{31F0}'..='\u{31FF}',
            '\u{FF00}'..='\u{FFEF}',
        ];
        let mut different = Vec::new();
        for character in heard.into_iter().flatten() {
            let class = break_property(character as u32);
            let kept = match class {
                BreakClass::ClosePunctuation
                | BreakClass::CloseParenthesis
                | BreakClass::Exclamation
                | BreakClass::NonStarter
                | BreakClass::ConditionalJapaneseStarter
                | BreakClass::InfixSeparator => closes(character),
                BreakClass::OpenPunctuation => opens(character) || matches!(character, '„' | '‚'),
                BreakClass::NonBreakingGlue | BreakClass::WordJoiner => is_glue(character),
                _ => true,
            };
            if !kept {
                different.push(format!("U+{:04X} {class:?}", character as u32));
            }
        }
        assert_eq!(different, [] as [&str; 0]);
    }
}
