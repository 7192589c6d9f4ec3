//! When which part of a text is said: exact where words have times, spread evenly over the columns between them.
//! Times are whole milliseconds from here on; what is no time (negative, not a number, running backwards) is left out.

use crate::transcript::Word;
use std::collections::BinaryHeap;

/// Latest time that is taken, 100 000 hours. It keeps sums far from overflow.
const LATEST: f64 = 3.6e11;

/// Begin and end, in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) begin: i64,
    /// Not before `begin`.
    pub(super) end: i64,
}

/// A time as the service sent it, where it is one.
#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
pub(super) fn time(ms: f64) -> Option<i64> {
    (0.0..=LATEST).contains(&ms).then_some((ms + 0.5) as i64)
}

/// Numbers of things in the order of their times; of those that have the same, the lower number is first.
pub(super) fn in_order(begins: Vec<(i64, usize)>) -> Vec<(i64, usize)> {
    // The library's sort is several times the size.
    BinaryHeap::from(begins).into_sorted_vec()
}

/// A place in the text and its time.
#[derive(Clone, Copy, Debug)]
struct Point {
    columns: u32,
    ms: i64,
}

/// The times of a text by its columns. Neither columns nor times ever go back from one point to the next.
#[derive(Debug)]
pub(super) struct Times {
    span: Span,
    points: Vec<Point>,
}

impl Times {
    /// A text that is said from begin to end of `span`.
    /// What stands before its first sound takes no time.
    pub(super) fn new(span: Span, silent: u32) -> Self {
        Self { span, points: vec![Point { columns: silent, ms: span.begin }] }
    }

    fn latest(&self) -> i64 {
        self.points.last().map_or(self.span.begin, |point| point.ms)
    }

    /// Adds a word that stands between two columns. `following` are the words after it in the list.
    pub(super) fn add(&mut self, from: u32, to: u32, word: &Word, following: &[Word]) {
        // A single wild time must not push all later words to the end: it is believed if one of the next two is later.
        let known = following.iter().take(2).filter_map(|next| time(next.begin_ms));
        let limit = known.filter(|ms| *ms <= self.span.end).max().unwrap_or(self.span.end);
        let last_begin = self.points.iter().rev().nth(1).map_or(self.span.begin, |point| point.ms);
        let Some(begin) = time(word.begin_ms).filter(|begin| (last_begin..=limit).contains(begin)) else { return };
        // Words overlap a little now and then: the later one counts.
        if let Some(last) = self.points.last_mut() {
            last.ms = last.ms.min(begin);
        }
        let end = time(word.end_ms).unwrap_or(begin).clamp(begin, self.span.end);
        self.points.push(Point { columns: from, ms: begin });
        self.points.push(Point { columns: to, ms: end });
    }

    /// Ends the text.
    pub(super) fn finish(&mut self, columns: u32) {
        let end = self.span.end.max(self.latest());
        self.points.push(Point { columns, ms: end });
    }

    /// When the text between two columns is said.
    pub(super) fn span(&self, from: u32, to: u32) -> Span {
        // Where a pause falls between two columns, what begins there begins after it, and what ends there ends before it.
        let begin = self.at(self.points.partition_point(|point| point.columns <= from), from);
        let end = self.at(self.points.partition_point(|point| point.columns < to), to);
        Span { begin, end: end.max(begin) }
    }

    /// The time at a column, which lies between the point before `index` and the point there.
    fn at(&self, index: usize, columns: u32) -> i64 {
        let before = index.checked_sub(1).and_then(|index| self.points.get(index));
        let (before, after) = match (before, self.points.get(index)) {
            (Some(before), Some(after)) => (before, after),
            (Some(only), None) | (None, Some(only)) => return only.ms,
            (None, None) => return self.span.begin,
        };
        let (part, whole) = (i64::from(columns - before.columns), i64::from(after.columns - before.columns));
        before.ms + (after.ms - before.ms) * part / whole.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(begin_ms: f64, end_ms: f64) -> Word {
        Word { begin_ms, end_ms, ..Word::default() }
    }

    /// The spans of words of two columns each, in a text of nothing else, said from 0 to 1000.
    fn spans(words: &[Word]) -> Vec<(i64, i64)> {
        let mut times = Times::new(Span { begin: 0, end: 1_000 }, 0);
        let mut columns = 0;
        for (index, word) in words.iter().enumerate() {
            times.add(columns, columns + 2, word, &words[index + 1..]);
            columns += 2;
        }
        times.finish(columns);
        let spans = (0..columns).step_by(2).map(|from| times.span(from, from + 2));
        spans.map(|span| (span.begin, span.end)).collect()
    }

    #[test]
    fn good_times_are_taken_as_they_are() {
        assert_eq!(
            spans(&[word(10.0, 100.4), word(300.0, 400.5), word(401.0, 1_000.0)]),
            [(10, 100), (300, 401), (401, 1_000)]
        );
    }

    #[test]
    fn overlapping_words_end_where_the_next_begins() {
        assert_eq!(spans(&[word(0.0, 500.0), word(400.0, 900.0)]), [(0, 400), (400, 900)]);
    }

    #[test]
    fn what_is_no_time_is_spread_between_its_neighbours() {
        for bad in [f64::NAN, -1.0, f64::INFINITY, 1e300, 5.0, 990.0] {
            let middle = [word(100.0, 200.0), word(bad, bad), word(600.0, 700.0)];
            assert_eq!(spans(&middle), [(100, 200), (200, 600), (600, 700)], "{bad}");
        }
        assert_eq!(spans(&[word(f64::NAN, 3.0), word(-5.0, 2.0)]), [(0, 500), (500, 1_000)]);
        assert_eq!(spans(&[word(100.0, 50.0), word(300.0, f64::NAN)]), [(100, 100), (300, 300)]);
    }
}
