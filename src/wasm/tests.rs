//! The boundary by itself, in Node and in browsers: what only a JavaScript runtime can show. The package as users see it
//! is tested in `tests/client`.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::audio::JsAudio;
use super::call::Call;
use super::encode::Encoder;
use super::event_parser::RawEventParser;
use super::exports::{build_request, check_settings, sniff_media_type, to_data_url};
use super::formats::encode_wav;
use super::input;
use super::reader::TranscriptReader;
use crate::client::{AudioFacts, Source};
use crate::data_url;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = btoa)]
    fn btoa(binary: &str) -> String;
}

fn object(text: &str) -> JsValue {
    js_sys::JSON::parse(text).unwrap()
}

fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap()
}

/// A call whose `fetch` is this JavaScript function body; `request` is its argument.
fn call(fetch: &str) -> Call {
    let call = object("{}");
    Reflect::set(&call, &"fetch".into(), &Function::new_with_args("request", fetch)).unwrap();
    Reflect::set(&call, &"apiKey".into(), &"sk-test".into()).unwrap();
    call.unchecked_into()
}

fn evaluate(expression: &str) -> JsValue {
    Function::new_no_args(&format!("return {expression}")).call0(&JsValue::UNDEFINED).unwrap()
}

async fn settle(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

fn sample(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 167 + index / 251) as u8).collect()
}

/// The platform's own base64 is the judge.
#[wasm_bindgen_test]
fn every_encoder_agrees_with_btoa() {
    for length in (0..64).chain([1_000, 4_095, 100_001]) {
        let bytes = sample(length);
        let expected = btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>());
        let mut ours = Vec::new();
        data_url::encode_into(&bytes, &mut ours);
        assert_eq!(String::from_utf8(ours).unwrap(), expected, "SIMD, {length}");
        let array = Uint8Array::from(bytes.as_slice());
        for encoder in [Encoder::detect(), Encoder::Rust] {
            assert_eq!(String::from(encoder.encode_text(&array)), expected, "{encoder:?}, {length}");
        }
    }
}

async fn facts(audio: &JsValue) -> (JsAudio, AudioFacts) {
    match input::resolve(audio, &call("")).await.unwrap() {
        Source::Bytes { audio, facts } => (audio, facts),
        Source::Url(url) => panic!("{url}"),
    }
}

const RIFF: &str = "new Uint8Array([82, 73, 70, 70, 4, 0, 0, 0, 87, 65, 86, 69])";

#[wasm_bindgen_test]
async fn all_kinds_of_input_give_the_same_facts() {
    for (expression, declared, length) in [
        (RIFF.to_owned(), None, Some(12)),
        (format!("{RIFF}.buffer"), None, Some(12)),
        (format!("new DataView({RIFF}.buffer)"), None, Some(12)),
        (format!("new Uint8Array([1, ...{RIFF}, 2]).subarray(1, 13)"), None, Some(12)),
        (format!("new Blob([{RIFF}], {{ type: 'audio/x-wav' }})"), Some("audio/x-wav"), Some(12)),
        (
            format!("new Response({RIFF}, {{ headers: {{ 'content-type': 'audio/wav' }} }})"),
            Some("audio/wav"),
            Some(12),
        ),
        (format!("new Response({RIFF}).body"), None, Some(12)),
    ] {
        let (audio, facts) = facts(&evaluate(&expression)).await;
        assert_eq!((facts.declared.as_deref(), facts.length), (declared, length), "{expression}");
        assert!(facts.head.starts_with(b"RIFF") && facts.head.len() == 12, "{expression}");
        let text = String::from(audio.base64_text(&call(""), "").await.unwrap());
        assert_eq!(text, "UklGRgQAAABXQVZF", "{expression}");
    }
}

#[wasm_bindgen_test]
async fn what_is_not_audio_is_refused() {
    for expression in ["5", "null", "undefined", "{}", "true", "new Date()", "new Response('x', { status: 404 })"] {
        let Err(error) = input::resolve(&evaluate(&format!("({expression})")), &call("")).await else {
            panic!("{expression} was taken")
        };
        assert_eq!(error.code(), "invalid_audio", "{expression}");
    }
    let locked = evaluate("(() => { const { body } = new Response('x'); body.getReader(); return body; })()");
    assert!(input::resolve(&locked, &call("")).await.is_err_and(|error| error.message().contains("locked")));
}

