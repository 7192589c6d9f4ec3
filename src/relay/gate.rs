//! The gate for bodies in JSON: read as they flow, in constant memory, against a [`Shape`].
//!
//! What is forwarded is what was understood: all of it has been read by the letter ([`lexer`](super::lexer)), every member is known, in
//! its place, and there once, the model is allowed, and there is one audio. A sender forwards a chunk when it has passed, and the last
//! one when [`Gate::finish`] has said yes: whatever is wrong, the service gets no complete request.

use super::audio::AudioCheck;
use super::lexer::{Lexer, Visitor};
use super::models::Models;
use super::refusal::Refusal;
use super::shape::Shape;
use crate::json::number;
use crate::model::LiveProtocol;

/// Text of all kinds in one request, in bytes: ten thousand tokens of context (`docs/protocol.md` §4.1) are at most that.
const MOST_TEXT: usize = 128 * 1024;
/// Hot words of one request, and settings that nobody needs twice.
const MOST_NAMES: usize = 2000;

/// Lets a body through, or says why not.
#[derive(Debug)]
pub struct Gate {
    lexer: Lexer,
    reader: Reader,
}

/// What a body may be, beside its shape.
#[derive(Debug)]
pub(super) struct Limits<'a> {
    /// Which models.
    pub models: &'a Models,
    /// Longest audio in seconds, where it is in the body and its bytes tell.
    pub seconds: Option<f64>,
    /// Whether the service is on this machine, an emulator: then so may be what it is told to fetch.
    pub is_local: bool,
}

impl Gate {
    pub(super) fn new(shape: &'static Shape, is_task: bool, limits: &Limits<'_>) -> Self {
        let models = limits.models;
        let check = if is_task { Check::Task } else { Check::Direct };
        let reader =
            Reader { audio: AudioCheck::new(limits.seconds, limits.is_local), ..Reader::new(shape, models, check) };
        Self { lexer: Lexer::default(), reader }
    }

    /// Reads on. A chunk for which this gives no refusal may be forwarded, unless it is the last.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), Refusal> {
        self.lexer.push(chunk, &mut self.reader)
    }

    /// The body has ended; its last bytes may be forwarded, too.
    pub fn finish(&mut self) -> Result<(), Refusal> {
        self.lexer.finish(&mut self.reader)?;
        let reader = &self.reader;
        if reader.model.is_none() {
            return Err(Refusal::bad_request("model is missing: the request must name the model."));
        }
        if reader.audios == 0 {
            return Err(Refusal::bad_request("the request has no audio in it, which is all that this site passes on."));
        }
        Ok(())
    }

    /// The model, once it has been read.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.reader.model.as_deref()
    }

    /// Length of the audio in seconds, where it is in the body and its bytes tell.
    #[must_use]
    pub fn seconds(&self) -> Option<f64> {
        self.reader.audio.seconds()
    }
}

/// What is open, and what has been there already.
#[derive(Debug)]
enum Open {
    Object { members: &'static [(&'static str, Shape)], seen: u64, name: &'static str },
    Weights { names: Vec<String> },
    List { most: usize, item: &'static Shape, index: usize },
}

/// The string that is being read.
#[derive(Debug)]
enum Value {
    None,
    Short {
        shape: &'static Shape,
        text: Vec<u8>,
    },
    Audio,
    /// Letters of which `live.rs` knows how many there may be.
    Sound,
    Text,
}

/// What a model is asked for.
#[derive(Clone, Copy, Debug)]
enum Check {
    Direct,
    Task,
    Live(LiveProtocol),
}

/// Reads a whole message of a live transcription: every member of it is known, and the model allowed.
pub(super) fn read_message(
    message: &[u8],
    shape: &'static Shape,
    models: &Models,
    protocol: LiveProtocol,
) -> Result<(), Refusal> {
    let mut reader = Reader::new(shape, models, Check::Live(protocol));
    let mut lexer = Lexer::default();
    lexer.push(message, &mut reader)?;
    lexer.finish(&mut reader)
}

