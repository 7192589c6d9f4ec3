//! Each endpoint on the wire: what a caller's options become in JSON, and what the service's answers become.
//!
//! Where the official Python SDK has the same call, its captured requests (`fixtures/official_sdk`) are the judge. What we do
//! differently, and why:
//!
//! * `accept` and `content-type` carry no `; charset=utf-8`: JSON has no other; the SDK's second generation accepts `*/*`;
//! * streams of dialect B always say `incremental_output`; the SDK leaves it out where the caller did, and means `false`;
//! * uploads have no `x-oss-content-type` (the store sees to it), and a random name instead of the caller's own, because the
//!   service cannot find names with spaces or other scripts;
//! * dialect C has no call in the SDK, and dialect A is another SDK's: those are compared with the official samples.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod support;

use std::collections::BTreeSet;

use dashscope_asr::api::tasks::{TaskFilter, TaskState};
use dashscope_asr::api::{
    AudioRef, Step, chat_completions, flash_generation, generation, tasks, tokens, transcription, uploads, vocabulary,
};
use dashscope_asr::client::{AudioFacts, Source};
use dashscope_asr::config::{ClientSettings, Config};
use dashscope_asr::error::{Error, ErrorKind};
use dashscope_asr::host::HttpRequest;
use dashscope_asr::json::Json;
use dashscope_asr::model::Dialect;
use dashscope_asr::options::{TranscribeOptions, Verified};
use dashscope_asr::transcript::{Segment, Transcript, Word};
use serde_json::{Value, json};
use support::{config, fixture, plain_call, relay};

const JFK_URL: &str = "https://example.com/audio/jfk.wav";
const TASK: &str = "8fab76d0-0eed-4d20-929f-33fce6f62a0a";

fn options(given: &str) -> Result<TranscribeOptions, Error> {
    TranscribeOptions::read(Json::parse(given).unwrap().view())
}

fn verified(given: &str) -> Verified<Dialect> {
    options(given).unwrap().verify(&config()).unwrap()
}

fn body(request: &HttpRequest) -> Value {
    serde_json::from_slice(&request.body.to_bytes(b"")).unwrap()
}

/// The request of a direct call.
fn direct(config: &Config, audio: &str, given: &str, stream: bool) -> HttpRequest {
    let source = Source::<()>::Url(audio.to_owned());
    let (call, options) = (plain_call(&(), config), options(given).unwrap());
    let prepared = if stream { call.prepare_stream(&source, &options) } else { call.prepare(&source, &options) };
    prepared.unwrap().request
}

/// The request of a task.
fn submit(urls: &[&str], given: &str) -> HttpRequest {
    let verified = options(given).unwrap().verify_task(&config()).unwrap();
    let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
    plain_call(&(), &config()).submission(&verified, &urls).unwrap()
}

fn words(given: &Value) -> Vec<vocabulary::HotWord> {
    let text = given.to_string();
    vocabulary::read_words(Json::parse(&text).unwrap().view()).unwrap()
}

