//! Reading and writing JSON, no more of it than the protocol needs.
//!
//! Our own, because of what it saves: `serde_json` costs 22 kB of compressed wasm, `miniserde` 14 kB (its number tables
//! do not compress), this 3 kB; and a stream's events are read without copying a string (`ARCHITECTURE.md`, "Sizes").
//! Answers are read as loose values, because the same fact stands in up to five places (`docs/protocol.md` §5.4).

use core::fmt::Write as _;

use std::borrow::Cow;

use crate::search::first_of;

/// Deepest nesting that is read: RFC 8259, section 9, leaves it to the reader. The deepest answers of the service, result
/// files with words, have eight levels (a test counts).
const DEEPEST: usize = 64;

/// Most names and values in a document, so that what is small in a text cannot fill the memory. Twelve hours of audio, the longest that the service takes, are at most two
/// hundred thousand words at five in a second, and nine values each: half of this.
const MOST_VALUES: usize = 4 * 1024 * 1024;

/// A JSON value. Strings without escapes are borrowed from the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string, unescaped.
    String(Cow<'a, str>),
    /// `[…]`
    Array(Vec<Json<'a>>),
    /// `{…}`: names and values by turns, in the order of the text.
    Object(Vec<Json<'a>>),
}

impl<'a> Json<'a> {
    /// Reads a whole document; `None` where it is not JSON.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::read(text, MOST_VALUES, None)
    }

    /// Reads the document that a text begins with; `end` becomes its length.
    pub(crate) fn parse_beginning(text: &'a str, end: &mut usize) -> Option<Self> {
        Self::read(text, MOST_VALUES, Some(end))
    }

    /// Reads a document of at most so many values, which is all of the text where nobody asks for its end.
    fn read(text: &'a str, most: usize, end: Option<&mut usize>) -> Option<Self> {
        // One loop, not a function for each kind of value: so the place stays in a register.
        let bytes = text.as_bytes();
        let mut at = 0;
        // What the open containers hold so far, one after the other; where in it the innermost begins, and those around it.
        let mut items = Vec::with_capacity(64);
        let mut around = Vec::new();
        let mut start = 0;
        let mut count = 0;
        let mut in_object = false;
        let mut name_expected = false;
        loop {
            let first = next(bytes, &mut at)?;
            count += 1;
            if (name_expected && first != b'"') || count > most {
                return None;
            }
            let mut value = match first {
                b'"' => {
                    let plain = plain(text, at)?;
                    at += plain.len() + 1;
                    if bytes.get(at - 1) == Some(&b'"') {
                        Json::String(Cow::Borrowed(plain))
                    } else {
                        let mut reader = Reader { text, at: at - 1 };
                        let unescaped = reader.unescape(plain)?;
                        at = reader.at;
                        Json::String(Cow::Owned(unescaped))
                    }
                }
                b'{' | b'[' => {
                    if around.len() == DEEPEST {
                        return None;
                    }
                    let inner = first == b'{';
                    // In ASCII, `}` and `]` are the next but one.
                    if next(bytes, &mut at)? == first + 2 {
                        container(inner, Vec::new())
                    } else {
                        at -= 1;
                        around.push((in_object, start));
                        start = items.len();
                        (in_object, name_expected) = (inner, inner);
                        continue;
                    }
                }
                b't' | b'f' | b'n' => {
                    let (word, value) = match first {
                        b't' => ("true", Json::Bool(true)),
                        b'f' => ("false", Json::Bool(false)),
                        _ => ("null", Json::Null),
                    };
                    if !bytes.get(at - 1..)?.starts_with(word.as_bytes()) {
                        return None;
                    }
                    at += word.len() - 1;
                    value
                }
                _ => {
                    let mut reader = Reader { text, at: at - 1 };
                    let number = reader.number()?;
                    at = reader.at;
                    Json::Number(number)
                }
            };
            if name_expected {
                name_expected = false;
                items.push(value);
                if next(bytes, &mut at)? != b':' {
                    return None;
                }
                continue;
            }
            // What may follow a value: the ends of containers, and a comma.
            loop {
                if around.is_empty() {
                    if let Some(end) = end {
                        *end = at;
                        return Some(value);
                    }
                    return next(bytes, &mut at).is_none().then_some(value);
                }
                items.push(value);
                match next(bytes, &mut at)? {
                    b',' => break,
                    b'}' if in_object => {}
                    b']' if !in_object => {}
                    _ => return None,
                }
                // Just as long as it must be: millions of small objects would multiply what they have in reserve.
                value = container(in_object, items.split_off(start));
                (in_object, start) = around.pop()?;
            }
            name_expected = in_object;
        }
    }

    /// Reads a whole document from bytes.
    #[must_use]
    pub fn parse_bytes(bytes: &'a [u8]) -> Option<Self> {
        // A byte-order mark is not JSON, but gateways have been seen to send one.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        Self::parse(core::str::from_utf8(bytes).ok()?)
    }

    /// A view to look around in.
    #[must_use]
    pub fn view(&'a self) -> View<'a> {
        View(Some(self))
    }
}

/// A place in a JSON document that may not exist. Looking further from a missing place stays missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a>(Option<&'a Json<'a>>);

impl<'a> View<'a> {
    /// A member of an object. Where a name stands twice the later one counts, as in `JSON.parse`.
    #[must_use]
    pub fn get(self, name: &str) -> Self {
        for [given, value] in self.members().iter().rev() {
            if let Json::String(given) = given
                && given.len() == name.len() // nearly always enough, and no call
                && given == name
            {
                return Self(Some(value));
            }
        }
        Self(None)
    }

    /// Names and values.
    fn members(self) -> &'a [[Json<'a>; 2]] {
        match self.0 {
            Some(Json::Object(members)) => members.as_chunks().0,
            _ => &[],
        }
    }

    /// An element of an array.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        match self.0 {
            Some(Json::Array(items)) => Self(items.get(index)),
            _ => Self(None),
        }
    }

    /// The elements of an array; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> + 'a {
        let items: &[Json<'_>] = match self.0 {
            Some(Json::Array(items)) => items,
            _ => &[],
        };
        items.iter().map(|value| Self(Some(value)))
    }

    /// The names of an object's members; `None` for anything else.
    #[must_use]
    pub fn names(self) -> Option<impl Iterator<Item = &'a str>> {
        self.is_object().then(|| self.members().iter().filter_map(|[name, _]| Self(Some(name)).str()))
    }

    /// A string.
    #[must_use]
    pub fn str(self) -> Option<&'a str> {
        match self.0 {
            Some(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    /// A string with something in it: the services send `""`, `"null"` and `null` for "nothing".
    #[must_use]
    pub fn word(self) -> Option<String> {
        self.str().filter(|text| !text.is_empty() && *text != "null").map(str::to_owned)
    }

    /// A number.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self.0 {
            Some(Json::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// A boolean.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        match self.0 {
            Some(Json::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// Whether the place exists and is not `null`.
    #[must_use]
    pub fn exists(self) -> bool {
        !matches!(self.0, None | Some(Json::Null))
    }

    /// Whether the place is an array.
    #[must_use]
    pub fn is_array(self) -> bool {
        matches!(self.0, Some(Json::Array(_)))
    }

    /// Whether the place is an object.
    #[must_use]
    pub fn is_object(self) -> bool {
        matches!(self.0, Some(Json::Object(_)))
    }

    /// A number somewhere inside that `write` would change, in words.
    pub(crate) fn first_inexact(self) -> Option<&'static str> {
        match self.0 {
            Some(Json::Number(number)) => {
                let (size, billionths) = (number.abs(), number.abs().fract() * 1e9);
                if size >= 9_007_199_254_740_992.0 {
                    Some("too large")
                } else if (billionths - billionths.round()).abs() > 1e-3 {
                    Some("more than nine decimals")
                } else {
                    None
                }
            }
            Some(Json::Array(items) | Json::Object(items)) => {
                items.iter().find_map(|item| Self(Some(item)).first_inexact())
            }
            _ => None,
        }
    }

    /// The place written as JSON, `null` where it does not exist.
    pub(crate) fn write(self, out: &mut String) {
        match self.0 {
            None | Some(Json::Null) => out.push_str("null"),
            Some(Json::Bool(flag)) => out.push_str(if *flag { "true" } else { "false" }),
            Some(Json::Number(number)) => write_number(*number, out),
            Some(Json::String(text)) => write_string(text, out),
            Some(Json::Array(items) | Json::Object(items)) => {
                let is_object = self.is_object();
                out.push(if is_object { '{' } else { '[' });
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(if is_object && index % 2 == 1 { ':' } else { ',' });
                    }
                    Self(Some(item)).write(out);
                }
                out.push(if is_object { '}' } else { ']' });
            }
        }
    }
}

