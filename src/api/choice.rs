//! What dialects A and B share: a choice with text, annotations and a finish reason, whole or piece by piece.

use core::ops::Range;
use std::borrow::Cow;

use crate::error::{Error, ErrorKind};
use crate::json::{Json, View};
use crate::search::starts_with;
use crate::transcript::Transcript;

/// What one chunk of a stream did to the text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// This was added at the end.
    Delta(String),
    /// Earlier text changed; this is all of it.
    Revision(String),
}

/// Collects the chunks of one stream into a transcript.
#[derive(Debug, Default)]
pub struct Accumulator {
    transcript: Transcript,
    finished: bool,
    pattern: Option<Box<Pattern>>,
}

/// An event that was read as JSON, and where in it the text stands.
#[derive(Debug, Default)]
struct Pattern {
    /// Where in memory the text of the last choice stood, and how long it was.
    taken: Option<(usize, usize)>,
    event: String,
    start: usize,
    end: usize,
    incremental: bool,
    /// Where the object of `usage` stands, counted from the end of the text. Dialect B has other numbers in every event.
    usage: Range<usize>,
    /// The usage of the last event that was only compared, unread: the last numbers count.
    counted: String,
}

impl Accumulator {
    /// Takes over an event that is the last one with another text in it, and other numbers in its usage, as nearly all of
    /// a stream are. All else is known then, and reading the event as JSON would take ten times as long as comparing it.
    /// `None` where it must be read; else the change of the text, if it is one.
    pub fn again(&mut self, event: &str) -> Option<Option<Step>> {
        let Pattern { event: last, start, end, incremental, usage, counted, .. } = self.pattern.as_deref_mut()?;
        let (start, incremental, bytes) = (*start, *incremental, event.as_bytes());
        let (before, after) = (last.as_bytes().get(..start)?, last.as_bytes().get(*end..)?);
        let text_end = bytes.len().checked_sub(after.len())?;
        let numbers_differ = |at, (a, b): (&u8, &u8)| usage.contains(&at) && a.is_ascii_digit() && b.is_ascii_digit();
        let mut pairs = after.iter().zip(bytes.get(text_end..)?).enumerate();
        if !starts_with(bytes, before) || !pairs.all(|(at, pair)| pair.0 == pair.1 || numbers_differ(at, pair)) {
            return None;
        }
        // With its quotes it must be one string, or there is more in it than text.
        let text = Json::parse(event.get(start.checked_sub(1)?..=text_end)?)?;
        counted.clear();
        counted.push_str(event.get(text_end + usage.start..text_end + usage.end)?);
        Some(self.text_step(text.view().str()?, incremental))
    }

    /// Reads the numbers of the last event that was only compared.
    fn settle(&mut self) {
        let counted = self.pattern.as_mut().map(|pattern| core::mem::take(&mut pattern.counted));
        if let Some(usage) = counted.as_deref().and_then(Json::parse) {
            self.count(usage.view());
        }
    }

    /// Keeps an event that was read as JSON just now, for [`again`](Self::again).
    pub fn keep(&mut self, event: &str) {
        // Text that was unescaped, or put together, stands elsewhere. An event before this one tells nothing any more.
        if let Some(mut pattern) = self.pattern.take()
            && let Some((address, length)) = pattern.taken.take()
            && let Some(start) = address.checked_sub(event.as_ptr().addr())
            && event.get(start..start + length).is_some()
        {
            event.clone_into(&mut pattern.event);
            (pattern.start, pattern.end) = (start, start + length);
            pattern.usage = event.as_bytes().get(pattern.end..).and_then(usage_in).unwrap_or_default();
            self.pattern = Some(pattern);
        }
    }

