//! The host that the core asks for, over the effects that JavaScript has.

use std::time::Duration;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use super::effects::{CallEffects, Exchange};
use super::entry::data;
use super::error::from_js;
use crate::client::CallSettings;
use crate::config::ApiKey;
use crate::error::{Error, ErrorKind};
use crate::host::{Body, Host, HttpRequest, HttpResponse, Part, Purpose, timed_out};
use crate::json::ObjectWriter;

/// A host for one call.
#[derive(Clone, Debug)]
pub(super) struct JsHost {
    pub(super) effects: CallEffects,
}

impl JsHost {
    pub(super) fn new(effects: CallEffects) -> Self {
        Self { effects }
    }

    /// The part of the call that is data.
    pub(super) fn settings(&self) -> Result<CallSettings, Error> {
        data(&self.effects.settings(), CallSettings::read)
    }

    /// A standard `Request`, body included.
    pub(super) async fn request(&self, request: &HttpRequest) -> Result<JsValue, Error> {
        let (before, audio, after) = self.recipe(&request.body);
        let made = self.effects.request(&request.url, &head(request), before, audio, after).await;
        made.map_err(|thrown| impossible(self.measured(from_js(thrown), &request.body)))
    }

    /// A body recipe as JavaScript takes it: what stands before the audio, how the audio stands in it, what stands after.
    #[allow(clippy::cast_precision_loss, reason = "JavaScript's own numbers")]
    fn recipe<'a>(&self, body: &'a Body) -> (&'a str, u8, &'a str) {
        if let Some(limit) = &body.limit {
            self.effects.limit(limit.most as f64);
        }
        let audio = body.parts.iter().find_map(|part| match part {
            Part::Text(_) => None,
            Part::AudioBase64 => Some(1),
            Part::Audio => Some(2),
        });
        let after = if audio.is_some() { body.parts.last() } else { None };
        (text(body.parts.first()), audio.unwrap_or(0), text(after))
    }

    /// Of audio that is too large JavaScript knows only how much it has read.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of bytes")]
    fn measured(&self, error: Error, body: &Body) -> Error {
        match &body.limit {
            Some(limit) if error.kind() == ErrorKind::AudioTooLarge => {
                limit.check(self.effects.loaded() as u64).err().unwrap_or(error)
            }
            _ => error,
        }
    }
}

/// The error of an effect that had so much time: JavaScript says only that it is over.
fn in_time(thrown: JsValue, timeout: Duration) -> Error {
    let error = from_js(thrown);
    if error.kind() == ErrorKind::Timeout { timed_out(timeout) } else { error }
}

fn text(part: Option<&Part>) -> &str {
    match part {
        Some(Part::Text(text)) => text,
        _ => "",
    }
}

/// What stands in a request beside its address and its body, as `RequestInit` has it. A redirect would carry all of it to a
/// host that nobody chose, so none is followed; "error" is not known to Workers of an early compatibility date.
fn head(request: &HttpRequest) -> String {
    let mut json = String::new();
    let mut head = ObjectWriter::new(&mut json);
    head.string("method", request.method).string("redirect", "manual").member("headers", |out| {
        let mut headers = ObjectWriter::new(out);
        for (name, value) in &request.headers {
            headers.string(name, value);
        }
        headers.close();
    });
    head.close();
    json
}

/// The only thing that an address can be is impossible: relative outside of pages, say. No part of it is repeated, because any
/// part may hold a secret.
fn impossible(error: Error) -> Error {
    if error.kind() != ErrorKind::InvalidOption {
        return error;
    }
    Error::invalid_option("baseURL", "no request can be made of it; outside of pages it must be absolute")
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

impl Host for JsHost {
    type Audio = ();
    type Response = JsResponse;

    async fn send(&self, request: &HttpRequest, _audio: Option<&()>, timeout: Duration) -> Result<JsResponse, Error> {
        let (before, audio, after) = self.recipe(&request.body);
        let recognition = request.purpose == Purpose::Recognition;
        let exchange = Running(self.effects.send(&request.url, &head(request), before, audio, after, recognition));
        match exchange.0.done(millis(timeout)).await {
            Ok(_) => Ok(JsResponse { exchange }),
            Err(thrown) => Err(impossible(self.measured(in_time(thrown, timeout), &request.body))),
        }
    }

    async fn sleep(&self, pause: Duration) -> Result<(), Error> {
        let pause = Running(self.effects.pause(millis(pause)));
        pause.0.done(0.0).await.map(|_| ()).map_err(from_js)
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn now(&self) -> f64 {
        js_sys::Date::now()
    }

    fn is_page(&self) -> bool {
        self.effects.is_page()
    }

    fn relay_takes_audio(&self) -> bool {
        self.effects.takes_audio()
    }

    fn remember_relay(&self) {
        self.effects.set_takes_audio(true);
    }

    async fn api_key(&self) -> Result<Option<ApiKey>, Error> {
        let key = self.effects.api_key().await.map_err(from_js)?;
        if key.is_undefined() || key.is_null() {
            return Ok(None);
        }
        match key.as_string() {
            Some(key) => ApiKey::new(key).map(Some),
            None => Err(Error::invalid_option("apiKey", "expected a string, or a function that gives one")),
        }
    }
}

/// What is dropped stops.
#[derive(Debug)]
struct Running(Exchange);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// An answer whose body is read chunk by chunk.
#[derive(Debug)]
pub(super) struct JsResponse {
    exchange: Running,
}

impl JsResponse {
    /// An answer that somebody else asked for.
    pub(super) fn new(exchange: Exchange) -> Self {
        Self { exchange: Running(exchange) }
    }
}

impl HttpResponse for JsResponse {
    fn status(&self) -> u16 {
        self.exchange.0.status_code()
    }

    fn header(&self, name: &str) -> Option<String> {
        self.exchange.0.header(name)
    }

    async fn chunk(&mut self, timeout: Duration) -> Result<Option<Vec<u8>>, Error> {
        match self.exchange.0.chunk(millis(timeout)).await {
            Ok(bytes) if bytes.is_undefined() => Ok(None),
            Ok(bytes) => Ok(Some(bytes.unchecked_into::<Uint8Array>().to_vec())),
            Err(thrown) => Err(in_time(thrown, timeout)),
        }
    }
}
