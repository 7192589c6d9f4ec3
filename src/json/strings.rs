//! Strings: what stands for itself in them, and what is escaped.

use super::cursor::Cursor;
use crate::search::first_of;

/// What needs no unescaping, from a place in a string on; control characters must not stand in a string.
pub(super) fn plain(text: &str, at: usize) -> Option<&str> {
    text.get(at..at + first_of(b'"', b'\\', b' ', text.as_bytes().get(at..)?))
}

impl Cursor<'_> {
    /// A string from its first escape on, up to behind the closing quote; `before` stood before the escape.
    pub(super) fn unescape(&mut self, before: &str) -> Option<String> {
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
}