    /// All text so far.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.transcript.text
    }

    /// Whether the service has said that it is done.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// The service said so without a finish reason: `[DONE]`, or `event: done`.
    pub fn finish(&mut self) {
        self.finished = true;
    }

    /// Whether the service says that this was the end; a dialect that never says so may take it back.
    pub(super) fn set_finished(&mut self, finished: bool) {
        self.finished = finished;
    }

    /// What stands beside the text.
    pub(super) fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
    }

    /// The finished transcript.
    #[must_use]
    pub fn into_transcript(mut self) -> Transcript {
        self.settle();
        self.transcript.settled()
    }

    /// Takes over what stands beside the text: model, request id, usage. The last value counts.
    pub(super) fn facts(&mut self, model: Option<&str>, request_id: Option<&str>, usage: View<'_>) {
        renew(&mut self.transcript.model, model);
        renew(&mut self.transcript.request_id, request_id);
        self.settle();
        self.count(usage);
    }

    fn count(&mut self, usage: View<'_>) {
        let transcript = &mut self.transcript;
        if let Some(usage) = super::usage::read(usage) {
            transcript.duration = usage.seconds.or(transcript.duration);
            transcript.usage = Some(usage);
        }
    }

    /// Takes over one choice; `message` is its `message` or `delta`.
    pub(super) fn choice(&mut self, choice: View<'_>, message: View<'_>, incremental: bool) -> Option<Step> {
        for annotation in message.get("annotations").items() {
            renew(&mut self.transcript.language, annotation.get("language").str());
            renew(&mut self.transcript.emotion, annotation.get("emotion").str());
        }
        // "null" as a string, null, and nothing at all mean the same: not yet.
        if let Some(reason) = choice.get("finish_reason").word() {
            self.transcript.finish_reason = Some(reason);
            self.finished = true;
        }
        let text = content(message)?;
        if let Cow::Borrowed(text) = text {
            let pattern = self.pattern.get_or_insert_default();
            pattern.taken = Some((text.as_ptr().addr(), text.len()));
            pattern.incremental = incremental;
        }
        self.text_step(&text, incremental)
    }

    /// Takes over the choice of a whole answer; `within` is what stands before it in the path.
    pub(super) fn whole(mut self, choice: View<'_>, within: &str) -> Result<Transcript, Error> {
        let message = choice.get("message");
        if content(message).is_none() {
            let problem = format!("the answer has no text at {within}choices[0].message.content");
            return Err(Error::new(ErrorKind::InvalidResponse, problem));
        }
        self.choice(choice, message, true);
        Ok(self.into_transcript())
    }

    /// Takes over text: what is new, or all so far. `None` where that changes nothing.
    pub(super) fn text_step(&mut self, piece: &str, incremental: bool) -> Option<Step> {
        let so_far = &mut self.transcript.text;
        let added = if incremental { Some(piece) } else { piece.strip_prefix(so_far.as_str()) };
        match added {
            Some("") => None,
            Some(added) => {
                so_far.push_str(added);
                Some(Step::Delta(added.to_owned()))
            }
            // The last event of a cumulative stream may carry no text at all; that takes nothing back.
            None if piece.is_empty() => None,
            None => {
                piece.clone_into(so_far);
                Some(Step::Revision(piece.to_owned()))
            }
        }
    }
}

/// Where the object of `usage` stands in the rest of an event; of two the later one counts.
fn usage_in(rest: &[u8]) -> Option<Range<usize>> {
    const NAME: &[u8] = b"\"usage\":";
    let start = rest.windows(NAME.len()).rposition(|window| window == NAME)? + NAME.len();
    let mut depth = 0;
    let mut end = start;
    for (at, byte) in rest.iter().enumerate().skip(start) {
        depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
        if depth == 0 && end == start {
            end = at + 1;
        }
    }
    // The end of the event is the only one left, or it is the usage of something inside.
    (depth == -1).then_some(start..end)
}

/// Takes over a fact that stands in every chunk, without copying it every time. `""`, `"null"` and nothing change nothing.
fn renew(known: &mut Option<String>, said: Option<&str>) {
    if let Some(said) = said.filter(|said| !said.is_empty() && *said != "null")
        && known.as_deref() != Some(said)
    {
        *known = Some(said.to_owned());
    }
}