#[derive(Debug)]
struct Reader {
    models: Models,
    check: Check,
    /// What must come next, where that is a value.
    next: Option<&'static Shape>,
    open: Vec<Open>,
    value: Value,
    model: Option<String>,
    audios: usize,
    audio: AudioCheck,
    text: usize,
}

const NUMBER: Shape = Shape::Number;

impl Reader {
    fn new(shape: &'static Shape, models: &Models, check: Check) -> Self {
        Self {
            models: models.clone(),
            check,
            next: Some(shape),
            open: Vec::new(),
            value: Value::None,
            model: None,
            audios: 0,
            audio: AudioCheck::new(None, false),
            text: 0,
        }
    }

    /// What a value that begins now may be.
    fn shape(&mut self) -> Result<&'static Shape, Refusal> {
        if let Some(shape) = self.next.take() {
            return Ok(shape);
        }
        match self.open.last_mut() {
            Some(Open::List { most, item, index }) => {
                let (most, item, at) = (*most, *item, *index);
                *index += 1;
                if at >= most {
                    let items = if most == 1 { "item" } else { "items" };
                    return Err(self.fault(&format!("takes {most} {items}")));
                }
                Ok(item)
            }
            Some(Open::Weights { .. }) => Ok(&NUMBER),
            _ => Err(self.fault("is not expected")),
        }
    }

    fn count_audio(&mut self) -> Result<(), Refusal> {
        self.audios += 1;
        if self.audios > 1 { Err(self.fault("is a second audio: one request has one")) } else { Ok(()) }
    }

    fn count_text(&mut self, bytes: usize) -> Result<(), Refusal> {
        self.text += bytes;
        if self.text > MOST_TEXT { Err(self.fault("has more text than a context may have")) } else { Ok(()) }
    }

    /// Where the reader is, as a dotted path: `input.messages[0].content`.
    fn path(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            match open {
                Open::Object { name, .. } => {
                    if !path.is_empty() && !name.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
                Open::Weights { .. } => {}
                Open::List { index, .. } => path.extend(["[", &index.saturating_sub(1).to_string(), "]"]),
            }
        }
        if path.is_empty() { "the body".to_owned() } else { path }
    }

    fn fault(&self, problem: &str) -> Refusal {
        Refusal::bad_request(&format!("{} {problem}.", self.path()))
    }

    fn expected(&self, what: &str) -> Refusal {
        self.fault(&format!("must be {what}"))
    }

    fn end_short(&mut self, shape: &'static Shape, text: &[u8]) -> Result<(), Refusal> {
        let text = core::str::from_utf8(text).unwrap_or_default();
        match shape {
            Shape::Model => {
                match self.check {
                    Check::Direct => self.models.check(text, false),
                    Check::Task => self.models.check(text, true),
                    Check::Live(protocol) => self.models.check_live(text, protocol),
                }?;
                self.model = Some(text.to_owned());
            }
            Shape::Word(words) if !words.contains(&text) => {
                return Err(self.expected(&format!("one of: {}", words.join(", "))));
            }
            _ => {}
        }
        Ok(())
    }
}

