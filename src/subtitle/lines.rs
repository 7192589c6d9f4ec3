//! The lines of a cue.

use super::atoms::{Atom, Script};
use super::breaks::Break;
use super::cuts::cheapest;
use super::options::Layout;

/// Counts how many lines a row of atoms needs when each takes as much as it can.
#[derive(Default)]
pub(super) struct Filling {
    pub(super) lines: u32,
    /// Columns of the last line so far, with the space after it.
    line: u32,
    /// Columns of all.
    pub(super) columns: u32,
}

impl Filling {
    pub(super) fn add(&mut self, atom: &Atom, layout: &Layout) {
        if self.lines == 0 || self.line + atom.columns > layout.columns {
            self.lines += 1;
            self.line = 0;
        }
        self.line += atom.spaced;
        self.columns += atom.spaced;
    }
}

/// The lines of a cue: as few as possible, then alike in width, then parted at good places.
pub(super) fn lines(script: &Script, atoms: &[Atom], layout: &Layout) -> String {
    const LINE: i64 = 1_000_000;
    let widest = i64::from(layout.columns);
    let mut filling = Filling::default();
    let mut cost = |from: usize, to: usize| {
        let last = atoms.get(to - 1)?;
        if to == from + 1 {
            filling = Filling::default();
        }
        filling.add(last, layout);
        if filling.lines > 1 {
            return None;
        }
        let columns = i64::from(filling.columns);
        let place = match last.after {
            _ if to == atoms.len() => 0,
            Break::Sentence => 0,
            Break::Clause => 80,
            Break::Word => 300,
            Break::Inside => 500,
            Break::Label => 2_000,
        };
        Some(LINE + 1_000 * columns * columns / (widest * widest) + place)
    };
    let mut lines = String::new();
    let mut from = 0;
    for to in cheapest(atoms.len(), &mut cost) {
        if from > 0 {
            lines.push('\n');
        }
        for atom in atoms.get(from..to).unwrap_or_default() {
            lines.push_str(script.text(atom));
        }
        if lines.ends_with(' ') {
            lines.pop();
        }
        from = to;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::super::options::SubtitleOptions;
    use super::super::times::Span;
    use super::super::voices::Voice;
    use super::*;

    fn check(columns: u32, expected: &[&str]) {
        let options = SubtitleOptions { max_characters_per_line: Some(columns), ..SubtitleOptions::default() };
        let layout = options.verify().unwrap();
        let mut script = Script::default();
        let text: Vec<&str> = expected.iter().map(|line| line.trim_start_matches('_')).collect();
        script.add(&text.concat(), &[], Span { begin: 0, end: 9 }, Voice::default(), columns, &|_| Vec::new());
        let shown: Vec<&str> = expected.iter().map(|line| line.trim()).collect();
        assert_eq!(lines(&script, &script.atoms, &layout), shown.join("\n"));
    }

    #[test]
    fn lines_are_few_and_alike_and_end_at_good_places() {
        check(42, &["Short enough for one line of forty-two."]);
        check(42, &["This one has to be parted and ", "its halves should be alike."]);
        check(42, &["Well then, if you want to, ", "part it after the comma here."]);
        check(42, &["A word. ", "What follows is one sentence by itself."]);
        check(10, &["one two ", "three four ", "five six"]);
        check(24, &["どこで生れたかとんと", "見当がつかぬ。"]);
        check(16, &["我冒了严寒，", "回到二千余里。"]);
        check(8, &["Donaudam", "pfschiff"]);
    }
}
