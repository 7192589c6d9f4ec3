//! Every shape an error comes in: the service's own two, those of gateways before it, events, XML, plain text.

mod rules;

use core::time::Duration;

use crate::error::{Error, tidied};
use crate::json::{self, Json, View};
use crate::retry;
use crate::search::{between, lossy};
use crate::sse::{EventParser, Item};
use crate::transcript::Transcript;

/// Codes that mean "I heard no speech", as the service's list of errors says: a result, not an error.
const NO_SPEECH: [&str; 2] = ["ASR_RESPONSE_HAVE_NO_WORDS", "SUCCESS_WITH_NO_VALID_FRAGMENT"];

/// The pause where tokens per minute are used up and the service names none: with the two retries that are the default, the
/// minute is over at the last.
const PAUSE_FOR_TOKENS: Duration = Duration::from_secs(30);

/// Where gateways put their words. `message`: also the service itself, AWS, Kong; `detail`: RFC 9457, and Python servers, whose
/// lists have `msg` in them; `error_msg`: WEIFENG2333/VideoCaptioner#708; `errors`: Cloudflare.
const WORDS: [&str; 6] = ["message", "error", "detail", "error_msg", "msg", "errors"];

/// An error that the service sent, in words of its own.
#[derive(Debug, Default)]
struct Words {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
    /// A failing status that the body itself names, or 0.
    status: u16,
}

/// Reads the body of an answer that is not 2xx. `header` finds a header by its lower-case name, `now` is
/// in milliseconds since 1970.
#[must_use]
pub fn read(status: u16, header: impl Fn(&str) -> Option<String>, now: f64, body: &[u8]) -> Error {
    let words = Json::parse_bytes(body)
        .map(|json| from_json(json.view()))
        .or_else(|| from_events(body))
        .or_else(|| from_xml(body))
        .unwrap_or_else(|| from_text(body));
    let verdict = header("x-should-retry");
    let asked = retry::retry_after(&header, now);
    let mut error = build(status, words, asked);
    if let Some(verdict) = verdict {
        error = error.with_retryable(retry::is_retryable_status(status, Some(&verdict)));
    }
    if error.request_id().is_none() {
        error = error.with_request_id(header("x-request-id"));
    }
    error
}

/// The error in an answer that claims success: an object with `error`, or with a `code` that is no success.
#[must_use]
pub fn in_json(json: &Json<'_>, status: Option<u16>) -> Option<Error> {
    let view = json.view();
    let (error, code) = (view.get("error"), view.get("code"));
    if !error.exists() && !code.exists() {
        return None; // of nearly every event of a stream this is all that is asked
    }
    let words = from_json(view);
    let is_error = error.is_object() || error.word().is_some() || error.bool() == Some(true);
    (is_error || words.code.is_some()).then(|| inside(words, status))
}

/// The error in a 2xx body that is no JSON: a failed call may be framed as an event even when no stream was asked for.
#[must_use]
pub fn in_framed_body(body: &[u8]) -> Option<Error> {
    from_events(body).map(|words| inside(words, None))
}

/// The error of an event that says it is one (`event: error`, or a status of 400 and up) whatever its data.
#[must_use]
pub fn in_event(data: &str, status: Option<u16>) -> Error {
    let words = Json::parse(data).map(|json| from_json(json.view())).filter(Words::say_something);
    inside(words.unwrap_or_else(|| from_text(data.as_bytes())), status)
}

/// The error that a task or one of its files ended with: a code and words inside an answer that is none itself.
#[must_use]
pub fn in_task(code: Option<String>, message: Option<String>, request_id: Option<String>) -> Error {
    build(0, Words { code, message, request_id, status: 0 }, None)
}

/// "I heard no speech" arrives as an error in some shapes: it is a transcript without text.
pub fn or_no_speech(error: Error) -> Result<Transcript, Error> {
    if error.service_code().is_some_and(|code| NO_SPEECH.contains(&code)) {
        let request_id = error.request_id().map(str::to_owned);
        return Ok(Transcript { request_id, ..Transcript::default() }.settled());
    }
    Err(error)
}

