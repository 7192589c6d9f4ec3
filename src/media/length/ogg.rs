//! Ogg (RFC 3533): a page tells the position of its last sample, so the last page tells the length.

use super::super::chunks::tag;
use super::super::seen::{PART_LENGTH, Seen};
use super::{Count, UNKNOWN};

const OPUS: u64 = tag(*b"Opus");
const VORBIS: u64 = tag(*b"\x01vor");
const FLAC: u64 = tag(*b"\x7FFLA");
const SPEEX: u64 = tag(*b"Spee");

pub(super) fn count(seen: &Seen<'_>, start: u64) -> Count {
    let packet = start + 27 + seen.big(start + 26, 1);
    let (rate, skipped) = match seen.big(packet, 4) {
        // Always 48 kHz, whatever went in (RFC 7845, §4).
        OPUS => (48_000, seen.little(packet + 10, 2)),
        // "Vorbis I specification", §4.2.2, behind seven letters and a version.
        VORBIS => (seen.little(packet + 12, 4), 0),
        // STREAMINFO behind 17 bytes (RFC 9639, §10.1).
        FLAC => (seen.big(packet + 27, 3) >> 4, 0),
        // The Speex manual, "Ogg file format": a version of 20 letters, then two numbers, then this.
        SPEEX => (seen.little(packet + 36, 4), 0),
        _ => return UNKNOWN,
    };
    let Some(total) = seen.total() else { return UNKNOWN };
    let length = total.saturating_sub(start).min(PART_LENGTH);
    // What was cut out of a broadcast begins at a time of its own: no page lasts half a minute.
    let began = position(seen, start, 1, length, start);
    let began = if began > 30 * rate { began } else { skipped };
    seen.from(total.saturating_sub(length), 1); // asked for as a whole, as what follows goes from its end to its beginning
    let last = position(seen, total.saturating_sub(27), u64::MAX, length, start);
    // Without a last page there is nothing, or it belongs to another stream.
    if last == 0 && total > length { UNKNOWN } else { (last.saturating_sub(began), rate) }
}

/// The first position that a page of this stream tells, forwards or backwards from `at`. The pages of its headers say 0, and
/// those on which no packet ends, all ones.
fn position(seen: &Seen<'_>, mut at: u64, step: u64, length: u64, start: u64) -> u64 {
    for _ in 26..length {
        if seen.big(at, 4) == tag(*b"OggS") && seen.big(at + 14, 4) == seen.big(start + 14, 4) {
            let position = seen.little(at + 6, 8);
            if position.wrapping_add(1) > 1 {
                return position;
            }
        }
        at = at.wrapping_add(step);
    }
    0
}
