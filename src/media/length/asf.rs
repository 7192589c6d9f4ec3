//! WMA and WMV: objects with a GUID and a length that counts both (Microsoft, "Advanced Systems Format", §2.1).

use super::super::seen::Seen;
use super::{Count, UNKNOWN};

/// How the GUID of the file properties begins.
const FILE_PROPERTIES: u64 = 0xA1DC_AB8C;

/// The file properties tell the time in steps of 100 ns, with the time for filling buffers in it, in milliseconds (§3.2). A
/// broadcast does not know its length.
pub(super) fn count(seen: &Seen<'_>, start: u64) -> Count {
    let mut at = start + 30;
    while !seen.void().get() {
        if seen.big(at, 4) == FILE_PROPERTIES {
            let body = at + 24;
            let millis = (seen.little(body + 40, 8) / 10_000).saturating_sub(seen.little(body + 56, 8));
            let is_broadcast = seen.little(body + 64, 1) & 1 > 0;
            return if is_broadcast || millis == 0 { UNKNOWN } else { (millis, 1000) };
        }
        // No object is shorter than what stands before its content; a file of 4 GB is too large for the service.
        let length = seen.little(at + 16, 8);
        if !(24..=u64::from(u32::MAX)).contains(&length) || at > u64::from(u32::MAX) {
            break;
        }
        at += length;
    }
    UNKNOWN
}
