//! Cutting a row of things into pieces at the least cost.

/// The cheapest way to cut `count` things into pieces, as the end of each piece.
///
/// `cost(from, to)` is what a piece costs; `None` where it, and every longer one from there, is too long. It is asked in
/// order, each `from` with growing `to`, so that it may keep sums. A piece of one must have a cost.
pub(super) fn cheapest(count: usize, cost: &mut dyn FnMut(usize, usize) -> Option<i64>) -> Vec<usize> {
    // What the cheapest cut up to each place costs, and where its last piece begins.
    let mut best = Vec::with_capacity(count + 1);
    best.resize(count + 1, (i64::MAX, 0_usize));
    let mut until_here = 0;
    for from in 0..count {
        for to in from + 1..=count {
            let Some(piece) = cost(from, to) else { break };
            if let Some(place) = best.get_mut(to)
                && until_here + piece < place.0
            {
                *place = (until_here + piece, from);
            }
        }
        until_here = best.get(from + 1).map_or(0, |place| place.0);
    }
    let mut ends = Vec::new();
    let mut at = count;
    while at > 0 {
        ends.push(at);
        at = best.get(at).map_or(0, |place| place.1);
    }
    ends.reverse();
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_least_cost_of_all_cuts() {
        // Pieces of at most 4, each costs the square of what it lacks to 3.
        let mut cost = |from: usize, to: usize| {
            let lacks = 3 - i64::try_from(to - from).unwrap();
            (to - from <= 4).then_some(lacks * lacks)
        };
        assert_eq!(cheapest(0, &mut cost), [] as [usize; 0]);
        assert_eq!(cheapest(1, &mut cost), [1]);
        assert_eq!(cheapest(9, &mut cost), [3, 6, 9]);
        assert_eq!(cheapest(4, &mut cost), [4]);
        assert_eq!(cheapest(5, &mut cost).len(), 2);
    }
}
