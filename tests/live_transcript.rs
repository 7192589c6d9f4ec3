//! Live transcription for Rust over scripted sockets and a clock that jumps: what is carried out, in which order, and what is
//! let go. What is decided is tested in `live.rs`.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod support;

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use dashscope_asr::live::LiveState;
use dashscope_asr::options::{Message, Role};
use dashscope_asr::socket::{SocketClosed, SocketMessage, Unopened};
use dashscope_asr::{
    ClientSettings, Error, ErrorKind, LiveError, LiveEvent, LiveOptions, LiveTranscript, Transcriber, Transcript,
};
use futures_core::Stream;
use serde_json::{Value, json};
use support::sockets::Wire;
use support::{Answer, ScriptedHost};

type Client = Transcriber<ScriptedHost>;
type Live = LiveTranscript<ScriptedHost>;

/// A service that hears one sentence in everything: how many bytes of audio it was, once it is over.
fn service(wire: &Wire, message: &SocketMessage) {
    let SocketMessage::Text(text) = message else { return };
    let message: Value = serde_json::from_str(text).unwrap();
    let id = &message["header"]["task_id"];
    let tell = |event: &str, payload: Value| {
        wire.tell(&json!({ "header": { "task_id": id, "event": event }, "payload": payload }));
    };
    let append = |message: &&SocketMessage| matches!(message, SocketMessage::Text(text) if text.contains(".append"));
    match message["header"]["action"].as_str().or(message["type"].as_str()).unwrap() {
        "run-task" => tell("task-started", json!({})),
        "finish-task" => {
            let bytes = wire.audio().len();
            let text = format!("{bytes} bytes");
            let sentence = |end: bool| {
                json!({ "output": { "sentence": { "sentence_id": 1, "begin_time": 0, "end_time": bytes / 32, "text": text,
                    "sentence_end": end, "words": [] } } })
            };
            tell("result-generated", sentence(false));
            tell("result-generated", sentence(true));
            tell("task-finished", json!({}));
        }
        "session.update" => wire.tell(&json!({ "type": "session.updated" })),
        "session.finish" => {
            let text = format!("{} messages", wire.sent().iter().filter(append).count());
            let name = "conversation.item.input_audio_transcription.completed";
            wire.tell(&json!({ "type": name, "item_id": "1", "transcript": text }));
            wire.tell(&json!({ "type": "session.finished" }));
        }
        _ => {}
    }
}

fn client_over(host: ScriptedHost) -> Client {
    host.sockets.behave(service);
    Transcriber::over(host, &ClientSettings::default()).unwrap()
}

fn client() -> Client {
    client_over(ScriptedHost::new([]))
}

fn of_session() -> LiveOptions {
    LiveOptions { model: Some("qwen3-asr-flash-realtime".to_owned()), ..LiveOptions::default() }
}

/// So many milliseconds of something loud.
fn speech(millis: usize) -> Vec<i16> {
    vec![9_000; 16 * millis]
}

async fn next(live: &Live) -> Option<Result<LiveEvent, LiveError>> {
    let mut events = live;
    poll_fn(|context| Pin::new(&mut events).poll_next(context)).await
}

/// Everything that is told, in short, and what it ends with.
async fn told(live: &Live) -> (Vec<String>, Option<LiveError>) {
    let mut lines = Vec::new();
    while let Some(event) = next(live).await {
        lines.push(match event {
            Ok(LiveEvent::Partial { id, segment, .. }) => format!("partial {id} {}", segment.text),
            Ok(LiveEvent::Final { id, segment, .. }) => format!("final {id} {}", segment.text),
            Ok(LiveEvent::State { state, .. }) => state.name().to_owned(),
            Ok(LiveEvent::Done(transcript)) => format!("done {}", transcript.text),
            Ok(other) => panic!("{other:?}"),
            Err(error) => {
                assert!(next(live).await.is_none(), "an error is the end");
                return (lines, Some(error));
            }
        });
    }
    (lines, None)
}

fn finished(asr: &Client, live: &Live) -> Result<Transcript, LiveError> {
    asr.host().run(live.finish())
}

