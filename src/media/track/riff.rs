//! WAV, AVI (a RIFF file, too) and AIFF.

use super::super::chunks::{Layout, Walk, tag};
use super::super::seen::Seen;
use super::{Track, wave_format};

pub(super) fn wav(seen: &Seen<'_>, start: u64) -> Track {
    let mut walk = Walk::new(seen, Layout::Riff, start + 12);
    if walk.find(tag(*b"fmt "), u64::MAX) { wave_format::track(seen, walk.body) } else { Track::default() }
}

/// Lists in lists; a stream's header says of what kind it is, and behind it stands its format.
pub(super) fn avi(seen: &Seen<'_>, start: u64) -> Track {
    let mut walk = Walk::new(seen, Layout::Riff, start + 12);
    let mut is_sound = false;
    while walk.advance(u64::MAX) {
        let name = walk.name;
        if name == tag(*b"LIST") {
            if seen.big(walk.body, 4) == tag(*b"movi") {
                break;
            }
            walk.next = walk.body + 4;
        } else if name == tag(*b"strh") {
            is_sound = seen.big(walk.body, 4) == tag(*b"auds");
        } else if name == tag(*b"strf") && is_sound {
            return wave_format::track(seen, walk.body);
        }
    }
    Track::default()
}

/// COMM has channels, frames, bits, the rate as an 80-bit float and, in AIFF-C, the codec (Apple, "AIFF-C" draft 08/26/91).
pub(super) fn aiff(seen: &Seen<'_>, start: u64) -> Track {
    let mut walk = Walk::new(seen, Layout::Iff, start + 12);
    if !walk.find(tag(*b"COMM"), u64::MAX) {
        return Track::default();
    }
    let body = walk.body;
    let bits = seen.big(body + 6, 2);
    let whole = match bits.div_ceil(8) {
        1 => "pcm_s8",
        2 => "pcm_s16be",
        3 => "pcm_s24be",
        4 => "pcm_s32be",
        _ => "",
    };
    let codec = if seen.big(start + 8, 4) == tag(*b"AIFC") {
        match &seen.big(body + 18, 4).to_be_bytes() {
            [.., b'N', b'O', b'N', b'E'] => whole,
            [.., b's', b'o', b'w', b't'] => "pcm_s16le",
            [.., b'u' | b'U', b'l' | b'L', b'a' | b'A', b'w' | b'W'] => "pcm_mulaw",
            [.., b'a' | b'A', b'l' | b'L', b'a' | b'A', b'w' | b'W'] => "pcm_alaw",
            [.., b'f' | b'F', b'l' | b'L', b'3', b'2'] => "pcm_f32be",
            _ => "",
        }
    } else {
        whole
    };
    let shift = 16_446_u64.saturating_sub(seen.big(body + 8, 2));
    Track::new(codec, seen.big(body + 10, 8) >> shift.min(63), seen.big(body, 2))
}
