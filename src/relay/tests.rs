//! The gate and the watch as a relay uses them.

use super::*;
use crate::json::Json;

fn settings(json: &str) -> RelaySettings {
    RelaySettings::read(Json::parse(json).unwrap_or(Json::Null).view()).unwrap_or_else(|error| panic!("{error}"))
}

/// What the gate says of a body, however it is cut.
fn judge(route: Route, body: &str) -> Result<String, Refusal> {
    judge_bytes(route, body.as_bytes())
}

fn judge_bytes(route: Route, body: &[u8]) -> Result<String, Refusal> {
    let mut verdicts = [1, 7, 1000].map(|size| {
        let Some(mut gate) = settings("{}").gate(route, "https://dashscope.aliyuncs.com") else { panic!("no gate") };
        for chunk in body.chunks(size) {
            gate.push(chunk)?;
        }
        gate.finish()?;
        Ok(gate.model().unwrap_or_default().to_owned())
    });
    assert!(verdicts.iter().all(|verdict: &Result<String, Refusal>| verdict.is_ok() == verdicts[0].is_ok()));
    core::mem::replace(&mut verdicts[0], Ok(String::new()))
}

const AUDIO: &str = r#"{"type":"input_audio","input_audio":{"data":"data:audio/wav;base64,UklGRiQAAABXQVZF"}}"#;
const QWEN3: &str = r#""model":"qwen3-asr-flash""#;

