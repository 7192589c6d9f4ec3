//! Forms as they flow in: `multipart/form-data` (<https://www.rfc-editor.org/rfc/rfc7578>), whatever the chunks, in constant memory.
//!
//! What two readers could take for two things is refused: text around the parts, headers that are folded or there twice, parts
//! within parts, an end that is missing. Names are quoted as browsers do it
//! (<https://html.spec.whatwg.org/#multipart-form-data>), or with backslashes, as others do.

use super::openai::{Checked, Problem};
use super::scan::line_break;

/// Longest head of a part. Names of files are the longest thing in it.
const MOST_HEAD: usize = 8 * 1024;
/// `--`, 70 characters at most, and the line break before it (<https://www.rfc-editor.org/rfc/rfc2046#section-5.1.1>).
const MOST_BOUNDARY: usize = 70;

/// What is told of a form.
pub(super) trait Parts {
    /// A part begins; `at`: offset of its first byte in the form.
    fn begin(&mut self, head: &PartHead, at: u64) -> Checked<()>;
    /// More of it. `at`: where it stands in the chunk that is being read; `None`: it was the end of the one before, where a delimiter
    /// might have begun.
    fn data(&mut self, bytes: &[u8], at: Option<usize>) -> Checked<()>;
    /// It has ended.
    fn end(&mut self) -> Checked<()>;
}

/// The head of a part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PartHead {
    /// Name of the field.
    pub name: Vec<u8>,
    /// Whether it has the name of a file, and so is one.
    pub is_file: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first boundary.
    Start,
    /// Behind a boundary: a line break, or the end.
    Boundary,
    Head,
    Data,
    /// Behind the last boundary.
    Over,
}

/// Reads a form.
#[derive(Debug)]
pub(super) struct Multipart {
    /// Line break, hyphens, boundary.
    delimiter: Vec<u8>,
    state: State,
    /// Bytes that are not yet understood.
    held: Vec<u8>,
    /// Bytes that were read.
    at: u64,
}

static NO_BOUNDARY: Problem = Problem::form(
    "The form cannot be read: its Content-Type must have one boundary, as in multipart/form-data; boundary=x.",
);
static NO_START: Problem = Problem::form("The form cannot be read: it does not begin with its boundary.");
static NO_END: Problem = Problem::form("The form cannot be read: it does not end with its last boundary.");
static BOUNDARY: Problem = Problem::form("The form cannot be read: there is something behind a boundary.");
static HEAD: Problem = Problem::form(
    "The form cannot be read: each part needs a Content-Disposition with one name, and headers of one line and 8 kB at most.",
);
static NESTED: Problem = Problem::form("The form cannot be read: a part is encoded, or has parts in it.");

impl Multipart {
    /// A reader for a form with this `Content-Type`.
    pub(super) fn new(content_type: &str) -> Checked<Self> {
        let fits = |byte: &u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(byte);
        let mut boundary = None;
        let mut count = 0;
        let is_read = parameters(content_type.as_bytes(), &mut |name, value| {
            if name == b"boundary" {
                count += 1;
                boundary = Some(value);
            }
        });
        match boundary {
            Some(boundary)
                if is_read
                    && count == 1
                    && boundary.len() <= MOST_BOUNDARY
                    && boundary.iter().all(fits)
                    && boundary.last().is_some_and(|byte| *byte != b' ') =>
            {
                Ok(Self::with(&boundary))
            }
            _ => Err(&NO_BOUNDARY),
        }
    }

    fn with(boundary: &[u8]) -> Self {
        let mut delimiter = b"\r\n--".to_vec();
        delimiter.extend_from_slice(boundary);
        // As if the line before it had ended, so that the first boundary is like all others.
        Self { delimiter, state: State::Start, held: b"\r\n".to_vec(), at: 0 }
    }

    /// How many bytes stand behind the last part: its delimiter, two hyphens and a line break, as nearly everybody writes it.
    pub(super) fn end_length(&self) -> u64 {
        self.delimiter.len() as u64 + 4
    }

