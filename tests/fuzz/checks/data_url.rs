//! Data URLs and base64: the crate that everybody uses is the judge.
//!
//! The first byte chooses: a URL as it stands, or bytes to be encoded.

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::choices::{Choices, pieces};
use crate::data_url::{DataUrl, Encoder, base64_length, encode_into, prefix};

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    if choices.byte() & 1 == 0 {
        if let Ok(url) = core::str::from_utf8(choices.rest()) {
            reading(url);
        }
    } else {
        let size = 1 + choices.below(70);
        encoding(choices.rest(), size);
    }
}

fn reading(url: &str) {
    let judge = url.split('#').next().and_then(|url| url.split_once(";base64,")).map(|(_, base64)| forgiving(base64));
    match DataUrl::parse(url) {
        Ok(read) => {
            assert!(url.contains(read.media_type));
            let written = read.written("audio/wav");
            let base64 = written.strip_prefix("data:audio/wav;base64,").unwrap_or_default();
            assert_eq!(STANDARD.decode(base64).ok().as_ref(), Some(&read.bytes), "{written}");
            // The judge splits at the first mark; where that was no mark it says nothing.
            if let Some(Some(bytes)) = judge.filter(|_| url.matches("base64").count() == 1) {
                assert_eq!(bytes, read.bytes);
            }
        }
        Err(error) => {
            let good = url.starts_with("data:;base64,") && judge.flatten().is_some();
            assert!(!good, "refused: {error}");
            assert!(error.message().len() < 300, "the URL must not be in the error");
        }
    }
}

/// What the platform's forgiving decoder makes of it; `None` where it refuses.
fn forgiving(base64: &str) -> Option<Vec<u8>> {
    let escaped: Vec<u8> = base64.bytes().filter(|byte| !matches!(byte, b'\t' | b'\n' | b'\r')).collect();
    let mut letters = Vec::new();
    let mut at = 0;
    while let Some(byte) = escaped.get(at) {
        let digits = escaped.get(at + 1..at + 3).and_then(|digits| core::str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| *byte == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let escape = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        letters.push(escape.unwrap_or(*byte));
        at += if escape.is_some() { 3 } else { 1 };
    }
    letters.retain(|letter| !letter.is_ascii_whitespace());
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&ALPHABET, config.with_decode_padding_mode(DecodePaddingMode::Indifferent));
    // Padding may be left out, not be half there.
    let is_padded = letters.ends_with(b"=");
    engine.decode(&letters).ok().filter(|_| !is_padded || letters.len().is_multiple_of(4))
}

fn encoding(bytes: &[u8], size: usize) {
    let judge = STANDARD.encode(bytes);
    assert_eq!(base64_length(bytes.len() as u64), judge.len() as u64);
    let mut whole = b"before".to_vec();
    encode_into(bytes, &mut whole);
    assert_eq!(whole.strip_prefix(b"before"), Some(judge.as_bytes()));
    let mut encoder = Encoder::default();
    let mut parts: Vec<u8> = pieces(bytes, size).flat_map(|piece| encoder.push(piece)).collect();
    parts.extend(encoder.finish());
    assert_eq!(parts, judge.as_bytes(), "in pieces of {size}");

    let url = prefix("audio/webm") + &judge;
    let read = DataUrl::parse(&url);
    assert!(read.as_ref().is_ok_and(|read| read.bytes == bytes), "{read:?}");
    assert_eq!(read.map(|read| read.written("audio/webm")).ok(), Some(url));
}
