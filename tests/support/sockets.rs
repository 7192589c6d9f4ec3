//! Sockets for tests: what the service says to each message is a closure, what went over the wire is kept.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use dashscope_asr::socket::{
    OpenSocket, ReceiveMessages, SendMessages, SocketClosed, SocketMessage, SocketRequest, Unopened,
};

use super::ScriptedHost;

/// What the service does with a message.
type Behaviour = Box<dyn FnMut(&Wire, &SocketMessage)>;
/// What becomes of a handshake; where nothing is said, it succeeds.
type Handshake = Box<dyn FnMut(&SocketRequest) -> Result<(), Unopened>>;

/// Every socket of a host.
#[derive(Default)]
pub(crate) struct Sockets {
    wires: RefCell<Vec<Wire>>,
    behaviour: Rc<RefCell<Option<Behaviour>>>,
    handshake: RefCell<Option<Handshake>>,
    /// How long a handshake takes.
    pub(crate) opening: Cell<Duration>,
    /// How long each message takes until another one may follow.
    pub(crate) sending: Rc<Cell<Duration>>,
    /// Whether the connection is gone for whoever sends.
    pub(crate) broken: Rc<Cell<bool>>,
}

impl Sockets {
    pub(crate) fn behave(&self, behaviour: impl FnMut(&Wire, &SocketMessage) + 'static) {
        *self.behaviour.borrow_mut() = Some(Box::new(behaviour));
    }

    pub(crate) fn shake_hands(&self, handshake: impl FnMut(&SocketRequest) -> Result<(), Unopened> + 'static) {
        *self.handshake.borrow_mut() = Some(Box::new(handshake));
    }

    /// The connections so far, in order.
    pub(crate) fn wires(&self) -> Vec<Wire> {
        self.wires.borrow().clone()
    }
}

/// One connection, as the service sees it.
#[derive(Clone, Debug)]
pub(crate) struct Wire(Rc<State>);

#[derive(Debug)]
struct State {
    request: SocketRequest,
    sent: RefCell<Vec<SocketMessage>>,
    to_client: RefCell<VecDeque<Result<SocketMessage, SocketClosed>>>,
    waker: RefCell<Option<Waker>>,
    goodbye: Cell<Option<u16>>,
    /// Halves that the client still has.
    halves: Cell<u32>,
}

impl Wire {
    pub(crate) fn request(&self) -> SocketRequest {
        self.0.request.clone()
    }

    /// What the client has sent.
    pub(crate) fn sent(&self) -> Vec<SocketMessage> {
        self.0.sent.borrow().clone()
    }

    /// The messages in text, by their names in either protocol.
    pub(crate) fn said(&self) -> Vec<String> {
        let name = |message: &SocketMessage| {
            let SocketMessage::Text(text) = message else { return None };
            let json: serde_json::Value = serde_json::from_str(text).unwrap();
            json["header"]["action"].as_str().or(json["type"].as_str()).map(str::to_owned)
        };
        self.sent().iter().filter_map(name).collect()
    }

    /// The audio that came in binary messages.
    pub(crate) fn audio(&self) -> Vec<u8> {
        let bytes = |message| if let SocketMessage::Binary(bytes) = message { bytes } else { Vec::new() };
        self.sent().into_iter().flat_map(bytes).collect()
    }

    /// With which code the client has said goodbye.
    pub(crate) fn goodbye(&self) -> Option<u16> {
        self.0.goodbye.get()
    }

    /// Whether the client has let go of it.
    pub(crate) fn is_dropped(&self) -> bool {
        self.0.halves.get() == 0
    }

    /// The service says something.
    pub(crate) fn tell(&self, message: &serde_json::Value) {
        self.push(Ok(SocketMessage::Text(message.to_string())));
    }

    /// The service, or the network, ends it.
    pub(crate) fn end(&self, code: u16, reason: &str) {
        self.push(Err(SocketClosed { code, reason: reason.to_owned() }));
    }

    fn push(&self, received: Result<SocketMessage, SocketClosed>) {
        self.0.to_client.borrow_mut().push_back(received);
        if let Some(waker) = self.0.waker.take() {
            waker.wake();
        }
    }

    fn half(&self) -> Self {
        self.0.halves.set(self.0.halves.get() + 1);
        self.clone()
    }

    fn let_go(&self) {
        self.0.halves.set(self.0.halves.get() - 1);
    }
}

pub(crate) struct Sender {
    wire: Wire,
    behaviour: Rc<RefCell<Option<Behaviour>>>,
    sending: Rc<Cell<Duration>>,
    broken: Rc<Cell<bool>>,
    clock: Rc<super::Clock>,
}

impl SendMessages for Sender {
    async fn send(&mut self, message: SocketMessage) -> Result<(), SocketClosed> {
        if !self.sending.get().is_zero() {
            self.clock.wait(self.sending.get()).await;
        }
        if self.broken.get() {
            return Err(SocketClosed::without_goodbye());
        }
        self.wire.0.sent.borrow_mut().push(message.clone());
        if let Some(behaviour) = self.behaviour.borrow_mut().as_mut() {
            behaviour(&self.wire, &message);
        }
        Ok(())
    }

    async fn close(&mut self, code: u16, _reason: &str) {
        self.wire.0.goodbye.set(Some(code));
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.wire.let_go();
    }
}

pub(crate) struct Receiver(Wire);

impl ReceiveMessages for Receiver {
    async fn receive(&mut self) -> Result<SocketMessage, SocketClosed> {
        poll_fn(|context| {
            let state = &self.0.0;
            let Some(received) = state.to_client.borrow_mut().pop_front() else {
                *state.waker.borrow_mut() = Some(context.waker().clone());
                return Poll::Pending;
            };
            Poll::Ready(received)
        })
        .await
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

impl OpenSocket for ScriptedHost {
    type Sender = Sender;
    type Receiver = Receiver;

    async fn open_socket(&self, request: &SocketRequest) -> Result<(Sender, Receiver), Unopened> {
        if !self.sockets.opening.get().is_zero() {
            self.clock.wait(self.sockets.opening.get()).await;
        }
        if let Some(handshake) = self.sockets.handshake.borrow_mut().as_mut() {
            handshake(request)?;
        }
        let wire = Wire(Rc::new(State {
            request: request.clone(),
            sent: RefCell::default(),
            to_client: RefCell::default(),
            waker: RefCell::default(),
            goodbye: Cell::default(),
            halves: Cell::default(),
        }));
        self.sockets.wires.borrow_mut().push(wire.clone());
        let sender = Sender {
            wire: wire.half(),
            behaviour: Rc::clone(&self.sockets.behaviour),
            sending: Rc::clone(&self.sockets.sending),
            broken: Rc::clone(&self.sockets.broken),
            clock: Rc::clone(&self.clock),
        };
        Ok((sender, Receiver(wire.half())))
    }

    fn elapsed(&self) -> Duration {
        ScriptedHost::elapsed(self)
    }
}
