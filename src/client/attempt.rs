//! One attempt, and the pause before the next: key, send, timeout, retry.

use super::CallContext;
use crate::address;
use crate::api::error_body;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpRequest, HttpResponse};

/// Longest error body that is read; what matters stands at its beginning.
const LONGEST_ERROR_BODY: usize = 64 * 1024;

/// The attempts that a request has had.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Attempts {
    failed: u32,
}

impl Attempts {
    /// Waits until it is time for another attempt. The failure comes back where there shall be none; an error of the waiting
    /// itself means that the caller has cancelled.
    pub(super) async fn after<H: Host>(
        &mut self,
        call: &CallContext<'_, H>,
        failure: Error,
        repeatable: bool,
    ) -> Result<Option<Error>, Error> {
        let may_pass = repeatable && failure.is_retryable();
        match call.retry.pause(self.failed, may_pass, failure.retry_after(), call.host.random()) {
            Some(pause) => {
                self.failed += 1;
                call.host.sleep(pause).await.map(|()| None)
            }
            None => Ok(Some(failure)),
        }
    }
}

impl<H: Host> CallContext<'_, H> {
    /// Sends a request with the caller's key; an answer that is not 2xx becomes an error.
    pub(super) async fn send(&self, request: &mut HttpRequest, audio: Option<&H::Audio>) -> Result<H::Response, Error> {
        self.authorize(request).await?;
        self.deliver(request, audio).await
    }

    /// Sends a request as it is.
    pub(super) async fn deliver(&self, request: &HttpRequest, audio: Option<&H::Audio>) -> Result<H::Response, Error> {
        let sent = self.host.send(request, audio, self.timeout).await;
        let mut response = sent.map_err(|error| self.explained(error))?;
        if !self.config.is_direct() && response.header("x-dashscope-relay").as_deref() == Some("transcribe") {
            self.host.remember_relay();
        }
        if (200..300).contains(&response.status()) {
            return Ok(response);
        }
        Err(self.failure(&mut response).await)
    }

    /// Puts the caller's key on a request, in the place of an earlier one.
    pub(super) async fn authorize(&self, request: &mut HttpRequest) -> Result<(), Error> {
        match self.host.api_key().await? {
            Some(key) => request.set_header("authorization", key.authorization()),
            None if self.config.is_direct() && request.header("authorization").is_none() => {
                let problem = "the service wants a key; give one, in Node, Deno and Bun also by DASHSCOPE_API_KEY, or the baseURL of your own relay that adds it";
                return Err(Error::invalid_option("apiKey", problem));
            }
            None => {}
        }
        Ok(())
    }

    /// A page that asks DashScope directly fails without a word from the browser: say it for the browser.
    fn explained(&self, error: Error) -> Error {
        if error.kind() == ErrorKind::Connection && self.config.is_direct() && self.host.is_page() {
            let message = "a web page cannot reach DashScope: it allows no cross-origin requests (CORS); put a relay on \
                           your own server or edge function and give its address as baseURL";
            return Error::new(ErrorKind::Connection, message).with_retryable(false).with_source(error);
        }
        error
    }

    /// The error that an answer describes. A body that cannot be read takes nothing away from its status.
    pub(super) async fn failure(&self, response: &mut H::Response) -> Error {
        let status = response.status();
        // No request follows a redirect: the key, the caller's headers and the audio would go along. Of one that was followed,
        // or that the browser hides, there is no status.
        if matches!(status, 0 | 300..400) {
            let location = response.header("location");
            let place = address::place(location.as_deref());
            let message = format!(
                "the answer is a redirect to {place}, which is not followed: key and audio would go along. If they belong \
                 there, set baseURL to it"
            );
            let error = Error::new(ErrorKind::InvalidResponse, message);
            return if status == 0 { error } else { error.with_status(status) };
        }
        let mut body = Vec::new();
        while let Ok(Some(chunk)) = response.chunk(self.timeout).await {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_ERROR_BODY {
                break;
            }
        }
        error_body::read(status, |name| response.header(name), self.host.now(), &body)
    }
}
