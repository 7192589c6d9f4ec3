//! Containers are rows of named chunks with a length; they differ in how name and length are written.

use super::seen::Seen;

/// How a container writes its chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// WAV: name, then length with the lowest byte first; odd lengths are filled up (Microsoft and IBM, "Multimedia
    /// Programming Interface and Data Specifications 1.0").
    Riff,
    /// AIFF: the same with the highest byte first (Apple, "Audio Interchange File Format" 1.3).
    Iff,
    /// MP4, `QuickTime`: length, then name; the length counts both. 1 means eight more bytes of length, 0 "to the end"
    /// (ISO/IEC 14496-12, §4.2).
    Iso,
    /// `WebM`, Matroska: both of variable length (RFC 8794, §§4 to 6).
    Ebml,
}

/// A walk from chunk to chunk, which stands on one after each `advance`.
#[derive(Debug)]
pub(super) struct Walk<'a, 'b> {
    seen: &'a Seen<'b>,
    layout: Layout,
    /// The name, as the number that its bytes are.
    pub(super) name: u64,
    /// Where the content begins.
    pub(super) body: u64,
    /// Where the next chunk begins: always further on, so that a walk ends.
    pub(super) next: u64,
}

impl<'a, 'b> Walk<'a, 'b> {
    pub(super) const fn new(seen: &'a Seen<'b>, layout: Layout, at: u64) -> Self {
        Self { seen, layout, name: 0, body: 0, next: at }
    }

    /// Goes on to the next chunk, if it begins before `end` and has been seen.
    pub(super) fn advance(&mut self, end: u64) -> bool {
        let (seen, at) = (self.seen, self.next);
        // Files of 4 GB are too large for the service; below that no sum of these overflows.
        if at >= end.min(u64::from(u32::MAX)) {
            return false;
        }
        let mut header = 8;
        let mut length;
        if self.layout == Layout::Ebml {
            let width = width(seen, at);
            self.name = seen.big(at, width);
            let at = at + width as u64;
            let more = self::width(seen, at);
            let ones = (1 << (7 * more)) - 1;
            length = seen.big(at, more) & ones;
            if length == ones {
                length = u64::MAX; // not known yet, as a recorder that streams writes it
            }
            header = (width + more) as u64;
        } else {
            self.name = seen.big(at, 4);
            length = if self.layout == Layout::Riff { seen.little(at + 4, 4) } else { seen.big(at + 4, 4) };
            if self.layout == Layout::Iso {
                (self.name, length) = (length, self.name);
                if length == 1 {
                    header = 16;
                    length = seen.big(at + 8, 8);
                }
                // 0, which is "to the end", becomes nearly all there is.
                length = length.wrapping_sub(header);
            } else {
                length += length & 1;
            }
        }
        self.body = at + header;
        self.next = self.body.saturating_add(length);
        !seen.void().get()
    }

    /// Goes on to the chunk of this name.
    pub(super) fn find(&mut self, name: u64, end: u64) -> bool {
        while self.advance(end) {
            if self.name == name {
                return true;
            }
        }
        false
    }
}

/// Bytes of a number of variable length: the zeros before its first bit tell. More than eight are none.
fn width(seen: &Seen<'_>, at: u64) -> usize {
    let zeros = seen.big(at, 1).leading_zeros() as usize - 55;
    if zeros > 8 {
        seen.void().set(true);
    }
    zeros.min(8)
}

/// The number that a name of four letters is.
pub(super) const fn tag(name: [u8; 4]) -> u64 {
    u32::from_be_bytes(name) as u64
}