impl Visitor for Reader {
    fn begin(&mut self, is_list: bool) -> Result<(), Refusal> {
        let shape = self.shape()?;
        let open = match (shape, is_list) {
            (Shape::Object(members) | Shape::ObjectOrNull(members), false) => {
                Open::Object { members, seen: 0, name: "" }
            }
            (Shape::Weights, false) => Open::Weights { names: Vec::new() },
            (Shape::List(most, item), true) => Open::List { most: *most, item, index: 0 },
            (Shape::TextOr(item), true) => Open::List { most: 8, item, index: 0 },
            _ => return Err(self.expected(name_of(shape))),
        };
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) -> Result<(), Refusal> {
        self.open.pop();
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<(), Refusal> {
        let repeated = match self.open.last_mut() {
            Some(Open::Object { members, seen, name: current }) => {
                let Some(at) = members.iter().position(|(known, _)| *known == name) else {
                    let known: Vec<&str> = members.iter().map(|(known, _)| *known).collect();
                    let known = known.join(", ");
                    *current = "";
                    // Names are short and a developer's own; one that is not may be anything.
                    let shown =
                        if name.len() <= 40 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                            format!(" \"{name}\"")
                        } else {
                            String::new()
                        };
                    return Err(
                        self.fault(&format!("has a member{shown} that this site does not pass on; it knows {known}"))
                    );
                };
                let (known, shape) = &members[at];
                *current = known;
                self.next = Some(shape);
                let bit = 1 << at;
                let repeated = *seen & bit != 0;
                *seen |= bit;
                repeated
            }
            Some(Open::Weights { names }) => {
                if names.len() >= MOST_NAMES {
                    return Err(self.fault("has too many words"));
                }
                let repeated = names.iter().any(|known| known == name);
                names.push(name.to_owned());
                repeated
            }
            _ => false,
        };
        self.count_text(name.len())?;
        if repeated { Err(self.fault("is there twice")) } else { Ok(()) }
    }

    fn text_begins(&mut self, _at: u64) -> Result<(), Refusal> {
        let shape = self.shape()?;
        self.value = match shape {
            Shape::Text | Shape::TextOr(_) => Value::Text,
            Shape::Sound => Value::Sound,
            Shape::Model | Shape::Word(_) | Shape::Scalar => Value::Short { shape, text: Vec::new() },
            Shape::Audio | Shape::Address => {
                self.count_audio()?;
                self.audio.begin(matches!(shape, Shape::Audio));
                Value::Audio
            }
            _ => return Err(self.expected(name_of(shape))),
        };
        Ok(())
    }

    fn text_ahead(&mut self, bytes: &[u8]) -> usize {
        if matches!(self.value, Value::Audio) { self.audio.take_letters(bytes) } else { 0 }
    }

    fn text(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        match &mut self.value {
            Value::Audio => {
                let judged = self.audio.push(piece);
                judged.map_err(|problem| problem.at(&self.path()))
            }
            Value::Short { text, .. } => {
                text.extend_from_slice(piece);
                if text.len() > 200 { Err(self.fault("is too long")) } else { Ok(()) }
            }
            Value::Sound => Ok(()),
            _ => self.count_text(piece.len()),
        }
    }

    fn text_ends(&mut self, _at: u64) -> Result<(), Refusal> {
        match core::mem::replace(&mut self.value, Value::None) {
            Value::Short { shape, text } => self.end_short(shape, &text),
            Value::Audio => {
                let judged = self.audio.end();
                judged.map_err(|problem| problem.at(&self.path()))
            }
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, word: &str) -> Result<(), Refusal> {
        let shape = self.shape()?;
        // One that no 64 bits hold (1e999) is infinite for some readers, and an error for others.
        let is_number = number(word).is_some();
        let fits = match shape {
            Shape::Bool => matches!(word, "true" | "false"),
            Shape::Number | Shape::Scalar => is_number,
            // OpenAI's clients write null for what was not chosen.
            Shape::Text | Shape::ObjectOrNull(_) | Shape::Null => word == "null",
            _ => false,
        };
        if fits { Ok(()) } else { Err(self.expected(name_of(shape))) }
    }
}

/// What a shape is called in messages.
fn name_of(shape: &Shape) -> &'static str {
    match shape {
        Shape::Object(_) | Shape::ObjectOrNull(_) | Shape::Weights => "an object",
        Shape::List(..) => "a list",
        Shape::Model => "the name of a model",
        Shape::Audio => "a data URL, or an address that begins with https:// or oss://",
        Shape::Address => "an address that begins with https:// or oss://",
        Shape::Text | Shape::Word(_) | Shape::Sound => "a text",
        Shape::Bool => "true or false",
        Shape::Number => "a number",
        Shape::Scalar => "a number or a text",
        Shape::TextOr(_) => "a text or a list",
        Shape::Null => "null",
    }
}
