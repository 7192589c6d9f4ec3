//! What the service's codes and words mean: one table. Its source is the service's own list of errors,
//! <https://www.alibabacloud.com/help/en/model-studio/error-code> (Chinese: <https://help.aliyun.com/zh/model-studio/error-code>),
//! unless a row says otherwise; `tests/emulator/service-errors.mjs` has the same errors as they are worded.

use crate::error::ErrorKind::{
    self, AudioTooLarge, AudioTooLong, Authentication, BadRequest, Billing, Conflict, ContentFiltered, EmptyAudio,
    InvalidAudio, NotFound, PermissionDenied, RateLimit, Server, Timeout, UnsupportedFormat,
};
use crate::search::{contains, parts, until, words};

const WRONG_KEY: &str = "Check the key, and that it belongs to this region: keys of Singapore, Beijing and Virginia do \
                         not work elsewhere";
const NOT_PUBLIC: &str = "The service fetches the URL itself: it must be public, without sign-in, and percent-encoded";
const TOO_LARGE: &str = "Send a compressed recording (Opus, MP3), or a URL, or use a file-transcription model";
const TOO_LONG: &str = "Cut the audio, or use a file-transcription model";
const NOT_DECODED: &str = "Check that the file plays, or convert it to WAV or MP3";
const NO_MONEY: &str = "Settle the bill or buy the product in the console; waiting does not help";
const NO_QUOTA: &str = "Waiting does not help; take another model";
const NO_ACCESS: &str = "Ask the owner of the account or workspace to allow this model for the key";
const SLOWER: &str = "Too many requests at once; wait and send fewer";
/// Recovers by itself, and says when: see `PAUSE` beside.
pub(super) const TOKENS: &str = "The account's tokens per minute are used up; this recovers within a minute";
const NO_MODEL: &str = "Check the model's name and that this region offers it";

/// Beginnings of service codes, in lower case and without punctuation, between spaces; behind a bar phrases of messages, in
/// lower case, between bars; their kind; what to do. The first match counts: what begins others stands below them.
type Rule = (&'static str, ErrorKind, &'static str);

const RULES: [Rule; 26] = [
    ("invalidapikey", Authentication, WRONG_KEY),
    ("arrearage commoditynotpurchased prepaidbill postpaidbill", Billing, NO_MONEY),
    // 429: of a model that cannot be paid for; 400: of hot-word lists. Neither comes back by waiting.
    ("|free allocated quota exceeded", PermissionDenied, NO_QUOTA),
    ("allocationquotafree", PermissionDenied, "Turn off \"free tier only\" in the console, or wait for a new quota"),
    ("accessdeniedunpurchased", PermissionDenied, NO_MONEY),
    // Said with the vague code of missing rights.
    ("|does not support synchronous calls", BadRequest, "This model works with tasks only"),
    ("|does not support asynchronous calls", BadRequest, "This model answers directly; it knows no tasks"),
    ("accessdenied modelaccess workspaceaccess endpointaccess", PermissionDenied, NO_ACCESS),
    ("modelnot|model not exist", NotFound, NO_MODEL),
    ("workspacenotfound", NotFound, "Check the workspace id"),
    ("filetranstaskexpired", NotFound, "The task is gone; submit it again"),
    ("badrequestresourcenotexist notfound", NotFound, ""),
    // That it is a throttle and no bill: can1357/oh-my-pi#8496.
    ("throttlingallocation insufficientquota", RateLimit, TOKENS),
    ("throttling limit", RateLimit, SLOWER),
    ("datainspection", ContentFiltered, "The service's content inspection refused it; sending it again does not help"),
    ("|the audio is empty", EmptyAudio, "Send a file with audio in it"),
    // "audio is too long": Joycai/simple-ai-writer, sync.test.ts; "over service process": Fun-ASR-Flash beyond 300 s.
    (
        "audiodurationtoolong invalidfileduration invalidfileaudiolength|audio is too long|over service process",
        AudioTooLong,
        TOO_LONG,
    ),
    // "string value length": Jackson's limit of 28,000,000 letters; EntityTooLarge is the object store's word.
    (
        "badrequesttoolarge entitytoolarge invalidfilesize filetoolarge|max bytes per data-uri|string value length|\
         file size is too large",
        AudioTooLarge,
        TOO_LARGE,
    ),
    ("badrequestunsupportedfile invalidfileformat filecheck", UnsupportedFormat, NOT_DECODED),
    (
        "invalidfileopenerror decodeerror fileparse filenormalize mkvparse novalidaudio|illegal and cannot be opened|\
         media format is not supported",
        InvalidAudio,
        NOT_DECODED,
    ),
    (
        "invalidfiledownload file4 filedownload badrequestinputdownload invalidurl requestinvalidfile contentlength|\
         url error, please check url|url does not appear to be valid|download multimodal|media resource",
        BadRequest,
        NOT_PUBLIC,
    ),
    ("conflict", Conflict, ""),
    ("requesttimeout", Timeout, "The service took too long; try again, or send shorter audio"),
    // Stands in front of many messages, those above among them, and after a 500 as well. Trying again does not help.
    ("internalerroralgoinvalidparameter|internalerror.algo.invalidparameter", BadRequest, ""),
    ("internal system modelserv serviceunavailable modelunavailable fileserver", Server, ""),
    ("invalidparameter badrequest unsupportedoperation", BadRequest, ""),
];

