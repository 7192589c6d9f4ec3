//! Cuts a recording at its pauses, as it comes.
//!
//! ```
//! use dashscope_asr::model::Family;
//! use dashscope_asr::sound::{Segmenter, SegmenterOptions};
//!
//! let options = SegmenterOptions::of(&Family::of("qwen3-asr-flash").limits());
//! let mut segmenter = Segmenter::new(options);
//! # let chunks_of_samples: [Vec<i16>; 0] = [];
//! for samples in chunks_of_samples {
//!     segmenter.push(&samples); // 16 kHz, one channel, as many as there are
//!     while let Some(segment) = segmenter.next_segment() {
//!         println!("{} samples from {} on", segment.samples.len(), segment.start);
//!     }
//! }
//! segmenter.finish();
//! assert!(segmenter.next_segment().is_none());
//! ```
//!
//! What is promised, and tested with random speech cut at random:
//!
//! * Everything that was judged to be speech is in exactly one segment, and segments come in order. None is longer than
//!   [`SegmenterOptions::longest`].
//! * A segment ends in a pause. Where the limit forces a cut, it is at the longest pause nearest the limit; only where there is
//!   no pause since the segment's beginning it is at the quietest place of its last quarter, and [`Ending::Voice`] says so.
//! * Silence is left out: a segment begins [`BEFORE`] and ends [`AFTER`] its speech at the most, and no pause in it is as long as
//!   [`SegmenterOptions::silence`].
//! * Samples are those of the input, from [`Segment::start`] on, and none depends on how the input was cut into chunks.
//!
//! What is kept is the segment that grows, which is ten megabytes at the most.

use core::ops::Range;
use std::collections::VecDeque;

use super::longest;
use super::voice::{FRAME, Listening, Voice};
use crate::audio::wav::SAMPLE_RATE;
use crate::error::Error;
use crate::fields::Fields;
use crate::json::View;
use crate::model::{DEFAULT_MODEL, Family, Limits};

/// From this score on somebody begins to speak, and goes on as long as it is above the second.
const BEGINS: f32 = 0.5;
const GOES_ON: f32 = 0.4;

/// What of the silence before speech is kept, in frames: the detector hears a word a little later than it begins.
pub const BEFORE: usize = 12;
/// And behind it: words fade.
pub const AFTER: usize = 16;
/// A pause: the mouth is closed within words, too, as before a "t", but shorter.
const PAUSE: usize = 10;
/// A pause of a second is as good as any.
const LONGEST_PAUSE: usize = 62;
/// A pause at which a segment ends that is long enough already.
const CLEAR: usize = AFTER + BEFORE;
/// No limit is shorter: a second.
const LEAST: usize = 62;
const LEAST_MILLIS: u32 = 1_000;
/// Twelve hours, which no model takes more than.
const MOST_MILLIS: u32 = 43_200_000;

/// How segments are to be, in samples of 16 kHz.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmenterOptions {
    /// No segment is longer. At least a second.
    pub longest: u64,
    /// From this length on a segment ends at the next clear pause (0.45 s).
    pub target: u64,
    /// A pause of this length ends a segment, and is left out.
    pub silence: u64,
}

impl SegmenterOptions {
    /// As long as a model takes them as WAV, and no more than three seconds of silence in them.
    #[must_use]
    pub fn of(limits: &Limits) -> Self {
        let longest = longest(limits);
        Self { longest, target: longest, silence: 3 * u64::from(SAMPLE_RATE) }
    }

