//! What files are, and how long: no header makes the answer absurd.
//!
//! The first eight bytes are the length of the file, the rest its beginning.

use super::choices::Choices;
use crate::media::{HEAD_LENGTH, PART_LENGTH, Seen, Sniffed, millis, missing, sniff};
use crate::media_type::{Format, MediaType};

/// Nobody asks for more places than this in one file.
const MOST_PLACES: usize = 16;

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let total = u64::from(choices.word()) | u64::from(choices.word()) << 32;
    let file = choices.rest();
    let head = &file[..file.len().min(HEAD_LENGTH)];

    for total in [Some(total), Some(file.len() as u64), Some(u64::MAX), Some(0), None] {
        // As a reader of files does it: what is asked for is shown, as far as it is there.
        let mut known = head.to_vec();
        for round in 0.. {
            assert!(round < MOST_PLACES, "it asks for places without end");
            let Some(at) = missing(&Seen::new(&known, head.len(), total)) else { break };
            let part = file.get(at as usize..).unwrap_or_default();
            let part = &part[..part.len().min(PART_LENGTH as usize)];
            known.extend_from_slice(part);
            if (part.len() as u64) < PART_LENGTH.min(total.unwrap_or(u64::MAX).saturating_sub(at.into())) {
                break;
            }
        }
        let seen = Seen::new(&known, head.len(), total);
        if let Some(millis) = millis(&seen) {
            assert!(millis < 1 << 53, "{millis} ms of {total:?} bytes");
            assert!(matches!(sniff(&seen), Sniffed::Audio(_)), "{millis} ms of what is no audio");
        }
    }
    let sniff = |head: &[u8]| sniff(&Seen::head(head, None));
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
