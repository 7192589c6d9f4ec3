//! The machine: a recording's pieces come in, one after the other, and it says which to send when, what to do where one fails, and
//! what is to be told, in order.

use std::collections::VecDeque;

use super::form::Forms;
use super::kept::{self, Kept, Stretch};
use super::options::SplitOptions;
use super::way::Allowed;
use super::whole::{Gap, Outcome, Whole};
use crate::error::{Error, ErrorKind};
use crate::retry::RetryPolicy;
use crate::transcript::{Segment, Transcript};

/// From this length on a piece ends at the next clear pause: the sooner the first text is there, the less is lost with one that
/// fails, and an hour is sixty requests, which no limit is afraid of.
pub const TARGET_MS: u32 = 60_000;
/// A pause of this length ends a piece, and is left out: nobody pays for it, and models make up words in it.
pub const SILENCE_MS: u32 = 5_000;
/// Pieces that are read and wait, so that there is one when another ends.
const AHEAD: usize = 1;
/// How often a piece may be told "too many requests": with the pauses of the limiter, some minutes.
const MOST_THROTTLED: u32 = 30;
/// So many pieces in a row that fail for no fault of theirs: the next ones would, too.
const IN_A_ROW: usize = 3;
/// How much of the text before a piece goes with it, in characters: Fun-ASR and Qwen-Audio take no more (`docs/protocol.md` §5.3).
const CONTEXT: usize = 400;

/// What is to be done.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Action {
    /// Have this piece transcribed, in one request without retries.
    Send {
        /// The how many-th piece.
        index: usize,
        /// What to say before it, in place of the caller's own.
        context: Option<String>,
        /// Whether it shall be Opus. What does not encode that says so by [`Split::unencoded`], and sends WAV.
        as_opus: bool,
    },
    /// Nothing more is asked of this piece: its audio is not needed any more.
    Settled {
        /// The how many-th piece.
        index: usize,
    },
    /// What comes next in the text.
    Told(Told),
    /// The end.
    Done(Box<Outcome>),
    /// The end, without a transcript.
    Fail(Error),
}

/// What a piece adds to what was told before it.
#[derive(Clone, Debug)]
pub struct Told {
    /// What is new, with the space that parts it from what was there.
    pub delta: String,
    /// Its sentences.
    pub segments: Vec<Segment>,
    /// Why there is nothing of it.
    pub gap: Option<Gap>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Pieces that have come.
    pub known: usize,
    /// Pieces that are over, well or badly.
    pub settled: usize,
    /// Whether there will be no more pieces.
    pub is_complete: bool,
    /// How much of the recording has come as pieces, in milliseconds from its beginning.
    pub known_ms: f64,
    /// How much of it stands in the text.
    pub told_ms: f64,
}

#[derive(Debug)]
enum State {
    /// From this time on it may be sent.
    Waiting(f64),
    Sent,
    Heard(Box<Transcript>),
    Failed(Error),
}

#[derive(Debug)]
struct Piece {
    stretch: Stretch,
    state: State,
    failures: u32,
    throttled: u32,
    /// The form in which it was sent, and whether that is the only one that is left.
    as_opus: bool,
    is_wav: bool,
}

impl Piece {
    const fn is_settled(&self) -> bool {
        matches!(self.state, State::Heard(_) | State::Failed(_))
    }
}

/// A recording that is split. Times are milliseconds of a clock that does not run backwards.
#[derive(Debug)]
pub struct Split {
    options: SplitOptions,
    kept: Kept,
    pieces: Vec<Piece>,
    /// Pieces that have been told.
    told: usize,
    is_complete: bool,
    is_over: bool,
    /// Pieces that failed since the last one that did not.
    failed_in_a_row: usize,
    whole: Whole,
    forms: Forms,
    actions: VecDeque<Action>,
}

impl Split {
    /// Begins, or goes on with what was kept.
    #[must_use]
    pub fn new(options: SplitOptions, kept: Kept) -> Self {
        Self {
            forms: Forms::new(options.takes_opus),
            options,
            kept,
            pieces: Vec::new(),
            told: 0,
            is_complete: false,
            is_over: false,
            failed_in_a_row: 0,
            whole: Whole::default(),
            actions: VecDeque::new(),
        }
    }

    /// What was said for all pieces.
    #[must_use]
    pub fn options(&self) -> &SplitOptions {
        &self.options
    }

    /// Goes no faster and takes no longer pieces than a relay allows. Before the first piece.
    pub fn narrow(&mut self, allowed: &Allowed) {
        self.options.narrow(allowed);
    }

