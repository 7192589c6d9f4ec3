//! What files are, and how long: no header makes the answer absurd.
//!
//! The first eight bytes are the length of the file, the rest its beginning.

use super::choices::Choices;
use crate::audio::wav;
use crate::media_type::{Format, HEAD_LENGTH, MediaType, Sniffed, duration, sniff};

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let total = u64::from(choices.word()) | u64::from(choices.word()) << 32;
    let file = choices.rest();
    let head = &file[..file.len().min(HEAD_LENGTH)];

    for total in [total, file.len() as u64, u64::MAX, 0] {
        for seconds in [duration(head, total), wav::duration(head, total)].into_iter().flatten() {
            assert!(seconds.is_finite() && seconds >= 0.0, "{seconds} s of {total} bytes");
        }
        if let Some(seconds) = duration(head, total) {
            assert!(matches!(sniff(head), Sniffed::Audio(_)), "{seconds} s of what is no audio");
        }
    }
    // What has been said of the beginning stays true when more of the file is known.
    for known in [16, 128, 1_000] {
        let Some(beginning) = head.get(..known) else { continue };
        if matches!(sniff(beginning), Sniffed::NotAudio(_)) {
            assert!(!matches!(sniff(head), Sniffed::Audio(_)), "after {known} bytes this was no audio");
        }
        if matches!(sniff(beginning), Sniffed::Audio(_)) {
            assert!(matches!(sniff(head), Sniffed::Audio(_)), "after {known} bytes this was audio");
        }
    }
    if let Ok(label) = core::str::from_utf8(file) {
        if let Some(known) = MediaType::parse(label) {
            let name = known.as_str();
            assert!(name.is_ascii() && !name.contains([' ', '"', ';', ',', '\r', '\n']), "{name:?}");
            assert_eq!(MediaType::parse(name).map(|again| again.as_str().to_owned()).as_deref(), Some(name));
        }
        if let Some(format) = Format::of_extension(label) {
            assert_eq!(Format::of_extension(format.extension()), Some(format));
        }
    }
}
