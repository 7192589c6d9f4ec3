//! Whole calls over a scripted host: retries, patience, streams, keys. Messages that users read are asserted verbatim.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod support;

use std::time::Duration;

use dashscope_asr::api::Step;
use dashscope_asr::client::stream::TranscriptStream;
use dashscope_asr::client::{AudioFacts, CallContext, CallSettings, Source};
use dashscope_asr::config::{ClientSettings, Config};
use dashscope_asr::error::{Error, ErrorKind};
use dashscope_asr::options::{Protocol, TranscribeOptions};
use dashscope_asr::transcript::Transcript;
use support::{Answer, ScriptedHost, config, fixture};

const WELCOME: &str = r#"{"output":{"choices":[{"finish_reason":"stop","message":{"annotations":[{"language":"zh",
    "type":"audio_info","emotion":"neutral"}],"content":[{"text":"Welcome to Alibaba Cloud."}],"role":"assistant"}}]},
    "usage":{"input_tokens_details":{"text_tokens":0},"output_tokens_details":{"text_tokens":6},"seconds":1},
    "request_id":"568e2bf0-d6f2-97f8-9f15-a57b11dc6977"}"#;
const URL: &str = "https://example.com/welcome.mp3";
const WEBM: &[u8] = b"\x1A\x45\xDF\xA3\x9FB\x82\x84webm and so on";

fn url() -> Source<Vec<u8>> {
    Source::Url(URL.to_owned())
}

fn bytes(replayable: bool) -> Source<Vec<u8>> {
    let facts = AudioFacts { head: WEBM.to_vec(), length: Some(WEBM.len() as u64), declared: None, replayable };
    Source::Bytes { audio: WEBM.to_vec(), facts }
}

fn openai() -> TranscribeOptions {
    TranscribeOptions { protocol: Some(Protocol::Openai), ..TranscribeOptions::default() }
}

fn call(host: &ScriptedHost, source: &Source<Vec<u8>>, settings: &CallSettings) -> Result<Transcript, Error> {
    let config = config();
    host.run(CallContext::new(host, &config, settings)?.transcribe(source, &TranscribeOptions::default()))
}

fn whole(host: &ScriptedHost) -> Result<Transcript, Error> {
    call(host, &url(), &CallSettings::default())
}

/// Everything a stream said, and how it ended.
fn stream(
    host: &ScriptedHost,
    options: &TranscribeOptions,
    settings: &CallSettings,
) -> (Vec<Step>, Result<Transcript, Error>) {
    let config = config();
    let call = CallContext::new(host, &config, settings).unwrap();
    let prepared = call.prepare_stream(&url(), options).unwrap();
    let mut stream = TranscriptStream::new(prepared);
    let mut steps = Vec::new();
    host.run(async {
        loop {
            match stream.next(&call, None).await {
                Ok(Some(batch)) => {
                    steps.extend(batch.steps);
                    if let Some(transcript) = batch.transcript {
                        assert_eq!(stream.next(&call, None).await.unwrap(), None, "the end comes once");
                        return (steps, Ok(transcript));
                    }
                }
                Ok(None) => panic!("a stream ends with a transcript or an error"),
                Err(error) => return (steps, Err(error)),
            }
        }
    })
}

fn native(options: &str, answer: Answer) -> (Vec<Step>, Result<Transcript, Error>) {
    let json = dashscope_asr::json::Json::parse(options).unwrap();
    let options = TranscribeOptions::read(json.view()).unwrap();
    stream(&ScriptedHost::new([answer]), &options, &CallSettings { max_retries: Some(0), ..CallSettings::default() })
}

fn delta(text: &str) -> Step {
    Step::Delta(text.to_owned())
}

fn event(text: &str, finish: &str) -> String {
    format!(
        "id:1\nevent:result\n:HTTP_STATUS/200\ndata:{{\"output\":{{\"choices\":[{{\"message\":{{\"content\":[{{\"text\":\"{text}\"}}]}},\
         \"finish_reason\":\"{finish}\"}}]}},\"usage\":{{\"seconds\":1}},\"request_id\":\"r\"}}\n\n"
    )
}

