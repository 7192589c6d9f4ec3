//! Tasks, batches, uploads and lists from the first request to the transcript, on a virtual clock.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod support;

use std::time::Duration;

use dashscope_asr::api::tasks::{TaskFilter, TaskState, TaskStatus};
use dashscope_asr::api::vocabulary::{HotWord, NewVocabulary};
use dashscope_asr::client::batch::{Grouping, Submission};
use dashscope_asr::client::long_audio::Stage;
use dashscope_asr::client::task::FileOutcome;
use dashscope_asr::client::{AudioFacts, CallContext, CallSettings, Source};
use dashscope_asr::error::{Error, ErrorKind};
use dashscope_asr::json::Json;
use dashscope_asr::options::TranscribeOptions;
use dashscope_asr::transcript::Transcript;
use support::{Answer, ScriptedHost, Sent, config, fixture, plain_call, relay};

const URL: &str = "https://example.com/a.wav";
const ID: &str = "8fab76d0";
const WEBM: &[u8] = b"\x1A\x45\xDF\xA3\x9FB\x82\x84webm and so on";

fn of_model(model: &str) -> TranscribeOptions {
    TranscribeOptions { model: Some(model.to_owned()), ..TranscribeOptions::default() }
}

fn api(path: &str) -> Answer {
    Answer::ok(fixture(&format!("api/{path}")))
}

