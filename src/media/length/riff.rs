//! WAV (Microsoft's RIFF, EBU's RF64) and AIFF: a chunk describes the samples, another one has them.

use super::super::chunks::{Layout, Walk, tag};
use super::super::seen::Seen;
use super::{Count, UNKNOWN};

const FMT: u64 = tag(*b"fmt ");
const DATA: u64 = tag(*b"data");
const DS64: u64 = tag(*b"ds64");

pub(super) fn wav(seen: &Seen<'_>, start: u64) -> Count {
    let mut walk = Walk::new(seen, Layout::Riff, start + 12);
    let (mut bytes_per_second, mut long) = (0, 0);
    while walk.advance(u64::MAX) {
        let Walk { name, body, .. } = walk;
        match name {
            FMT => bytes_per_second = rate(seen, body),
            // The sizes that do not fit 32 bits: of the file, then of the samples (EBU Tech 3306, §3).
            DS64 => long = seen.little(body + 8, 8),
            DATA => {
                let told = if long > 0 { long } else { seen.little(body - 4, 4) };
                // Recorders that stream write 0 for "not known", or the largest number with or without a sign.
                let is_told = told > 0 && told != 0x7FFF_FFFF && told != 0xFFFF_FFFF;
                let there = seen.total().map(|total| total.saturating_sub(body));
                return match there {
                    Some(there) => (if is_told { told.min(there) } else { there }, bytes_per_second),
                    None if is_told => (told, bytes_per_second),
                    None => UNKNOWN,
                };
            }
            _ => {}
        }
    }
    UNKNOWN
}

/// Bytes per second. What the header says of it is often wrong, so where a frame has a fixed length, that counts: PCM, float,
/// A-law, µ-law (tags 1, 3, 6, 7; 0xFFFE says that the tag stands further on). Compressed audio has nothing else.
fn rate(seen: &Seen<'_>, body: u64) -> u64 {
    let mut tag = seen.little(body, 2);
    if tag == 0xFFFE {
        tag = seen.little(body + 24, 2);
    }
    let frame = seen.little(body + 12, 2);
    if matches!(tag, 1 | 3 | 6 | 7) && frame > 0 { seen.little(body + 4, 4) * frame } else { seen.little(body + 8, 4) }
}

/// COMM has channels, the number of frames, bits, and the rate as an 80-bit float; it may stand behind the samples.
pub(super) fn aiff(seen: &Seen<'_>, start: u64) -> Count {
    let mut walk = Walk::new(seen, Layout::Iff, start + 12);
    if !walk.find(tag(*b"COMM"), u64::MAX) {
        return UNKNOWN;
    }
    let frames = seen.big(walk.body + 2, 4);
    // A recorder that streams has not counted; a file without samples ends where their chunk begins.
    if frames == 0 && seen.total().is_none_or(|total| total > walk.next + 16) {
        return UNKNOWN;
    }
    let shift = 16_446_u64.saturating_sub(seen.big(walk.body + 8, 2));
    (frames, seen.big(walk.body + 10, 8) >> shift.min(63))
}