#[test]
fn an_answer_becomes_a_transcript() {
    let host = ScriptedHost::new([Answer::ok(WELCOME)]);
    let transcript = whole(&host).unwrap();
    assert_eq!(transcript.text, "Welcome to Alibaba Cloud.");
    assert_eq!((transcript.language.as_deref(), transcript.emotion.as_deref()), (Some("zh"), Some("neutral")));
    assert_eq!((transcript.duration, transcript.model.as_deref()), (Some(1.0), Some("qwen3-asr-flash")));
    assert_eq!(transcript.request_id.as_deref(), Some("568e2bf0-d6f2-97f8-9f15-a57b11dc6977"));
    assert_eq!(host.sleeps(), [0; 0]);
    assert_eq!(host.sent()[0].header("authorization"), Some("Bearer sk-test"));
}

#[test]
fn failures_that_may_pass_are_tried_again() {
    let busy = |status| Answer::new(status, r#"{"code":"ServiceUnavailable","message":"busy"}"#);
    for (answers, sleeps) in [
        (vec![busy(503)], vec![500]),
        (vec![busy(500), busy(502)], vec![500, 1000]),
        (vec![Answer::lost()], vec![500]),
        (vec![Answer::lost(), busy(504)], vec![500, 1000]),
        (vec![Answer::new(429, r#"{"code":"Throttling.RateQuota"}"#).header("retry-after", "7")], vec![7000]),
        (vec![Answer::new(429, r#"{"code":"Throttling.RateQuota"}"#).header("retry-after-ms", "150")], vec![150]),
        // The start of every test is five seconds before this date.
        (
            vec![
                Answer::new(429, r#"{"code":"limit_requests"}"#).header("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT"),
            ],
            vec![5000],
        ),
        // An hour is too long a wait; our own schedule is used.
        (vec![busy(503).header("retry-after", "3600")], vec![500]),
        // Tokens per minute: after the two retries that are the default, the minute is over.
        (vec![Answer::new(429, r#"{"code":"Throttling.AllocationQuota"}"#)], vec![30_000]),
        (vec![Answer::new(400, r#"{"code":"InvalidParameter"}"#).header("x-should-retry", "true")], vec![500]),
        (vec![Answer::new(409, r#"{"code":"Conflict"}"#)], vec![500]),
        (vec![Answer::new(408, "")], vec![500]),
    ] {
        let requests = answers.len() + 1;
        let host = ScriptedHost::new(answers.into_iter().chain([Answer::ok(WELCOME)]));
        assert_eq!(whole(&host).unwrap().text, "Welcome to Alibaba Cloud.");
        assert_eq!(host.sleeps(), sleeps);
        let sent = host.sent();
        assert_eq!(sent.len(), requests);
        assert!(sent.iter().all(|one| one.body == sent[0].body), "each attempt sends the same");
    }
}

#[test]
fn failures_that_stay_are_not_tried_again() {
    for (answer, kind) in [
        (Answer::new(400, r#"{"code":"InvalidParameter","message":"m"}"#), ErrorKind::BadRequest),
        (Answer::new(401, r#"{"code":"InvalidApiKey","message":"m"}"#), ErrorKind::Authentication),
        (Answer::new(400, r#"{"code":"Arrearage","message":"m"}"#), ErrorKind::Billing),
        (Answer::new(503, "").header("x-should-retry", "false"), ErrorKind::Server),
        (Answer::ok("<html></html>"), ErrorKind::InvalidResponse),
        (Answer::ok(r#"{"code":"DataInspectionFailed","message":"m"}"#), ErrorKind::ContentFiltered),
    ] {
        let host = ScriptedHost::new([answer]);
        let error = whole(&host).unwrap_err();
        assert_eq!((error.kind(), error.is_retryable()), (kind, false));
        assert_eq!(host.sleeps(), [0; 0]);
    }
}

#[test]
fn it_gives_up_after_the_allowed_attempts() {
    let host = ScriptedHost::answering(|_| Answer::new(503, r#"{"code":"ModelUnavailable","message":"m"}"#));
    let error = whole(&host).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable(), error.status()), (ErrorKind::Server, true, Some(503)));
    assert_eq!((host.sleeps(), host.sent().len()), (vec![500, 1000], 3));
    let host = ScriptedHost::new([Answer::lost()]);
    let settings = CallSettings { max_retries: Some(0), ..CallSettings::default() };
    assert_eq!(call(&host, &url(), &settings).unwrap_err().kind(), ErrorKind::Connection);
}

#[test]
fn patience_ends_by_the_clock() {
    let settings =
        CallSettings { timeout: Some(Duration::from_secs(30)), max_retries: Some(1), ..CallSettings::default() };
    let host = ScriptedHost::answering(|_| Answer::never());
    let error = call(&host, &url(), &settings).unwrap_err();
    assert_eq!(
        error.message(),
        "no answer within 30000 ms; try again, or raise timeout for long audio and slow networks"
    );
    assert_eq!((error.kind(), host.sleeps()), (ErrorKind::Timeout, vec![30_000, 500, 30_000]));
    // The answer's body has the same patience, counted anew from chunk to chunk.
    let slow = Answer::pieces([&event("a", "null")[..]]).silence(Duration::from_secs(29)).clone();
    let host = ScriptedHost::new([slow.silence(Duration::from_secs(2))]);
    let (steps, end) = stream(&host, &TranscribeOptions::default(), &settings);
    assert_eq!(steps, [delta("a")]);
    let error = end.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::Timeout, Some("a")));
    assert_eq!(host.elapsed(), Duration::from_secs(30));
}

#[test]
fn a_stream_is_never_repeated_once_text_is_out() {
    let cut = Answer::pieces([&event("Hello", "null")[..], &event(" wor", "null")]).broken();
    let host = ScriptedHost::new([cut]);
    let (steps, end) = stream(&host, &TranscribeOptions::default(), &CallSettings::default());
    assert_eq!(steps, [delta("Hello"), delta(" wor")]);
    let error = end.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::StreamInterrupted, Some("Hello wor")));
    assert_eq!(host.sleeps(), [0; 0]);
}

#[test]
fn an_answer_that_began_well_and_broke_off_is_not_asked_for_again() {
    // It may have been billed; the caller decides.
    for broken in [Answer::pieces([": hello\n\n"]).broken(), Answer::pieces([&event("", "null")[..]])] {
        let host = ScriptedHost::new([broken]);
        let (steps, end) = stream(&host, &TranscribeOptions::default(), &CallSettings::default());
        let error = end.unwrap_err();
        assert_eq!((steps.len(), error.kind(), error.is_retryable()), (0, ErrorKind::StreamInterrupted, true));
        assert_eq!((error.partial_text(), host.sleeps()), (Some(""), vec![]));
    }
}

#[test]
fn an_answer_is_complete_when_the_service_says_so() {
    // However the connection ends after that.
    let done = format!("{}data: [DONE]\n\n", event("Hi", "null"));
    for answer in [Answer::pieces([&event("Hi", "stop")[..]]).broken(), Answer::pieces([&done[..]]).broken()] {
        let host = ScriptedHost::new([answer]);
        let (steps, end) = stream(&host, &TranscribeOptions::default(), &CallSettings::default());
        assert_eq!((steps, end.unwrap().text.as_str()), (vec![delta("Hi")], "Hi"));
    }
}

#[test]
fn an_error_event_carries_the_text_before_it() {
    let failure = "event: error\n:HTTP_STATUS/429\ndata:{\"code\":\"Throttling.RateQuota\",\"message\":\"Slow down\",\"request_id\":\"q\"}\n\n";
    let (steps, end) = native("{}", Answer::pieces([&event("Hello", "null")[..], failure]));
    assert_eq!(steps, [delta("Hello")]);
    let error = end.unwrap_err();
    assert_eq!((error.kind(), error.status(), error.request_id()), (ErrorKind::RateLimit, Some(429), Some("q")));
    assert_eq!(error.partial_text(), Some("Hello"));
    assert_eq!(error.message(), "Slow down. Too many requests at once; wait and send fewer.");
    // Before any text, the same event is tried again.
    let host = ScriptedHost::new([Answer::ok(failure), Answer::ok(event("Hi", "stop"))]);
    let (_, end) = stream(&host, &TranscribeOptions::default(), &CallSettings::default());
    assert_eq!((end.unwrap().text.as_str(), host.sleeps()), ("Hi", vec![500]));
}

#[test]
fn a_refused_stream_is_an_error_although_its_status_is_200() {
    let (steps, end) = native("{}", Answer::ok(fixture("sse/native_error_2024.txt")));
    let error = end.unwrap_err();
    assert_eq!((steps.len(), error.kind(), error.status()), (0, ErrorKind::BadRequest, Some(400)));
}

#[test]
fn a_native_stream_is_deltas() {
    let body = event("Wel", "null") + &event("come", "null") + &event("", "stop");
    let (steps, end) = native("{}", Answer::ok(&body));
    let transcript = end.unwrap();
    assert_eq!((steps, transcript.text.as_str()), (vec![delta("Wel"), delta("come")], "Welcome"));
    assert_eq!(transcript.finish_reason.as_deref(), Some("stop"));
    // At every byte split, the same.
    for at in 1..body.len() {
        let Some((head, tail)) = body.split_at_checked(at) else { continue };
        let (steps, end) = native("{}", Answer::pieces([head, tail]));
        assert_eq!((steps, end.unwrap().text.as_str()), (vec![delta("Wel"), delta("come")], "Welcome"), "{at}");
    }
}

#[test]
fn a_cumulative_stream_becomes_deltas_and_revisions() {
    let body = event("I", "null") + &event("I sea", "null") + &event("I see you", "null") + &event("I see you", "stop");
    let (steps, end) = native(r#"{"incrementalOutput":false}"#, Answer::ok(body));
    assert_eq!(steps, [delta("I"), delta(" sea"), Step::Revision("I see you".to_owned())]);
    assert_eq!(end.unwrap().text, "I see you");
}

#[test]
fn missing_blank_lines_and_a_missing_end_are_forgiven() {
    let (steps, end) = native("{}", Answer::ok(fixture("sse/native_no_blank_lines_2024.txt")));
    assert!(!steps.is_empty() && !end.unwrap().text.is_empty());
    let body = event("Hi", "stop");
    let (_, end) = native("{}", Answer::ok(body.trim_end()));
    assert_eq!(end.unwrap().text, "Hi");
}

#[test]
fn a_compatible_stream_ends_with_usage() {
    let host = ScriptedHost::new([Answer::ok(fixture("sse/compatible_recognition.txt"))]);
    let (steps, end) = stream(&host, &openai(), &CallSettings::default());
    let transcript = end.unwrap();
    assert_eq!((steps, transcript.text.as_str()), (vec![delta("Welcome")], "Welcome"));
    assert_eq!((transcript.duration, transcript.language.as_deref()), (Some(1.0), Some("zh")));
    assert_eq!(transcript.usage.unwrap().input_audio_tokens, Some(42.0));
    assert!(host.sent()[0].url.ends_with("/compatible-mode/v1/chat/completions"));
}

const FLASH: &str = r#"{"model":"fun-asr-flash-2026-06-15"}"#;

#[test]
fn a_stream_of_dialect_c_is_snapshots() {
    let body = fixture("sse/native_fun_asr.txt");
    let expected = vec![delta("欢迎"), delta("使用"), delta("阿里云。")];
    for at in 0..body.len() {
        // At every split that is a character's, and in one piece.
        let Some((head, tail)) = body.split_at_checked(at) else { continue };
        let (steps, end) = native(FLASH, Answer::pieces([head, tail]));
        let transcript = end.unwrap();
        assert_eq!((steps, transcript.text.as_str()), (expected.clone(), "欢迎使用阿里云。"), "{at}");
        assert_eq!((transcript.segments.len(), transcript.segments[0].words.len()), (1, 4));
        assert_eq!((transcript.duration, transcript.model.as_deref()), (Some(2.0), Some("fun-asr-flash-2026-06-15")));
    }
    // Cut off before the last event: the sentence has no end.
    let cut = body.split("id:4").next().unwrap();
    let (steps, end) = native(FLASH, Answer::ok(cut));
    let error = end.unwrap_err();
    assert_eq!((steps.len(), error.kind(), error.partial_text()), (2, ErrorKind::StreamInterrupted, Some("欢迎使用")));
}

#[test]
fn dialect_c_may_change_its_mind() {
    let body = fixture("sse/native_fun_asr.txt").replacen("欢迎", "换一", 3);
    let (steps, end) = native(FLASH, Answer::ok(body));
    assert_eq!(steps[..2], [delta("换一"), Step::Revision("欢迎使用".to_owned())]);
    assert_eq!(end.unwrap().text, "欢迎使用阿里云。");
}

#[test]
fn silence_of_dialect_c_is_a_transcript() {
    for answer in [
        Answer::ok(r#"{"output":{"text":""},"usage":{"duration":3},"request_id":"r"}"#),
        Answer::new(400, r#"{"code":"ASR_RESPONSE_HAVE_NO_WORDS","message":"m","request_id":"r"}"#),
        Answer::ok("id:1\nevent:result\ndata:{\"output\":{\"text\":\"\"},\"request_id\":\"r\"}\n\n"),
        Answer::ok(
            "id:1\nevent:error\n:HTTP_STATUS/400\ndata:{\"code\":\"ASR_RESPONSE_HAVE_NO_WORDS\",\"message\":\"m\",\"request_id\":\"r\"}\n\n",
        ),
    ] {
        let (steps, end) = native(FLASH, answer);
        let transcript = end.unwrap();
        assert!(steps.is_empty() && transcript.no_speech);
        assert_eq!(transcript.request_id.as_deref(), Some("r"));
    }
}

#[test]
fn one_json_answer_to_a_stream_is_taken() {
    let (steps, end) = native("{}", Answer::ok(WELCOME));
    assert_eq!((steps, end.unwrap().no_speech), (vec![delta("Welcome to Alibaba Cloud.")], false));
}

#[test]
fn silence_is_a_transcript_in_every_shape() {
    let silent = r#"{"output":{"choices":[{"finish_reason":"stop","message":{"content":[],"role":"assistant"}}]}}"#;
    for answer in [
        Answer::ok(silent),
        Answer::new(400, r#"{"code":"ASR_RESPONSE_HAVE_NO_WORDS","message":"m","request_id":"r"}"#),
        Answer::ok(r#"{"code":"ASR_RESPONSE_HAVE_NO_WORDS","message":"m","request_id":"r"}"#),
    ] {
        let transcript = whole(&ScriptedHost::new([answer.clone()])).unwrap();
        assert!(transcript.no_speech && transcript.text.is_empty());
        assert_eq!(transcript.model.as_deref(), Some("qwen3-asr-flash"));
        let (steps, end) = native("{}", answer);
        assert!(steps.is_empty() && end.unwrap().no_speech);
    }
}

#[test]
fn audio_that_can_be_read_once_is_sent_once() {
    let host = ScriptedHost::new([Answer::new(503, "")]);
    let error = call(&host, &bytes(false), &CallSettings::default()).unwrap_err();
    assert_eq!((error.kind(), host.sleeps()), (ErrorKind::Server, vec![]));
    let host = ScriptedHost::new([Answer::new(503, ""), Answer::ok(WELCOME)]);
    call(&host, &bytes(true), &CallSettings::default()).unwrap();
    let sent = host.sent();
    assert_eq!(sent[0].body, sent[1].body);
    let text = sent[0].text();
    assert!(text.contains(r#"{"audio":"data:audio/webm;base64,GkXfo59CgoR3ZWJtIGFuZCBzbyBvbg=="}"#), "{text}");
}

#[test]
fn the_key_is_asked_for_before_every_attempt() {
    let host = ScriptedHost::new([Answer::new(503, ""), Answer::ok(WELCOME)]);
    let host = host.with_keys([Some("st-first"), Some("st-second")]);
    whole(&host).unwrap();
    let keys: Vec<_> = host.sent().iter().map(|sent| sent.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys, ["Bearer st-first", "Bearer st-second"]);
}

#[test]
fn without_a_key_nothing_is_sent_to_the_service_itself() {
    let error = whole(&ScriptedHost::new([]).with_keys([None])).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidOption, Some("apiKey")));
    // A relay has the key itself, and a caller may sign in some other way.
    let settings = ClientSettings { base_url: Some("/api".to_owned()), ..ClientSettings::default() };
    let config = Config::new(&settings).unwrap();
    let headers = vec![("x-visitor".to_owned(), "v".to_owned())];
    let call = CallSettings { headers, ..CallSettings::default() };
    let host = ScriptedHost::new([Answer::ok(WELCOME)]).with_keys([None]);
    let call = CallContext::new(&host, &config, &call).unwrap();
    host.run(call.transcribe(&url(), &TranscribeOptions::default())).unwrap();
    let sent = &host.sent()[0];
    assert_eq!((sent.header("authorization"), sent.header("x-visitor")), (None, Some("v")));
    assert_eq!(sent.url, "/api/api/v1/services/aigc/multimodal-generation/generation");
}

#[test]
fn a_page_is_told_why_it_cannot_reach_the_service() {
    let host = ScriptedHost::new([Answer::lost()]).in_page();
    let error = whole(&host).unwrap_err();
    assert!(error.message().contains("CORS") && !error.is_retryable(), "{error}");
    assert_eq!(host.sleeps(), [0; 0]);
}

#[test]
fn the_request_id_comes_from_the_header_where_the_body_has_none() {
    let answer = Answer::new(500, "").header("x-request-id", "from-header");
    let settings = CallSettings { max_retries: Some(0), ..CallSettings::default() };
    let error = call(&ScriptedHost::new([answer]), &url(), &settings).unwrap_err();
    assert_eq!(error.request_id(), Some("from-header"));
}

/// What a stream gives in one piece it gives at every cut.
fn at_every_cut(options: &str, body: &[u8], expected: &[Step]) {
    let text = |steps: &[Step]| {
        steps.iter().fold(String::new(), |text, step| match step {
            Step::Delta(added) => text + added,
            Step::Revision(all) => all.clone(),
            _ => panic!("a step of a kind that this test does not know"),
        })
    };
    for cut in 0..=body.len() {
        let (head, tail) = body.split_at(cut);
        let (steps, end) = native(options, Answer::chunks([b"", head, b"", tail]));
        assert_eq!(steps, expected, "cut at {cut}");
        assert_eq!(end.unwrap().text, text(expected), "cut at {cut}");
    }
    let (steps, end) = native(options, Answer::chunks(body.chunks(1)));
    assert_eq!((steps.as_slice(), end.unwrap().text), (expected, text(expected)), "byte by byte");
}

#[test]
fn a_byte_order_mark_may_be_cut_anywhere() {
    // elizaOS/eliza#19260, rexxars/eventsource-parser#41
    let events = ["\u{FEFF}", &event("Hel", "null"), &event("lo", "stop")].concat();
    at_every_cut("{}", events.as_bytes(), &[delta("Hel"), delta("lo")]);
    at_every_cut("{}", ["\u{FEFF}", WELCOME].concat().as_bytes(), &[delta("Welcome to Alibaba Cloud.")]);
    at_every_cut("{}", ["\r\n", &event("Hi", "stop")].concat().as_bytes(), &[delta("Hi")]);
    // However much white space comes before anything is said, byte by byte.
    let idle = ["\u{FEFF}\n ", &" \n".repeat(100_000), &event("Hi", "stop")].concat();
    let (steps, end) = native("{}", Answer::chunks(idle.as_bytes().chunks(1)));
    assert_eq!((steps, end.unwrap().text.as_str()), (vec![delta("Hi")], "Hi"));
    // A mark and nothing else is nothing.
    for body in [&b"\xEF"[..], b"\xEF\xBB", b"\xEF\xBB\xBF", b"\xEF\xBB\xBF\n", b" "] {
        let (_, end) = native("{}", Answer::ok(body));
        assert_eq!(end.unwrap_err().kind(), ErrorKind::StreamInterrupted, "{body:?}");
    }
}

#[test]
fn every_recording_reads_the_same_at_every_cut() {
    for (name, options) in [
        ("compatible_recognition", r#"{"protocol":"openai"}"#),
        ("native_fun_asr", r#"{"model":"fun-asr-flash-2026-06-15"}"#),
        ("native_no_blank_lines_2024", "{}"),
    ] {
        let body = fixture(&format!("sse/{name}.txt"));
        let (steps, end) = native(options, Answer::ok(&body));
        assert!(!steps.is_empty() && end.is_ok(), "{name}");
        at_every_cut(options, body.as_bytes(), &steps);
    }
}

#[test]
fn several_answers_in_one_event_are_all_heard() {
    let chunk = |text: &str| format!(r#"{{"choices":[{{"delta":{{"content":"{text}"}},"finish_reason":null}}]}}"#);
    let openai = r#"{"protocol":"openai"}"#;
    let (one, two) = (chunk("}{ one\\\""), chunk(" two"));
    for body in [
        format!("data: {one}\ndata: {two}\n\ndata: [DONE]\n\n"),
        format!("data: {one}\ndata: {two}\ndata: [DONE]\n\n"),
        format!("data:{one}\r\ndata:\r\ndata:{two}\r\ndata:[DONE]"),
    ] {
        at_every_cut(openai, body.as_bytes(), &[delta("}{ one\""), delta(" two")]);
    }
    // One answer over several lines is one.
    let (wide, tall) = (one.replace(',', ",\ndata: "), two.replace(':', ":\ndata:"));
    let body = format!("data: {wide}\n\ndata: {two}\ndata: {tall}\n\ndata: [DONE]\n\n");
    at_every_cut(openai, body.as_bytes(), &[delta("}{ one\""), delta(" two"), delta(" two")]);
    // DashScope's own, without ids and blank lines; an error among them ends the stream, with the text before it.
    let said = |text: &str, reason: &str| {
        format!(
            "data:{{\"output\":{{\"choices\":[{{\"message\":{{\"content\":[{{\"text\":\"{text}\"}}]}},\"finish_reason\":\"{reason}\"}}]}}}}\n"
        )
    };
    at_every_cut("{}", [said("Hel", "null"), said("lo", "stop")].concat().as_bytes(), &[delta("Hel"), delta("lo")]);
    let failing = said("Hel", "null") + "data:{\"code\":\"Throttling\",\"message\":\"Slow\"}\n" + &said("lo", "stop");
    let error = native("{}", Answer::ok(failing)).1.unwrap_err();
    assert_eq!((error.kind(), error.partial_text()), (ErrorKind::RateLimit, Some("Hel")));
    // What is no answer is still none.
    for wrong in ["data: {\"a\":1}\ndata: x\n\n", "data: {\ndata: {}\n\n"] {
        assert_eq!(native("{}", Answer::ok(wrong)).1.unwrap_err().kind(), ErrorKind::InvalidResponse, "{wrong:?}");
    }
}

#[test]
fn a_stream_is_no_longer_than_a_whole_answer_may_be() {
    let body = event(&"x".repeat(20_000), "null").repeat(50);
    let count = 64 * 1024 * 1024 / body.len();
    let (steps, end) = native("{}", Answer::pieces(vec![body.as_str(); count + 1]));
    let error = end.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::InvalidResponse, false));
    assert_eq!(error.message(), "the answer is longer than any transcript");
    assert_eq!(error.partial_text().map(str::len), Some(count * 50 * 20_000));
    assert_eq!(steps.len(), count * 50);
}

/// A host that reads a stream finds in the request itself how much of it fits, and the error for what does not.
#[test]
fn a_request_says_how_much_of_a_stream_fits() {
    let host = ScriptedHost::new([]);
    let (config, settings) = (config(), CallSettings::default());
    let call = CallContext::new(&host, &config, &settings).unwrap();
    let facts = AudioFacts { head: WEBM.to_vec(), length: None, ..AudioFacts::default() };
    let prepared = call.prepare(&Source::Bytes { audio: (), facts }, &TranscribeOptions::default()).unwrap();
    let limit = prepared.request.body.limit.unwrap();
    assert_eq!(limit.most, (10_485_760 - "data:audio/webm;base64,".len() as u64) / 4 * 3);
    assert!(limit.check(limit.most).is_ok());
    let error = limit.check(limit.most + 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AudioTooLarge);
    assert!(error.message().contains(&limit.most.to_string()) && error.message().contains("10485760"), "{error}");
    // What the service fetches itself has no bytes in the request.
    assert_eq!(call.prepare(&url(), &TranscribeOptions::default()).unwrap().request.body.limit, None);
}

/// What a relay says it allows, as the client understands it, and what was sent to it.
fn allowed_by(base: Option<&str>, answer: Option<Answer>) -> (Result<Option<String>, ErrorKind>, Vec<String>) {
    let config =
        Config::new(&ClientSettings { base_url: base.map(str::to_owned), ..ClientSettings::default() }).unwrap();
    let settings = CallSettings { headers: vec![("x-page".to_owned(), "1".to_owned())], ..CallSettings::default() };
    let host = ScriptedHost::new(answer).with_keys([Some("sk-of-the-caller")]);
    let call = CallContext::new(&host, &config, &settings).unwrap();
    let told = host.run(call.capabilities());
    let sent = host.sent().iter().map(|sent| format!("{} {} {:?}", sent.method, sent.url, sent.headers)).collect();
    (told.map(|told| told.map(|told| told.to_json())).map_err(|error| error.kind()), sent)
}

#[test]
fn a_relay_is_asked_what_it_allows_and_need_not_answer() {
    let told = r#"{"models":null,"limits":{"bytes":9,"uploadBytes":9,"seconds":60,"perMinute":6},"tasks":true,"uploads":true,"live":true}"#;
    let relay = Some("https://relay.example/asr/");
    let (said, sent) = allowed_by(relay, Some(Answer::ok(told)));
    assert_eq!(said, Ok(Some(told.to_owned())));
    let [question] = sent.as_slice() else { panic!("{sent:?}") };
    assert!(question.starts_with("GET https://relay.example/asr/capabilities "), "{question}");
    assert!(question.contains(r#"("x-page", "1")"#) && question.contains("Bearer sk-of-the-caller"), "{question}");
    for nothing in [
        Answer::new(404, "{}"),
        Answer::new(302, ""),
        Answer::new(201, told),
        Answer::ok("<!doctype html>"),
        Answer::ok(format!("{told}{}", " ".repeat(70_000))),
        Answer::never(),
    ] {
        assert_eq!(allowed_by(relay, Some(nothing)).0, Ok(None));
    }
    for another_time in [Answer::new(401, "{}"), Answer::new(429, "{}"), Answer::new(503, ""), Answer::lost()] {
        assert!(allowed_by(relay, Some(another_time)).0.is_err());
    }
}

#[test]
fn the_service_itself_is_not_asked_what_it_allows() {
    for base in [None, Some("https://dashscope.aliyuncs.com")] {
        assert_eq!(allowed_by(base, None), (Ok(None), Vec::new()));
    }
}