    /// Reads the options as a caller in JavaScript writes them: `model`, whose limits count, `maxMs`, `targetMs`, `silenceMs`.
    pub fn read(given: View<'_>) -> Result<Self, Error> {
        let mut fields = Fields::new(given, "option of segments");
        let model = fields.text("model");
        let (most, target, silence) = (
            fields.count("maxMs", MOST_MILLIS),
            fields.count("targetMs", MOST_MILLIS),
            fields.count("silenceMs", MOST_MILLIS),
        );
        fields.finish()?;
        let mut options = Self::of(&Family::of(model.as_deref().unwrap_or(DEFAULT_MODEL)).limits());
        let samples = |millis: u32| u64::from(millis) * u64::from(SAMPLE_RATE / 1000);
        if most.is_some_and(|millis| millis < LEAST_MILLIS) {
            return Err(Error::invalid_option("maxMs", format_args!("expected {LEAST_MILLIS} at least")));
        }
        options.longest = most.map_or(options.longest, |millis| options.longest.min(samples(millis)));
        options.target = target.map_or(options.longest, samples);
        options.silence = silence.map_or(options.silence, samples);
        Ok(options)
    }
}

/// How a segment ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// In a silence, which is left out.
    Silence,
    /// In a pause between words.
    Pause,
    /// While somebody speaks, as there was no pause before the limit: a word may be cut, at the quietest place there is.
    Voice,
    /// With the recording.
    End,
}

/// A piece of a recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The how many-th, from 0.
    pub index: usize,
    /// Its first sample, counted from the beginning of the recording.
    pub start: u64,
    /// Its samples.
    pub samples: Vec<i16>,
    /// How many of them are speech.
    pub voiced: usize,
    /// How it ends.
    pub ending: Ending,
}

/// What is remembered of a frame.
#[derive(Clone, Copy, Debug)]
struct Heard {
    voiced: bool,
    energy: u64,
}

/// Takes samples and gives segments.
#[derive(Debug)]
pub struct Segmenter<V = Listening> {
    voice: V,
    longest: usize,
    target: usize,
    silence: usize,
    speaking: bool,
    /// Less than a frame.
    rest: Vec<i16>,
    /// Everything since `start`, which is a frame.
    samples: Vec<i16>,
    heard: Vec<Heard>,
    start: u64,
    /// The last frame with voice.
    last: Option<usize>,
    ready: VecDeque<Segment>,
    count: usize,
}

impl Segmenter {
    /// Begins a recording.
    #[must_use]
    pub fn new(options: SegmenterOptions) -> Self {
        Self::with_voice(Listening::default(), options)
    }
}

impl<V: Voice> Segmenter<V> {
    /// The same with another judge of speech.
    #[must_use]
    pub fn with_voice(voice: V, options: SegmenterOptions) -> Self {
        let frames = |samples: u64| usize::try_from(samples / FRAME as u64).unwrap_or(usize::MAX);
        let longest = frames(options.longest).max(LEAST);
        Self {
            voice,
            longest,
            target: frames(options.target).min(longest),
            silence: frames(options.silence).max(CLEAR),
            speaking: false,
            rest: Vec::new(),
            samples: Vec::new(),
            heard: Vec::new(),
            start: 0,
            last: None,
            ready: VecDeque::new(),
            count: 0,
        }
    }

    /// Takes the next samples: 16 kHz, one channel.
    pub fn push(&mut self, samples: &[i16]) {
        let missing = (FRAME - self.rest.len()) % FRAME;
        let (first, others) = samples.split_at(missing.min(samples.len()));
        self.rest.extend_from_slice(first);
        if self.rest.len() == FRAME {
            let frame = core::mem::take(&mut self.rest);
            self.frame(&frame);
        }
        let (frames, rest) = others.as_chunks::<FRAME>();
        for frame in frames {
            self.frame(frame);
        }
        self.rest.extend_from_slice(rest);
    }

    /// The recording is over: what is left becomes the last segment, if there is speech in it. No samples may follow.
    pub fn finish(&mut self) {
        let frame = core::mem::take(&mut self.rest);
        if !frame.is_empty() {
            self.frame(&frame);
        }
        if let Some(last) = self.last {
            let end = (last + 1 + AFTER).min(self.heard.len());
            self.give(end, end, Ending::End);
        }
    }

    /// The next segment, if one is ready.
    pub fn next_segment(&mut self) -> Option<Segment> {
        self.ready.pop_front()
    }

