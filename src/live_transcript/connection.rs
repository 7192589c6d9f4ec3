//! One socket: opened, fed in order, heard, and let go.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::collections::VecDeque;

use crate::error::Error;
use crate::socket::{OpenSocket, ReceiveMessages, SendMessages, SocketClosed, SocketMessage, Unopened};
use crate::transcriber::Transcriber;

/// Work that is under way. Dropping it cancels it.
pub(super) type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// What happens to a connection.
#[derive(Debug)]
pub(super) enum Happening {
    Opened,
    Message(String),
    Closed(SocketClosed),
    Refused { status: u16, body: Vec<u8> },
    Failed(Error),
}

type Halves<H> = (<H as OpenSocket>::Sender, <H as OpenSocket>::Receiver);
/// A half comes back with what has become of its message.
type Sent<S> = (S, Result<(), SocketClosed>);
type Received<R> = (R, Result<SocketMessage, SocketClosed>);

/// A socket, from the wish for it on.
pub(super) struct Connection<H: OpenSocket> {
    opening: Option<Work<Result<Halves<H>, Unopened>>>,
    sender: Option<H::Sender>,
    sending: Option<Work<Sent<H::Sender>>>,
    receiving: Option<Work<Received<H::Receiver>>>,
    outbox: VecDeque<SocketMessage>,
}

impl<H: OpenSocket + 'static> Connection<H> {
    /// Asks for the key, and opens a socket with it.
    pub(super) fn open(transcriber: Transcriber<H>, url: String) -> Self {
        let opening = async move {
            let request = transcriber.call()?.socket_request(&url).await?;
            transcriber.host().open_socket(&request).await
        };
        Self { opening: Some(Box::pin(opening)), sender: None, sending: None, receiving: None, outbox: VecDeque::new() }
    }

    /// Sends a message, behind those that wait.
    pub(super) fn send(&mut self, message: SocketMessage) {
        self.outbox.push_back(message);
    }

    /// Bytes that are not on their way yet.
    pub(super) fn buffered(&self) -> u64 {
        let waiting = self.outbox.iter().map(|message| match message {
            SocketMessage::Text(text) => text.len() as u64,
            SocketMessage::Binary(bytes) => bytes.len() as u64,
        });
        waiting.sum::<u64>() + self.sender.as_ref().map_or(0, SendMessages::buffered)
    }

    /// Says goodbye, where anybody listens.
    pub(super) fn close(self, code: u16) -> Option<Work<()>> {
        let mut sender = self.sender?;
        Some(Box::pin(async move { sender.close(code, "").await }))
    }

    /// The next thing that happens.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Happening> {
        if let Some(opening) = &mut self.opening {
            let Poll::Ready(opened) = opening.as_mut().poll(context) else { return Poll::Pending };
            self.opening = None;
            return Poll::Ready(match opened {
                Ok((sender, receiver)) => {
                    self.sender = Some(sender);
                    self.receiving = Some(receive(receiver));
                    Happening::Opened
                }
                Err(Unopened::Refused { status, body }) => Happening::Refused { status, body },
                Err(Unopened::Closed(closed)) => Happening::Closed(closed),
                Err(Unopened::Failed(error)) => Happening::Failed(error),
            });
        }
        loop {
            // What has come before what is to go: last words say more than that nothing can be sent any more.
            if let Poll::Ready(happening) = self.poll_receiving(context) {
                return Poll::Ready(happening);
            }
            match self.poll_sending(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(closed)) => return Poll::Ready(Happening::Closed(closed)),
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn poll_receiving(&mut self, context: &mut Context<'_>) -> Poll<Happening> {
        while let Some(receiving) = &mut self.receiving {
            let Poll::Ready((half, received)) = receiving.as_mut().poll(context) else { break };
            self.receiving = None;
            match received {
                Ok(message) => {
                    self.receiving = Some(receive(half));
                    // Neither protocol answers in bytes.
                    if let SocketMessage::Text(text) = message {
                        return Poll::Ready(Happening::Message(text));
                    }
                }
                Err(closed) => return Poll::Ready(Happening::Closed(closed)),
            }
        }
        Poll::Pending
    }

    /// Sends the next message, behind the one before.
    fn poll_sending(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SocketClosed>> {
        if self.sending.is_none()
            && let Some(mut sender) = self.sender.take_if(|_| !self.outbox.is_empty())
            && let Some(message) = self.outbox.pop_front()
        {
            self.sending = Some(Box::pin(async move {
                let sent = sender.send(message).await;
                (sender, sent)
            }));
        }
        let Some(sending) = &mut self.sending else { return Poll::Pending };
        let Poll::Ready((sender, sent)) = sending.as_mut().poll(context) else { return Poll::Pending };
        (self.sending, self.sender) = (None, Some(sender));
        Poll::Ready(sent)
    }
}

fn receive<R: ReceiveMessages + 'static>(mut half: R) -> Work<Received<R>> {
    Box::pin(async move {
        let received = half.receive().await;
        (half, received)
    })
}
