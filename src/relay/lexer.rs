//! JSON as it comes, by the letter of RFC 8259 and in constant memory: every byte is understood before the next is looked at.
//!
//! Stricter than the standard where readers differ (<https://www.rfc-editor.org/rfc/rfc8259#section-4>, §8): UTF-8 must be
//! valid, surrogates come in pairs, and a name is at most [`LONGEST_NAME`] bytes long. Whoever lets a request through on what this
//! lexer has read knows that no reader can have read another one.

use super::refusal::Refusal;
use super::scan::plain_length;

/// Longest name of a member, and longest number, in bytes. Names of the service have thirty, hot words a few more.
pub(super) const LONGEST_NAME: usize = 256;
/// Deepest nesting.
const DEEPEST: usize = 16;

/// Told what is read, in order.
pub(super) trait Visitor {
    /// `{` or, where `is_list`, `[`.
    fn begin(&mut self, is_list: bool) -> Result<(), Refusal>;
    /// The end of what began last.
    fn end(&mut self) -> Result<(), Refusal>;
    /// The name of a member, unescaped.
    fn name(&mut self, name: &str) -> Result<(), Refusal>;
    /// A string begins. `at` is the offset of its opening quotation mark.
    fn text_begins(&mut self, at: u64) -> Result<(), Refusal>;
    /// How many of the bytes to come the visitor takes as they stand in the string. It has looked at each of them, and all are plain
    /// characters of JSON: what is megabytes of base64 is not read twice.
    fn text_ahead(&mut self, _bytes: &[u8]) -> usize {
        0
    }
    /// The next bytes of the string, unescaped; a character may be cut.
    fn text(&mut self, piece: &[u8]) -> Result<(), Refusal>;
    /// The string has ended. `at` is the offset behind its closing quotation mark.
    fn text_ends(&mut self, at: u64) -> Result<(), Refusal>;
    /// A number, `true`, `false` or `null`, as it is written.
    fn scalar(&mut self, word: &str) -> Result<(), Refusal>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A value must come. `true`: or the end of a list that has just begun.
    Value(bool),
    /// A name must come. `true`: or the end of an object that has just begun.
    Name(bool),
    Colon,
    /// A comma or the end of what is open; at the top, nothing more.
    After,
    Text,
    Scalar,
}

/// Where in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letter {
    Plain,
    /// Behind a backslash.
    Escape,
    /// Within `\u`: digits that are missing, and their value so far.
    Unicode(u8, u16),
    /// Within a character: bytes that are missing, and the range of the next one (Unicode, table 3-7).
    Character(u8, u8, u8),
}

/// Reads JSON in pieces of any size.
#[derive(Debug)]
pub(super) struct Lexer {
    state: State,
    /// For each open container, whether it is a list.
    open: Vec<bool>,
    letter: Letter,
    /// The first half of a pair of surrogates.
    high: Option<u16>,
    is_name: bool,
    word: Vec<u8>,
    at: u64,
}

impl Default for Lexer {
    fn default() -> Self {
        Self {
            state: State::Value(false),
            open: Vec::new(),
            letter: Letter::Plain,
            high: None,
            is_name: false,
            word: Vec::new(),
            at: 0,
        }
    }
}

impl Lexer {
    /// Reads on.
    pub(super) fn push(&mut self, chunk: &[u8], visitor: &mut impl Visitor) -> Result<(), Refusal> {
        let mut rest = chunk;
        while let Some((&byte, after)) = rest.split_first() {
            if self.state == State::Text && self.letter == Letter::Plain && self.high.is_none() {
                let taken = visitor.text_ahead(rest);
                let (_, behind) = rest.split_at(taken);
                let (piece, after) = behind.split_at(plain_length(behind));
                if !piece.is_empty() {
                    self.piece(piece, visitor)?;
                }
                if after.len() < rest.len() {
                    self.at += (rest.len() - after.len()) as u64;
                    rest = after;
                    continue;
                }
            }
            // What ends a number is read a second time, as itself.
            if self.state != State::Scalar || is_scalar(byte) {
                rest = after;
                self.at += 1;
            }
            self.byte(byte, visitor)?;
        }
        Ok(())
    }

