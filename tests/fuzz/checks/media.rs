//! What files are, and how long: no header makes the answer absurd, nor the questions endless.
//!
//! Two bytes choose how much there is and whether that is known; the rest is the file, behind which there is only one letter.

use super::choices::Choices;
use crate::media::{HEAD_LENGTH, Seen, Sniffed, millis, missing, missing_of_all, sniff, track};
use crate::media_type::{Format, MediaType};

/// More than this is never asked for: the head, tags, chunks in front of the audio, and the end.
const MOST_PLACES: usize = 16;

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let behind = choices.one(&[0, 1_000, 100_000, 10_000_000, 3_000_000_000, u64::MAX / 2]);
    let is_known = !choices.rarely(8);
    let file = choices.rest();
    let length = file.len() as u64 + behind;
    let mut bytes = Vec::new();
    show(file, length, 0, HEAD_LENGTH as u64, &mut bytes);
    let first = bytes.len();
    let total = is_known.then_some(length);

    let first_found = sniff(&Seen::head(&bytes, total));
    let mut places = Vec::new();
    let (found, length) = loop {
        let seen = Seen::new(&bytes, first, total);
        let Some(place) = missing(&seen) else { break (sniff(&seen), millis(&seen)) };
        let place = u64::from(place);
        assert!(!is_known || place < length, "asked for {place}, which is behind the end");
        assert!(!places.contains(&place), "asked twice for {place}");
        places.push(place);
        assert!(places.len() <= MOST_PLACES, "{places:?}");
        // Of a stream nobody shows more than the head.
        if !is_known {
            break (sniff(&seen), millis(&seen));
        }
        show(file, length, place, 64 * 1024, &mut bytes);
    };
    if let Some(length) = length {
        assert!(matches!(found, Sniffed::Audio(_)), "{length} ms of what is no audio");
        assert!(u32::try_from(length).is_ok(), "{length} ms");
    }
    // What has been said of the beginning stays true when more is known.
    if let (Sniffed::NotAudio(what), Sniffed::Audio(format)) = (first_found, found) {
        assert!(places.is_empty(), "it was {what}, and is {format:?}");
    }
    told(file, length_of(file, behind), is_known);
    labels(file);
}

/// What headers say of the sound: the questions end, and no number is zero.
fn told(file: &[u8], length: u64, is_known: bool) {
    let mut bytes = Vec::new();
    show(file, length, 0, HEAD_LENGTH as u64, &mut bytes);
    let first = bytes.len();
    let total = is_known.then_some(length);
    for places in 0.. {
        let seen = Seen::new(&bytes, first, total);
        let found = track(&seen);
        assert!(found.sample_rate != Some(0) && found.channels != Some(0), "{found:?}");
        let Some(place) = missing_of_all(&seen).filter(|_| is_known) else { return };
        assert!(places <= MOST_PLACES, "{place}");
        show(file, length, place.into(), 64 * 1024, &mut bytes);
    }
}

fn length_of(file: &[u8], behind: u64) -> u64 {
    file.len() as u64 + behind
}

/// Adds what a host shows of the file at a place.
fn show(file: &[u8], length: u64, place: u64, most: u64, bytes: &mut Vec<u8>) {
    let end = bytes.len() + usize::try_from(length.saturating_sub(place).min(most)).unwrap_or_default();
    let from = usize::try_from(place).unwrap_or(usize::MAX);
    bytes.extend_from_slice(file.get(from..).unwrap_or_default());
    bytes.resize(end, b'x');
}

fn labels(file: &[u8]) {
    let Ok(label) = core::str::from_utf8(file) else { return };
    if let Some(known) = MediaType::parse(label) {
        let name = known.as_str();
        assert!(name.is_ascii() && !name.contains([' ', '"', ';', ',', '\r', '\n']), "{name:?}");
        assert_eq!(MediaType::parse(name).map(|again| again.as_str().to_owned()).as_deref(), Some(name));
    }
    if let Some(format) = Format::of_extension(label) {
        assert_eq!(Format::of_extension(format.extension()), Some(format));
    }
}
