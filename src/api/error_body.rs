//! Every shape an error comes in, and one table from the service's codes to our kinds (`protocol.md` §6.1, §4.4, §10).

use crate::error::{Error, ErrorKind};
use crate::json::{Json, View};
use crate::retry;
use crate::search::{between, contains, find, join, until, words};
use crate::sse::{EventParser, Item};
use crate::transcript::Transcript;

/// Longest service message that is repeated; some quote the whole request.
const LONGEST_MESSAGE: usize = 600;

/// Longest word that is repeated; what is longer is somebody's audio.
const LONGEST_WORD: usize = 200;

/// Codes that mean "I heard no speech": a result, not an error.
const NO_SPEECH: [&str; 2] = ["ASR_RESPONSE_HAVE_NO_WORDS", "SUCCESS_WITH_NO_VALID_FRAGMENT"];

const WRONG_KEY: &str = "Check the key, and that it belongs to this region: keys of Singapore, Beijing and Virginia do \
                         not work elsewhere";
const NOT_PUBLIC: &str = "The service fetches the URL itself: it must be public, without sign-in, and percent-encoded";
const TOO_LARGE: &str = "Send a compressed recording (Opus, MP3), or a URL, or use a file-transcription model";
const TOO_LONG: &str = "Cut the audio, or use a file-transcription model";
const NOT_DECODED: &str = "Check that the file plays, or convert it to WAV or MP3";
const NO_MONEY: &str = "Settle the bill or buy the product in the console; waiting does not help";
const NO_ACCESS: &str = "Ask the owner of the account or workspace to allow this model for the key";
const SLOWER: &str = "Too many requests at once; wait and send fewer";
const TOKENS: &str = "The account's tokens per minute are used up; this recovers within a minute";
const NO_MODEL: &str = "Check the model's name and that this region offers it";

/// Beginnings of service codes, in lower case and without punctuation; their kind; what to do. First match wins.
const CODES: &[(&str, ErrorKind, &str)] = &[
    ("invalidapikey", ErrorKind::Authentication, WRONG_KEY),
    ("arrearage commoditynotpurchased prepaidbilloverdue postpaidbilloverdue", ErrorKind::Billing, NO_MONEY),
    (
        "allocationquotafreetieronly",
        ErrorKind::PermissionDenied,
        "Turn off \"free tier only\" in the console, or wait for a new quota",
    ),
    ("accessdeniedunpurchased", ErrorKind::PermissionDenied, NO_MONEY),
    (
        "accessdenied modelaccessdenied workspaceaccessdenied endpointaccessdenied",
        ErrorKind::PermissionDenied,
        NO_ACCESS,
    ),
    ("modelnotfound modelnotsupported", ErrorKind::NotFound, NO_MODEL),
    ("workspacenotfound", ErrorKind::NotFound, "Check the workspace id"),
    ("badrequestresourcenotexist notfound", ErrorKind::NotFound, ""),
    ("throttlingallocationquota insufficientquota", ErrorKind::RateLimit, TOKENS),
    ("throttling limitrequests limitburstrate", ErrorKind::RateLimit, SLOWER),
    (
        "datainspectionfailed",
        ErrorKind::ContentFiltered,
        "The service's content inspection refused it; sending it again does not help",
    ),
    ("audiodurationtoolong invalidfileduration invalidfileaudiolengtherror", ErrorKind::AudioTooLong, TOO_LONG),
    // The second is the object store's word.
    ("badrequesttoolarge entitytoolarge invalidfilesize", ErrorKind::AudioTooLarge, TOO_LARGE),
    ("badrequestunsupportedfileformat invalidfileformat", ErrorKind::UnsupportedFormat, NOT_DECODED),
    ("invalidfileopenerror decodeerror", ErrorKind::InvalidAudio, NOT_DECODED),
    (
        "invalidfiledownloadfailed file403forbidden filedownloadfailed badrequestinputdownloadfailed invalidurl \
         invalidparameterdatainspection",
        ErrorKind::BadRequest,
        NOT_PUBLIC,
    ),
    ("conflict", ErrorKind::Conflict, ""),
    ("requesttimeout", ErrorKind::Timeout, "The service took too long; try again, or send shorter audio"),
    ("internalerroralgoinvalidparameter", ErrorKind::BadRequest, ""),
    (
        "internalerror internalservererror systemerror modelservicefailed serviceunavailable modelunavailable",
        ErrorKind::Server,
        "",
    ),
    ("invalidparameter badrequest unsupportedoperation", ErrorKind::BadRequest, ""),
];