    /// Whether the next piece shall be read: no more are in memory than can be sent soon.
    #[must_use]
    pub fn wants_more(&self) -> bool {
        !self.is_over && !self.is_complete && self.unsettled().count() < self.most_at_a_time() + AHEAD
    }

    fn most_at_a_time(&self) -> usize {
        self.options.pace.concurrency as usize
    }

    fn unsettled(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().skip(self.told).filter(|piece| !piece.is_settled())
    }

    /// The next piece: its first sample in the recording, and all of them (16 kHz, one channel).
    pub fn piece(&mut self, start: u64, samples: &[i16]) {
        let (index, stretch) = (self.pieces.len(), Stretch::of(start, samples));
        let state = match self.kept.take(index, &stretch) {
            Ok(Some(transcript)) => {
                self.actions.push_back(Action::Settled { index });
                State::Heard(Box::new(transcript))
            }
            Ok(None) => State::Waiting(0.0),
            Err(error) => return self.fail(error),
        };
        self.pieces.push(Piece { stretch, state, failures: 0, throttled: 0, as_opus: false, is_wav: false });
    }

    /// There are no more pieces.
    pub fn end(&mut self) {
        self.is_complete = true;
        if let Err(error) = self.kept.end(self.pieces.len(), self.progress().known_ms) {
            self.fail(error);
        }
    }

    /// The piece that was to be sent as Opus goes as WAV: it could not be encoded.
    pub fn unencoded(&mut self, index: usize) {
        if let Some(piece) = self.sent(index) {
            (piece.as_opus, piece.is_wav) = (false, true);
            self.forms.unencoded();
        }
    }

    /// A piece has its transcript, on its own clock.
    pub fn heard(&mut self, index: usize, transcript: Transcript) {
        if let Some(piece) = self.sent(index) {
            piece.state = State::Heard(Box::new(transcript));
            if piece.as_opus {
                self.forms.heard();
            }
            self.failed_in_a_row = 0;
            self.actions.push_back(Action::Settled { index });
        }
    }

    /// A piece has failed. `random` is a number in `0.0..1.0`.
    pub fn failed(&mut self, index: usize, error: Error, now: f64, random: f64) {
        let policy = RetryPolicy { max_retries: self.options.max_retries };
        let patient = RetryPolicy { max_retries: MOST_THROTTLED };
        let was_opus = self.sent(index).is_some_and(|piece| piece.as_opus);
        let is_refused = was_opus && self.forms.refused(error.kind());
        let Some(piece) = self.sent(index) else { return };
        if concerns_all(error.kind()) {
            return self.fail(error);
        }
        if is_refused {
            (piece.is_wav, piece.state) = (true, State::Waiting(now));
            return;
        }
        let (policy, count) = match error.kind() {
            ErrorKind::RateLimit => (patient, &mut piece.throttled),
            _ => (policy, &mut piece.failures),
        };
        if let Some(pause) = policy.pause(*count, error.is_retryable(), error.retry_after(), random) {
            *count += 1;
            piece.state = State::Waiting(now + pause.as_secs_f64() * 1000.0);
            return;
        }
        let is_retryable = error.is_retryable();
        piece.state = State::Failed(error.clone());
        self.actions.push_back(Action::Settled { index });
        self.failed_in_a_row = if is_retryable { self.failed_in_a_row + 1 } else { 0 };
        if self.failed_in_a_row >= IN_A_ROW {
            self.fail(error);
        }
    }

    fn sent(&mut self, index: usize) -> Option<&mut Piece> {
        self.pieces.get_mut(index).filter(|piece| matches!(piece.state, State::Sent))
    }

    /// Ends it: nobody would gain by going on.
    pub fn fail(&mut self, error: Error) {
        if !self.is_over {
            self.is_over = true;
            let text = self.whole.text();
            let error = if text.is_empty() { error } else { error.with_partial_text(text) };
            self.actions.push_back(Action::Fail(error));
        }
    }

    /// What is to be done next; nothing until something happens, or until [`deadline`](Self::deadline).
    pub fn next_action(&mut self, now: f64) -> Option<Action> {
        if let Some(action) = self.actions.pop_front() {
            return Some(action);
        }
        if self.is_over {
            return None;
        }
        if let Some(told) = self.tell() {
            return Some(Action::Told(told));
        }
        if self.is_complete && self.told == self.pieces.len() {
            self.is_over = true;
            return Some(self.outcome());
        }
        self.send(now)
    }

