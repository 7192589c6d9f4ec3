//! WMA and WMV (Microsoft, "Advanced Systems Format", §3.3): the properties of a stream, if its type is sound.

use super::super::seen::Seen;
use super::{Track, wave_format};

/// How the GUIDs begin: of the properties of a stream, and of the type of sound.
const STREAM_PROPERTIES: u64 = 0x9107_DCB7;
const SOUND: u64 = 0x409E_69F8;

pub(super) fn track(seen: &Seen<'_>, start: u64) -> Track {
    let mut at = start + 30;
    while !seen.void().get() {
        if seen.big(at, 4) == STREAM_PROPERTIES && seen.big(at + 24, 4) == SOUND {
            return wave_format::track(seen, at + 78);
        }
        let length = seen.little(at + 16, 8);
        if !(24..=u64::from(u32::MAX)).contains(&length) || at > u64::from(u32::MAX) {
            break;
        }
        at += length;
    }
    Track::default()
}