    /// Reads on.
    pub(super) fn push(&mut self, whole: &[u8], parts: &mut dyn Parts) -> Checked<()> {
        let mut chunk = whole;
        while let Some((first, rest)) = chunk.split_first() {
            if self.state == State::Data {
                let before = whole.len() - chunk.len();
                let is_over = self.data(&mut chunk, before, parts)?;
                self.at += (whole.len() - before - chunk.len()) as u64;
                if is_over {
                    parts.end()?;
                    self.next(State::Boundary);
                }
                continue;
            }
            // All else is short, and read byte by byte.
            chunk = rest;
            self.at += 1;
            self.held.push(*first);
            let held = self.held.as_slice();
            match self.state {
                State::Start if held.len() < self.delimiter.len() => {}
                State::Start if held == self.delimiter => self.next(State::Boundary),
                State::Start => return Err(&NO_START),
                State::Boundary => match held {
                    b"\r" | b"-" => {}
                    b"\r\n" => self.next(State::Head),
                    b"--" => self.next(State::Over),
                    _ => return Err(&BOUNDARY),
                },
                State::Head if held.ends_with(b"\r\n\r\n") || held == b"\r\n" => {
                    let read = head(held)?;
                    parts.begin(&read, self.at)?;
                    self.next(State::Data);
                }
                State::Head if held.len() < MOST_HEAD => {}
                State::Head => return Err(&HEAD),
                _ if first.is_ascii_whitespace() => self.held.clear(),
                _ => return Err(&NO_END),
            }
        }
        Ok(())
    }

    /// There is no more.
    pub(super) fn finish(&self) -> Checked<()> {
        if self.state == State::Over { Ok(()) } else { Err(&NO_END) }
    }

    fn next(&mut self, state: State) {
        self.state = state;
        self.held.clear();
    }

    /// Tells what certainly belongs to a part, and whether it has ended; leaves of the chunk what stands behind it. `at`: where the chunk
    /// stands in the whole.
    fn data(&mut self, chunk: &mut &[u8], at: usize, parts: &mut dyn Parts) -> Checked<bool> {
        if !self.held.is_empty() {
            // What the chunk before has ended with may be the beginning of a delimiter.
            let (_, wanted) = self.delimiter.split_at(self.held.len());
            let (more, rest) = chunk.split_at(wanted.len().min(chunk.len()));
            if wanted.starts_with(more) {
                *chunk = rest;
                self.held.extend_from_slice(more);
                return Ok(self.held.len() == self.delimiter.len());
            }
            // It was none, and as a boundary has no line break in it, none begins later in what was held.
            parts.data(&self.held, None)?;
            self.held.clear();
        }
        let found = self.find(chunk);
        let (data, rest) = chunk.split_at(found.unwrap_or_else(|| chunk.len() - self.begun(chunk)));
        if !data.is_empty() {
            parts.data(data, Some(at))?;
        }
        *chunk = rest.get(self.delimiter.len()..).unwrap_or_default();
        if found.is_none() {
            self.held.extend_from_slice(rest);
        }
        Ok(found.is_some())
    }

    /// How many bytes at the end may be the beginning of a delimiter.
    fn begun(&self, bytes: &[u8]) -> usize {
        let (_, end) = bytes.split_at(bytes.len().saturating_sub(self.delimiter.len() - 1));
        let last = end.iter().rposition(|byte| *byte == b'\r').map_or(&[][..], |at| end.split_at(at).1);
        if self.delimiter.starts_with(last) { last.len() } else { 0 }
    }

    /// Where the delimiter stands first. It begins with a line break, of which there is one in 64 kB of audio, and which vectors find. In
    /// steps of the delimiter's length (Horspool), 10 MB took 100 million instructions more where the boundary is a single letter.
    fn find(&self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            at += line_break(bytes.get(at..)?)?;
            if bytes.get(at..at + self.delimiter.len())? == self.delimiter {
                return Some(at);
            }
            at += 1;
        }
    }
}

