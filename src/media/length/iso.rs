//! MP4, M4A, `QuickTime`: boxes in boxes (ISO/IEC 14496-12). `moov` stands before the samples, or behind them.

use super::super::chunks::{Layout, Walk, tag};
use super::super::seen::Seen;
use super::{Count, NOTHING, UNKNOWN};

const MOOV: u64 = tag(*b"moov");
const MOOF: u64 = tag(*b"moof");
const MDAT: u64 = tag(*b"mdat");

pub(super) fn count(seen: &Seen<'_>, start: u64) -> Count {
    let mut walk = Walk::new(seen, Layout::Iso, start);
    let end = seen.total().unwrap_or(u64::MAX);
    let mut samples = false;
    while walk.advance(end) {
        match walk.name {
            MOOV => {
                let told = movie(seen, walk.body, walk.next);
                if told.0 > 0 {
                    return told;
                }
            }
            // Fragments follow one another, and only the last of them knows.
            MOOF => return UNKNOWN,
            MDAT => samples = true,
            _ => {}
        }
    }
    if samples || walk.next != end { UNKNOWN } else { NOTHING }
}

/// The movie header tells, or, of a movie in fragments, the header of its extension; 0 where neither does.
fn movie(seen: &Seen<'_>, body: u64, end: u64) -> Count {
    let mut walk = Walk::new(seen, Layout::Iso, body);
    if !walk.find(tag(*b"mvhd"), end) {
        return NOTHING;
    }
    // In version 1 times have eight bytes: those of creation and change, before the scale, and the duration.
    let width = 4 + 4 * (seen.big(walk.body, 1) & 1) as usize;
    let scale = walk.body + 4 + 2 * width as u64;
    let count = seen.big(scale + 4, width);
    let scale = seen.big(scale, 4);
    // "All ones" is for what is still recorded.
    if count > 0 && count != u64::from(u32::MAX) && count != u64::MAX {
        return (count, scale);
    }
    if walk.find(tag(*b"mvex"), end) {
        walk.next = walk.body;
        if walk.find(tag(*b"mehd"), end) {
            return (seen.big(walk.body + 4, 4 + 4 * (seen.big(walk.body, 1) & 1) as usize), scale);
        }
    }
    NOTHING
}
