//! The SSE parser for JavaScript. Everything of one piece crosses the boundary at once, as one string.

use core::fmt::Write as _;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::error::to_js;
use crate::sse::{EventParser, Item};

/// An incremental parser of server-sent events.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawEventParser {
    parser: EventParser,
}

#[wasm_bindgen]
impl RawEventParser {
    /// A parser that keeps at most `max_buffer` bytes, and tells comments if somebody listens to them.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(max_buffer: usize, quirks: bool, comments: bool) -> Self {
        Self { parser: EventParser::new(max_buffer, quirks, comments) }
    }

    /// Reads a piece; `None` is the end of the stream. Gives what was complete, and the error that ended the reading.
    ///
    /// What was complete is a list of fields, each a letter, its text and a carriage return, which stands in no field:
    /// `i` id, `e` event, `d` data, which is the last of an event; `I` the id of a block without data, `:` a comment,
    /// `r` milliseconds, `?` a line that the standard ignores.
    #[wasm_bindgen(unchecked_return_type = "string | undefined | [string, unknown]")]
    pub fn feed(&mut self, piece: Option<Vec<u8>>) -> JsValue {
        let mut fields = String::new();
        let mut sink = |item: Item<'_>| write_item(&item, &mut fields);
        let result = if let Some(piece) = piece {
            self.parser.feed(&piece, &mut sink)
        } else {
            self.parser.finish(&mut sink);
            Ok(())
        };
        match result {
            Ok(()) if fields.is_empty() => JsValue::UNDEFINED,
            Ok(()) => fields.into(),
            Err(error) => Array::of2(&fields.into(), &to_js(&error)).into(),
        }
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.parser.reset();
    }
}

fn write_item(item: &Item<'_>, fields: &mut String) {
    let mut field = |letter, text: &str| {
        fields.push(letter);
        fields.push_str(text);
        fields.push('\r');
    };
    match item {
        Item::Event(event) => {
            if let Some(id) = &event.id {
                field('i', id);
            }
            if let Some(name) = &event.event {
                field('e', name);
            }
            field('d', &event.data);
        }
        Item::Id(id) => field('I', id),
        Item::Comment(comment) => field(':', comment),
        Item::Ignored(line) => field('?', line),
        Item::Retry(millis) => {
            // No timer waits longer. Writing to a String cannot fail.
            let _ = write!(fields, "r{}\r", (*millis).min(0x7FFF_FFFF));
        }
    }
}