/// The text: a string (A), or an array of `{ text }` (B), empty for silence. `None` where there is no content.
fn content(message: View<'_>) -> Option<Cow<'_, str>> {
    let content = message.get("content");
    if let Some(text) = content.str() {
        return Some(Cow::Borrowed(text));
    }
    if !content.is_array() {
        return None;
    }
    let mut parts = content.items().filter_map(|item| item.get("text").str());
    let first = parts.next().unwrap_or_default();
    // One part, as a rule: then nothing has to be put together.
    Some(match parts.next() {
        None => Cow::Borrowed(first),
        Some(second) => {
            // Not `concat`: its machinery for slices of anything weighs more than a kilobyte.
            let mut whole = first.to_owned();
            whole.push_str(second);
            for part in parts {
                whole.push_str(part);
            }
            Cow::Owned(whole)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(event: &str, accumulator: &mut Accumulator, incremental: bool) -> Option<Step> {
        let json = Json::parse(event).unwrap();
        let choice = json.view().get("choices").at(0);
        accumulator.facts(json.view().get("model").str(), None, json.view().get("usage"));
        accumulator.choice(choice, choice.get("delta"), incremental)
    }

    fn event(text: &str, rest: &str) -> String {
        format!(r#"{{"model":"m","choices":[{{"delta":{{"content":{text}{rest}}}}}],"usage":{{"seconds":2}}}}"#)
    }

    /// Whatever is taken over without being read is what reading it gives, and what cannot be is read.
    #[test]
    fn an_event_that_comes_again_is_known() {
        let happy = r#","annotations":[{"emotion":"happy"}]"#;
        let parts = [r#"[{"text":"x"}]"#, r#"[{"text":"x"},{"text":"y"}]"#];
        let texts = [r#""one""#, r#""""#, r#""你好 🎤""#, r#""one and more""#, r#""\n""#, "null", parts[0], parts[1]];
        let rests = ["", happy, r#"}},"finish_reason":"stop","x":{{"y":0"#, r#","annotations":[{"emotion":"sad"}]"#];
        let rests = rests.map(|rest| rest.replace("}}", "}").replace("{{", "{"));
        let mut events: Vec<String> = rests.iter().flat_map(|rest| texts.map(|text| event(text, rest))).collect();
        // Numbers change from event to event, and so may much else.
        let counted = [(r#""one""#, 3), (r#""two""#, 3), (r#""two""#, 14), (r#""two""#, 15)];
        events.extend(
            counted.map(|(text, count)| event(text, "").replace("\"seconds\":2", &format!("\"seconds\":{count}"))),
        );
        events.extend([7, 8].map(|count| event(r#""one""#, &format!(r#","usage":{{"seconds":{count}}}"#))));
        events.extend(
            [1, 2]
                .map(|count| event(r#""one""#, &format!(r#"}}}}],"usage":{{"seconds":{count}}},"x":[{{"z":{{"y":0"#))),
        );
        // Between what is the same before and after there may be more than text.
        events.push(event(r#""one","annotations":[{"emotion":"calm"}],"z":"two""#, ""));
        for incremental in [true, false] {
            let mut known = 0;
            for index in 0..events.len().pow(3) {
                let places = [index, index / events.len(), index / events.len() / events.len()];
                let (mut reading, mut comparing) = (Accumulator::default(), Accumulator::default());
                for event in places.map(|place| &events[place % events.len()]) {
                    let expected = read(event, &mut reading, incremental);
                    let step = comparing.again(event).inspect(|_| known += 1).unwrap_or_else(|| {
                        let step = read(event, &mut comparing, incremental);
                        comparing.keep(event);
                        step
                    });
                    assert_eq!(step, expected, "{event}");
                }
                assert_eq!(comparing.is_finished(), reading.is_finished());
                assert_eq!(comparing.into_transcript(), reading.into_transcript());
            }
            assert!(known > events.len().pow(2) * 5, "{known}");
        }
    }

    #[test]
    fn what_is_not_json_is_never_known() {
        let mut accumulator = Accumulator::default();
        assert_eq!(accumulator.again(""), None);
        let first = event(r#""text""#, "");
        read(&first, &mut accumulator, true);
        accumulator.keep(&first);
        for at in 0..first.len() {
            assert_eq!(accumulator.again(&first[..at]), None);
            for byte in ['"', '\\', '\n', '{', 'x'] {
                let damaged = [&first[..at], &byte.to_string(), &first[at + 1..]].concat();
                assert!(accumulator.again(&damaged).is_none() || Json::parse(&damaged).is_some(), "{damaged}");
            }
        }
    }
}
