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
mod track;

pub use seen::{PART_LENGTH, Seen};
pub use sniff::Sniffed;
pub use track::Track;

/// How many bytes from the start are seen in any case.
pub const HEAD_LENGTH: usize = 4096;

/// Below this no file lasts five minutes: it would have 1.7 kbit/s, and no codec that the service takes speaks with that.
const SHORT: u64 = 64 * 1024;

/// Tells what a file is.
#[must_use]
pub fn sniff(seen: &Seen<'_>) -> Sniffed {
    sniff::look(seen).0
}

/// Where the file itself begins: behind tags, and the zeros that some encoders put before the first frame.
#[cfg(feature = "sound")]
pub(crate) fn start(seen: &Seen<'_>) -> u64 {
    sniff::look(seen).1
}

/// Milliseconds of audio, where headers and the ends of the file tell; 0 where there is a header and certainly no audio.
#[must_use]
pub fn millis(seen: &Seen<'_>) -> Option<u64> {
    let (found, start) = sniff::look(seen);
    let Sniffed::Audio(format) = found else { return None };
    length::of(seen, format, start)
}

/// What the headers say of the sound.
#[must_use]
pub fn track(seen: &Seen<'_>) -> Track {
    let (found, start) = sniff::look(seen);
    let Sniffed::Audio(format) = found else { return Track::default() };
    track::of(seen, format, start)
}

/// The place that must be seen, too, to tell all of it: what the file is, how long, and its [`Track`].
#[must_use]
pub fn missing_of_all(seen: &Seen<'_>) -> Option<u32> {
    let _ = (millis(seen), track(seen));
    seen.missing()
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
