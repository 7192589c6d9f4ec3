//! Live transcription: both WebSocket protocols of the service behind one model of events, and a lost connection that loses
//! no words.
//!
//! A [`Session`] is a machine without I/O. It is told what happens (audio, a socket that opened, a message, the time) and says
//! what is to be done ([`Action`]); [`LiveTranscript`](crate::LiveTranscript) does it over any host that opens sockets, `src/js/live` for
//! JavaScript. What it relies on of the service is in `docs/protocol.md`, "Live".

mod audio_kept;
mod events;
mod hearing;
mod kept_packets;
mod messages;
mod options;
mod reader;
mod session;
mod turns;

pub use self::events::{LiveEvent, LiveState};
pub use self::options::{LiveFormat, LiveOptions, TurnDetection, VerifiedLive};
pub use self::session::{Action, Session};
