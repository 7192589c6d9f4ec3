//! The same request to a relay that takes audio as it is, a quarter less to send: the bytes are the body, and what stands around them
//! goes in headers. The relay puts it together again.

use super::request::set_header;
use crate::config::Config;
use crate::data_url::encode_into;
use crate::host::{HttpRequest, Part};

/// What stands around the audio, in bytes: as base64 it must fit into headers, of which Node takes 16 KiB in all.
const LONGEST: usize = 6000;

/// The request, if its audio is bytes and the rest of it is short.
pub(crate) fn request(config: &Config, request: &HttpRequest, media_type: &str) -> Option<HttpRequest> {
    let [Part::Text(before), Part::AudioBase64, Part::Text(after)] = request.body.parts.as_slice() else { return None };
    let path = request.url.strip_prefix(&config.relay_url(""))?;
    if before.len() + after.len() > LONGEST {
        return None;
    }
    let mut raw = HttpRequest { url: config.relay_url("/transcribe"), ..request.clone() };
    raw.body.parts = vec![Part::Audio];
    set_header(&mut raw, "content-type", media_type);
    set_header(&mut raw, "x-dashscope-route", path);
    set_header(&mut raw, "x-dashscope-before", &base64(before));
    set_header(&mut raw, "x-dashscope-after", &base64(after));
    Some(raw)
}

fn base64(text: &str) -> String {
    let mut letters = Vec::new();
    encode_into(text.as_bytes(), &mut letters);
    String::from_utf8(letters).unwrap_or_default() // ASCII
}
