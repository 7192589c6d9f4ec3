//! The world of JavaScript: fetch, timers, chance, the caller's key.

use core::future::{Future as _, poll_fn};
use core::pin::Pin;
use core::task::Poll;
use std::rc::Rc;
use std::time::Duration;

use gloo_net::http::{Method, RequestBuilder};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader, Request, Response};

use super::abort::AbortOnDrop;
use super::audio::JsAudio;
use super::blob_reader::ReadResult;
use super::body;
use super::call::Call;
use super::error::from_js;
use crate::config::ApiKey;
use crate::error::{Error, ErrorKind};
use crate::host::{Host, HttpRequest, HttpResponse, Part};

/// A host for one call.
#[derive(Clone, Debug)]
pub(super) struct JsHost {
    pub(super) call: Call,
}

impl JsHost {
    /// A standard `Request`, body included.
    pub(super) async fn request(
        &self,
        request: &HttpRequest,
        audio: Option<&Rc<JsAudio>>,
        controller: Option<&AbortController>,
    ) -> Result<Request, Error> {
        // Of the address only what cannot hold a secret; the runtime's own words repeat all of it.
        let refused = |_: gloo_net::Error| {
            let place = request.url.split('?').next().unwrap_or_default();
            Error::option(
                "baseURL",
                format_args!("no request can be made of {place}; outside of pages it must be absolute"),
            )
        };
        let signal = controller.map(AbortController::signal);
        let method = if request.method == "POST" { Method::POST } else { Method::GET };
        let mut builder = RequestBuilder::new(&request.url).method(method).abort_signal(signal.as_ref());
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if request.body.parts.is_empty() {
            return builder.build().map(Request::from).map_err(refused);
        }
        let (content, is_stream) = body::materialize(&request.body, audio, &self.call).await?;
        if !is_stream {
            return builder.body(content).map(Request::from).map_err(refused);
        }
        // `duplex` must be said for a streaming body, and RequestInit of web-sys does not know it.
        let bare = builder.build().map(Request::from).map_err(refused)?;
        let init = Object::new();
        let _ = Reflect::set(&init, &"body".into(), &content);
        let _ = Reflect::set(&init, &"duplex".into(), &"half".into());
        Request::new_with_request_and_init(&bare, init.unchecked_ref())
            .map_err(|thrown| from_js(ErrorKind::Internal, "the runtime refuses a streaming request", thrown))
    }
}

impl JsHost {
    /// Sends a form by the function that tells its progress.
    async fn upload(
        &self,
        upload: &Function,
        request: &HttpRequest,
        audio: Option<&Rc<JsAudio>>,
        controller: &AbortController,
    ) -> Result<Result<JsValue, JsValue>, Error> {
        let (body, _) = body::materialize(&request.body, audio, &self.call).await?;
        let pair = |(name, value): &(String, String)| Array::of2(&name.into(), &value.into());
        let headers: Array = request.headers.iter().map(pair).collect();
        let call = self.call.clone();
        let stop = controller.clone();
        let on_progress = Closure::<dyn FnMut(f64, f64)>::new(move |loaded: f64, total: f64| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "byte counts")]
            let told = call.progress("upload", loaded as u64, Some(total as u64));
            if told.is_err() {
                stop.abort(); // the callback threw
            }
        });
        let arguments = Array::of5(
            &request.url.as_str().into(),
            &headers,
            &body,
            &controller.signal(),
            &on_progress.into_js_value(),
        );
        Ok(upload.apply(&JsValue::UNDEFINED, &arguments))
    }
}

impl Host for JsHost {
    type Audio = Rc<JsAudio>;
    type Response = JsResponse;

    async fn send(&self, request: &HttpRequest, audio: Option<&Rc<JsAudio>>) -> Result<JsResponse, Error> {
        let controller = AbortController::new()
            .map_err(|thrown| from_js(ErrorKind::Internal, "this runtime has no AbortController", thrown))?;
        let lost = |thrown| from_js(ErrorKind::Connection, "the request did not get through", thrown);
        let form = request.body.parts.contains(&Part::Audio);
        let (promise, made) = if let Some(upload) = self.call.upload().filter(|_| form) {
            (self.upload(&upload, request, audio, &controller).await?, JsValue::UNDEFINED)
        } else {
            let made = self.request(request, audio, Some(&controller)).await?;
            if form || request.is_recognition() {
                self.call.progress(if form { "upload" } else { "send" }, 0, None)?;
            }
            (self.call.fetch().call1(&JsValue::UNDEFINED, &made), made.into())
        };
        let guard = AbortOnDrop { controller, _request: made };
        let promise = promise.map_err(lost)?;
        let response = JsFuture::from(Promise::resolve(&promise)).await.map_err(lost)?;
        let mut response = JsResponse::new(response, Some(guard), self.call.clone())?;
        response.tells = request.is_recognition();
        Ok(response)
    }

