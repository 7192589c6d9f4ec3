//! What all request builders share: the audio's place in the JSON, and the headers.

use crate::config::Config;
use crate::data_url;
use crate::host::{Body, HttpRequest, Part};
use crate::json::write_string;

/// The audio as a request refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AudioRef<'a> {
    /// An `http(s)://`, `oss://` or `data:` URL, written as it is.
    Url(&'a str),
    /// Bytes that the host holds: they become a data URL of this media type.
    Inline(&'a str),
}

/// Stands where the base64 goes. A raw NUL cannot occur in JSON text otherwise.
const AUDIO_MARK: char = '\0';

impl AudioRef<'_> {
    /// Writes the JSON string that carries the audio.
    pub(super) fn write(self, out: &mut String) {
        match self {
            Self::Url(url) => write_string(url, out),
            Self::Inline(media_type) => {
                // Media types are tokens: nothing in them needs escaping (`MediaType::parse` sees to it).
                out.push('"');
                out.push_str(&data_url::prefix(media_type));
                out.push(AUDIO_MARK);
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
    let accept = if stream { "text/event-stream" } else { "application/json" };
    let mut headers =
        vec![("content-type".to_owned(), "application/json".to_owned()), ("accept".to_owned(), accept.to_owned())];
    if audio.is_oss() {
        headers.push(("x-dashscope-ossresourceresolve".to_owned(), "enable".to_owned()));
    }
    if let Some(workspace) = config.workspace_header() {
        headers.push(("x-dashscope-workspace".to_owned(), workspace.to_owned()));
    }
    HttpRequest { method: "POST", url, headers, body: body(json) }
}

fn body(json: &str) -> Body {
    let mut parts = Vec::new();
    for (index, text) in json.split(AUDIO_MARK).enumerate() {
        if index > 0 {
            parts.push(Part::AudioBase64);
        }
        parts.push(Part::Text(text.to_owned()));
    }
    Body { parts }
}
