//! Server-sent events, as the WHATWG standard parses them and as DashScope sends them.
//!
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>
//!
//! The parser takes bytes in pieces of any size, keeps no more than an unfinished line and an unfinished event, and
//! refuses to keep more than its limit. What nobody will hear of (unknown fields, and comments where nobody listens to them)
//! is not kept at all. What DashScope adds, as recorded in the tests of `cnblogs/dashscope-sdk` (`RawHttpData`):
//!
//! * `:HTTP_STATUS/400` is a comment by the standard, but carries the status of the event it stands in;
//! * older gateways leave out the blank line between events (`multimodal-generation-vl-sse.response.body.txt`);
//! * the last event may end with the stream, without a blank line (the same file): [`EventParser::finish`] delivers it. The
//!   official Python SDK waits for no blank line either: each of its events ends with its `data` line.

use std::borrow::Cow;

use crate::error::{Error, ErrorKind};
use crate::search::{first_of, lossy, starts_with};

/// Most bytes kept of an unfinished line and an unfinished event together, unless the caller says otherwise. Our own choice,
/// as the standard knows none: a quarter of the longest answer, and thousands of times what one event has been seen to have.
pub const DEFAULT_MAX_BUFFER: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
const STATUS_COMMENT: &[u8] = b":HTTP_STATUS/";
const FIELDS: [&[u8]; 4] = [b"data:", b"event:", b"id:", b"retry:"];
/// Stands for the beginning of a line that nobody will hear of. No line has it in it.
const NOT_KEPT: u8 = b'\r';

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
#[non_exhaustive]
pub enum Item<'a> {
    /// A complete event.
    Event(Event<'a>),
    /// The `id` of a block that has no data and therefore is no event: the standard's "last event ID" changes all the same.
    Id(Cow<'a, str>),
    /// A comment line, without the colon and one space after it.
    Comment(Cow<'a, str>),
    /// A `retry` field: milliseconds.
    Retry(u64),
    /// A line that the standard ignores: an unknown field, or a `retry` that is no number. Not told of a line that was cut by
    /// the end of a piece before it could be one of the known fields; such lines are not kept.
    Ignored(Cow<'a, str>),
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
    /// How many `data` fields there were. With one that is empty it is an event with empty data, with none it is no event.
    data_fields: usize,
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
    comments: bool,
    overflown: bool,
}

impl Default for EventParser {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_BUFFER, true, false)
    }
}

impl EventParser {
    /// A parser that keeps at most `max_buffer` bytes, with or without DashScope's departures from the standard, and tells
    /// `comments` or not.
    #[must_use]
    pub fn new(max_buffer: usize, quirks: bool, comments: bool) -> Self {
        Self {
            line: Vec::new(),
            data: Vec::new(),
            data_fields: 0,
            id: Vec::new(),
            has_id: false,
            event: Vec::new(),
            status: None,
            skip_line_feed: false,
            fresh: true,
            max_buffer,
            quirks,
            comments,
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
        if !self.may_be_heard() {
            self.line.clear();
            self.line.push(NOT_KEPT);
        }
        if self.line.len() + self.data.len() + self.id.len() + self.event.len() > self.max_buffer {
            return Err(self.overflow());
        }
        Ok(())
    }

    /// The stream has ended: delivers an event that was not followed by a blank line, and forgets everything.
    ///
    /// The standard drops it, and so does a parser without quirks; DashScope's last event is too valuable for that.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Item<'_>)) {
        if self.quirks {
            let line = std::mem::take(&mut self.line);
            let mut held = &b""[..];
            if !line.is_empty() && !self.overflown {
                self.line(&line, &mut held, sink);
            }
            self.dispatch(&mut held, sink);
        }
        self.reset();
    }

    /// Forgets everything, ready for another stream.
    pub fn reset(&mut self) {
        *self = Self::new(self.max_buffer, self.quirks, self.comments);
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

    /// Whether the line that has begun can still become one that somebody hears of.
    fn may_be_heard(&self) -> bool {
        let line = self.line.as_slice();
        let line = if self.fresh && begins(line, BYTE_ORDER_MARK) { line.get(3..).unwrap_or_default() } else { line };
        if line.first() == Some(&b':') {
            return self.comments || begins(line, STATUS_COMMENT);
        }
        FIELDS.iter().any(|field| begins(line, field))
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
                if self.data_fields > 0 {
                    self.data.extend_from_slice(held);
                    self.data.push(b'\n');
                }
                self.data_fields += 1;
                *held = value;
            }
            b"event" => {
                self.event.clear();
                self.event.extend_from_slice(value);
            }
            b"id" if first_of(0, 0, 0, value) == value.len() => {
                // An event that has an id and complete data, in one line as DashScope sends it, cannot get another id: the
                // blank line was left out.
                if self.quirks && self.has_id && self.data_fields == 1 {
                    self.data_fields = 2; // looked at once: data may be long, and ids may be many
                    self.data.extend_from_slice(std::mem::take(held));
                    if is_complete_json(&self.data) {
                        self.dispatch(held, sink);
                    }
                }
                self.has_id = true;
                self.id.clear();
                self.id.extend_from_slice(value);
            }
            b"retry" => sink(decimal(value).map_or_else(|| Item::Ignored(lossy(line)), Item::Retry)),
            b"" => {
                if let Some(status) = line.strip_prefix(STATUS_COMMENT).filter(|_| self.quirks) {
                    self.status = decimal(status.trim_ascii()).and_then(|status| u16::try_from(status).ok());
                }
                if self.comments {
                    sink(Item::Comment(lossy(value)));
                }
            }
            b"id" => {} // one with a NUL is ignored, as the standard says
            _ if line.first() == Some(&NOT_KEPT) => {}
            _ => sink(Item::Ignored(lossy(line))),
        }
    }

    fn dispatch(&mut self, held: &mut &[u8], sink: &mut dyn FnMut(Item<'_>)) {
        if self.data_fields > 0 {
            if !self.data.is_empty() {
                self.data.extend_from_slice(held);
            }
            sink(Item::Event(Event {
                id: self.has_id.then(|| lossy(&self.id)),
                event: (!self.event.is_empty()).then(|| lossy(&self.event)),
                data: lossy(if self.data.is_empty() { held } else { &self.data }),
                status: self.status,
            }));
        } else if self.has_id {
            sink(Item::Id(lossy(&self.id)));
        }
        *held = &[];
        self.data.clear();
        self.data_fields = 0;
        self.has_id = false;
        self.event.clear();
        self.status = None;
    }
}

/// Where the first line ends, or what there is of it.
fn line_end(bytes: &[u8]) -> usize {
    first_of(b'\n', b'\r', 0, bytes)
}

/// Whether the bytes are the beginning of what is expected, or go on behind it.
fn begins(bytes: &[u8], expected: &[u8]) -> bool {
    expected.iter().zip(bytes).all(|(expected, byte)| expected == byte)
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
                Item::Id(id) => format!("{id}|"),
                Item::Comment(comment) => format!("#{comment}"),
                Item::Retry(millis) => format!("~{millis}"),
                Item::Ignored(_) => return, // told or not, as the pieces have it
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
        check_with(true, stream, expected);
    }

    fn check_with(quirks: bool, stream: &[u8], expected: &[&str]) {
        let mut parser = EventParser::new(DEFAULT_MAX_BUFFER, quirks, true);
        assert_eq!(collect(&mut parser, &[stream]), expected);
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(collect(&mut parser, &bytes), expected, "byte by byte");
        for cut in 0..=stream.len() {
            let (head, tail) = stream.split_at(cut);
            assert_eq!(collect(&mut parser, &[b"", head, b"", tail]), expected, "cut at {cut}");
        }
        // Without anybody who listens to comments, the same without them.
        let mut silent = EventParser::new(DEFAULT_MAX_BUFFER, quirks, false);
        let expected: Vec<&str> = expected.iter().copied().filter(|told| !told.starts_with('#')).collect();
        for cut in 0..=stream.len() {
            let (head, tail) = stream.split_at(cut);
            assert_eq!(collect(&mut silent, &[head, tail]), expected, "without comments, cut at {cut}");
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
        let seen = collect(&mut EventParser::new(1000, false, true), &[b"id:1\ndata:{}\nid:2\ndata:{}\n\n"]);
        assert_eq!(seen, ["2|-|{}\n{}|-"]);
        // An id after the data of an event that had none is the standard's own order.
        check(b"data:{}\nid:7\n\n", &["7|-|{}|-"]);
    }

    #[test]
    fn many_ids_after_long_data_cost_no_time() {
        let stream = ["id:0\ndata:{", &"[".repeat(1_000_000), "\n", &"id:1\n".repeat(100_000), "\n"].concat();
        let mut told = Vec::new();
        let mut sink = |item: Item<'_>| match item {
            Item::Event(event) => told.push((event.id.unwrap_or_default().into_owned(), event.data.len())),
            item => panic!("{item:?}"),
        };
        EventParser::default().feed(stream.as_bytes(), &mut sink).unwrap();
        assert_eq!(told, [("1".to_owned(), 1_000_001)]);
    }

    #[test]
    fn the_last_event_needs_no_blank_line() {
        check(b"data: a\n\ndata: b", &["-|-|a|-", "-|-|b|-"]);
        check(b"data: a\n", &["-|-|a|-"]);
    }

    #[test]
    fn to_the_letter_of_the_standard_an_unfinished_event_is_none() {
        check_with(false, b"data: a\n\ndata: b", &["-|-|a|-"]);
        check_with(false, b"data: a\n\ndata: b\n", &["-|-|a|-"]);
        check_with(false, b"id: 1\ndata: a\n\nretry: 5", &["1|-|a|-"]);
        // Both ends of a line are lines' ends, whatever stands before or after them.
        for stream in [&b"data: a\n\r"[..], b"data: a\r\r", b"data: a\r\n\r", b"data: a\r\n\n", b"data: a\n\r\n"] {
            check_with(false, stream, &["-|-|a|-"]);
            check(stream, &["-|-|a|-"]);
        }
    }

    #[test]
    fn an_id_counts_without_data() {
        check(b"id: 42\n\ndata: x\n\nid: 7\nid: bad\0id\nevent: e\r\n\r\nid\n\n", &["42|", "-|-|x|-", "7|", "|"]);
    }

    /// The statements of `eventsource-parser` (`test/parse.test.ts`) about lines that nobody will hear of.
    #[test]
    fn what_nobody_hears_of_is_not_kept() {
        let fields =
            ["unknown: ", "datax: ", "Data: ", "ida", "retry2:", "\u{FEFF}x", " data: ", "{\"error\":\"", "\0: "];
        for (beginning, comments) in
            fields.map(|field| (field, true)).into_iter().chain([(":", false), (":HTTP", false)])
        {
            let mut parser = EventParser::new(16, true, comments);
            let mut seen = Vec::new();
            let mut sink = |item: Item<'_>| seen.push(format!("{item:?}"));
            for piece in ["data: a\n", beginning, "data: this is not read", &"x".repeat(100), "", "\r", "\ndata: b\n\n"]
            {
                parser.feed(piece.as_bytes(), &mut sink).unwrap();
                assert!(parser.line.len() <= 12, "{beginning:?} is kept");
            }
            let event = r#"Event(Event { id: None, event: None, data: "a\nb", status: None })"#;
            assert_eq!(seen, [event], "{beginning:?}");
        }
        // What is complete in its piece is told.
        let mut told = Vec::new();
        let mut sink = |item: Item<'_>| told.push(format!("{item:?}"));
        EventParser::default().feed(b"garbage\nfoo: bar\nretry: -1\n: c\nid: \0\n", &mut sink).unwrap();
        assert_eq!(told, [r#"Ignored("garbage")"#, r#"Ignored("foo: bar")"#, r#"Ignored("retry: -1")"#]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut parser = EventParser::new(64, true, true);
        let mut events = 0;
        parser.feed(b"data: ok\n\n", &mut |_| events += 1).unwrap();
        assert!(parser.feed(&[&b"data"[..], &[b':'; 100]].concat(), &mut |_| events += 1).is_err());
        assert!(parser.feed(b"data: more\n\n", &mut |_| events += 1).is_err(), "it stays failed");
        parser.reset();
        parser.feed(b"data: again\n\n", &mut |_| events += 1).unwrap();
        assert_eq!(events, 2);
        let mut lines = EventParser::new(64, true, true);
        let failed = (0..100).any(|_| lines.feed(b"data: 0123456789\n", &mut |_| ()).is_err());
        assert!(failed, "many short lines are one long event");
        let mut fields = EventParser::new(64, true, true);
        fields.feed(format!("id: {}\n", "i".repeat(30)).as_bytes(), &mut |_| ()).unwrap();
        assert!(fields.feed(format!("event: {}\n", "e".repeat(40)).as_bytes(), &mut |_| ()).is_err());
    }
}
