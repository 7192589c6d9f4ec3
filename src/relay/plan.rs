//! What is to be done with a request, by its head alone: refused, or which way it goes.

use super::origins::{Caller, Page};
use super::refusal::Refusal;
use super::routes::{BodyKind, Route};
use super::settings::{RelaySettings, TaskAccess};
use crate::model::{LiveFamily, LiveProtocol};
use crate::percent;

/// The head of a request, as far as it decides.
#[derive(Clone, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "callers write it")]
pub struct RequestHead<'a> {
    /// Method, and where it comes from.
    pub caller: Caller<'a>,
    /// The whole path.
    pub path: &'a str,
    /// The query, without its question mark.
    pub query: &'a str,
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The header `Content-Length`.
    pub content_length: Option<&'a str>,
    /// Whether it asks for a WebSocket.
    pub is_upgrade: bool,
}

/// Where the service is.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::exhaustive_structs, reason = "callers write it")]
pub struct Upstream<'a> {
    /// For requests.
    pub base: &'a str,
    /// For sockets.
    pub sockets: &'a str,
}

/// Which way a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Whose page calls.
    pub page: Page,
    /// What for; `None`: a preflight, which asks whether it may.
    pub route: Option<Route>,
    /// Where it goes, if to the service. Of a task only the beginning and the end are known, and stand around `{id}`.
    pub url: Option<String>,
    /// What must have been signed by this relay: a task's id, or the address of a store.
    pub sealed: Option<String>,
    /// Announced length of its body, in bytes.
    pub length: Option<u64>,
    /// The service's WebSocket that it asks for, or for which it asks for a token; and the model, where the address names it.
    pub socket: Option<String>,
    /// That model.
    pub model: Option<String>,
}

/// Queries of a list of tasks that are passed on (`docs/protocol.md` §7.4).
const TASK_FILTERS: [&str; 7] = ["task_id", "start_time", "end_time", "model_name", "status", "page_no", "page_size"];

/// Plans a request. Nothing of its body has been read.
pub fn plan(head: &RequestHead<'_>, settings: &RelaySettings, upstream: &Upstream<'_>) -> Result<Plan, Refusal> {
    // A WebSocket is no question that changes nothing, and browsers always say whose page opens it
    // (https://websockets.spec.whatwg.org/#opening-handshake); CORS does not hold for it, so this is all that keeps other sites out.
    let method = if head.is_upgrade { "POST" } else { head.caller.method };
    let page = Page::of(&Caller { method, ..head.caller.clone() }, settings);
    let path = settings.behind(head.path)?;
    if head.caller.method == "OPTIONS" {
        return match page {
            Page::Named => {
                Ok(Plan { page, route: None, url: None, sealed: None, length: None, socket: None, model: None })
            }
            _ => Err(foreign()),
        };
    }
    let (route, id) = Route::find(head.caller.method, path)?;
    if page == Page::Foreign {
        return Err(foreign());
    }
    if route == Route::Tasks && settings.task_access != TaskAccess::Anyone {
        return Err(Refusal::forbidden(
            "This relay does not list tasks: the list would show everybody's (its operator can set taskAccess to \"anyone\").",
        ));
    }
    let length = body_length(head, route, settings)?;
    let (socket, model) = socket(head, route, settings, upstream.sockets)?;
    let mut url = route.upstream(None).map(|path| format!("{}{path}", upstream.base));
    if let Some(url) = &mut url {
        let query = passed_query(head.query, route, settings)?;
        if !query.is_empty() {
            url.push('?');
            url.push_str(&query);
        }
    }
    let sealed = match route {
        Route::Result | Route::Upload => Some(only(head.query, "url")?),
        _ => id.map(str::to_owned),
    };
    Ok(Plan { page, route: Some(route), url, sealed, length, socket, model })
}

/// The service's WebSocket that a request is about, and the model that its address names.
fn socket(
    head: &RequestHead<'_>,
    route: Route,
    settings: &RelaySettings,
    sockets: &str,
) -> Result<(Option<String>, Option<String>), Refusal> {
    let protocol = match route {
        Route::Token if settings.temporary_tokens.is_none() => {
            return Err(Refusal::forbidden(
                "This relay gives out no tokens: one may do everything that the key may (its operator can set temporaryTokens).",
            ));
        }
        Route::Token => None,
        _ => match route.socket() {
            None => return Ok((None, None)),
            Some(_) if !head.is_upgrade => {
                return Err(Refusal::new(426, "UpgradeRequired", "This is a WebSocket: open it as one."));
            }
            protocol => protocol,
        },
    };
    let model = match protocol {
        Some(LiveProtocol::Task) => None,
        _ => Some(only(head.query, "model")?),
    };
    let spoken = model.as_deref().and_then(LiveFamily::of).map_or(LiveProtocol::Task, LiveFamily::protocol);
    let protocol = protocol.unwrap_or(spoken);
    if let Some(model) = &model {
        settings.models.check_live(model, protocol)?;
    }
    let mut url = format!("{sockets}{}", Route::of_socket(protocol));
    if let (LiveProtocol::Session, Some(model)) = (protocol, &model) {
        url.push_str("?model=");
        percent::encode_value(model, &mut url);
    }
    Ok((Some(url), model))
}