/// A number in decimal notation, as JSON and HTTP headers have it. Exact for up to 15 digits and exponents up to 22,
/// which is all that counts, times and durations need; standard float parsing brings 10 kB of tables.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let mut reader = Reader { text, at: 0 };
    let number = reader.number()?;
    (reader.at == text.len()).then_some(number)
}

fn container(object: bool, items: Vec<Json<'_>>) -> Json<'_> {
    if object { Json::Object(items) } else { Json::Array(items) }
}

/// The next byte that is no white space, taken.
#[inline(always)]
#[allow(clippy::inline_always, reason = "or the place would be kept in memory, where every byte has to fetch it")]
fn next(bytes: &[u8], at: &mut usize) -> Option<u8> {
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
            return Some(byte);
        }
    }
}

/// What needs no unescaping, from a place in a string on; control characters must not stand in a string.
fn plain(text: &str, at: usize) -> Option<&str> {
    text.get(at..at + first_of(b'"', b'\\', b' ', text.as_bytes().get(at..)?))
}

/// Reads what is rare, or rarely long: numbers and escapes.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// A string from its first escape on, up to behind the closing quote; `before` stood before the escape.
    fn unescape(&mut self, before: &str) -> Option<String> {
        let mut unescaped = before.to_owned();
        while self.take(b'\\') {
            unescaped.push(self.escape()?);
            let plain = plain(self.text, self.at)?;
            self.at += plain.len();
            unescaped.push_str(plain);
        }
        self.take(b'"').then_some(unescaped)
    }

    fn escape(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += 1;
        Some(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.unit()?;
                if !(0xD800..0xDC00).contains(&first) {
                    // A lone surrogate is no character; JSON.parse keeps it, text cannot.
                    return Some(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                let before = self.at;
                if self.take(b'\\') && self.take(b'u') {
                    let second = self.unit()?;
                    if (0xDC00..0xE000).contains(&second) {
                        return char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
                    }
                }
                self.at = before;
                char::REPLACEMENT_CHARACTER
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
    }

    #[allow(clippy::cast_precision_loss, reason = "15 digits are exact, more are rounded once")]
    fn number(&mut self) -> Option<f64> {
        let negative = self.take(b'-');
        let mut mantissa = 0;
        let leading_zero = self.peek() == Some(b'0');
        let (whole, mut exponent) = self.digits(&mut mantissa);
        if whole == 0 || (leading_zero && whole > 1) {
            return None;
        }
        if self.take(b'.') {
            let (decimals, lost) = self.digits(&mut mantissa);
            if decimals == 0 {
                return None;
            }
            exponent += lost - decimals;
        }
        if self.take(b'e') || self.take(b'E') {
            let down = self.take(b'-');
            if !down {
                self.take(b'+');
            }
            let mut power = 0;
            let (length, lost) = self.digits(&mut power);
            if length == 0 {
                return None;
            }
            let power = if lost > 0 { 9_999 } else { i32::try_from(power.min(9_999)).unwrap_or(9_999) };
            exponent += if down { -power } else { power };
        }
        let mut value = mantissa as f64;
        // The powers of ten up to 10^22 are exact doubles, so one step is one rounding.
        while exponent != 0 && value != 0.0 && value.is_finite() {
            let step = exponent.unsigned_abs().min(22);
            let power = (0..step).fold(1.0, |power: f64, _| power * 10.0);
            if exponent > 0 {
                value *= power;
                exponent -= 22.min(exponent);
            } else {
                value /= power;
                exponent += 22.min(-exponent);
            }
        }
        value.is_finite().then_some(if negative { -value } else { value })
    }

    /// Reads digits into the mantissa. Gives how many there were, and how many of them no longer fitted.
    fn digits(&mut self, mantissa: &mut u64) -> (i32, i32) {
        let (mut value, mut count, mut lost) = (*mantissa, 0_i32, 0);
        for byte in self.text.as_bytes().get(self.at..).unwrap_or_default() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            count += 1;
            if value < 1_000_000_000_000_000_000 {
                value = value * 10 + u64::from(digit);
            } else {
                lost += 1;
            }
        }
        *mantissa = value;
        self.at += usize::try_from(count).unwrap_or_default();
        (count, lost)
    }
}

/// Writes `text` as a JSON string, quotes included.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut at = 0;
    while let Some(run) = plain(text, at) {
        out.push_str(run);
        at += run.len();
        let Some(byte) = text.as_bytes().get(at) else { break };
        at += 1;
        let escape = match byte {
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            b'"' => "\\\"",
            b'\\' => "\\\\",
            control => {
                out.push_str(if *control < 16 { "\\u000" } else { "\\u001" });
                let digit = usize::from(control & 15);
                "0123456789abcdef".get(digit..digit + 1).unwrap_or_default()
            }
        };
        out.push_str(escape);
    }
    out.push('"');
}