fn wire(asr: &Client, number: usize) -> Wire {
    asr.host().sockets.wires().get(number).unwrap_or_else(|| panic!("there is no connection {number}")).clone()
}

#[test]
fn audio_goes_out_in_order_and_events_come_back_in_order() {
    let asr = client();
    let live = asr.live(&LiveOptions::default()).unwrap();
    live.send(&speech(250));
    live.send_floats(&[0.5; 1_600]);
    live.send_bytes(&[1, 2, 3]);
    live.send_bytes(&[4]);
    assert_eq!(finished(&asr, &live).unwrap().text, "11204 bytes");
    let (lines, error) = asr.host().run(told(&live));
    assert_eq!(
        lines,
        ["connecting", "open", "partial 1 11204 bytes", "final 1 11204 bytes", "done 11204 bytes", "closed"]
    );
    assert!(error.is_none());

    let wire = wire(&asr, 0);
    assert_eq!(wire.said(), ["run-task", "finish-task"]);
    let audio = wire.audio();
    assert_eq!(audio[..4], [0x28, 0x23, 0x28, 0x23], "9000 twice");
    assert_eq!(audio[8_000..8_002], 16_384_i16.to_le_bytes());
    assert_eq!(audio[11_200..], [1, 2, 3, 4]);
    assert_eq!((wire.goodbye(), wire.is_dropped()), (Some(1_000), true));
    let request = wire.request();
    assert_eq!(request.url, "wss://dashscope-intl.aliyuncs.com/api-ws/v1/inference");
    assert_eq!(request.headers, [("authorization".to_owned(), "Bearer sk-test".to_owned())]);
    assert_eq!(request.page_url, "wss://dashscope-intl.aliyuncs.com/api-ws/v1/inference?api_key=sk-test");
    assert!(!format!("{request:?}").contains("sk-test"));
}

#[test]
fn events_are_told_while_audio_comes() {
    let asr = client();
    asr.host().sockets.behave(|wire, message| match message {
        SocketMessage::Text(text) => {
            let message: Value = serde_json::from_str(text).unwrap();
            let header = json!({ "task_id": message["header"]["task_id"], "event": "task-started" });
            wire.tell(&json!({ "header": header, "payload": {} }));
        }
        SocketMessage::Binary(_) => {
            let text = format!("{} bytes", wire.audio().len());
            let sentence = json!({ "sentence_id": 1, "begin_time": 0, "text": text, "sentence_end": false });
            wire.tell(&json!({ "header": { "event": "result-generated" }, "payload": { "output": { "sentence": sentence } } }));
        }
    });
    let live = asr.live(&LiveOptions::default()).unwrap();
    let (first, second) = asr.host().run(async { (next(&live).await, next(&live).await) });
    let state = |event: Option<Result<LiveEvent, LiveError>>| match event {
        Some(Ok(LiveEvent::State { state, .. })) => state,
        other => panic!("{other:?}"),
    };
    assert_eq!((state(first), state(second)), (LiveState::Connecting, LiveState::Open));
    // Two messages before anybody looks: the newer words stand for the older ones.
    live.send(&speech(100));
    live.send(&speech(100));
    let Some(Ok(LiveEvent::Partial { id: 1, text, .. })) = asr.host().run(next(&live)) else { panic!("no words") };
    assert_eq!(text, "6400 bytes");
    live.send(&speech(100));
    let Some(Ok(LiveEvent::Partial { id: 1, text, .. })) = asr.host().run(next(&live)) else { panic!("no words") };
    assert_eq!(text, "9600 bytes");
}

#[test]
fn the_session_protocol_is_paced_by_the_hosts_clock() {
    let asr = client();
    asr.host().sockets.shake_hands(|_| Ok(()));
    let live = asr.live(&of_session()).unwrap();
    wire(&asr, 0).tell(&json!({ "type": "session.created" }));
    live.send(&speech(3_000));
    assert_eq!(finished(&asr, &live).unwrap().text, "30 messages");
    assert_eq!(asr.host().elapsed(), Duration::from_millis(3_000 - 200 - 100), "the last one 200 ms before its time");
    let said = wire(&asr, 0).said();
    assert_eq!((said[0].as_str(), said[31].as_str()), ("session.update", "session.finish"));
    assert!(wire(&asr, 0).request().page_url.ends_with("?model=qwen3-asr-flash-realtime&api_key=sk-test"));
}

