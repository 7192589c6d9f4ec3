//! Subtitles: whatever is said when, no limit is passed and no letter is lost.
//!
//! The bytes are decisions of somebody who makes up transcripts and options.

use unicode_width::UnicodeWidthStr;

use super::choices::Choices;
use crate::subtitle::{SubtitleOptions, to_srt, to_text, to_vtt};
use crate::transcript::{Segment, Transcript, Word};

const WORDS: [&str; 24] = [
    "a",
    "the",
    "subtitle",
    "Dr.",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "-->",
    "&",
    "3.5",
    "<i>",
    "{\\an8}",
    "你",
    "实验室",
    "の",
    "コンピューター",
    "ょ",
    "「",
    "」",
    "안녕하세요",
    "一二三四五六七八九十",
    "สวัสดี",
    "👩‍👩‍👧",
    "❤️",
    "e\u{301}te\u{301}",
    "नमस्ते",
];
const MARKS: [&str; 10] = ["", "", "", ",", "，", "。", ".", "!”", "……", "、"];
const WILD: [f64; 8] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 3.0, 1e7, 1e300];

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let options = options(&mut choices);
    let in_order = choices.byte() & 1 == 0;
    let transcript = transcript(&mut choices, in_order);
    judge(&transcript, &options, in_order);
}

fn options(choices: &mut Choices<'_>) -> SubtitleOptions {
    let flags = [None, Some(false), Some(true)];
    let mut some = |least: u32, most: u32| {
        (choices.byte() & 1 == 1).then(|| least + u32::from(choices.short()) % (most - least + 1))
    };
    SubtitleOptions {
        max_characters_per_line: some(4, 60),
        max_lines: some(1, 4),
        max_characters_per_second: some(1, 60),
        min_duration_ms: some(0, 3_000),
        max_duration_ms: some(250, 10_000),
        min_gap_ms: some(0, 600),
        speaker_labels: choices.one(&flags),
        channel_labels: choices.one(&flags),
    }
}

fn transcript(choices: &mut Choices<'_>, in_order: bool) -> Transcript {
    let mut transcript = Transcript::default();
    let mut at = 0.0;
    let mut time = |choices: &mut Choices<'_>, most: f64| {
        at += f64::from(choices.byte()) / 256.0 * most;
        if in_order || !choices.rarely(16) { at } else { choices.one(&WILD) }
    };
    while !choices.is_over() && transcript.segments.len() < 40 {
        let kind = choices.byte();
        let mut segment = Segment { begin_ms: time(choices, 2_000.0), ..Segment::default() };
        for _ in 0..choices.below(24) {
            let mut text = if choices.rarely(4) { " ".to_owned() } else { String::new() };
            text.push_str(choices.one(&WORDS));
            if choices.rarely(12) {
                text.extend(char::from_u32(choices.word() & 0x3_FFFF));
            }
            let begin_ms = time(choices, 300.0);
            let punctuation = choices.one(&MARKS).to_owned();
            segment.words.push(Word { text, begin_ms, end_ms: time(choices, 700.0), punctuation });
        }
        segment.end_ms = time(choices, 100.0);
        if kind & 3 != 3 {
            segment.text = segment.words.iter().flat_map(|word| [word.text.as_str(), &word.punctuation]).collect();
        }
        if kind & 0xC == 0xC {
            // Words that say something else than the text.
            segment.words.truncate(usize::from(kind >> 6));
        }
        if kind & 16 != 0 && !in_order {
            segment.speaker_id = Some(u32::from(kind >> 5 & 1));
            segment.channel_id = (kind & 64 != 0).then_some(u32::from(kind >> 7));
        }
        transcript.segments.push(segment);
    }
    if transcript.segments.len() == 1 && choices.byte() & 1 == 1 {
        transcript.text = transcript.segments.drain(..).map(|segment| segment.text).collect();
    }
    transcript
}

/// A cue as another program reads it.
#[derive(Debug)]
struct Cue {
    begin: u64,
    end: u64,
    lines: Vec<String>,
}

/// Holds the files of a transcript against the options; `in_order` says that one voice speaks and times go forward.
pub fn judge(transcript: &Transcript, options: &SubtitleOptions, in_order: bool) {
    let (Ok(srt), Ok(vtt)) = (to_srt(transcript, options), to_vtt(transcript, options)) else {
        let refused = options.min_duration_ms.unwrap_or(0) > options.max_duration_ms.unwrap_or(u32::MAX);
        assert!(refused, "{options:?}");
        return;
    };
    assert!(to_text(transcript, options).is_ok());
    let from_srt = cues(&srt, ',', true);
    assert!(vtt.starts_with("WEBVTT\n\n"));
    let from_vtt = cues(vtt.trim_start_matches("WEBVTT\n\n"), '.', false);
    limits_hold(&from_srt, options);
    limits_hold(&from_vtt, options);
    let silent = SubtitleOptions { speaker_labels: Some(false), channel_labels: Some(false), ..options.clone() };
    let unnamed = to_srt(transcript, &silent).unwrap_or_default();
    let Some(said) = said(transcript) else { return };
    for cues in [from_vtt, cues(&unnamed, ',', true)] {
        let shown: String = cues.iter().flat_map(|cue| &cue.lines).map(|line| ink(line)).collect();
        if in_order {
            assert_eq!(shown, said, "nothing may be lost");
        } else {
            // Voices take turns, so the order is another one.
            assert_eq!(sorted(&shown), sorted(&said), "nothing may be lost");
        }
    }
}

