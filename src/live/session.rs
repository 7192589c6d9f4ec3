//! The machine: what is to be done when, from the first sample to the last word.

mod audio_in;
mod audio_out;
mod connection;
mod wishes;

use std::collections::VecDeque;

use super::audio_kept::KeptAudio;
use super::events::{LiveEvent, LiveState};
use super::hearing::Hearing;
use super::options::VerifiedLive;
use super::reader::Reader;
use super::turns::Turns;
use crate::audio::resample::Resampler;
use crate::error::Error;
use crate::transcript::Transcript;

/// How long a socket may take to open, and a recognition to begin.
const OPENING_MS: f64 = 15_000.0;
/// How long the last words may take, and each of several, as the official SDKs wait.
const FINISHING_MS: f64 = 20_000.0;

/// What is to be done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Open a socket to this address, with the key.
    Connect(String),
    /// Send a text message.
    SendText(String),
    /// Send a binary message.
    SendBinary(Vec<u8>),
    /// Close the socket, and forget it.
    Close,
    /// Ask this address by HTTP, with the key, why the socket does not open, and tell [`Session::probed`].
    Probe(String),
    /// Tell the caller an event.
    Event(LiveEvent),
    /// It is over: everything was heard.
    Done(Box<Transcript>),
    /// It is over: this is why, and the audio whose words are missing as a WAV file, or Ogg where Opus came.
    Fail(Error, Option<Vec<u8>>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// A socket is being opened.
    Connecting,
    /// It is open, and the recognition has not begun.
    Opening,
    Running,
    /// All audio is sent, the last words are waited for.
    Ending,
    /// The pause before the next attempt.
    Waiting,
    /// Nothing is to be heard: the next sound opens a connection.
    Idle,
    Paused,
    Closed,
}

/// What the caller wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Stream,
    Pause,
    Finish,
}

/// One live transcription. Times are milliseconds of any clock that does not run backwards.
#[derive(Debug)]
pub struct Session {
    live: VerifiedLive,
    phase: Phase,
    wish: Wish,
    audio: KeptAudio,
    resampler: Option<Resampler>,
    /// The first half of a sample whose second half has not come.
    half: Option<u8>,
    hearing: Hearing,
    turns: Turns,
    reader: Reader,
    /// 24 letters that no other session has, and how many ids were made of them.
    seed: String,
    ids: u32,
    task_id: String,
    /// Failures in a row, without a word between them.
    failures: u32,
    ever_started: bool,
    /// Where the present connection began, and when; and the bytes of audio that it has got.
    base: u64,
    started_at: f64,
    sent_bytes: u64,
    /// How many of them have left the socket, as far as is known, and since when it was no more.
    delivered: (u64, f64),
    /// How much silence in a row that was.
    silence_sent: u64,
    deadline: Option<f64>,
    /// A number from 0 to 1, for pauses that differ.
    random: f64,
    actions: VecDeque<Action>,
}

impl Session {
    /// Begins to connect, `now`. `seed`: at least 24 hexadecimal digits, other ones each time; `random`: from 0 to 1.
    #[must_use]
    pub fn new(live: VerifiedLive, seed: &str, random: f64, now: f64) -> Self {
        let rates = (live.rate(), live.wire_rate());
        let is_opus = live.is_opus();
        let mut session = Self {
            phase: Phase::Connecting,
            wish: Wish::Stream,
            audio: if is_opus { KeptAudio::opus() } else { KeptAudio::samples(rates.1) },
            resampler: (rates.0 != rates.1).then(|| Resampler::new(rates.0, rates.1)),
            half: None,
            hearing: Hearing::default(),
            turns: Turns::default(),
            reader: Reader::new(live.family.protocol(), ""),
            seed: seed.get(..24).unwrap_or(seed).to_owned(),
            ids: 0,
            task_id: String::new(),
            failures: 0,
            ever_started: false,
            base: 0,
            started_at: 0.0,
            sent_bytes: 0,
            delivered: (0, 0.0),
            silence_sent: 0,
            deadline: Some(now + OPENING_MS),
            random,
            actions: VecDeque::new(),
            live,
        };
        session.state(LiveState::Connecting, None);
        session.actions.push_back(Action::Connect(session.live.url.clone()));
        session
    }

    /// The model that is spoken to.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.live.model
    }

    /// Whether connections go straight to the service, not to a relay.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.live.probe_url.is_some()
    }

    /// The next thing to be done.
    pub fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// When [`wake`](Self::wake) has to be called.
    #[must_use]
    pub fn deadline(&self) -> Option<f64> {
        self.deadline
    }

    fn has_unheard_sound(&self) -> bool {
        self.audio.last_sound() > self.audio.first().max(self.audio.place(self.hearing.needed_from_ms()))
    }

    fn done(&mut self) {
        let transcript = self.hearing.transcript(&self.live.model);
        self.tell(LiveEvent::Done(Box::new(transcript.clone())));
        self.end(None);
        self.actions.push_back(Action::Done(Box::new(transcript)));
    }

    fn fail(&mut self, error: Error) {
        self.drop_socket();
        let unsent = self.has_unheard_sound().then(|| self.audio.file()).flatten();
        self.end(Some(error.message()));
        self.actions.push_back(Action::Fail(error.with_partial_text(self.hearing.text()), unsent));
    }

    fn end(&mut self, reason: Option<&str>) {
        (self.phase, self.deadline) = (Phase::Closed, None);
        self.state(LiveState::Closed, reason);
    }

    fn state(&mut self, state: LiveState, reason: Option<&str>) {
        self.tell(LiveEvent::State { state, reason: reason.map(str::to_owned) });
    }

    fn tell(&mut self, event: LiveEvent) {
        self.actions.push_back(Action::Event(event));
    }

    /// 32 hexadecimal digits that were not used before.
    fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("{}{:08x}", self.seed, self.ids)
    }

    fn new_event_id(&mut self) -> String {
        format!("event_{}", self.new_id())
    }
}
