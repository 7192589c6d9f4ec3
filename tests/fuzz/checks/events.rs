//! The event parser: however a stream is cut, it says the same, and that is what a plain reading of the standard says.
//!
//! The first byte chooses the dialect and the limit, the second the size of the pieces; the rest is the stream.

use super::choices::{Choices, pieces};
use crate::sse::{EventParser, Item};

#[derive(Debug, PartialEq, Eq)]
enum Said {
    Event { id: Option<String>, event: Option<String>, data: String, status: Option<u16> },
    Id(String),
    Comment(String),
    Retry(u64),
}

/// How a stream is read.
#[derive(Clone, Copy)]
struct Manner {
    quirks: bool,
    comments: bool,
}

/// Milliseconds beyond this are as good as any other such number.
const ENDLESS: u64 = 1 << 53;

/// What a stream says, and whether an event in it was longer than the limit.
fn parsed<'a>(stream: impl Iterator<Item = &'a [u8]>, limit: usize, manner: Manner) -> (Vec<Said>, bool) {
    let mut said = Vec::new();
    let mut sink = |item: Item<'_>| {
        said.push(match item {
            Item::Event(event) => Said::Event {
                id: event.id.map(Into::into),
                event: event.event.map(Into::into),
                data: event.data.into(),
                status: event.status,
            },
            Item::Id(id) => Said::Id(id.into()),
            Item::Comment(comment) => Said::Comment(comment.into()),
            // Told or not, as the pieces have it.
            Item::Ignored(_) => return,
            Item::Retry(millis) => Said::Retry(millis.min(ENDLESS)),
        });
    };
    let mut parser = EventParser::new(limit, manner.quirks, manner.comments);
    for piece in stream {
        if parser.feed(piece, &mut sink).is_err() {
            assert!(parser.feed(b"data: x\n\n", &mut sink).is_err(), "it must stay failed");
            return (said, true);
        }
    }
    parser.finish(&mut sink);
    (said, false)
}

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let kind = choices.byte();
    let manner = Manner { quirks: kind & 1 == 0, comments: kind & 8 == 0 };
    let limit = [usize::MAX, 8, 64, 1_000][usize::from(kind >> 1 & 3)];
    let size = 1 + choices.below(40);
    let stream = choices.rest();

    let (whole, failed) = parsed([stream].into_iter(), usize::MAX, manner);
    assert!(!failed);
    assert_eq!(whole, plainly(stream, manner), "as the standard has it");
    for size in [size, 1] {
        assert_eq!(parsed(pieces(stream, size), usize::MAX, manner).0, whole, "in pieces of {size}");
    }
    let (head, tail) = stream.split_at(size.min(stream.len()));
    assert_eq!(parsed([head, b"", tail].into_iter(), usize::MAX, manner).0, whole, "cut at {size}");

    // With a limit, what is said before it is passed is the same, and no event is longer.
    for size in [size, 1, stream.len()] {
        let (said, failed) = parsed(pieces(stream, size), limit, manner);
        assert!(said.len() <= whole.len() && said == whole[..said.len()], "in pieces of {size}, limit {limit}");
        assert!(failed || said.len() == whole.len());
        for item in said {
            if let Said::Event { data, .. } = item {
                // What is no UTF-8 becomes a sign three times as long.
                assert!(data.len() / 3 <= limit, "an event of {} bytes, limit {limit}", data.len());
            }
        }
    }
}

/// The standard's algorithm, sentence by sentence, and DashScope's three departures from it.
fn plainly(stream: &[u8], manner: Manner) -> Vec<Said> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut said = Vec::new();
    let (mut id, mut event, mut data, mut status) = (None, Vec::new(), None::<Vec<u8>>, None);
    let mut fields = 0;
    for line in lines(stream, manner.quirks) {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let field = &line[..colon];
        let value = line.get(colon + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        let repeated = manner.quirks && field == b"id" && !value.contains(&0) && id.is_some() && fields == 1;
        // An event is over at a blank line; with quirks also where another id follows complete data of one line.
        if line.is_empty() || (repeated && data.as_deref().is_some_and(is_object)) {
            fields = 0;
            if let Some(data) = data.take() {
                let event = (!event.is_empty()).then(|| text(&event));
                said.push(Said::Event { id: id.take(), event, data: text(&data), status });
            } else if let Some(id) = id.take() {
                said.push(Said::Id(id));
            }
            (id, status) = (None, None);
            event.clear();
        }
        match field {
            b"data" => {
                fields += 1;
                match &mut data {
                    Some(data) => {
                        data.push(b'\n');
                        data.extend_from_slice(value);
                    }
                    None => data = Some(value.to_vec()),
                }
            }
            b"event" => event = value.to_vec(),
            b"id" if !value.contains(&0) => id = Some(text(value)),
            b"retry" if !value.is_empty() && value.iter().all(u8::is_ascii_digit) => {
                said.push(Said::Retry(text(value).parse().unwrap_or(u64::MAX).min(ENDLESS)));
            }
            b"" if colon < line.len() => {
                if manner.quirks
                    && let Some(number) = line.strip_prefix(b":HTTP_STATUS/")
                {
                    let number = text(number.trim_ascii());
                    status = number.parse::<u16>().ok().filter(|_| !number.starts_with('+'));
                }
                if manner.comments {
                    said.push(Said::Comment(text(value)));
                }
            }
            _ => {}
        }
    }
    // The end of the stream ends the last event, although the standard drops it.
    if manner.quirks {
        let event = (!event.is_empty()).then(|| text(&event));
        match (data, id) {
            (Some(data), id) => said.push(Said::Event { id, event, data: text(&data), status }),
            (None, Some(id)) => said.push(Said::Id(id)),
            (None, None) => {}
        }
    }
    said
}

/// The lines of a stream without their ends, with what follows the last end or without.
fn lines(stream: &[u8], unfinished: bool) -> Vec<&[u8]> {
    let mut rest = stream.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(stream);
    let mut lines = Vec::new();
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
        lines.push(&rest[..end]);
        rest = &rest[end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 }..];
    }
    if unfinished && !rest.is_empty() {
        lines.push(rest);
    }
    lines
}

/// Whether data is one object from its first brace to the one that closes it.
fn is_object(data: &[u8]) -> bool {
    let data = data.trim_ascii();
    let (mut depth, mut in_string, mut at) = (0_usize, false, 0);
    while at < data.len() {
        match data[at] {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    data.starts_with(b"{") && depth == 0 && at == data.len()
}
