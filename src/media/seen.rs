//! The bytes of a file that have been seen, and the place that must be seen next.
//!
//! A reader asks for numbers at offsets. Where nothing has been seen it gets zeros, and goes on; that its result is void is
//! noted, and the place. The caller appends what stands there, and the reader begins anew: it asks for the same places in the
//! same order, so nobody writes down which part is which. No reader keeps a state, none waits, and none is full of questions
//! (which cost more bytes of wasm than all that is read).

use core::cell::Cell;

/// How much is seen of a place that was asked for; less where the file ends. No page of Ogg is longer.
pub const PART_LENGTH: u64 = 64 * 1024;

/// The head, and the places that may be asked for: tags, chunks and boxes in front of the audio are few.
const MOST_PARTS: usize = 9;

/// Parts of a file that have been seen.
#[derive(Debug)]
pub struct Seen<'a> {
    bytes: &'a [u8],
    first: usize,
    total: Option<u64>,
    places: [Cell<u64>; MOST_PARTS],
    missing: Cell<Option<u32>>,
    void: Cell<bool>,
}

impl<'a> Seen<'a> {
    /// The first bytes of a file, and its length where that is known.
    #[must_use]
    pub fn head(bytes: &'a [u8], total: Option<u64>) -> Self {
        Self::new(bytes, bytes.len(), total)
    }

    /// The `first` bytes of a file, and behind them the parts that were asked for, in that order.
    #[must_use]
    pub fn new(bytes: &'a [u8], first: usize, total: Option<u64>) -> Self {
        Self { bytes, first, total, places: Default::default(), missing: Cell::default(), void: Cell::default() }
    }

    /// The length of the file.
    #[must_use]
    pub const fn total(&self) -> Option<u64> {
        self.total
    }

    /// Whether there is nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty() || self.total == Some(0)
    }

    /// The place to be seen next.
    pub(super) const fn missing(&self) -> Option<u32> {
        self.missing.get()
    }

    /// Whether results are void; or, for a reader that begins, not yet.
    pub(super) const fn void(&self) -> &Cell<bool> {
        &self.void
    }

    /// What has been seen from this offset on, at least so many bytes of it; else nothing.
    pub(super) fn from(&self, offset: u64, least: usize) -> &'a [u8] {
        let mut rest = self.bytes;
        let mut length = self.first;
        let total = self.total.unwrap_or(u64::MAX);
        for (index, place) in self.places.iter().enumerate() {
            if index > 0 {
                if place.get() == 0 {
                    if offset.saturating_add(least as u64) > total {
                        break;
                    }
                    if rest.is_empty() {
                        self.missing.set(self.missing.get().or(u32::try_from(offset).ok()));
                        break;
                    }
                    place.set(offset);
                }
                length = (total - place.get()).min(PART_LENGTH) as usize;
            }
            let (part, after) = rest.split_at(length.min(rest.len()));
            let from = usize::try_from(offset.wrapping_sub(place.get())).unwrap_or(usize::MAX);
            match part.get(from..) {
                Some(found) if found.len() >= least => return found,
                _ => rest = after,
            }
        }
        self.void.set(true);
        &[]
    }

    /// A number of up to eight bytes, the highest first.
    pub(super) fn big(&self, at: u64, length: usize) -> u64 {
        self.exactly(at, length).iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    /// A number of up to eight bytes, the lowest first.
    pub(super) fn little(&self, at: u64, length: usize) -> u64 {
        self.exactly(at, length).iter().rfold(0, |sum, byte| sum << 8 | u64::from(*byte))
    }

    /// So many bytes, or none.
    pub(super) fn exactly(&self, at: u64, length: usize) -> &'a [u8] {
        self.from(at, length).get(..length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_the_order_in_which_they_are_asked_for() {
        let total = Some(200_010);
        let read = |bytes: &[u8]| {
            let seen = Seen::new(bytes, 2, total);
            let numbers =
                (seen.big(0, 2), seen.big(500, 2), seen.little(200_000, 2), seen.big(501, 1), seen.big(100_000, 1));
            (numbers, seen.missing(), seen.void().get())
        };
        let mut bytes = vec![1, 2];
        assert_eq!(read(&bytes), ((0x0102, 0, 0, 0, 0), Some(500), true));
        bytes.extend((0..PART_LENGTH).map(|at| at as u8));
        assert_eq!(read(&bytes), ((0x0102, 0x0001, 0, 1, 0), Some(200_000), true));
        bytes.extend([7; 10]); // the file ends there
        assert_eq!(read(&bytes), ((0x0102, 0x0001, 0x0707, 1, 0), Some(100_000), true));
        bytes.extend([9; PART_LENGTH as usize]);
        assert_eq!(read(&bytes), ((0x0102, 0x0001, 0x0707, 1, 9), None, false));
    }

    #[test]
    fn what_the_file_does_not_have_is_not_asked_for() {
        let seen = Seen::head(&[1, 2], Some(1000));
        assert_eq!((seen.big(998, 3), seen.big(u64::MAX, 2), seen.missing()), (0, 0, None));
        assert!(seen.void().take());
        assert_eq!((seen.big(1, 2), seen.big(500, 1), seen.missing()), (0, 0, Some(1)));
    }

    #[test]
    fn no_more_than_a_few_places_are_asked_for() {
        let bytes = vec![0; 100 * 65_536];
        let seen = Seen::new(&bytes, 2, None);
        for at in 1..100 {
            seen.big(at * 1_000_000, 1);
        }
        assert_eq!(seen.missing(), None);
    }
}