/// What is said: the text of each segment, or its words where the text is less than half of them. `None` where that is
/// too close for another judge.
fn said(transcript: &Transcript) -> Option<String> {
    let mut said = String::new();
    for segment in &transcript.segments {
        let own = ink(&segment.text);
        let words: String = segment.words.iter().map(|word| ink(&word.text) + &ink(&word.punctuation)).collect();
        if own != words && (words.width() / 2..=words.width() * 2).contains(&(own.width() * 2)) {
            return None;
        }
        said.push_str(if own.width() * 2 < words.width() { &words } else { &own });
    }
    Some(if said.is_empty() { ink(&transcript.text) } else { said })
}

/// What can be read: no white space, nothing that is not seen.
fn ink(text: &str) -> String {
    let unseen = |character: &char| character.is_whitespace() || character.is_control() || *character == '\u{2060}';
    text.chars().filter(|character| !unseen(character)).collect()
}

fn sorted(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = text.chars().collect();
    characters.sort_unstable();
    characters
}

fn limits_hold(cues: &[Cue], options: &SubtitleOptions) {
    let columns = options.max_characters_per_line.unwrap_or(42) as usize;
    let gap = u64::from(options.min_gap_ms.unwrap_or(80));
    let shortest = options.min_duration_ms.unwrap_or(1_000);
    let longest = u64::from(options.max_duration_ms.unwrap_or(7_000.max(shortest)));
    for (index, cue) in cues.iter().enumerate() {
        assert!((1..=options.max_lines.unwrap_or(2) as usize).contains(&cue.lines.len()), "{cue:?}");
        for line in &cue.lines {
            // Two pictures with a joiner between them are one where somebody has drawn it, for which there is no rule.
            let width = if line.contains('\u{200D}') { 0 } else { line.width() };
            assert!(width <= columns, "{width} of {columns} columns: {cue:?}");
            assert!(!line.is_empty() && line.trim_matches(' ') == line, "{cue:?}");
        }
        assert!(cue.begin < cue.end && cue.end - cue.begin <= longest, "{cue:?}");
        if let Some(next) = cues.get(index + 1) {
            assert!(cue.end + gap <= next.begin, "{cue:?} {next:?}");
        }
    }
}

/// Reads a file back, strictly: blocks between blank lines, with a number (in order) where there are numbers.
fn cues(file: &str, point: char, numbered: bool) -> Vec<Cue> {
    assert!(!file.contains('\r'), "{file:?}");
    let mut cues = Vec::new();
    for block in file.split_terminator("\n\n") {
        let mut lines = block.split('\n');
        if numbered {
            let number = (cues.len() + 1).to_string();
            assert_eq!(lines.next(), Some(&number[..]), "{block:?}");
        }
        let times = lines.next().and_then(|line| line.split_once(" --> "));
        let times = times.and_then(|(begin, end)| Some((millis(begin, point)?, millis(end, point)?)));
        assert!(times.is_some(), "{block:?}");
        let Some((begin, end)) = times else { continue };
        let lines: Vec<String> = lines.map(|line| if numbered { line.to_owned() } else { plain(line) }).collect();
        assert!(lines.iter().all(|line| !line.contains("-->") || !numbered), "{block:?}");
        cues.push(Cue { begin, end, lines });
    }
    cues
}

/// `00:00:01,500`, with as many digits of hours as it takes.
fn millis(time: &str, point: char) -> Option<u64> {
    let (clock, millis) = time.split_once(point)?;
    let [hours, minutes, seconds] = clock.split(':').collect::<Vec<_>>().try_into().ok()?;
    let number = |digits: &str, length: usize| {
        let all = digits.len() == length && digits.bytes().all(|digit| digit.is_ascii_digit());
        all.then(|| digits.parse::<u64>().ok())?
    };
    let (minutes, seconds) = (number(minutes, 2)?, number(seconds, 2)?);
    assert!(minutes < 60 && seconds < 60, "{time}");
    let hours = number(hours, hours.len().max(2))?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + number(millis, 3)?)
}

/// A line of `WebVTT` without its voice tag and escapes.
fn plain(line: &str) -> String {
    let line = line.strip_prefix("<v ").and_then(|rest| rest.split_once('>')).map_or(line, |(_, rest)| rest);
    assert!(!line.contains(['<', '>']), "{line}");
    line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
