//! Reading a document.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::strings::plain;
use super::value::Json;

/// Deepest nesting that is read: RFC 8259, section 9, leaves it to the reader. The deepest answers of the service, result
/// files with words, have eight levels (a test counts).
const DEEPEST: usize = 64;

/// Most names and values in a document, so that what is small in a text cannot fill the memory. Twelve hours of audio, the longest that the service takes, are at most two
/// hundred thousand words at five in a second, and nine values each: half of this.
const MOST_VALUES: usize = 4 * 1024 * 1024;

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
                        let mut cursor = Cursor { text, at: at - 1 };
                        let unescaped = cursor.unescape(plain)?;
                        at = cursor.at;
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
                    let mut cursor = Cursor { text, at: at - 1 };
                    let number = cursor.number()?;
                    at = cursor.at;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::View;

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
}
