//! Hot words and languages, which dialects C and D take under the same names, and realtime models, too.

use super::members::Members;
use crate::json::{ArrayWriter, ObjectWriter};
use crate::options::TranscribeOptions;

/// Writes those that were given.
pub(super) fn write(options: &TranscribeOptions, parameters: &mut Members<'_>) {
    parameters.text("vocabulary_id", options.vocabulary_id.as_deref());
    if !options.vocabulary.is_empty() {
        parameters.member("vocabulary", |out| vocabulary(&options.vocabulary, out));
    }
    if !options.language_hints.is_empty() {
        parameters.member("language_hints", |out| ArrayWriter::strings(&options.language_hints, out));
    }
}

/// Words and their weights, as an object.
pub(crate) fn vocabulary(vocabulary: &[(String, u32)], out: &mut String) {
    let mut words = ObjectWriter::new(out);
    for (word, weight) in vocabulary {
        words.number(word, *weight);
    }
    words.close();
}