    async fn sleep(&self, pause: Duration) {
        gloo_timers::future::sleep(pause).await;
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn now(&self) -> f64 {
        js_sys::Date::now()
    }

    fn is_page(&self) -> bool {
        let has = |name: &str| Reflect::get(&js_sys::global(), &name.into()).is_ok_and(|value| value.is_truthy());
        has("document") || has("importScripts") // the latter in every Web Worker, and in nothing else
    }

    async fn api_key(&self) -> Result<Option<ApiKey>, Error> {
        let given = self.call.api_key();
        if given.is_undefined() || given.is_null() {
            return Ok(None);
        }
        let key = match given.dyn_ref::<Function>() {
            None => given,
            Some(function) => {
                let failed = |thrown| from_js(ErrorKind::Authentication, "the apiKey function failed", thrown);
                let promise = function.call0(&JsValue::UNDEFINED).map_err(failed)?;
                JsFuture::from(Promise::resolve(&promise)).await.map_err(failed)?
            }
        };
        match key.as_string() {
            Some(key) => ApiKey::new(key).map(Some),
            None => Err(Error::option("apiKey", "expected a string, or a function that gives one")),
        }
    }
}

/// Most bytes of an answer that are handed over at once.
const MOST_AT_ONCE: usize = 64 * 1024;

/// How long to look whether the next chunk is there already, in turns of the microtask queue: no time at all for a
/// person, but a stream of small chunks crosses the boundary in large ones.
const TURNS: u32 = 6;

/// Whether a read is answered within a few turns; the answer is kept.
async fn soon(read: &mut JsFuture) -> Option<Result<JsValue, JsValue>> {
    let mut turns = 0;
    poll_fn(|context| {
        if let Poll::Ready(answer) = Pin::new(&mut *read).poll(context) {
            return Poll::Ready(Some(answer));
        }
        turns += 1;
        if turns > TURNS {
            return Poll::Ready(None);
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// A `Response` whose body is read chunk by chunk.
pub(super) struct JsResponse {
    response: Response,
    reader: Option<ReadableStreamDefaultReader>,
    /// A read that had no answer yet when the chunk before was handed over.
    pending: Option<JsFuture>,
    /// Cancels the transfer when the response goes away; `None` where somebody else fetched it.
    _guard: Option<AbortOnDrop>,
    call: Call,
    /// Whether the caller hears how much has arrived.
    tells: bool,
    loaded: u64,
}

impl JsResponse {
    /// Looks at what it can do, not at its class: a Response may come from another realm, or be a test's own.
    pub(super) fn new(response: JsValue, guard: Option<AbortOnDrop>, call: Call) -> Result<Self, Error> {
        let get = |target: &JsValue, name: &str| Reflect::get(target, &name.into()).unwrap_or(JsValue::UNDEFINED);
        let body = get(&response, "body");
        let readable = body.is_undefined() || body.is_null() || get(&body, "getReader").is_function();
        match get(&response, "status").as_f64() {
            Some(0.0) => Err(Error::new(
                ErrorKind::Connection,
                "the answer is hidden: fetch gave a Response without a status, as with mode \"no-cors\"",
            )),
            Some(_) if readable && get(&get(&response, "headers"), "get").is_function() => Ok(Self {
                response: response.unchecked_into(),
                reader: None,
                pending: None,
                _guard: guard,
                call,
                tells: true,
                loaded: 0,
            }),
            _ => Err(Error::new(ErrorKind::InvalidResponse, "expected a Response with status, headers and body")),
        }
    }
}

impl HttpResponse for JsResponse {
    fn status(&self) -> u16 {
        self.response.status()
    }

    fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }

    async fn chunk(&mut self) -> Result<Option<Vec<u8>>, Error> {
        if self.reader.is_none() {
            let Some(body) = self.response.body() else { return Ok(None) };
            if body.locked() {
                let message = "the body of this Response is being read by somebody else; pass a clone() of it";
                return Err(Error::new(ErrorKind::InvalidResponse, message));
            }
            self.reader = Some(body.get_reader().unchecked_into());
        }
        let mut bytes = Vec::new();
        while bytes.len() < MOST_AT_ONCE {
            let Some(reader) = &self.reader else { return Ok(None) };
            let mut read = self.pending.take().unwrap_or_else(|| JsFuture::from(reader.read()));
            let answer = if bytes.is_empty() {
                read.await
            } else {
                let Some(answer) = soon(&mut read).await else {
                    self.pending = Some(read);
                    break;
                };
                answer
            };
            match answer {
                Err(thrown) if bytes.is_empty() => {
                    let what = "the connection broke while the answer came in";
                    return Err(from_js(ErrorKind::Connection, what, thrown));
                }
                Err(thrown) => {
                    self.pending = Some(JsFuture::from(Promise::reject(&thrown)));
                    break;
                }
                Ok(result) => {
                    let result: ReadResult = result.unchecked_into();
                    let Some(value) = result.value().filter(|_| !result.done()) else {
                        if bytes.is_empty() {
                            return Ok(None);
                        }
                        break; // reading on tells the end once more
                    };
                    // Of another realm, or no bytes at all: the constructor makes the best of it.
                    let own = value.is_instance_of::<Uint8Array>();
                    let chunk = if own { value.to_vec() } else { Uint8Array::new(&value).to_vec() };
                    if bytes.is_empty() {
                        bytes = chunk;
                    } else {
                        bytes.extend_from_slice(&chunk);
                    }
                }
            }
        }
        self.loaded += bytes.len() as u64;
        if self.tells {
            self.call.progress("receive", self.loaded, None)?;
        }
        Ok(Some(bytes))
    }
}
