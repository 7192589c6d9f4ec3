//! The machine: what is to be done when, from the first sample to the last word.

use std::collections::VecDeque;

use super::audio_kept::KeptAudio;
use super::events::{LiveEvent, LiveState};
use super::hearing::Hearing;
use super::messages;
use super::options::{LiveOptions, VerifiedLive};
use super::reader::{Heard, Reader};
use super::turns::Turns;
use crate::api::error_body;
use crate::audio::resample::Resampler;
use crate::audio::wav::to_16_bits;
use crate::error::{Error, ErrorKind};
use crate::model::LiveProtocol;
use crate::retry::RetryPolicy;
use crate::transcript::Transcript;

/// How much audio goes into one message: as much as the service advises; where it is behind, as the official SDK sends files.
const PIECE_MS: f64 = 100.0;
const LARGE_PIECE_MS: f64 = 400.0;
/// How far ahead of the voice the session protocol may be sent to.
const LEAD_MS: f64 = 200.0;
/// Where the session protocol is so far behind the voice, as after a lost connection, silence is left out until it is not. It
/// takes nothing faster than it was spoken (`docs/protocol.md` §13.3), so this is the only way to catch up.
const BEHIND_MS: f64 = 1_000.0;
/// Silence beyond what ends a turn that is sent nevertheless, and before the sound that ends it.
const SILENCE_SENT_MS: f64 = 600.0;
const BEFORE_VOICE_MS: f64 = 400.0;
/// A socket that has passed nothing on for so long is dead, whether it has closed or not.
const DEAD_MS: f64 = 15_000.0;
/// How long a socket may take to open, and a recognition to begin.
const OPENING_MS: f64 = 15_000.0;
/// How long the last words may take, and each of several, as the official SDKs wait.
const FINISHING_MS: f64 = 20_000.0;
/// So much silence is kept of what was sent: words need not be recognised at once.
const KEPT_SILENCE_MS: f64 = 30_000.0;
/// So much is sent before the sound that opens a connection again.
const BEFORE_SOUND_MS: f64 = 1_000.0;
/// What is kept at the most while there is no connection: 19 MB at 16 kHz.
const MOST_KEPT_MS: f64 = 600_000.0;
/// Attempts at a connection that has never opened: a wrong key does not become right.
const ATTEMPTS_AT_FIRST: u32 = 3;

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

    /// Milliseconds of audio that are not sent yet.
    #[must_use]
    pub fn buffered_ms(&self) -> f64 {
        self.audio.millis(self.audio.unsent())
    }

    /// Bytes of audio that may be needed again. Beside them only the text grows.
    #[must_use]
    pub fn kept_bytes(&self) -> usize {
        self.audio.bytes()
    }

    /// How long the last of the audio's bytes last on the wire: milliseconds of what a socket has not sent yet.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "bytes of audio are few")]
    pub fn millis_of(&self, bytes: u64) -> f64 {
        if self.sent_bytes == 0 {
            return 0.0;
        }
        let sent_ms = self.audio.millis(self.audio.sent().saturating_sub(self.base));
        (sent_ms * bytes as f64 / self.sent_bytes as f64).min(sent_ms)
    }

    /// So many bytes wait in the socket. One whose network is gone keeps them, and may not close for minutes.
    pub fn in_socket(&mut self, bytes: u64, now: f64) {
        let delivered = self.sent_bytes.saturating_sub(bytes);
        if bytes == 0 || delivered > self.delivered.0 || self.phase != Phase::Running {
            self.delivered = (delivered, now);
        } else if now - self.delivered.1 > DEAD_MS {
            self.lost(Error::new(ErrorKind::Timeout, "the connection has passed nothing on for 15 seconds"), now);
        }
    }

    /// Audio as bytes, which may be cut anywhere: 16-bit samples, little-endian; with the format `opus`, Ogg.
    pub fn send_bytes(&mut self, bytes: &[u8], now: f64) {
        if self.live.is_opus() {
            if self.phase == Phase::Closed {
                return;
            }
            let counts = self.takes_audio();
            match self.audio.push_opus(bytes, counts) {
                Ok(has_sound) if counts => self.grown(has_sound, now),
                Ok(_) => {}
                Err(error) => self.fail(error),
            }
            return;
        }
        let mut whole = Vec::with_capacity(bytes.len() + 1);
        whole.extend(self.half.take());
        whole.extend_from_slice(bytes);
        let pairs = whole.chunks_exact(2);
        self.half = pairs.remainder().first().copied();
        let samples: Vec<i16> = pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        self.send_samples(&samples, now);
    }

    /// Samples from −1 to 1, at the caller's rate.
    pub fn send_floats(&mut self, samples: &[f32], now: f64) {
        if !self.takes_samples() {
            return;
        }
        let mut wanted = Vec::new();
        let samples = match &mut self.resampler {
            Some(resampler) => {
                resampler.push(samples, &mut wanted);
                &wanted
            }
            None => samples,
        };
        let has_sound = self.audio.push(&in_16_bits(samples));
        self.grown(has_sound, now);
    }

    /// Samples of 16 bits, at the caller's rate.
    pub fn send_samples(&mut self, samples: &[i16], now: f64) {
        if self.resampler.is_some() {
            let floats: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
            self.send_floats(&floats, now);
        } else if self.takes_samples() {
            let has_sound = self.audio.push(samples);
            self.grown(has_sound, now);
        }
    }

    /// Samples are taken unless Opus was promised.
    fn takes_samples(&mut self) -> bool {
        if self.live.is_opus() && self.phase != Phase::Closed {
            let problem =
                "samples came, but with format \"opus\" bytes of Ogg are expected; leave it out to send samples";
            self.fail(Error::invalid_option("audio", problem));
        }
        self.takes_audio()
    }

    fn takes_audio(&self) -> bool {
        self.phase != Phase::Closed && self.wish == Wish::Stream
    }

    fn grown(&mut self, has_sound: bool, now: f64) {
        match self.phase {
            Phase::Running => self.pump(now),
            Phase::Idle => {
                let most = self.audio.place(BEFORE_SOUND_MS);
                self.audio.forget_before(self.audio.end().saturating_sub(most));
                if has_sound {
                    self.connect(LiveState::Reconnecting, now);
                }
            }
            _ => {}
        }
        let most = self.audio.place(MOST_KEPT_MS);
        if self.audio.end() - self.audio.first() > most {
            if self.phase == Phase::Running && self.audio.unsent() < most {
                self.audio.forget_before(self.audio.sent().min(self.audio.end() - most));
            } else {
                let words = "ten minutes of audio could not be sent, which is as much as is kept";
                self.fail(Error::new(ErrorKind::Connection, words));
            }
        }
    }

    /// The socket is open.
    pub fn opened(&mut self, now: f64) {
        if self.phase != Phase::Connecting {
            return;
        }
        self.phase = Phase::Opening;
        self.deadline = Some(now + OPENING_MS);
        self.task_id = self.new_id();
        self.reader = Reader::new(self.live.family.protocol(), &self.task_id);
        if self.live.family.protocol() == LiveProtocol::Task {
            self.actions.push_back(Action::SendText(messages::run_task(&self.task_id, &self.live)));
        }
    }

    /// A text message came.
    pub fn message(&mut self, message: &str, now: f64) {
        if !matches!(self.phase, Phase::Opening | Phase::Running | Phase::Ending) {
            return;
        }
        if self.phase == Phase::Ending {
            self.deadline = Some(now + FINISHING_MS); // it is alive
        }
        match self.reader.read(message) {
            Heard::Created => {
                let update = messages::session_update(&self.new_event_id(), &self.live);
                self.actions.push_back(Action::SendText(update));
            }
            Heard::Started if self.phase == Phase::Opening => self.started(now),
            Heard::Partial(sentence) => {
                if let Some((id, segment)) = self.hearing.partial(sentence) {
                    self.failures = 0;
                    self.tell(LiveEvent::Partial { id, segment, text: self.hearing.text() });
                }
            }
            Heard::Final(sentence, usage) => {
                if let Some((id, segment)) = self.hearing.finish_sentence(sentence, usage) {
                    self.failures = 0;
                    self.tell(LiveEvent::Final { id, segment, text: self.hearing.text() });
                }
                self.forget();
            }
            Heard::Speech { speaking, at_ms } => {
                self.tell(LiveEvent::Speech { speaking, at_ms: self.hearing.shifted(at_ms) });
            }
            Heard::Named(item) => {
                if let Some((begin, end)) = self.turns.name_next() {
                    let millis = |place: u64| self.audio.millis(place.saturating_sub(self.base));
                    self.reader.add_turn(item, millis(begin), millis(end));
                }
            }
            Heard::Finished if self.phase == Phase::Ending => self.heard_all(now),
            Heard::Finished => {
                self.lost(Error::new(ErrorKind::Connection, "the service ended the recognition by itself"), now);
            }
            Heard::Failed(error) => self.lost(error, now),
            Heard::Started | Heard::Nothing => {}
        }
    }

    fn started(&mut self, now: f64) {
        self.phase = Phase::Running;
        self.ever_started = true;
        self.deadline = None;
        self.started_at = now;
        let needed = self.audio.place(self.hearing.needed_from_ms());
        self.audio.send_again_from(needed);
        self.base = self.audio.sent();
        (self.sent_bytes, self.silence_sent, self.delivered) = (0, 0, (0, now));
        self.hearing.begin(self.audio.millis(self.base), &self.task_id);
        if self.wish == Wish::Stream {
            self.state(LiveState::Open, None);
        }
        self.pump(now);
    }

    /// The socket has closed, or never opened.
    pub fn closed(&mut self, code: u32, reason: &str, now: f64) {
        if !matches!(self.phase, Phase::Connecting | Phase::Opening | Phase::Running | Phase::Ending) {
            return;
        }
        let words = match (self.phase, crate::tidy::tidy(reason)) {
            (Phase::Connecting, reason) if reason.is_empty() => "the WebSocket was closed before it opened, and the runtime does not tell why: the key \
                (wrong, expired, of another region), the address, a Content Security Policy without the host in connect-src, \
                or the network"
                .to_owned(),
            (_, reason) if reason.is_empty() => format!("the connection was closed (code {code})"),
            (_, reason) => format!("the connection was closed (code {code}: {reason})"),
        };
        if self.phase == Phase::Connecting
            && !self.ever_started
            && self.failures == 0
            && let Some(url) = &self.live.probe_url
        {
            self.actions.push_back(Action::Probe(url.clone()));
        }
        self.lost(Error::new(ErrorKind::Connection, words), now);
    }

    /// What plain HTTP has answered to [`Action::Probe`]: only a refusal says something about the socket.
    pub fn probed(&mut self, status: u16, body: &str) {
        if matches!(status, 401 | 403) && !self.ever_started && self.phase != Phase::Closed {
            self.fail(error_body::read(status, |_| None, 0.0, body.as_bytes()));
        }
    }

    /// No connection could be asked for: the caller's own function for the key has failed, say.
    pub fn failed(&mut self, error: Error, now: f64) {
        if self.phase != Phase::Closed {
            self.lost(error, now);
        }
    }

    /// The time that [`deadline`](Self::deadline) told has come.
    pub fn wake(&mut self, now: f64) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        self.deadline = None;
        match self.phase {
            Phase::Waiting => self.connect(LiveState::Reconnecting, now),
            Phase::Connecting | Phase::Opening | Phase::Ending => {
                self.lost(Error::new(ErrorKind::Timeout, "the service did not answer in time"), now);
            }
            Phase::Running => self.pump(now),
            Phase::Idle | Phase::Paused | Phase::Closed => {}
        }
    }

    /// No more audio: the rest is sent, and what is heard of it waited for.
    pub fn finish(&mut self, now: f64) {
        self.flush_resampler();
        self.wish_for(Wish::Finish, now);
    }

    /// A turn is over. Only with `turnDetection: null`, where nothing else ends one.
    pub fn commit(&mut self, now: f64) -> Result<(), Error> {
        if !self.live.ends_by_hand() {
            let problem = "the service ends turns by itself, unless this is null; commit() is for that case";
            return Err(Error::invalid_option("turnDetection", problem));
        }
        if self.takes_audio() {
            self.flush_resampler();
            self.turns.end_at(self.audio.end());
            if self.phase == Phase::Running {
                self.pump(now);
            }
        }
        Ok(())
    }

    /// What was sent is heard to its end, then the connection is given up. Audio that is sent meanwhile is not of the recording.
    pub fn pause(&mut self, now: f64) {
        if self.wish == Wish::Stream && self.phase != Phase::Closed {
            self.flush_resampler();
            self.state(LiveState::Paused, None);
            self.wish_for(Wish::Pause, now);
        }
    }

    /// Goes on after a pause.
    pub fn resume(&mut self, now: f64) {
        if self.wish != Wish::Pause || self.phase == Phase::Closed {
            return;
        }
        self.wish = Wish::Stream;
        match self.phase {
            Phase::Paused => self.connect(LiveState::Connecting, now),
            Phase::Running => self.state(LiveState::Open, None),
            _ => {} // it goes on when the last words before the pause are there
        }
    }

    /// Gives up the connection for a new one, as after a change of networks.
    pub fn reconnect(&mut self, now: f64) {
        if matches!(self.phase, Phase::Idle | Phase::Paused | Phase::Closed) {
            return;
        }
        self.failures = 0;
        self.drop_socket();
        self.connect(LiveState::Reconnecting, now);
    }

    /// Other words that were said before, from now on. The option `context` stays as it is, unless it is given again.
    pub fn set_context(&mut self, given: LiveOptions) -> Result<(), Error> {
        self.live.set_context(given)?;
        if self.phase == Phase::Running {
            self.actions.push_back(Action::SendText(messages::continue_task(&self.task_id, &self.live)));
        }
        Ok(())
    }

    /// Gives up.
    pub fn close(&mut self) {
        if self.phase != Phase::Closed {
            self.drop_socket();
            self.end(None);
        }
    }

    fn wish_for(&mut self, wish: Wish, now: f64) {
        if self.phase == Phase::Closed {
            return;
        }
        self.wish = wish;
        match self.phase {
            Phase::Running => self.pump(now),
            Phase::Idle | Phase::Paused => self.rest(now),
            Phase::Connecting | Phase::Opening | Phase::Waiting if !self.has_unheard_sound() => {
                self.drop_socket();
                self.rest(now);
            }
            _ => {}
        }
    }

    /// The filter still holds a few milliseconds.
    fn flush_resampler(&mut self) {
        if let Some(resampler) = &mut self.resampler
            && self.wish == Wish::Stream
        {
            let mut rest = Vec::new();
            resampler.finish(&mut rest);
            self.audio.push(&in_16_bits(&rest));
            *resampler = Resampler::new(self.live.rate(), self.live.wire_rate());
        }
    }

    /// There is nothing to be heard at present.
    fn rest(&mut self, now: f64) {
        match self.wish {
            Wish::Finish => self.done(),
            Wish::Pause => (self.phase, self.deadline) = (Phase::Paused, None),
            Wish::Stream if self.has_unheard_sound() => self.connect(LiveState::Connecting, now),
            Wish::Stream => {
                (self.phase, self.deadline) = (Phase::Idle, None);
                self.state(LiveState::Paused, Some("silence"));
            }
        }
    }

    /// Everything that was sent is heard.
    fn heard_all(&mut self, now: f64) {
        for (id, segment) in self.hearing.settle() {
            self.tell(LiveEvent::Final { id, segment, text: self.hearing.text() });
        }
        self.audio.forget_before(self.audio.sent());
        self.drop_socket();
        match self.wish {
            // Resumed while the last words before the pause were waited for.
            Wish::Stream => self.connect(LiveState::Connecting, now),
            _ => self.rest(now),
        }
    }

    /// Sends what may be sent now.
    fn pump(&mut self, now: f64) {
        let protocol = self.live.family.protocol();
        let is_last = self.wish != Wish::Stream;
        let piece = self.audio.place(PIECE_MS);
        if is_last && self.live.ends_by_hand() {
            self.turns.end_at(self.audio.end());
        }
        loop {
            let turn_end = self.turns.next();
            if turn_end.is_some_and(|end| end <= self.audio.sent()) {
                self.turns.tell_next();
                let commit = messages::commit(&self.new_event_id());
                self.actions.push_back(Action::SendText(commit));
                continue;
            }
            let is_last = is_last || turn_end.is_some();
            let unsent = turn_end.map_or(self.audio.unsent(), |end| end - self.audio.sent());
            if unsent == 0 || (unsent < piece && !is_last) {
                break;
            }
            let size = match protocol {
                LiveProtocol::Task => unsent.min(self.audio.place(LARGE_PIECE_MS)),
                LiveProtocol::Session => {
                    if self.leaves_out(piece) {
                        continue;
                    }
                    let sent_ms = self.audio.millis(self.audio.sent() - self.base);
                    let due = self.started_at + sent_ms - LEAD_MS;
                    if due > now {
                        self.deadline = Some(due);
                        break;
                    }
                    self.silence_sent = if self.audio.is_silent_for(piece) { self.silence_sent + piece } else { 0 };
                    unsent.min(piece)
                }
            };
            let audio = self.audio.take(size);
            let (length, action) = match protocol {
                LiveProtocol::Task => (audio.len(), Action::SendBinary(audio)),
                LiveProtocol::Session => {
                    let append = messages::append(&self.new_event_id(), &audio);
                    (append.len(), Action::SendText(append))
                }
            };
            self.sent_bytes += length as u64;
            self.actions.push_back(action);
        }
        self.forget();
        if is_last && self.audio.unsent() == 0 {
            let message = match protocol {
                LiveProtocol::Task => messages::finish_task(&self.task_id),
                LiveProtocol::Session => messages::session_finish(&self.new_event_id()),
            };
            self.actions.push_back(Action::SendText(message));
            (self.phase, self.deadline) = (Phase::Ending, Some(now + FINISHING_MS));
        }
    }

    /// Leaves out the next piece, where it is silent, a turn has ended before it, and there is time to catch up with.
    fn leaves_out(&mut self, piece: u64) -> bool {
        let sent_ms = self.audio.millis(self.audio.sent() - self.base);
        let is_enough = self.audio.millis(self.silence_sent) >= f64::from(self.live.turn_ends_ms()) + SILENCE_SENT_MS;
        let is_behind = self.audio.millis(self.audio.unsent()) > BEHIND_MS;
        let leaves_out = !self.live.ends_by_hand()
            && is_enough
            && is_behind
            && self.audio.is_silent_for(piece + self.audio.place(BEFORE_VOICE_MS));
        if leaves_out {
            self.hearing.leave_out(sent_ms, self.audio.millis(piece));
            self.audio.skip(piece);
            self.base += piece;
        }
        leaves_out
    }

    /// Lets go of audio whose words are final, and of long silence.
    fn forget(&mut self) {
        let heard = self.audio.place(self.hearing.needed_from_ms());
        self.audio.forget_before(heard.min(self.audio.sent()));
        if self.live.ends_by_hand() {
            // What is heard is told in milliseconds, and a turn ends anywhere.
            self.turns.forget_before(heard + self.audio.place(1.0));
        } else if !self.hearing.is_open() {
            let silence = self.audio.place(KEPT_SILENCE_MS);
            self.audio.forget_before(self.audio.sent().saturating_sub(silence));
        }
    }

    fn has_unheard_sound(&self) -> bool {
        self.audio.last_sound() > self.audio.first().max(self.audio.place(self.hearing.needed_from_ms()))
    }

    /// The connection is gone, or did not come about.
    fn lost(&mut self, error: Error, now: f64) {
        self.drop_socket();
        if !error.is_retryable() {
            return self.fail(error);
        }
        if self.ever_started && !self.has_unheard_sound() {
            return self.rest(now);
        }
        let most = self.live.reconnects();
        let max_retries = if self.ever_started { most } else { most.min(ATTEMPTS_AT_FIRST - 1) };
        let pause = RetryPolicy { max_retries }.pause(self.failures, true, error.retry_after(), self.random);
        let Some(pause) = pause else { return self.fail(error) };
        self.failures += 1;
        (self.phase, self.deadline) = (Phase::Waiting, Some(now + pause.as_secs_f64() * 1_000.0));
        self.state(LiveState::Reconnecting, Some(error.message()));
    }

    fn connect(&mut self, state: LiveState, now: f64) {
        if self.phase != Phase::Waiting {
            self.state(state, None);
        }
        (self.phase, self.deadline) = (Phase::Connecting, Some(now + OPENING_MS));
        self.actions.push_back(Action::Connect(self.live.url.clone()));
    }

    /// What the connection has not made final is unheard again.
    fn drop_socket(&mut self) {
        if matches!(self.phase, Phase::Connecting | Phase::Opening | Phase::Running | Phase::Ending) {
            self.actions.push_back(Action::Close);
        }
        self.hearing.cut();
        self.turns.begin_again();
        self.audio.send_again_from(self.audio.place(self.hearing.needed_from_ms()));
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

fn in_16_bits(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|sample| to_16_bits(*sample)).collect()
}
