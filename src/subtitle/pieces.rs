//! Which atoms are shown together.
//!
//! The guides (Netflix: "Line Treatment"; BBC: "Break at natural points") say which cuts are better than others, not by how
//! much: the numbers are ours, and the tests show what they come to.
//!
//! Where to cut is decided for all that is said at once, by what each piece would cost: cuts inside sentences cost, so do
//! pieces too short to be read and pieces that hold two sentences or a pause. What must not be (too wide, too long, two
//! voices) has no price.

use super::atoms::Atom;
use super::breaks::Break;
use super::cuts::cheapest;
use super::lines::Filling;
use super::options::Layout;

/// A pause that no cue spans: what comes after it would be read long before it is said. The BBC's subtitle guidelines have
/// "should not anticipate speech by more than 1.5 seconds".
const LONG_PAUSE_MS: i64 = 1_500;

/// A pause that is no reason to cut: people breathe that long within a phrase.
const SHORT_PAUSE_MS: i64 = 300;

/// Milliseconds that so much text wants to be seen.
pub(super) fn reading_time(columns: u32, layout: &Layout) -> i64 {
    let time = i64::from(columns) * 1_000 / i64::from(layout.speed);
    time.max(layout.shortest).max(1).min(layout.longest)
}

/// Atoms that are shown together, as the number of the first and of the one after the last.
pub(super) type Range = (usize, usize);

/// Cuts atoms into pieces that are shown together.
pub(super) fn pieces(atoms: &[Atom], layout: &Layout) -> Vec<Range> {
    let room = i64::from(layout.columns) * i64::from(layout.lines);
    let mut filling = Filling::default();
    let mut inside = 0;
    let mut cost = |from: usize, to: usize| {
        let (first, last) = (atoms.get(from)?, atoms.get(to - 1)?);
        if to == from + 1 {
            (filling, inside) = (Filling::default(), 0);
        } else if let Some(before) = atoms.get(to - 2) {
            let pause = last.span.begin - before.span.end;
            if pause >= LONG_PAUSE_MS || last.run != before.run {
                return None;
            }
            inside += (pause - SHORT_PAUSE_MS).max(0) / 5 + if before.after == Break::Sentence { 100 } else { 0 };
        }
        filling.add(last, layout);
        let too_fast = i64::from(filling.columns) * 1_000 > layout.longest * i64::from(layout.speed);
        let too_long = last.span.end - first.span.begin > layout.longest;
        if to > from + 1 && (filling.lines > layout.lines || too_fast || too_long) {
            return None;
        }
        let columns = i64::from(filling.columns);
        let balance = 80 * columns * columns / (room * room);
        let next = atoms.get(to).filter(|next| next.run == last.run);
        let end = next.map_or(0, |next| {
            let pause = next.span.begin - last.span.end;
            let time = (next.span.begin - layout.gap - first.span.begin).min(layout.longest);
            let lacking = (reading_time(filling.columns, layout) - time).max(0);
            let place = match last.after {
                Break::Sentence => 0,
                Break::Clause => 60,
                Break::Word => 160,
                Break::Inside => 220,
                Break::Label => 10_000,
            };
            (place - pause / 12).max(0) + lacking / 4
        });
        Some(60 + inside + balance + end)
    };
    let mut pieces = Vec::new();
    let mut from = 0;
    for to in cheapest(atoms.len(), &mut cost) {
        pieces.push((from, to));
        from = to;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::atoms::Script;
    use super::super::options::SubtitleOptions;
    use super::super::times::Span;
    use super::super::voices::Voice;
    use super::*;

    /// Sentences with their begin and end, and the pieces that become of them.
    fn check(said: &[(&str, i64, i64)], expected: &[&str]) {
        let layout = SubtitleOptions::default().verify().unwrap();
        let mut script = Script::default();
        for (text, begin, end) in said {
            script.add(text, &[], Span { begin: *begin, end: *end }, Voice::default(), layout.columns, &|_| Vec::new());
        }
        let text = |(from, to): Range| script.atoms[from..to].iter().map(|atom| script.text(atom)).collect::<String>();
        let pieces: Vec<String> = pieces(&script.atoms, &layout).into_iter().map(text).collect();
        assert_eq!(pieces.iter().map(|piece| piece.trim_end()).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn sentences_stay_apart_unless_there_is_no_time_to_read_them() {
        check(&[("The first one. The second one.", 0, 4_000)], &["The first one.", "The second one."]);
        check(&[("Yes. No. I do not know yet.", 0, 2_500)], &["Yes. No. I do not know yet."]);
        check(&[("Yes.", 0, 400), ("No.", 1_400, 1_800)], &["Yes.", "No."]);
    }

    #[test]
    fn a_sentence_goes_on_in_the_next_segment_but_not_over_a_long_pause() {
        check(&[("And then I", 0, 1_000), ("went home.", 1_300, 2_500)], &["And then I went home."]);
        check(&[("And then I", 0, 1_000), ("went home.", 2_500, 3_500)], &["And then I", "went home."]);
    }

    #[test]
    fn long_sentences_are_cut_after_clauses_and_where_speech_pauses() {
        let comma =
            "If it should rain tomorrow as much as it did today and yesterday, we shall stay at home with our books.";
        let (if_it_rains, we_stay) = comma.split_at(65);
        check(&[(comma, 0, 6_500)], &[if_it_rains.trim_end(), we_stay.trim_start()]);
        let (before, after) = (
            "we walked along the river for a long long time until the sun went",
            "down behind the hills in the west of town",
        );
        check(&[(before, 0, 4_000), (after, 4_900, 7_000)], &[before, after]);
    }
}