    /// Judges a frame; only the last one of a recording may be shorter.
    fn frame(&mut self, samples: &[i16]) {
        let mut frame = [0; FRAME];
        for (to, sample) in frame.iter_mut().zip(samples) {
            *to = *sample;
        }
        let score = self.voice.score(&frame);
        self.speaking = score >= if self.speaking { GOES_ON } else { BEGINS };
        let energy = frame.iter().map(|sample| u64::from(sample.unsigned_abs()).pow(2)).sum();
        self.samples.extend_from_slice(samples);
        self.heard.push(Heard { voiced: self.speaking, energy });
        if self.speaking {
            self.last = Some(self.heard.len() - 1);
        }
        let length = self.heard.len();
        let Some(last) = self.last else { return self.skip() };
        let quiet = length - 1 - last;
        if quiet >= self.silence {
            self.give(last + 1 + AFTER, last + 1 + AFTER, Ending::Silence);
        } else if length >= self.target && quiet >= CLEAR {
            self.give(last + 1 + AFTER, last + 1 + AFTER, Ending::Pause);
        } else if length == self.longest {
            let (end, next, ending) = self.best_cut();
            self.give(end, next, ending);
        }
    }

    /// Where to cut what is as long as it may be: the end of this segment, and the beginning of the next.
    fn best_cut(&self) -> (usize, usize, Ending) {
        let best = self.pauses().max_by_key(|pause| pause.len().min(LONGEST_PAUSE) * pause.start);
        if let Some(Range { start, end }) = best
            && end - start >= CLEAR
        {
            return (start + AFTER, end - BEFORE, Ending::Pause);
        }
        let length = self.heard.len();
        let within = |pause: Range<usize>| {
            pause.start.max(pause.end.saturating_sub(BEFORE + 1))..pause.end.min(pause.start + AFTER + 1)
        };
        let (among, ending) =
            best.map_or((length * 3 / 4..length, Ending::Voice), |pause| (within(pause), Ending::Pause));
        let at = self.quietest(among);
        (at, at, ending)
    }

    /// The quietest place between two of these frames.
    fn quietest(&self, among: Range<usize>) -> usize {
        let first = among.start;
        let pairs = self.heard.get(among).unwrap_or_default().windows(2).enumerate();
        let quietest = pairs.min_by_key(|(_, pair)| pair.iter().map(|frame| frame.energy).sum::<u64>());
        quietest.map_or(self.heard.len(), |(at, _)| first + at + 1)
    }

    /// The pauses since somebody began to speak, also one that is not over.
    fn pauses(&self) -> impl Iterator<Item = Range<usize>> {
        let mut quiet_since = None;
        let end = self.heard.len();
        let frames = self.heard.iter().map(|frame| frame.voiced).enumerate().chain([(end, true)]);
        frames.filter_map(move |(at, voiced)| {
            let quiet = quiet_since.map_or(0..0, |since| since..at);
            if voiced {
                quiet_since = Some(at + 1);
            }
            (voiced && quiet.len() >= PAUSE).then_some(quiet)
        })
    }

    /// Gives what stands before `end`, and goes on at `next`.
    fn give(&mut self, end: usize, next: usize, ending: Ending) {
        let voiced = self.heard.iter().take(end).filter(|frame| frame.voiced).count() * FRAME;
        let samples = self.samples.get(..(end * FRAME).min(self.samples.len())).unwrap_or_default().to_vec();
        let (index, start) = (self.count, self.start * FRAME as u64);
        self.ready.push_back(Segment { index, start, samples, voiced, ending });
        self.count += 1;
        self.drop_before(next);
        self.last = self.heard.iter().rposition(|frame| frame.voiced);
        self.skip();
    }

    /// Lets go of the silence before somebody speaks.
    fn skip(&mut self) {
        let speech = self.heard.iter().position(|frame| frame.voiced).unwrap_or(self.heard.len());
        self.drop_before(speech.saturating_sub(BEFORE));
    }

    fn drop_before(&mut self, frame: usize) {
        self.samples.drain(..(frame * FRAME).min(self.samples.len()));
        self.heard.drain(..frame);
        self.start += frame as u64;
    }
}

#[cfg(test)]
mod tests;
