//! Server-sent events, as the WHATWG standard parses them and as DashScope sends them.
//!
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>
//!
//! The parser takes bytes in pieces of any size, keeps no more than an unfinished line and an unfinished event, and
//! refuses to keep more than its limit. What DashScope adds (`protocol.md` §6):
//!
//! * `:HTTP_STATUS/400` is a comment by the standard, but carries the status of the event it stands in;
//! * older gateways leave out the blank line between events;
//! * the last event may end with the stream, without a blank line: [`EventParser::finish`] delivers it.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind};
use crate::search::{first_of, lossy, starts_with};

/// Most bytes kept of an unfinished line and an unfinished event together, unless the caller says otherwise.
pub const DEFAULT_MAX_BUFFER: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const STATUS_COMMENT: &[u8] = b":HTTP_STATUS/";

/// A complete event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// The `id` field of this very event, if it had one.
    pub id: Option<Cow<'a, str>>,
    /// The `event` field, if it had one that is not empty.
    pub event: Option<Cow<'a, str>>,
    /// The `data` fields, joined by line feeds.
    pub data: Cow<'a, str>,
    /// DashScope's `:HTTP_STATUS/…` comment inside this event.
    pub status: Option<u16>,
}

/// What a parser delivers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
    /// A complete event.
    Event(Event<'a>),
    /// A comment line, without the colon and one space after it.
    Comment(Cow<'a, str>),
    /// A `retry` field: milliseconds.
    Retry(u64),
}

/// An incremental, bounded parser.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a state of the standard's algorithm, independent of the others"
)]
pub struct EventParser {
    /// The beginning of a line whose end has not arrived.
    line: Vec<u8>,
    /// All data but the last line of it, if that is still in the piece that it came with.
    data: Vec<u8>,
    /// Tells `data:` with nothing after it (an event with empty data) from no `data` field (no event).
    has_data: bool,
    id: Vec<u8>,
    has_id: bool,
    event: Vec<u8>,
    status: Option<u16>,
    /// A carriage return ended the last line; a line feed that follows belongs to it, even in the next piece.
    skip_line_feed: bool,
    /// The next line is the first, which may have a byte-order mark.
    fresh: bool,
    max_buffer: usize,
    quirks: bool,
    overflown: bool,
}

impl Default for EventParser {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_BUFFER, true)
    }
}

impl EventParser {
    /// A parser that keeps at most `max_buffer` bytes, with or without DashScope's departures from the standard.
    #[must_use]
    pub fn new(max_buffer: usize, quirks: bool) -> Self {
        Self {
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            id: Vec::new(),
            has_id: false,
            event: Vec::new(),
            status: None,
            skip_line_feed: false,
            fresh: true,
            max_buffer,
            quirks,
            overflown: false,
        }
    }

