//! The world's other parameter: a WebSocket, where [`Host`] is one request. It is needed for live transcription alone.

use core::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::host::Host;

/// Where a socket goes, and with which key.
#[derive(Clone, PartialEq, Eq)]
pub struct SocketRequest {
    /// `wss:` or `ws:`, or a path of the page's own site where the caller's `base_url` is one.
    pub url: String,
    /// Headers of the handshake, by lower-case name: `authorization`, and those of the caller.
    pub headers: Vec<(String, String)>,
    /// The address for pages, whose sockets take no headers: the key is in its query, where it goes to the service itself.
    /// Where headers can be set it is not to be used: addresses are written into logs.
    pub page_url: String,
    /// With it, the names of protocols to ask for: a relay gets the key as one of them.
    pub page_protocols: Vec<String>,
}

impl fmt::Debug for SocketRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SocketRequest").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A message, whole: neither protocol of the service cares for frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketMessage {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

/// The end of a socket, whoever made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketClosed {
    /// The code of the close frame; 1006 where there was none
    /// (<https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1>).
    pub code: u16,
    /// What the other side said about it.
    pub reason: String,
}

impl SocketClosed {
    /// The connection is gone, and nobody said goodbye.
    #[must_use]
    pub fn without_goodbye() -> Self {
        Self { code: 1006, reason: String::new() }
    }
}

/// Why there is no socket.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Unopened {
    /// The handshake was answered with a status other than 101. Only some runtimes tell it.
    Refused {
        /// HTTP status code.
        status: u16,
        /// What was answered.
        body: Vec<u8>,
    },
    /// It closed before it was open, and that is all that the runtime tells.
    Closed(SocketClosed),
    /// It could not be tried, or the network failed in a way that the error names.
    Failed(Error),
}

impl From<Error> for Unopened {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A host that opens sockets.
///
/// A connection is closed when its two halves are dropped, and given up when the future that opens it is.
#[allow(async_fn_in_trait, reason = "every host is single-threaded, no caller needs Send")]
pub trait OpenSocket: Host {
    /// The half that sends.
    type Sender: SendMessages;
    /// The half that receives.
    type Receiver: ReceiveMessages;

    /// Opens a socket: ready once the handshake is over. How long it may take is decided by whoever waits.
    async fn open_socket(&self, request: &SocketRequest) -> Result<(Self::Sender, Self::Receiver), Unopened>;

    /// Time since any moment, by a clock that does not run backwards. ([`Host::now`] may, when somebody sets it.)
    fn elapsed(&self) -> Duration;
}

/// The sending half of a socket.
#[allow(async_fn_in_trait, reason = "every host is single-threaded, no caller needs Send")]
pub trait SendMessages {
    /// Sends a message: ready as soon as another one may follow. Fails where the connection is gone.
    async fn send(&mut self, message: SocketMessage) -> Result<(), SocketClosed>;

    /// Bytes that were taken and are not on their way yet.
    fn buffered(&self) -> u64 {
        0
    }

    /// Says goodbye. It may be dropped before it is ready: the connection is closed all the same.
    async fn close(&mut self, code: u16, reason: &str);
}

/// The receiving half of a socket.
#[allow(async_fn_in_trait, reason = "every host is single-threaded, no caller needs Send")]
pub trait ReceiveMessages {
    /// The next message, or the end.
    async fn receive(&mut self) -> Result<SocketMessage, SocketClosed>;
}
