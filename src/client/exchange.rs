//! One question, one answer, read to its end: everything but transcription itself.

use super::CallContext;
use super::attempt::Attempts;
use crate::api::error_body;
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
pub(super) enum Exchange {
    /// With the key; asking twice costs nothing.
    Idempotent,
    /// With the key; whatever is accepted costs something. It is repeated only where the service has said "too many
    /// requests", which is a refusal for certain. A lost connection may have been lost after the request was accepted, and
    /// so may the answer of a gateway (5xx).
    Billed,
    /// Without the key: an address that is signed, at an object store. Asking twice costs nothing.
    Signed,
}

impl<H: Host> CallContext<'_, H> {
    /// Sends a request, repeats it as its kind and the policy allow, and reads the whole answer.
    pub(super) async fn exchange(&self, request: &HttpRequest, kind: Exchange) -> Result<Vec<u8>, Error> {
        let mut attempts = Attempts::default();
        loop {
            let error = match self.exchange_once(request, None, kind).await {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            let repeatable = kind != Exchange::Billed || error.status() == Some(429);
            if let Some(error) = attempts.after(self, error, repeatable).await? {
                return Err(error);
            }
        }
    }

    /// One attempt of an exchange.
    pub(super) async fn exchange_once(
        &self,
        request: &HttpRequest,
        audio: Option<&H::Audio>,
        kind: Exchange,
    ) -> Result<Vec<u8>, Error> {
        let mut response = match kind {
            Exchange::Signed => self.deliver(request, audio).await?,
            Exchange::Idempotent | Exchange::Billed => self.send(&mut request.clone(), audio).await?,
        };
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk(self.timeout).await? {
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
}

/// The answer as JSON.
pub(super) fn document(body: &[u8]) -> Result<Json<'_>, Error> {
    Json::parse_bytes(body).ok_or_else(not_json)
}

pub(super) fn not_json() -> Error {
    let message = "the answer is not JSON; is baseURL the address of DashScope or of a relay to it?";
    Error::new(ErrorKind::InvalidResponse, message)
}