fn foreign() -> Refusal {
    Refusal::forbidden("Pages of this origin may not use the relay. Its operator can name it in the option origins.")
}

/// The announced length is enough: runtimes hold the sender to it.
fn body_length(head: &RequestHead<'_>, route: Route, settings: &RelaySettings) -> Result<Option<u64>, Refusal> {
    let media_type = head.content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_type = |wanted: &str| media_type.eq_ignore_ascii_case(wanted);
    let unsupported = |words: &str| Err(Refusal::new(415, "BadRequest.UnsupportedFileFormat", words));
    let most = match route.body() {
        BodyKind::None => return Ok(None),
        // A page of another site can send a form or plain text without asking, and cookies with it; JSON it cannot.
        BodyKind::Json if !is_type("application/json") => {
            return unsupported("The body must be JSON: send it with Content-Type: application/json.");
        }
        BodyKind::Form if !is_type("multipart/form-data") => {
            return unsupported("The body must be a form: send it as multipart/form-data.");
        }
        BodyKind::Audio if is_form(media_type) => {
            return unsupported(
                "The body must be the audio itself: send it with its own Content-Type, such as audio/webm.",
            );
        }
        BodyKind::Json | BodyKind::Audio => settings.bytes,
        BodyKind::Form => settings.upload_bytes,
    };
    let Some(announced) = head.content_length else {
        return Err(Refusal::new(
            411,
            "BadRequest.LengthRequired",
            "The request must say how long its body is (Content-Length).",
        ));
    };
    let is_number =
        !announced.is_empty() && announced.len() < 16 && announced.bytes().all(|byte| byte.is_ascii_digit());
    let length = announced.parse::<u64>().ok().filter(|_| is_number);
    match length {
        None => Err(Refusal::bad_request("Content-Length is no number.")),
        Some(0) => Err(Refusal::new(400, "BadRequest.EmptyInput", "The request has no body.")),
        Some(length) if length > most => {
            let message = format!("The request has {length} bytes, and this relay passes on at most {most}.");
            Err(Refusal::new(413, "BadRequest.TooLarge", message))
        }
        Some(length) => Ok(Some(length)),
    }
}

