//! Turns that the caller ends, over the session protocol: where they end in the recording, and what is known of them.

use std::collections::VecDeque;

#[derive(Debug, Default)]
pub(super) struct Turns {
    /// Where those end that are not heard yet.
    ends: VecDeque<u64>,
    /// Where the first of them begins.
    begin: u64,
    /// Of how many, from the first on, the present connection was told the end.
    told: usize,
    /// To how many it has given a name.
    named: usize,
}

impl Turns {
    /// Where the last turn ends; what is behind it is not a turn yet.
    pub(super) fn end(&self) -> u64 {
        self.ends.back().copied().unwrap_or(self.begin)
    }

    /// A turn ends here.
    pub(super) fn end_at(&mut self, place: u64) {
        if place > self.end() {
            self.ends.push_back(place);
        }
    }

    /// The next end that the present connection is to be told.
    pub(super) fn next(&self) -> Option<u64> {
        self.ends.get(self.told).copied()
    }

    /// It was told.
    pub(super) fn tell_next(&mut self) {
        self.told = self.ends.len().min(self.told + 1);
    }

    /// The service names the next turn: where it begins and ends.
    pub(super) fn name_next(&mut self) -> Option<(u64, u64)> {
        let index = (self.named < self.told).then_some(self.named)?;
        self.named += 1;
        let begin = index.checked_sub(1).map_or(self.begin, |before| self.ends[before]);
        Some((begin, self.ends[index]))
    }

    /// Everything before this place is heard.
    pub(super) fn forget_before(&mut self, place: u64) {
        while let Some(end) = self.ends.front().copied()
            && end <= place
        {
            self.ends.pop_front();
            self.begin = end;
            self.told = self.told.saturating_sub(1);
            self.named = self.named.saturating_sub(1);
        }
    }

    /// The next connection knows nothing of them.
    pub(super) fn begin_again(&mut self) {
        (self.told, self.named) = (0, 0);
    }
}