    /// Nothing more comes.
    pub(super) fn finish(&mut self, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        if self.state == State::Scalar {
            self.scalar(visitor)?;
        }
        if self.state == State::After && self.open.is_empty() { Ok(()) } else { Err(self.fault("ends too early")) }
    }

    fn byte(&mut self, byte: u8, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        match self.state {
            State::Text => return self.letter(byte, visitor),
            State::Scalar if is_scalar(byte) => return self.collect(byte),
            State::Scalar => return self.scalar(visitor),
            _ if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') => return Ok(()),
            State::Value(_) => match byte {
                b'"' => self.begin_text(false, visitor)?,
                b'{' | b'[' => self.begin(byte == b'[', visitor)?,
                b']' if self.state == State::Value(true) => self.end(visitor)?,
                _ if is_scalar(byte) => {
                    self.state = State::Scalar;
                    self.word.clear();
                    return self.collect(byte);
                }
                _ => return Err(self.fault("has no value where one must be")),
            },
            State::Name(_) => match byte {
                b'"' => self.begin_text(true, visitor)?,
                b'}' if self.state == State::Name(true) => self.end(visitor)?,
                _ => return Err(self.fault("has no name where one must be")),
            },
            State::Colon if byte == b':' => self.state = State::Value(false),
            State::Colon => return Err(self.fault("has no colon behind a name")),
            State::After => match (byte, self.open.last()) {
                (b',', Some(true)) => self.state = State::Value(false),
                (b',', Some(false)) => self.state = State::Name(false),
                (b']', Some(true)) | (b'}', Some(false)) => self.end(visitor)?,
                _ => return Err(self.fault("goes on where it should have ended")),
            },
        }
        Ok(())
    }

    fn begin(&mut self, is_list: bool, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        if self.open.len() >= DEEPEST {
            return Err(self.fault("is nested too deeply"));
        }
        visitor.begin(is_list)?;
        self.open.push(is_list);
        self.state = if is_list { State::Value(true) } else { State::Name(true) };
        Ok(())
    }

    fn end(&mut self, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        self.open.pop();
        self.state = State::After;
        visitor.end()
    }

    fn begin_text(&mut self, is_name: bool, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        (self.state, self.letter, self.is_name) = (State::Text, Letter::Plain, is_name);
        self.word.clear();
        if is_name { Ok(()) } else { visitor.text_begins(self.at - 1) }
    }

    /// A byte of a string that is not plain, or not where plain ones stand.
    fn letter(&mut self, byte: u8, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        match self.letter {
            Letter::Plain if self.high.is_some() && byte != b'\\' => return Err(self.fault(HALF)),
            Letter::Plain => match byte {
                b'"' => return self.end_text(visitor),
                b'\\' => self.letter = Letter::Escape,
                0..0x20 => return Err(self.fault("has a control character in a string")),
                _ => {
                    let (missing, low, high) = match byte {
                        0x20..0x80 => return self.piece(&[byte], visitor),
                        0xC2..=0xDF => (1, 0x80, 0xBF),
                        0xE0 => (2, 0xA0, 0xBF),
                        0xED => (2, 0x80, 0x9F),
                        0xE1..=0xEF => (2, 0x80, 0xBF),
                        0xF0 => (3, 0x90, 0xBF),
                        0xF1..=0xF3 => (3, 0x80, 0xBF),
                        0xF4 => (3, 0x80, 0x8F),
                        _ => return Err(self.fault(NOT_UTF8)),
                    };
                    self.letter = Letter::Character(missing, low, high);
                    self.piece(&[byte], visitor)?;
                }
            },
            Letter::Character(missing, low, high) => {
                if !(low..=high).contains(&byte) {
                    return Err(self.fault(NOT_UTF8));
                }
                self.letter = if missing == 1 { Letter::Plain } else { Letter::Character(missing - 1, 0x80, 0xBF) };
                self.piece(&[byte], visitor)?;
            }
            Letter::Escape => {
                self.letter = Letter::Plain;
                let plain = match byte {
                    b'u' => {
                        self.letter = Letter::Unicode(4, 0);
                        return Ok(());
                    }
                    b'"' | b'\\' | b'/' => byte,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    _ => return Err(self.fault(NO_ESCAPE)),
                };
                if self.high.is_some() {
                    return Err(self.fault(HALF));
                }
                self.piece(&[plain], visitor)?;
            }
            Letter::Unicode(missing, value) => {
                let digit = char::from(byte).to_digit(16).ok_or_else(|| self.fault(NO_ESCAPE))?;
                #[allow(clippy::cast_possible_truncation, reason = "a digit is below sixteen")]
                let value = value << 4 | digit as u16;
                self.letter = Letter::Unicode(missing - 1, value);
                if missing == 1 {
                    self.letter = Letter::Plain;
                    self.unit(value, visitor)?;
                }
            }
        }
        Ok(())
    }

