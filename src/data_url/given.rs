//! A data URL that the caller brought: what `fetch` would read out of it is what is sent, written anew.
//!
//! <https://fetch.spec.whatwg.org/#data-url-processor>, <https://infra.spec.whatwg.org/#forgiving-base64-decode>
//!
//! One departure. A media type may have a comma in a parameter: `video/webm;codecs=vp8,opus` is what `MediaRecorder` calls
//! its recordings, and `FileReader` makes data URLs of such types without quoting it (jspsych/jsPsych#3445). By the standard
//! the media type ends at the first comma, and the rest is text; nobody means that, so it ends at the first comma that
//! `;base64` stands before.

use super::{encode_into, prefix};
use crate::error::{Error, ErrorKind};
use crate::search::{cut, until};

/// A data URL, read to its last letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataUrl<'a> {
    /// The declared media type, with any parameters; may be empty.
    pub media_type: &'a str,
    /// The audio.
    pub bytes: Vec<u8>,
}

impl<'a> DataUrl<'a> {
    /// Reads a data URL.
    pub fn parse(url: &'a str) -> Result<Self, Error> {
        let wrong = |problem| Error::new(ErrorKind::InvalidAudio, format!("the data URL cannot be read: {problem}"));
        let url = until(url, b'#');
        let rest = url
            .get(5..)
            .filter(|_| url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")))
            .ok_or_else(|| wrong("it does not begin with data:"))?;
        let (media_type, base64) = split(rest).ok_or_else(|| {
            wrong("it is not base64; make it of the bytes (in JavaScript with toDataUrl), or pass them as they are")
        })?;
        let bytes = decode(base64)
            .ok_or_else(|| wrong("its base64 is cut off, or has letters that do not belong there, such as - and _"))?;
        Ok(Self { media_type, bytes })
    }

    /// The data URL of the same audio under this media type, clean and padded.
    #[must_use]
    pub fn written(&self, media_type: &str) -> String {
        let mut url = prefix(media_type).into_bytes();
        encode_into(&self.bytes, &mut url);
        String::from_utf8(url).unwrap_or_default() // ASCII behind text
    }
}

/// The bytes of base64 in a URL; `None` where there is anything else in it. The URL parser takes out tabs and line ends,
/// then `%2B` and the like are decoded, then white space does not count, and padding may be missing.
pub(crate) fn decode(base64: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(base64.len() / 4 * 3 + 2);
    let (mut bits, mut letters, mut padding, mut escape) = (0_u32, 0_usize, 0, 0);
    for mut letter in base64.bytes() {
        if matches!(letter, b'\t' | b'\n' | b'\r') {
            continue;
        }
        if escape > 0 {
            // Two digits behind a one. A `%` without them is no letter either.
            escape = escape << 4 | char::from(letter).to_digit(16)?;
            if escape < 0x100 {
                continue;
            }
            letter = byte(std::mem::take(&mut escape));
        } else if letter == b'%' {
            escape = 1;
            continue;
        }
        if letter == b'=' {
            padding += 1;
        } else if !letter.is_ascii_whitespace() {
            bits = bits << 6 | sextet(letter).filter(|_| padding == 0)?;
            letters += 1;
            if letters % 4 != 1 {
                bytes.push(byte(bits >> ((4 - letters % 4) % 4 * 2)));
            }
        }
    }
    let padded = padding == 0 || padding <= 2 && (letters + padding) % 4 == 0;
    (padded && letters % 4 != 1 && escape == 0).then_some(bytes)
}

/// The media type and the base64, on both sides of a comma. A later one than the first may only be one behind a parameter, so
/// there must be parameters before it.
fn split(rest: &str) -> Option<(&str, &str)> {
    let mut at = 0;
    loop {
        at += rest.as_bytes().get(at..)?.iter().position(|byte| *byte == b',')?;
        let header = rest.get(..at)?;
        at += 1;
        if let Some(media_type) = before_base64(header) {
            return Some((media_type, rest.get(at..)?));
        }
        cut(header, b';')?;
    }
}

/// What stands before `;base64` at the end of a header, which is in any case and may have spaces around it.
fn before_base64(header: &str) -> Option<&str> {
    let header = header.trim_ascii_end();
    let (before, word) = header.split_at_checked(header.len().checked_sub(6)?)?;
    let before = before.trim_ascii_end().strip_suffix(';')?;
    word.eq_ignore_ascii_case("base64").then_some(before)
}

/// The lowest eight bits.
fn byte(bits: u32) -> u8 {
    let [.., byte] = bits.to_be_bytes();
    byte
}

fn sextet(letter: u8) -> Option<u32> {
    let sextet = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(sextet))
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn sample(length: usize) -> Vec<u8> {
        (0..length).map(|index| (index * 167 + index / 251) as u8).collect()
    }

    /// What is sent, as bytes that a strict decoder reads; `None` where nothing is sent.
    fn sent(url: &str) -> Option<Vec<u8>> {
        let url = DataUrl::parse(url).ok()?;
        let written = url.written("audio/wav");
        let bytes = STANDARD.decode(written.strip_prefix("data:audio/wav;base64,").unwrap()).unwrap();
        assert_eq!(url.bytes, bytes);
        Some(bytes)
    }

