//! One WebSocket of the runtime: of a page, of its workers, of Node, Deno and Bun; in a Cloudflare Worker the one that comes
//! with an answer to `fetch`.
//!
//! It is not gloo-net's: that one sends bytes as Blobs, which Cloudflare's sockets do not take, opens no socket with headers,
//! and panics where the runtime does not let it close.

use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Poll, Waker};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, ArrayBuffer, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::cause::caused;
use super::fetch::{self, WebResponse};
use super::runtime;
use crate::error::{Error, ErrorKind};
use crate::host::{HttpRequest, HttpResponse as _};
use crate::socket::{ReceiveMessages, SendMessages, SocketClosed, SocketMessage, SocketRequest, Unopened};

/// How long an answer to a handshake, and the words of a refusal, may take. The client waits less long for a socket.
const PATIENCE: Duration = Duration::from_secs(60);

/// More of a refusal's words is not read.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// The half of a socket that sends. With both halves the socket is dropped, and closed.
#[derive(Debug)]
pub struct WebSocketSender(Rc<Connection>);

/// The half of a socket that receives.
#[derive(Debug)]
pub struct WebSocketReceiver(Rc<Connection>);

#[derive(Debug)]
struct Connection {
    socket: WebSocket,
    inbox: Rc<Inbox>,
    listeners: Vec<(&'static str, Listener)>,
    /// What it came with: dropping that aborts it.
    _answer: Option<WebResponse>,
}

/// What JavaScript calls with an event.
type Listener = Closure<dyn FnMut(JsValue)>;

/// What has come, and nobody has taken yet.
#[derive(Debug, Default)]
struct Inbox {
    is_open: Cell<bool>,
    received: RefCell<VecDeque<Result<SocketMessage, SocketClosed>>>,
    waker: RefCell<Option<Waker>>,
}

impl Inbox {
    fn open(&self) {
        self.is_open.set(true);
        self.wake();
    }

    fn push(&self, received: Result<SocketMessage, SocketClosed>) {
        self.received.borrow_mut().push_back(received);
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    async fn next(&self) -> Result<SocketMessage, SocketClosed> {
        poll_fn(|context| {
            let received = self.received.borrow_mut().pop_front();
            received.map_or_else(|| self.wait(context.waker()), Poll::Ready)
        })
        .await
    }

    async fn opened(&self) -> Result<(), SocketClosed> {
        poll_fn(|context| {
            if self.is_open.get() {
                return Poll::Ready(Ok(()));
            }
            // Nothing comes before it is open, but its end.
            let end = self.received.borrow_mut().pop_front().and_then(Result::err);
            end.map_or_else(|| self.wait(context.waker()), |closed| Poll::Ready(Err(closed)))
        })
        .await
    }

    fn wait<T>(&self, waker: &Waker) -> Poll<T> {
        *self.waker.borrow_mut() = Some(waker.clone());
        Poll::Pending
    }
}

/// Opens a socket: ready once the handshake is over.
pub(super) async fn open(request: &SocketRequest) -> Result<(WebSocketSender, WebSocketReceiver), Unopened> {
    let connection = Rc::new(if runtime::has_socket_pairs() {
        let (socket, answer) = upgrade(request).await?;
        Connection::new(socket, Some(answer))?
    } else {
        Connection::new(construct(request)?, None)?
    });
    connection.inbox.opened().await.map_err(Unopened::Closed)?;
    Ok((WebSocketSender(Rc::clone(&connection)), WebSocketReceiver(connection)))
}

/// Cloudflare's runtime: a request with headers, answered with a socket
/// (<https://developers.cloudflare.com/workers/examples/websockets/>, "Write a WebSocket client").
async fn upgrade(request: &SocketRequest) -> Result<(WebSocket, WebResponse), Unopened> {
    let mut headers = request.headers.clone();
    headers.push(("upgrade".to_owned(), "websocket".to_owned()));
    let url = match request.url.strip_prefix("ws") {
        Some(rest) => format!("http{rest}"),
        None => request.url.clone(),
    };
    let request = HttpRequest { method: "GET", url, headers, ..HttpRequest::default() };
    let (socket, mut answer) = fetch::send(&request, None, PATIENCE).await?.web_socket();
    let Some(socket) = socket else {
        let mut body = Vec::new();
        while body.len() < LONGEST_REFUSAL
            && let Ok(Some(chunk)) = answer.chunk(PATIENCE).await
        {
            body.extend_from_slice(&chunk);
        }
        return Err(Unopened::Refused { status: answer.status(), body });
    };
    let accept = Reflect::get(&socket, &"accept".into()).and_then(JsValue::dyn_into::<Function>);
    let accepted = accept.and_then(|accept| accept.call0(&socket));
    accepted.map_err(|thrown| caused(ErrorKind::Connection, "the socket cannot be used", &thrown))?;
    Ok((socket, answer))
}

/// Everywhere else. Outside of pages it takes headers, by an argument that the standard does not have: Node, Deno and Bun do.
fn construct(request: &SocketRequest) -> Result<WebSocket, Error> {
    if !runtime::is_page() && !request.headers.is_empty() {
        let (headers, options) = (Object::new(), Object::new());
        for (name, value) in &request.headers {
            let _ = Reflect::set(&headers, &name.into(), &value.into());
        }
        let _ = Reflect::set(&options, &"headers".into(), &headers);
        if let Ok(socket) = WebSocket::new_with_str_sequence(&request.url, &options) {
            return Ok(socket);
        }
    }
    if let Some((name, _)) = request.headers.iter().find(|(name, _)| name != "authorization") {
        return Err(Error::invalid_option(format!("headers.{name}"), "a WebSocket takes no headers in this runtime"));
    }
    let mut url = request.page_url.clone();
    if url.starts_with('/') {
        // Older browsers take whole addresses only.
        if let Some(rest) = runtime::origin().strip_prefix("http") {
            url = format!("ws{rest}{url}");
        }
    }
    let protocols: Array = request.page_protocols.iter().map(|name| JsValue::from(name.as_str())).collect();
    WebSocket::new_with_str_sequence(&url, &protocols)
        .map_err(|thrown| caused(ErrorKind::Connection, "no WebSocket could be opened", &thrown))
}

impl Connection {
    fn new(socket: WebSocket, answer: Option<WebResponse>) -> Result<Self, Error> {
        let inbox = Rc::<Inbox>::default();
        socket.set_binary_type(BinaryType::Arraybuffer);
        inbox.is_open.set(socket.ready_state() == WebSocket::OPEN);
        let mut whole = Self { socket, inbox, listeners: Vec::new(), _answer: answer };
        whole.listen("open", |inbox, _, _| inbox.open())?;
        whole.listen("message", |inbox, _, event| {
            let data = event.unchecked_into::<MessageEvent>().data();
            if let Some(text) = data.as_string() {
                inbox.push(Ok(SocketMessage::Text(text)));
            } else if let Ok(bytes) = data.dyn_into::<ArrayBuffer>() {
                inbox.push(Ok(SocketMessage::Binary(Uint8Array::new(&bytes).to_vec())));
            }
        })?;
        whole.listen("close", |inbox, _, event| {
            let event: CloseEvent = event.unchecked_into();
            inbox.push(Err(SocketClosed { code: event.code(), reason: event.reason() }));
        })?;
        // A close follows, but not in every runtime where the handshake was refused.
        whole.listen("error", |inbox, socket, _| {
            if socket.ready_state() == WebSocket::CLOSED {
                inbox.push(Err(SocketClosed::without_goodbye()));
            }
        })?;
        Ok(whole)
    }