/// Words in a message that say more than the code beside them.
const MESSAGES: &[(&str, ErrorKind, &str)] = &[
    ("the audio is empty", ErrorKind::EmptyAudio, "Send a file with audio in it"),
    ("max bytes per data-uri", ErrorKind::AudioTooLarge, TOO_LARGE),
    ("string value length", ErrorKind::AudioTooLarge, TOO_LARGE),
    ("file size is too large", ErrorKind::AudioTooLarge, TOO_LARGE),
    ("over service process", ErrorKind::AudioTooLong, TOO_LONG),
    ("url error, please check url", ErrorKind::BadRequest, NOT_PUBLIC),
    ("download multimodal file timed out", ErrorKind::BadRequest, NOT_PUBLIC),
    ("does not support synchronous calls", ErrorKind::BadRequest, "This model works with tasks only"),
    ("does not support asynchronous calls", ErrorKind::BadRequest, "This model answers directly; it knows no tasks"),
    ("decode", ErrorKind::InvalidAudio, NOT_DECODED),
    // Stands in front of many messages, those above among them.
    ("internalerror.algo.invalidparameter", ErrorKind::BadRequest, ""),
];

/// An error that the service sent, in words of its own.
#[derive(Debug, Default)]
struct Words {
    code: Option<String>,
    message: Option<String>,
    request_id: Option<String>,
}

/// Reads the body of an answer that is not 2xx. `header` finds a header by its lower-case name, `now` is
/// in milliseconds since 1970.
#[must_use]
pub fn read(status: u16, header: impl Fn(&str) -> Option<String>, now: f64, body: &[u8]) -> Error {
    let words = Json::parse_bytes(body)
        .and_then(|json| from_json(json.view()))
        .or_else(|| from_events(body))
        .or_else(|| from_xml(body))
        .unwrap_or_default();
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

/// The error in an answer that claims success: an object with `code`, or with `error` (`protocol.md` §6 rules 5, 8).
#[must_use]
pub fn in_json(json: &Json<'_>, status: Option<u16>) -> Option<Error> {
    let words = from_json(json.view())?;
    Some(build(status.filter(|status| *status >= 400).unwrap_or(400), words, None))
}

/// The error in a 2xx body that is no JSON: a failed call may be framed as an event even when no stream was asked for.
#[must_use]
pub fn in_framed_body(body: &[u8]) -> Option<Error> {
    from_events(body).map(|words| build(400, words, None))
}

/// The error of an event that says it is one (`event: error`, or a status of 400 and up) whatever its data.
#[must_use]
pub fn in_event(data: &str, status: Option<u16>) -> Error {
    let words = Json::parse(data)
        .and_then(|json| from_json(json.view()))
        .unwrap_or_else(|| Words { message: Some(data.to_owned()), ..Words::default() });
    build(status.filter(|status| *status >= 400).unwrap_or(400), words, None)
}

/// The error that a task or one of its files ended with: a code and words inside an answer that is none itself.
#[must_use]
pub fn in_task(code: Option<String>, message: Option<String>, request_id: Option<String>) -> Error {
    build(0, Words { code, message, request_id }, None)
}

/// "I heard no speech" arrives as an error in some shapes: it is a transcript without text.
pub fn or_no_speech(error: Error) -> Result<Transcript, Error> {
    if error.service_code().is_some_and(|code| NO_SPEECH.contains(&code)) {
        let request_id = error.request_id().map(str::to_owned);
        return Ok(Transcript { request_id, ..Transcript::default() }.settled());
    }
    Err(error)
}

fn from_json(view: View<'_>) -> Option<Words> {
    let inner = view.get("error");
    let (code, message) = match (inner.str(), inner.exists()) {
        (Some(text), _) => (view.get("code").word(), Some(text.to_owned())), // {"error": "words"}
        (None, true) => (inner.get("code").word().or_else(|| inner.get("type").word()), inner.get("message").word()),
        (None, false) => (Some(view.get("code").word()?), view.get("message").word()),
    };
    let request_id = view.get("request_id").word().or_else(|| inner.get("id").word()).or_else(|| view.get("id").word());
    Some(Words { code, message, request_id })
}

/// Bodies of failed streams are framed as events even with a failing status (`protocol.md` §6 rule 7).
fn from_events(body: &[u8]) -> Option<Words> {
    let mut found = None;
    let mut sink = |item: Item<'_>| {
        if let (Item::Event(event), None) = (item, &found) {
            found = Json::parse(&event.data).and_then(|json| from_json(json.view()));
        }
    };
    let mut parser = EventParser::default();
    let _ = parser.feed(body, &mut sink);
    parser.finish(&mut sink);
    found
}

