//! Words while they are spoken, over the runtime's own sockets: in a page with the key in the address, in Node in a header.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use dashscope_asr::host::{Body, Host as _, HttpRequest, HttpResponse as _, Part};
use dashscope_asr::json::Json;
use dashscope_asr::live::LiveState;
use dashscope_asr::web::{Transcriber, WebHost, transcriber};
use dashscope_asr::{ApiKey, CallSettings, ClientSettings, ErrorKind, LiveEvent, LiveOptions, LiveTranscript};
use futures_core::Stream;
use wasm_bindgen_test::wasm_bindgen_test;

use super::{HEARD, SERVICE, SPEECH};

/// Sockets know no CORS, so a page's need no relay.
const SOCKETS: &str = match option_env!("DASHSCOPE_ASR_EMULATOR_SOCKETS") {
    Some(address) => address,
    None => "http://127.0.0.1:9",
};

/// Four seconds of speech behind the header, in bytes.
const AUDIO: std::ops::Range<usize> = 44..44 + 4 * 32_000;

fn client(key: &str) -> Transcriber {
    let settings = ClientSettings { base_url: Some(SOCKETS.to_owned()), ..ClientSettings::default() };
    transcriber(WebHost::new().with_api_key(ApiKey::new(key).unwrap()), &settings).unwrap()
}

fn options(model: &str) -> LiveOptions {
    LiveOptions { model: Some(model.to_owned()), ..LiveOptions::default() }
}

const TASK: &str = "qwen-audio-3.1-asr-flash-streaming";
const SESSION: &str = "qwen3-asr-flash-realtime";

/// Asks the emulator for something beside the service.
async fn control(method: &'static str, path: &str, body: &str) -> String {
    let parts = if body.is_empty() { Vec::new() } else { vec![Part::Text(body.to_owned())] };
    let url = format!("{SERVICE}/_emulator/{path}");
    let request = HttpRequest { method, url, body: Body { parts, limit: None }, ..HttpRequest::default() };
    let mut response = WebHost::new().send(&request, None, Duration::from_secs(10)).await.unwrap();
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk(Duration::from_secs(10)).await.unwrap() {
        answer.extend(chunk);
    }
    String::from_utf8(answer).unwrap()
}

/// Of the last socket: the code it was closed with, once it is.
async fn close_code() -> String {
    for _ in 0..200 {
        let log = control("GET", "requests", "").await;
        let log = Json::parse(&log).unwrap();
        let sockets: Vec<_> = log.view().items().filter(|entry| entry.get("live").is_object()).collect();
        let last = sockets.last().unwrap().get("live").get("closed");
        if let Some(code) = last.number() {
            return code.to_string();
        }
        WebHost::new().sleep(Duration::from_millis(50)).await.unwrap();
    }
    panic!("nobody has closed it");
}

async fn next(live: &LiveTranscript<WebHost>) -> Option<LiveEvent> {
    let mut events = live;
    poll_fn(|context| Pin::new(&mut events).poll_next(context)).await.map(Result::unwrap)
}

/// What was told of the connection, how many partial sentences there were, and the text.
async fn read(live: &LiveTranscript<WebHost>) -> (Vec<LiveState>, usize, String) {
    let (mut states, mut partials, mut text) = (Vec::new(), 0, String::new());
    while let Some(event) = next(live).await {
        match event {
            LiveEvent::State { state, .. } => states.push(state),
            LiveEvent::Partial { .. } => partials += 1,
            LiveEvent::Done(transcript) => text = transcript.text,
            _ => {}
        }
    }
    (states, partials, text)
}

#[wasm_bindgen_test]
async fn words_come_while_they_are_spoken_in_either_protocol() {
    for model in [TASK, SESSION] {
        let live = Rc::new(client("sk-test").live(&options(model)).unwrap());
        let speaker = Rc::clone(&live);
        wasm_bindgen_futures::spawn_local(async move {
            for piece in SPEECH[AUDIO].chunks(3_201) {
                speaker.send_bytes(piece);
                WebHost::new().sleep(Duration::from_millis(5)).await.unwrap();
            }
            speaker.finish().await.unwrap();
        });
        let (states, partials, text) = read(&live).await;
        assert_eq!(states, [LiveState::Connecting, LiveState::Open, LiveState::Closed], "{model}");
        assert!(partials > 0 && text.starts_with(HEARD), "{model}: {partials} partial sentences, {text}");
        assert_eq!(live.finish().await.unwrap().text, text);
        assert_eq!(close_code().await, "1000");
    }
}

#[wasm_bindgen_test]
async fn a_connection_that_breaks_loses_no_words() {
    let mut texts = Vec::new();
    for fault in ["", "close-after-bytes=50001", "cut-after-sent-bytes=900"] {
        if !fault.is_empty() {
            control("POST", "faults", &format!(r#"{{"fault":"{fault}","path":"/api-ws/"}}"#)).await;
        }
        let live = client("sk-test").live(&options(TASK)).unwrap();
        live.send_bytes(&SPEECH[AUDIO]);
        texts.push(live.finish().await.unwrap().text);
        let (states, ..) = read(&live).await;
        assert_eq!(states.contains(&LiveState::Reconnecting), !fault.is_empty(), "{fault}: {states:?}");
    }
    assert!(texts[0].starts_with(HEARD));
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
}

#[wasm_bindgen_test]
async fn a_live_transcription_that_is_dropped_closes_its_socket() {
    let live = client("sk-test").live(&options(TASK)).unwrap();
    live.send_bytes(&SPEECH[AUDIO]);
    while !matches!(next(&live).await, Some(LiveEvent::State { state: LiveState::Open, .. })) {}
    drop(live);
    assert_eq!(close_code().await, "1005", "closed, without a code");
}

#[wasm_bindgen_test]
async fn a_socket_that_does_not_open_is_told_in_words_without_the_key() {
    let key = "sk-invalid-key-of-somebody";
    let live = client(key).live(&LiveOptions { max_retries: Some(0), ..options(TASK) }).unwrap();
    live.send_bytes(&SPEECH[AUDIO]);
    let error = live.finish().await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::Connection);
    assert!(error.to_string().contains("the key (wrong, expired"), "{error}");
    assert!(!format!("{error:?}").contains("somebody"));
    assert_eq!(error.unsent_audio().map(|wav| wav[44..].to_vec()), Some(SPEECH[AUDIO].to_vec()));
}

#[wasm_bindgen_test]
async fn headers_of_a_call_go_along_or_are_refused() {
    let fault = vec![("x-emulator-fault".to_owned(), "status=503".to_owned())];
    let asr = client("sk-test").with(CallSettings { headers: fault, ..CallSettings::default() });
    let live = asr.live(&LiveOptions { max_retries: Some(0), ..options(TASK) }).unwrap();
    live.send_bytes(&SPEECH[AUDIO]);
    let error = live.finish().await.unwrap_err();
    // A page's socket takes none.
    let is_page = js_sys::Reflect::has(&js_sys::global(), &"document".into()).unwrap();
    let expected = if is_page { ErrorKind::InvalidOption } else { ErrorKind::Connection };
    assert_eq!(error.error().kind(), expected, "{error}");
    assert_eq!(error.error().field(), is_page.then_some("headers.x-emulator-fault"));
}
