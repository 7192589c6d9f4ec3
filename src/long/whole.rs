//! The pieces' texts become one transcript, whose times are those of the recording.

use super::repetition::{collapse, collapse_text};
use crate::error::Error;
use crate::seam::join;
use crate::transcript::{Segment, Transcript, Usage, Word};

/// A piece that nobody has heard: why, and where it stands.
#[derive(Clone, Debug)]
pub struct Gap {
    /// The how many-th piece it is.
    pub index: usize,
    /// Where it begins, in milliseconds of the recording.
    pub begin_ms: f64,
    /// Where it ends.
    pub end_ms: f64,
    /// Why there is no text of it.
    pub error: Error,
}

/// A phrase that the model repeated, and that stands in the text once.
#[derive(Clone, Debug, PartialEq)]
pub struct Repetition {
    /// Where the piece or the sentence begins that it stands in.
    pub begin_ms: f64,
    /// Where that ends.
    pub end_ms: f64,
    /// The phrase.
    pub phrase: String,
    /// How often it was there.
    pub times: usize,
}

/// What a recording has become.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// All of its text, with sentences. Of short-audio models that give no times, a piece is a sentence.
    pub transcript: Transcript,
    /// What is missing, in order.
    pub gaps: Vec<Gap>,
    /// What was collapsed, in order.
    pub repetitions: Vec<Repetition>,
}

/// What has been told so far.
#[derive(Debug, Default)]
pub(super) struct Whole {
    transcript: Transcript,
    gaps: Vec<Gap>,
    repetitions: Vec<Repetition>,
    /// How long each language was spoken.
    languages: Vec<(String, f64)>,
    /// Whether some piece has had another emotion than the first.
    moods_differ: bool,
}

/// The sentences of a piece, and what they add to the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Added {
    pub(super) delta: String,
    pub(super) segments: Vec<Segment>,
}

impl Whole {
    pub(super) fn text(&self) -> &str {
        &self.transcript.text
    }

    /// The next piece, from `begin` to `end` in milliseconds of the recording.
    pub(super) fn add(&mut self, begin: f64, end: f64, piece: &Transcript) -> Added {
        let (text, phrases) = collapse_text(piece.text.trim());
        self.report(begin, end, phrases);
        let segments = sentences(begin, end, piece, &text);
        let before = self.transcript.text.len();
        join(&mut self.transcript.text, &text);
        let delta = self.transcript.text.get(before..).unwrap_or_default().to_owned();
        self.transcript.segments.extend_from_slice(&segments);
        self.count(end - begin, piece);
        Added { delta, segments }
    }

    pub(super) fn add_gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    fn report(&mut self, begin_ms: f64, end_ms: f64, phrases: Vec<(String, usize)>) {
        for (phrase, times) in phrases {
            self.repetitions.push(Repetition { begin_ms, end_ms, phrase, times });
        }
    }

    fn count(&mut self, millis: f64, piece: &Transcript) {
        if let Some(language) = &piece.language {
            match self.languages.iter_mut().find(|(known, _)| known == language) {
                Some((_, spoken)) => *spoken += millis,
                None => self.languages.push((language.clone(), millis)),
            }
        }
        let whole = &mut self.transcript;
        if !piece.text.trim().is_empty() {
            self.moods_differ |= whole.emotion.is_some() && whole.emotion != piece.emotion;
            whole.emotion = whole.emotion.take().or_else(|| piece.emotion.clone());
        }
        sum(&mut whole.duration, piece.duration);
        // One text that was cut is a text that was cut.
        if whole.finish_reason.as_deref() != Some("length") {
            whole.finish_reason = piece.finish_reason.clone().or_else(|| whole.finish_reason.take());
        }
        whole.model = whole.model.take().or_else(|| piece.model.clone());
        if let Some(usage) = &piece.usage {
            add_usage(whole.usage.get_or_insert_with(Usage::default), usage);
        }
    }

    pub(super) fn finish(&mut self) -> Outcome {
        let Self { mut transcript, gaps, repetitions, languages, moods_differ } = core::mem::take(self);
        let longest = languages.into_iter().reduce(|longest, other| if other.1 > longest.1 { other } else { longest });
        transcript.language = longest.map(|(language, _)| language);
        if moods_differ {
            transcript.emotion = None; // each sentence has its own
        }
        Outcome { transcript: transcript.settled(), gaps, repetitions }
    }
}

/// The sentences of a piece on the recording's clock; where the model gives none, the piece is one.
fn sentences(begin: f64, end: f64, piece: &Transcript, text: &str) -> Vec<Segment> {
    if piece.segments.is_empty() {
        let (language, emotion) = (piece.language.clone(), piece.emotion.clone());
        let whole = Segment { language, emotion, ..Segment::new(text, begin, end, Vec::new()) };
        return if text.is_empty() { Vec::new() } else { vec![whole] };
    }
    let mut sentences = piece.segments.clone();
    collapse(&mut sentences, |one, other| one.text.trim() == other.text.trim(), |_, _| {});
    for sentence in &mut sentences {
        sentence.begin_ms += begin;
        sentence.end_ms += begin;
        for word in &mut sentence.words {
            word.begin_ms += begin;
            word.end_ms += begin;
        }
        let (collapsed, phrases) = collapse_text(&sentence.text);
        if !phrases.is_empty() {
            sentence.text = collapsed;
            let same =
                |one: &Word, other: &Word| one.text.trim() == other.text.trim() && one.punctuation == other.punctuation;
            collapse(&mut sentence.words, same, |_, _| {});
        }
        sentence.language = sentence.language.take().or_else(|| piece.language.clone());
        sentence.emotion = sentence.emotion.take().or_else(|| piece.emotion.clone());
    }
    sentences
}

fn sum(total: &mut Option<f64>, more: Option<f64>) {
    if let Some(more) = more {
        *total = Some(total.unwrap_or_default() + more);
    }
}

fn add_usage(total: &mut Usage, more: &Usage) {
    sum(&mut total.seconds, more.seconds);
    sum(&mut total.input_tokens, more.input_tokens);
    sum(&mut total.output_tokens, more.output_tokens);
    sum(&mut total.total_tokens, more.total_tokens);
    sum(&mut total.input_audio_tokens, more.input_audio_tokens);
    sum(&mut total.input_text_tokens, more.input_text_tokens);
    sum(&mut total.output_text_tokens, more.output_text_tokens);
}
