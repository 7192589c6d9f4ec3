//! Sentences of one connection after the other as those of one recording: in its own times, and each once.

use super::reader::Sentence;
use crate::seam::join;
use crate::transcript::{Segment, Transcript, Usage};

/// A sentence that may still change.
#[derive(Debug)]
struct Open {
    key: String,
    id: u32,
    segment: Segment,
}

/// A sentence that will not change any more.
#[derive(Debug)]
struct Heard {
    id: u32,
    segment: Segment,
}

/// What has been heard so far.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    finals: Vec<Heard>,
    open: Vec<Open>,
    /// Final sentences of this connection, by their keys: they may come doubled.
    done_keys: Vec<String>,
    /// Finals of earlier connections, which may be heard again.
    earlier: usize,
    /// Where the present connection begins in the recording, in milliseconds.
    base_ms: f64,
    /// Where it was not sent everything: its own time, and how much is missing.
    gaps: Vec<(f64, f64)>,
    last_id: u32,
    /// Behind the last final sentence, also one without words.
    heard_until_ms: f64,
    /// What the connections before this one counted, and this one.
    usage: (Usage, Usage),
    request_id: Option<String>,
}

impl Hearing {
    /// A connection begins to hear from here on.
    pub(super) fn begin(&mut self, base_ms: f64, request_id: &str) {
        self.base_ms = base_ms;
        self.gaps.clear();
        self.request_id = Some(request_id.to_owned());
    }

    /// It is over. What was not final will be heard again.
    pub(super) fn cut(&mut self) {
        self.open.clear();
        self.done_keys.clear();
        self.earlier = self.finals.len();
        self.last_id = self.finals.iter().map(|heard| heard.id).max().unwrap_or_default();
        let (all, this) = &mut self.usage;
        let this = core::mem::take(this);
        for (sum, more) in [
            (&mut all.seconds, this.seconds),
            (&mut all.input_tokens, this.input_tokens),
            (&mut all.output_tokens, this.output_tokens),
            (&mut all.total_tokens, this.total_tokens),
        ] {
            *sum = match (*sum, more) {
                (None, None) => None,
                (sum, more) => Some(sum.unwrap_or_default() + more.unwrap_or_default()),
            };
        }
    }

    /// From where on audio is still needed, in milliseconds of the recording.
    pub(super) fn needed_from_ms(&self) -> f64 {
        self.open.iter().map(|open| open.segment.begin_ms).fold(self.heard_until_ms, f64::min)
    }

    /// Whether a sentence is being spoken.
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// A time of the present connection as one of the recording.
    pub(super) fn shifted(&self, millis: f64) -> f64 {
        let missing: f64 = self.gaps.iter().filter(|(at, _)| *at < millis).map(|(_, missing)| missing).sum();
        self.base_ms + millis + missing
    }

    /// The present connection does not get so much of what comes next.
    pub(super) fn leave_out(&mut self, at_ms: f64, missing_ms: f64) {
        match self.gaps.last_mut().filter(|gap| gap.0 >= at_ms) {
            Some(gap) => gap.1 += missing_ms,
            None => self.gaps.push((at_ms, missing_ms)),
        }
    }

    /// A sentence so far; its id, unless it is not to be shown.
    pub(super) fn partial(&mut self, sentence: Sentence) -> Option<(u32, Segment)> {
        let Sentence { key, mut segment } = sentence;
        self.shift(&mut segment);
        if segment.text.is_empty() || self.done_keys.contains(&key) || self.is_known(&segment) {
            return None;
        }
        let id = self.id_of(&key);
        match self.open.iter_mut().find(|open| open.key == key) {
            Some(open) => open.segment = segment.clone(),
            None => self.open.push(Open { key, id, segment: segment.clone() }),
        }
        Some((id, segment))
    }

    /// A sentence at its end; its id, unless it is not to be shown.
    pub(super) fn finish_sentence(&mut self, sentence: Sentence, usage: Option<Usage>) -> Option<(u32, Segment)> {
        if let Some(usage) = usage {
            self.usage.1 = usage; // it counts from the beginning of the connection
        }
        let Sentence { key, mut segment } = sentence;
        self.shift(&mut segment);
        if self.done_keys.contains(&key) {
            return None;
        }
        let id = self.id_of(&key);
        self.open.retain(|open| open.key != key);
        self.done_keys.push(key);
        let known = self.is_known(&segment);
        self.heard_until_ms = self.heard_until_ms.max(segment.end_ms);
        if segment.text.is_empty() || known {
            return None;
        }
        self.finals.push(Heard { id, segment: segment.clone() });
        Some((id, segment))
    }

    /// What is still open when everything was heard: nothing better comes.
    pub(super) fn settle(&mut self) -> Vec<(u32, Segment)> {
        let open = core::mem::take(&mut self.open);
        let mut settled = Vec::new();
        for Open { id, segment, .. } in open {
            self.heard_until_ms = self.heard_until_ms.max(segment.end_ms);
            self.finals.push(Heard { id, segment: segment.clone() });
            settled.push((id, segment));
        }
        settled
    }

    /// All text, with what is being spoken.
    pub(super) fn text(&self) -> String {
        let open = self.open.iter().map(|open| &open.segment);
        let mut text = String::new();
        for segment in in_time(self.finals.iter().map(|heard| &heard.segment).chain(open)) {
            join(&mut text, &segment.text);
        }
        text
    }

    pub(super) fn transcript(&self, model: &str) -> Transcript {
        let segments: Vec<Segment> =
            in_time(self.finals.iter().map(|heard| &heard.segment)).into_iter().cloned().collect();
        let usage = &self.usage.0;
        Transcript {
            text: self.text(),
            language: segments.iter().find_map(|segment| segment.language.clone()),
            duration: usage.seconds,
            usage: (*usage != Usage::default()).then(|| usage.clone()),
            model: Some(model.to_owned()),
            request_id: self.request_id.clone(),
            segments,
            ..Transcript::default()
        }
        .settled()
    }

    fn id_of(&mut self, key: &str) -> u32 {
        if let Some(open) = self.open.iter().find(|open| open.key == key) {
            return open.id;
        }
        self.last_id += 1;
        self.last_id
    }

    fn shift(&self, segment: &mut Segment) {
        segment.begin_ms = self.shifted(segment.begin_ms);
        segment.end_ms = self.shifted(segment.end_ms);
        for word in &mut segment.words {
            word.begin_ms = self.shifted(word.begin_ms);
            word.end_ms = self.shifted(word.end_ms);
        }
    }

    /// Whether an earlier connection has heard it to its end: its middle is within such a sentence.
    fn is_known(&self, segment: &Segment) -> bool {
        let middle = f64::midpoint(segment.begin_ms, segment.end_ms);
        segment.end_ms > segment.begin_ms
            && self
                .finals
                .iter()
                .take(self.earlier)
                .any(|heard| (heard.segment.begin_ms..heard.segment.end_ms).contains(&middle))
    }
}

/// Sentences by their beginnings. They come so, but for turns that end late.
fn in_time<'a>(sentences: impl Iterator<Item = &'a Segment>) -> Vec<&'a Segment> {
    let mut ordered: Vec<&Segment> = Vec::new();
    for segment in sentences {
        let at = ordered.iter().rposition(|other| other.begin_ms <= segment.begin_ms).map_or(0, |at| at + 1);
        ordered.insert(at, segment);
    }
    ordered
}
