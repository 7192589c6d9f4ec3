//! The audio of a request that flows through: where it is, or what it is and how long.

use super::addresses;
use super::refusal::Refusal;
use super::scan::base64_length;
use crate::data_url;
use crate::media::{self, PART_LENGTH, Seen, Sniffed};

/// Longest address: what browsers and servers take.
const LONGEST_ADDRESS: usize = 8192;
/// Longest beginning of a data URL, up to its comma.
const LONGEST_PREFIX: usize = 128;
/// Letters of base64 that are kept from the beginning, for telling what the bytes are: headers, and the tags before them.
const HEAD: usize = 128 * 1024;
/// Letters that are kept from the end, where some formats say how long they are.
const TAIL: usize = 256 * 1024;

/// What is wrong with an audio; its place is the gate's to tell.
#[derive(Debug)]
pub(super) struct Problem(u16, &'static str, String);

impl Problem {
    pub(super) fn at(self, path: &str) -> Refusal {
        Refusal::new(self.0, self.1, format!("{path} {}", self.2))
    }
}

fn problem(status: u16, code: &'static str, words: &str) -> Problem {
    Problem(status, code, words.to_owned())
}

/// Where in the string the reader is.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    Start,
    Letters,
    Padding,
}

/// Looks at an audio as it flows past.
#[derive(Debug)]
pub(super) struct AudioCheck {
    most_seconds: Option<f64>,
    is_local: bool,
    takes_data: bool,
    place: Place,
    start: Vec<u8>,
    /// Letters of base64: from the beginning, from the end, and how many in all.
    head: Vec<u8>,
    tail: Vec<u8>,
    letters: u64,
    padding: u64,
    seconds: Option<f64>,
}

impl AudioCheck {
    pub(super) fn new(most_seconds: Option<f64>, is_local: bool) -> Self {
        Self {
            most_seconds,
            is_local,
            takes_data: false,
            place: Place::Start,
            start: Vec::new(),
            head: Vec::new(),
            tail: Vec::new(),
            letters: 0,
            padding: 0,
            seconds: None,
        }
    }

    pub(super) fn begin(&mut self, takes_data: bool) {
        self.takes_data = takes_data;
    }

    pub(super) fn seconds(&self) -> Option<f64> {
        self.seconds
    }

    pub(super) fn push(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let mut rest = piece;
        while self.place == Place::Start && !rest.is_empty() {
            // Five letters tell which of the two it is, a comma where the base64 begins.
            let length = match self.start.len() {
                known @ 0..5 => (5 - known).min(rest.len()),
                _ if self.start.starts_with(b"data:") => {
                    rest.iter().position(|byte| *byte == b',').map_or(rest.len(), |comma| comma + 1)
                }
                _ => rest.len(),
            };
            let (piece, after) = rest.split_at(length);
            self.start.extend_from_slice(piece);
            rest = after;
            self.read_start()?;
        }
        self.letters(rest)
    }

    fn read_start(&mut self) -> Result<(), Problem> {
        if !self.start.starts_with(b"data:") {
            let too_long = self.start.len() > LONGEST_ADDRESS;
            return if too_long { Err(problem(400, "InvalidURL", "is too long for an address.")) } else { Ok(()) };
        }
        if !self.takes_data {
            return Err(problem(400, "InvalidURL", "must be an address: this route takes no data URL."));
        }
        if self.start.len() > LONGEST_PREFIX {
            return Err(not_audio());
        }
        if self.start.ends_with(b",") {
            check_prefix(&self.start)?;
            self.place = Place::Letters;
        }
        Ok(())
    }

    /// Takes the letters of base64 that these bytes begin with, and says how many.
    pub(super) fn take_letters(&mut self, bytes: &[u8]) -> usize {
        if self.place != Place::Letters {
            return 0;
        }
        let (letters, _) = bytes.split_at(base64_length(bytes));
        self.letters += letters.len() as u64;
        let wanted = HEAD.saturating_sub(self.head.len()).min(letters.len());
        self.head.extend_from_slice(letters.get(..wanted).unwrap_or_default());
        if self.most_seconds.is_some() {
            self.keep_tail(letters);
        }
        letters.len()
    }

    fn letters(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let (_, padding) = bytes.split_at(self.take_letters(bytes));
        if padding.iter().any(|byte| *byte != b'=') {
            return Err(problem(400, "InvalidParameter", "has something in its base64 that is none."));
        }
        if !padding.is_empty() {
            self.place = Place::Padding;
            self.padding += padding.len() as u64;
        }
        Ok(())
    }