#[test]
fn after_a_cut_everything_is_sent_again_with_another_key() {
    let host = ScriptedHost::new([]).with_keys([Some("sk-first"), Some("sk-second")]);
    let asr = client_over(host);
    let live = asr.live(&LiveOptions::default()).unwrap();
    live.send(&speech(700));
    wire(&asr, 0).end(1_006, "");
    live.send(&speech(300));
    assert_eq!(finished(&asr, &live).unwrap().text, "32000 bytes");
    let (lines, _) = asr.host().run(told(&live));
    assert_eq!(lines[..3], ["connecting", "open", "reconnecting"]);
    assert_eq!(lines[3..], ["partial 1 32000 bytes", "final 1 32000 bytes", "done 32000 bytes", "closed"]);
    assert!(wire(&asr, 0).is_dropped());
    let keys: Vec<_> = asr.host().sockets.wires().iter().map(|wire| wire.request().headers[0].1.clone()).collect();
    assert_eq!(keys, ["Bearer sk-first", "Bearer sk-second"]);
}

#[test]
fn a_slow_network_is_waited_for_and_nothing_overtakes() {
    let asr = client();
    asr.host().sockets.opening.set(Duration::from_millis(400));
    asr.host().sockets.sending.set(Duration::from_millis(50));
    let live = asr.live(&LiveOptions::default()).unwrap();
    let mut all = Vec::new();
    for loudness in 1..=20 {
        live.send(&vec![loudness * 500; 1_600]);
        all.extend(vec![loudness * 500; 1_600]);
    }
    assert_eq!(live.buffered(), Duration::from_secs(2));
    assert_eq!(finished(&asr, &live).unwrap().text, "64000 bytes");
    assert_eq!(live.buffered(), Duration::ZERO);
    let bytes: Vec<u8> = all.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert!(wire(&asr, 0).audio() == bytes, "in order");
    // The handshake, run-task, five pieces of 400 ms, finish-task.
    assert_eq!(asr.host().elapsed(), Duration::from_millis(400 + 7 * 50));
}

#[test]
fn audio_that_the_socket_has_not_taken_is_counted_as_waiting() {
    let asr = client();
    let live = asr.live(&LiveOptions::default()).unwrap();
    asr.host().sockets.sending.set(Duration::from_secs(1));
    live.send(&speech(800));
    live.send(&speech(400));
    // 400 ms are on their way.
    assert_eq!(live.buffered(), Duration::from_millis(800));
}

#[test]
fn what_is_dropped_is_closed() {
    for opening in [0, 1_000] {
        let asr = client();
        asr.host().sockets.opening.set(Duration::from_millis(opening));
        let live = asr.live(&LiveOptions::default()).unwrap();
        asr.host().sockets.sending.set(Duration::from_secs(1));
        live.send(&speech(800)); // on its way
        drop(live);
        assert!(asr.host().sockets.wires().iter().all(Wire::is_dropped));
        assert_eq!(asr.host().sockets.wires().len(), usize::from(opening == 0));
    }
}

#[test]
fn giving_up_says_goodbye_and_is_no_failure_of_the_events() {
    let asr = client();
    let live = asr.live(&LiveOptions::default()).unwrap();
    live.send(&speech(500));
    live.close();
    // At once, without anybody who waits.
    assert_eq!((wire(&asr, 0).goodbye(), wire(&asr, 0).is_dropped()), (Some(1_000), true));
    let (lines, error) = asr.host().run(told(&live));
    assert_eq!(lines, ["connecting", "open", "closed"]);
    assert!(error.is_none(), "who closes need not be told");
    assert_eq!(finished(&asr, &live).unwrap_err().error().kind(), ErrorKind::Aborted);
    live.send(&speech(500));
    live.close();
    live.reconnect();
    assert_eq!(asr.host().sockets.wires().len(), 1, "it is over");
}