#[wasm_bindgen_test]
async fn a_request_is_standard_and_complete() {
    let settings = object(r#"{"baseURL":"https://relay.example/x"}"#);
    let options = object(r#"{"language":"en"}"#);
    let request = settle(build_request(settings, evaluate(RIFF), options, call(""), true)).await.unwrap();
    let request: web_sys::Request = request.unchecked_into();
    assert_eq!(request.url(), "https://relay.example/x/api/v1/services/aigc/multimodal-generation/generation");
    assert_eq!(request.headers().get("authorization").unwrap().as_deref(), Some("Bearer sk-test"));
    let body = settle(request.text().unwrap()).await.unwrap().as_string().unwrap();
    let expected = r#"{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"audio":"data:audio/wav;base64,UklGRgQAAABXQVZF"}]}]},"parameters":{"asr_options":{"language":"en"},"incremental_output":true}}"#;
    assert_eq!(body, expected);
}

#[wasm_bindgen_test]
async fn options_are_data_with_known_names() {
    for (settings, field) in [
        (r#"{"baseURL":5}"#, "baseURL"),
        (r#"{"regoin":"beijing"}"#, "regoin"),
        (r#"{"timeout":-1}"#, "timeout"),
        ("5", "client option"),
    ] {
        let error = check_settings(&object(settings)).unwrap_err();
        assert_eq!(get(&error, "field").as_string().as_deref(), Some(field), "{settings}");
        assert_eq!(get(&error, "code").as_string().as_deref(), Some("invalid_option"));
    }
    let function = evaluate("({ model: () => 'x' })");
    assert!(check_settings(&function).is_err());
    assert!(check_settings(&evaluate("({ timeout: Infinity })")).is_err());
    assert!(check_settings(&evaluate("({ model: undefined, region: null })")).is_ok());
}

/// An answer of dialect B, as a stream, from a `fetch` that never touches the network.
const STREAM: &str = r#"
    const event = (text, reason) => `data:${JSON.stringify({ output: { choices: [{ finish_reason: reason,
        message: { content: [{ text }] } }] }, request_id: "r-1" })}\n\n`;
    return Promise.resolve(new Response(event("Hé", "null") + event("llo 🎤", "null") + event("", "stop")));
"#;

#[wasm_bindgen_test]
async fn a_stream_arrives_in_batches() {
    let settings = object(r#"{"baseURL":"https://relay.example"}"#);
    let reader = TranscriptReader::new(settings, evaluate(RIFF), object("{}"), call(STREAM), true);
    let (mut text, mut lengths, mut transcript) = (String::new(), Vec::new(), JsValue::UNDEFINED);
    loop {
        let batch = settle(reader.next()).await.unwrap();
        if batch.is_undefined() {
            break;
        }
        let batch: Array = batch.unchecked_into();
        text += &batch.get(0).as_string().unwrap();
        lengths.extend(js_sys::Int32Array::from(batch.get(1)).to_vec());
        transcript = batch.get(2);
    }
    assert_eq!((text.as_str(), lengths), ("Héllo 🎤", vec![2, 6]));
    assert_eq!(get(&transcript, "text").as_string().as_deref(), Some("Héllo 🎤"));
    assert_eq!(get(&transcript, "requestId").as_string().as_deref(), Some("r-1"));
}

#[wasm_bindgen_test]
async fn what_fetch_threw_is_the_cause() {
    let settings = object(r#"{"baseURL":"https://relay.example","maxRetries":0}"#);
    let reader = TranscriptReader::new(
        settings,
        evaluate(RIFF),
        object("{}"),
        call("globalThis.thrown = new TypeError('no net'); throw globalThis.thrown"),
        false,
    );
    let error = settle(reader.next()).await.unwrap_err();
    assert_eq!(get(&error, "code").as_string().as_deref(), Some("connection_error"));
    assert!(Object::is(&get(&error, "cause"), &evaluate("globalThis.thrown")));
    assert!(get(&error, "message").as_string().unwrap().contains("no net"));
}

#[wasm_bindgen_test]
async fn an_aborted_signal_ends_a_pending_call() {
    let controller = evaluate("new AbortController()");
    let pending = call("return new Promise(() => {})");
    Reflect::set(&pending, &"signal".into(), &get(&controller, "signal")).unwrap();
    let settings = object(r#"{"baseURL":"https://relay.example"}"#);
    let reader = TranscriptReader::new(settings, evaluate(RIFF), object("{}"), pending, false);
    let promise = reader.next();
    Function::new_with_args("controller", "setTimeout(() => controller.abort('enough'), 20)")
        .call1(&JsValue::UNDEFINED, &controller)
        .unwrap();
    let error = settle(promise).await.unwrap_err();
    assert_eq!(get(&error, "code").as_string().as_deref(), Some("aborted"));
    assert_eq!(get(&error, "cause").as_string().as_deref(), Some("enough"));
}

#[wasm_bindgen_test]
fn events_are_packed_into_one_string() {
    let mut parser = RawEventParser::new(30, true);
    assert!(parser.feed(Some(b"id:7\nevent:".to_vec())).is_undefined());
    let packed = parser.feed(Some("é\ndata:🎤\ndata:x\n\n:c\nretry:5\n".into()));
    assert_eq!(packed.as_string().as_deref(), Some("i7\reé\rd🎤\nx\r:c\rr5\r"));
    let packed: Array = parser.feed(Some([b"data:\n\n".as_slice(), &[b'x'; 40]].concat())).unchecked_into();
    assert_eq!(packed.get(0).as_string().as_deref(), Some("d\r"));
    assert_eq!(get(&packed.get(1), "code").as_string().as_deref(), Some("invalid_response"));
}

#[wasm_bindgen_test]
async fn small_things_on_their_own() {
    assert_eq!(sniff_media_type(b"OggS").as_deref(), Some("audio/ogg"));
    assert_eq!(sniff_media_type(b"<html>"), None);
    let file = encode_wav(&evaluate("[new Float32Array([0, 1, -1, 0.5])]").unchecked_into(), 16_000.0).unwrap();
    assert_eq!(file.len(), 52);
    let url = settle(to_data_url(evaluate("new Blob(['????'], { type: 'audio/mp3;x=1' })"), None, call(""))).await;
    assert_eq!(url.unwrap().as_string().as_deref(), Some("data:audio/mpeg;base64,Pz8/Pw=="));
}
