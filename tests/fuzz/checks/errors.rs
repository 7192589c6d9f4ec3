//! What the service says when it fails, in any shape: one line of bounded length, and never the key.
//!
//! Two bytes are the status, one chooses the place of the key that is planted; the rest is the body.

use super::choices::Choices;
use crate::api::error_body;
use crate::error::Error;
use crate::json::Json;

const SECRET: &str = "0123456789abcdef0123456789abcdef";

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let (status, place, plant) = (choices.short() % 700, usize::from(choices.short()), choices.byte());
    let body = choices.rest();
    let start = [" sk-", ":sk-", "/st-", "(sk-ws-"][usize::from(plant >> 1 & 3)];
    let planted = plant & 1 == 1;
    let at = place % (body.len() + 1);
    if body.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()) {
        return; // a key that nobody would know for one
    }
    let body = if planted {
        [&body[..at], format!("{start}{SECRET}").as_bytes(), &body[at..]].concat()
    } else {
        body.to_vec()
    };
    let header = |name: &str| match name {
        "x-request-id" => Some("from-the-header".to_owned()),
        "retry-after" => (plant & 8 != 0).then(|| "7".to_owned()),
        "x-should-retry" => (plant & 16 != 0).then(|| "true".to_owned()),
        _ => None,
    };
    let error = error_body::read(status, header, 0.0, &body);
    assert!(error.request_id().is_some(), "{error}");
    hides(&error);
    let text = String::from_utf8_lossy(&body);
    let framed = error_body::in_framed_body(&body);
    let inside = Json::parse(&text).and_then(|json| error_body::in_json(&json, Some(status)));
    let event = error_body::in_event(&text, Some(status));
    let task = error_body::in_task(None, Some(text.clone().into_owned()), None);
    for error in [framed, inside, Some(event), Some(task).filter(|_| !text.trim().is_empty())].iter().flatten() {
        hides(error);
    }
    let _ = error_body::or_no_speech(error);
}

fn hides(error: &Error) {
    judge(error);
    for text in [Some(error.message()), error.service_code(), error.request_id()].into_iter().flatten() {
        assert!(!text.contains(SECRET), "the key is in the error: {text:?}");
    }
    assert!(!format!("{error} {error:?}").contains(SECRET));
}

/// What is true of every error that repeats words of others.
pub fn judge(error: &Error) {
    let message = error.message();
    assert!(!message.trim().is_empty(), "an error without words: {error:?}");
    assert!(!message.contains(['\n', '\r']), "more than one line: {message:?}");
    assert!(message.chars().count() <= 1_000, "{} characters", message.chars().count());
}