/// Types that a page of another site may send without asking (<https://fetch.spec.whatwg.org/#cors-safelisted-request-header>),
/// and none at all.
fn is_form(media_type: &str) -> bool {
    ["", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded", "application/json", "text/html"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(media_type))
}

/// The query that goes on: known names, once each.
fn passed_query(query: &str, route: Route, settings: &RelaySettings) -> Result<String, Refusal> {
    match route {
        Route::Policy => {
            if only(query, "action")? != "getPolicy" {
                return Err(Refusal::bad_request("action must be getPolicy."));
            }
            let model = only(query, "model")?;
            settings.models.check(&model, false).or_else(|_| settings.models.check(&model, true))?;
            let mut passed = "action=getPolicy&model=".to_owned();
            percent::encode_value(&model, &mut passed);
            Ok(passed)
        }
        Route::Token => Ok(format!("expire_in_seconds={}", settings.temporary_tokens.unwrap_or_default())),
        Route::Tasks => {
            let mut passed = String::new();
            for name in TASK_FILTERS {
                let values: Vec<String> = values(query, name).collect();
                if values.len() > 1 {
                    return Err(Refusal::bad_request(&format!("{name} is there twice.")));
                }
                for value in values {
                    let separator = if passed.is_empty() { "" } else { "&" };
                    passed.extend([separator, name, "="]);
                    percent::encode_value(&value, &mut passed);
                }
            }
            Ok(passed)
        }
        _ => Ok(String::new()),
    }
}

/// The only value of a name in a query.
fn only(query: &str, name: &str) -> Result<String, Refusal> {
    let mut found = values(query, name);
    match (found.next(), found.next()) {
        (Some(value), None) if !value.is_empty() => Ok(value),
        (Some(_), Some(_)) => Err(Refusal::bad_request(&format!("{name} is there twice."))),
        _ => Err(Refusal::bad_request(&format!("{name} is missing in the address: ?{name}=…"))),
    }
}

/// The values of a name in a query, as forms write them (<https://url.spec.whatwg.org/#concept-urlencoded-parser>).
fn values<'a>(query: &'a str, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.filter(move |(given, _)| decoded(given) == name).map(|(_, value)| decoded(value))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        rest = after;
        bytes.push(match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                rest = &after[2..];
                #[allow(clippy::cast_possible_truncation, reason = "two digits")]
                let byte = (high << 4 | low) as u8;
                byte
            }
            (b'+', ..) => b' ',
            _ => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Json;

    const UPSTREAM: Upstream<'_> =
        Upstream { base: "https://dashscope.example/prefix", sockets: "wss://dashscope.example/prefix" };

    fn judge(json: &str, head: &RequestHead<'_>) -> Result<Plan, u16> {
        let settings = RelaySettings::read(Json::parse(json).unwrap_or(Json::Null).view())
            .unwrap_or_else(|error| panic!("{error}"));
        plan(head, &settings, &UPSTREAM).map_err(|refusal| refusal.status)
    }

    fn get<'a>(path: &'a str, query: &'a str) -> RequestHead<'a> {
        RequestHead {
            caller: Caller::new("GET", "https://own.example", None, None),
            path,
            query,
            ..RequestHead::default()
        }
    }

    fn post<'a>(path: &'a str, content_type: &'a str, length: &'a str) -> RequestHead<'a> {
        RequestHead {
            caller: Caller::new("POST", "https://own.example", None, None),
            path,
            content_type: Some(content_type),
            content_length: Some(length),
            ..RequestHead::default()
        }
    }

    #[test]
    fn queries_are_written_anew() {
        let url = |head| judge(r#"{"taskAccess":"anyone"}"#, &head).map(|plan| plan.url.unwrap_or_default());
        let policy = get("/dashscope/api/v1/uploads", "action=getPolicy&model=fun-asr&x=1");
        assert_eq!(
            url(policy).as_deref(),
            Ok("https://dashscope.example/prefix/api/v1/uploads?action=getPolicy&model=fun-asr")
        );
        let tasks = get("/dashscope/api/v1/tasks/", "page_no=2&status=A%26B&x=1");
        assert_eq!(url(tasks).as_deref(), Ok("https://dashscope.example/prefix/api/v1/tasks/?status=A%26B&page_no=2"));
        for query in [
            "action=other&model=fun-asr",
            "action=getPolicy&action=x&model=fun-asr",
            "action=getPolicy&model=qwen-max",
            "action=getPolicy&%6dodel=fun-asr&model=fun-asr",
            "action=getPolicy",
            "",
        ] {
            assert!(url(get("/dashscope/api/v1/uploads", query)).is_err(), "{query}");
        }
        assert_eq!(url(get("/dashscope/api/v1/tasks/", "status=a&status=b")), Err(400));
        assert_eq!(judge("{}", &get("/dashscope/api/v1/tasks", "")), Err(403));
    }

    fn socket_at<'a>(path: &'a str, query: &'a str, origin: Option<&'a str>) -> RequestHead<'a> {
        let caller = Caller::new("GET", "http://localhost:8787", origin, None);
        RequestHead { caller, path, query, is_upgrade: true, ..RequestHead::default() }
    }

    #[test]
    fn sockets_are_opened_by_pages_of_ours_and_by_programs() {
        let (tasks, sessions) = ("/dashscope/api-ws/v1/inference", "/dashscope/api-ws/v1/realtime");
        let settings = r#"{"origins":["https://app.example"]}"#;
        let url = |head| judge(settings, &head).map(|plan| plan.socket.unwrap_or_default());
        let inference = Ok("wss://dashscope.example/prefix/api-ws/v1/inference".to_owned());
        assert_eq!(url(socket_at(tasks, "api_key=x&model=qwen-max", Some("https://app.example"))), inference);
        let model = "model=qwen3-asr-flash-realtime";
        let realtime = Ok(format!("wss://dashscope.example/prefix/api-ws/v1/realtime?{model}"));
        assert_eq!(url(socket_at(sessions, model, Some("https://app.example"))), realtime);
        for query in
            ["", "model=qwen-max", "model=fun-asr-realtime", "model=a&model=b", "model=qwen3-omni-flash-realtime"]
        {
            assert!(url(socket_at(sessions, query, None)).is_err(), "{query}");
        }
        assert_eq!(url(socket_at(tasks, "", Some("https://evil.example"))), Err(403));
        assert_eq!(url(socket_at(tasks, "", Some("null"))), Err(403));
        assert_eq!(url(RequestHead { is_upgrade: false, ..socket_at(tasks, "", None) }), Err(426));
        // Without an origin it is no page, also where a GET without one may be a page's.
        assert_eq!(judge(settings, &socket_at(tasks, "", None)).map(|plan| plan.page), Ok(Page::None));
        let own = judge(settings, &socket_at(tasks, "", Some("http://localhost:8787")));
        assert_eq!(own.map(|plan| plan.page), Ok(Page::Own));
    }

    #[test]
    fn tokens_are_given_out_where_the_operator_wants_it() {
        let ask = |settings: &str, query: &str| {
            let head = RequestHead { query, ..post("/dashscope/token", "", "") };
            judge(settings, &head).map(|plan| (plan.url.unwrap_or_default(), plan.socket.unwrap_or_default()))
        };
        let open = r#"{"temporaryTokens":60}"#;
        let tokens = "https://dashscope.example/prefix/api/v1/tokens?expire_in_seconds=60".to_owned();
        let sockets = "wss://dashscope.example/prefix/api-ws/v1";
        for (model, socket) in [
            ("fun-asr-realtime", format!("{sockets}/inference")),
            ("qwen3-asr-flash-realtime", format!("{sockets}/realtime?model=qwen3-asr-flash-realtime")),
        ] {
            assert_eq!(ask(open, &format!("model={model}&expire_in_seconds=1800")), Ok((tokens.clone(), socket)));
        }
        assert_eq!(ask("{}", "model=fun-asr-realtime"), Err(403));
        assert_eq!((ask(open, "model=qwen-max"), ask(open, "")), (Err(403), Err(400)));
    }

    #[test]
    fn stores_are_named_once() {
        let sealed = |query| judge("{}", &get("/dashscope/result", query)).map(|plan| plan.sealed);
        assert_eq!(
            sealed("url=https%3A%2F%2Fa.example%2Fx%3Fy%3D1%23z"),
            Ok(Some("https://a.example/x?y=1#z".to_owned()))
        );
        assert_eq!(
            (sealed(""), sealed("url="), sealed("url=a&url=b"), sealed("url=a&ur%6c=b")),
            (Err(400), Err(400), Err(400), Err(400))
        );
    }

    #[test]
    fn bodies_are_judged_by_type_and_length_before_they_are_read() {
        let generation = "/dashscope/api/v1/services/aigc/multimodal-generation/generation";
        let judge = |head: &RequestHead<'_>| judge(r#"{"limits":{"bytes":1000}}"#, head).map(|plan| plan.length);
        assert_eq!(judge(&post(generation, "application/json; charset=utf-8", "1000")), Ok(Some(1000)));
        assert_eq!(judge(&post(generation, "application/json", "1001")), Err(413));
        assert_eq!(judge(&post(generation, "application/json", "0")), Err(400));
        for length in ["-1", "+1", "0x10", "1,1", "1 ", "", "99999999999999999999"] {
            assert_eq!(judge(&post(generation, "application/json", length)), Err(400), "{length}");
        }
        for kind in ["text/plain", "text/plain;application/json", "", "application/jsonx"] {
            assert_eq!(judge(&post(generation, kind, "10")), Err(415), "{kind}");
        }
        assert_eq!(judge(&RequestHead { content_length: None, ..post(generation, "application/json", "") }), Err(411));
        assert_eq!(judge(&post("/dashscope/upload", "application/json", "10")), Err(415));
        assert_eq!(judge(&post("/dashscope/transcribe", "audio/webm;codecs=opus", "10")), Ok(Some(10)));
        assert_eq!(judge(&post("/dashscope/transcribe", "text/plain", "10")), Err(415));
    }

    #[test]
    fn preflights_are_for_pages_that_were_named() {
        let ask = |origin| {
            let caller = Caller::new("OPTIONS", "https://own.example", Some(origin), None);
            let head = RequestHead { caller, path: "/dashscope/result", ..RequestHead::default() };
            judge(r#"{"origins":["https://app.example"]}"#, &head).map(|plan| plan.route)
        };
        assert_eq!(
            (ask("https://app.example"), ask("https://evil.example"), ask("null")),
            (Ok(None), Err(403), Err(403))
        );
    }
}