    /// A unit of UTF-16, as escapes write it.
    fn unit(&mut self, unit: u16, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        let code = match (self.high.take(), unit) {
            (None, 0xD800..=0xDBFF) => {
                self.high = Some(unit);
                return Ok(());
            }
            (Some(high), 0xDC00..=0xDFFF) => 0x1_0000 + ((u32::from(high) - 0xD800) << 10) + (u32::from(unit) - 0xDC00),
            (None, _) => u32::from(unit),
            (Some(_), _) => return Err(self.fault(HALF)),
        };
        let character = char::from_u32(code).ok_or_else(|| self.fault(HALF))?;
        self.piece(character.encode_utf8(&mut [0; 4]).as_bytes(), visitor)
    }

    fn piece(&mut self, piece: &[u8], visitor: &mut impl Visitor) -> Result<(), Refusal> {
        if !self.is_name {
            return visitor.text(piece);
        }
        if self.word.len() + piece.len() > LONGEST_NAME {
            return Err(self.fault("has a name that is too long"));
        }
        self.word.extend_from_slice(piece);
        Ok(())
    }

    fn end_text(&mut self, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        if !self.is_name {
            self.state = State::After;
            return visitor.text_ends(self.at);
        }
        self.state = State::Colon;
        let name = core::str::from_utf8(&self.word).map_err(|_| self.fault(NOT_UTF8))?;
        visitor.name(name)
    }

    fn collect(&mut self, byte: u8) -> Result<(), Refusal> {
        if self.word.len() >= LONGEST_NAME {
            return Err(self.fault("has a number that is too long"));
        }
        self.word.push(byte);
        Ok(())
    }

    fn scalar(&mut self, visitor: &mut impl Visitor) -> Result<(), Refusal> {
        self.state = State::After;
        let word = core::str::from_utf8(&self.word).unwrap_or_default();
        if matches!(word, "true" | "false" | "null") || is_number(word.as_bytes()) {
            visitor.scalar(word)
        } else {
            Err(self.fault("has a word that is no value of JSON"))
        }
    }

    fn fault(&self, problem: &str) -> Refusal {
        Refusal::bad_request(&format!(
            "the body is no JSON that everybody reads alike: at byte {} it {problem}.",
            self.at
        ))
    }
}

const NOT_UTF8: &str = "is not UTF-8";
const NO_ESCAPE: &str = "has an escape that JSON does not know";
const HALF: &str = "has half a pair of surrogates";

/// What numbers and words are made of, and a little more, which is refused as a whole.
fn is_scalar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.' | b'_')
}