/// Reads the head of a part, empty line included.
fn head(mut text: &[u8]) -> Checked<PartHead> {
    let mut head = PartHead::default();
    let mut names = 0;
    loop {
        let end = text.iter().position(|byte| *byte == b'\r').ok_or(&HEAD)?;
        let (line, rest) = text.split_at(end);
        text = rest.strip_prefix(b"\r\n").ok_or(&HEAD)?;
        if line.is_empty() {
            return if names == 1 { Ok(head) } else { Err(&HEAD) };
        }
        let colon = line.iter().position(|byte| *byte == b':').ok_or(&HEAD)?;
        let (name, value) = line.split_at(colon);
        let (name, value) = (name.to_ascii_lowercase(), value.get(1..).unwrap_or_default().trim_ascii());
        // A line that goes on the line before begins with white space.
        if name.first().is_none_or(u8::is_ascii_whitespace) || value.contains(&b'\n') || value.contains(&0) {
            return Err(&HEAD);
        }
        match name.as_slice() {
            b"content-disposition" => {
                let is_read = parameters(value, &mut |name, value| match name {
                    b"name" => {
                        names += 1;
                        head.name = value;
                    }
                    b"filename" | b"filename*" => head.is_file = true,
                    _ => {}
                });
                let kind = value.split(|byte| *byte == b';').next().unwrap_or_default();
                if !is_read || !kind.trim_ascii().eq_ignore_ascii_case(b"form-data") {
                    return Err(&HEAD);
                }
            }
            b"content-type" if value.to_ascii_lowercase().starts_with(b"multipart/") => return Err(&NESTED),
            b"content-transfer-encoding"
                if !matches!(value.to_ascii_lowercase().as_slice(), b"binary" | b"8bit" | b"7bit") =>
            {
                return Err(&NESTED);
            }
            _ => {}
        }
    }
}

/// Parameters behind the first semicolon, `; name=value; name="value"`, their names in small letters. False where they cannot be read.
fn parameters(text: &[u8], each: &mut dyn FnMut(&[u8], Vec<u8>)) -> bool {
    let mut rest = text.iter().position(|byte| *byte == b';').map_or(&[][..], |at| text.split_at(at + 1).1);
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return true;
        }
        let Some(equals) = rest.iter().position(|byte| *byte == b'=') else { return false };
        let (name, after) = rest.split_at(equals);
        let mut value = Vec::new();
        let mut at = 1;
        if after.get(1) == Some(&b'"') {
            at = 2;
            loop {
                let Some(byte) = after.get(at) else { return false };
                at += 1;
                match (byte, after.get(at)) {
                    (b'"', _) => break,
                    // A path of Windows has backslashes that hide nothing.
                    (b'\\', Some(hidden @ (b'"' | b'\\'))) => {
                        value.push(*hidden);
                        at += 1;
                    }
                    _ => value.push(*byte),
                }
            }
        } else {
            while let Some(byte) = after.get(at).filter(|byte| **byte != b';') {
                value.push(*byte);
                at += 1;
            }
            value.truncate(value.trim_ascii_end().len());
        }
        each(&name.trim_ascii().to_ascii_lowercase(), value);
        rest = after.get(at..).unwrap_or_default().trim_ascii_start();
        match rest.split_first() {
            None => return true,
            Some((b';', after)) => rest = after,
            Some(_) => return false,
        }
    }
}

#[cfg(test)]
#[allow(clippy::duplicate_mod, reason = "the fuzzed checks of the same crate have it, too")]
#[path = "../../tests/support/random.rs"]
mod random;

#[cfg(test)]
mod tests {
    use super::random::Random;
    use super::*;
    use crate::search::{contains, lossy};

    const TYPE: &str = "multipart/form-data; boundary=xYzZy";

    /// Parts as they were told: name, whether it is a file, offset, bytes. How many have ended, and the chunk that is read.
    #[derive(Debug, Default, PartialEq)]
    struct Told(Vec<(String, bool, u64, Vec<u8>)>, usize, Vec<u8>);

