//! The boundary by itself, in Node and in browsers: what only a JavaScript runtime can show. The effects are a script here;
//! the package as users see it is tested in `tests/client`.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::base64::encode_base64;
use super::effects::{AudioSource, CallEffects};
use super::event_parser::RawEventParser;
use super::exports::{check_settings, media_type};
use super::formats::encode_wav;
use super::transcription::{Transcription, check_options};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = btoa)]
    fn btoa(binary: &str) -> String;
}

fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap()
}

fn evaluate(expression: &str) -> JsValue {
    Function::new_no_args(&format!("return {expression}")).call0(&JsValue::UNDEFINED).unwrap()
}

/// Effects whose every exchange is made by this JavaScript expression; `log` keeps what they were asked for.
fn effects(exchange: &str) -> CallEffects {
    evaluate(&format!(
        r#"({{
            log: [], settings: '{{"maxRetries":0}}', isPage: false, takesAudio: false,
            async apiKey() {{ return "sk-test"; }},
            limit(most) {{ this.most = most; }},
            async request(url, head, ...recipe) {{
                return new Request(url, {{ ...JSON.parse(head), body: recipe.join("|") }});
            }},
            send(url, head, ...recipe) {{
                this.log.push([new Request(url, JSON.parse(head)), ...recipe]);
                return {exchange};
            }},
            pause() {{ return {{ async done() {{}}, cancel() {{}} }}; }},
        }})"#
    ))
    .unchecked_into()
}

