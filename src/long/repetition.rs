//! What a model says over and over: in silence, music and noise it sometimes repeats a phrase until its output is full.

/// From so many times on it is the model that repeats itself. The makers of Qwen3-ASR draw the line there, too
/// (`post_text_process` of the Qwen3-ASR-Toolkit); people who laugh or count stay below.
const LEAST: usize = 20;
/// Longest phrase, in characters.
const LONGEST: usize = 200;

/// Leaves the first of what follows itself so often, and tells what it was and how often it was there.
pub(super) fn collapse<T>(items: &mut Vec<T>, same: impl Fn(&T, &T) -> bool, mut found: impl FnMut(&[T], usize)) {
    let mut period = 1;
    while period <= LONGEST && period * LEAST <= items.len() {
        let mut at = 0;
        while at + period * LEAST <= items.len() {
            let repeated = items.iter().skip(at).zip(items.iter().skip(at + period));
            let matching = repeated.take_while(|(one, other)| same(one, other)).count();
            let times = matching / period + 1;
            if times >= LEAST {
                // The end says where a phrase ends, while its beginning may be like the end of what stands before it.
                found(&items[at + matching..at + matching + period], times);
                items.drain(at + period..at + period * times);
                at += period;
            } else {
                // Whatever begins within the run is shorter.
                at += matching + 1;
            }
        }
        period += 1;
    }
}

/// The same of a text: the phrases, each with how often it was said.
pub(super) fn collapse_text(text: &str) -> (String, Vec<(String, usize)>) {
    let mut letters: Vec<char> = text.chars().collect();
    // The last one counts, too, though nothing parts it from another.
    letters.push(' ');
    let mut phrases = Vec::new();
    collapse(&mut letters, char::eq, |phrase, times| {
        let phrase: String = phrase.iter().collect();
        phrases.push((phrase.trim().to_owned(), times));
    });
    phrases.retain(|(phrase, _)| !phrase.is_empty());
    if phrases.is_empty() {
        return (text.to_owned(), phrases);
    }
    let collapsed: String = letters.into_iter().collect();
    (collapsed.trim_end().to_owned(), phrases)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_that_is_said_dozens_of_times_is_said_once() {
        let thanks = format!("Good night. {} And now", "Thank you very much. ".repeat(36).trim_end());
        let (text, phrases) = collapse_text(&thanks);
        assert_eq!(text, "Good night. Thank you very much. And now");
        assert_eq!(phrases, [("Thank you very much.".to_owned(), 36)]);
        for (given, expected, times) in [
            ("ha".repeat(30), "ha", 30),
            ("谢谢。".repeat(25), "谢谢。", 25),
            ("啊".repeat(300), "啊", 300),
            ("so ".repeat(20).trim_end().to_owned(), "so", 20),
        ] {
            let (text, phrases) = collapse_text(&given);
            assert_eq!((text.as_str(), phrases.iter().map(|(_, times)| *times).collect()), (expected, vec![times]));
        }
    }

    #[test]
    fn what_people_say_stays() {
        for said in [
            "ha ".repeat(19).trim_end().to_owned(),
            "No, no, no, no! Yes, yes.".to_owned(),
            "one two three four five six seven eight nine ten ".repeat(4),
            " ".repeat(50),
            String::new(),
        ] {
            assert_eq!(collapse_text(&said), (said.clone(), vec![]));
        }
    }

    #[test]
    fn a_long_text_takes_no_time() {
        let text: String = (0..20_000).map(|number: u32| char::from(b'a' + (number * number % 23) as u8)).collect();
        assert!(collapse_text(&text).0.len() <= text.len());
    }
}
