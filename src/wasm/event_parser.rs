//! The SSE parser for JavaScript. Everything of one piece crosses the boundary at once, as in `reader`.

use js_sys::{Array, Int32Array};
use wasm_bindgen::prelude::*;

use super::error::to_js;
use crate::error::Error;
use crate::sse::{EventParser, Item};

const EVENT: i32 = 0;
const COMMENT: i32 = 1;
const RETRY: i32 = 2;
const ABSENT: i32 = -1;

/// An incremental parser of server-sent events.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawEventParser {
    parser: EventParser,
}

#[wasm_bindgen]
impl RawEventParser {
    /// A parser that keeps at most `max_buffer` bytes.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(max_buffer: usize, quirks: bool) -> Self {
        Self { parser: EventParser::new(max_buffer, quirks) }
    }

    /// Reads a piece. Gives `[text, lengths, error]`: `text` holds all strings back to back; `lengths` is a sequence of
    /// `0, id, event, data` (an event), `1, length` (a comment) and `2, milliseconds` (a retry), in UTF-16 units, −1
    /// for what is absent.
    #[wasm_bindgen(unchecked_return_type = "[string, Int32Array, ErrorFacts | undefined]")]
    pub fn feed(&mut self, piece: &[u8]) -> JsValue {
        let mut packed = Packed::default();
        let result = self.parser.feed(piece, &mut |item| packed.push(&item));
        packed.into_js(result)
    }

    /// The stream has ended: delivers a last event that no blank line followed.
    #[wasm_bindgen(unchecked_return_type = "[string, Int32Array, ErrorFacts | undefined]")]
    pub fn finish(&mut self) -> JsValue {
        let mut packed = Packed::default();
        self.parser.finish(&mut |item| packed.push(&item));
        packed.into_js(Ok(()))
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.parser.reset();
    }
}

#[derive(Default)]
struct Packed {
    text: String,
    lengths: Vec<i32>,
}

impl Packed {
    fn push(&mut self, item: &Item<'_>) {
        match item {
            Item::Event(event) => {
                self.lengths.push(EVENT);
                self.optional(event.id.as_deref());
                self.optional(event.event.as_deref());
                self.string(&event.data);
            }
            Item::Comment(comment) => {
                self.lengths.push(COMMENT);
                self.string(comment);
            }
            Item::Retry(millis) => {
                self.lengths.extend([RETRY, i32::try_from(*millis).unwrap_or(i32::MAX)]);
            }
        }
    }

    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.string(text),
            None => self.lengths.push(ABSENT),
        }
    }

    fn string(&mut self, text: &str) {
        self.lengths.push(i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX));
        self.text.push_str(text);
    }

    fn into_js(self, result: Result<(), Error>) -> JsValue {
        let error = result.err().map_or(JsValue::UNDEFINED, |error| to_js(&error));
        Array::of3(&self.text.into(), &Int32Array::from(self.lengths.as_slice()), &error).into()
    }
}