    /// Reads the next piece of the stream and hands everything that is complete to `sink`, in order.
    ///
    /// Fails when an event grows over the limit; what came before it has been delivered, and the parser stays failed
    /// until [`reset`](Self::reset).
    pub fn feed(&mut self, piece: &[u8], sink: &mut dyn FnMut(Item<'_>)) -> Result<(), Error> {
        if self.overflown {
            return Err(self.overflow());
        }
        let mut rest = piece;
        if self.skip_line_feed && !rest.is_empty() {
            self.skip_line_feed = false;
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        let (line, mut after) = rest.split_at(line_end(rest));
        self.line.extend_from_slice(line);
        if !after.is_empty() {
            let mut begun = std::mem::take(&mut self.line);
            let mut line = begun.as_slice();
            let mut held = &b""[..];
            loop {
                self.line(line, &mut held, sink);
                if self.data.len() + held.len() > self.max_buffer {
                    return Err(self.overflow());
                }
                if let [b'\r', b'\n', more @ ..] | [_, more @ ..] = after {
                    self.skip_line_feed = after == b"\r";
                    rest = more;
                }
                (rest, after) = rest.split_at(line_end(rest));
                if after.is_empty() {
                    break;
                }
                line = rest;
            }
            self.data.extend_from_slice(held);
            begun.clear();
            begun.extend_from_slice(rest);
            self.line = begun; // keeps its capacity
        }
        if self.line.len() + self.data.len() > self.max_buffer {
            return Err(self.overflow());
        }
        Ok(())
    }

    /// The stream has ended: delivers an event that was not followed by a blank line.
    ///
    /// The standard would drop it; DashScope's last event is too valuable for that.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Item<'_>)) {
        let line = std::mem::take(&mut self.line);
        let mut held = &b""[..];
        if !line.is_empty() && !self.overflown {
            self.line(&line, &mut held, sink);
        }
        self.dispatch(&mut held, sink);
        self.reset();
    }

    /// Forgets everything, ready for another stream.
    pub fn reset(&mut self) {
        *self = Self::new(self.max_buffer, self.quirks);
    }

    fn overflow(&mut self) -> Error {
        let limit = self.max_buffer;
        self.reset();
        self.overflown = true;
        Error::new(
            ErrorKind::InvalidResponse,
            format!(
                "an event in the stream is longer than {limit} bytes; call reset() to go on, or raise maxBufferSize"
            ),
        )
    }

    /// Takes a line. Its data goes into `held`, and what was there before to the other data.
    fn line<'p>(&mut self, line: &'p [u8], held: &mut &'p [u8], sink: &mut dyn FnMut(Item<'_>)) {
        let mark = std::mem::take(&mut self.fresh) && starts_with(line, BYTE_ORDER_MARK);
        let line = line.get(if mark { 3 } else { 0 }..).unwrap_or_default();
        if line.is_empty() {
            self.dispatch(held, sink);
            return;
        }
        let (field, value) = line.split_at_checked(first_of(b':', b':', 0, line)).unwrap_or_default();
        let value = match value {
            [_, b' ', value @ ..] | [_, value @ ..] => value,
            [] => value,
        };
        match field {
            b"data" => {
                if self.has_data {
                    self.data.extend_from_slice(held);
                    self.data.push(b'\n');
                }
                self.has_data = true;
                *held = value;
            }
            b"event" => {
                self.event.clear();
                self.event.extend_from_slice(value);
            }
            b"id" if first_of(0, 0, 0, value) == value.len() => {
                // An event that has an id and complete data cannot get another id: the blank line was left out.
                if self.quirks && self.has_id && self.has_data {
                    self.data.extend_from_slice(std::mem::take(held));
                    if is_complete_json(&self.data) {
                        self.dispatch(held, sink);
                    }
                }
                self.has_id = true;
                self.id.clear();
                self.id.extend_from_slice(value);
            }
            b"retry" => {
                if let Some(millis) = decimal(value) {
                    sink(Item::Retry(millis));
                }
            }
            b"" => {
                if let Some(status) = line.strip_prefix(STATUS_COMMENT).filter(|_| self.quirks) {
                    self.status = decimal(status.trim_ascii()).and_then(|status| u16::try_from(status).ok());
                }
                sink(Item::Comment(lossy(value)));
            }
            _ => {} // unknown fields are ignored, as the standard says
        }
    }

    fn dispatch(&mut self, held: &mut &[u8], sink: &mut dyn FnMut(Item<'_>)) {
        if self.has_data {
            if !self.data.is_empty() {
                self.data.extend_from_slice(held);
            }
            sink(Item::Event(Event {
                id: self.has_id.then(|| lossy(&self.id)),
                event: (!self.event.is_empty()).then(|| lossy(&self.event)),
                data: lossy(if self.data.is_empty() { held } else { &self.data }),
                status: self.status,
            }));
        }
        *held = &[];
        self.data.clear();
        self.has_data = false;
        self.has_id = false;
        self.event.clear();
        self.status = None;
    }
}

/// Where the first line ends, or what there is of it.
fn line_end(bytes: &[u8]) -> usize {
    first_of(b'\n', b'\r', 0, bytes)
}

/// A number of digits and nothing else; what no longer counts of a very long one is cut off.
fn decimal(digits: &[u8]) -> Option<u64> {
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0, |sum: u64, digit| sum.min(1 << 53) * 10 + u64::from(digit - b'0')))
}