    fn listen(&mut self, name: &'static str, hear: fn(&Inbox, &WebSocket, JsValue)) -> Result<(), Error> {
        let (inbox, socket) = (Rc::clone(&self.inbox), self.socket.clone());
        let listener = Listener::new(move |event| hear(&inbox, &socket, event));
        let added = self.socket.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        added.map_err(|thrown| caused(ErrorKind::Connection, "the socket cannot be listened to", &thrown))?;
        self.listeners.push((name, listener));
        Ok(())
    }

    /// How it ended, as far as is known.
    fn lost(&self) -> SocketClosed {
        match self.inbox.received.borrow().back() {
            Some(Err(closed)) => closed.clone(),
            _ => SocketClosed::without_goodbye(),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        for (name, listener) in &self.listeners {
            let _ = self.socket.remove_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
        }
        let _ = self.socket.close();
    }
}

impl SendMessages for WebSocketSender {
    async fn send(&mut self, message: SocketMessage) -> Result<(), SocketClosed> {
        let Self(connection) = self;
        let sent = match message {
            SocketMessage::Text(text) => connection.socket.send_with_str(&text),
            // A copy: not every runtime has sent the bytes when `send` is over, and ours are in memory that is used again.
            SocketMessage::Binary(bytes) => {
                connection.socket.send_with_js_u8_array(&Uint8Array::from(bytes.as_slice()))
            }
        };
        sent.map_err(|_| connection.lost())
    }

    fn buffered(&self) -> u64 {
        // Cloudflare's sockets do not tell it.
        let amount = Reflect::get(&self.0.socket, &"bufferedAmount".into()).ok().and_then(|amount| amount.as_f64());
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number of bytes")]
        amount.map_or(0, |bytes| bytes as u64)
    }

    async fn close(&mut self, code: u16, reason: &str) {
        let _ = self.0.socket.close_with_code_and_reason(code, reason); // fails where it is gone already
    }
}

impl ReceiveMessages for WebSocketReceiver {
    async fn receive(&mut self) -> Result<SocketMessage, SocketClosed> {
        self.0.inbox.next().await
    }
}
