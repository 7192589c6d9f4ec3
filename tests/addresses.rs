//! Where requests go, and where they never go: a key and a recording arrive at the address that the caller chose, or nowhere.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

mod support;

use dashscope_asr::api::tasks::TaskFilter;
use dashscope_asr::client::stream::TranscriptStream;
use dashscope_asr::client::{AudioFacts, Source};
use dashscope_asr::config::{ClientSettings, Config};
use dashscope_asr::error::{Error, ErrorKind};
use dashscope_asr::json::Json;
use dashscope_asr::options::TranscribeOptions;
use support::{Answer, ScriptedHost, config, fixture, plain_call, relay};

const URL: &str = "https://example.com/welcome.mp3";
const WEBM: &[u8] = b"\x1A\x45\xDF\xA3\x9FB\x82\x84webm and so on";
/// What must not be repeated.
const SECRETS: [&str; 4] = ["mallory", "PASS", "TOKEN", "signature"];

fn with_base(url: &str) -> Result<Config, Error> {
    Config::new(&ClientSettings { base_url: Some(url.to_owned()), ..ClientSettings::default() })
}

fn recording() -> Source<Vec<u8>> {
    let facts = AudioFacts { head: WEBM.to_vec(), length: Some(WEBM.len() as u64), declared: None, replayable: true };
    Source::Bytes { audio: WEBM.to_vec(), facts }
}

fn finished(link: &str) -> dashscope_asr::api::tasks::TaskStatus {
    let json = format!(
        r#"{{"output":{{"task_id":"t","task_status":"SUCCEEDED","result":{{"transcription_url":"{link}"}}}}}}"#
    );
    dashscope_asr::api::tasks::read_status(&Json::parse(&json).unwrap()).unwrap()
}

fn policy(upload_host: &str) -> Answer {
    let known = "https://dashscope-file-mgr.oss-cn-beijing.aliyuncs.com";
    let text = fixture("api/uploads/policy.json");
    assert!(text.contains(known));
    Answer::ok(text.replace(known, upload_host))
}

mod redirects {
    use super::*;

    fn redirect(status: u16) -> Answer {
        Answer::new(status, "<html>moved</html>")
            .header("location", "https://mallory:PASS@evil.example:8443/TOKEN?signature=1#x")
            .header("x-should-retry", "true")
    }

    /// Every verb, one request each, which is answered by a redirect.
    fn verbs(host: &ScriptedHost) -> Vec<(&'static str, Error)> {
        let (config, options) = (config(), TranscribeOptions::default());
        let call = plain_call(host, &config);
        let url = Source::<Vec<u8>>::Url(URL.to_owned());
        let streamed = async {
            let mut stream = TranscriptStream::new(call.prepare_stream(&url, &options).unwrap());
            stream.next(&call, None).await.map(|_| ())
        };
        let link = "https://dashscope-result-bj.oss-cn-beijing.aliyuncs.com/a.json";
        vec![
            ("transcribe", host.run(call.transcribe(&url, &options)).unwrap_err()),
            ("stream", host.run(streamed).unwrap_err()),
            ("submit", host.run(call.submit(&[URL.to_owned()], &options)).unwrap_err()),
            ("status", host.run(call.task_status("t")).unwrap_err()),
            ("wait", host.run(call.wait_for_task("t", None, &mut |_| Ok(()))).unwrap_err()),
            ("cancel", host.run(call.cancel_task("t")).unwrap_err()),
            ("list", host.run(call.list_tasks(&TaskFilter::default())).unwrap_err()),
            ("result", host.run(call.task_result(&finished(link))).unwrap_err()),
            ("policy", host.run(call.upload(&recording(), &options)).unwrap_err()),
            ("token", host.run(call.create_token(None)).unwrap_err()),
            ("vocabulary", host.run(call.vocabulary("v")).unwrap_err()),
        ]
    }

    #[test]
    fn none_is_followed_nor_tried_again_whatever_is_asked() {
        for status in [300, 301, 302, 303, 304, 305, 307, 308, 399] {
            let host = ScriptedHost::answering(move |_| redirect(status));
            let failures = verbs(&host);
            assert_eq!(host.sent().len(), failures.len(), "one request each");
            for (verb, error) in failures {
                let about = format!("{verb}, {status}: {}", error.message());
                assert_eq!((error.kind(), error.status()), (ErrorKind::InvalidResponse, Some(status)), "{about}");
                assert!(!error.is_retryable(), "{about}");
                assert!(error.message().contains("redirect to evil.example:8443,"), "{about}");
                assert!(SECRETS.iter().all(|secret| !error.message().contains(secret)), "{about}");
            }
        }
    }