/// Whether the bytes are one whole JSON object, by its braces; a full check would cost more than it tells.
fn is_complete_json(data: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let data = data.trim_ascii();
    if !data.starts_with(b"{") {
        return false;
    }
    for (index, byte) in data.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1 == data.len();
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(parser: &mut EventParser, pieces: &[&[u8]]) -> Vec<String> {
        let mut seen = Vec::new();
        let mut sink = |item: Item<'_>| {
            seen.push(match item {
                Item::Event(event) => format!(
                    "{}|{}|{}|{}",
                    event.id.as_deref().unwrap_or("-"),
                    event.event.as_deref().unwrap_or("-"),
                    event.data,
                    event.status.map_or("-".to_owned(), |status| status.to_string())
                ),
                Item::Comment(comment) => format!("#{comment}"),
                Item::Retry(millis) => format!("~{millis}"),
            });
        };
        for piece in pieces {
            parser.feed(piece, &mut sink).unwrap();
        }
        parser.finish(&mut sink);
        seen
    }

    /// Every stream must read the same in one piece, byte by byte, and cut in two at every byte.
    fn check(stream: &[u8], expected: &[&str]) {
        assert_eq!(collect(&mut EventParser::default(), &[stream]), expected);
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(collect(&mut EventParser::default(), &bytes), expected, "byte by byte");
        for cut in 0..=stream.len() {
            let (head, tail) = stream.split_at(cut);
            assert_eq!(collect(&mut EventParser::default(), &[head, b"", tail]), expected, "cut at {cut}");
        }
    }

    #[test]
    fn the_standard_s_examples() {
        check(b"data: YHOO\ndata: +2\ndata: 10\n\n", &["-|-|YHOO\n+2\n10|-"]);
        check(
            b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            &["#test stream", "1|-|first event|-", "|-|second event|-", "-|-| third event|-"],
        );
        check(b"data\n\ndata\ndata\n\ndata:\n\n", &["-|-||-", "-|-|\n|-", "-|-||-"]);
        check(b"data:test\n\ndata: test\n\n", &["-|-|test|-", "-|-|test|-"]);
    }

    #[test]
    fn all_line_ends_and_a_byte_order_mark() {
        check(b"\xEF\xBB\xBFdata: a\r\n\r\ndata: b\r\rdata: c\n\n", &["-|-|a|-", "-|-|b|-", "-|-|c|-"]);
        check(b"\xEF\xBBdata: a\n\n", &[]);
        check(b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\n", &[]);
    }

    #[test]
    fn fields_that_are_ignored() {
        check(
            b"Data: x\nfoo: bar\nid: a\0b\nretry: 5s\nretry: +5\nretry:\ndata: y\nretry: 20\n\n",
            &["~20", "-|-|y|-"],
        );
        check(b"event: only\n\n: comment\n\n", &["#comment"]);
    }

    #[test]
    fn text_in_any_script_survives_any_cut() {
        check("event: é\ndata: 你好 🎤\n\n".as_bytes(), &["-|é|你好 🎤|-"]);
        check(b"data: a\xFFb\n\n", &["-|-|a\u{FFFD}b|-"]);
    }

    #[test]
    fn a_status_comment_belongs_to_its_event() {
        check(
            b"id:1\nevent:error\n:HTTP_STATUS/400\ndata:{\"code\":\"x\"}\n\ndata:{}\n\n",
            &["#HTTP_STATUS/400", "1|error|{\"code\":\"x\"}|400", "-|-|{}|-"],
        );
    }

    #[test]
    fn missing_blank_lines_are_seen_by_the_next_id() {
        let stream = b"id:1\nevent:result\n:HTTP_STATUS/200\ndata:{\"a\":\"}{\\\"\"}\nid:2\nevent:result\n:HTTP_STATUS/200\ndata:{}\n";
        check(stream, &["#HTTP_STATUS/200", "1|result|{\"a\":\"}{\\\"\"}|200", "#HTTP_STATUS/200", "2|result|{}|200"]);
        // By the standard this is one event: the later id and the joined data win.
        let seen = collect(&mut EventParser::new(1000, false), &[b"id:1\ndata:{}\nid:2\ndata:{}\n\n"]);
        assert_eq!(seen, ["2|-|{}\n{}|-"]);
        // An id after the data of an event that had none is the standard's own order.
        check(b"data:{}\nid:7\n\n", &["7|-|{}|-"]);
    }

    #[test]
    fn the_last_event_needs_no_blank_line() {
        check(b"data: a\n\ndata: b", &["-|-|a|-", "-|-|b|-"]);
        check(b"data: a\n", &["-|-|a|-"]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut parser = EventParser::new(64, true);
        let mut events = 0;
        parser.feed(b"data: ok\n\n", &mut |_| events += 1).unwrap();
        assert!(parser.feed(&[b'x'; 100], &mut |_| events += 1).is_err());
        assert!(parser.feed(b"data: more\n\n", &mut |_| events += 1).is_err(), "it stays failed");
        parser.reset();
        parser.feed(b"data: again\n\n", &mut |_| events += 1).unwrap();
        assert_eq!(events, 2);
        let mut lines = EventParser::new(64, true);
        let failed = (0..100).any(|_| lines.feed(b"data: 0123456789\n", &mut |_| ()).is_err());
        assert!(failed, "many short lines are one long event");
    }
}