fn state(word: &str) -> Answer {
    Answer::ok(format!(r#"{{"request_id":"q","output":{{"task_id":"{ID}","task_status":"{word}"}}}}"#))
}

fn submitted(id: &str) -> Answer {
    Answer::ok(format!(r#"{{"request_id":"q","output":{{"task_id":"{id}","task_status":"PENDING"}}}}"#))
}

fn submit(host: &ScriptedHost) -> Result<String, Error> {
    host.run(plain_call(host, &config()).submit(&[URL.to_owned()], &TranscribeOptions::default()))
}

fn wait(host: &ScriptedHost, limit: Option<u64>) -> (Vec<TaskState>, Result<TaskStatus, Error>) {
    let mut seen = Vec::new();
    let mut on_status = |status: &TaskStatus| {
        seen.push(status.state);
        Ok(())
    };
    let limit = limit.map(Duration::from_secs);
    let result = host.run(plain_call(host, &config()).wait_for_task(ID, limit, &mut on_status));
    (seen, result)
}

fn status(path: &str) -> TaskStatus {
    let text = fixture(&format!("api/tasks/{path}.json"));
    dashscope_asr::api::tasks::read_status(&Json::parse(&text).unwrap()).unwrap()
}

// ---- submitting ----

#[test]
fn a_submission_is_repeated_only_where_it_was_refused_for_sure() {
    let busy = Answer::new(429, r#"{"code":"Throttling.RateQuota","message":"m"}"#);
    let host = ScriptedHost::new([busy.clone(), busy.clone().header("retry-after", "3"), submitted(ID)]);
    assert_eq!((submit(&host).unwrap().as_str(), host.sleeps()), (ID, vec![500, 3000]));
    for (answer, kind) in [
        (Answer::lost(), ErrorKind::Connection),
        (Answer::new(503, "").header("retry-after", "1"), ErrorKind::Server),
        (Answer::new(409, r#"{"code":"Conflict","message":"m"}"#), ErrorKind::Conflict),
        (Answer::ok("{").broken(), ErrorKind::Connection),
        (Answer::ok("{}"), ErrorKind::InvalidResponse),
    ] {
        let host = ScriptedHost::new([answer]);
        assert_eq!(submit(&host).unwrap_err().kind(), kind);
        assert_eq!((host.sent().len(), host.sleeps().len()), (1, 0), "{kind:?}");
    }
    let host = ScriptedHost::answering(|_| Answer::never());
    assert_eq!(submit(&host).unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!((host.sent().len(), host.sleeps()), (1, vec![600_000]));
}

#[test]
fn the_caller_s_headers_go_along() {
    let host = ScriptedHost::new([submitted(ID)]);
    let call = CallSettings { headers: vec![("x-visitor".to_owned(), "v".to_owned())], ..CallSettings::default() };
    host.run(CallContext::new(&host, &relay(), &call).unwrap().submit(&[URL.to_owned()], &of_model("fun-asr")))
        .unwrap();
    let sent = &host.sent()[0];
    assert_eq!(sent.url, "https://relay.example/asr/api/v1/services/audio/asr/transcription");
    assert_eq!((sent.header("x-visitor"), sent.header("x-dashscope-async")), (Some("v"), Some("enable")));
}

// ---- waiting ----

#[test]
fn waiting_asks_less_and_less_often() {
    let mut polls = 0;
    let host = ScriptedHost::answering(move |_| {
        polls += 1;
        state(if polls == 1 {
            "PENDING"
        } else if polls < 10 {
            "RUNNING"
        } else {
            "SUCCEEDED"
        })
    });
    let (seen, result) = wait(&host, None);
    assert_eq!(result.unwrap().state, TaskState::Succeeded);
    assert_eq!((seen[0], seen[1], seen.len()), (TaskState::Pending, TaskState::Running, 10));
    assert_eq!(host.sleeps(), [1000, 1500, 2250, 3375, 5062, 7593, 8000, 8000, 8000]);
    assert!(host.sent().iter().all(|sent| sent.method == "GET" && sent.url.ends_with("/api/v1/tasks/8fab76d0")));
}

#[test]
fn waiting_ends_in_time_and_the_task_goes_on() {
    let host = ScriptedHost::answering(|_| state("RUNNING"));
    let (seen, result) = wait(&host, Some(6));
    let error = result.unwrap_err();
    assert_eq!(
        error.message(),
        "task 8fab76d0 is not done within the time given; it goes on, so wait for it again by its id"
    );
    // The last question comes at the very end.
    assert_eq!((host.sleeps(), seen.len()), (vec![1000, 1500, 2250, 1250], 5));
    assert_eq!(
        (error.kind(), error.is_retryable(), host.elapsed()),
        (ErrorKind::Timeout, true, Duration::from_secs(6))
    );
    // Without a limit of the caller's, that of the service: it forgets tasks after a day.
    let host = ScriptedHost::answering(|_| state("RUNNING"));
    assert!(wait(&host, None).1.is_err() && host.elapsed() == Duration::from_secs(24 * 3600));
}

#[test]
fn a_short_outage_does_not_lose_a_task() {
    let mut polls = 0;
    let host = ScriptedHost::answering(move |_| {
        polls += 1;
        if polls < 8 { Answer::new(502, "") } else { state("SUCCEEDED") }
    });
    let (seen, result) = wait(&host, None);
    assert_eq!((result.unwrap().state, seen.len()), (TaskState::Succeeded, 1));
    // Each question has its own retries; between questions, the usual pause.
    assert_eq!(host.sleeps(), [500, 1000, 1000, 500, 1000, 1500, 500]);
    let host = ScriptedHost::answering(|_| Answer::lost());
    assert_eq!(wait(&host, None).1.unwrap_err().kind(), ErrorKind::Connection);
    assert_eq!(host.sent().len(), 33, "ten failures are borne, the eleventh is not");
}

#[test]
fn waiting_ends_where_it_makes_no_sense() {
    let (seen, result) = wait(&ScriptedHost::new([api("tasks/unknown.json")]), None);
    let error = result.unwrap_err();
    assert_eq!((seen.len(), error.kind()), (0, ErrorKind::NotFound));
    assert!(error.message().contains("24 hours"), "{error}");
    let (_, result) = wait(&ScriptedHost::new([Answer::new(401, r#"{"code":"InvalidApiKey","message":"m"}"#)]), None);
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Authentication);
    // The caller's callback may end it, too.
    let host = ScriptedHost::new([state("RUNNING")]);
    let mut stop = |_: &TaskStatus| Err(Error::new(ErrorKind::Aborted, "enough"));
    let result = host.run(plain_call(&host, &config()).wait_for_task(ID, None, &mut stop));
    assert_eq!(result.unwrap_err().kind(), ErrorKind::Aborted);
    for word in ["FAILED", "CANCELED"] {
        let (_, result) = wait(&ScriptedHost::new([state(word)]), None);
        assert!(result.unwrap().failure().is_some(), "{word}");
    }
}

// ---- results ----

#[test]
fn a_result_is_downloaded_without_the_key_and_over_https() {
    let host = ScriptedHost::new([
        Answer::lost(),
        Answer::new(503, ""),
        Answer::pieces([fixture("api/transcription/qwen3_document.json").as_str()]),
    ]);
    let transcript = host.run(plain_call(&host, &config()).task_result(&status("qwen3_succeeded"))).unwrap();
    assert!(transcript.text.starts_with("Senior staff"));
    assert_eq!((transcript.duration, transcript.usage.unwrap().seconds), (Some(3.0), Some(3.0)));
    // It is paid for, so it is tried again.
    assert_eq!(host.sleeps(), [500, 1000]);
    for sent in host.sent() {
        assert_eq!(sent.header("authorization"), None);
        assert_eq!(sent.url, "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/...");
    }
}

#[test]
fn a_page_downloads_through_its_relay() {
    let document = fixture("api/transcription/fun_asr_document.json");
    let visitor = CallSettings { headers: vec![("x-visitor".to_owned(), "v".to_owned())], ..CallSettings::default() };
    let host = ScriptedHost::new([Answer::ok(&document)]).in_page();
    host.run(CallContext::new(&host, &relay(), &visitor).unwrap().task_result(&status("fun_asr_succeeded"))).unwrap();
    let sent = &host.sent()[0];
    assert!(
        sent.url.starts_with("https://relay.example/asr/result?url=https%3A%2F%2Fdashscope-result-bj."),
        "{}",
        sent.url
    );
    assert_eq!((sent.header("authorization"), sent.header("x-visitor")), (None, Some("v")));
    // A server asks the store itself, which learns nothing of the caller's headers.
    let host = ScriptedHost::new([Answer::ok(&document)]);
    host.run(CallContext::new(&host, &relay(), &visitor).unwrap().task_result(&status("fun_asr_succeeded"))).unwrap();
    let sent = &host.sent()[0];
    assert!(sent.url.starts_with("https://dashscope-result-bj.") && sent.header("x-visitor").is_none());
}

#[test]
fn an_expired_link_says_so() {
    let xml = "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired.</Message></Error>";
    let host = ScriptedHost::new([Answer::new(403, xml)]);
    let error = host.run(plain_call(&host, &config()).task_result(&status("qwen3_succeeded"))).unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::NotFound, false));
    assert_eq!(error.message(), "the result can no longer be downloaded: its link is valid for 24 hours");
}

#[test]
fn failures_of_tasks_and_files_are_errors() {
    let nothing = ScriptedHost::new([]);
    let error = nothing.run(plain_call(&nothing, &config()).task_result(&status("qwen3_failed"))).unwrap_err();
    assert!(error.message().starts_with("FILE_403_FORBIDDEN. The service fetches the URL itself"), "{error}");
    let error = nothing.run(plain_call(&nothing, &config()).task_result(&status("fun_asr_failed_file"))).unwrap_err();
    assert!(error.message().starts_with("The audio file cannot be downloaded. The service"), "{error}");
    let error = nothing.run(plain_call(&nothing, &config()).task_result(&status("running"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
}

#[test]
fn silence_is_a_transcript_of_tasks_too() {
    let read = |json: &str| dashscope_asr::api::tasks::read_status(&Json::parse(json).unwrap()).unwrap();
    for json in [
        r#"{"request_id":"q","output":{"task_id":"t","task_status":"FAILED","code":"ASR_RESPONSE_HAVE_NO_WORDS","message":"m"}}"#,
        r#"{"request_id":"q","output":{"task_id":"t","task_status":"SUCCEEDED",
            "results":[{"file_url":"u","code":"SUCCESS_WITH_NO_VALID_FRAGMENT","message":"m","subtask_status":"FAILED"}]}}"#,
        r#"{"request_id":"q","output":{"task_id":"t","task_status":"SUCCESS_WITH_NO_VALID_FRAGMENT"}}"#,
    ] {
        let host = ScriptedHost::new([]);
        let transcript = host.run(plain_call(&host, &config()).task_result(&read(json))).unwrap();
        assert!(transcript.no_speech && transcript.text.is_empty(), "{json}");
        assert_eq!(transcript.request_id.as_deref(), Some("q"));
    }
}

#[test]
fn a_task_of_several_files_has_several_outcomes() {
    let json = r#"{"output":{"task_id":"t","task_status":"SUCCEEDED","results":[
        {"file_url":"https://example.com/1.wav","transcription_url":"https://x.aliyuncs.com/1","subtask_status":"SUCCEEDED"},
        {"file_url":"https://example.com/2.wav","code":"InvalidFile.DownloadFailed","message":"No.","subtask_status":"FAILED"}]},
        "usage":{"duration":9}}"#;
    let status = dashscope_asr::api::tasks::read_status(&Json::parse(json).unwrap()).unwrap();
    let host = ScriptedHost::new([api("transcription/fun_asr_document.json")]);
    let outcomes = host.run(plain_call(&host, &config()).task_results(&status)).unwrap();
    let [first, second] = outcomes.as_slice() else { panic!("two files") };
    // The task tells the seconds of all files together; the document tells those of its own.
    assert_eq!(first.outcome.as_ref().unwrap().duration, Some(3.0));
    assert_eq!(second.outcome.as_ref().unwrap_err().kind(), ErrorKind::BadRequest);
    assert_eq!(second.file_url.as_deref(), Some("https://example.com/2.wav"));
    let host = ScriptedHost::new([api("transcription/fun_asr_document.json")]);
    let error = host.run(plain_call(&host, &config()).task_result(&status)).unwrap_err();
    assert_eq!(error.message(), "id: the task has several files; ask for the results of all of them");
}

#[test]
fn tasks_are_listed_and_cancelled() {
    let host = ScriptedHost::new([api("tasks/list.json")]);
    let page = host.run(plain_call(&host, &config()).list_tasks(&TaskFilter::default())).unwrap();
    assert_eq!(
        (page.tasks.len(), host.sent()[0].url.as_str()),
        (1, "https://dashscope-intl.aliyuncs.com/api/v1/tasks")
    );
    let host = ScriptedHost::new([Answer::ok(r#"{"request_id":"r"}"#)]);
    host.run(plain_call(&host, &config()).cancel_task(ID)).unwrap();
    assert!(host.sent()[0].url.ends_with("/tasks/8fab76d0/cancel") && host.sent()[0].body.is_empty());
    let host = ScriptedHost::new([Answer::new(400, fixture("api/tasks/cancel_refused.json"))]);
    let error = host.run(plain_call(&host, &config()).cancel_task(ID)).unwrap_err();
    assert_eq!((error.kind(), error.service_code()), (ErrorKind::BadRequest, Some("UnsupportedOperation")));
}

// ---- many files ----

fn many(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("https://example.com/{index}.wav")).collect()
}

fn submit_all(host: &ScriptedHost, urls: &[String], grouping: Grouping) -> Result<Vec<Submission>, Error> {
    host.run(plain_call(host, &config()).submit_batch(urls, &of_model("fun-asr"), grouping))
}

/// The number in an address of [`many`], or in the id of its task.
fn number(text: &str) -> usize {
    text.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

/// A service that takes a file each, fails file 3 of 5 at submission and file 1 at work, and is done at the third question.
fn service(sent: &Sent, polls: &mut u32) -> Answer {
    if sent.method == "POST" {
        let url = sent.json()["input"]["file_urls"][0].as_str().unwrap().to_owned();
        return match number(&url) {
            3 => Answer::new(400, r#"{"code":"InvalidURL","message":"No such host","request_id":"q"}"#),
            number => submitted(&format!("t{number}")),
        };
    }
    if sent.url.ends_with("/document") {
        return api("transcription/fun_asr_document.json");
    }
    *polls += 1;
    let id = sent.url.rsplit('/').next().unwrap();
    let output = match (*polls > 8, id) {
        (false, _) => r#""task_status":"RUNNING""#.to_owned(),
        (true, "t1") => r#""task_status":"SUCCEEDED","results":[{"code":"DECODE_ERROR","message":"bad"}]"#.to_owned(),
        (true, _) => r#""task_status":"SUCCEEDED","results":[{"transcription_url":"https://x.aliyuncs.com/document"}]"#
            .to_owned(),
    };
    Answer::ok(format!(r#"{{"output":{{"task_id":"{id}",{output}}},"usage":{{"duration":9}}}}"#))
}

#[test]
fn each_file_has_its_own_task_and_its_own_fate() {
    let mut polls = 0;
    let host = ScriptedHost::answering(move |sent| service(sent, &mut polls));
    let submissions = submit_all(&host, &many(5), Grouping::TaskForEach).unwrap();
    assert_eq!((submissions.len(), host.sent().len()), (5, 5));
    assert_eq!(submissions[3].task_id.as_ref().unwrap_err().request_id(), Some("q"));
    let times: Vec<_> = host.sent().iter().map(|sent| sent.at.as_millis()).collect();
    assert_eq!(times, [0, 110, 220, 330, 440], "ten submissions in a second, at most");
    let mut seen = Vec::new();
    let mut on_file = |outcome: &FileOutcome| {
        seen.push((number(outcome.file_url.as_deref().unwrap()), outcome.outcome.is_ok()));
        Ok(())
    };
    let outcomes = host.run(plain_call(&host, &config()).collect_batch(submissions, None, &mut on_file)).unwrap();
    assert_eq!(seen, [(3, false), (0, true), (1, false), (2, true), (4, true)], "as they come");
    let kinds: Vec<_> =
        outcomes.iter().map(|one| one.outcome.as_ref().map_err(Error::kind).map(|t| t.duration)).collect();
    assert_eq!(
        kinds,
        [Ok(Some(9.0)), Err(ErrorKind::InvalidAudio), Ok(Some(9.0)), Err(ErrorKind::BadRequest), Ok(Some(9.0))],
        "in the order of the addresses"
    );
    let ids: Vec<_> = outcomes.iter().map(|one| one.task_id.as_deref()).collect();
    assert_eq!(ids, [Some("t0"), Some("t1"), Some("t2"), None, Some("t4")]);
    let questions: Vec<_> =
        host.sent().iter().filter(|sent| sent.url.contains("/tasks/")).map(|sent| sent.at.as_millis()).collect();
    assert!(questions.windows(2).all(|two| two[1] - two[0] >= 70), "{questions:?}");
    assert_eq!(questions.len(), 12);
}

#[test]
fn a_caller_who_cancels_gets_an_error_and_no_outcomes_whatever_was_asked_then() {
    let mut cancelled = 0;
    loop {
        let (mut polls, mut requests) = (0, 0);
        let host = ScriptedHost::answering(move |sent| {
            requests += 1;
            if requests > 2 + cancelled { Answer::cancelled() } else { service(sent, &mut polls) }
        });
        let submissions = submit_all(&host, &many(2), Grouping::TaskForEach).unwrap();
        let mut seen = 0;
        let mut on_file = |_: &FileOutcome| {
            seen += 1;
            Ok(())
        };
        match host.run(plain_call(&host, &config()).collect_batch(submissions, None, &mut on_file)) {
            Ok(outcomes) => break assert_eq!((outcomes.len(), seen), (2, 2)),
            Err(error) => assert_eq!((error.kind(), seen < 2), (ErrorKind::Aborted, true), "request {cancelled}"),
        }
        cancelled += 1;
    }
    assert!(cancelled > 8, "questions and a document");
    let host = ScriptedHost::new([Answer::cancelled()]);
    assert_eq!(submit_all(&host, &many(2), Grouping::TaskForEach).unwrap_err().kind(), ErrorKind::Aborted);
}

#[test]
fn a_batch_that_is_late_names_its_tasks() {
    let host = ScriptedHost::answering(|sent| {
        if sent.method == "POST" { submitted(&format!("t{}", host_number(sent))) } else { state("RUNNING") }
    });
    let submissions = submit_all(&host, &many(2), Grouping::TaskForEach).unwrap();
    let limit = Some(Duration::from_secs(5));
    let outcomes = host.run(plain_call(&host, &config()).collect_batch(submissions, limit, &mut |_| Ok(()))).unwrap();
    for (index, outcome) in outcomes.iter().enumerate() {
        let error = outcome.outcome.as_ref().unwrap_err();
        assert!(error.kind() == ErrorKind::Timeout && error.message().contains(&format!("task t{index} ")), "{error}");
    }
    assert!(host.elapsed() < Duration::from_secs(6));
}

fn host_number(sent: &Sent) -> usize {
    number(sent.json()["input"]["file_urls"][0].as_str().unwrap())
}

#[test]
fn one_request_for_all_where_the_caller_says_so() {
    let host = ScriptedHost::new([submitted(ID)]);
    let submissions = submit_all(&host, &many(100), Grouping::OneTask).unwrap();
    assert_eq!((submissions.len(), submissions[0].urls.len()), (1, 100));
    assert_eq!(host.sent()[0].json()["input"]["file_urls"].as_array().unwrap().len(), 100);
    let nothing = ScriptedHost::new([]);
    assert_eq!(submit_all(&nothing, &many(101), Grouping::OneTask).unwrap_err().field(), Some("urls"));
    assert_eq!(submit_all(&nothing, &[], Grouping::TaskForEach).unwrap_err().field(), Some("urls"));
    let mut urls = many(3);
    urls.push("nonsense".to_owned());
    assert_eq!(
        submit_all(&nothing, &urls, Grouping::TaskForEach).unwrap_err().kind(),
        ErrorKind::InvalidAudio,
        "before anything is sent"
    );
}

#[test]
fn a_wrong_key_ends_a_batch_at_once() {
    let host = ScriptedHost::new([Answer::new(401, r#"{"code":"InvalidApiKey","message":"m"}"#)]);
    assert_eq!(submit_all(&host, &many(50), Grouping::TaskForEach).unwrap_err().kind(), ErrorKind::Authentication);
    assert_eq!(host.sent().len(), 1);
}

// ---- uploads ----

fn bytes(replayable: bool) -> Source<Vec<u8>> {
    let facts = AudioFacts { head: WEBM.to_vec(), length: Some(WEBM.len() as u64), declared: None, replayable };
    Source::Bytes { audio: WEBM.to_vec(), facts }
}

#[test]
fn an_upload_is_a_policy_and_a_form() {
    let host = ScriptedHost::new([api("uploads/policy.json"), Answer::ok("")]);
    let url = host.run(plain_call(&host, &config()).upload(&bytes(true), &of_model("fun-asr"))).unwrap();
    assert_eq!(
        url,
        "oss://dashscope-instant/52afe077fb4825c6d74411758cb1ab98/2025-07-12/b744f4f8-1a9c-9c6b-950d-0d327e331f2f/\
         00000000000000000000.webm"
    );
    let sent = host.sent();
    assert!(sent[0].url.ends_with("/api/v1/uploads?action=getPolicy&model=fun-asr"));
    assert_eq!(sent[0].header("authorization"), Some("Bearer sk-test"));
    assert_eq!((sent[1].method, sent[1].header("authorization")), ("POST", None));
    assert!(sent[1].body.windows(WEBM.len()).any(|window| window == WEBM), "the bytes as they are");
}

#[test]
fn a_failed_upload_begins_anew() {
    let expired =
        "<Error><Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message></Error>";
    let host = ScriptedHost::new([
        api("uploads/policy.json"),
        Answer::new(403, expired),
        api("uploads/policy.json"),
        Answer::lost(),
        api("uploads/policy.json"),
        Answer::ok(""),
    ]);
    host.run(plain_call(&host, &config()).upload(&bytes(true), &of_model("fun-asr"))).unwrap();
    assert_eq!((host.sleeps(), host.sent().len()), (vec![500, 1000], 6));
    // What can be read only once is sent only once.
    let host = ScriptedHost::new([api("uploads/policy.json"), Answer::lost()]);
    let error = host.run(plain_call(&host, &config()).upload(&bytes(false), &of_model("fun-asr"))).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    let malformed = "<Error><Code>MalformedPOSTRequest</Code><Message>Not well-formed.</Message></Error>";
    let host = ScriptedHost::new([api("uploads/policy.json"), Answer::new(400, malformed)]);
    let error = host.run(plain_call(&host, &config()).upload(&bytes(true), &of_model("fun-asr"))).unwrap_err();
    assert_eq!((error.service_code(), error.message()), (Some("MalformedPOSTRequest"), "Not well-formed."));
}

#[test]
fn what_cannot_be_a_recording_is_not_uploaded() {
    let run = |source: &Source<Vec<u8>>| {
        let host = ScriptedHost::new([]);
        host.run(plain_call(&host, &config()).upload(source, &TranscribeOptions::default())).unwrap_err()
    };
    assert_eq!(run(&Source::Url(URL.to_owned())).kind(), ErrorKind::InvalidAudio);
    let facts =
        |head: &[u8], length: u64| AudioFacts { head: head.to_vec(), length: Some(length), ..AudioFacts::default() };
    for (head, length, kind) in [
        (&b""[..], 0, ErrorKind::EmptyAudio),
        (b"%PDF-1.7", 8, ErrorKind::UnsupportedFormat),
        (WEBM, 3 << 30, ErrorKind::AudioTooLarge),
    ] {
        assert_eq!(run(&Source::Bytes { audio: vec![], facts: facts(head, length) }).kind(), kind);
    }
    // The store's own limit is in the policy.
    let host = ScriptedHost::new([api("uploads/policy.json")]);
    let source = Source::Bytes { audio: vec![], facts: facts(WEBM, 2_000_000_000) };
    let error = host.run(plain_call(&host, &config()).upload(&source, &TranscribeOptions::default())).unwrap_err();
    assert!(error.message().contains("at most 1073741824"), "{error}");
}

#[test]
fn a_page_uploads_through_its_relay() {
    let host = ScriptedHost::new([api("uploads/policy.json"), Answer::ok("")]).in_page();
    host.run(plain_call(&host, &relay()).upload(&bytes(true), &of_model("fun-asr"))).unwrap();
    assert!(host.sent()[1].url.starts_with("https://relay.example/asr/upload?url=https%3A%2F%2Fdashscope-file-mgr."));
}

// ---- keys and hot words ----

#[test]
fn a_temporary_key_is_made() {
    let host = ScriptedHost::new([api("tokens/token.json")]);
    let token = host.run(plain_call(&host, &config()).create_token(Some(90))).unwrap();
    assert_eq!(token.token, "st-****");
    let sent = &host.sent()[0];
    assert_eq!((sent.method, sent.body.len()), ("POST", 0));
    assert!(sent.url.ends_with("/api/v1/tokens?expire_in_seconds=90"));
}

#[test]
fn hot_word_lists_are_kept() {
    let words = vec![HotWord { text: "Rust".to_owned(), weight: 4, lang: None }];
    let list = NewVocabulary { target_model: "fun-asr".to_owned(), prefix: "abc".to_owned(), words: words.clone() };
    let busy = Answer::new(429, r#"{"code":"Throttling","message":"m"}"#);
    let host = ScriptedHost::new([
        busy,
        api("vocabulary/created.json"),
        api("vocabulary/list.json"),
        api("vocabulary/one.json"),
        Answer::new(500, ""),
        Answer::ok(r#"{"output":{},"request_id":"r"}"#),
        Answer::ok(r#"{"output":{},"request_id":"r"}"#),
    ]);
    let id = host.run(plain_call(&host, &config()).create_vocabulary(&list)).unwrap();
    assert_eq!(host.run(plain_call(&host, &config()).list_vocabularies(None, 0, 10)).unwrap()[0].vocabulary_id, id);
    assert_eq!(host.run(plain_call(&host, &config()).vocabulary(&id)).unwrap().words.len(), 2);
    host.run(plain_call(&host, &config()).update_vocabulary(&id, &words)).unwrap();
    host.run(plain_call(&host, &config()).delete_vocabulary(&id)).unwrap();
    assert_eq!(host.sleeps(), [500, 500]);
}

#[test]
fn lists_that_are_missing_or_too_many_say_so() {
    let missing =
        Answer::new(416, r#"{"code":"BadRequest.ResourceNotExist","message":"The required resource not exist"}"#);
    let host = ScriptedHost::new([missing]);
    let error = host.run(plain_call(&host, &config()).vocabulary("v")).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::NotFound, Some(416)));
    let full = Answer::new(
        400,
        r#"{"code":"Throttling.AllocationQuota","message":"Free allocated quota exceeded.","request_id":"q"}"#,
    );
    let words = vec![HotWord { text: "Rust".to_owned(), weight: 4, lang: None }];
    let list = NewVocabulary { target_model: "fun-asr".to_owned(), prefix: "abc".to_owned(), words };
    let host = ScriptedHost::new([full]);
    let error = host.run(plain_call(&host, &config()).create_vocabulary(&list)).unwrap_err();
    assert_eq!(error.message(), "the account has as many hot-word lists as it may have (ten); delete one");
    assert_eq!(
        (error.kind(), error.is_retryable(), error.request_id()),
        (ErrorKind::PermissionDenied, false, Some("q"))
    );
}

// ---- audio of any length ----

const TOO_LONG: &str =
    r#"{"code":"AUDIO_DURATION_TOO_LONG","message":"audio duration (301008.0ms) over service process (300s)"}"#;

fn any_length(host: &ScriptedHost, source: &Source<Vec<u8>>) -> (Vec<Stage>, Result<Transcript, Error>) {
    let mut stages = Vec::new();
    let mut on_stage = |stage: Stage| {
        stages.push(stage);
        Ok(())
    };
    let direct = TranscribeOptions { language: Some("en".to_owned()), ..TranscribeOptions::default() };
    let by_task = TranscribeOptions { enable_words: Some(true), ..TranscribeOptions::default() };
    let result = host.run(plain_call(host, &config()).long_audio(source, &direct, &by_task, &mut on_stage));
    (stages, result)
}

#[test]
fn what_fits_is_answered_directly() {
    let host = ScriptedHost::new([api("generation/answer.json")]);
    let (stages, result) = any_length(&host, &bytes(true));
    assert_eq!((stages.len(), result.unwrap().text.as_str()), (0, "Welcome to Alibaba Cloud."));
}

#[test]
fn a_long_url_goes_to_a_task_once_the_service_has_refused_it() {
    let host = ScriptedHost::new([
        Answer::new(400, TOO_LONG),
        submitted(ID),
        state("PENDING"),
        state("RUNNING"),
        api("tasks/qwen3_succeeded.json"),
        api("transcription/qwen3_document.json"),
    ]);
    let (stages, result) = any_length(&host, &Source::Url(URL.to_owned()));
    let transcript = result.unwrap();
    assert_eq!(stages, [Stage::Queue, Stage::Recognise, Stage::Download]);
    assert_eq!((transcript.duration, transcript.segments[0].words.len()), (Some(3.0), 2));
    let submission = host.sent()[1].json();
    assert_eq!(submission["input"]["file_url"], URL);
    assert_eq!(submission["parameters"], serde_json::json!({ "language": "en", "enable_words": true }));
}

#[test]
fn large_bytes_go_by_upload_and_task_without_being_sent_before() {
    let facts = AudioFacts { head: WEBM.to_vec(), length: Some(20 << 20), declared: None, replayable: true };
    let source = Source::Bytes { audio: WEBM.to_vec(), facts };
    let host = ScriptedHost::new([
        api("uploads/policy.json"),
        Answer::ok(""),
        submitted(ID),
        api("tasks/qwen3_succeeded.json"),
        api("transcription/qwen3_document.json"),
    ]);
    let (stages, result) = any_length(&host, &source);
    assert_eq!((stages, result.is_ok()), (vec![Stage::Download], true));
    let sent = host.sent();
    assert!(sent[0].url.ends_with("&model=qwen3-asr-flash-filetrans"), "{}", sent[0].url);
    assert_eq!(sent[2].header("x-dashscope-ossresourceresolve"), Some("enable"));
    assert!(sent[2].json()["input"]["file_url"].as_str().unwrap().starts_with("oss://dashscope-instant/"));
}

#[test]
fn what_cannot_be_had_again_stays_refused() {
    let data_url = |scheme: &str| Source::Url(format!("{scheme}:audio/webm;base64,GkXfo59CgoR3ZWJt"));
    for source in [bytes(false), data_url("data"), data_url("DATA"), data_url("Data")] {
        let host = ScriptedHost::new([Answer::new(400, TOO_LONG)]);
        assert_eq!(any_length(&host, &source).1.unwrap_err().kind(), ErrorKind::AudioTooLong);
    }
}

#[test]
fn what_is_said_for_the_direct_way_counts_for_the_task_or_is_refused() {
    let config = config();
    let source = Source::Url(URL.to_owned());
    let run = |direct: TranscribeOptions, by_task: TranscribeOptions| {
        let host = ScriptedHost::new([
            Answer::new(400, TOO_LONG),
            submitted(ID),
            api("tasks/fun_asr_succeeded.json"),
            api("transcription/fun_asr_document.json"),
        ]);
        let mut on_stage = |_| Ok(());
        host.run(plain_call(&host, &config).long_audio(&source, &direct, &by_task, &mut on_stage))
            .map(|_| host.sent()[1].json())
    };
    let direct = TranscribeOptions {
        model: Some("qwen-audio-3.1-asr-flash".to_owned()),
        language_hints: vec!["en".to_owned()],
        vocabulary: vec![("Kubernetes".to_owned(), 5)],
        speaker_diarization_enabled: Some(true),
        ..TranscribeOptions::default()
    };
    let sent = run(direct, TranscribeOptions::default()).unwrap();
    assert_eq!(sent["model"], "qwen-audio-3.1-asr-flash-filetrans");
    assert_eq!(sent["parameters"]["language_hints"], serde_json::json!(["en"]));
    assert_eq!(sent["parameters"]["vocabulary"]["Kubernetes"], 5);
    assert_eq!(sent["parameters"]["diarization_enabled"], true);

    let listed = TranscribeOptions {
        model: Some("fun-asr-flash-2026-06-15".to_owned()),
        vocabulary_id: Some("vocab-1".to_owned()),
        ..TranscribeOptions::default()
    };
    assert_eq!(run(listed, TranscribeOptions::default()).unwrap_err().field(), Some("vocabularyId"));
    let context = TranscribeOptions {
        model: Some("fun-asr-flash-2026-06-15".to_owned()),
        context: Some("names".to_owned()),
        ..TranscribeOptions::default()
    };
    assert_eq!(run(context, TranscribeOptions::default()).unwrap_err().field(), Some("context"));
}
