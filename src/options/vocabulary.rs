//! Hot words of a single call, with their weights.

use crate::error::Error;
use crate::fields::whole;
use crate::json::View;

/// Most words of the heaviest weight; more of them make the service refuse the call.
const MOST_HEAVY_WORDS: usize = 50;
/// Most instant hot words; of more, the service takes some by chance.
const MOST_WORDS: usize = 2_000;

/// The weight that stands above all others.
pub(crate) const HEAVIEST: u32 = 50;

/// Whether this is the weight of a hot word: 1 to 5, or 50.
pub(crate) const fn is_weight(weight: u32) -> bool {
    matches!(weight, 1..=5 | HEAVIEST)
}

/// Reads an object of words and weights.
pub(crate) fn vocabulary(given: View<'_>) -> Result<Vec<(String, u32)>, Error> {
    let mut words = Vec::new();
    let Some(names) = given.names() else {
        let problem = "expected an object of words and weights, e.g. { \"Kubernetes\": 4 }";
        return if given.exists() { Err(Error::invalid_option("vocabulary", problem)) } else { Ok(words) };
    };
    for word in names {
        // Not a whole number: no weight either, and refused as such.
        let weight = given.get(word).number().and_then(|number| whole(number, HEAVIEST)).unwrap_or_default();
        words.push((word.to_owned(), weight));
    }
    check_vocabulary(&words).map(|()| words)
}

/// The same for words that a Rust caller gives.
pub(super) fn check_vocabulary(words: &[(String, u32)]) -> Result<(), Error> {
    if let Some((word, _)) = words.iter().find(|(_, weight)| !is_weight(*weight)) {
        return Err(Error::invalid_option(format!("vocabulary.{word}"), "expected a weight: 1 to 5, or 50"));
    }
    if words.len() > MOST_WORDS || words.iter().filter(|(_, weight)| *weight == HEAVIEST).count() > MOST_HEAVY_WORDS {
        let problem = format_args!("at most {MOST_WORDS} words, and {MOST_HEAVY_WORDS} of them with weight {HEAVIEST}");
        return Err(Error::invalid_option("vocabulary", problem));
    }
    Ok(())
}
