//! What all request builders share: the audio's place in the JSON, and the headers.

use crate::config::Config;
use crate::data_url;
use crate::host::{Body, HttpRequest, Part, Purpose};
use crate::json::write_string;
use crate::percent;
use crate::search::cut;

/// The audio as a request refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioRef<'a> {
    /// An `http(s)://`, `oss://` or `data:` URL, written as it is.
    Url(&'a str),
    /// Bytes that the host holds: they become a data URL of this media type.
    Inline(&'a str),
}

/// Stands where the base64 goes. A raw NUL cannot occur in JSON text otherwise.
const AUDIO_MARK: u8 = 0;

impl AudioRef<'_> {
    /// Writes the JSON string that carries the audio.
    pub(super) fn write(self, out: &mut String) {
        match self {
            Self::Url(url) => write_string(url, out),
            Self::Inline(media_type) => {
                // Media types are tokens: nothing in them needs escaping (`MediaType::parse` sees to it).
                out.push('"');
                out.push_str(&data_url::prefix(media_type));
                out.push(char::from(AUDIO_MARK));
                out.push('"');
            }
        }
    }

    fn is_oss(self) -> bool {
        matches!(self, Self::Url(url) if url.starts_with("oss://"))
    }
}

/// A JSON POST with the headers every call has.
pub(super) fn post(config: &Config, url: String, json: &str, audio: AudioRef<'_>, stream: bool) -> HttpRequest {
    let mut request = plain(config, "POST", url);
    if stream {
        set_header(&mut request, "accept", "text/event-stream");
    }
    set_header(&mut request, "content-type", "application/json");
    if audio.is_oss() {
        resolve_oss(&mut request);
    }
    request.body = body(json);
    request
}

/// A JSON POST that is answered with a transcript.
pub(super) fn recognition(config: &Config, url: String, json: &str, audio: AudioRef<'_>, stream: bool) -> HttpRequest {
    let request = post(config, url, json, audio, stream);
    HttpRequest { purpose: Purpose::Recognition, ..request }
}

/// A JSON POST without audio in it.
pub(super) fn post_json(config: &Config, path: &str, json: &str) -> HttpRequest {
    post(config, config.native_url(path), json, AudioRef::Url(""), false)
}

/// A request without a body, with the headers every call has.
pub(super) fn plain(config: &Config, method: &'static str, url: String) -> HttpRequest {
    let mut request = HttpRequest { method, url, ..HttpRequest::default() };
    set_header(&mut request, "accept", "application/json");
    if let Some(workspace) = config.workspace_header() {
        set_header(&mut request, "x-dashscope-workspace", workspace);
    }
    request
}

/// Sets a header, in place of one of that name. Names are lower case.
pub(super) fn set_header(request: &mut HttpRequest, name: &str, value: &str) {
    request.headers.retain(|(known, _)| known != name);
    request.headers.push((name.to_owned(), value.to_owned()));
}

/// The service looks into its own store for `oss://` addresses only when it is told to.
pub(super) fn resolve_oss(request: &mut HttpRequest) {
    set_header(request, "x-dashscope-ossresourceresolve", "enable");
}

/// Appends a value to a query, percent-encoded.
pub(super) fn push_query(url: &mut String, name: &str, value: &str) {
    url.push(if url.bytes().any(|byte| byte == b'?') { '&' } else { '?' });
    url.push_str(name);
    url.push('=');
    percent::encode_value(value, url);
}

fn body(json: &str) -> Body {
    let parts = match cut(json, AUDIO_MARK) {
        Some((before, after)) => {
            vec![Part::Text(before.to_owned()), Part::AudioBase64, Part::Text(after.to_owned())]
        }
        None => vec![Part::Text(json.to_owned())],
    };
    Body { parts, ..Body::default() }
}