/// Object storage answers in XML: `<Error><Code>…</Code><Message>…</Message><RequestId>…</RequestId></Error>`.
fn from_xml(body: &[u8]) -> Option<Words> {
    let text = String::from_utf8_lossy(body);
    let element = |tag: &str| between(&text, tag, "</").map(str::to_owned);
    let code = element("<Code>")?;
    Some(Words { code: Some(code), message: element("<Message>"), request_id: element("<RequestId>") })
}

fn build(status: u16, words: Words, asked: Option<core::time::Duration>) -> Error {
    let (kind, help) = classify(status, words.code.as_deref(), words.message.as_deref());
    let said = words.message.as_deref().map(tidy).filter(|said| !said.is_empty());
    let nothing_said = || format!("HTTP status {} without words", u32::from(status));
    let mut message = said.or_else(|| words.code.clone()).unwrap_or_else(nothing_said);
    if !help.is_empty() {
        let ended = matches!(message.chars().next_back(), Some('.' | '!' | '?' | '！' | '。'));
        message.push_str(if ended { " " } else { ". " });
        message.push_str(help);
        message.push('.');
    }
    let waits_a_minute = help == TOKENS && asked.is_none();
    // An hour's wait shorter than the quota's own minute only uses up the attempts.
    let asked = if waits_a_minute { Some(core::time::Duration::from_secs(20)) } else { asked };
    let error = Error::new(kind, message)
        .with_service_code(words.code)
        .with_request_id(words.request_id)
        .with_retry_after(asked);
    // Tasks fail without any status.
    if status == 0 { error } else { error.with_status(status) }
}

fn classify(status: u16, code: Option<&str>, message: Option<&str>) -> (ErrorKind, &'static str) {
    let message = message.unwrap_or_default().to_ascii_lowercase();
    let by_message = MESSAGES
        .iter()
        .find(|(words, ..)| contains(message.as_bytes(), words.as_bytes()))
        .map(|(_, kind, help)| (*kind, *help));
    let letters = code.unwrap_or_default().bytes().filter(u8::is_ascii_alphanumeric);
    let bare: String = letters.map(|letter| char::from(letter.to_ascii_lowercase())).collect();
    let by_code = CODES
        .iter()
        .find(|(starts, ..)| words(starts).any(|start| bare.starts_with(start)))
        .map(|(_, kind, help)| (*kind, *help));
    match (by_code, by_message) {
        // A vague code with telling words.
        (Some((ErrorKind::BadRequest | ErrorKind::Server | ErrorKind::PermissionDenied, _)) | None, Some(found)) => {
            found
        }
        (Some(found), _) => found,
        (None, None) => (by_status(status), if status == 401 { WRONG_KEY } else { "" }),
    }
}

fn by_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Authentication,
        403 => ErrorKind::PermissionDenied,
        404 | 410 | 416 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        409 => ErrorKind::Conflict,
        413 => ErrorKind::AudioTooLarge,
        415 => ErrorKind::UnsupportedFormat,
        429 => ErrorKind::RateLimit,
        500.. => ErrorKind::Server,
        _ => ErrorKind::BadRequest,
    }
}

/// Words of others on one line, not too long, and without anything that looks like a key, audio or a signature.
pub(crate) fn tidy(message: &str) -> String {
    let mut line = join(message.split_whitespace().map(tidy_word), " ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST_MESSAGE) {
        line.truncate(end);
        line.push('…');
    }
    line
}