    /// The next piece in order, if it is over.
    fn tell(&mut self) -> Option<Told> {
        let (index, piece) = (self.told, self.pieces.get(self.told)?);
        let (begin_ms, end_ms) = (piece.stretch.begin_ms(), piece.stretch.end_ms());
        let told = match &piece.state {
            State::Heard(transcript) => {
                let added = self.whole.add(begin_ms, end_ms, transcript);
                Told { delta: added.delta, segments: added.segments, gap: None }
            }
            State::Failed(error) => {
                let gap = Gap { index, begin_ms, end_ms, error: error.clone() };
                self.whole.add_gap(gap.clone());
                Told { delta: String::new(), segments: Vec::new(), gap: Some(gap) }
            }
            State::Waiting(_) | State::Sent => return None,
        };
        self.told += 1;
        Some(told)
    }

    fn outcome(&mut self) -> Action {
        let outcome = self.whole.finish();
        match outcome.gaps.first() {
            Some(gap) if outcome.gaps.len() == self.pieces.len() => Action::Fail(gap.error.clone()),
            _ => Action::Done(Box::new(outcome)),
        }
    }

    fn send(&mut self, now: f64) -> Option<Action> {
        let (index, _) = self.sendable().filter(|(_, from)| *from <= now)?;
        let context = self.options.is_chain.then(|| self.context()).flatten();
        let takes_opus = self.forms.takes_opus();
        let piece = self.pieces.get_mut(index)?;
        (piece.state, piece.as_opus) = (State::Sent, takes_opus && !piece.is_wav);
        Some(Action::Send { index, context, as_opus: piece.as_opus })
    }

    /// The piece to be sent next, and from when on: the first one that may be sent soonest.
    fn sendable(&self) -> Option<(usize, f64)> {
        let under_way = self.unsettled().filter(|piece| matches!(piece.state, State::Sent)).count();
        if under_way >= self.most_at_a_time() || self.is_over {
            return None;
        }
        let reach = if self.options.is_chain { self.told + 1 } else { self.pieces.len() };
        let waiting = self.pieces.iter().enumerate().take(reach).skip(self.told);
        let waiting = waiting.filter_map(|(index, piece)| match piece.state {
            State::Waiting(from) => Some((index, from)),
            _ => None,
        });
        waiting.reduce(|first, other| if other.1 < first.1 { other } else { first })
    }

    /// The caller's words, and as much as fits of what was said last.
    ///
    /// Only where one piece follows the other: what is known of the text when several go at a time depends on whose answer comes
    /// first, and the same recording would become another text each time.
    fn context(&self) -> Option<String> {
        let own = self.options.context.as_deref().unwrap_or_default();
        let room = CONTEXT.saturating_sub(own.chars().count() + 1);
        let text = self.whole.text();
        let from = text.char_indices().rev().take(room).last().map_or(text.len(), |(at, _)| at);
        let last = text.get(from..).unwrap_or_default();
        // Not from within a word, where there are words.
        let last =
            if from == 0 { last } else { last.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()) };
        let last = last.trim();
        match (own, last) {
            (_, "") => None,
            ("", _) => Some(last.to_owned()),
            _ => Some(format!("{own}\n{last}")),
        }
    }

    /// When there is something to do, though nothing happens until then.
    #[must_use]
    pub fn deadline(&self) -> Option<f64> {
        self.sendable().map(|(_, from)| from)
    }

    /// How far it is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let end_of = |piece: Option<&Piece>| piece.map_or(0.0, |piece| piece.stretch.end_ms());
        Progress {
            known: self.pieces.len(),
            settled: self.pieces.len() - self.unsettled().count(),
            is_complete: self.is_complete,
            known_ms: end_of(self.pieces.last()),
            told_ms: end_of(self.told.checked_sub(1).and_then(|last| self.pieces.get(last))),
        }
    }

    /// A piece as a caller keeps it, as JSON: see [`Kept::read`].
    #[must_use]
    pub fn kept(&self, index: usize) -> Option<String> {
        let piece = self.pieces.get(index)?;
        let transcript = match &piece.state {
            State::Heard(transcript) => Some(transcript.as_ref()),
            _ => None,
        };
        Some(kept::write(&piece.stretch, transcript))
    }
}

/// What is wrong with the account, the client or the caller's options is so for every piece.
const fn concerns_all(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::InvalidOption
            | ErrorKind::Authentication
            | ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::Billing
            | ErrorKind::Aborted
    )
}