/// `-? (0 | [1-9][0-9]*) ('.' [0-9]+)? ([eE] [+-]? [0-9]+)?`
fn is_number(word: &[u8]) -> bool {
    let digits = |word: &[u8]| word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest.first() == Some(&b'0')) {
        return false;
    }
    rest = rest.get(whole..).unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = fraction.get(length..).unwrap_or_default();
    }
    if let Some((b'e' | b'E', exponent)) = rest.split_first() {
        let exponent = exponent.strip_prefix(b"-").or(exponent.strip_prefix(b"+")).unwrap_or(exponent);
        let length = digits(exponent);
        return length > 0 && length == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use core::fmt::Write as _;

    use super::*;

    /// Writes down what it is told.
    #[derive(Default)]
    struct Log(String, Vec<u8>);

    impl Visitor for Log {
        fn begin(&mut self, is_list: bool) -> Result<(), Refusal> {
            self.0.push(if is_list { '[' } else { '{' });
            Ok(())
        }
        fn end(&mut self) -> Result<(), Refusal> {
            self.0.push(')');
            Ok(())
        }
        fn name(&mut self, name: &str) -> Result<(), Refusal> {
            write!(self.0, "<{name}>").map_err(|_| unwritten())
        }
        fn text_begins(&mut self, _: u64) -> Result<(), Refusal> {
            self.1.clear();
            Ok(())
        }
        fn text(&mut self, piece: &[u8]) -> Result<(), Refusal> {
            self.1.extend_from_slice(piece);
            Ok(())
        }
        fn text_ends(&mut self, _: u64) -> Result<(), Refusal> {
            let text = core::str::from_utf8(&self.1).map_err(|_| Refusal::bad_request("pieces"))?;
            write!(self.0, "'{text}'").map_err(|_| unwritten())
        }
        fn scalar(&mut self, word: &str) -> Result<(), Refusal> {
            write!(self.0, "({word})").map_err(|_| unwritten())
        }
    }

    fn unwritten() -> Refusal {
        Refusal::bad_request("not written")
    }

    fn read(text: &[u8], size: usize) -> Result<String, Refusal> {
        let (mut lexer, mut log) = (Lexer::default(), Log::default());
        for chunk in text.chunks(size) {
            lexer.push(chunk, &mut log)?;
        }
        lexer.finish(&mut log)?;
        assert_eq!(lexer.at, text.len() as u64);
        Ok(log.0)
    }

    #[test]
    fn what_is_valid_is_read_alike_in_pieces_of_any_size() {
        let long = format!(r#"{{"a":"{}é","b":[1,-0.5e+3,true,null,[],{{}}]}}"#, "x".repeat(200));
        let expected = format!("{{<a>'{}é'<b>[(1)(-0.5e+3)(true)(null)[){{)))", "x".repeat(200));
        let escaped = br#" "\u006dod\u0065l \ud83d\ude00 \" \\ \/ \n" "#;
        for size in 1..300 {
            assert_eq!(read(long.as_bytes(), size).as_deref(), Ok(expected.as_str()), "{size}");
            assert_eq!(read(escaped, size).as_deref(), Ok("'model 😀 \" \\ / \n'"), "{size}");
            assert_eq!(read(" 12 ".as_bytes(), size).as_deref(), Ok("(12)"));
        }
    }

    #[test]
    fn it_takes_what_serde_json_takes_and_nothing_else() {
        let texts: [&[u8]; 45] = [
            b"",
            b" ",
            b"{",
            b"}",
            b"{}",
            b"[]",
            b"[1,]",
            b"[,1]",
            b"{\"a\":1,}",
            b"{\"a\"1}",
            b"{\"a\":}",
            b"{a:1}",
            b"{'a':1}",
            b"{}{}",
            b"{} x",
            b"[1 2]",
            b"[1][",
            b"\"",
            b"\"a",
            b"\"\\\"",
            b"\"\\x\"",
            b"\"\\u12g4\"",
            b"\"\\ud800\"",
            b"\"\\ud800x\"",
            b"\"\\ud800\\n\"",
            b"\"\\udc00\"",
            b"\"\\ud83d\\ud83d\"",
            b"\"\x01\"",
            b"\"\n\"",
            b"\"\x80\"",
            b"\"\xc0\xa2\"",
            b"\"\xed\xa0\x80\"",
            b"\"\xf4\x90\x80\x80\"",
            b"\"\xe2\x82\"",
            b"\xef\xbb\xbf{}",
            b"01",
            b"1.",
            b".5",
            b"+1",
            b"1e",
            b"1e5",
            b"-",
            b"NaN",
            b"tru",
            b"/**/{}",
        ];
        for text in texts {
            let theirs = serde_json::from_slice::<serde_json::Value>(text).is_ok();
            for size in [1, 3, 100] {
                assert_eq!(read(text, size).is_ok(), theirs, "{:?}", String::from_utf8_lossy(text));
            }
        }
    }

    #[test]
    fn memory_is_bounded() {
        assert!(read(&b"[".repeat(DEEPEST + 1), 7).is_err());
        assert!(read(format!("{{\"{}\":1}}", "n".repeat(LONGEST_NAME + 1)).as_bytes(), 7).is_err());
        assert!(read("1".repeat(LONGEST_NAME + 1).as_bytes(), 7).is_err());
    }
}