#[test]
fn what_was_not_heard_is_handed_back_by_the_events_and_by_finish() {
    let asr = client();
    let live = asr.live(&LiveOptions { max_retries: Some(2), ..LiveOptions::default() }).unwrap();
    live.send(&speech(500));
    asr.host().sockets.shake_hands(|_| Err(Unopened::Closed(SocketClosed::without_goodbye())));
    wire(&asr, 0).end(1_011, "restarting");
    let (lines, error) = asr.host().run(told(&live));
    assert_eq!(lines, ["connecting", "open", "reconnecting", "reconnecting", "closed"]);
    let error = error.unwrap();
    assert_eq!(error.error().kind(), ErrorKind::Connection);
    let wav = error.unsent_audio().unwrap();
    assert_eq!((&wav[..4], wav.len()), (&b"RIFF"[..], 44 + 16_000));
    assert!(!format!("{error:?}").contains("82, 73, 70, 70"), "its debug form has no audio");
    let again = finished(&asr, &live).unwrap_err();
    assert_eq!(again.unsent_audio(), Some(wav));
    let plain = Error::from(again);
    assert_eq!(plain.to_string(), error.to_string());
}

#[test]
fn last_words_that_have_come_count_more_than_that_nothing_can_be_sent() {
    let asr = client();
    let live = asr.live(&LiveOptions::default()).unwrap();
    asr.host().sockets.sending.set(Duration::from_millis(50));
    live.send(&speech(500)); // on its way
    assert!(asr.host().pass_time());
    asr.host().sockets.broken.set(true);
    let words = json!({ "event": "task-failed", "error_code": "Arrearage", "error_message": "Access denied." });
    wire(&asr, 0).tell(&json!({ "header": words, "payload": {} }));
    wire(&asr, 0).end(1_007, "");
    assert_eq!(finished(&asr, &live).unwrap_err().error().kind(), ErrorKind::Billing);
}

#[test]
fn a_handshake_that_is_answered_says_why() {
    let asr = client();
    asr.host().sockets.shake_hands(|_| {
        let body = br#"{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"r"}"#.to_vec();
        Err(Unopened::Refused { status: 401, body })
    });
    let live = asr.live(&LiveOptions::default()).unwrap();
    let error = finished(&asr, &live).unwrap_err();
    assert_eq!((error.error().kind(), error.error().status()), (ErrorKind::Authentication, Some(401)));
    assert!(asr.host().sent().is_empty(), "nobody need be asked");
}

#[test]
fn a_handshake_that_fails_without_a_word_is_asked_about_over_http() {
    let refusal = r#"{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"r"}"#;
    let host = ScriptedHost::new([Answer::new(401, refusal)]);
    host.sockets.shake_hands(|_| Err(Unopened::Closed(SocketClosed::without_goodbye())));
    let asr = client_over(host);
    let live = asr.live(&LiveOptions::default()).unwrap();
    assert_eq!(finished(&asr, &live).unwrap_err().error().kind(), ErrorKind::Authentication);
    let question = &asr.host().sent()[0];
    assert_eq!((question.method, question.header("authorization")), ("GET", Some("Bearer sk-test")));

    // A page cannot ask.
    let host = ScriptedHost::new([]).in_page();
    host.sockets.shake_hands(|_| Err(Unopened::Closed(SocketClosed::without_goodbye())));
    let asr = client_over(host);
    let live = asr.live(&LiveOptions::default()).unwrap();
    live.send(&speech(500));
    let error = finished(&asr, &live).unwrap_err();
    assert!(error.error().message().contains("the key"), "{error}");
    assert!(asr.host().sent().is_empty());
}

#[test]
fn what_is_wrong_is_said_at_once_and_a_missing_key_too() {
    let asr = client();
    let error = asr.live(&LiveOptions { heartbeat: Some(true), ..of_session() }).unwrap_err();
    assert_eq!(error.field(), Some("heartbeat"));
    assert!(asr.host().sockets.wires().is_empty());

    let asr = client_over(ScriptedHost::new([]).with_keys([None]));
    let live = asr.live(&LiveOptions::default()).unwrap();
    assert_eq!(finished(&asr, &live).unwrap_err().error().field(), Some("apiKey"));
}