    #[test]
    fn the_form_of_an_upload_is_not_sent_on() {
        let host = ScriptedHost::new([Answer::ok(fixture("api/uploads/policy.json")), redirect(307)]);
        let error =
            host.run(plain_call(&host, &config()).upload(&recording(), &TranscribeOptions::default())).unwrap_err();
        assert_eq!((error.kind(), error.status(), host.sent().len()), (ErrorKind::InvalidResponse, Some(307), 2));
        assert!(error.message().contains("evil.example:8443"));
    }

    /// The forms of <https://www.rfc-editor.org/rfc/rfc9110#field.location>, and what servers write beside them.
    #[test]
    fn of_where_it_leads_only_the_host_is_said() {
        for (location, place) in [
            (Some("https://evil.example/TOKEN"), "evil.example"),
            (Some("//evil.example"), "evil.example"),
            (Some("HTTP://evil.example?signature"), "evil.example"),
            (Some("https://evil.example#TOKEN"), "evil.example"),
            (Some("https://evil.example\\TOKEN"), "evil.example"),
            (Some("https://mallory:PASS@[2001:db8::1]:8443/"), "[2001:db8::1]:8443"),
            (Some("https://mallory@PASS@evil.example/"), "evil.example"),
            (Some("https://evil.example?x=@TOKEN"), "evil.example"),
            (Some("/TOKEN"), "another path"),
            (Some("TOKEN?mallory=https://evil.example"), "another path"),
            (Some("/TOKEN//mallory"), "another path"),
            (Some("https:///mallory:PASS@evil.example/"), "another path"),
            (Some("https://mallory\u{202e}.example/"), "another path"),
            (Some("https://mall\tory.example/"), "another path"),
            (Some(""), "another path"),
            (None, "an address that is not told"),
        ] {
            let answer = Answer::new(302, "");
            let answer = location.map_or(answer.clone(), |location| answer.header("location", location));
            let host = ScriptedHost::new([answer]);
            let error = host.run(plain_call(&host, &config()).task_status("t")).unwrap_err();
            assert!(error.message().starts_with(&format!("the answer is a redirect to {place}, ")), "{location:?}");
            assert!(SECRETS.iter().all(|secret| !error.message().contains(secret)), "{}", error.message());
        }
    }

    /// A browser hides a redirect that it was told not to follow; the boundary then gives no status.
    #[test]
    fn a_hidden_one_is_one() {
        let host = ScriptedHost::new([Answer::new(0, "")]);
        let error = host.run(plain_call(&host, &config()).task_status("t")).unwrap_err();
        assert_eq!((error.kind(), error.status(), error.is_retryable()), (ErrorKind::InvalidResponse, None, false));
        assert!(error.message().contains("set baseURL"), "{}", error.message());
    }
}

mod base_url {
    use super::*;

    /// The hosts of the service, as whoever parses an address understands them: <https://url.spec.whatwg.org/#host-parsing>.
    #[test]
    fn keys_do_not_go_to_the_service_in_the_clear() {
        for base in [
            "http://dashscope.aliyuncs.com",
            "http://dashscope-intl.aliyuncs.com/api/v1",
            "http://DashScope.AliyunCS.com",
            "http://dashscope.aliyuncs.com.",
            "http://dashscope.aliyuncs.com:80/",
            "http://dashscope.aliyuncs.com.:8080",
            "http://ws-1.eu-central-1.maas.aliyuncs.com/compatible-mode/v1",
        ] {
            let error = with_base(base).unwrap_err();
            assert_eq!(error.field(), Some("baseURL"), "{base}");
            assert!(error.message().contains("https://"), "{}", error.message());
        }
    }

    #[test]
    fn a_gateway_of_one_s_own_may_speak_http() {
        for base in [
            "http://localhost:8080",
            "http://192.168.1.7/asr",
            "http://[fd00::1]:8080",
            "http://gateway",
            "http://aliyuncs.com.example",
            "http://notaliyuncs.com",
            "http://gateway/x.aliyuncs.com",
            "/x/y.aliyuncs.com",
        ] {
            assert!(!with_base(base).unwrap().is_direct(), "{base}");
        }
    }

    #[test]
    fn the_service_is_known_however_it_is_written() {
        for base in ["https://dashscope.aliyuncs.com.", "https://DASHSCOPE.ALIYUNCS.COM:443/api/v1"] {
            assert!(with_base(base).unwrap().is_direct(), "{base}");
        }
    }