fn tidy_word(word: &str) -> &str {
    if word.len() > LONGEST_WORD || contains(word.as_bytes(), b";base64,") {
        return "(data)";
    }
    if contains(word.as_bytes(), b"://") {
        return until(word, b'?'); // signatures stand behind it
    }
    let is_key = |start: &[u8]| find(word.as_bytes(), start).is_some_and(|at| word.len() - at > 10);
    if is_key(b"sk-") || is_key(b"st-") { "(key)" } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn codes_map_to_kinds() {
        for (status, code, message, kind, retryable) in [
            (429, "Throttling.RateQuota", "", ErrorKind::RateLimit, true),
            (429, "Throttling.AllocationQuota", "", ErrorKind::RateLimit, true),
            (429, "insufficient_quota", "You exceeded your current quota", ErrorKind::RateLimit, true),
            (429, "limit_burst_rate", "", ErrorKind::RateLimit, true),
            (429, "PostpaidBillOverdue", "", ErrorKind::Billing, false),
            (400, "Arrearage", "", ErrorKind::Billing, false),
            (403, "AllocationQuota.FreeTierOnly", "", ErrorKind::PermissionDenied, false),
            (403, "Model.AccessDenied", "", ErrorKind::PermissionDenied, false),
            (404, "model_not_found", "", ErrorKind::NotFound, false),
            (416, "BadRequest.ResourceNotExist", "", ErrorKind::NotFound, false),
            (400, "DataInspectionFailed", "", ErrorKind::ContentFiltered, false),
            (400, "data_inspection_failed", "", ErrorKind::ContentFiltered, false),
            (400, "AUDIO_DURATION_TOO_LONG", "", ErrorKind::AudioTooLong, false),
            (400, "BadRequest.TooLarge", "", ErrorKind::AudioTooLarge, false),
            (
                400,
                "InvalidParameter",
                "Exceeded limit on max bytes per data-uri item : 10485760",
                ErrorKind::AudioTooLarge,
                false,
            ),
            (400, "InvalidParameter", "Multimodal file size is too large", ErrorKind::AudioTooLarge, false),
            (
                400,
                "invalid_parameter_error",
                "<400> InternalError.Algo.InvalidParameter: audio duration (301008.0ms) over service process (300s)",
                ErrorKind::AudioTooLong,
                false,
            ),
            (400, "FILE_403_FORBIDDEN", "", ErrorKind::BadRequest, false),
            (400, "InvalidFile.Openerror", "", ErrorKind::InvalidAudio, false),
            (400, "InvalidParameter", "The audio is empty", ErrorKind::EmptyAudio, false),
            (500, "InternalError", "<400> InternalError.Algo.InvalidParameter: bad", ErrorKind::BadRequest, false),
            (
                400,
                "InvalidParameter",
                "<400> InternalError.Algo.InvalidParameter: The audio could not be decoded",
                ErrorKind::InvalidAudio,
                false,
            ),
            (500, "InternalError.Algo", "", ErrorKind::Server, true),
            (503, "ModelUnavailable", "", ErrorKind::Server, true),
            (500, "RequestTimeOut", "", ErrorKind::Timeout, true),
            (409, "Conflict", "", ErrorKind::Conflict, true),
            (418, "SomethingNew", "", ErrorKind::BadRequest, false),
        ] {
            let body = format!(r#"{{"code":"{code}","message":"{message}"}}"#);
            let error = read(status, none, 0.0, body.as_bytes());
            assert_eq!((error.kind(), error.is_retryable()), (kind, retryable), "{code} {message}");
            assert_eq!((error.service_code(), error.status()), (Some(code), Some(status)));
        }
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
    fn audio_and_signatures_do_not_get_through() {
        let body = r#"{"code":"x","message":"bad data:audio/wav;base64,UklGRg== at https://x.example/a.json?Signature=S3 end"}"#;
        assert_eq!(read(400, none, 0.0, body.as_bytes()).message(), "bad (data) at https://x.example/a.json end");
    }

    #[test]
    fn keys_and_floods_do_not_get_through() {
        let body = format!(r#"{{"code":"x","message":"key sk-0123456789abcdef is wrong {}"}}"#, "y".repeat(5000));
        let message = read(400, none, 0.0, body.as_bytes()).message().to_owned();
        assert!(!message.contains("0123456789") && message.chars().count() < 700, "{message}");
    }
}