#[test]
fn it_pauses_goes_on_and_is_told_what_was_said_before() {
    let asr = client();
    let live = asr.live(&LiveOptions::default()).unwrap();
    live.send(&speech(500));
    let said = vec![Message { role: Role::User, text: "Names: Ada".to_owned() }];
    live.set_context(said.clone()).unwrap();
    live.pause();
    assert!(wire(&asr, 0).is_dropped());
    live.send(&speech(900)); // not of the recording
    live.resume();
    live.send(&speech(500));
    live.reconnect();
    assert!(wire(&asr, 1).is_dropped());
    assert_eq!(finished(&asr, &live).unwrap().text, "16000 bytes 16000 bytes");
    let said_by: Vec<_> = asr.host().sockets.wires().iter().map(Wire::said).collect();
    assert_eq!(
        said_by,
        [vec!["run-task", "continue-task", "finish-task"], vec!["run-task"], vec!["run-task", "finish-task"]]
    );

    let session = client().live(&of_session()).unwrap();
    assert_eq!(session.set_context(said).unwrap_err().field(), Some("messages"));
}

/// Whether a task was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs tasks as a runtime does: polls those that were woken, and nobody else.
fn run_woken(host: &ScriptedHost, tasks: Vec<Pin<Box<dyn Future<Output = ()> + '_>>>) {
    let woken = || Arc::new(Woken(AtomicBool::new(true)));
    let mut tasks: Vec<_> = tasks.into_iter().map(|task| (woken(), Some(task))).collect();
    while tasks.iter().any(|(_, task)| task.is_some()) {
        let mut polled = false;
        for (woken, task) in &mut tasks {
            let Some(running) = task.as_mut().filter(|_| woken.0.swap(false, Ordering::Relaxed)) else { continue };
            polled = true;
            let waker = Waker::from(Arc::clone(woken));
            if let Poll::Ready(()) = running.as_mut().poll(&mut Context::from_waker(&waker)) {
                *task = None;
            }
        }
        assert!(polled || host.pass_time(), "nobody was woken");
    }
}

#[test]
fn a_loop_and_finish_wait_for_the_same_and_both_are_woken() {
    let asr = client();
    asr.host().sockets.opening.set(Duration::from_millis(300));
    asr.host().sockets.sending.set(Duration::from_millis(70));
    let live = asr.live(&LiveOptions::default()).unwrap();
    let (lines, text) = (RefCell::new(Vec::new()), RefCell::new(String::new()));
    let read = async { *lines.borrow_mut() = told(&live).await.0 };
    let speak = async {
        for _ in 0..10 {
            dashscope_asr::host::Host::sleep(asr.host(), Duration::from_millis(100)).await.unwrap();
            live.send(&speech(100));
        }
        *text.borrow_mut() = live.finish().await.unwrap().text;
    };
    run_woken(asr.host(), vec![Box::pin(read), Box::pin(speak)]);
    assert_eq!(text.into_inner(), "32000 bytes");
    let lines = lines.into_inner();
    assert_eq!(lines.first().map(String::as_str), Some("connecting"));
    assert!(lines.ends_with(&["final 1 32000 bytes".to_owned(), "done 32000 bytes".to_owned(), "closed".to_owned()]));
}

#[test]
fn whoever_opens_the_socket_may_speak() {
    let asr = client();
    let handle: Rc<RefCell<Option<Rc<Live>>>> = Rc::default();
    asr.host().sockets.opening.set(Duration::from_millis(10));
    asr.host().sockets.shake_hands({
        let handle = Rc::clone(&handle);
        move |_| {
            handle.borrow().as_ref().unwrap().send(&speech(100));
            Ok(())
        }
    });
    let live = Rc::new(asr.live(&LiveOptions::default()).unwrap());
    *handle.borrow_mut() = Some(Rc::clone(&live));
    while !asr.host().run(next(&live)).is_some_and(|event| is_open(&event)) {}
    assert_eq!(finished(&asr, &live).unwrap().text, "3200 bytes");
    handle.take();
}

fn is_open(event: &Result<LiveEvent, LiveError>) -> bool {
    matches!(event, Ok(LiveEvent::State { state: LiveState::Open, .. }))
}
