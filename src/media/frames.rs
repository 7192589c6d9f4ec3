//! Frames of MPEG audio (ISO/IEC 11172-3 and 13818-3) and of AAC in ADTS (ISO/IEC 13818-7, §6.2). Eleven set bits alone are
//! no proof: a text in UTF-16 begins with them, and any noise has them somewhere. A second frame at the distance that the
//! first one tells is.

use super::seen::Seen;

/// What the header of a frame tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// Bytes to the next frame; 0 where this is none.
    pub(super) length: u64,
    /// Samples per second, and in this frame.
    pub(super) rate: u64,
    pub(super) samples: u64,
    /// Bits per millisecond; 0 of ADTS, as each of its frames has a length of its own.
    pub(super) kilobits: u64,
    header: u64,
}

/// Bit rates by the index of the header, in eighths: layers II and III of MPEG-1, and those of MPEG-2. Index 0 is "free", of
/// which nothing can be computed, and 15 is forbidden.
const KILOBITS: [[u8; 16]; 3] = [
    [0, 4, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 0],
    [0, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 0],
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 0],
];
/// The last is reserved.
const RATES: [u16; 4] = [44_100, 48_000, 32_000, 0];
/// What all frames of a file have in common: sync, version, layer, and rate.
const COMMON: u64 = 0xFFFE_0C00;

impl Frame {
    /// Whether both are of one stream.
    pub(super) fn is_like(&self, header: u64) -> bool {
        (self.header ^ header) & COMMON == 0
    }

    /// Reads the header of a frame, with its forbidden values ruled out. Layer I is no MP3, and its header is the byte-order
    /// mark of UTF-16.
    #[allow(clippy::cast_possible_truncation, reason = "a few bits")]
    pub(super) fn read(seen: &Seen<'_>, at: u64) -> Self {
        let header = seen.big(at, 4);
        let bits = |shift: u64, mask: u64| (header >> shift & mask) as usize;
        let (version, layer) = (bits(19, 3), bits(17, 3));
        let mut frame = Self { header, ..Self::default() };
        if header >> 21 != 0x7FF || layer == 3 || version == 1 {
            return frame;
        }
        if layer == 0 {
            // ADTS: rates 13 and 14 are reserved, and 15 is written out elsewhere.
            let length = seen.big(at + 3, 3) >> 5 & 0x1FFF;
            if version > 1 && bits(10, 15) != 13 && bits(10, 15) != 14 && length > 6 {
                frame.length = length;
            }
            return frame;
        }
        let row = if version == 3 { 2 - layer } else { 2 };
        frame.kilobits = u64::from(KILOBITS[row][bits(12, 15)]) * 8;
        frame.rate = u64::from(RATES[bits(10, 3)]) >> if version == 0 { 2 } else { version & 1 ^ 1 };
        frame.samples = if layer == 1 && version != 3 { 576 } else { 1152 };
        if frame.kilobits > 0 && frame.rate > 0 {
            frame.length = frame.samples * 125 * frame.kilobits / frame.rate + bits(9, 1) as u64;
        }
        frame
    }

    /// The frame at `at`, if a frame of the same kind follows it, or the end of the file.
    pub(super) fn proved(seen: &Seen<'_>, at: u64) -> Self {
        let mut frame = Self::read(seen, at);
        let next = at + frame.length;
        let header = seen.big(next, 4);
        // Of what has been seen in part only, the likely is taken.
        let is_proved =
            if header == 0 { seen.total().is_none_or(|total| total == next) } else { frame.is_like(header) };
        if !is_proved {
            frame.length = 0;
        }
        frame
    }
}