/// Writes a number that came from a caller's options. Nine decimals are kept, more than any option has a use for.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
fn write_number(number: f64, out: &mut String) {
    const BILLION: f64 = 1e9;
    let size = number.abs();
    if number < 0.0 {
        out.push('-');
    }
    let (mut whole, mut fraction) = (size.trunc(), (size.fract() * BILLION).round());
    if fraction >= BILLION {
        (whole, fraction) = (whole + 1.0, 0.0);
    }
    // Writing to a String cannot fail.
    let _ = write!(out, "{}", whole as u64);
    if fraction > 0.0 {
        let digits = format!("{:09}", fraction as u64);
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

/// Writes one JSON object, member by member, leaving out what is absent.
#[derive(Debug)]
pub struct ObjectWriter<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> ObjectWriter<'a> {
    /// Opens the object.
    pub fn new(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, empty: true }
    }

    /// Writes a name and leaves the value to `write`.
    pub fn member(&mut self, name: &str, write: impl FnOnce(&mut String)) -> &mut Self {
        self.name(name);
        write(self.out);
        self
    }

    /// What stands before a value. By itself, as `member` is compiled for every way to write one.
    fn name(&mut self, name: &str) {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        write_string(name, self.out);
        self.out.push(':');
    }

    /// A string member.
    pub fn string(&mut self, name: &str, value: &str) -> &mut Self {
        self.member(name, |out| write_string(value, out))
    }

    /// A boolean member.
    pub fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.member(name, |out| out.push_str(if value { "true" } else { "false" }))
    }

    /// A member that is a whole number.
    pub fn number(&mut self, name: &str, value: u32) -> &mut Self {
        self.member(name, |out| {
            let _ = write!(out, "{value}"); // writing to a String cannot fail
        })
    }

    /// Members as they are, except those in `taken`, which were written already.
    pub(crate) fn extra(&mut self, extra: &[(String, String)], taken: &[&str]) -> &mut Self {
        for (name, json) in extra {
            if !taken.contains(&name.as_str()) {
                self.member(name, |out| out.push_str(json));
            }
        }
        self
    }

    /// Closes the object.
    pub fn close(&mut self) {
        self.out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_escaped_as_serde_json_reads_them() {
        for text in ["", "plain", "q\" b\\ n\n r\r t\t \u{1} \u{1f} \u{7f} é 你好 🎤 \u{2028}"] {
            let mut out = String::new();
            write_string(text, &mut out);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn looking_past_a_missing_place_is_missing() {
        let json = Json::parse(r#"{"a":[{"b":"c"}],"n":1.5,"s":"null","n":2}"#).unwrap();
        let view = json.view();
        assert_eq!(view.get("a").at(0).get("b").str(), Some("c"));
        assert_eq!(view.get("x").at(3).get("b").str(), None);
        assert_eq!(view.get("n").number(), Some(2.0));
        assert_eq!(view.get("s").word(), None);
    }

    fn same(ours: View<'_>, theirs: &serde_json::Value) -> bool {
        match theirs {
            serde_json::Value::Null => matches!(ours.0, Some(Json::Null)),
            serde_json::Value::Bool(flag) => ours.bool() == Some(*flag),
            serde_json::Value::Number(number) => {
                let (Some(a), Some(b)) = (ours.number(), number.as_f64()) else { return false };
                a == b || ((a - b) / b).abs() < 1e-13
            }
            serde_json::Value::String(text) => ours.str() == Some(text),
            serde_json::Value::Array(items) => {
                ours.is_array() && ours.items().count() == items.len() && {
                    ours.items().zip(items).all(|(ours, theirs)| same(ours, theirs))
                }
            }
            serde_json::Value::Object(members) => {
                ours.names().is_some_and(|names| names.count() == members.len())
                    && members.iter().all(|(name, value)| same(ours.get(name), value))
            }
        }
    }

    const DOCUMENT: &str = "{\"a\":[1,-2.5,1e3,0.001,1E-2,12345678901234567890,true,false,null,\"x\\n\\u00e9\\ud83c\\udfa4\"],\
                            \"b\":{\"c\":{},\"d\":[ ]}, \"é\" : \"你\" }";

    /// `serde_json` is the judge: the same documents are read, the same are refused, whatever is done to them.
    #[test]
    fn it_agrees_with_serde_json_on_damaged_documents() {
        let check = |text: &str| match (Json::parse(text), serde_json::from_str::<serde_json::Value>(text)) {
            (Some(ours), Ok(theirs)) => assert!(same(ours.view(), &theirs), "{text}"),
            (None, Err(_)) => {}
            // Half a surrogate pair: serde_json refuses it, JSON.parse reads it, and so do we.
            (Some(_), Err(error)) if error.to_string().contains("surrogate") || text.contains("\\ud83") => {}
            (ours, theirs) => panic!("{text}: {ours:?} / {theirs:?}"),
        };
        check(DOCUMENT);
        let characters: Vec<char> = DOCUMENT.chars().collect();
        for at in 0..characters.len() {
            check(&characters[..at].iter().collect::<String>());
            for other in ['"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', '.', 'e', ' ', 'u', '\u{1}'] {
                let mut damaged = characters.clone();
                damaged[at] = other;
                check(&damaged.iter().collect::<String>());
            }
        }
    }

    #[test]
    fn numbers_are_exact_where_it_counts() {
        for text in ["0", "-0", "7", "300", "1767685989", "3.8", "0.1", "123456789.123", "1e22", "5e-7", "-12.5e2"] {
            assert_eq!(number(text), Some(text.parse().unwrap()), "{text}");
        }
        for text in ["", "-", "01", "1.", ".5", "+1", "1e", "1e999", "NaN", " 1", "1 "] {
            assert_eq!(number(text), None, "{text}");
        }
        for (number, text) in [(0.0, "0"), (-2.5, "-2.5"), (16000.0, "16000"), (0.1, "0.1"), (0.999_999_999_9, "1")] {
            let mut out = String::new();
            write_number(number, &mut out);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn lone_surrogates_and_deep_nesting_do_no_harm() {
        for (json, text) in
            [(r#""\ud83cx""#, "\u{FFFD}x"), (r#""\ud83c\u0041""#, "\u{FFFD}A"), (r#""\udfa4""#, "\u{FFFD}")]
        {
            assert_eq!(Json::parse(json).unwrap().view().str(), Some(text));
        }
        assert!(Json::parse(&"[".repeat(100_000)).is_none());
    }

    /// Places for values, used or in reserve.
    fn places(json: &Json<'_>) -> usize {
        match json {
            Json::Array(items) | Json::Object(items) => items.capacity() + items.iter().map(places).sum::<usize>(),
            _ => 0,
        }
    }

    #[test]
    fn memory_is_in_proportion_to_the_text() {
        for (small, values) in
            [(r#"{"":1}"#, 3), ("[]", 1), ("{}", 1), ("[[1]]", 3), (r#"{"a":{"b":[1,2,3]}}"#, 8), ("1", 1)]
        {
            let text = format!("[{}]", vec![small; 10_000].join(","));
            let json = Json::parse(&text).unwrap();
            assert!(places(&json) <= 10_000 * values + 64, "{small}: {} places", places(&json));
        }
    }

    #[test]
    fn more_values_than_any_answer_has_are_refused() {
        for (text, values) in [("[1,[],{}]", 4), (r#"{"a":{"b":null},"c":"d"}"#, 7), ("[[[[]]]]", 4), ("1", 1)] {
            assert!(Json::read(text, values, None).is_some() && Json::read(text, values - 1, None).is_none(), "{text}");
        }
    }

    /// What the service sends is nowhere near the limits: every fixture, and a result file of twelve hours.
    #[test]
    fn the_limits_are_far_from_what_is_sent() {
        fn levels(json: &Json<'_>) -> usize {
            match json {
                Json::Array(items) | Json::Object(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
                _ => 0,
            }
        }
        let mut folders = vec![std::path::PathBuf::from("tests/fixtures/api")];
        let mut deepest = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else if let Some(json) = Json::parse_bytes(&std::fs::read(&entry).unwrap()) {
                    deepest = deepest.max(levels(&json));
                }
            }
        }
        assert!((4..=8).contains(&deepest), "{deepest}");
        let word = r#"{"begin_time":43199000,"end_time":43199200,"text":"word","punctuation":","}"#;
        let file =
            format!(r#"{{"transcripts":[{{"sentences":[{{"words":[{}]}}]}}]}}"#, vec![word; 5 * 12 * 3600].join(","));
        assert!(Json::read(&file, MOST_VALUES / 2, None).is_some());
    }

    #[test]
    fn what_is_read_can_be_written() {
        let text = r#"{"a":[1,-2,2.5,"x\n",null,true,[]],"b\"":{"c":{}},"d":"é"}"#;
        let mut out = String::new();
        Json::parse(text).unwrap().view().write(&mut out);
        assert_eq!(out, text);
    }
}
