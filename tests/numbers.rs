//! Numbers that a service, or whoever answers in its place, may write and nobody can have counted.

#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use dashscope_asr::api::{chat_completions, flash_generation, generation, tasks, tokens, transcription};
use dashscope_asr::json::Json;
use dashscope_asr::transcript::{Transcript, Usage};

/// None of them is an amount. `1e309` is no double, so the document is none either.
const NONSENSE: [&str; 8] = ["1e308", "-1", "-1e308", "4294967296", "1.8446744073709552e19", "null", "\"7\"", "[1]"];

fn json(text: &str) -> Json<'_> {
    Json::parse(text).unwrap()
}

/// Every reader of direct answers, each by the layout of its dialect.
fn transcripts(usage: &str) -> Vec<Transcript> {
    let generation_answer =
        format!(r#"{{"output":{{"choices":[{{"message":{{"content":[{{"text":"a"}}]}}}}]}},"usage":{usage}}}"#);
    let chat_answer = format!(r#"{{"choices":[{{"message":{{"content":"a"}}}}],"usage":{usage}}}"#);
    let flash_answer = format!(r#"{{"output":{{"text":"a"}},"usage":{usage}}}"#);
    vec![
        generation::read(&json(&generation_answer)).unwrap(),
        chat_completions::read(&json(&chat_answer)).unwrap(),
        flash_generation::read(&json(&flash_answer)).unwrap(),
    ]
}

#[test]
fn durations_and_tokens_are_amounts_or_nothing() {
    for number in NONSENSE {
        let usage = format!(
            r#"{{"seconds":{number},"duration":{number},"prompt_tokens":{number},"input_tokens":{number},
                "completion_tokens":{number},"output_tokens":{number},"total_tokens":{number},"audio_tokens":{number},
                "prompt_tokens_details":{{"audio_tokens":{number},"text_tokens":{number}}},
                "completion_tokens_details":{{"text_tokens":{number}}}}}"#
        );
        for transcript in transcripts(&usage) {
            assert_eq!(transcript.duration, None, "{number}");
            assert_eq!(transcript.usage, Some(Usage::default()), "{number}");
        }
    }
    for transcript in transcripts(r#"{"seconds":43200.5,"total_tokens":4294967295}"#) {
        assert_eq!(transcript.duration, Some(43200.5));
        assert_eq!(transcript.usage.unwrap().total_tokens, Some(4_294_967_295.0));
    }
    // One of two names may hold sense.
    assert_eq!(transcripts(r#"{"seconds":1e308,"duration":7}"#)[0].duration, Some(7.0));
}

#[test]
fn times_and_channels_of_sentences_are_amounts() {
    for number in NONSENSE {
        let text = format!(
            r#"{{"transcripts":[{{"channel_id":{number},"text":"a","content_duration_in_milliseconds":{number},"sentences":[
                {{"text":"a","begin_time":{number},"end_time":{number},"speaker_id":{number},"words":[
                    {{"text":"a","begin_time":{number},"end_time":{number},"punctuation":""}}]}}]}}]}}"#
        );
        let transcript = transcription::read(&json(&text)).unwrap();
        let (segment, channel) = (&transcript.segments[0], &transcript.channels[0]);
        let word = &segment.words[0];
        let times = [segment.begin_ms, segment.end_ms, word.begin_ms, word.end_ms];
        assert!(times.iter().all(|millis| *millis == 0.0), "{number}: {times:?}");
        assert_eq!((segment.speaker_id, channel.channel_id, channel.speech_ms), (None, 0, None), "{number}");
    }
}

#[test]
fn so_are_those_of_tasks() {
    for number in NONSENSE {
        let text =
            format!(r#"{{"output":{{"task_status":"RUNNING"}},"usage":{{"seconds":{number},"duration":{number}}}}}"#);
        assert_eq!(tasks::read_status(&json(&text)).unwrap().duration, None, "{number}");
        let text = format!(r#"{{"data":[],"total":{number},"page_no":{number}}}"#);
        let page = tasks::read_list(&json(&text)).unwrap();
        assert_eq!((page.total, page.page_no), (0.0, 0.0), "{number}");
    }
}

/// Milliseconds since 1970 are more than amounts, but not for ever: later ones make no `Date`.
#[test]
fn instants_are_those_of_a_date() {
    let at = |number: &str| {
        let text = format!(r#"{{"data":[{{"gmt_create":{number},"start_time":{number},"end_time":{number}}}]}}"#);
        tasks::read_list(&json(&text)).unwrap().tasks[0].created_at
    };
    assert_eq!(at("1792567675000"), Some(1_792_567_675_000.0));
    assert_eq!(at("8.64e15"), Some(8.64e15));
    for number in ["1e308", "-1", "8.640000000000001e15", "null"] {
        assert_eq!(at(number), None, "{number}");
        assert!(tokens::read(&json(&format!(r#"{{"token":"st-1","expires_at":{number}}}"#))).is_err(), "{number}");
    }
}