#[test]
fn what_the_package_sends_passes() {
    let messages = format!(
        r#""messages":[{{"role":"system","content":[{{"text":"Wörter"}}]}},{{"role":"user","content":[{AUDIO}]}}]"#
    );
    let asr = r#""asr_options":{"language":"en","enable_itn":true}"#;
    for (route, body) in [
        (Route::ChatCompletions, format!(r#"{{{QWEN3},{messages},{asr},"stream":true,"stream_options":{{"include_usage":true}}}}"#)),
        (Route::ChatCompletions, format!(r#"{{{messages},"stream":false,{QWEN3}}}"#)),
        (Route::Generation, format!(r#"{{{QWEN3},"input":{{{messages}}},"parameters":{{{asr},"incremental_output":true}}}}"#)),
        (
            Route::Generation,
            r#"{"model":"qwen3-asr-flash","input":{"messages":[{"role":"user","content":[{"audio":"https://example.com/a.mp3"}]}]},"parameters":{}}"#.to_owned(),
        ),
        (
            Route::Generation,
            format!(
                r#"{{"model":"qwen-audio-3.1-asr-flash","input":{{{messages}}},"parameters":{{"format":"wav","sample_rate":"16000","vocabulary":{{"Ana":5,"Bert":1}},"language_hints":["en"],"keep_dialect":false}}}}"#
            ),
        ),
        (
            Route::Submit,
            r#"{"model":"qwen3-asr-flash-filetrans","input":{"file_url":"oss://a/b.wav"},"parameters":{"enable_words":true,"channel_id":[0,1],"text":"x"}}"#.to_owned(),
        ),
        (
            Route::Submit,
            r#"{"model":"fun-asr","input":{"file_urls":["https://example.com/a.wav"],"context":[{"role":"user","content":[{"type":"input_text","text":"x"}]}]},"parameters":{}}"#.to_owned(),
        ),
    ] {
        assert!(judge(route, &body).is_ok(), "{body}: {:?}", judge(route, &body));
    }
}

/// What of a string is looked at as base64 before it is read as JSON ends at every place and at every byte once.
#[test]
fn base64_is_judged_alike_wherever_a_chunk_ends() {
    let settings = settings("{}");
    let judge = |(first, second): (&[u8], &[u8])| {
        let gate = settings.gate(Route::ChatCompletions, "https://dashscope.aliyuncs.com");
        let mut gate = gate.unwrap_or_else(|| panic!("no gate"));
        gate.push(first)?;
        gate.push(second)?;
        gate.finish()
    };
    let letters = "UklGRiQAAABXQVZF".repeat(10);
    let (before, after) = AUDIO.split_once("UklGRiQAAABXQVZF").unwrap_or_default();
    let before = format!(r#"{{{QWEN3},"messages":[{{"role":"user","content":[{before}"#);
    let whole = format!("{before}{letters}{after}]}}]}}").into_bytes();
    for at in 0..whole.len() {
        assert!(judge(whole.split_at(at)).is_ok(), "cut at {at}");
    }
    // In place of a letter: what is none, what ends the string, what JSON reads as a letter, and what it reads as none.
    for (other, passes) in
        [("!", false), ("=", false), ("\"", false), ("\\u0041", true), ("\\n", false), ("\u{e9}", false), ("-", false)]
    {
        for place in [0, 1, 15, 16, 62, 63, 64, 65, 127, 128, 158] {
            let (start, end) = letters.split_at(place);
            let body = format!("{before}{start}{other}{}{after}]}}]}}", &end[1..]).into_bytes();
            let near = before.len() + place;
            for cut in [0, near - 1, near, near + 1, near + other.len(), body.len()] {
                assert_eq!(judge(body.split_at(cut)).is_ok(), passes, "{other} at {place}, cut at {cut}");
            }
        }
    }
    // Padding stands at the end only, wherever it is cut.
    for (end, passes) in
        [("AA==", true), ("AAA=", true), ("AA=A", false), ("=AAA", false), ("A===", false), ("AAAA=", false)]
    {
        let body = format!("{before}{letters}{end}{after}]}}]}}").into_bytes();
        for cut in before.len() + letters.len() - 2..before.len() + letters.len() + 6 {
            assert_eq!(judge(body.split_at(cut)).is_ok(), passes, "{end} cut at {cut}");
        }
    }
}

#[test]
fn whatever_else_a_key_could_pay_for_does_not() {
    let messages = format!(r#""messages":[{{"role":"user","content":[{AUDIO}]}}]"#);
    let with = |members: &str| format!("{{{QWEN3},{messages},{members}}}");
    for (body, status) in [
        // The model: twice, by another spelling, elsewhere, or none.
        (with(r#""model":"qwen-vl-max""#), 400),
        (with(r#""mod\u0065l":"qwen-vl-max""#), 400),
        (with(r#""Model":"qwen-vl-max""#), 400),
        (with(r#""_model":"qwen-vl-max""#), 400),
        (format!(r#"{{"model":"qwen-max",{messages}}}"#), 403),
        (format!(r#"{{"model":["qwen3-asr-flash"],{messages}}}"#), 400),
        (format!(r#"{{"model":null,{messages}}}"#), 400),
        (format!("{{{messages}}}"), 400),
        (format!(r#"{{{QWEN3},{messages}}}{{"model":"qwen-max"}}"#), 400),
        (format!(r#"{{/*"*/"model":"qwen-max","x":"*/{QWEN3},{messages}}}"#), 400),
        (format!("{{'model':'qwen-max',{QWEN3},{messages}}}"), 400),
        (format!(r#"{{model:"qwen-max",{QWEN3},{messages}}}"#), 400),
        (format!("{{{QWEN3}"), 400),
        (format!("{QWEN3},{messages}"), 400),
        (format!("\u{feff}{{{QWEN3},{messages}}}"), 400),
        (format!("[{{{QWEN3},{messages}}}]"), 400),
        (String::new(), 400),
        // Other work.
        (with(r#""tools":[]"#), 400),
        (with(r#""n":100"#), 400),
        (with(r#""extra_body":{}"#), 400),
        (with(r#""callback_url":"https://x.example""#), 400),
        (with(r#""stream":"true""#), 400),
        (format!(r#"{{{QWEN3},"messages":[]}}"#), 400),
        (format!(r#"{{{QWEN3},"messages":[{{"role":"user","content":"Write a poem"}}]}}"#), 400),
        (format!(r#"{{{QWEN3},"messages":[{{"role":"user","content":[{AUDIO},{AUDIO}]}}]}}"#), 400),
        (format!(r#"{{{QWEN3},"messages":[{{"role":"tool","content":[{AUDIO}]}}]}}"#), 400),
        (
            format!(
                r#"{{{QWEN3},"messages":[{{"role":"user","content":[{{"type":"image_url","image_url":{{"url":"https://x.example"}}}},{AUDIO}]}}]}}"#
            ),
            400,
        ),
        (format!(r#"{{{QWEN3},"messages":[{{"role":"user","content":[{{"audio":"file:///etc/passwd"}}]}}]}}"#), 400),
        (
            format!(r#"{{{QWEN3},"messages":[{{"role":"user","content":[{{"audio":"http://100.100.100.200/"}}]}}]}}"#),
            400,
        ),
        (
            format!(
                r#"{{{QWEN3},"messages":[{{"role":"user","content":"{}"}},{{"role":"user","content":[{AUDIO}]}}]}}"#,
                "x".repeat(200_000)
            ),
            400,
        ),
    ] {
        let verdict = judge(Route::ChatCompletions, &body);
        assert_eq!(verdict.as_ref().map_err(|refusal| refusal.status), Err(status), "{body:.300}: {verdict:?}");
    }
    let overlong = [format!("{{{QWEN3},{messages},\"").as_bytes(), b"\xc0\xa2,\"model\":\"qwen-max\"}"].concat();
    assert!(judge_bytes(Route::ChatCompletions, &overlong).is_err());
}

#[test]
fn a_task_is_one_file_at_an_address_in_public() {
    let with = |input: &str, more: &str| format!(r#"{{"model":"fun-asr","input":{{{input}}}{more}}}"#);
    let urls = |urls: &str| with(&format!(r#""file_urls":[{urls}]"#), "");
    let many = vec![r#""https://example.com/a.wav""#; 100].join(",");
    for body in [
        urls(""),
        urls(&many),
        urls(r#""https://a.example/1","https://a.example/2""#),
        urls(r#""file:///a""#),
        urls(r#""http://a.example/1""#),
        urls(r#""https://169.254.169.254/""#),
        urls(r#""data:audio/wav;base64,AAAA""#),
        with(r#""file_urls":["https://a.example/1"],"file_url":"https://a.example/2""#, ""),
        with(r#""file_urls":["https://a.example/1"],"file_urls":["https://a.example/2"]"#, ""),
        with(r#""file_url":"https://a.example/1""#, r#","callback_url":"https://a.example""#),
        with(r#""file_url":"https://a.example/1""#, r#","resources":[]"#),
        with(
            r#""file_url":"https://a.example/1""#,
            &format!(r#","parameters":{{"channel_id":[{}]}}"#, vec!["0"; 100].join(",")),
        ),
        with(r#""file_url":"https://a.example/1""#, r#","parameters":{"vocabulary":{"a":1,"\u0061":2}}"#),
    ] {
        assert!(judge(Route::Submit, &body).is_err(), "{body}");
    }
    assert!(judge(Route::Submit, &with(r#""file_url":"https://a.example/1""#, "")).is_ok());
}

#[test]
fn refusals_say_what_is_wrong_and_where() {
    let body = format!(r#"{{{QWEN3},"messages":[{{"role":"user","content":[{AUDIO},{{"text":1}}]}}]}}"#);
    let message = judge(Route::ChatCompletions, &body).map_err(|refusal| refusal.message);
    assert_eq!(message, Err("messages[0].content[1].text must be a text.".to_owned()));
    // Nothing that a caller has sent is repeated, if it might be more than a name.
    let secret = judge(Route::ChatCompletions, r#"{"sk-0123456789abcdef":1}"#).map_err(|refusal| refusal.message);
    assert!(secret.is_err_and(|message| !message.contains("sk-") && message.contains("messages")));
}

#[test]
fn answers_lose_the_key_and_tell_their_cost() {
    const KEY: &str = "sk-0123456789abcdef";
    let watch = |answer: &[u8], is_stream: bool, size: usize| {
        let mut watch = Watch::new(KEY, is_stream);
        let mut passed = Vec::new();
        for chunk in answer.chunks(size) {
            passed.extend(watch.push(chunk));
        }
        passed.extend(watch.finish());
        assert_eq!(passed.len(), answer.len());
        (String::from_utf8_lossy(&passed).into_owned(), watch.seconds())
    };
    for size in [1, 5, 1000] {
        for shift in ["", "x", "xy"] {
            let mut letters = Vec::new();
            crate::data_url::encode_into(format!("{shift}{KEY}").as_bytes(), &mut letters);
            let answer = format!("{KEY} sk-01 {} s", String::from_utf8_lossy(&letters));
            let (passed, _) = watch(answer.as_bytes(), false, size);
            assert!(!passed.contains(KEY) && passed.contains(" sk-01 ") && !passed.contains("MTIzNDU2Nzg"), "{passed}");
            assert!(passed.matches('*').count() > KEY.len() + 15, "{passed}");
        }
        assert_eq!(watch(br#"{"output":{},"usage":{"seconds":12}}"#, false, size).1, Some(12.0));
        let stream = b"data:{\"usage\":{\"duration\":1}}\n\ndata: {\"output\":{\"usage\":{\"duration\":2.5}}}\n\ndata: [DONE]\n\n";
        assert_eq!(watch(stream, true, size).1, Some(2.5));
    }
}

#[test]
fn words_of_a_stream_are_not_held_back() {
    let mut watch = Watch::new("sk-0123456789abcdef", true);
    assert_eq!(watch.push(b"data: risk\n\n"), b"data: risk\n\n");
    assert_eq!(watch.push(b"data: s"), b"data: ");
    assert_eq!(watch.push(b"k-x\n\n"), b"sk-x\n\n");
}

#[test]
fn names_in_answers_are_found_whatever_is_around_them() {
    const SERVICE: &str = "https://dashscope.aliyuncs.com";
    let answer = br#"{"output":{"task_id":"a-1","x":["task_id"],"results":[{"transcription_url":"http:\/\/r.oss-cn-beijing.aliyuncs.com\/x?a=1"}]}}"#;
    let found = names(answer, SERVICE).unwrap_or_default();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].kind, found[0].value.as_str()), ("task", "a-1"));
    assert_eq!(&answer[found[0].range.0..found[0].range.1], br#""a-1""#);
    assert_eq!(found[1].value, "https://r.oss-cn-beijing.aliyuncs.com/x?a=1");
    assert!(names(br#"{"transcription_url":"http://10.0.0.1/"}"#, SERVICE).is_err());
    assert!(names(b"<html>", SERVICE).is_err());
}
