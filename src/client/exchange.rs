//! One question, one answer, read to its end: everything but transcription itself.

use super::{CallSettings, Patience, attempt};
use crate::api::error_body;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpRequest, HttpResponse};
use crate::json::Json;

/// Longest answer that is read, whole or as a stream: words with times of twelve hours of quick speech are a quarter of it,
/// and a stream that says all so far in every event, of the five minutes that models which stream take, a sixth.
pub(super) const LONGEST_ANSWER: usize = 64 * 1024 * 1024;

/// The error of an answer that goes on after that.
pub(super) fn too_long() -> Error {
    Error::new(ErrorKind::InvalidResponse, "the answer is longer than any transcript")
}

/// What a request is, as far as keys and repetition go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// With the key; asking twice costs nothing.
    Asking,
    /// With the key; whatever is accepted costs something. It is repeated only where the service has said "too many
    /// requests", which is a refusal for certain. A lost connection may have been lost after the request was accepted, and
    /// so may the answer of a gateway (5xx).
    Costly,
    /// Without the key: an address that is signed, at an object store. Asking twice costs nothing.
    Signed,
}

/// Sends a request, repeats it as its manner and the policy allow, and reads the whole answer.
pub(super) async fn exchange<H: Host>(
    host: &H,
    config: &Config,
    patience: &Patience,
    request: &HttpRequest,
    manner: Manner,
) -> Result<Vec<u8>, Error> {
    let mut number = 0;
    loop {
        let error = match once(host, config, patience, request, None, manner).await {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        let repeatable = manner != Manner::Costly || error.status() == Some(429);
        match attempt::pause(host, patience, repeatable, number, &error) {
            Some(pause) => host.sleep(pause).await?,
            None => return Err(error),
        }
        number += 1;
    }
}

/// One attempt of an exchange.
pub(super) async fn once<H: Host>(
    host: &H,
    config: &Config,
    patience: &Patience,
    request: &HttpRequest,
    audio: Option<&H::Audio>,
    manner: Manner,
) -> Result<Vec<u8>, Error> {
    let mut response = match manner {
        Manner::Signed => attempt::deliver(host, config, patience, request, audio).await?,
        Manner::Asking | Manner::Costly => attempt::send(host, config, patience, &mut request.clone(), audio).await?,
    };
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk(patience.timeout).await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            return Err(too_long());
        }
    }
    // Some hosts say 200 and mean an error.
    match Json::parse_bytes(&body).and_then(|json| error_body::in_json(&json, Some(response.status()))) {
        Some(error) if error.request_id().is_none() => Err(error.with_request_id(response.header("x-request-id"))),
        Some(error) => Err(error),
        None => Ok(body),
    }
}

/// The answer as JSON.
pub(super) fn document(body: &[u8]) -> Result<Json<'_>, Error> {
    Json::parse_bytes(body).ok_or_else(not_json)
}

pub(super) fn not_json() -> Error {
    let message = "the answer is not JSON; is baseURL the address of DashScope or of a relay to it?";
    Error::new(ErrorKind::InvalidResponse, message)
}

/// The caller's headers on a request.
pub(super) fn dressed(mut request: HttpRequest, call: &CallSettings) -> HttpRequest {
    for (name, value) in &call.headers {
        request.headers.retain(|(known, _)| known != name);
        request.headers.push((name.clone(), value.clone()));
    }
    request
}

/// The relay that a page must use to reach the object stores, which know no CORS.
pub(super) fn relay<'a, H: Host>(host: &H, config: &'a Config) -> Option<&'a Config> {
    (host.is_page() && !config.is_direct()).then_some(config)
}
