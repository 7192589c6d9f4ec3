//! What dialects A and B share: a choice with text, annotations and a finish reason, whole or piece by piece.

use std::borrow::Cow;

use super::repeat::Template;
use crate::error::{Error, ErrorKind};
use crate::json::{Json, View};
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
    last: Option<Box<Last>>,
}

/// What is known of the last event with text in it.
#[derive(Debug, Default)]
struct Last {
    /// Its text, until the event is kept.
    text: Option<String>,
    incremental: bool,
    /// What the next event is compared with.
    template: Option<Template>,
    /// The usage of the last event that was only compared, unread: the last numbers count.
    counted: String,
}

impl Accumulator {
    /// Takes over an event that is the last one with another text in it, and other numbers in its usage, as nearly all of
    /// a stream are. All else is known then, and it need not be read as JSON.
    /// `None` where it must be read; else the change of the text, if it is one.
    pub fn again(&mut self, event: &str) -> Option<Option<Step>> {
        let last = self.last.as_deref_mut()?;
        let (text, usage) = last.template.as_ref()?.compare(event)?;
        usage.clone_into(&mut last.counted);
        let incremental = last.incremental;
        Some(self.text_step(text.view().str()?, incremental))
    }

    /// Reads the numbers of the last event that was only compared.
    fn settle(&mut self) {
        let counted = self.last.as_mut().map(|last| core::mem::take(&mut last.counted));
        if let Some(usage) = counted.as_deref().and_then(Json::parse) {
            self.count(usage.view());
        }
    }

    /// Keeps an event that was read as JSON just now, for [`again`](Self::again).
    pub fn keep(&mut self, event: &str, read: View<'_>) {
        if let Some(last) = &mut self.last {
            // An event before this one tells nothing any more.
            last.template = last.text.take().and_then(|text| Template::of(event, read, &text));
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
            let last = self.last.get_or_insert_default();
            last.text = Some(text.to_owned());
            last.incremental = incremental;
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
    // One part, as a rule: then nothing has to be put together.
    Some(match (parts.next(), parts.next()) {
        // Owned, as what stands nowhere in the event.
        (None, _) => Cow::Owned(String::new()),
        (Some(first), None) => Cow::Borrowed(first),
        (Some(first), Some(second)) => {
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
        let known = compared(&events);
        assert!(known > events.len().pow(2) * 10, "{known}");
    }

    /// Takes over three events after each other, all that there are, by comparing and by reading; how often it was compared.
    fn compared(events: &[String]) -> usize {
        let mut known = 0;
        for incremental in [true, false] {
            for index in 0..events.len().pow(3) {
                let places = [index, index / events.len(), index / events.len() / events.len()];
                let (mut reading, mut comparing) = (Accumulator::default(), Accumulator::default());
                for event in places.map(|place| &events[place % events.len()]) {
                    let expected = read(event, &mut reading, incremental);
                    let step = comparing.again(event).inspect(|_| known += 1).unwrap_or_else(|| {
                        let step = read(event, &mut comparing, incremental);
                        comparing.keep(event, Json::parse(event).unwrap().view());
                        step
                    });
                    assert_eq!(step, expected, "{event}");
                }
                assert_eq!(comparing.is_finished(), reading.is_finished());
                assert_eq!(comparing.into_transcript(), reading.into_transcript());
            }
        }
        known
    }

    #[test]
    fn braces_and_quotes_in_the_strings_of_usage_are_none() {
        for note in ["} {", "}", "{", r#"\"}"#, "]", r"\\"] {
            let noted = |text, count| event(text, "").replace("2}", &format!(r#"{count},"note":"{note}"}}"#));
            compared(&[noted(r#""one""#, 3), noted(r#""two""#, 5), noted(r#""two""#, 4)]);
        }
    }

    #[test]
    fn what_looks_like_the_text_is_not_taken_for_it() {
        for (text, other) in [
            ("[]", ""),
            (r#""\u00e9""#, "é"),
            (r#"[{"text":"a"},{"text":"b"}]"#, "ab"),
            (r#""m""#, "m"),
            (r#"",""#, ","),
            (r#""z""#, "x"),
            (r#""""#, ""),
        ] {
            let with = |text, other| event(text, &format!(r#","z":"{other}""#));
            compared(&[with(text, other), with(text, "else"), with(r#""new""#, other), with(r#""new""#, "else")]);
        }
    }

    #[test]
    fn what_is_not_json_is_never_known() {
        let mut accumulator = Accumulator::default();
        assert_eq!(accumulator.again(""), None);
        let first = event(r#""text""#, "");
        read(&first, &mut accumulator, true);
        accumulator.keep(&first, Json::parse(&first).unwrap().view());
        for at in 0..first.len() {
            assert_eq!(accumulator.again(&first[..at]), None);
            for byte in ['"', '\\', '\n', '{', 'x'] {
                let damaged = [&first[..at], &byte.to_string(), &first[at + 1..]].concat();
                assert!(accumulator.again(&damaged).is_none() || Json::parse(&damaged).is_some(), "{damaged}");
            }
        }
    }
}
