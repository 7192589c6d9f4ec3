//! What the bytes of a file are, and how long it lasts. A wrong label makes the service hear noise, so a label is never
//! trusted over the bytes.
//!
//! Nothing is read here: [`missing`] says which place must be seen next, whoever has the file shows it, and asks again.

mod chunks;
mod frames;
mod length;
mod seen;
mod sniff;
mod tags;

pub use seen::{PART_LENGTH, Seen};
pub use sniff::Sniffed;

/// How many bytes from the start are seen in any case.
pub const HEAD_LENGTH: usize = 4096;

/// Below this no file lasts five minutes: it would have 1.7 kbit/s, and no codec that the service takes speaks with that.
const SHORT: u64 = 64 * 1024;

/// Tells what a file is.
#[must_use]
pub fn sniff(seen: &Seen<'_>) -> Sniffed {
    sniff::look(seen).0
}

/// Milliseconds of audio, where headers and the ends of the file tell; 0 where there is a header and certainly no audio.
#[must_use]
pub fn millis(seen: &Seen<'_>) -> Option<u64> {
    let (found, start) = sniff::look(seen);
    let Sniffed::Audio(format) = found else { return None };
    length::of(seen, format, start)
}

/// The place that must be seen, too, to tell what the file is and whether it is too long; `None` when there is none.
#[must_use]
pub fn missing(seen: &Seen<'_>) -> Option<u32> {
    // The length of what is still being recorded, or short, is no reason to read on.
    if seen.total().is_none_or(|total| total < SHORT) {
        let _ = sniff(seen);
    } else {
        let _ = millis(seen);
    }
    seen.missing()
}
