//! Writing a document, or a value that was read.

use core::fmt::Write as _;

use super::numbers::write_number;
use super::strings::write_string;
use super::value::{Json, View};

impl View<'_> {
    /// A number somewhere inside that `write` would change, in words.
    pub(crate) fn first_inexact(self) -> Option<&'static str> {
        match self.0 {
            Some(Json::Number(number)) => {
                let (size, billionths) = (number.abs(), number.abs().fract() * 1e9);
                if size >= 9_007_199_254_740_992.0 {
                    Some("too large")
                } else if (billionths - billionths.round()).abs() > 1e-3 || (size > 0.0 && size < 5e-10) {
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
        self.member(name, |out| write_whole(value, out))
    }

    /// A member that is a number of any kind.
    pub fn decimal(&mut self, name: &str, value: f64) -> &mut Self {
        self.member(name, |out| write_number(value, out))
    }

    /// Closes the object.
    pub fn close(&mut self) {
        self.out.push('}');
    }
}

/// Writes a JSON array, item by item.
#[derive(Debug)]
pub struct ArrayWriter<'a> {
    out: &'a mut String,
    empty: bool,
}

impl<'a> ArrayWriter<'a> {
    /// Opens the array.
    pub fn new(out: &'a mut String) -> Self {
        out.push('[');
        Self { out, empty: true }
    }

    /// Leaves an item to `write`.
    pub fn item(&mut self, write: impl FnOnce(&mut String)) -> &mut Self {
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        write(self.out);
        self
    }

    /// An item that is a whole number.
    pub fn number(&mut self, value: u32) -> &mut Self {
        self.item(|out| write_whole(value, out))
    }

    /// An array of strings, as a whole.
    pub fn strings(items: &[String], out: &mut String) {
        let mut array = ArrayWriter::new(out);
        for text in items {
            array.item(|out| write_string(text, out));
        }
        array.close();
    }

    /// Closes the array.
    pub fn close(&mut self) {
        self.out.push(']');
    }
}

/// Writes a whole number.
pub fn write_whole(number: u32, out: &mut String) {
    let _ = write!(out, "{number}"); // writing to a String cannot fail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever passes numbers on asks first, so none is changed without a word: least of all into nothing.
    #[test]
    fn a_number_that_is_not_called_inexact_is_written_as_it_is() {
        let digits = [1.0, 2.5, 7.0];
        let powers = (-300..=15).map(|power| 10_f64.powi(power));
        for number in powers.flat_map(|power| digits.map(|digit| digit * power)).flat_map(|number| [number, -number]) {
            let json = Json::Number(number);
            let mut out = String::new();
            json.view().write(&mut out);
            let written: f64 = out.parse().unwrap();
            let is_same = (written - number).abs() <= number.abs() * 1e-12;
            assert_eq!(json.view().first_inexact().is_none(), is_same, "{number:e} became {out}");
        }
        // What sums of decimals have too much is not meant.
        assert_eq!(Json::Number(0.1 + 0.2).view().first_inexact(), None);
        assert_eq!(Json::Number(0.0).view().first_inexact(), None);
    }

    #[test]
    fn what_is_read_can_be_written() {
        let text = r#"{"a":[1,-2,2.5,"x\n",null,true,[]],"b\"":{"c":{}},"d":"é"}"#;
        let mut out = String::new();
        Json::parse(text).unwrap().view().write(&mut out);
        assert_eq!(out, text);
    }
}
