//! Subtitles and other files of a transcript: `SubRip`, `WebVTT`, plain text and JSON.
//!
//! ```
//! use dashscope_asr::subtitle::{SubtitleOptions, to_srt};
//! use dashscope_asr::transcript::{Segment, Transcript, Word};
//!
//! let words = vec![Word::new("Hello", 760.0, 1040.0, ""), Word::new(" World", 1040.0, 2240.0, "!")];
//! let transcript = Transcript::from_segments(vec![Segment::new("Hello World!", 760.0, 2240.0, words)]);
//! let srt = to_srt(&transcript, &SubtitleOptions::default())?;
//! assert_eq!(srt, "1\n00:00:00,760 --> 00:00:02,240\nHello World!\n\n");
//! # Ok::<(), dashscope_asr::error::Error>(())
//! ```
//!
//! # How cues are made
//!
//! * The text is that of the segments, in the order of time; their words say when which part of it is said. A segment
//!   that has words but no text is their `text + punctuation`, put together without spaces.
//! * Cues end after sentences where they can, then after clauses, in pauses, between words. A cue may go on from one
//!   segment to the next (the service cuts at silence, not at sentences), but not from one voice to another, nor across
//!   a pause of 1.5 seconds.
//! * Lines are as few as possible and alike in width. Words stay whole unless one is wider than a line. Chinese, Japanese,
//!   Thai, Lao, Khmer and Burmese part between words, as the service or a dictionary ([`WordEnds`]) tells; where neither
//!   does, between characters, but never before closing or after opening punctuation.
//! * A character is what Unicode Standard Annex #29 calls an extended grapheme cluster, and is never parted: should one be
//!   wider than a line, the line is. What does not break (U+00A0, U+2060 and their like) is not parted unless it must.
//! * Marks are not spoken: a cue begins with its first word, and no mark has a cue or a line of its own.
//! * **Without the times of words**, the time of a segment is spread evenly over the columns of its text: cues begin and
//!   end about where they should, not exactly. **Without segments** the same is done with the whole text and the billed
//!   duration (or at 15 columns a second, where that is unknown): a rough guess.
//! * Lines, columns, the longest duration and the gap are never exceeded. The reading speed and the shortest duration
//!   are kept as long as the next cue leaves the time; speech does not wait for readers.
//! * Times that cannot be (negative, not numbers, backwards, overlapping) are repaired from what stands around them. Text is
//!   never dropped. Where people speak at once, their cues take turns.

mod atoms;
mod breaks;
mod characters;
mod clusters;
mod cues;
mod cuts;
mod cutter;
mod digits;
mod document;
mod formats;
mod lines;
mod options;
mod pieces;
mod script;
mod times;
mod units;
mod voices;
mod width;
mod words;

use self::cues::Naming;
use self::voices::Names;
use crate::error::Error;
use crate::transcript::Transcript;

pub(crate) use self::document::write_segment;
pub use self::document::{from_json, to_json};
pub use self::options::SubtitleOptions;
pub use self::words::WordEnds;

/// Knows no words, so that what is wider than a line is parted between clusters.
const NO_DICTIONARY: WordEnds<'static> = &|_| Vec::new();

/// The transcript as `SubRip` (.srt): cues are numbered from 1, lines end with `\n`, hours have two digits or more. Empty
/// where nothing was said.
///
/// A voice is named in the text ("Speaker 1: …") wherever it changes. `SubRip` has no escapes: what players would take for
/// times or marks ("-->", `<i>`, `{…}`) is parted by an invisible word joiner.
pub fn to_srt(transcript: &Transcript, options: &SubtitleOptions) -> Result<String, Error> {
    to_srt_by_words(transcript, options, NO_DICTIONARY)
}

/// [`to_srt`], with a dictionary for the languages that are written without spaces.
pub fn to_srt_by_words(
    transcript: &Transcript,
    options: &SubtitleOptions,
    dictionary: WordEnds<'_>,
) -> Result<String, Error> {
    let mut out = String::new();
    let mut number = 0;
    cues::cues(transcript, options, Naming::InText, dictionary, &mut |cue| {
        number += 1;
        formats::push_srt(number, &cue, &mut out);
    })?;
    Ok(out)
}

/// The transcript as `WebVTT` (.vtt), escaped; lines end with `\n`. Only the header where nothing was said.
///
/// Every cue of a known voice has a voice tag (`<v Speaker 1>`), which players do not show unless they are told to.
pub fn to_vtt(transcript: &Transcript, options: &SubtitleOptions) -> Result<String, Error> {
    to_vtt_by_words(transcript, options, NO_DICTIONARY)
}

/// [`to_vtt`], with a dictionary for the languages that are written without spaces.
pub fn to_vtt_by_words(
    transcript: &Transcript,
    options: &SubtitleOptions,
    dictionary: WordEnds<'_>,
) -> Result<String, Error> {
    let mut out = "WEBVTT\n\n".to_owned();
    cues::cues(transcript, options, Naming::Beside, dictionary, &mut |cue| formats::push_vtt(&cue, &mut out))?;
    Ok(out)
}

/// The transcript as plain text: its `text`, or a line for each turn ("Speaker 1: …") where voices are named. Lines are not
/// broken; of the options only the labels count.
pub fn to_text(transcript: &Transcript, options: &SubtitleOptions) -> Result<String, Error> {
    options.verify()?;
    let script = script::script(transcript, u32::MAX, NO_DICTIONARY);
    let names = Names::new(options, script.atoms.iter().map(|atom| atom.voice));
    let mut out = String::new();
    let mut run = None;
    let mut by_turns = transcript.text.is_empty();
    for atom in &script.atoms {
        if run != Some(atom.run) {
            if run.is_some() {
                out.push('\n');
            }
            run = Some(atom.run);
            let name = names.name(atom.voice);
            if !name.is_empty() {
                by_turns = true;
                out.push_str(&name);
                out.push_str(": ");
            }
        }
        out.push_str(script.text(atom));
    }
    Ok(if by_turns { out } else { transcript.text.clone() })
}
