//! Reading and writing JSON: one small module that hides which library does it.
//!
//! Answers are read as loose values, because the same fact stands in up to five places (`protocol.md` §5.4).

use core::fmt::Write as _;

use miniserde::json::{Number, Object, Value};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

/// A JSON value, read and searched.
#[derive(Clone, Debug)]
pub struct Json(Value);

impl Json {
    /// Reads a whole document; `None` where it is not JSON.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        miniserde::json::from_str(text).ok().map(Self)
    }

    /// Reads a whole document from bytes.
    #[must_use]
    pub fn parse_bytes(bytes: &[u8]) -> Option<Self> {
        // A byte-order mark is not JSON, but gateways have been seen to send one.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        Self::parse(core::str::from_utf8(bytes).ok()?)
    }

    /// A view to look around in.
    #[must_use]
    pub fn view(&self) -> View<'_> {
        View(Some(&self.0))
    }

    /// The members of an object, for writing its entries elsewhere.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, View<'_>)> {
        match &self.0 {
            Value::Object(object) => Some(object.iter().map(|(key, value)| (key.as_str(), View(Some(value))))),
            _ => None,
        }
        .into_iter()
        .flatten()
    }

    /// Whether it is an object.
    pub(crate) fn is_object(&self) -> bool {
        matches!(self.0, Value::Object(_))
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        miniserde::json::to_string(&self.0) == miniserde::json::to_string(&other.0)
    }
}

/// A place in a JSON document that may not exist. Looking further from a missing place stays missing.
#[derive(Clone, Copy, Debug)]
pub struct View<'a>(Option<&'a Value>);

impl<'a> View<'a> {
    /// A place that does not exist.
    pub const MISSING: Self = Self(None);

    /// A member of an object.
    #[must_use]
    pub fn get(self, name: &str) -> Self {
        match self.0 {
            Some(Value::Object(object)) => Self(object.get(name)),
            _ => Self::MISSING,
        }
    }

    /// An element of an array.
    #[must_use]
    pub fn at(self, index: usize) -> Self {
        match self.0 {
            Some(Value::Array(array)) => Self(array.get(index)),
            _ => Self::MISSING,
        }
    }

    /// The elements of an array; nothing for anything else.
    pub fn items(self) -> impl Iterator<Item = Self> + 'a {
        let items = match self.0 {
            Some(Value::Array(array)) => Some(array.iter()),
            _ => None,
        };
        items.into_iter().flatten().map(|value| Self(Some(value)))
    }

    /// A string.
    #[must_use]
    pub fn str(self) -> Option<&'a str> {
        match self.0 {
            Some(Value::String(text)) => Some(text),
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
        #[allow(clippy::cast_precision_loss, reason = "token counts and milliseconds stay far below 2^53")]
        match self.0 {
            Some(Value::Number(Number::U64(number))) => Some(*number as f64),
            Some(Value::Number(Number::I64(number))) => Some(*number as f64),
            Some(Value::Number(Number::F64(number))) => Some(*number),
            _ => None,
        }
    }

    /// A boolean.
    #[must_use]
    pub fn bool(self) -> Option<bool> {
        match self.0 {
            Some(Value::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// Whether the place exists and is not `null`.
    #[must_use]
    pub fn exists(self) -> bool {
        !matches!(self.0, None | Some(Value::Null))
    }

    /// Whether the place is an array.
    #[must_use]
    pub fn is_array(self) -> bool {
        matches!(self.0, Some(Value::Array(_)))
    }

    /// The place as JSON text, `null` where it does not exist.
    pub(crate) fn to_text(self) -> String {
        self.0.map_or_else(|| "null".to_owned(), miniserde::json::to_string)
    }
}

/// Options that are passed through untouched: any JSON.
impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("plain data: null, a boolean, a number, a string, an array or an object")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(u64::try_from(number).map_or(Number::I64(number), Number::U64)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(Number::U64(number)))
    }

    #[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Value, E> {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() <= EXACT {
            return self.visit_i64(number as i64);
        }
        if !number.is_finite() {
            return Err(E::custom("JSON has no NaN and no Infinity"));
        }
        Ok(Value::Number(Number::F64(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = miniserde::json::Array::new();
        while let Some(Json(value)) = items.next_element()? {
            array.push(value);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some((key, Json(value))) = entries.next_entry::<String, Json>()? {
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

/// Writes `text` as a JSON string, quotes included.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control < '\u{20}' => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
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
        if !self.empty {
            self.out.push(',');
        }
        self.empty = false;
        write_string(name, self.out);
        self.out.push(':');
        write(self.out);
        self
    }

    /// A string member.
    pub fn string(&mut self, name: &str, value: &str) -> &mut Self {
        self.member(name, |out| write_string(value, out))
    }

    /// A boolean member.
    pub fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.member(name, |out| out.push_str(if value { "true" } else { "false" }))
    }

    /// Every member of `extra`, as it is. Names in `taken` are left out: they were written already.
    pub(crate) fn extra(&mut self, extra: Option<&Json>, taken: &[&str]) -> &mut Self {
        for (name, value) in extra.into_iter().flat_map(Json::members) {
            if !taken.contains(&name) {
                self.member(name, |out| out.push_str(&value.to_text()));
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
    fn strings_are_escaped_as_serde_json_does() {
        for text in ["", "plain", "q\" b\\ n\n r\r t\t \u{1} \u{1f} \u{7f} é 你好 🎤 \u{2028}"] {
            let mut out = String::new();
            write_string(text, &mut out);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn looking_past_a_missing_place_is_missing() {
        let json = Json::parse(r#"{"a":[{"b":"c"}],"n":1.5,"s":"null"}"#).unwrap();
        let view = json.view();
        assert_eq!(view.get("a").at(0).get("b").str(), Some("c"));
        assert_eq!(view.get("x").at(3).get("b").str(), None);
        assert_eq!(view.get("n").number(), Some(1.5));
        assert_eq!(view.get("s").word(), None);
        assert!(Json::parse("{").is_none());
    }

    #[test]
    fn passed_through_data_is_kept() {
        let given = r#"{"a":[1,-2,2.5,"x",null,true],"b":{"c":{}}}"#;
        let json: Json = serde_json::from_str(given).unwrap();
        assert_eq!(json.view().to_text(), given);
    }
}
