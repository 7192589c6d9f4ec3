//! Data URLs and base64: the crate that everybody uses is the judge.
//!
//! The first byte chooses: a URL as it stands, or bytes to be encoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::choices::{Choices, pieces};
use crate::data_url::{DataUrl, Encoder, base64_length, encode_into, prefix};
use crate::media_type::HEAD_LENGTH;

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
    let judge = url.split_once(',').map(|(_, base64)| STANDARD.decode(base64.trim_ascii()));
    match (DataUrl::parse(url), judge) {
        (Ok(read), Some(judge)) => {
            assert!(url.contains(read.media_type) && url.contains(read.base64));
            // Behind the head letters are only counted.
            match judge {
                Ok(bytes) => {
                    assert_eq!(read.length, bytes.len() as u64);
                    assert!(bytes.starts_with(&read.head));
                    assert!(read.head.len() == bytes.len() || read.head.len() >= HEAD_LENGTH);
                }
                Err(error) => assert!(read.length > read.head.len() as u64, "{error}"),
            }
        }
        (Ok(_), None) => assert!(url.contains(','), "read without a comma"),
        (Err(error), judge) => {
            let declared = url.split(',').next().unwrap_or_default();
            let is_ours = declared.len() >= 5 && declared.to_ascii_lowercase().starts_with("data:");
            let good = judge.is_some_and(|judge| judge.is_ok()) && is_ours && declared.ends_with(";base64");
            assert!(!good, "refused: {error}");
            assert!(error.message().len() < 300, "the URL must not be in the error");
        }
    }
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
    assert!(read.as_ref().is_ok_and(|read| read.length == bytes.len() as u64), "{read:?}");
    assert!(read.is_ok_and(|read| bytes.starts_with(&read.head)));
}
