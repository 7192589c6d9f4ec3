//! What the service answers, as far as a relay must know it: names that go out signed, and what a call has cost.

use super::addresses;
use super::lexer::{Lexer, Visitor};
use super::refusal::Refusal;
use crate::json::{Json, View};
use crate::sse::{EventParser, Item};

/// Something in an answer that callers bring back later, and must not make up.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Named {
    /// `task`, `result` or `upload`.
    pub kind: &'static str,
    /// Offsets of the whole string, quotation marks included.
    pub range: (usize, usize),
    /// What it says; an address as the relay will ask it.
    pub value: String,
}

/// Members whose values are names, wherever they stand.
const NAMES: [(&str, &str); 3] = [("task_id", "task"), ("transcription_url", "result"), ("upload_host", "upload")];

/// Longest name: addresses of results are signed and long.
const LONGEST: usize = 8192;

/// Finds the names in a whole answer. What is no JSON, or names a place that is not asked, is refused: the answer cannot be
/// passed on.
pub fn names(answer: &[u8], upstream: &str) -> Result<Vec<Named>, Refusal> {
    let mut finder = Finder { upstream, kind: None, at: 0, value: Vec::new(), found: Vec::new() };
    let mut lexer = Lexer::default();
    let read = lexer.push(answer, &mut finder).and_then(|()| lexer.finish(&mut finder));
    read.map_err(|_| {
        Refusal::new(502, "InternalError", "The speech service answered in a way that this relay does not understand.")
    })?;
    Ok(finder.found)
}

struct Finder<'a> {
    upstream: &'a str,
    kind: Option<&'static str>,
    at: u64,
    value: Vec<u8>,
    found: Vec<Named>,
}

impl Visitor for Finder<'_> {
    fn begin(&mut self, _: bool) -> Result<(), Refusal> {
        self.kind = None;
        Ok(())
    }
    fn end(&mut self) -> Result<(), Refusal> {
        Ok(())
    }
    fn name(&mut self, name: &str) -> Result<(), Refusal> {
        self.kind = NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind);
        Ok(())
    }
    fn text_begins(&mut self, at: u64) -> Result<(), Refusal> {
        self.at = at;
        self.value.clear();
        Ok(())
    }
    fn text(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        if self.kind.is_some() {
            self.value.extend_from_slice(piece);
        }
        if self.value.len() > LONGEST { Err(Refusal::bad_request("a name is too long")) } else { Ok(()) }
    }
    fn text_ends(&mut self, at: u64) -> Result<(), Refusal> {
        let Some(kind) = self.kind.take() else { return Ok(()) };
        let value = core::str::from_utf8(&self.value).unwrap_or_default();
        let value = match kind {
            "task" => value.to_owned(),
            _ => addresses::store(value, self.upstream)
                .ok_or_else(|| Refusal::bad_request("an address that is not asked"))?,
        };
        let range = (usize::try_from(self.at).unwrap_or_default(), usize::try_from(at).unwrap_or_default());
        self.found.push(Named { kind, range, value });
        Ok(())
    }
    fn scalar(&mut self, _: &str) -> Result<(), Refusal> {
        self.kind = None;
        Ok(())
    }
}

/// Watches an answer flow by: takes the key out of it, if the upstream repeats it, and notes what the call has cost.
#[derive(Debug)]
pub struct Watch {
    needles: Vec<Vec<u8>>,
    held: Vec<u8>,
    events: Option<EventParser>,
    json: Vec<u8>,
    seconds: Option<f64>,
}

/// Most of an answer that is kept to be read: one with more in it is passed on, and its cost is not told.
const MOST_JSON: usize = 1 << 20;

impl Watch {
    /// Watches an answer; `is_stream`: of server-sent events.
    #[must_use]
    pub fn new(key: &str, is_stream: bool) -> Self {
        let needles = if key.len() < 8 { Vec::new() } else { forms(key) };
        let events = is_stream.then(EventParser::default);
        Self { needles, held: Vec::new(), events, json: Vec::new(), seconds: None }
    }

    /// What may be passed on after these bytes came.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<u8> {
        self.read(chunk);
        self.held.extend_from_slice(chunk);
        self.mask();
        // What may be the beginning of a key waits for its end.
        let keep =
            (0..self.held.len()).find(|at| self.needles.iter().any(|needle| needle.starts_with(&self.held[*at..])));
        let rest = self.held.split_off(keep.unwrap_or(self.held.len()));
        core::mem::replace(&mut self.held, rest)
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> Vec<u8> {
        if self.events.is_none() {
            self.seconds = Json::parse_bytes(&self.json).as_ref().and_then(|json| seconds(json.view()));
        }
        core::mem::take(&mut self.held)
    }

    /// Seconds of audio that the service has counted, once it has said so.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    fn mask(&mut self) {
        for needle in &self.needles {
            let mut from = 0;
            while let Some(at) = self.held[from..].windows(needle.len()).position(|window| window == needle.as_slice())
            {
                from += at;
                // As long as it was: lengths that were announced stay true.
                self.held[from..from + needle.len()].fill(b'*');
            }
        }
    }

    fn read(&mut self, chunk: &[u8]) {
        let Some(events) = &mut self.events else {
            if self.json.len() + chunk.len() <= MOST_JSON {
                self.json.extend_from_slice(chunk);
            }
            return;
        };
        let told = &mut self.seconds;
        // An event that is too long is passed on unread.
        let _ = events.feed(chunk, &mut |item| {
            if let Item::Event(event) = item
                && let Some(seconds) = Json::parse(&event.data).and_then(|json| seconds(json.view()))
            {
                *told = Some(seconds);
            }
        });
    }
}

/// The key as an answer may repeat it: as it is, and in base64 at each of its three alignments.
fn forms(key: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![key.as_bytes().to_vec()];
    for shift in 0..3_usize {
        let mut bytes = vec![b' '; shift];
        bytes.extend_from_slice(key.as_bytes());
        let mut letters = Vec::new();
        crate::data_url::encode_into(&bytes, &mut letters);
        // Letters that other bytes have a part in, before and behind, may be any.
        let (from, to) = ((shift * 4).div_ceil(3), bytes.len() / 3 * 4);
        forms.extend(letters.get(from..to).map(<[u8]>::to_vec).filter(|form| form.len() >= 8));
    }
    forms
}

/// Seconds in the answer's usage: `seconds` or `duration` (`docs/protocol.md` §5.2), at the top or in `output`.
fn seconds(view: View<'_>) -> Option<f64> {
    let usage = [view.get("usage"), view.get("output").get("usage")];
    let told = usage.iter().find_map(|usage| usage.get("seconds").number().or(usage.get("duration").number()))?;
    (0.0..1e9).contains(&told).then_some(told)
}