fn answer<T>(path: &str, read: impl FnOnce(&Json<'_>) -> T) -> T {
    let text = fixture(&format!("api/{path}"));
    read(&Json::parse(&text).unwrap())
}

fn jfk() -> Vec<u8> {
    std::fs::read(format!("{}/tests/fixtures/speech/jfk.wav", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

// ---- the official SDK's requests ----

/// Our requests for the inputs of a capture.
fn ours(name: &str) -> Vec<HttpRequest> {
    let oss = "oss://dashscope-instant/…/jfk.wav";
    let one = |request: HttpRequest| vec![request];
    match name {
        "generation-link" => one(direct(&config(), JFK_URL, "{}", false)),
        "generation-every-option" => {
            let given = r#"{"context":"Bulge Bracket, Boutique, Middle Market","language":"en","enableItn":true,"resultFormat":"message"}"#;
            one(direct(&config(), JFK_URL, given, false))
        }
        "generation-data-url" => {
            let facts =
                AudioFacts { head: jfk()[..64].to_vec(), length: Some(352_044), replayable: true, declared: None };
            let options = options(r#"{"context":"","enableItn":false}"#).unwrap();
            let source = Source::Bytes { audio: (), facts };
            one(plain_call(&(), &config()).prepare(&source, &options).unwrap().request)
        }
        "generation-local-file" => {
            let mut requests = upload("qwen3-asr-flash");
            // The ellipsis stands for what is left out of the capture; addresses are percent-encoded else.
            requests.push(generation::request(&config(), &verified("{}"), AudioRef::Url(oss), false));
            requests
        }
        "generation-stream-deltas" => one(direct(&config(), JFK_URL, r#"{"incrementalOutput":true}"#, true)),
        "generation-stream-whole" => one(direct(&config(), JFK_URL, r#"{"incrementalOutput":false}"#, true)),
        "generation-workspace" => {
            let settings = ClientSettings {
                base_url: Some("https://dashscope.aliyuncs.com".to_owned()),
                workspace_id: Some("ws-1".to_owned()),
                ..ClientSettings::default()
            };
            one(direct(&Config::new(&settings).unwrap(), JFK_URL, "{}", false))
        }
        "qwen-transcription-submit" => one(submit(&[JFK_URL], "{}")),
        "qwen-transcription-submit-every-option" => one(submit(
            &[JFK_URL],
            r#"{"language":"en","enableItn":true,"enableWords":true,"channelId":[0,1],"context":"Bulge Bracket"}"#,
        )),
        "second-generation-submit" => one(submit(
            &[JFK_URL],
            r#"{"model":"qwen-audio-3.1-asr-flash-filetrans","diarizationEnabled":true,"vocabulary":{"Kubernetes":5}}"#,
        )),
        "transcription-submit" => one(submit(&[JFK_URL], r#"{"model":"fun-asr"}"#)),
        "transcription-submit-every-option" => one(submit(
            &[JFK_URL, "https://example.com/audio/second.mp3"],
            r#"{"model":"fun-asr","channelId":[0],"languageHints":["en"],"vocabularyId":"vocab-testpfx-1","diarizationEnabled":true,
                "speakerCount":2,"specialWordFilter":{"filter_with_signed":{"word_list":["foo"]},"system_reserved_filter":true}}"#,
        )),
        "transcription-submit-uploaded" => one(submit(&["oss://dashscope-instant/a/b.wav"], r#"{"model":"fun-asr"}"#)),
        "upload" => upload("fun-asr"),
        "task-fetch" => one(tasks::status_request(&config(), TASK).unwrap()),
        "task-cancel" => one(tasks::cancel_request(&config(), TASK).unwrap()),
        "task-list" => {
            let given = r#"{"startTime":"20261120000000","endTime":"20261120235959","modelName":"fun-asr","status":"SUCCEEDED","pageNo":2,"pageSize":20}"#;
            let filter = TaskFilter::read(Json::parse(given).unwrap().view()).unwrap();
            one(tasks::list_request(&config(), &filter))
        }
        "vocabulary-create" => {
            let given = r#"{"targetModel":"fun-asr","prefix":"testpfx","words":[{"text":"Kubernetes","weight":4,"lang":"en"}]}"#;
            let list = vocabulary::NewVocabulary::read(Json::parse(given).unwrap().view()).unwrap();
            one(vocabulary::create_request(&config(), &list).unwrap())
        }
        "vocabulary-list-all" => one(vocabulary::list_request(&config(), None, 0, 10)),
        "vocabulary-list" => one(vocabulary::list_request(&config(), Some("testpfx"), 1, 5)),
        "vocabulary-query" => one(vocabulary::get_request(&config(), "vocab-testpfx-1")),
        "vocabulary-update" => {
            let words = words(&json!([{ "text": "Rust", "weight": 50 }]));
            one(vocabulary::update_request(&config(), "vocab-testpfx-1", &words).unwrap())
        }
        "vocabulary-delete" => one(vocabulary::delete_request(&config(), "vocab-testpfx-1")),
        other => panic!("{other} is captured, and nobody compares it"),
    }
}

fn upload(model: &str) -> Vec<HttpRequest> {
    let policy = answer("uploads/policy.json", |json| uploads::read_policy(&config(), json).unwrap());
    vec![uploads::policy_request(&config(), model), uploads::form(&policy, "jfk", "wav", None).request]
}

#[test]
fn our_requests_are_those_of_the_official_sdk() {
    let folder = format!("{}/tests/fixtures/official_sdk", env!("CARGO_MANIFEST_DIR"));
    let mut compared = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let capture: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let theirs = capture["requests"].as_array().unwrap();
        let ours = ours(&name);
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (ours, theirs) in ours.iter().zip(theirs) {
            compare(&name, ours, theirs);
            compared += 1;
        }
    }
    assert!(compared >= 26, "only {compared} requests were compared");
}

fn compare(name: &str, ours: &HttpRequest, theirs: &Value) {
    assert_eq!(ours.method, theirs["method"], "{name}");
    let (address, query) = ours.url.split_once('?').unwrap_or((&ours.url, ""));
    let path = &address[address.find("://").unwrap() + 3..];
    assert_eq!(&path[path.find('/').unwrap()..], theirs["path"], "{name}");
    let query: serde_json::Map<_, _> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), Value::from(value)))
        .collect();
    assert_eq!(Value::from(query), *theirs.get("query").unwrap_or(&json!({})), "{name}");
    compare_headers(name, ours, &theirs["headers"]);
    match theirs.get("body") {
        None => assert!(ours.body.parts.is_empty(), "{name}"),
        Some(form) if form.get("fields").is_some() => compare_form(ours, form),
        Some(theirs) => {
            let mut theirs = theirs.clone();
            described(&mut theirs);
            let mut body: Value = serde_json::from_slice(&ours.body.to_bytes(&jfk())).unwrap();
            described(&mut body);
            if name == "generation-stream-whole" {
                assert_eq!(body["parameters"]["incremental_output"].take(), false);
                theirs["parameters"]["incremental_output"] = Value::Null;
            }
            assert_eq!(body, theirs, "{name}");
        }
    }
}

fn compare_headers(name: &str, ours: &HttpRequest, theirs: &Value) {
    let essence = |value: &str| value.split(';').next().unwrap().replace("*/*", "application/json");
    let is_form = theirs["content-type"].as_str().is_some_and(|kind| kind.starts_with("multipart/"));
    let theirs: BTreeSet<_> = theirs
        .as_object()
        .unwrap()
        .iter()
        .filter(|(key, _)| *key != "authorization" && !(is_form && *key == "accept"))
        .map(|(key, value)| (key.clone(), essence(value.as_str().unwrap())))
        .collect();
    let ours: BTreeSet<_> = ours.headers.iter().map(|(key, value)| (key.clone(), essence(value))).collect();
    assert_eq!(ours, theirs, "{name}");
}

/// The same fields in the same order, but for the content type, and the file last.
fn compare_form(ours: &HttpRequest, theirs: &Value) {
    let kind = ours.header("content-type").unwrap();
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").unwrap();
    assert!(!boundary.contains('"'), "the store refuses a quoted boundary beside quoted names");
    let bytes = ours.body.to_bytes(&jfk());
    assert_eq!(ours.body.length(jfk().len() as u64), bytes.len() as u64);
    let text = String::from_utf8_lossy(&bytes);
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).skip(1).collect();
    assert_eq!(parts.last(), Some(&"--\r\n"));
    let names: Vec<&str> = parts.iter().filter_map(|part| part.split("name=\"").nth(1)?.split('"').next()).collect();
    let expected: Vec<&str> = theirs["fields"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    let expected: Vec<&str> = expected.into_iter().filter(|name| *name != "x-oss-content-type").collect();
    assert_eq!(names, expected);
    assert!(parts[3].ends_with("/jfk.wav\r\n") && parts[6].ends_with("\r\n\r\n200\r\n"));
    let file = bytes.windows(4).position(|window| window == b"RIFF").unwrap();
    assert_eq!(&bytes[file..file + jfk().len()], jfk());
}

/// Audio by its type and length, on both sides.
fn described(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("data:") => {
            let (kind, base64) = text[5..].split_once(";base64,").unwrap();
            let padding = base64.bytes().rev().take_while(|byte| *byte == b'=').count();
            *value = json!({ "mediaType": kind, "bytes": base64.len() / 4 * 3 - padding });
        }
        Value::Object(members) => {
            members.remove("sha256");
            members.values_mut().for_each(described);
        }
        Value::Array(items) => items.iter_mut().for_each(described),
        _ => {}
    }
}

// ---- requests that the official SDK has no call for ----

#[test]
fn dialect_a_is_the_official_sample() {
    let given = r#"{"protocol":"openai","context":"Bulge Bracket","language":"zh","enableItn":false}"#;
    let request = direct(&config(), JFK_URL, given, true);
    assert_eq!(request.url, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions");
    assert_eq!(request.header("accept"), Some("text/event-stream"));
    assert_eq!(request.header("x-dashscope-sse"), None);
    assert_eq!(
        body(&request),
        json!({
            "model": "qwen3-asr-flash",
            "messages": [
                { "role": "system", "content": [{ "text": "Bulge Bracket" }] },
                { "role": "user", "content": [{ "type": "input_audio", "input_audio": { "data": JFK_URL } }] },
            ],
            "asr_options": { "language": "zh", "enable_itn": false },
            "stream": true,
            "stream_options": { "include_usage": true },
        })
    );
    // stream_options must not be set without a stream.
    let request = direct(&config(), JFK_URL, r#"{"protocol":"openai"}"#, false);
    assert_eq!(body(&request).as_object().unwrap().keys().collect::<Vec<_>>(), ["messages", "model", "stream"]);
}

#[test]
fn dialect_c_is_the_official_sample() {
    let given = r#"{"model":"fun-asr-flash-2026-06-15","sampleRate":16000}"#;
    let request = direct(&config(), JFK_URL, given, false);
    assert_eq!(
        request.url,
        "https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/multimodal-generation/generation"
    );
    assert_eq!(request.header("x-dashscope-sse"), Some("disable"));
    let content = json!([{ "type": "input_audio", "input_audio": { "data": JFK_URL } }]);
    assert_eq!(
        body(&request),
        json!({
            "model": "fun-asr-flash-2026-06-15",
            "input": { "messages": [{ "role": "user", "content": content }] },
            "parameters": { "format": "wav", "sample_rate": "16000" },
        })
    );
    let request = direct(&config(), JFK_URL, given, true);
    assert_eq!(
        (request.header("x-dashscope-sse"), request.header("accept")),
        (Some("enable"), Some("text/event-stream"))
    );
}

#[test]
fn dialect_c_takes_a_conversation_and_every_option() {
    let given = r#"{"model":"qwen-audio-3.1-asr-flash","context":"Bulge Bracket, Boutique",
        "messages":[{"role":"user","text":"Which banks?"},{"role":"assistant","text":"Nine of them."}],
        "vocabulary":{"Kubernetes":5,"Bulge Bracket":50},"languageHints":["en","zh"],
        "speakerDiarizationEnabled":true,"keepDialect":false,"parameters":{"format":"x","future":[1]}}"#;
    let sent = body(&direct(&config(), "https://example.com/a/b.MP3?x=1.wav", given, false));
    let audio = json!({ "data": "https://example.com/a/b.MP3?x=1.wav" });
    assert_eq!(
        sent["input"]["messages"],
        json!([
            { "role": "user", "content": [{ "type": "input_text", "text": "Bulge Bracket, Boutique" }] },
            { "role": "user", "content": [{ "type": "input_text", "text": "Which banks?" }] },
            { "role": "assistant", "content": [{ "type": "text", "text": "Nine of them." }] },
            { "role": "user", "content": [{ "type": "input_audio", "input_audio": audio }] },
        ])
    );
    assert_eq!(
        sent["parameters"],
        json!({
            "format": "mp3",
            "vocabulary": { "Kubernetes": 5, "Bulge Bracket": 50 },
            "language_hints": ["en", "zh"],
            "speaker_diarization_enabled": true,
            "keep_dialect": false,
            "future": [1],
        })
    );
}

#[test]
fn dialect_c_is_told_the_format() {
    let model = r#""model":"fun-asr-flash-2026-06-15""#;
    let format = |source: &Source<()>, more: &str| {
        let options = options(&format!("{{{model}{more}}}")).unwrap();
        let prepared = plain_call(&(), &config()).prepare(source, &options)?;
        Ok::<_, Error>(body(&prepared.request)["parameters"]["format"].as_str().unwrap().to_owned())
    };
    let bytes = |head: &[u8], declared: Option<&str>| Source::Bytes {
        audio: (),
        facts: AudioFacts {
            head: head.to_vec(),
            length: Some(1000),
            declared: declared.map(str::to_owned),
            replayable: true,
        },
    };
    let link = |url: &str| Source::Url(url.to_owned());
    assert_eq!(format(&bytes(b"\x1A\x45\xDF\xA3\x9FB\x82\x84webm", Some("audio/wav")), "").unwrap(), "webm");
    assert_eq!(format(&bytes(b"OggS________________OpusHead", None), "").unwrap(), "opus");
    assert_eq!(format(&bytes(b"\0\0\0\x1Cftypisom", Some("audio/mp4")), "").unwrap(), "m4a");
    assert_eq!(format(&bytes(b"????", Some("audio/mpeg")), "").unwrap(), "mp3");
    assert_eq!(format(&link("data:audio/wav;base64,T2dnUwAA"), "").unwrap(), "ogg");
    assert_eq!(format(&link("https://example.com/a.oga#t=1"), "").unwrap(), "ogg");
    assert_eq!(format(&link("https://example.com/a"), r#","mediaType":"audio/flac""#).unwrap(), "flac");
    assert_eq!(format(&link("https://example.com/a"), r#","format":"pcm""#).unwrap(), "pcm");
    let error = format(&link("https://example.com/a.php"), "").unwrap_err();
    assert_eq!(
        error.message(),
        "format: fun-asr-flash-2026-06-15 must be told the audio's format, and nothing tells it here; for example \"wav\""
    );
}

#[test]
fn a_new_model_may_be_spoken_to_in_any_dialect() {
    let request = direct(&config(), JFK_URL, r#"{"model":"new-asr","protocol":"flash","keepDialect":true}"#, false);
    assert_eq!(body(&request)["parameters"], json!({ "format": "wav", "keep_dialect": true }));
    let request = submit(&[JFK_URL], r#"{"model":"new-asr-for-files","diarizationEnabled":true}"#);
    assert_eq!(body(&request)["input"], json!({ "file_urls": [JFK_URL] }));
}

#[test]
fn tasks_of_qwen_audio_take_a_conversation() {
    let given = r#"{"model":"qwen-audio-3.1-asr-flash-filetrans","context":"Kubernetes","messages":[{"role":"assistant","text":"Yes?"}]}"#;
    assert_eq!(
        body(&submit(&[JFK_URL], given))["input"],
        json!({
            "file_urls": [JFK_URL],
            "context": [
                { "role": "user", "content": [{ "type": "input_text", "text": "Kubernetes" }] },
                { "role": "assistant", "content": [{ "type": "text", "text": "Yes?" }] },
            ],
        })
    );
}

#[test]
fn addresses_are_checked_and_encoded() {
    let sent = body(&submit(&["https://example.com/a b/录音.wav"], "{}"));
    assert_eq!(sent["input"]["file_url"], "https://example.com/a%20b/%E5%BD%95%E9%9F%B3.wav");
    let verified = TranscribeOptions::default().verify_task(&config()).unwrap();
    let refused = |urls: &[&str]| {
        let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
        plain_call(&(), &config()).submission(&verified, &urls).unwrap_err()
    };
    assert_eq!(refused(&["data:audio/wav;base64,UklGRg=="]).kind(), ErrorKind::InvalidAudio);
    assert_eq!(refused(&["recording.wav"]).kind(), ErrorKind::InvalidAudio);
    let error = refused(&[JFK_URL, JFK_URL]);
    assert_eq!(error.message(), "urls: qwen3-asr-flash-filetrans takes 1 to 1 addresses for one task");
}

#[test]
fn a_task_s_id_cannot_lead_elsewhere() {
    for id in ["", "../uploads", "a/b", "a?b"] {
        assert_eq!(tasks::status_request(&config(), id).unwrap_err().field(), Some("id"), "{id}");
    }
}

#[test]
fn result_links_are_upgraded_and_relayed() {
    let link = "http://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.json?Expires=1&Signature=x%2By";
    let request = transcription::document(&config(), link, false).unwrap();
    assert_eq!(request.url, link.replace("http:", "https:"));
    assert_eq!((request.method, request.header("authorization"), request.body.parts.len()), ("GET", None, 0));
    let relayed = transcription::document(&relay(), link, true).unwrap().url;
    assert_eq!(
        relayed,
        "https://relay.example/asr/result?url=https%3A%2F%2Fdashscope-result-bj.oss-cn-beijing.aliyuncs.com%2Fa.json\
         %3FExpires%3D1%26Signature%3Dx%252By"
    );
}

#[test]
fn tokens_live_up_to_half_an_hour() {
    let url = |seconds| tokens::request(&config(), seconds).map(|request| request.url);
    assert_eq!(url(None).unwrap(), "https://dashscope-intl.aliyuncs.com/api/v1/tokens");
    assert!(url(Some(1800)).unwrap().ends_with("/tokens?expire_in_seconds=1800"));
    for seconds in [0, 1801] {
        assert_eq!(url(Some(seconds)).unwrap_err().field(), Some("expireInSeconds"));
    }
    let token = answer("tokens/token.json", |json| tokens::read(json).unwrap());
    assert_eq!((token.token.as_str(), token.expires_at), ("st-****", 1_744_080_369.0));
    assert_eq!(format!("{token:?}"), "Token(…)");
}

// ---- options ----

#[test]
fn an_option_that_a_model_would_ignore_is_refused() {
    for (given, message) in [
        (
            r#"{"model":"fun-asr-flash-2026-06-15","language":"en"}"#,
            "language: fun-asr-flash-2026-06-15 would ignore it; it is taken by qwen3-asr-flash, qwen3-asr-flash-filetrans",
        ),
        (
            r#"{"keepDialect":true}"#,
            "keepDialect: qwen3-asr-flash would ignore it; it is taken by qwen-audio-3.1-asr-flash",
        ),
        (
            r#"{"model":"qwen-audio-3.0-asr-flash","speakerDiarizationEnabled":true}"#,
            "speakerDiarizationEnabled: qwen-audio-3.0-asr-flash would ignore it; it is taken by qwen-audio-3.1-asr-flash",
        ),
        (
            r#"{"model":"fun-asr-flash-2026-06-15","languageHints":["zh","en"]}"#,
            "languageHints: fun-asr-flash-2026-06-15 reads at most 1 of them",
        ),
        (
            r#"{"model":"qwen-audio-3.1-asr-flash","vocabulary":{"a":1},"vocabularyId":"v"}"#,
            "vocabulary: give either vocabulary or vocabularyId: which of both wins differs from model to model",
        ),
        (
            r#"{"model":"qwen-audio-3.1-asr-flash","vocabulary":{"a":6}}"#,
            "vocabulary.a: expected a weight: 1 to 5, or 50",
        ),
        (
            r#"{"model":"qwen-audio-3.1-asr-flash","messages":[{"role":"user","text":"a"},{"role":"system","text":"b"}]}"#,
            "messages.1.role: expected \"user\" or \"assistant\"",
        ),
        (
            r#"{"model":"fun-asr-flash-2026-06-15","protocol":"openai"}"#,
            "protocol: fun-asr-flash-2026-06-15 has no OpenAI-compatible API; leave protocol out",
        ),
        (
            r#"{"model":"fun-asr"}"#,
            "model: fun-asr works with tasks: submit the address of the audio, or use qwen3-asr-flash",
        ),
    ] {
        let error = options(given).and_then(|options| options.verify(&config())).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidOption, message), "{given}");
        assert!(message.starts_with(&format!("{}:", error.field().unwrap())));
    }
    for (given, message) in [
        (
            r#"{"diarizationEnabled":true}"#,
            "diarizationEnabled: qwen3-asr-flash-filetrans would ignore it; it is taken by fun-asr, \
             qwen-audio-3.1-asr-flash-filetrans, paraformer-v2",
        ),
        (
            r#"{"model":"fun-asr","enableWords":true}"#,
            "enableWords: fun-asr would ignore it; it is taken by qwen3-asr-flash-filetrans",
        ),
        (
            r#"{"model":"fun-asr","speakerCount":2}"#,
            "speakerCount: it counts only together with diarizationEnabled: true",
        ),
        (r#"{"model":"fun-asr","channelId":[0.5]}"#, "channelId: expected a list of channel numbers, counted from 0"),
        (
            r#"{"model":"qwen3-asr-flash"}"#,
            "model: qwen3-asr-flash answers directly and knows no tasks; use qwen3-asr-flash-filetrans",
        ),
        (
            r#"{"model":"fun-asr-realtime"}"#,
            "model: fun-asr-realtime is spoken over WebSocket, by live(); use qwen3-asr-flash",
        ),
    ] {
        let error = options(given).and_then(|options| options.verify_task(&config())).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::InvalidOption, message), "{given}");
    }
}

#[test]
fn each_ruled_option_is_taken_by_those_who_are_named() {
    use dashscope_asr::model::{Family, OPTIONS};
    let value = |name: &str| match name {
        "language" => r#""en""#,
        "messages" => r#"[{"role":"user","text":"a"}]"#,
        "resultFormat" => r#""message""#,
        "context" | "format" | "vocabularyId" => r#""a""#,
        "sampleRate" => "16000",
        "languageHints" => r#"["en"]"#,
        "channelId" => "[0]",
        "speakerCount" => r#"2,"diarizationEnabled":true"#,
        "vocabulary" | "specialWordFilter" | "asrOptions" => r#"{"a":1}"#,
        _ => "true",
    };
    let families: Vec<Family> = OPTIONS.iter().flat_map(|rule| rule.families).copied().collect();
    for rule in OPTIONS {
        for family in &families {
            let given = format!(r#"{{"model":"{}","{}":{}}}"#, family.name(), rule.name, value(rule.name));
            let given = options(&given).unwrap();
            let is_task = family.task_dialect().is_some();
            let result =
                if is_task { given.verify_task(&config()).map(|_| ()) } else { given.verify(&config()).map(|_| ()) };
            let taken = rule.families.contains(family);
            assert_eq!(result.is_ok(), taken, "{} {}", family.name(), rule.name);
        }
    }
}

#[test]
fn the_client_s_protocol_is_for_models_that_have_the_choice() {
    let settings = ClientSettings {
        protocol: Some(dashscope_asr::options::Protocol::Openai),
        model: Some("fun-asr".to_owned()),
        ..ClientSettings::default()
    };
    let config = Config::new(&settings).unwrap();
    let verified = options(r#"{"model":"fun-asr-flash-2026-06-15"}"#).unwrap().verify(&config).unwrap();
    assert_eq!(verified.dialect(), Dialect::Flash);
    // The client's model is taken for tasks where it works with tasks.
    assert_eq!(TranscribeOptions::default().verify_task(&config).unwrap().model(), "fun-asr");
}

#[test]
fn hot_words_are_checked_against_the_service_s_limits() {
    let word = |text: &str, weight: f64| json!([{ "text": text, "weight": weight }]);
    let read = |given: &Value| {
        let text = given.to_string();
        vocabulary::read_words(Json::parse(&text).unwrap().view())
    };
    for (text, weight) in [("one two three four five six seven", 1.0), ("阿里巴巴语音实验室阿里巴巴语音", 50.0)]
    {
        assert!(read(&word(text, weight)).is_ok(), "{text}");
    }
    for (given, field) in [
        (word("one two three four five six seven eight", 4.0), "words.0.text"),
        (word("阿里巴巴语音实验室阿里巴巴语音一", 4.0), "words.0.text"),
        (word(" ", 4.0), "words.0.text"),
        (word("Rust", 6.0), "words.0.weight"),
        (word("Rust", 2.5), "words.0.weight"),
        (json!([{ "text": "Rust", "weight": 4, "lang": 5 }]), "words.0.lang"),
        (json!([]), "words"),
        (json!("Rust"), "words"),
    ] {
        assert_eq!(read(&given).unwrap_err().field(), Some(field), "{given}");
    }
    let list = |prefix: &str, model: &str, count: usize| {
        let words: Vec<_> = (0..count).map(|_| json!({ "text": "a", "weight": 4 })).collect();
        let text = json!({ "prefix": prefix, "targetModel": model, "words": words }).to_string();
        vocabulary::NewVocabulary::read(Json::parse(&text).unwrap().view())
    };
    assert!(list("abc123", "fun-asr", 500).is_ok() && list("a", "qwen-audio-3.1-asr-flash", 2000).is_ok());
    assert_eq!(list("abc", "fun-asr", 501).unwrap_err().field(), Some("words"));
    for prefix in ["", "Abc", "abcdefghij", "a-b"] {
        assert_eq!(list(prefix, "fun-asr", 1).unwrap_err().field(), Some("prefix"), "{prefix}");
    }
    assert_eq!(list("abc", "", 1).unwrap_err().field(), Some("targetModel"));
}

// ---- answers ----

fn word(text: &str, begin_ms: f64, end_ms: f64, punctuation: &str) -> Word {
    Word::new(text, begin_ms, end_ms, punctuation)
}

fn spoken(segment: &Segment) -> String {
    segment.words.iter().flat_map(|word| [word.text.as_str(), word.punctuation.as_str()]).collect()
}

#[test]
fn dialects_a_and_b_say_the_same() {
    let a = answer("chat_completions/answer.json", |json| chat_completions::read(json).unwrap());
    let b = answer("generation/answer.json", |json| generation::read(json).unwrap());
    for transcript in [&a, &b] {
        assert_eq!(transcript.text, "Welcome to Alibaba Cloud.");
        assert_eq!((transcript.language.as_deref(), transcript.emotion.as_deref()), (Some("zh"), Some("neutral")));
        assert_eq!((transcript.duration, transcript.finish_reason.as_deref()), (Some(1.0), Some("stop")));
    }
    assert_eq!(a.request_id.as_deref(), Some("487abe5f-d4f2-9363-a877-xxxxxxx"));
    assert_eq!((a.usage.unwrap().total_tokens, b.usage.unwrap().output_text_tokens), (Some(54.0), Some(6.0)));
}

#[test]
fn dialect_c_is_read_wherever_a_host_puts_it() {
    for layout in ["documented", "workspace", "shared", "top", "nested", "sentence", "nested_sentence"] {
        let transcript =
            answer(&format!("flash_generation/{layout}.json"), |json| flash_generation::read(json).unwrap());
        assert_eq!(transcript.text, "Hello World，这里是阿里巴巴语音实验室。", "{layout}");
        assert_eq!((transcript.duration, transcript.no_speech), (Some(4.0), false), "{layout}");
        assert_eq!(transcript.request_id.as_deref(), Some("40e0734d-096f-9ae3-86c1-a8c013287561"), "{layout}");
        let [segment] = transcript.segments.as_slice() else { panic!("{layout}") };
        assert_eq!((segment.begin_ms, segment.end_ms, segment.channel_id), (760.0, 3800.0, Some(0)));
        assert_eq!(segment.words[1], word(" World", 1040.0, 1240.0, "，"));
        assert_eq!(spoken(segment), transcript.text);
    }
    let speakers = answer("flash_generation/speakers.json", |json| flash_generation::read(json).unwrap());
    let who: Vec<_> = speakers.segments.iter().map(|segment| (segment.speaker_id, segment.text.as_str())).collect();
    assert_eq!(who, [(Some(0), "Are you there?"), (Some(1), " Yes.")]);
    assert_eq!(speakers.usage.unwrap().total_tokens, Some(106.0));
    let silence = flash_generation::read(&Json::parse(r#"{"output":{"text":""},"usage":{"duration":1}}"#).unwrap());
    assert!(silence.unwrap().no_speech);
    let nothing = flash_generation::read(&Json::parse(r#"{"output":{},"request_id":"r"}"#).unwrap()).unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::InvalidResponse);
}

#[test]
fn snapshots_of_dialect_c_become_changes() {
    let mut accumulator = dashscope_asr::api::Accumulator::default();
    let mut take = |json: Value| flash_generation::chunk(&Json::parse(&json.to_string()).unwrap(), &mut accumulator);
    let snapshot = |text: &str, id: u32, begin: u32, sentence: &str, ended: bool| {
        json!({ "output": { "text": text, "sentence": {
            "sentence_id": id, "begin_time": begin, "end_time": begin + 400, "sentence_end": ended, "text": sentence,
            "words": [] } } })
    };
    assert_eq!(take(snapshot("", 1, 0, "", false)), None);
    assert_eq!(take(snapshot("I sea", 1, 100, "I sea", false)), Some(Step::Delta("I sea".to_owned())));
    assert_eq!(take(snapshot("I see you.", 1, 120, "I see you.", true)), Some(Step::Revision("I see you.".to_owned())));
    assert_eq!(take(snapshot("I see you.", 2, 900, "", false)), None);
    assert_eq!(take(snapshot("I see you. Yes", 2, 900, " Yes", false)), Some(Step::Delta(" Yes".to_owned())));
    assert!(!accumulator.is_finished(), "the second sentence has no end");
    let mut take = |json: Value| flash_generation::chunk(&Json::parse(&json.to_string()).unwrap(), &mut accumulator);
    assert_eq!(take(snapshot("I see you. Yes!", 2, 910, " Yes!", true)), Some(Step::Delta("!".to_owned())));
    assert!(accumulator.is_finished());
    let transcript = accumulator.into_transcript();
    let sentences: Vec<_> = transcript.segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!((transcript.text.as_str(), sentences), ("I see you. Yes!", vec!["I see you.", " Yes!"]));
}

#[test]
fn a_qwen3_document_is_a_transcript() {
    let transcript = answer("transcription/qwen3_document.json", |json| transcription::read(json).unwrap());
    assert!(transcript.text.starts_with("Senior staff, ") && transcript.text.ends_with("across America today."));
    assert_eq!((transcript.language.as_deref(), transcript.emotion.as_deref()), (Some("en"), Some("happy")));
    let segment = &transcript.segments[0];
    assert_eq!((segment.begin_ms, segment.end_ms), (240.0, 6720.0));
    assert_eq!(segment.words, [word("Senior ", 240.0, 1120.0, ""), word("staff", 1120.0, 1200.0, ",")]);
    assert_eq!((transcript.channels.len(), transcript.channels[0].speech_ms), (1, None));
}

#[test]
fn a_fun_asr_document_is_a_transcript() {
    let transcript = answer("transcription/fun_asr_document.json", |json| transcription::read(json).unwrap());
    assert_eq!(transcript.text, "Hello world, this is Alibaba Speech Lab. ");
    assert_eq!(spoken(&transcript.segments[0]), transcript.text);
    assert_eq!((transcript.language.as_deref(), transcript.segments[0].channel_id), (None, Some(0)));
    assert_eq!(transcript.channels[0].speech_ms, Some(3000.0));
}

#[test]
fn two_channels_are_one_conversation() {
    let sentence = |begin: u32, text: &str, language: &str| json!({ "begin_time": begin, "end_time": begin + 500, "text": text, "language": language });
    let document = json!({ "file_url": "u", "transcripts": [
        { "channel_id": 0, "text": "Hello? Fine.", "sentences": [sentence(0, "Hello?", "en"), sentence(1600, "Fine.", "en")] },
        { "channel_id": 1, "text": "Hi, ça va?", "sentences": [sentence(800, "Hi, ça va?", "fr")] },
        { "channel_id": 2, "text": "", "sentences": [] },
    ] });
    let transcript = transcription::read(&Json::parse(&document.to_string()).unwrap()).unwrap();
    assert_eq!(transcript.text, "Hello? Fine.\nHi, ça va?");
    let order: Vec<_> =
        transcript.segments.iter().map(|segment| (segment.channel_id.unwrap(), segment.text.as_str())).collect();
    assert_eq!(order, [(0, "Hello?"), (1, "Hi, ça va?"), (0, "Fine.")]);
    assert_eq!((transcript.channels.len(), transcript.language), (3, None));
    assert_eq!(transcript.channels[1].text, "Hi, ça va?");
    assert!(transcription::read(&Json::parse("{}").unwrap()).is_err());
}

#[test]
fn states_of_tasks_are_read() {
    let status = |name: &str| answer(&format!("tasks/{name}.json"), |json| tasks::read_status(json).unwrap());
    let running = status("running");
    assert_eq!((running.state, running.state.is_final()), (TaskState::Running, false));
    assert_eq!(running.submit_time.as_deref(), Some("2025-10-27 14:19:31.150"));
    assert_eq!(running.end_time, None);
    let succeeded = status("qwen3_succeeded");
    assert_eq!((succeeded.state, succeeded.duration), (TaskState::Succeeded, Some(3.0)));
    let link = succeeded.files[0].transcription_url.as_deref().unwrap();
    assert!(link.starts_with("http://dashscope-result-bj") && succeeded.failure().is_none());
    let failed = status("qwen3_failed").failure().unwrap();
    assert_eq!((failed.kind(), failed.service_code()), (ErrorKind::BadRequest, Some("FILE_403_FORBIDDEN")));
    assert_eq!(
        failed.message(),
        "FILE_403_FORBIDDEN. The service fetches the URL itself: it must be public, without sign-in, and percent-encoded."
    );
    assert_eq!(failed.status(), None);
    let batch = status("fun_asr_succeeded");
    assert_eq!(batch.files[0].file_url.as_deref(), Some("https://example.com/hello_world_female2.wav"));
    assert_eq!(batch.duration, Some(9.0));
    let hollow = status("fun_asr_failed_file");
    let error = hollow.files[0].failure(Some("r")).unwrap();
    assert_eq!(
        (hollow.state, error.kind(), error.request_id()),
        (TaskState::Succeeded, ErrorKind::BadRequest, Some("r"))
    );
    let error = answer("tasks/unknown.json", |json| tasks::read_status(json).unwrap_err());
    assert_eq!((error.kind(), error.request_id()), (ErrorKind::NotFound, Some("a5898c04-")));
    for (word, state) in [
        ("PENDING", TaskState::Pending),
        ("SUSPENDED", TaskState::Suspended),
        ("CANCELED", TaskState::Canceled),
        ("SUCCESS_WITH_NO_VALID_FRAGMENT", TaskState::Succeeded),
        ("SOMETHING_NEW", TaskState::Running),
    ] {
        let text = format!(r#"{{"output":{{"task_id":"t","task_status":"{word}"}}}}"#);
        assert_eq!(tasks::read_status(&Json::parse(&text).unwrap()).unwrap().state, state, "{word}");
    }
}

#[test]
fn lists_of_tasks_are_read() {
    let page = answer("tasks/list.json", |json| tasks::read_list(json).unwrap());
    assert_eq!((page.total, page.page_no, page.page_size), (1.0, 1.0, 10.0));
    let task = &page.tasks[0];
    assert_eq!((task.task_id.as_str(), task.status.as_str()), ("t", "SUCCEEDED"));
    assert_eq!((task.model_name.as_deref(), task.ended_at), (Some("fun-asr"), Some(1_709_260_685_184.0)));
    let refused = |given: &str| TaskFilter::read(Json::parse(given).unwrap().view()).unwrap_err();
    assert_eq!(refused(r#"{"startTime":"2026-11-20"}"#).field(), Some("startTime"));
    assert_eq!(refused(r#"{"page":1}"#).field(), Some("page"));
}

#[test]
fn submissions_vocabularies_and_policies_are_read() {
    let id = answer("transcription/submitted.json", |json| transcription::submitted(json).unwrap());
    assert_eq!(id, "8fab76d0-0eed-4d20-************");
    let id = answer("vocabulary/created.json", |json| vocabulary::read_created(json).unwrap());
    assert_eq!(id, "vocab-testpfx-6977ae49");
    let lists = answer("vocabulary/list.json", |json| vocabulary::read_list(json).unwrap());
    assert_eq!((lists[0].vocabulary_id.as_str(), lists[0].status.as_deref()), ("vocab-testpfx-6977ae49", Some("OK")));
    let one = answer("vocabulary/one.json", |json| vocabulary::read(json, "v").unwrap());
    assert_eq!((one.words.len(), one.words[1].weight, one.target_model.as_deref()), (2, 50, Some("fun-asr")));
    let policy = answer("uploads/policy.json", |json| uploads::read_policy(&config(), json).unwrap());
    assert_eq!(policy.most_bytes, Some(1024 * 1024 * 1024));
    assert_eq!(format!("{policy:?}"), "UploadPolicy(…)");
    let form = uploads::form(&policy, "k2m4", "webm", None);
    assert!(form.url.starts_with("oss://dashscope-instant/52afe") && form.url.ends_with("/k2m4.webm"));
    assert_eq!(form.request.url, "https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com/");
    let relayed = uploads::form(&policy, "k2m4", "webm", Some(&relay())).request.url;
    assert_eq!(
        relayed,
        "https://relay.example/asr/upload?url=https%3A%2F%2Fdashscope-file-mgr.oss-cn-beijing.aliyuncs.com%2F"
    );
}

/// The service's codes as its documents and recordings have them: status, code or words, kind, worth another attempt, and a
/// part of the advice.
const ERRORS: &[(u16, &str, &str, ErrorKind, bool, &str)] = &[
    (401, "InvalidApiKey", "Invalid API-key provided.", ErrorKind::Authentication, false, "belongs to this region"),
    (401, "invalid_api_key", "Incorrect API key provided.", ErrorKind::Authentication, false, "belongs to this region"),
    (401, "", "NOT AUTHORIZED", ErrorKind::Authentication, false, "belongs to this region"),
    (403, "AccessDenied", "m", ErrorKind::PermissionDenied, false, "owner of the account"),
    (403, "AccessDenied.Unpurchased", "m", ErrorKind::PermissionDenied, false, "buy the product"),
    (403, "Model.AccessDenied", "m", ErrorKind::PermissionDenied, false, "allow this model"),
    (403, "Workspace.AccessDenied", "m", ErrorKind::PermissionDenied, false, "workspace"),
    (403, "Endpoint.AccessDenied", "m", ErrorKind::PermissionDenied, false, ""),
    (403, "AllocationQuota.FreeTierOnly", "m", ErrorKind::PermissionDenied, false, "free tier only"),
    (
        403,
        "AccessDenied",
        "current user api does not support synchronous calls",
        ErrorKind::BadRequest,
        false,
        "tasks only",
    ),
    (
        403,
        "AccessDenied",
        "current user api does not support asynchronous calls",
        ErrorKind::BadRequest,
        false,
        "no tasks",
    ),
    (404, "ModelNotFound", "m", ErrorKind::NotFound, false, "model's name"),
    (404, "model_not_found", "m", ErrorKind::NotFound, false, "model's name"),
    (404, "model_not_supported", "m", ErrorKind::NotFound, false, "model's name"),
    (404, "WorkSpaceNotFound", "m", ErrorKind::NotFound, false, "workspace id"),
    (404, "NotFound", "m", ErrorKind::NotFound, false, ""),
    (416, "BadRequest.ResourceNotExist", "m", ErrorKind::NotFound, false, ""),
    (400, "Arrearage", "m", ErrorKind::Billing, false, "waiting does not help"),
    (429, "CommodityNotPurchased", "m", ErrorKind::Billing, false, "waiting does not help"),
    (429, "PrepaidBillOverdue", "m", ErrorKind::Billing, false, "waiting does not help"),
    (429, "PostpaidBillOverdue", "m", ErrorKind::Billing, false, "waiting does not help"),
    (429, "Throttling", "m", ErrorKind::RateLimit, true, "send fewer"),
    (429, "Throttling.RateQuota", "m", ErrorKind::RateLimit, true, "send fewer"),
    (429, "Throttling.BurstRate", "m", ErrorKind::RateLimit, true, "send fewer"),
    (429, "Throttling.Concurrency", "m", ErrorKind::RateLimit, true, "send fewer"),
    (429, "LimitRequests", "m", ErrorKind::RateLimit, true, "send fewer"),
    (429, "limit_requests", "m", ErrorKind::RateLimit, true, "send fewer"),
    (429, "limit_burst_rate", "m", ErrorKind::RateLimit, true, "send fewer"),
    (429, "Throttling.AllocationQuota", "m", ErrorKind::RateLimit, true, "within a minute"),
    (429, "insufficient_quota", "You exceeded your current quota", ErrorKind::RateLimit, true, "within a minute"),
    (400, "InvalidParameter", "m", ErrorKind::BadRequest, false, ""),
    (400, "invalid_parameter_error", "m", ErrorKind::BadRequest, false, ""),
    (400, "InvalidParameter.DataInspection", "m", ErrorKind::BadRequest, false, ""),
    (400, "InvalidURL", "m", ErrorKind::BadRequest, false, "must be public"),
    (400, "InvalidURL.ConnectionRefused", "m", ErrorKind::BadRequest, false, "must be public"),
    (400, "InvalidURL.Timeout", "m", ErrorKind::BadRequest, false, "must be public"),
    (400, "InvalidParameter", "url error, please check url！", ErrorKind::BadRequest, false, "must be public"),
    (
        400,
        "invalid_parameter_error",
        "Download multimodal file timed out",
        ErrorKind::BadRequest,
        false,
        "must be public",
    ),
    (400, "BadRequest.EmptyInput", "m", ErrorKind::BadRequest, false, ""),
    (400, "BadRequest.EmptyParameters", "m", ErrorKind::BadRequest, false, ""),
    (400, "BadRequest.EmptyModel", "m", ErrorKind::BadRequest, false, ""),
    (400, "BadRequest.IllegalInput", "m", ErrorKind::BadRequest, false, ""),
    (400, "BadRequest.InputDownloadFailed", "m", ErrorKind::BadRequest, false, "must be public"),
    (400, "BadRequest.UnsupportedFileFormat", "m", ErrorKind::UnsupportedFormat, false, "convert it"),
    (400, "BadRequest.TooLarge", "m", ErrorKind::AudioTooLarge, false, "compressed recording"),
    (400, "EntityTooLarge", "m", ErrorKind::AudioTooLarge, false, "compressed recording"),
    (
        400,
        "InvalidParameter",
        "Exceeded limit on max bytes per data-uri item : 10485760",
        ErrorKind::AudioTooLarge,
        false,
        "Opus",
    ),
    (
        400,
        "InvalidParameter",
        "String value length (28049408) exceeds the maximum",
        ErrorKind::AudioTooLarge,
        false,
        "Opus",
    ),
    (400, "InvalidFile.DownloadFailed", "m", ErrorKind::BadRequest, false, "must be public"),
    (400, "InvalidFile.AudioLengthError", "m", ErrorKind::AudioTooLong, false, "Cut the audio"),
    (400, "InvalidFile.Size", "m", ErrorKind::AudioTooLarge, false, "compressed recording"),
    (400, "InvalidFile.Duration", "m", ErrorKind::AudioTooLong, false, "Cut the audio"),
    (400, "InvalidFile.Openerror", "m", ErrorKind::InvalidAudio, false, "file plays"),
    (400, "InvalidFile.Format", "m", ErrorKind::UnsupportedFormat, false, "convert it"),
    (400, "InvalidParameter", "The audio is empty", ErrorKind::EmptyAudio, false, "audio in it"),
    (400, "UnsupportedOperation", "m", ErrorKind::BadRequest, false, ""),
    (400, "ClientDisconnect", "m", ErrorKind::BadRequest, false, ""),
    (400, "DataInspectionFailed", "m", ErrorKind::ContentFiltered, false, "does not help"),
    (400, "data_inspection_failed", "m", ErrorKind::ContentFiltered, false, "does not help"),
    (409, "Conflict", "m", ErrorKind::Conflict, true, ""),
    (500, "InternalError", "m", ErrorKind::Server, true, ""),
    (500, "internal_error", "m", ErrorKind::Server, true, ""),
    (500, "internal_server_error", "m", ErrorKind::Server, true, ""),
    (500, "InternalError.Algo", "m", ErrorKind::Server, true, ""),
    (500, "InternalError.Timeout", "m", ErrorKind::Server, true, ""),
    (500, "InternalError.FileUpload", "m", ErrorKind::Server, true, ""),
    (500, "SystemError", "m", ErrorKind::Server, true, ""),
    (500, "ModelServiceFailed", "m", ErrorKind::Server, true, ""),
    (500, "RequestTimeOut", "m", ErrorKind::Timeout, true, "shorter audio"),
    (503, "ServiceUnavailable", "m", ErrorKind::Server, true, ""),
    (503, "ModelUnavailable", "m", ErrorKind::Server, true, ""),
    (504, "", "m", ErrorKind::Server, true, ""),
    (500, "InternalError", "<400> InternalError.Algo.InvalidParameter: bad", ErrorKind::BadRequest, false, ""),
    (
        400,
        "AUDIO_DURATION_TOO_LONG",
        "audio duration (301008.0ms) over service process (300s)",
        ErrorKind::AudioTooLong,
        false,
        "Cut the audio",
    ),
    (400, "FILE_403_FORBIDDEN", "m", ErrorKind::BadRequest, false, "must be public"),
    (400, "FILE_DOWNLOAD_FAILED", "m", ErrorKind::BadRequest, false, "must be public"),
    (400, "DECODE_ERROR", "m", ErrorKind::InvalidAudio, false, "file plays"),
];

#[test]
fn every_code_of_the_service_has_a_kind_and_advice() {
    use dashscope_asr::api::error_body;
    for (status, code, message, kind, retryable, advice) in ERRORS {
        let native = json!({ "code": code, "message": message, "request_id": "r" });
        let compatible = json!({ "error": { "code": code, "message": message, "type": "x" }, "request_id": "r" });
        let event = format!("id:1\nevent:error\n:HTTP_STATUS/{status}\ndata:{native}\n\n");
        let mut bodies = vec![native.to_string(), compatible.to_string(), event];
        if code.is_empty() {
            bodies.remove(0); // without a code it is no error of the native API
            bodies.pop();
            bodies[0] = compatible.to_string().replace(r#""code":"","#, "").replace(r#","type":"x""#, "");
        }
        for body in bodies {
            let error = error_body::read(*status, |_| None, 0.0, body.as_bytes());
            assert_eq!((error.kind(), error.is_retryable()), (*kind, *retryable), "{body}");
            assert!(
                error.message().starts_with(message.trim_end_matches('.')) && error.message().contains(advice),
                "{code}: {error}, without {advice}"
            );
            assert_eq!((error.status(), error.request_id()), (Some(*status), Some("r")), "{body}");
        }
        if !code.is_empty() {
            // A task fails with the same codes and no status.
            let error = error_body::in_task(Some((*code).to_owned()), Some((*message).to_owned()), None);
            assert_eq!((error.kind(), error.status()), (*kind, None), "{code}");
        }
    }
}

#[test]
fn silence_is_no_error() {
    use dashscope_asr::api::error_body;
    for code in ["ASR_RESPONSE_HAVE_NO_WORDS", "SUCCESS_WITH_NO_VALID_FRAGMENT"] {
        let error = error_body::in_task(Some(code.to_owned()), None, None);
        assert!(error_body::or_no_speech(error).unwrap().no_speech, "{code}");
    }
}

#[test]
fn a_transcript_is_camel_case_for_javascript() {
    let transcript = answer("flash_generation/speakers.json", |json| flash_generation::read(json).unwrap());
    let value = serde_json::to_value(&transcript).unwrap();
    assert_eq!(value["segments"][1]["speakerId"], 1);
    assert_eq!(value["segments"][1]["channelId"], 0);
    assert_eq!((&value["noSpeech"], &value["channels"]), (&json!(false), &json!([])));
    let empty = serde_json::to_value(Transcript::default().settled()).unwrap();
    assert_eq!(empty, json!({ "text": "", "noSpeech": true, "segments": [], "channels": [] }));
}