    /// Whatever might be understood as another host than the one that is read, or might hold a secret, is refused without
    /// repeating it.
    #[test]
    fn no_part_of_an_odd_address_is_repeated() {
        for base in [
            "https:///mallory:PASS@x",
            "https:////mallory:PASS@x/TOKEN",
            "https://mallory:PASS@x/",
            "https://mallory@x",
            "https://@x",
            "https://mall ory:PASS@x",
            "https://mallory:PASS\\@x",
            "https://x/TOKEN?signature",
            "https://x/TOKEN#signature",
            "https://x\\TOKEN",
            "https://",
            "https:///",
            "https://dashscope%2Ealiyuncs.com",
            "http://dashscope\u{3002}aliyuncs.com",
            "http://dashscope.\u{ff41}liyuncs.com",
            "//mallory:PASS@x/",
            "/\\mallory:PASS@x/",
            "\\\\mallory:PASS@x/",
            "https:mallory:PASS@x",
            "https:/mallory:PASS@x",
            "mallory:PASS@x",
            "ftp://mallory:PASS@x",
            "javascript:PASS",
            "file:///TOKEN",
            "ws://mallory:PASS@x",
            "https://mallory:PASS@x\n",
            "TOKEN",
            "",
        ] {
            let error = with_base(base).unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidOption, Some("baseURL")), "{base:?}");
            assert!(SECRETS.iter().all(|secret| !error.message().contains(secret)), "{base:?}: {}", error.message());
        }
    }
}

mod stores {
    use super::*;

    const ODD: [&str; 13] = [
        "http://evil.example/a.json",
        "http://aliyuncs.com.evil.example/a.json",
        "https://mallory:PASS@evil.example/a.json",
        "http://mallory:PASS@x.aliyuncs.com/a.json",
        "https:///evil.example/a.json",
        "https://evil.example%2f@x/a.json",
        "file:///etc/passwd",
        "data:application/json,{}",
        "blob:https://x/y",
        "javascript:alert(1)",
        "//evil.example/a.json",
        "/a.json",
        "a.json",
    ];

    fn download(config: &Config, link: &str) -> Result<Vec<String>, Error> {
        let host = ScriptedHost::answering(|_| Answer::ok(r#"{"transcripts":[]}"#));
        let result = host.run(plain_call(&host, config).task_result(&finished(link)));
        let asked = host.sent().into_iter().map(|sent| sent.url).collect();
        result.map(|_| asked)
    }

    #[test]
    fn results_come_by_https_from_an_address_without_a_user() {
        for link in ODD {
            let error = download(&config(), link).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{link}");
            assert!(error.message().contains("transcription_url"), "{}", error.message());
            assert!(SECRETS.iter().all(|secret| !error.message().contains(secret)), "{}", error.message());
        }
        assert_eq!(download(&config(), "https://x.example/a?b=@c").unwrap(), ["https://x.example/a?b=@c"]);
    }

    /// The official samples have `http:` there; the store answers by https, too.
    #[test]
    fn the_service_s_own_are_upgraded() {
        let upgraded = ["https://r.oss-cn-beijing.aliyuncs.com/a?Signature=x%2By"];
        assert_eq!(download(&config(), "http://r.oss-cn-beijing.aliyuncs.com/a?Signature=x%2By").unwrap(), upgraded);
    }

    #[test]
    fn a_gateway_that_speaks_http_may_have_a_store_that_does() {
        for base in ["http://127.0.0.1:9090", "/api"] {
            let gateway = with_base(base).unwrap();
            assert_eq!(download(&gateway, "http://127.0.0.1:9090/r").unwrap(), ["http://127.0.0.1:9090/r"]);
            for link in ["http://mallory:PASS@127.0.0.1/r", "file:///r", "ftp://127.0.0.1/r"] {
                assert_eq!(download(&gateway, link).unwrap_err().kind(), ErrorKind::InvalidResponse, "{link}");
            }
        }
        assert!(download(&relay(), "http://127.0.0.1:9090/r").is_err());
    }

    #[test]
    fn recordings_go_there_likewise() {
        for upload_host in ODD {
            let host = ScriptedHost::new([policy(upload_host)]);
            let options = TranscribeOptions::default();
            let error = host.run(plain_call(&host, &config()).upload(&recording(), &options)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{upload_host}");
            assert!(error.message().contains("upload_host"), "{}", error.message());
            assert!(SECRETS.iter().all(|secret| !error.message().contains(secret)), "{}", error.message());
        }
        let host = ScriptedHost::new([policy("https://s.oss-cn-beijing.aliyuncs.com/"), Answer::ok("")]);
        let options = TranscribeOptions::default();
        host.run(plain_call(&host, &config()).upload(&recording(), &options)).unwrap();
        assert_eq!(host.sent().last().unwrap().url, "https://s.oss-cn-beijing.aliyuncs.com/");
    }
}
