//! What callers ask for: what is refused names its place, and what is taken becomes a body that is JSON.

use serde_json::Value;

use crate::api::{AudioRef, chat_completions, flash_generation, generation, transcription, vocabulary};
use crate::client::CallSettings;
use crate::config::{ClientSettings, Config};
use crate::error::Error;
use crate::host::HttpRequest;
use crate::json::Json;
use crate::options::TranscribeOptions;
use crate::subtitle::SubtitleOptions;

pub fn check(data: &[u8]) {
    let Some(json) = Json::parse_bytes(data) else { return };
    let given = json.view();
    let Ok(config) = Config::new(&ClientSettings::default()) else { return };
    refused(CallSettings::read(given).map(drop));
    refused(SubtitleOptions::read(given).map(drop));
    refused(vocabulary::read_words(given).map(drop));
    if let Ok(list) = vocabulary::NewVocabulary::read(given) {
        match vocabulary::create_request(&config, &list) {
            Ok(request) => is_json(&request),
            Err(error) => refused(Err(error)),
        }
    }
    if let Ok(settings) = ClientSettings::read(given) {
        refused(Config::new(&settings).map(drop));
    }
    let options = match TranscribeOptions::read(given) {
        Ok(options) => options,
        Err(error) => return refused(Err(error)),
    };
    let audio = AudioRef::Inline("audio/wav");
    match options.verify(&config) {
        Ok(verified) => {
            for stream in [false, true] {
                is_json(&chat_completions::request(&config, &verified, audio, stream));
                is_json(&generation::request(&config, &verified, audio, stream));
                is_json(&flash_generation::request(&config, &verified, audio, "wav", stream));
            }
        }
        Err(error) => refused(Err(error)),
    }
    match options.verify_task(&config) {
        Ok(verified) => is_json(&transcription::request(&config, &verified, &["https://x.example/\"\\".to_owned()])),
        Err(error) => refused(Err(error)),
    }
}

fn refused(result: Result<(), Error>) {
    if let Err(error) = result {
        assert!(error.field().is_some(), "no place is named: {error}");
        assert!(!error.message().trim().is_empty());
    }
}

fn is_json(request: &HttpRequest) {
    let body = request.body.to_bytes(b"audio");
    let read = serde_json::from_slice::<Value>(&body);
    assert!(read.is_ok(), "{}", String::from_utf8_lossy(&body));
    for (name, value) in &request.headers {
        assert!(name.is_ascii() && !value.contains(['\r', '\n']), "{name}: {value:?}");
    }
}
