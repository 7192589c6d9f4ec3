//! MP3. An encoder of variable rate writes the number of frames into the first one; a constant rate tells by itself.

use super::super::chunks::tag;
use super::super::frames::Frame;
use super::super::seen::Seen;
use super::{Count, NOTHING, UNKNOWN};

const XING: u64 = tag(*b"Xing");
const INFO: u64 = tag(*b"Info");
const VBRI: u64 = tag(*b"VBRI");

/// Bytes in which two frames stand wherever they begin: the longest of layer III has 1,441.
const WINDOW: usize = 4096;

pub(super) fn count(seen: &Seen<'_>, start: u64) -> Count {
    let Some(total) = seen.total() else { return UNKNOWN };
    let Some(length) = total.checked_sub(start) else { return UNKNOWN };
    if length == 0 {
        return NOTHING; // but a tag
    }
    let first = Frame::read(seen, start);
    // Where the header of LAME stands depends on version and channels, that of Fraunhofer is always at 36. Flags come
    // before the numbers of LAME, which say which of them are there (Windszus, "MPEG Audio Frame Header", §2.3).
    for at in [13, 21, 36] {
        let at = start + at;
        let (frames, bytes) = match seen.big(at, 4) {
            VBRI => (14, 10),
            XING | INFO => match seen.big(at + 7, 1) & 3 {
                3 => (8, 12),
                1 => (8, 4), // no number of bytes: what stands there is small
                _ => return UNKNOWN,
            },
            _ => continue,
        };
        // The first part of a file that was cut has the header of the whole.
        if seen.big(at + bytes, 4) > length {
            return UNKNOWN;
        }
        return (seen.big(at + frames, 4) * first.samples, first.rate);
    }
    // Constant, if it is the same at five places. One would not do: a variable rate begins with silence, whose rate is
    // constant for a while. A picture at the end, in a tag, is no frame.
    let places =
        [start, start + length / 4, start + length / 2, start + length / 4 * 3, total.saturating_sub(WINDOW as u64)];
    if places.iter().all(|at| is_constant(seen, *at, &first)) { (length, first.kilobits * 125) } else { UNKNOWN }
}

/// Whether all frames that have been seen from `at` on have the bit rate of the first one.
fn is_constant(seen: &Seen<'_>, at: u64, first: &Frame) -> bool {
    let end = at + seen.from(at, WINDOW).len() as u64;
    let mut at = at;
    for _ in 0..WINDOW / 3 {
        let frame = Frame::proved(seen, at);
        if frame.length > 0 && frame.rate == first.rate {
            break;
        }
        at += 1;
    }
    let mut count = 0;
    while at + 6 < end {
        let frame = Frame::read(seen, at);
        if frame.length == 0 {
            break;
        }
        if frame.kilobits != first.kilobits {
            return false;
        }
        at += frame.length;
        count += 1;
    }
    count > 1
}