    fn keep_tail(&mut self, letters: &[u8]) {
        if letters.len() >= TAIL {
            self.tail.clear();
        }
        self.tail.extend_from_slice(letters.get(letters.len().saturating_sub(TAIL)..).unwrap_or_default());
        // Twice the length, so that bytes are moved seldom.
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    pub(super) fn end(&mut self) -> Result<(), Problem> {
        if self.place == Place::Start {
            let address = core::str::from_utf8(&self.start).unwrap_or_default();
            return if addresses::may_be_fetched(address, self.is_local) {
                Ok(())
            } else {
                Err(problem(
                    400,
                    "InvalidURL",
                    "must be a data URL, or an address in public that begins with https:// or oss://.",
                ))
            };
        }
        let all = self.letters + self.padding;
        if self.letters == 0 {
            return Err(problem(400, "BadRequest.EmptyInput", "has no audio in it."));
        }
        if self.padding > 2 || self.letters % 4 == 1 || (self.padding > 0 && !all.is_multiple_of(4)) {
            return Err(problem(400, "InvalidParameter", "has base64 that ends in the middle."));
        }
        self.judge()
    }

    /// What the bytes are, and how long they last.
    fn judge(&mut self) -> Result<(), Problem> {
        let total = self.letters * 3 / 4;
        let first = (self.head.len() * 3 / 4).min(media::HEAD_LENGTH);
        let mut bytes = bytes_of(&self.head, 0, first as u64).unwrap_or_default();
        // What it is stands in the first bytes; how long it lasts may stand elsewhere.
        while self.most_seconds.is_some() {
            let missing = media::missing(&Seen::new(&bytes, first, Some(total)));
            let Some(part) = missing.and_then(|place| self.part(u64::from(place), total)) else { break };
            bytes.extend_from_slice(&part);
        }
        let seen = Seen::new(&bytes, first, Some(total));
        if let Sniffed::NotAudio(_) = media::sniff(&seen) {
            return Err(problem(415, "BadRequest.UnsupportedFileFormat", "is no audio."));
        }
        let Some(most) = self.most_seconds else { return Ok(()) };
        #[allow(clippy::cast_precision_loss, reason = "nobody counts milliseconds of that many years")]
        let seconds = media::millis(&seen).map(|millis| millis as f64 / 1000.0);
        self.seconds = seconds;
        match seconds {
            Some(seconds) if seconds > most => {
                let (seconds, most) = (whole(seconds), whole(most));
                let words = format!("lasts {seconds} seconds, and this site takes at most {most}.");
                Err(Problem(413, "BadRequest.TooLarge", words))
            }
            _ => Ok(()),
        }
    }

    /// The bytes at a place of the file, if they are still there.
    fn part(&self, place: u64, total: u64) -> Option<Vec<u8>> {
        let end = total.min(place + PART_LENGTH);
        if end <= self.head.len() as u64 * 3 / 4 {
            return bytes_of(&self.head, place, end);
        }
        // Groups of four letters from the beginning of the file on.
        let gone = self.letters - self.tail.len() as u64;
        let start = gone.div_ceil(4) * 4;
        let tail = self.tail.get(usize::try_from(start - gone).ok()?..)?;
        let before = start / 4 * 3;
        bytes_of(tail, place.checked_sub(before)?, end - before)
    }
}

/// A number as it is written in words. The standard library's way with fractions would be 6 kB of the relay's module.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "nobody sees the difference")]
#[must_use]
pub fn whole(number: f64) -> u64 {
    number.round() as u64
}

fn not_audio() -> Problem {
    problem(415, "BadRequest.UnsupportedFileFormat", "must be a data URL of audio: data:audio/…;base64,…")
}

/// `data:audio/…;base64,` with parameters between, or `video/`, where recorders put their sound.
fn check_prefix(prefix: &[u8]) -> Result<(), Problem> {
    let text = core::str::from_utf8(prefix).unwrap_or_default();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-._;=,: \"".contains(&byte);
    let is_audio = ["data:audio/", "data:video/", "data:application/ogg;", "data:application/octet-stream;", "data:;"]
        .iter()
        .any(|start| text.starts_with(start));
    if is_audio && text.ends_with(";base64,") && text.bytes().all(fits) { Ok(()) } else { Err(not_audio()) }
}

/// Some of the bytes that letters of base64 stand for. No others are decoded: that is done by the byte, and a head of 128 kB took 11 of the
/// 16 million instructions of a short request.
fn bytes_of(letters: &[u8], from: u64, to: u64) -> Option<Vec<u8>> {
    let at = |place: u64| usize::try_from(place).ok();
    let start = from / 3 * 4;
    let end = (to.div_ceil(3) * 4).min(letters.len() as u64);
    // Only letters come here, and whole groups of them but for the last one.
    let groups = core::str::from_utf8(letters.get(at(start)?..at(end)?)?).ok()?;
    let bytes = data_url::decode(groups)?;
    Some(bytes.get(at(from % 3)?..at(from % 3 + to - from)?)?.to_vec())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn check(url: &str, seconds: Option<f64>, size: usize) -> Result<Option<f64>, String> {
        let mut check = AudioCheck::new(seconds, false);
        check.begin(true);
        for piece in url.as_bytes().chunks(size) {
            check.push(piece).map_err(|problem| problem.2)?;
        }
        check.end().map_err(|problem| problem.2)?;
        Ok(check.seconds())
    }

    fn wav(seconds: usize) -> String {
        let samples = vec![0.1_f32; seconds * 16_000];
        let bytes = crate::audio::wav::encode(&[&samples], 16_000).unwrap_or_default();
        format!("data:audio/wav;base64,{}", STANDARD.encode(bytes))
    }

    #[test]
    fn a_length_that_the_bytes_tell_is_held_against_the_limit() {
        let url = wav(40);
        for size in [1, 5, 1000, 10_000_000] {
            assert_eq!(check(&url, Some(60.0), size), Ok(Some(40.0)), "{size}");
            assert!(check(&url, Some(30.0), size).is_err_and(|words| words.contains("40 seconds")));
            assert_eq!(check(&url, None, size), Ok(None));
        }
    }

    #[test]
    fn the_end_of_an_ogg_file_tells_its_length() {
        // Two pages of Opus, far apart: the last one's granule position is the length, in 48,000ths of a second.
        let page = |granule: u64, flags: u8, body: &[u8]| {
            let mut page = b"OggS\0".to_vec();
            page.push(flags);
            page.extend(granule.to_le_bytes());
            page.extend([7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
            page.push(1);
            page.push(u8::try_from(body.len()).unwrap_or(255));
            page.extend(body);
            page
        };
        let mut bytes = page(0, 2, b"OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0");
        for index in 1..4000_u64 {
            bytes.extend(page(index * 4800, 0, &[3; 200]));
        }
        bytes.extend(page(48_000 * 400, 4, &[3; 200]));
        let url = format!("data:audio/ogg;base64,{}", STANDARD.encode(&bytes));
        for size in [1000, 65_536, 10_000_000] {
            assert_eq!(check(&url, Some(500.0), size), Ok(Some(400.0)), "{size}");
            assert!(check(&url, Some(300.0), size).is_err());
        }
    }

    #[test]
    fn what_is_no_audio_stays_here() {
        for (url, is_fine) in [
            ("data:audio/wav;base64,UklGRiQAAABXQVZF", true),
            ("data:audio/webm;codecs=opus;base64,GkXfow==", true),
            ("data:video/mp4;base64,AAAAGGZ0eXA=", true),
            ("https://example.com/a.wav", true),
            ("oss://dashscope-instant/a/b.wav", true),
            ("data:text/html;base64,PGh0bWw+", false),
            ("data:image/png;base64,iVBORw0KGgo=", false),
            ("data:audio/png;base64,iVBORw0KGgoAAAANSUhEUg==", false),
            ("data:audio/wav,abc", false),
            ("data:audio/wav;base64,", false),
            ("data:audio/wav;base64,====", false),
            ("data:audio/wav;base64,AAAA=AAA", false),
            ("data:audio/wav;base64,AAAA\"", false),
            ("data:audio/wav;base64,AAAA AAAA", false),
            ("data:audio/wav;base64,AA-_", false),
            ("data:audio/wav;base64,AAAAA", false),
            ("data:", false),
            ("data", false),
            ("", false),
            ("http://example.com/a.wav", false),
            ("file:///etc/passwd", false),
            ("http://100.100.100.200/", false),
        ] {
            for size in [1, 4, 100] {
                assert_eq!(check(url, None, size).is_ok(), is_fine, "{url} {size} {:?}", check(url, None, size));
            }
        }
    }
}
