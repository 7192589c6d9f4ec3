//! The client for Rust apps, in Node and in a page, against the emulator: what only a JavaScript runtime can show.
//! `scripts/test/cargo-tests.mjs` starts the emulator and says where it is.

#![cfg(all(target_arch = "wasm32", feature = "web"))]
#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

#[path = "web/live.rs"]
mod live;

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use dashscope_asr::client::batch::Grouping;
use dashscope_asr::client::long_audio::Stage;
use dashscope_asr::options::Protocol;
use dashscope_asr::web::{Progress, Transcriber, WebHost, to_data_url, transcriber};
use dashscope_asr::{
    ApiKey, CallSettings, ClientSettings, Error, ErrorKind, TranscribeOptions, TranscriptEvent, TranscriptEvents,
};
use futures_core::Stream;
use js_sys::{Array, Uint8Array};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, BlobPropertyBag};

/// Ten seconds of Kennedy; the emulator's scripted recogniser "hears" the words below, whatever is said.
const SPEECH: &[u8] = include_bytes!("fixtures/speech/jfk.wav");
const HEARD: &str = "Ask not, 你好 🎤, what country.";
const SERVICE: &str = match option_env!("DASHSCOPE_ASR_EMULATOR") {
    Some(address) => address,
    None => "http://127.0.0.1:9",
};

fn client_with(host: WebHost) -> Transcriber {
    let settings = ClientSettings { base_url: Some(SERVICE.to_owned()), ..ClientSettings::default() };
    transcriber(host.with_api_key(ApiKey::new("sk-test").unwrap()), &settings).unwrap()
}

fn client() -> Transcriber {
    client_with(WebHost::new())
}

fn blob() -> Blob {
    let bag = BlobPropertyBag::new();
    bag.set_type("audio/mpeg"); // a wrong label does no harm
    Blob::new_with_buffer_source_sequence_and_options(&Array::of1(&Uint8Array::from(SPEECH)), &bag).unwrap()
}

fn of_model(model: &str) -> TranscribeOptions {
    TranscribeOptions { model: Some(model.to_owned()), ..TranscribeOptions::default() }
}

async fn next(events: &mut TranscriptEvents<WebHost>) -> Option<Result<TranscriptEvent, Error>> {
    poll_fn(|context| Pin::new(&mut *events).poll_next(context)).await
}

#[wasm_bindgen_test]
async fn a_blob_becomes_text_in_every_direct_dialect() {
    for options in [
        TranscribeOptions::default(),
        TranscribeOptions { protocol: Some(Protocol::Openai), ..TranscribeOptions::default() },
        of_model("fun-asr-flash-2026-06-15"),
    ] {
        let transcript = client().transcribe(blob(), &options).await.unwrap();
        assert_eq!(transcript.text, HEARD);
        assert_eq!(client().transcribe(SPEECH.to_vec(), &options).await.unwrap().text, HEARD);
    }
}

#[wasm_bindgen_test]
async fn a_stream_tells_the_text_while_it_is_recognised() {
    for protocol in [Protocol::Dashscope, Protocol::Openai] {
        let options = TranscribeOptions { protocol: Some(protocol), ..TranscribeOptions::default() };
        let mut events = client().stream(blob(), &options);
        let (mut text, mut deltas) = (String::new(), 0);
        loop {
            match next(&mut events).await.unwrap().unwrap() {
                TranscriptEvent::Delta(delta) => {
                    text.push_str(&delta);
                    deltas += 1;
                }
                TranscriptEvent::Revision(all) => text = all,
                TranscriptEvent::Done(transcript) => {
                    assert_eq!((transcript.text.as_str(), text.as_str()), (HEARD, HEARD));
                    break;
                }
                _ => panic!("an event that nobody knows"),
            }
        }
        assert!(deltas > 2, "it came in {deltas} pieces");
        assert!(next(&mut events).await.is_none(), "the end comes once");
    }
}

#[wasm_bindgen_test]
async fn a_stream_that_is_dropped_stops() {
    let mut events = client().stream(blob(), &TranscribeOptions::default());
    assert!(matches!(next(&mut events).await, Some(Ok(TranscriptEvent::Delta(_)))));
    drop(events);
    // Another call is not disturbed.
    assert_eq!(client().transcribe(blob(), &TranscribeOptions::default()).await.unwrap().text, HEARD);
}