    /// The web platform's table of forgiving base64 (web-platform-tests, `fetch/data-urls/resources/base64.json`).
    #[test]
    fn base64_is_forgiving_as_the_platform_s() {
        let abcd = &[105, 183, 29][..];
        let spaced = ["abcd", " abcd", "abcd ", "ab\tcd", "ab\ncd", "ab\x0Ccd", "ab\rcd", "ab cd", "ab\t\n\x0C\r cd"];
        let mut accepted = spaced.map(|text| (text, abcd)).to_vec();
        accepted.extend([
            ("", &[][..]),
            (" \t\n\x0C\r ab\t\n\x0C\r cd\t\n\x0C\r ", abcd),
            ("ab\t\n\x0C\r =\t\n\x0C\r =\t\n\x0C\r ", &[105]),
            ("ab", &[105]),
            ("abc", &[105, 183]),
            ("ab==", &[105]),
            ("abc=", &[105, 183]),
            ("/A", &[252]),
            ("//A", &[255, 240]),
            ("///A", &[255, 255, 192]),
            ("A/", &[3]),
            ("AA/", &[0, 15]),
            ("AAA/", &[0, 0, 63]),
        ]);
        for (text, bytes) in accepted {
            assert_eq!(sent(&format!("data:;base64,{text}")).as_deref(), Some(bytes), "{text:?}");
            let escaped = text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat();
            assert_eq!(sent(&format!("data:;base64,{escaped}")).as_deref(), Some(bytes), "{escaped}");
        }
        let padded = "= == === ==== a= a== a=== a==== ab= ab=== ab==== abc== abc=== abcd= abcd== abcd=== abcd==== abcde= abcde== \
                      abcde=== =a =a= a=b a=b= ab=c ab=c= abc=d abc=d=";
        let others = [" abcd===", "abcd=== ", "abcd ===", "a", "abcde", "ab\u{A0}cd", "A", "////A", "/", "AAAA/"];
        for text in
            padded.split(' ').chain(others).chain(["\0nonsense", "abcd\0nonsense", "ab-_", "ab%", "ab%2", "ab%zz"])
        {
            assert_eq!(sent(&format!("data:;base64,{text}")), None, "{text:?}");
        }
    }

    /// The headers of the platform's table (`fetch/data-urls/resources/data-urls.json`); spaces as whatwg/fetch#579 has them.
    #[test]
    fn headers_are_read_as_the_platform_s() {
        for (header, media_type) in [
            ("", ""),
            ("audio/wav", "audio/wav"),
            ("audio/webm;codecs=opus", "audio/webm;codecs=opus"),
            ("x/x;base64", "x/x;base64"),
            ("x/x;base64;charset=x", "x/x;base64;charset=x"),
            // Commas in parameters, quoted or not, and where the word stands in one.
            ("video/webm;codecs=vp8,opus", "video/webm;codecs=vp8,opus"),
            ("video/webm;codecs=\"vp8,opus\"", "video/webm;codecs=\"vp8,opus\""),
            ("video/mp4;codecs=avc1,mp4a,x;q=1", "video/mp4;codecs=avc1,mp4a,x;q=1"),
        ] {
            for word in [";base64", "; base64", ";   base64", ";BASe64", ";base64 ", ";\nbase64"] {
                for scheme in ["data:", "DATA:"] {
                    let url = format!("{scheme}{header}{word},W%20A#x,y");
                    let read = DataUrl::parse(&url).unwrap();
                    assert_eq!((read.media_type, read.bytes.as_slice()), (media_type, &b"X"[..]), "{url:?}");
                }
            }
        }
        let bad = "data:,x data:audio/wav,AAAA data:;base64 data:x/x;base64;charset=x,WA data:x/x;base64;base64x,WA data:;base64=x,WA \
                   data:;base64;,WA data:;%62ase64,WA data:%3Bbase64,WA data:text/plain,x;base64,WA data:text/plain;a=b,x,WA \
                   data:audio/wav#;base64,WA data:é blob";
        for url in bad.split(' ').chain(["data:;base 64,WA", ""]) {
            assert_eq!(DataUrl::parse(url).unwrap_err().kind(), ErrorKind::InvalidAudio, "{url}");
        }
    }

    #[test]
    fn everything_is_read_however_long_it_is() {
        for length in (0..200).chain([4093, 4094, 4095, 4096, 4097, 4098, 4099, 9000]) {
            let base64 = STANDARD.encode(sample(length));
            assert_eq!(sent(&format!("data:;base64,{base64}")), Some(sample(length)), "{length}");
            let lines: Vec<&str> = base64.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
            assert_eq!(sent(&format!("data:;base64,{}\r\n", lines.join("\r\n"))), Some(sample(length)), "{length}");
            let escaped = base64.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
            assert_eq!(sent(&format!("data:;base64,{escaped}")), Some(sample(length)), "{length}");
            // Line ends inside of an escape, as where lines were cut after escaping.
            assert_eq!(
                sent(&format!("data:;base64,{}", escaped.replace('%', "%\n"))),
                Some(sample(length)),
                "{length}"
            );
        }
        // A wrong letter anywhere, however late.
        let base64 = STANDARD.encode(sample(9000));
        for at in [0, 1, 5461, 5465, 11_998, 11_999] {
            for wrong in ["-", "_", "=", "%", "é", "\0", "."] {
                let damaged = [&base64[..at], wrong, &base64[at + 1..]].concat();
                let last = at == 11_999 && wrong == "=";
                assert_eq!(sent(&format!("data:;base64,{damaged}")).is_some(), last, "{wrong:?} at {at}");
            }
        }
    }

    /// Every byte at every place of the last group; the `base64` crate is the judge of what it reads strictly.
    #[test]
    fn decoding_agrees_with_the_base64_crate() {
        for at in 0..4 {
            for byte in 0..128 {
                let mut letters = *b"QUJDQQ==";
                letters[4 + at] = byte;
                let base64 = str::from_utf8(&letters).unwrap();
                if let Ok(bytes) = STANDARD.decode(base64) {
                    assert_eq!(sent(&format!("data:;base64,{base64}")), Some(bytes), "{base64:?}");
                }
            }
        }
    }
}
