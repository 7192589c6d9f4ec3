//! One attempt, and repeating it: key, send, patience, pause.

use super::Patience;
use crate::address;
use crate::api::error_body;
use crate::config::Config;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpRequest, HttpResponse};

/// Longest error body that is read; what matters stands at its beginning.
const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// The pause before the next attempt, `None` where there shall be none.
pub(super) fn pause<H: Host>(
    host: &H,
    patience: &Patience,
    replayable: bool,
    number: u32,
    error: &Error,
) -> Option<core::time::Duration> {
    patience.retry.pause(number, error.is_retryable() && replayable, error.retry_after(), host.random())
}

/// Sends a request with the caller's key; an answer that is not 2xx becomes an error.
pub(super) async fn send<H: Host>(
    host: &H,
    config: &Config,
    patience: &Patience,
    request: &mut HttpRequest,
    audio: Option<&H::Audio>,
) -> Result<H::Response, Error> {
    authorize(host, config, request).await?;
    deliver(host, config, patience, request, audio).await
}

/// Sends a request as it is.
pub(super) async fn deliver<H: Host>(
    host: &H,
    config: &Config,
    patience: &Patience,
    request: &HttpRequest,
    audio: Option<&H::Audio>,
) -> Result<H::Response, Error> {
    let sent = host.send(request, audio, patience.timeout).await;
    let mut response = sent.map_err(|error| explained(host, config, error))?;
    if (200..300).contains(&response.status()) {
        return Ok(response);
    }
    Err(failure(host, patience, &mut response).await)
}

/// Puts the caller's key on a request, in the place of an earlier one.
pub(super) async fn authorize<H: Host>(host: &H, config: &Config, request: &mut HttpRequest) -> Result<(), Error> {
    match host.api_key().await? {
        Some(key) => {
            request.headers.retain(|(name, _)| name != "authorization");
            request.headers.push(("authorization".to_owned(), key.authorization()));
        }
        None if config.is_direct() && request.header("authorization").is_none() => {
            let problem = "the service wants a key; give one, or the baseURL of your own relay that adds it";
            return Err(Error::option("apiKey", problem));
        }
        None => {}
    }
    Ok(())
}

/// A page that asks DashScope directly fails without a word from the browser: say it for the browser.
fn explained<H: Host>(host: &H, config: &Config, error: Error) -> Error {
    if error.kind() == ErrorKind::Connection && config.is_direct() && host.is_page() {
        let message = "a web page cannot reach DashScope: it allows no cross-origin requests (CORS); put a relay on your \
                       own server or edge function and give its address as baseURL";
        return Error::new(ErrorKind::Connection, message).with_retryable(false).with_source(error);
    }
    error
}

/// The error that an answer describes. A body that cannot be read takes nothing away from its status.
pub(super) async fn failure<H: Host>(host: &H, patience: &Patience, response: &mut H::Response) -> Error {
    let status = response.status();
    // No request follows a redirect: the key, the caller's headers and the audio would go along. Of one that was followed, or
    // that the browser hides, there is no status.
    if matches!(status, 0 | 300..400) {
        let location = response.header("location");
        let place = address::place(location.as_deref());
        let message = format!(
            "the answer is a redirect to {place}, which is not followed: key and audio would go along. If they belong there, \
             set baseURL to it"
        );
        let error = Error::new(ErrorKind::InvalidResponse, message);
        return if status == 0 { error } else { error.with_status(status) };
    }
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk(patience.timeout).await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ERROR_BODY {
            break;
        }
    }
    error_body::read(status, |name| response.header(name), host.now(), &body)
}
