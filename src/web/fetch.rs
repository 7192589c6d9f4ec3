//! One request and its answer, whose body is read chunk by chunk. What is dropped is aborted.

use std::time::Duration;

use gloo_net::http::{RequestBuilder, Response};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, RequestRedirect, WebSocket};

use super::cause::caused;
use super::runtime::sleep;
use crate::error::{Error, ErrorKind};
use crate::host::{HttpRequest, HttpResponse, within};

/// Ends a request that nobody wants any more.
#[derive(Debug)]
struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer whose body is still arriving.
#[derive(Debug)]
pub struct WebResponse {
    response: Response,
    reader: Option<ReadableStreamDefaultReader>,
    _abort: Abort,
}

/// Sends a request and waits for the head of its answer.
pub(super) async fn send(
    request: &HttpRequest,
    body: Option<JsValue>,
    timeout: Duration,
) -> Result<WebResponse, Error> {
    let failed = |thrown: &JsValue| caused(ErrorKind::Connection, "the request did not get through", thrown);
    let abort = Abort(AbortController::new().map_err(|thrown| failed(&thrown))?);
    #[allow(clippy::disallowed_methods, reason = "a method has no other door")]
    let mut builder = RequestBuilder::new(&request.url)
        .method(request.method.parse().unwrap_or(gloo_net::http::Method::GET))
        .abort_signal(Some(&abort.0.signal()))
        // The key would go along to wherever an answer points.
        .redirect(RequestRedirect::Manual);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let ready = match body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let ready = ready.map_err(|error| {
        Error::invalid_option("baseURL", "no request can be made of it; outside of pages it must be absolute")
            .with_source(error)
    })?;
    let answer = within(timeout, sleep(timeout), ready.send()).await?;
    let response = answer
        .map_err(|error| Error::new(ErrorKind::Connection, "the request did not get through").with_source(error))?;
    let reader = response.body().map(|body| body.get_reader().unchecked_into());
    Ok(WebResponse { response, reader, _abort: abort })
}

impl WebResponse {
    /// The socket that came with it, in Cloudflare's runtime.
    pub(super) fn web_socket(mut self) -> (Option<WebSocket>, Self) {
        let response = web_sys::Response::from(self.response);
        let socket = Reflect::get(&response, &"webSocket".into()).ok().filter(JsValue::is_object);
        self.response = response.into();
        (socket.map(JsValue::unchecked_into), self)
    }
}

impl HttpResponse for WebResponse {
    fn status(&self) -> u16 {
        self.response.status()
    }

    fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name)
    }

    async fn chunk(&mut self, timeout: Duration) -> Result<Option<Vec<u8>>, Error> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let read = within(timeout, sleep(timeout), JsFuture::from(reader.read())).await?;
        let read = read.map_err(|thrown| caused(ErrorKind::Connection, "the connection broke off", &thrown))?;
        let value = Reflect::get(&read, &"value".into()).unwrap_or_default();
        Ok(value.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
    }
}
