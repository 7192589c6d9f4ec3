//! How long audio is, in milliseconds, as far as headers and ends of files tell. One file for each family of containers.
//!
//! The number is for refusing what is too long before it is sent, so every doubt is `None`: the service itself will say.

mod amr;
mod asf;
mod iso;
mod matroska;
mod mpeg;
mod ogg;
mod riff;

use super::seen::Seen;
use crate::media_type::Format::{self, Aiff, Amr, Flac, M4a, Mkv, Mov, Mp3, Mp4, Ogg, Opus, Wav, Webm, Wma, Wmv};

/// So many of something, of which there are so many in a second. Nothing of it: a header, and certainly no sound behind it.
type Count = (u64, u64);

/// Nobody knows.
const UNKNOWN: Count = (1, 0);
const NOTHING: Count = (0, 1);

/// The length of a file of this format that begins at `at`.
pub(super) fn of(seen: &Seen<'_>, format: Format, at: u64) -> Option<u64> {
    seen.void().set(false);
    let (count, rate) = match format {
        Wav => riff::wav(seen, at),
        Flac => flac(seen, at),
        Mp4 | M4a | Mov => iso::count(seen, at),
        Aiff => riff::aiff(seen, at),
        Webm | Mkv => matroska::count(seen, at),
        Ogg | Opus => ogg::count(seen, at),
        Mp3 => mpeg::count(seen, at),
        Amr => amr::count(seen, at),
        Wma | Wmv => asf::count(seen, at),
        _ => return None,
    };
    let millis = count.checked_mul(1000)?.checked_div(rate)?;
    // Forty-nine days are no length but a header that is broken.
    (!seen.void().get() && u32::try_from(millis).is_ok()).then_some(millis)
}

/// The block STREAMINFO comes first: rate (20 bits), channels, bits, then the number of samples (36 bits), which is 0 where
/// the encoder did not know it (RFC 9639, §8.2).
fn flac(seen: &Seen<'_>, at: u64) -> Count {
    let info = seen.big(at + 18, 8);
    let samples = info & 0xF_FFFF_FFFF;
    if samples > 0 {
        return (samples, info >> 44);
    }
    let mut at = at + 4;
    while !seen.void().get() {
        let block = seen.big(at, 4);
        at += 4 + (block & 0xFF_FFFF);
        if block >> 31 > 0 && seen.total() == Some(at) {
            return NOTHING;
        }
    }
    UNKNOWN
}