    impl Parts for Told {
        fn begin(&mut self, head: &PartHead, at: u64) -> Checked<()> {
            self.0.push((String::from_utf8(head.name.clone()).unwrap(), head.is_file, at, Vec::new()));
            Ok(())
        }
        fn data(&mut self, bytes: &[u8], at: Option<usize>) -> Checked<()> {
            assert!(!bytes.is_empty());
            assert!(
                at.is_none_or(|at| self.2.get(at..at + bytes.len()) == Some(bytes)),
                "it stands where it is said to stand"
            );
            self.0.last_mut().unwrap().3.extend(bytes);
            Ok(())
        }
        fn end(&mut self) -> Checked<()> {
            self.1 += 1;
            Ok(())
        }
    }

    fn read(content_type: &str, form: &[u8], mut size: impl FnMut() -> usize) -> Result<Told, &'static str> {
        let mut reader = Multipart::new(content_type).map_err(|problem| problem.words)?;
        let mut told = Told::default();
        let mut rest = form;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(size().clamp(1, rest.len()));
            told.2 = chunk.to_vec();
            reader.push(chunk, &mut told).map_err(|problem| problem.words)?;
            assert!(reader.held.len() <= MOST_HEAD, "memory is constant");
            rest = after;
        }
        reader.finish().map_err(|problem| problem.words)?;
        assert_eq!(told.0.len(), told.1);
        told.2.clear();
        Ok(told)
    }

    fn part(head: &str, body: &[u8]) -> Vec<u8> {
        [b"--xYzZy\r\n", head.as_bytes(), b"\r\n\r\n", body, b"\r\n"].concat()
    }

    /// Bytes behind which a delimiter begins that is none, and one that is, cut at every place.
    #[test]
    fn a_delimiter_is_found_wherever_chunks_end() {
        let body = b"\r\n--xYz\r\n--xYzZ\r\r\n--xYzZ!\r";
        let form = [part("content-disposition: form-data; name=\"a\"", body), b"--xYzZy--".to_vec()].concat();
        for first in 1..form.len() {
            for second in 1..=form.len() - first {
                let mut sizes = [first, second].into_iter();
                let told = read(TYPE, &form, || sizes.next().unwrap_or(form.len())).unwrap();
                assert_eq!(told.0[0].3, body, "{first} {second}");
            }
        }
    }

    #[test]
    fn a_form_is_the_same_in_chunks_of_any_size() {
        let mut random = Random(2);
        for _ in 0..300 {
            let mut form = Vec::new();
            let mut expected = Vec::new();
            for index in 0..random.below(4) {
                // Bytes that keep beginning a delimiter, and never finish one.
                let near = b"\r\n--xYzZ\r\n--x\r\n\r-\n-xYzZy";
                let mut body: Vec<u8> = (0..random.below(200)).map(|_| near[random.below(near.len())]).collect();
                while contains(&body, b"\r\n--xYzZy") {
                    body.pop();
                }
                form.extend(part(&format!("Content-Disposition: form-data; name=\"n{index}\""), b""));
                form.truncate(form.len() - 2);
                expected.push((format!("n{index}"), false, form.len() as u64, body.clone()));
                form.extend(body);
                form.extend(b"\r\n");
            }
            form.extend(b"--xYzZy--\r\n");
            let most = 1 + random.below(60);
            let told = read(TYPE, &form, || 1 + random.below(most)).unwrap();
            assert_eq!(told.0, expected);
        }
    }

    #[test]
    fn whatever_bytes_come_chunks_make_no_difference() {
        let mut random = Random(3);
        let pieces: [&[u8]; 10] = [
            b"--xYzZy",
            b"\r\n",
            b"--",
            b"Content-Disposition: form-data; name=\"a\"",
            b"; filename=\"b\"",
            b"\r\n\r\n",
            b"abc",
            b"\xff\0",
            b"Content-Type: audio/wav",
            b"\r\n--xYzZy\r\n",
        ];
        let mut fine = 0;
        for _ in 0..3000 {
            let mut form = b"--xYzZy\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n".to_vec();
            (0..random.below(8)).for_each(|_| form.extend(pieces[random.below(pieces.len())]));
            form.extend(b"\r\n--xYzZy--");
            let whole = read(TYPE, &form, || usize::MAX);
            let cut = read(TYPE, &form, || 1 + random.below(5));
            assert_eq!(whole, cut, "{}", lossy(&form));
            fine += usize::from(whole.is_ok());
        }
        assert!((100..2900).contains(&fine), "{fine}");
    }

    #[test]
    fn names_are_read_as_their_senders_wrote_them() {
        let name = |disposition: &str| {
            let form = [part(disposition, b"x"), b"--xYzZy--".to_vec()].concat();
            let told = read(TYPE, &form, || 3)?;
            let (name, is_file, ..) = told.0.into_iter().next().ok_or("no part")?;
            Ok::<_, &'static str>((name, is_file))
        };
        for (head, expected, is_file) in [
            ("Content-Disposition: form-data; name=\"model\"", "model", false),
            ("content-disposition:form-data;name=model", "model", false),
            (
                "Content-Disposition: form-data; name=\"file\"; filename=\"a%22b \u{e9}.wav\"\r\nContent-Type: audio/wav",
                "file",
                true,
            ),
            ("Content-Disposition: form-data; filename=\"C:\\dir\\\\a\\\"; name=x\"; name=\"file\"", "file", true),
            ("Content-Disposition: form-data; name=\"file\"; filename*=utf-8''%C3%A9.wav", "file", true),
            (
                "Content-Type: text/plain\r\nContent-Disposition: Form-Data ; name=\"a;b\" ;\r\nContent-Length: 1",
                "a;b",
                false,
            ),
        ] {
            assert_eq!(name(head), Ok((expected.to_owned(), is_file)), "{head}");
        }
        for head in [
            "Content-Type: text/plain",
            "Content-Disposition: form-data",
            "Content-Disposition: form-data; name=\"a\"; name=\"b\"",
            "Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"",
            "Content-Disposition: form-data; name=\"a\"\r\n; filename=\"b\"",
            "Content-Disposition: form-data;\r\n name=\"a\"",
            "Content-Disposition: form-data; name=\"a",
            "Content-Disposition: form-data; name=\"a\" b",
            "Content-Disposition: attachment; name=\"a\"",
            "Content-Disposition: form-data; name=\"a\"\r\nContent-Type: multipart/mixed; boundary=b",
            "Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64",
            "no header",
        ] {
            assert!(name(head).is_err(), "{head}");
        }
    }

    #[test]
    fn what_has_no_clear_end_or_beginning_is_refused() {
        let part = part("Content-Disposition: form-data; name=\"a\"", b"x");
        let whole = |end: &[u8]| read(TYPE, &[&part, end].concat(), || 4).is_ok();
        assert!(whole(b"--xYzZy--") && whole(b"--xYzZy--\r\n") && whole(b"--xYzZy--\r\n\r\n"));
        for end in [&b""[..], b"--xYzZy", b"--xYzZy-", b"--xYzZy\r\n", b"--xYzZyx--", b"--xYzZy--x", b"--xYzZy --"] {
            assert!(!whole(end), "{}", lossy(end));
        }
        assert!(read(TYPE, b"", || 1).is_err());
        assert!(read(TYPE, &[b"preamble\r\n", part.as_slice(), b"--xYzZy--"].concat(), || 9).is_err());
        assert!(read(TYPE, &[b"--xYzZy\r\nX: ", [b'x'; 9000].as_slice()].concat(), || 99).is_err());
    }

    #[test]
    fn the_boundary_is_one_and_can_be_one() {
        let is_one = |content_type: &str| Multipart::new(content_type).is_ok();
        for content_type in [
            "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW",
            "multipart/form-data;boundary=\"a b'()+_,-./:=?\"; charset=utf-8",
            "Multipart/Form-Data; Boundary=a",
        ] {
            assert!(is_one(content_type), "{content_type}");
        }
        let long = format!("multipart/form-data; boundary={}", "a".repeat(71));
        for content_type in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=a; boundary=b",
            "multipart/form-data; boundary=\"a ",
            "multipart/form-data; boundary=\"a \"",
            "multipart/form-data; boundary=a\u{e9}",
            "multipart/form-data; boundary=\"a\\\"b\"",
            &long,
        ] {
            assert!(!is_one(content_type), "{content_type}");
        }
    }
}
