//! Words while they are spoken, for Rust: a live transcription as a handle that takes audio and is a
//! [`Stream`](futures_core::Stream) of events, over any host that opens sockets.
//!
//! What is done when is decided by [`Session`](crate::live::Session); here it is done.

mod connection;
mod effects;
mod error;
mod machine;
mod wakers;

pub use self::error::LiveError;

use core::cell::RefCell;
use core::fmt;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll};
use std::sync::Arc;
use std::time::Duration;

use futures_core::Stream;

use self::effects::{Effects, millis};
use self::machine::Machine;
use self::wakers::Wakers;
use crate::error::Error;
use crate::live::{LiveEvent, LiveOptions, Session};
use crate::options::Message;
use crate::retry::from_millis;
use crate::socket::OpenSocket;
use crate::transcriber::Transcriber;
use crate::transcript::Transcript;

/// A live transcription: audio goes in by [`send`](Self::send), events come out of it as of a stream, the transcript out of
/// [`finish`](Self::finish).
///
/// Audio that is sent before the connection is open, or while it is lost, is kept and sent later; what is heard twice is told
/// once. All of it works on a shared reference, so that the callback of a microphone, a loop over the events (it is a stream
/// behind a reference, too) and a button can have one between them, in an [`Rc`](std::rc::Rc).
///
/// Nothing is spawned: it goes on while somebody waits for an event or for `finish`, and whenever it is told something.
/// Dropping it closes the connection.
///
/// The stream ends after [`LiveEvent::Done`] and the state that follows, after an error, or after [`close`](Self::close).
/// Where several loops read it, they share its events.
pub struct LiveTranscript<H: OpenSocket> {
    machine: RefCell<Machine>,
    /// Not the same cell: while it waits for the world, the world may tell the machine something.
    effects: RefCell<Effects<H>>,
    wakers: Arc<Wakers>,
    transcriber: Transcriber<H>,
}

impl<H: OpenSocket + 'static> Transcriber<H> {
    /// Words while they are spoken. Begins to connect at once; what is wrong with the options is said here.
    ///
    /// The key is asked for before each connection. A page without a relay can tell it in the address only, so it should be
    /// one for a short time there. Of this client's settings for calls the headers count,
    /// where the runtime's sockets take any; how often a lost connection is tried again is
    /// [`LiveOptions::max_retries`].
    ///
    /// ```
    /// # #[cfg(all(target_arch = "wasm32", feature = "web"))]
    /// # async fn run(asr: dashscope_asr::web::Transcriber, samples: Vec<i16>) -> Result<(), dashscope_asr::Error> {
    /// use dashscope_asr::live::LiveOptions;
    ///
    /// let live = asr.live(&LiveOptions { language_hints: vec!["en".to_owned()], ..LiveOptions::default() })?;
    /// live.send(&samples);
    /// let transcript = live.finish().await?;
    /// # Ok(()) }
    /// ```
    pub fn live(&self, options: &LiveOptions) -> Result<LiveTranscript<H>, Error> {
        self.call()?; // its settings are checked there
        let live = options.clone().verify(self.config())?;
        let now = millis(self.host().elapsed());
        let machine = Machine::new(Session::new(live, &seed(self.host()), self.host().random(), now));
        let wakers = Arc::<Wakers>::default();
        let effects = Effects::new(self.clone(), Arc::clone(&wakers));
        let live = LiveTranscript {
            machine: RefCell::new(machine),
            effects: RefCell::new(effects),
            wakers,
            transcriber: self.clone(),
        };
        live.run();
        Ok(live)
    }
}

/// 24 hexadecimal digits.
fn seed<H: OpenSocket>(host: &H) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 15")]
    (0..24).map(|_| char::from(DIGITS[(host.random() * 16.0) as usize % 16])).collect()
}