#[wasm_bindgen_test]
async fn an_upload_becomes_a_task_and_a_transcript() {
    let asr = client();
    let options = of_model("fun-asr");
    let url = asr.upload(blob(), &options).await.unwrap();
    assert!(url.starts_with("oss://") && url.contains(".wav"), "{url}");
    let id = asr.submit(std::slice::from_ref(&url), &options).await.unwrap();
    let mut seen_states = Vec::new();
    let status = asr
        .wait_for_task(&id, None, &mut |status| {
            seen_states.push(status.state);
            Ok(())
        })
        .await
        .unwrap();
    assert!(seen_states.len() > 1, "{seen_states:?}");
    let transcript = asr.task_result(&status).await.unwrap();
    assert_eq!(transcript.text, HEARD);
    assert!(!transcript.segments.is_empty());

    let submissions = asr.submit_batch(&[url.clone(), url], &options, Grouping::TaskForEach).await.unwrap();
    let mut seen = 0;
    let outcomes = asr
        .collect_batch(submissions, Some(Duration::from_secs(60)), &mut |_| {
            seen += 1;
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!((outcomes.len(), seen), (2, 2));
    assert!(outcomes.iter().all(|outcome| outcome.outcome.as_ref().is_ok_and(|found| found.text == HEARD)));
}

#[wasm_bindgen_test]
async fn what_is_too_long_takes_the_long_way() {
    // Six minutes by its header.
    let mut long = SPEECH[..44].to_vec();
    let length = 16_000 * 2 * 360_u32;
    long[40..44].copy_from_slice(&length.to_le_bytes());
    long.resize(44 + length as usize, 0);
    let refused = client().transcribe(long.clone(), &TranscribeOptions::default()).await.unwrap_err();
    assert!(matches!(refused.kind(), ErrorKind::AudioTooLong | ErrorKind::AudioTooLarge), "{refused}");
    let mut stages = Vec::new();
    let outcome = client()
        .long_audio(long, &TranscribeOptions::default(), &TranscribeOptions::default(), &mut |stage| {
            stages.push(stage);
            Ok(())
        })
        .await;
    // Six minutes of silence: nothing is heard, and that is a result.
    assert!(outcome.unwrap().no_speech);
    assert!(stages.contains(&Stage::Recognise) && stages.contains(&Stage::Download), "{stages:?}");
}

#[wasm_bindgen_test]
async fn lists_and_tokens() {
    let asr = client();
    let words = dashscope_asr::api::vocabulary::read_words(
        dashscope_asr::json::Json::parse(r#"[{"text":"Kennedy","weight":4}]"#).unwrap().view(),
    )
    .unwrap();
    let given = r#"{"targetModel":"fun-asr","prefix":"history","words":[{"text":"Kennedy","weight":4}]}"#;
    let list = dashscope_asr::json::Json::parse(given).unwrap();
    let list = dashscope_asr::api::vocabulary::NewVocabulary::read(list.view()).unwrap();
    let id = asr.create_vocabulary(&list).await.unwrap();
    assert_eq!(asr.vocabulary(&id).await.unwrap().words.len(), 1);
    asr.update_vocabulary(&id, &words).await.unwrap();
    assert!(!asr.list_vocabularies(Some("history"), 0, 10).await.unwrap().is_empty());
    asr.delete_vocabulary(&id).await.unwrap();
    assert_eq!(asr.vocabulary(&id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(asr.create_token(Some(60)).await.is_ok());
}

#[wasm_bindgen_test]
async fn errors_say_what_is_wrong() {
    let wrong = |options: TranscribeOptions| async move { client().transcribe(blob(), &options).await.unwrap_err() };
    let error = wrong(TranscribeOptions { language: Some("xx".to_owned()), ..TranscribeOptions::default() }).await;
    assert_eq!(error.field(), Some("language"));
    let bag = client().transcribe(b"<html>".to_vec(), &TranscribeOptions::default()).await.unwrap_err();
    assert_eq!(bag.kind(), ErrorKind::UnsupportedFormat);
    let settings = ClientSettings { base_url: Some(SERVICE.to_owned()), ..ClientSettings::default() };
    let stranger = WebHost::new().with_key_provider(|| async { ApiKey::new("sk-invalid-key-of-somebody") });
    let error = transcriber(stranger, &settings).unwrap().transcribe(blob(), &TranscribeOptions::default()).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::Authentication, Some(401)));
    assert!(!error.to_string().contains("somebody"), "{error}");
    // Nobody listens there.
    let settings = ClientSettings { base_url: Some("http://127.0.0.1:9".to_owned()), ..ClientSettings::default() };
    let once = CallSettings { max_retries: Some(0), ..CallSettings::default() };
    let nobody = transcriber(WebHost::new(), &settings).unwrap().with(once);
    let error = nobody.transcribe(blob(), &TranscribeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection);
    assert!(std::error::Error::source(&error).is_some(), "the cause is kept");
    // What JavaScript throws goes into Rust's own error types.
    let boxed: Box<dyn std::error::Error + Send + Sync> = error.into();
    assert!(boxed.to_string().contains("did not get through"));
}

#[wasm_bindgen_test]
async fn a_fault_that_passes_is_tried_again_and_one_that_hangs_ends() {
    let headers = |fault: &str| vec![("x-emulator-fault".to_owned(), fault.to_owned())];
    let hasty = CallSettings {
        timeout: Some(Duration::from_millis(300)),
        max_retries: Some(0),
        headers: headers("delay=5000"),
    };
    let error = client().with(hasty).transcribe(blob(), &TranscribeOptions::default()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    let broken = CallSettings { max_retries: Some(0), headers: headers("status=503"), ..CallSettings::default() };
    let error = client().with(broken).transcribe(blob(), &TranscribeOptions::default()).await.unwrap_err();
    assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Server, true));
}

#[wasm_bindgen_test]
async fn progress_is_told_and_data_urls_are_made() {
    let told = Rc::new(RefCell::new(Vec::new()));
    let ears = Rc::clone(&told);
    let host = WebHost::new().with_progress(move |progress| ears.borrow_mut().push(progress));
    client_with(host).transcribe(blob(), &TranscribeOptions::default()).await.unwrap();
    let told = told.borrow().clone();
    assert!(told.contains(&Progress::Encoded(SPEECH.len() as u64)) && told.ends_with(&[Progress::Sent]), "{told:?}");

    let url = to_data_url(&blob()).await.unwrap();
    assert!(url.starts_with("data:audio/wav;base64,UklGR"), "what the bytes are, not what the label says");
    let transcript = client().transcribe(url, &TranscribeOptions::default()).await.unwrap();
    assert_eq!(transcript.text, HEARD);
}