/// What a refusal means, and what to do about it.
pub(super) fn classify(status: u16, code: Option<&str>, message: Option<&str>) -> (ErrorKind, &'static str) {
    let message = message.unwrap_or_default().to_ascii_lowercase();
    let by_message = RULES
        .iter()
        .find(|(list, ..)| parts(list, b'|').skip(1).any(|phrase| contains(message.as_bytes(), phrase.as_bytes())));
    let letters = code.unwrap_or_default().bytes().filter(u8::is_ascii_alphanumeric);
    let bare: String = letters.map(|letter| char::from(letter.to_ascii_lowercase())).collect();
    let by_code = RULES.iter().find(|(list, ..)| words(until(list, b'|')).any(|start| bare.starts_with(start)));
    let words_say_more = match by_code {
        None | Some((.., BadRequest | Server, _)) => true,
        // Only words that were written for it: the prefix of so many messages is not.
        Some((.., PermissionDenied | RateLimit, _)) => by_message.is_some_and(|(.., help)| !help.is_empty()),
        Some(_) => false,
    };
    match by_message.filter(|_| words_say_more).or(by_code) {
        Some((.., kind, help)) => (*kind, help),
        None => (by_status(status), if status == 401 { WRONG_KEY } else { "" }),
    }
}

/// What a status means where nothing else is known (RFC 9110 §15.5; 416 is the service's for a list that is gone).
fn by_status(status: u16) -> ErrorKind {
    match status {
        401 => Authentication,
        402 => Billing,
        403 => PermissionDenied,
        404 | 410 | 416 => NotFound,
        408 => Timeout,
        409 => Conflict,
        413 => AudioTooLarge,
        415 => UnsupportedFormat,
        429 => RateLimit,
        500.. => Server,
        _ => BadRequest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_map_to_kinds() {
        const PREFIX: &str = "<400> InternalError.Algo.InvalidParameter: ";
        for (status, code, message, kind) in [
            (429, "Throttling.RateQuota", "", RateLimit),
            (429, "Throttling.AllocationQuota", "", RateLimit),
            (429, "insufficient_quota", "You exceeded your current quota", RateLimit),
            (429, "limit_burst_rate", "", RateLimit),
            (429, "PostpaidBillOverdue", "", Billing),
            (400, "Arrearage", "", Billing),
            (403, "AllocationQuota.FreeTierOnly", "", PermissionDenied),
            (403, "AccessDenied.Unpurchased", "", PermissionDenied),
            (403, "Model.AccessDenied", "", PermissionDenied),
            (404, "model_not_found", "", NotFound),
            (400, "InvalidParameter", "Model not exist.", NotFound),
            (416, "BadRequest.ResourceNotExist", "", NotFound),
            (400, "DataInspectionFailed", "", ContentFiltered),
            (400, "data_inspection_failed", "", ContentFiltered),
            (400, "AUDIO_DURATION_TOO_LONG", "", AudioTooLong),
            (400, "InvalidURL", "Required URL is missing or invalid, please check the request URL.", BadRequest),
            (400, "BadRequest.TooLarge", "", AudioTooLarge),
            (400, "InvalidParameter", "Exceeded limit on max bytes per data-uri item : 10485760", AudioTooLarge),
            (400, "InvalidParameter", "String value length (28049408) exceeds the maximum allowed", AudioTooLarge),
            (400, "InvalidParameter", "Multimodal file size is too large", AudioTooLarge),
            (400, "InvalidFile.Openerror", "", InvalidAudio),
            (400, "InvalidParameter", "The audio is empty", EmptyAudio),
            (
                400,
                "InvalidParameter.DataInspection",
                "The media format is not supported or incorrect for …",
                InvalidAudio,
            ),
            (400, "InvalidParameter.DataInspection", "Unable to download the media resource during …", BadRequest),
            (500, "InternalError", "<400> InternalError.Algo.InvalidParameter: bad", BadRequest),
            (500, "InternalError.Algo", "", Server),
            (503, "ServiceUnavailable", "", Server),
            (503, "ModelServingError", "", Server),
            (500, "RequestTimeOut", "", Timeout),
            (409, "Conflict", "", Conflict),
            (418, "SomethingNew", "", BadRequest),
            (429, "SomethingNew", "", RateLimit),
            // Words that once counted as "cannot be decoded", and mean the request.
            (400, "InvalidParameter", "JSON decode error", BadRequest),
        ] {
            assert_eq!(classify(status, Some(code), Some(message)).0, kind, "{code} {message}");
            if status == 400 {
                assert_eq!(
                    classify(status, Some(code), Some(&format!("{PREFIX}{message}"))).0,
                    kind,
                    "{code} {message}"
                );
            }
        }
    }

    #[test]
    fn failed_files_map_to_kinds() {
        let advice = classify(0, Some("FILE_403_FORBIDDEN"), None).1;
        assert!(advice.contains("public"));
        for (code, kind, retryable, about_the_address) in [
            ("FILE_403_FORBIDDEN", BadRequest, false, true),
            ("FILE_404_NOT_FOUND", BadRequest, false, true),
            ("FILE_DOWNLOAD_FAILED", BadRequest, false, true),
            ("REQUEST_INVALID_FILE_URL_VALUE", BadRequest, false, true),
            ("CONTENT_LENGTH_CHECK_FAILED", BadRequest, false, true),
            ("InvalidFile.DownloadFailed", BadRequest, false, true),
            ("FILE_TOO_LARGE", AudioTooLarge, false, false),
            ("FILE_PARSE_FAILED", InvalidAudio, false, false),
            ("FILE_NORMALIZE_FAILED", InvalidAudio, false, false),
            ("MKV_PARSE_FAILED", InvalidAudio, false, false),
            ("DECODE_ERROR", InvalidAudio, false, false),
            ("NO_VALID_AUDIO_ERROR", InvalidAudio, false, false),
            ("FILE_CHECK_FAILED", UnsupportedFormat, false, false),
            ("FILE_SERVER_ERROR", Server, true, false),
            ("FILE_TRANS_TASK_EXPIRED", NotFound, false, false),
            ("AUDIO_DURATION_TOO_LONG", AudioTooLong, false, false),
        ] {
            let (found, help) = classify(0, Some(code), Some(code));
            assert_eq!((found, help == advice), (kind, about_the_address), "{code}");
            assert!(!help.is_empty() || kind == Server, "{code}");
            assert_eq!(crate::error::Error::new(found, "").is_retryable(), retryable, "{code}");
        }
    }

    #[test]
    fn statuses_map_to_kinds_where_nothing_else_is_known() {
        for (status, kind) in [
            (0, BadRequest),
            (301, BadRequest),
            (400, BadRequest),
            (401, Authentication),
            (402, Billing),
            (403, PermissionDenied),
            (404, NotFound),
            (408, Timeout),
            (409, Conflict),
            (410, NotFound),
            (413, AudioTooLarge),
            (415, UnsupportedFormat),
            (416, NotFound),
            (422, BadRequest),
            (429, RateLimit),
            (500, Server),
            (599, Server),
        ] {
            assert_eq!(classify(status, None, None).0, kind, "{status}");
        }
    }

    #[test]
    fn every_rule_can_be_reached() {
        let codes = |list: &'static str| words(until(list, b'|'));
        let phrases = |list: &'static str| parts(list, b'|').skip(1);
        for (at, (list, ..)) in RULES.iter().enumerate() {
            assert!(list.bytes().all(|byte| !byte.is_ascii_uppercase()), "{list}");
            for code in codes(list) {
                assert!(code.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{code}");
                let first = RULES.iter().position(|(other, ..)| codes(other).any(|start| code.starts_with(start)));
                assert_eq!(first, Some(at), "{code}");
            }
            for phrase in phrases(list) {
                let first = RULES.iter().position(|(other, ..)| phrases(other).any(|other| phrase.contains(other)));
                assert_eq!(first, Some(at), "{phrase}");
            }
            assert!(codes(list).chain(phrases(list)).next().is_some());
        }
    }
}