impl<H: OpenSocket + 'static> LiveTranscript<H> {
    /// Sends samples of 16 bits, of one channel, at [`LiveOptions::sample_rate`]. They are copied; it never waits. After
    /// `finish` and `close`, and during a pause, they are not heard.
    pub fn send(&self, samples: &[i16]) {
        self.hear(|machine, now| machine.session.send_samples(samples, now));
    }

    /// Sends samples from −1 to 1, as [`send`](Self::send) does.
    pub fn send_floats(&self, samples: &[f32]) {
        self.hear(|machine, now| machine.session.send_floats(samples, now));
    }

    /// Sends bytes: samples of 16 bits, little-endian, or with [`LiveFormat::Opus`](crate::live::LiveFormat), Ogg from its first
    /// byte on. They may be cut anywhere.
    pub fn send_bytes(&self, bytes: &[u8]) {
        self.hear(|machine, now| machine.session.send_bytes(bytes, now));
    }

    /// A turn is over, where [`TurnDetection::is_off`](crate::live::TurnDetection); elsewhere it is refused.
    pub fn commit(&self) -> Result<(), Error> {
        let mut outcome = Ok(());
        self.tell(|machine, now| outcome = machine.session.commit(now));
        outcome
    }

    /// No more audio: waits until all of it is heard. Events come meanwhile, for whoever reads them.
    ///
    /// Fails with what went wrong, and the audio that was not heard. May be asked again, and after the end.
    pub async fn finish(&self) -> Result<Transcript, LiveError> {
        self.tell(|machine, now| machine.session.finish(now));
        poll_fn(|context| {
            self.wait(context);
            match &self.machine.borrow().outcome {
                Some(outcome) => Poll::Ready(outcome.clone()),
                None => Poll::Pending,
            }
        })
        .await
    }

    /// Gives up: the events end, and `finish` fails as [aborted](crate::ErrorKind::Aborted).
    pub fn close(&self) {
        self.tell(|machine, _| machine.close());
    }

    /// Lets what was said be heard to its end, and the connection go. Audio of the pause is not of the recording.
    pub fn pause(&self) {
        self.tell(|machine, now| machine.session.pause(now));
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.tell(|machine, now| machine.session.resume(now));
    }

    /// Takes a new connection in place of this one, as after a change of networks. No words are lost.
    pub fn reconnect(&self) {
        self.tell(|machine, now| machine.session.reconnect(now));
    }

    /// Other words that were said before, from now on. Fun-ASR and Qwen-Audio; with other models it is refused.
    pub fn set_context(&self, messages: Vec<Message>) -> Result<(), Error> {
        let mut outcome = Ok(());
        self.tell(|machine, _| {
            outcome = machine.session.set_context(LiveOptions { messages, ..LiveOptions::default() });
        });
        outcome
    }

    /// How much audio waits to be sent.
    #[must_use]
    pub fn buffered(&self) -> Duration {
        from_millis(self.machine.borrow().buffered_ms(self.in_socket())).unwrap_or_default()
    }

    /// Bytes that the socket has taken and not sent.
    fn in_socket(&self) -> u64 {
        self.effects.try_borrow().map_or(0, |effects| effects.buffered())
    }

    /// Audio comes, and with it a look at whether the socket is alive.
    fn hear(&self, work: impl FnOnce(&mut Machine, f64)) {
        let waiting = self.in_socket();
        self.tell(|machine, now| {
            machine.session.in_socket(waiting, now);
            work(machine, now);
        });
    }

    /// Tells the machine something, and does what it asks for then.
    fn tell(&self, work: impl FnOnce(&mut Machine, f64)) {
        let now = millis(self.transcriber.host().elapsed());
        work(&mut self.machine.borrow_mut(), now);
        self.run();
        if self.machine.borrow().has_news() {
            self.wakers.wake_all();
        }
    }

    /// Does what can be done now, and has the caller woken when there is more.
    fn wait(&self, context: &Context<'_>) {
        self.wakers.add(context.waker());
        self.run();
    }

    /// Does everything that can be done now.
    fn run(&self) {
        // Told something by what is being asked: that goes on with it.
        let Ok(mut effects) = self.effects.try_borrow_mut() else { return };
        let was_over = self.machine.borrow().outcome.is_some();
        effects.run(&self.machine);
        if !was_over && self.machine.borrow().outcome.is_some() {
            self.wakers.wake_all(); // not whoever asks now alone
        }
    }

    fn poll_event(&self, context: &Context<'_>) -> Poll<Option<Result<LiveEvent, LiveError>>> {
        self.wait(context);
        self.machine.borrow_mut().next_event()
    }
}

// Nothing in it is pinned where it stands: what is polled lives in boxes.
impl<H: OpenSocket> Unpin for LiveTranscript<H> {}

impl<H: OpenSocket + 'static> Stream for LiveTranscript<H> {
    type Item = Result<LiveEvent, LiveError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl<H: OpenSocket + 'static> Stream for &LiveTranscript<H> {
    type Item = Result<LiveEvent, LiveError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context)
    }
}

impl<H: OpenSocket> fmt::Debug for LiveTranscript<H> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LiveTranscript").finish_non_exhaustive()
    }
}
