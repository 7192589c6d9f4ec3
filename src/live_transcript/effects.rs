//! What the machine asks for: a socket, a timer, a question by HTTP. What comes of it is told to the machine.

use core::cell::RefCell;
use core::task::{Context, Poll, Waker};
use std::sync::Arc;
use std::time::Duration;

use super::connection::{Connection, Happening, Work};
use super::machine::Machine;
use super::wakers::Wakers;
use crate::error::Error;
use crate::live::Action;
use crate::retry::from_millis;
use crate::search::lossy;
use crate::socket::{OpenSocket, SocketClosed, SocketMessage};
use crate::transcriber::Transcriber;

/// The close code of whoever has everything they wanted (<https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1>).
const NORMAL: u16 = 1_000;

/// Status and body of an answer.
type Answer = (u16, Vec<u8>);

/// Everything that is under way. Dropping it ends it.
pub(super) struct Effects<H: OpenSocket> {
    transcriber: Transcriber<H>,
    wakers: Arc<Wakers>,
    connection: Option<Connection<H>>,
    /// For when, and the waiting.
    timer: Option<(f64, Work<Result<(), Error>>)>,
    probe: Option<Work<Option<Answer>>>,
    farewell: Option<Work<()>>,
}

impl<H: OpenSocket + 'static> Effects<H> {
    pub(super) fn new(transcriber: Transcriber<H>, wakers: Arc<Wakers>) -> Self {
        Self { transcriber, wakers, connection: None, timer: None, probe: None, farewell: None }
    }

    /// Bytes that were sent and are not on their way yet.
    pub(super) fn buffered(&self) -> u64 {
        self.connection.as_ref().map_or(0, Connection::buffered)
    }

    /// Does everything that can be done now. The cell is free while the world is asked, for it may have something to say to the
    /// machine by itself.
    pub(super) fn run(&mut self, machine: &RefCell<Machine>) {
        let waker = Waker::from(Arc::clone(&self.wakers));
        let mut context = Context::from_waker(&waker);
        loop {
            let mut happened = self.hear(machine, &mut context);
            while let Some(action) = next_action(machine) {
                self.act(action, machine, &mut context);
                happened = true;
            }
            if !happened {
                return;
            }
        }
    }

    fn act(&mut self, action: Action, machine: &RefCell<Machine>, context: &mut Context<'_>) {
        match action {
            Action::Connect(url) => self.connection = Some(Connection::open(self.transcriber.clone(), url)),
            Action::SendText(text) => self.send(SocketMessage::Text(text)),
            Action::SendBinary(bytes) => self.send(SocketMessage::Binary(bytes)),
            Action::Close => {
                self.farewell = self.connection.take().and_then(|connection| connection.close(NORMAL));
                self.part(context);
            }
            Action::Probe(url) => {
                let transcriber = self.transcriber.clone();
                self.probe = Some(Box::pin(async move { transcriber.call().ok()?.probe(&url).await }));
            }
            Action::Event(event) => machine.borrow_mut().tell(event),
            Action::Done(transcript) => machine.borrow_mut().done(*transcript),
            Action::Fail(error, unsent_audio) => machine.borrow_mut().fail(error, unsent_audio),
        }
    }

    fn send(&mut self, message: SocketMessage) {
        if let Some(connection) = &mut self.connection {
            connection.send(message);
        }
    }

    /// Whether anything has happened; the machine knows of it then.
    fn hear(&mut self, machine: &RefCell<Machine>, context: &mut Context<'_>) -> bool {
        self.part(context);
        if let Some(probe) = &mut self.probe
            && let Poll::Ready(answer) = probe.as_mut().poll(context)
        {
            self.probe = None;
            if let Some((status, body)) = answer {
                machine.borrow_mut().session.probed(status, &lossy(&body));
            }
            return true;
        }
        if let Some(connection) = &mut self.connection
            && let Poll::Ready(happening) = connection.poll(context)
        {
            self.tell(happening, machine);
            return true;
        }
        self.time(machine, context)
    }

    fn tell(&mut self, happening: Happening, machine: &RefCell<Machine>) {
        let now = self.now();
        let session = &mut machine.borrow_mut().session;
        match happening {
            Happening::Opened => session.opened(now),
            Happening::Message(text) => session.message(&text, now),
            Happening::Closed(SocketClosed { code, reason }) => {
                self.connection = None;
                session.closed(u32::from(code), &reason, now);
            }
            Happening::Refused { status, body } => {
                self.connection = None;
                session.probed(status, &lossy(&body));
                session.closed(u32::from(SocketClosed::without_goodbye().code), "", now);
            }
            Happening::Failed(error) => {
                self.connection = None;
                session.failed(error, now);
            }
        }
    }

    /// Keeps the machine's timer; whether it has struck.
    fn time(&mut self, machine: &RefCell<Machine>, context: &mut Context<'_>) -> bool {
        let Some(deadline) = machine.borrow().session.deadline() else {
            self.timer = None;
            return false;
        };
        #[allow(clippy::float_cmp, reason = "the very same one")]
        if self.timer.as_ref().is_none_or(|(known, _)| *known != deadline) {
            let (transcriber, pause) =
                (self.transcriber.clone(), from_millis((deadline - self.now()).max(0.0).ceil()).unwrap_or_default());
            self.timer = Some((deadline, Box::pin(async move { transcriber.host().sleep(pause).await })));
        }
        let Some((_, timer)) = &mut self.timer else { return false };
        let Poll::Ready(waited) = timer.as_mut().poll(context) else { return false };
        self.timer = None; // it may have come early: then it is set again
        let now = self.now();
        let mut machine = machine.borrow_mut();
        match waited {
            Ok(()) => machine.session.wake(now),
            Err(error) => {
                machine.fail(error, None);
                machine.session.close();
            }
        }
        true
    }

    /// Goes on saying goodbye.
    fn part(&mut self, context: &mut Context<'_>) {
        if self.farewell.as_mut().is_some_and(|farewell| farewell.as_mut().poll(context).is_ready()) {
            self.farewell = None;
        }
    }

    fn now(&self) -> f64 {
        millis(self.transcriber.host().elapsed())
    }
}

fn next_action(machine: &RefCell<Machine>) -> Option<Action> {
    machine.borrow_mut().session.next_action()
}

/// A time of the host's clock as the machine counts it.
pub(super) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