impl Words {
    fn say_something(&self) -> bool {
        self.code.is_some() || self.message.is_some()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is too much is cut")]
fn from_json(view: View<'_>) -> Words {
    let inner = view.get("error");
    // A word of the service's, or, of gateways, a number; OpenAI's `type` stands in for it.
    let codes = [inner.get("code"), inner.get("type"), view.get("code")];
    let is_code = |code: &View<'_>| code.number().is_some() || code.word().is_some();
    let code = codes.into_iter().find(is_code).unwrap_or_default();
    let number = code.number().or_else(|| json::number(code.str()?));
    let number = number.map(|number| number as u32);
    Words {
        code: match number {
            None => code.word(),
            Some(..400) => None, // all is well
            Some(number) => Some(format!("{number}")),
        },
        message: said(view, 3),
        request_id: view.get("request_id").word().or_else(|| inner.get("id").word()).or_else(|| view.get("id").word()),
        status: number.filter(|number| (400..600).contains(number)).map_or(0, |number| number as u16),
    }
}

/// The first words in a place or `deep` below it.
fn said(place: View<'_>, deep: u8) -> Option<String> {
    let place = if place.is_array() { place.at(0) } else { place };
    let mut words = place.word();
    for name in WORDS {
        if words.is_none() && deep > 0 {
            words = said(place.get(name), deep - 1);
        }
    }
    words
}

/// Bodies of failed streams are framed as events even with a failing status; seen in QuantumNous/new-api and handled by
/// dashscope-sdk-java.
fn from_events(body: &[u8]) -> Option<Words> {
    let mut found = None;
    let mut sink = |item: Item<'_>| {
        if let (Item::Event(event), None) = (item, &found) {
            let words = Json::parse(&event.data).map(|json| from_json(json.view()));
            found = words.filter(Words::say_something);
        }
    };
    let mut parser = EventParser::default();
    let _ = parser.feed(body, &mut sink);
    parser.finish(&mut sink);
    found
}

/// Object storage answers in XML: `<Error><Code>…</Code><Message>…</Message><RequestId>…</RequestId></Error>`.
fn from_xml(body: &[u8]) -> Option<Words> {
    let text = lossy(body);
    let element = |tag: &str| between(&text, tag, "</").map(str::to_owned);
    let code = Some(element("<Code>")?);
    Some(Words { code, message: element("<Message>"), request_id: element("<RequestId>"), status: 0 })
}

/// Proxies answer in plain words, or with a page of HTML that says less than the status.
fn from_text(body: &[u8]) -> Words {
    let body = body.trim_ascii_start();
    let is_page = body.first() == Some(&b'<');
    let message = core::str::from_utf8(if is_page { &[] } else { body }).ok().map(str::to_owned);
    Words { message, ..Words::default() }
}

/// An error inside an answer that began as a success.
fn inside(words: Words, status: Option<u16>) -> Error {
    let status = status.unwrap_or_default().max(words.status);
    build(status.max(400), words, None)
}

fn build(status: u16, words: Words, asked: Option<Duration>) -> Error {
    let (kind, help) = rules::classify(status, words.code.as_deref(), words.message.as_deref());
    let nothing_said = || format!("HTTP status {} without words", u32::from(status));
    let mut message = tidied(words.message.or_else(|| words.code.clone())).unwrap_or_else(nothing_said);
    if !help.is_empty() {
        let ended = matches!(message.chars().next_back(), Some('.' | '!' | '?' | '！' | '。'));
        message.push_str(if ended { " " } else { ". " });
        message.push_str(help);
        message.push('.');
    }
    let asked = asked.or((help == rules::TOKENS).then_some(PAUSE_FOR_TOKENS));
    let error = Error::new(kind, message)
        .with_service_code(words.code)
        .with_request_id(words.request_id)
        .with_retry_after(asked);
    // Tasks fail without any status.
    if status == 0 { error } else { error.with_status(status) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn none(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn both_dialects_end_in_the_same_kind() {
        let native = br#"{"code":"InvalidApiKey","message":"Invalid API-key provided.","request_id":"a1"}"#;
        let compatible = br#"{"error":{"message":"Incorrect API key provided. For details, see: https://help.aliyun.com/zh/model-studio/error-code#apikey-error","type":"invalid_request_error","param":null,"code":"invalid_api_key"},"request_id":"a1"}"#;
        for body in [&native[..], compatible] {
            let error = read(401, none, 0.0, body);
            assert_eq!(
                (error.kind(), error.request_id(), error.is_retryable()),
                (ErrorKind::Authentication, Some("a1"), false)
            );
            assert!(error.message().contains("region"), "{error}");
        }
    }

    #[test]
    fn the_request_id_is_found_wherever_it_stands() {
        for (body, header, expected) in [
            (r#"{"error":{"message":"Model not exist.","id":"in","code":"model_not_found"}}"#, None, "in"),
            (r#"{"error":{"code":"x"},"id":"chatcmpl-1","request_id":"top"}"#, None, "top"),
            (r#"{"code":"InternalError","message":"m"}"#, Some("head"), "head"),
        ] {
            let error =
                read(500, |name| (name == "x-request-id").then(|| header.map(str::to_owned))?, 0.0, body.as_bytes());
            assert_eq!(error.request_id(), Some(expected), "{body}");
        }
    }

    #[test]
    fn events_xml_html_and_nothing_are_read() {
        let error = read(
            400,
            none,
            0.0,
            b"id:1\nevent:error\n:HTTP_STATUS/400\ndata:{\"code\":\"Arrearage\",\"message\":\"Access denied.\"}\n\n",
        );
        assert_eq!(error.kind(), ErrorKind::Billing);
        let error = read(403, none, 0.0, b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Expired.</Message><RequestId>r</RequestId></Error>");
        assert_eq!((error.kind(), error.request_id()), (ErrorKind::PermissionDenied, Some("r")));
        let error = read(502, none, 0.0, b"<html><body>Bad Gateway</body></html>");
        assert_eq!((error.kind(), error.is_retryable()), (ErrorKind::Server, true));
        assert_eq!(read(401, none, 0.0, b"").kind(), ErrorKind::Authentication);
    }

    #[test]
    fn no_speech_is_a_transcript() {
        let error = read(400, none, 0.0, br#"{"code":"ASR_RESPONSE_HAVE_NO_WORDS","message":"m","request_id":"r"}"#);
        let transcript = or_no_speech(error).unwrap();
        assert!(transcript.no_speech && transcript.text.is_empty());
        assert_eq!(transcript.request_id.as_deref(), Some("r"));
    }

    #[test]
    fn success_without_an_error_is_no_error() {
        assert!(in_json(&Json::parse(r#"{"output":{},"code":""}"#).unwrap(), None).is_none());
        assert!(in_json(&Json::parse(r#"{"error":null}"#).unwrap(), None).is_none());
        let error = in_json(&Json::parse(r#"{"code":"InvalidParameter","message":"m"}"#).unwrap(), Some(200)).unwrap();
        assert_eq!(error.status(), Some(400));
    }

    #[test]
    fn the_service_s_own_words_in_both_shapes() {
        for (words, kind) in [
            ("The audio is too long", ErrorKind::AudioTooLong),
            ("The audio format is illegal and cannot be opened", ErrorKind::InvalidAudio),
            ("The file format is illegal and cannot be opened", ErrorKind::InvalidAudio),
            ("The media format is not supported or incorrect for the data inspection.", ErrorKind::InvalidAudio),
            ("audio duration (301008.0ms) over service process (300s)", ErrorKind::AudioTooLong),
            ("Exceeded limit on max bytes per data-uri item : 10485760", ErrorKind::AudioTooLarge),
            ("something else", ErrorKind::BadRequest),
        ] {
            for prefix in ["", "<400> InternalError.Algo.InvalidParameter: "] {
                let native = format!(r#"{{"code":"InvalidParameter","message":"{prefix}{words}","request_id":"r"}}"#);
                let compatible = format!(
                    r#"{{"error":{{"message":"{prefix}{words}","type":"invalid_request_error","param":null,"code":"invalid_parameter_error"}},"request_id":"r"}}"#
                );
                for body in [&native, &compatible] {
                    let error = read(400, none, 0.0, body.as_bytes());
                    assert_eq!((error.kind(), error.is_retryable()), (kind, false), "{body}");
                    assert!(error.message().contains(words) && error.request_id() == Some("r"), "{error}");
                    let json = Json::parse(body).unwrap();
                    assert_eq!(in_json(&json, None).map(|error| error.kind()), Some(kind), "{body}");
                    assert_eq!(in_event(body, Some(400)).kind(), kind, "{body}");
                    assert_eq!(in_framed_body(format!("data:{body}\n\n").as_bytes()).unwrap().kind(), kind);
                }
            }
        }
    }

    #[test]
    fn gateways_are_quoted() {
        for (status, body, kind, words) in [
            (404, r#"{"detail":"Not Found"}"#, ErrorKind::NotFound, "Not Found"),
            (400, r#"{"code":400,"message":"No such channel"}"#, ErrorKind::BadRequest, "No such channel"),
            (
                404,
                r#"{"event_id":"30","error_msg":"Not Found. Please check"}"#,
                ErrorKind::NotFound,
                "Not Found. Please",
            ),
            (403, r#"{"msg":"IP not allowed","code":1010}"#, ErrorKind::PermissionDenied, "IP not allowed"),
            (422, r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, ErrorKind::BadRequest, "field required"),
            (
                400,
                r#"{"success":false,"errors":[{"code":7003,"message":"No route"}]}"#,
                ErrorKind::BadRequest,
                "No route",
            ),
            (
                402,
                r#"{"error":{"message":"Insufficient credits","code":402}}"#,
                ErrorKind::Billing,
                "Insufficient credits",
            ),
            (401, r#"{"error":"Unauthorized"}"#, ErrorKind::Authentication, "Unauthorized. Check the key"),
            (
                500,
                r#"{"status":500,"error":"Internal Server Error","message":"pool is closed"}"#,
                ErrorKind::Server,
                "pool",
            ),
            (503, "upstream connect error or disconnect", ErrorKind::Server, "upstream connect error or disconnect"),
            (429, r#""slow down""#, ErrorKind::RateLimit, "slow down"),
            (413, "", ErrorKind::AudioTooLarge, "HTTP status 413 without words"),
            (502, " <html><body>Bad Gateway</body></html>", ErrorKind::Server, "HTTP status 502 without words"),
            (429, r#"{"error":{"code":"null","type":"requests","message":"Easy"}}"#, ErrorKind::RateLimit, "Easy"),
            (400, r#"{"error":{"error":{"error":{"error":"deep"}}}}"#, ErrorKind::BadRequest, "HTTP status 400"),
            (400, "\u{0}\u{1}", ErrorKind::BadRequest, "HTTP status 400 without words"),
        ] {
            let error = read(status, none, 0.0, body.as_bytes());
            assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{body}");
            assert!(error.message().starts_with(words), "{body}: {error}");
        }
        assert_eq!(read(502, none, 0.0, b"\xFF\xFE").message(), "HTTP status 502 without words");
    }

    #[test]
    fn a_status_inside_a_success_counts() {
        for (body, expected) in [
            (r#"{"error":{"code":429,"message":"Slow down"}}"#, Some((ErrorKind::RateLimit, 429, true))),
            (r#"{"error":{"code":"429","message":"Slow down"}}"#, Some((ErrorKind::RateLimit, 429, true))),
            (r#"{"error":{"code":"503","type":"server_error"}}"#, Some((ErrorKind::Server, 503, true))),
            (r#"{"code":500,"message":"oh"}"#, Some((ErrorKind::Server, 500, true))),
            (r#"{"error":{"code":20012,"message":"busy"}}"#, Some((ErrorKind::BadRequest, 400, false))),
            (r#"{"error":true,"message":"no"}"#, Some((ErrorKind::BadRequest, 400, false))),
            (r#"{"error":false,"code":0,"choices":[]}"#, None),
            (r#"{"code":200,"message":"ok"}"#, None),
            (r#"{"code":"200","error":""}"#, None),
        ] {
            let error = in_json(&Json::parse(body).unwrap(), Some(200));
            let found = error.map(|error| (error.kind(), error.status().unwrap(), error.is_retryable()));
            assert_eq!(found, expected, "{body}");
        }
        assert_eq!(in_event("Slow down", Some(429)).message(), "Slow down");
        assert_eq!(in_event(r#"{"x":1}"#, None).message(), r#"{"x":1}"#);
    }

    #[test]
    fn tokens_come_back_within_a_minute_and_quotas_do_not() {
        let said = |code: &str, message: &str| {
            let body = format!(r#"{{"code":"{code}","message":"{message}"}}"#);
            let error = read(429, none, 0.0, body.as_bytes());
            (error.kind(), error.is_retryable(), error.retry_after())
        };
        let pause = Some(PAUSE_FOR_TOKENS);
        let throttled = (ErrorKind::RateLimit, true, pause);
        assert_eq!(
            said("Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit."),
            throttled
        );
        assert_eq!(said("insufficient_quota", "You exceeded your current quota, please check your plan."), throttled);
        for code in ["Throttling.AllocationQuota", "insufficient_quota"] {
            assert_eq!(said(code, "Free allocated quota exceeded."), (ErrorKind::PermissionDenied, false, None));
        }
        // The default's last attempt comes when the minute is over; a shorter pause would only use the attempts up.
        assert!(PAUSE_FOR_TOKENS * 2 >= Duration::from_secs(60));
        let asked = |name: &str| (name == "retry-after").then(|| "7".to_owned());
        let error = read(429, asked, 0.0, br#"{"code":"Throttling.AllocationQuota","message":"m"}"#);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    }

    #[test]
    fn nothing_of_a_key_and_no_second_line_gets_through() {
        let body = "{\"code\":\"Bad\\r\\nCode sk-0123456789abcdef\",\"message\":\"key sk-0123456789abcdef\\r\\n\\u202eInjected\",\"request_id\":\"st-0123456789abcdef\\n\"}";
        let error = read(400, none, 0.0, body.as_bytes());
        assert_eq!(error.message(), "key (key) Injected");
        assert_eq!((error.service_code(), error.request_id()), (Some("Bad Code (key)"), Some("(key)")));
    }
}