fn transcription(effects: CallEffects, stream: bool) -> Transcription {
    let settings = r#"{"baseURL":"https://relay.example/x"}"#;
    let audio: AudioSource =
        evaluate(r#"{ head: new TextEncoder().encode("RIFF\x04\0\0\0WAVE"), length: 12, replayable: true }"#)
            .unchecked_into();
    Transcription::new(settings, r#"{"language":"en"}"#, effects, stream, &audio).unwrap()
}

async fn settle(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

/// The facts of an error: it crosses as JSON, beside what JavaScript threw.
fn facts(error: JsValue) -> (JsValue, JsValue) {
    let pair: Array = error.unchecked_into();
    (js_sys::JSON::parse(&pair.get(0).as_string().unwrap()).unwrap(), pair.get(1))
}

/// The platform's own base64 is the judge.
#[wasm_bindgen_test]
fn the_encoder_agrees_with_btoa() {
    for length in (0..64).chain([1_000, 4_095, 100_001]) {
        let bytes: Vec<u8> = (0..length).map(|index| (index * 167 + index / 251) as u8).collect();
        let expected = btoa(&bytes.iter().map(|byte| char::from(*byte)).collect::<String>());
        assert_eq!(String::from_utf8(encode_base64(&bytes)).unwrap(), expected, "{length}");
    }
}

#[wasm_bindgen_test]
async fn a_request_is_standard_and_complete() {
    let effects = effects("null");
    let request = settle(transcription(effects.clone(), true).request()).await.unwrap();
    let request: web_sys::Request = request.unchecked_into();
    assert_eq!(request.url(), "https://relay.example/x/api/v1/services/aigc/multimodal-generation/generation");
    assert_eq!(request.headers().get("authorization").unwrap().as_deref(), Some("Bearer sk-test"));
    let body = settle(request.text().unwrap()).await.unwrap().as_string().unwrap();
    let expected = concat!(
        r#"{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"audio":"data:audio/wav;base64,|1|"}]}]},"#,
        r#""parameters":{"asr_options":{"language":"en"},"incremental_output":true}}"#
    );
    assert_eq!(body, expected);
    assert_eq!(get(&effects, "most").as_f64(), Some(7_864_302.0));
}

#[wasm_bindgen_test]
fn options_are_data_with_known_names() {
    for (settings, field) in [
        (r#"{"baseURL":5}"#, "baseURL"),
        (r#"{"regoin":"beijing"}"#, "regoin"),
        (r#"{"timeout":-1}"#, "timeout"),
        ("5", "client option"),
    ] {
        let (error, thrown) = facts(check_settings(settings).unwrap_err());
        assert_eq!(get(&error, "field").as_string().as_deref(), Some(field), "{settings}");
        assert_eq!(get(&error, "code").as_string().as_deref(), Some("invalid_option"));
        assert!(thrown.is_undefined());
    }
    assert!(check_settings(r#"{"region":null}"#).is_ok());
    assert!(check_options("{}", r#"{"langauge":"en"}"#).is_err());
}

/// An answer of dialect B, as a stream, from effects that never touch the network.
const ANSWER: &str = r#"{
    status: 200,
    header: () => undefined,
    pieces: [["Hé", "null"], ["llo 🎤", "null"], ["", "stop"]],
    async done() {},
    async chunk() {
        const piece = this.pieces.shift();
        return piece && new TextEncoder().encode(`data:${JSON.stringify({ output: { choices: [{ finish_reason: piece[1],
            message: { content: [{ text: piece[0] }] } }] }, request_id: "r-1" })}\n\n`);
    },
    cancel() {},
}"#;

#[wasm_bindgen_test]
async fn a_stream_arrives_in_batches() {
    let reader = transcription(effects(ANSWER), true);
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
    let transcript = js_sys::JSON::parse(&transcript.as_string().unwrap()).unwrap();
    assert_eq!(get(&transcript, "text").as_string().as_deref(), Some("Héllo 🎤"));
    assert_eq!(get(&transcript, "requestId").as_string().as_deref(), Some("r-1"));
}

#[wasm_bindgen_test]
async fn an_error_of_an_effect_goes_back_as_it_is() {
    let thrown = evaluate("(globalThis.thrown = Object.assign(new Error('no net'), { code: 'connection_error' }))");
    let failing = effects("{ async done() { throw globalThis.thrown; }, cancel() { globalThis.cancelled = true; } }");
    let (error, cause) = facts(settle(transcription(failing, false).next()).await.unwrap_err());
    assert_eq!(get(&error, "code").as_string().as_deref(), Some("connection_error"));
    assert_eq!(get(&error, "message").as_string().as_deref(), Some("no net"));
    assert!(Object::is(&cause, &thrown));
    assert!(evaluate("globalThis.cancelled").is_truthy(), "what is dropped stops");
}

#[wasm_bindgen_test]
fn events_are_packed_into_one_string() {
    let mut parser = RawEventParser::new(30, true, true);
    assert!(parser.feed(Some(b"id:7\nevent:".to_vec())).is_undefined());
    let packed = parser.feed(Some("é\ndata:🎤\ndata:x\n\n:c\nretry:5\n".into()));
    assert_eq!(packed.as_string().as_deref(), Some("i7\reé\rd🎤\nx\r:c\rr5\r"));
    let packed = parser.feed(Some(b"id:8\n\nfoo\nretry: 5s\n".to_vec()));
    assert_eq!(packed.as_string().as_deref(), Some("I8\r?foo\r?retry: 5s\r"));
    let packed: Array = parser.feed(Some([b"data:\n\ndata".as_slice(), &[b':'; 40]].concat())).unchecked_into();
    assert_eq!(packed.get(0).as_string().as_deref(), Some("d\r"));
    let (error, _) = facts(packed.get(1));
    assert_eq!(get(&error, "code").as_string().as_deref(), Some("invalid_response"));
}

#[wasm_bindgen_test]
fn small_things_on_their_own() {
    assert_eq!(media_type(b"OggS", 6, "").as_deref(), Some("audio/ogg"));
    assert_eq!(media_type(b"????", 6, "audio/mp3;x=1").as_deref(), Some("audio/mpeg"));
    assert_eq!(media_type(b"<html>", 6, ""), None);
    let file = encode_wav(&evaluate("[new Float32Array([0, 1, -1, 0.5])]").unchecked_into(), 16_000.0).unwrap();
    assert_eq!(file.len(), 52);
}
