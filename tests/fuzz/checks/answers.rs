//! Answers of every endpoint: any JSON goes to every reader. What comes out is no longer than what went in, is written and
//! read again unchanged, and becomes subtitles.

use serde_json::Value;

use super::errors;
use super::subtitles;
use crate::api::{
    chat_completions, error_body, flash_generation, generation, tasks, tokens, transcription, uploads, vocabulary,
};
use crate::config::{ClientSettings, Config};
use crate::error::Error;
use crate::json::Json;
use crate::subtitle::{SubtitleOptions, from_json, to_json};
use crate::transcript::Transcript;

pub fn check(data: &[u8]) {
    let Some(json) = Json::parse_bytes(data) else { return };
    let length = data.len();
    for read in [chat_completions::read, generation::read, flash_generation::read, transcription::read] {
        judged(read(&json), length);
    }
    judged(from_json(json.view()), length);
    if let Some(error) = error_body::in_json(&json, Some(200)) {
        errors::judge(&error);
        if let Ok(silence) = error_body::or_no_speech(error) {
            assert!(silence.no_speech && silence.text.is_empty());
        }
    }
    match tasks::read_status(&json) {
        Ok(status) => {
            assert!(status.files.len() <= length);
            let failures = status.files.iter().filter_map(|file| file.failure(status.request_id.as_deref()));
            for failure in failures.chain(status.failure()) {
                errors::judge(&failure);
            }
        }
        Err(error) => errors::judge(&error),
    }
    if let Ok(id) = transcription::submitted(&json) {
        assert!(!id.is_empty() && id.len() <= length);
    }
    if let Ok(page) = tasks::read_list(&json) {
        assert!(page.tasks.len() <= length && page.total.is_finite());
    }
    if let Ok(token) = tokens::read(&json) {
        assert!(!token.token.is_empty() && !format!("{token:?}").contains(&token.token[..]) || token.token.len() < 9);
    }
    if let Ok(list) = vocabulary::read(&json, "id") {
        assert!(list.vocabulary_id == "id" && list.words.len() <= length);
    }
    if let Ok(lists) = vocabulary::read_list(&json) {
        assert!(lists.len() <= length);
    }
    let _ = vocabulary::read_created(&json);
    let config = Config::new(&ClientSettings::default());
    if let Some(policy) = config.ok().and_then(|config| uploads::read_policy(&config, &json).ok()) {
        let upload = uploads::form(&policy, "random", "wav", None);
        assert!(upload.url.starts_with("oss://") && upload.url.ends_with("/random.wav"));
        let body = upload.request.body.to_bytes(b"audio");
        assert!(body.ends_with(b"audio\r\n--dashscope-asr-random--\r\n"));
        assert!(!format!("{policy:?}").contains(':'), "a signature is as good as a key");
    }
}

/// What is true of every transcript, and of every error in its place.
fn judged(read: Result<Transcript, Error>, length: usize) {
    let transcript = match read {
        Ok(transcript) => transcript,
        Err(error) => return errors::judge(&error),
    };
    // The text of a file is that of its channels, or that of their sentences; either stands in the answer.
    assert!(transcript.text.len() <= 2 * length, "{} bytes of text from {length}", transcript.text.len());
    let segments: usize = transcript.segments.iter().map(|segment| segment.text.len()).sum();
    assert!(segments <= length && transcript.segments.len() <= length && transcript.channels.len() <= length);
    assert!(transcript.duration.is_none_or(f64::is_finite));

    let written = to_json(&transcript);
    let theirs = serde_json::from_str::<Value>(&written);
    assert!(theirs.is_ok_and(|theirs| theirs["text"] == transcript.text.as_str()), "{written}");
    let json = Json::parse(&written);
    assert!(json.is_some(), "{written}");
    let again = json.and_then(|json| from_json(json.view()).ok());
    assert_eq!(again.as_ref().map(to_json).as_deref(), Some(&written[..]), "written and read again");
    subtitles::judge(&transcript, &SubtitleOptions::default(), false);
}
