//! JSON: `serde_json` is the judge of what is read, and of what is written again.

use serde_json::Value;

use crate::json::{Json, View, number, write_string};

pub fn check(data: &[u8]) {
    let Ok(text) = core::str::from_utf8(data) else {
        assert!(Json::parse_bytes(data).is_none());
        return;
    };
    let judge = serde_json::from_str::<Value>(text);
    match (Json::parse(text), judge) {
        (Some(ours), Ok(theirs)) => {
            assert!(is_same(ours.view(), &theirs), "{ours:?}\n{theirs:?}");
            rewritten(&ours);
        }
        // Half a surrogate pair: serde_json refuses it, JSON.parse reads it, and so do we.
        (Some(ours), Err(error)) => {
            assert!(text.contains("\\u"), "{error}: {ours:?}");
            rewritten(&ours);
        }
        (None, Ok(theirs)) => assert!(depth(&theirs) > 64, "refused: {theirs:?}"),
        (None, Err(_)) => {}
    }
    if let Some(number) = number(text) {
        assert!(number.is_finite() && text.parse::<f64>().is_ok_and(|judge| is_near(number, judge)), "{number}");
    }
    let mut quoted = String::new();
    write_string(text, &mut quoted);
    assert_eq!(serde_json::from_str::<String>(&quoted).ok().as_deref(), Some(text));
    assert_eq!(Json::parse(&quoted).as_ref().and_then(|json| json.view().str()), Some(text));
}

/// What is written is what was read, as far as numbers can be written.
fn rewritten(json: &Json<'_>) {
    let mut once = String::new();
    json.view().write(&mut once);
    let again = Json::parse(&once);
    assert!(again.is_some(), "{once}");
    let Some(again) = again else { return };
    if json.view().first_inexact().is_none() {
        let theirs = serde_json::from_str::<Value>(&once);
        assert!(theirs.is_ok_and(|theirs| is_same(again.view(), &theirs)), "{once}");
        let mut twice = String::new();
        again.view().write(&mut twice);
        let theirs = serde_json::from_str::<Value>(&twice);
        assert!(theirs.is_ok_and(|theirs| is_same(again.view(), &theirs)), "{once} became {twice}");
    }
}

fn is_same(ours: View<'_>, theirs: &Value) -> bool {
    match theirs {
        Value::Null => !ours.exists(),
        Value::Bool(flag) => ours.bool() == Some(*flag),
        Value::Number(number) => ours.number().zip(number.as_f64()).is_some_and(|(ours, theirs)| is_near(ours, theirs)),
        Value::String(text) => ours.str() == Some(text),
        Value::Array(items) => {
            ours.is_array()
                && ours.items().count() == items.len()
                && ours.items().zip(items).all(|(ours, theirs)| is_same(ours, theirs))
        }
        // A name may stand twice; then the later one counts, for both.
        Value::Object(members) => {
            ours.names().is_some_and(|mut names| names.all(|name| members.contains_key(name)))
                && members.iter().all(|(name, value)| is_same(ours.get(name), value))
        }
    }
}

/// Fifteen digits and small exponents are exact, others nearly so.
fn is_near(ours: f64, theirs: f64) -> bool {
    (ours - theirs).abs() <= theirs.abs() * 1e-13 || (ours - theirs).abs() < f64::MIN_POSITIVE
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
