//! AMR (RFC 4867, §5): frames of 20 ms, each with its mode before it, which tells its size.

use super::super::seen::Seen;
use super::{Count, NOTHING, UNKNOWN};

/// Bytes of a frame by its mode, the octet with the mode included (3GPP TS 26.101 and 26.201, annex A). The last is silence.
const NARROW: [u8; 9] = [13, 14, 16, 18, 20, 21, 27, 32, 6];
const WIDE: [u8; 10] = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6];

pub(super) fn count(seen: &Seen<'_>, start: u64) -> Count {
    let is_wide = seen.big(start + 5, 1) == u64::from(b'-');
    let (sizes, header): (&[u8], _) = if is_wide { (&WIDE, 9) } else { (&NARROW, 6) };
    let mut at = start + header;
    let Some(length) = seen.total().map(|total| total.saturating_sub(at)) else { return UNKNOWN };
    // Phones keep their mode; frames of silence are shorter, so that it lasts this long at least.
    let mut largest = 0;
    for _ in 0..(length / 13).min(60) {
        let mode = seen.big(at, 1) >> 3 & 15;
        let Some(size) = usize::try_from(mode).ok().and_then(|mode| sizes.get(mode)) else { return UNKNOWN };
        largest = largest.max(u64::from(*size));
        at += u64::from(*size);
    }
    if length == 0 {
        NOTHING
    } else if largest > 6 {
        (length, largest * 50)
    } else {
        UNKNOWN
    }
}
