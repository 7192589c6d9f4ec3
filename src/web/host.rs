//! The host: what a page or a Worker gives the client.

use core::fmt;
use core::future::Future;
use core::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use super::audio::{WebAudio, WebInput, open};
use super::body::body;
use super::fetch::{WebResponse, send};
use super::runtime;
use super::socket::{self, WebSocketReceiver, WebSocketSender};
use crate::client::Source;
use crate::config::ApiKey;
use crate::error::Error;
use crate::host::{Host, HttpRequest, Purpose, within};
use crate::socket::{OpenSocket, SocketRequest, Unopened};
use crate::transcriber::OpenAudio;

/// How far a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// So many bytes of the audio have been encoded.
    Encoded(u64),
    /// The audio goes to the service; it is heard.
    Sent,
    /// The audio goes to the temporary store.
    Uploading,
}

type KeyFuture = Pin<Box<dyn Future<Output = Result<ApiKey, Error>>>>;

/// `fetch`, Blobs and timers of a page or a Worker.
#[derive(Clone, Default)]
pub struct WebHost {
    key: Key,
    on_progress: Option<Rc<dyn Fn(Progress)>>,
}

#[derive(Clone, Default)]
enum Key {
    /// A relay has it.
    #[default]
    Elsewhere,
    Known(ApiKey),
    Asked(Rc<dyn Fn() -> KeyFuture>),
}

impl WebHost {
    /// Without a key: for pages, whose relay adds it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With a key: for Workers, which keep it. A key in a page is everybody's key.
    #[must_use]
    pub fn with_api_key(mut self, key: ApiKey) -> Self {
        self.key = Key::Known(key);
        self
    }

    /// With a key that is asked for before every attempt, as short-lived ones have to be.
    #[must_use]
    pub fn with_key_provider<F>(mut self, provider: impl Fn() -> F + 'static) -> Self
    where
        F: Future<Output = Result<ApiKey, Error>> + 'static,
    {
        self.key = Key::Asked(Rc::new(move || Box::pin(provider())));
        self
    }

    /// Tells how far calls are.
    #[must_use]
    pub fn with_progress(mut self, on_progress: impl Fn(Progress) + 'static) -> Self {
        self.on_progress = Some(Rc::new(on_progress));
        self
    }

    fn tell(&self, progress: Progress) {
        if let Some(on_progress) = &self.on_progress {
            on_progress(progress);
        }
    }
}

impl fmt::Debug for WebHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WebHost")
    }
}

impl Host for WebHost {
    type Audio = WebAudio;
    type Response = WebResponse;

    async fn send(
        &self,
        request: &HttpRequest,
        audio: Option<&WebAudio>,
        timeout: Duration,
    ) -> Result<WebResponse, Error> {
        let mut encoded = |bytes: u64| self.tell(Progress::Encoded(bytes));
        let content = within(timeout, runtime::sleep(timeout), body(&request.body, audio, &mut encoded)).await??;
        match request.purpose {
            Purpose::Recognition => self.tell(Progress::Sent),
            Purpose::Upload => self.tell(Progress::Uploading),
            Purpose::Question => {}
        }
        send(request, content, timeout).await
    }

    async fn sleep(&self, pause: Duration) -> Result<(), Error> {
        runtime::sleep(pause).await;
        Ok(())
    }

    fn random(&self) -> f64 {
        js_sys::Math::random()
    }

    fn now(&self) -> f64 {
        js_sys::Date::now()
    }

    fn is_page(&self) -> bool {
        runtime::is_page()
    }

    async fn api_key(&self) -> Result<Option<ApiKey>, Error> {
        match &self.key {
            Key::Elsewhere => Ok(None),
            Key::Known(key) => Ok(Some(key.clone())),
            Key::Asked(provider) => provider().await.map(Some),
        }
    }
}

impl OpenSocket for WebHost {
    type Sender = WebSocketSender;
    type Receiver = WebSocketReceiver;

    async fn open_socket(&self, request: &SocketRequest) -> Result<(WebSocketSender, WebSocketReceiver), Unopened> {
        socket::open(request).await
    }

    fn elapsed(&self) -> Duration {
        runtime::elapsed()
    }
}

impl OpenAudio for WebHost {
    type Input = WebInput;

    async fn open(&self, input: WebInput) -> Result<Source<WebAudio>, Error> {
        open(input).await
    }
}
