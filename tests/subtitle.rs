//! Subtitles through the public API: fixed examples, limits on generated transcripts, and readers written by others.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

use dashscope_asr::json::Json;
use dashscope_asr::subtitle::{SubtitleOptions, from_json, to_json, to_srt, to_text, to_vtt};
use dashscope_asr::transcript::{Channel, Segment, Transcript, Usage, Word};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use unicode_width::UnicodeWidthStr;

#[path = "support/random.rs"]
mod random;

use random::Random;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/subtitle").join(name)
}

fn transcript(name: &str) -> Transcript {
    let text = fs::read_to_string(fixture(name)).unwrap();
    from_json(Json::parse(&text).unwrap().view()).unwrap()
}

/// Every transcript of `tests/fixtures/subtitle`, and the options that its files are made with.
fn examples() -> Vec<(String, SubtitleOptions)> {
    let text = fs::read_to_string(fixture("options.json")).unwrap();
    let json = Json::parse(&text).unwrap();
    let options = |name: &str| SubtitleOptions::read(json.view().get(name)).unwrap();
    json.view().names().unwrap().map(|name| (name.to_owned(), options(name))).collect()
}

/// Set `UPDATE_SUBTITLES=1` to write the files anew, and read the difference.
fn is_as_before(name: &str, content: &str) {
    let path = fixture(name);
    if std::env::var_os("UPDATE_SUBTITLES").is_some() {
        fs::write(&path, content).unwrap();
    }
    assert_eq!(content, fs::read_to_string(&path).unwrap(), "{name}");
}

#[test]
fn examples_are_as_before() {
    for (name, options) in examples() {
        let transcript = transcript(&format!("{name}.json"));
        is_as_before(&format!("{name}.srt"), &to_srt(&transcript, &options).unwrap());
        is_as_before(&format!("{name}.vtt"), &to_vtt(&transcript, &options).unwrap());
        is_as_before(&format!("{name}.txt"), &to_text(&transcript, &options).unwrap());
    }
}

#[test]
fn nothing_said_is_an_empty_file() {
    let (nothing, options) = (Transcript::default(), SubtitleOptions::default());
    assert_eq!(to_srt(&nothing, &options).unwrap(), "");
    assert_eq!(to_vtt(&nothing, &options).unwrap(), "WEBVTT\n\n");
    assert_eq!(to_text(&nothing, &options).unwrap(), "");
    let mut blank = Transcript::from_segments(vec![Segment::default()]);
    blank.text = " \n".to_owned();
    assert_eq!(to_srt(&blank, &options).unwrap(), "");
}

#[test]
fn a_bad_option_is_refused_by_all() {
    let options = SubtitleOptions { max_lines: Some(0), ..SubtitleOptions::default() };
    for convert in [to_srt, to_vtt, to_text] {
        let error = convert(&Transcript::default(), &options).unwrap_err();
        assert_eq!((error.code(), error.field()), ("invalid_option", Some("maxLines")));
    }
}

#[test]
fn labels_can_be_asked_for_and_left_out() {
    let mut transcript = transcript("dialogue.json");
    let mut options = SubtitleOptions { speaker_labels: Some(false), ..SubtitleOptions::default() };
    assert!(!to_srt(&transcript, &options).unwrap().contains("Speaker"));
    assert!(!to_vtt(&transcript, &options).unwrap().contains("<v"));
    assert_eq!(to_text(&transcript, &options).unwrap(), transcript.text);
    options = SubtitleOptions { channel_labels: Some(true), ..SubtitleOptions::default() };
    let on_one_line = to_srt(&transcript, &options).unwrap().replace('\n', " ");
    assert!(on_one_line.contains(" Channel 1, Speaker 2: How on earth"), "{on_one_line}");
    assert!(to_vtt(&transcript, &options).unwrap().contains("\n<v Channel 1, Speaker 2>How on earth"));
    // One speaker needs no name, unless it is asked for.
    transcript.segments.truncate(1);
    assert!(!to_srt(&transcript, &SubtitleOptions::default()).unwrap().contains("Speaker"));
    options = SubtitleOptions { speaker_labels: Some(true), ..SubtitleOptions::default() };
    assert!(to_srt(&transcript, &options).unwrap().contains("Speaker 1: Good morning"));
}

#[test]
fn json_is_what_serde_writes() {
    // Every member is named, so that a new one does not compile until it is here, and then in `to_json`.
    let word = Word::new("你\"好", 0.5, 1e3, "，");
    let mut segment = Segment::new("a\n", 12.25, f64::NAN, vec![word.clone(), word]);
    (segment.language, segment.emotion) = (Some("zh".to_owned()), Some("happy".to_owned()));
    (segment.speaker_id, segment.channel_id) = (Some(0), Some(1));
    let mut usage = Usage::default();
    (usage.seconds, usage.input_tokens, usage.output_tokens) = (Some(1.5), Some(1.0), Some(2.0));
    (usage.total_tokens, usage.input_audio_tokens) = (Some(3.0), Some(4.0));
    (usage.input_text_tokens, usage.output_text_tokens) = (Some(5.0), Some(6.0));
    let mut channel = Channel::default();
    (channel.channel_id, channel.text, channel.speech_ms) = (1, "x".to_owned(), Some(7.0));
    let mut full = Transcript::from_segments(vec![segment, Segment::default()]);
    (full.text, full.no_speech, full.duration) = ("\u{1}é".to_owned(), true, Some(3.0));
    (full.language, full.emotion) = (Some("zh".to_owned()), Some("sad".to_owned()));
    (full.finish_reason, full.usage) = (Some("stop".to_owned()), Some(usage));
    (full.model, full.request_id) = (Some("fun-asr".to_owned()), Some("1-2".to_owned()));
    full.channels = vec![channel, Channel::default()];
    let mut empty = Transcript::default();
    empty.usage = Some(Usage::default());
    for transcript in [full, empty, transcript("austen.json"), transcript("dialogue.json")] {
        let (ours, theirs) = (to_json(&transcript), serde_json::to_value(&transcript).unwrap());
        assert!(is_same(&serde_json::from_str(&ours).unwrap(), &theirs), "{ours}\n{theirs}");
        let again = to_json(&from_json(Json::parse(&ours).unwrap().view()).unwrap());
        assert_eq!(again, ours);
    }
}

/// Equal, where 1 and 1.0 are the same number.
fn is_same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_same(ours, theirs))
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            let known =
                |(name, value): (&String, &Value)| theirs.get(name).is_some_and(|theirs| is_same(value, theirs));
            ours.len() == theirs.len() && ours.iter().all(known)
        }
        _ => ours == theirs,
    }
}

// Properties -----------------------------------------------------------------------------------------------------------

impl Random {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn in_ten(&mut self, times: usize) -> bool {
        self.below(10) < times
    }

    fn between(&mut self, least: usize, most: usize) -> u32 {
        u32::try_from(least + self.below(most - least + 1)).unwrap()
    }
}

const ENGLISH: &[&str] = &[
    "I",
    "a",
    "the",
    "subtitle",
    "reading",
    "Dr.",
    "well",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "-->",
    "&",
    "3.5",
];
const CJK: &[&str] = &[
    "你",
    "实验室",
    "阿里巴巴",
    "の",
    "コンピューター",
    "ょ",
    "「",
    "」",
    "我们",
    "안녕하세요",
    "一二三四五六七八九十",
];
const OTHER: &[&str] = &["สวัสดี", "ครับ", "👍🏽", "👩‍👩‍👧", "❤️", "e\u{301}te\u{301}", "Привет", "نعم", "ａｂ", "\u{200B}"];
const MARKS: &[&str] = &["", "", "", "", ",", "，", "。", ".", "!", "？", "……", "!”", ". ", "、"];
const WILD: &[f64] = &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -5e8, 0.0, 3.0, 1e7, 1e300];

/// How a generated transcript is made.
#[derive(Clone, Copy, Debug)]
struct Kind {
    /// Some times are nonsense.
    wild: bool,
    /// Segments have their words.
    timed: bool,
    /// Several voices, who may speak at once.
    voices: bool,
}

fn generated(random: &mut Random, kind: Kind) -> Transcript {
    let mut at = 0.0;
    let mut segments = Vec::new();
    for _ in 0..random.below(12) {
        let vocabulary = random.one(&[ENGLISH, CJK, OTHER]);
        let begin = at;
        let mut words = Vec::new();
        for _ in 0..random.below(40) {
            let other = random.one(&[ENGLISH, CJK, OTHER]);
            let from = if random.in_ten(8) { vocabulary } else { other };
            let chosen = random.one(from);
            let space = if chosen.is_ascii() && random.in_ten(9) { " " } else { "" };
            let end = at + f64::from(random.between(20, 700));
            let mark = random.one(MARKS).to_owned();
            words.push(Word::new(format!("{space}{chosen}"), at, end, mark));
            at = end + if random.in_ten(2) { f64::from(random.between(1, 2_500)) } else { 0.0 };
        }
        let text: String = words.iter().flat_map(|word| [word.text.as_str(), &word.punctuation]).collect();
        let mut segment = Segment::new(text, begin, at, words);
        if kind.voices {
            segment.speaker_id = [None, Some(0), Some(1)][random.below(3)];
            segment.channel_id = [None, Some(0), Some(1)][random.below(3)];
            at = if random.in_ten(3) { begin.max(at - 3_000.0) } else { at };
        }
        if kind.wild {
            for word in &mut segment.words {
                word.begin_ms = if random.in_ten(1) { random.one(WILD) } else { word.begin_ms };
                word.end_ms = if random.in_ten(1) { random.one(WILD) } else { word.end_ms };
            }
            segment.begin_ms = if random.in_ten(3) { random.one(WILD) } else { segment.begin_ms };
            segment.end_ms = if random.in_ten(3) { random.one(WILD) } else { segment.end_ms };
        }
        if !kind.timed || random.in_ten(1) {
            segment.words.clear();
        }
        segments.push(segment);
        at += f64::from(random.between(0, 3_000));
    }
    Transcript::from_segments(segments)
}

fn generated_options(random: &mut Random) -> SubtitleOptions {
    if random.in_ten(3) {
        return SubtitleOptions::default();
    }
    let min_duration_ms = random.between(0, 3_000);
    SubtitleOptions {
        max_characters_per_line: Some(random.between(4, 60)),
        max_lines: Some(random.between(1, 4)),
        max_characters_per_second: Some(random.between(4, 40)),
        min_duration_ms: Some(min_duration_ms),
        max_duration_ms: Some(min_duration_ms.max(250) + random.between(0, 9_000)),
        min_gap_ms: Some(random.one(&[0, 1, 80, 500])),
        speaker_labels: random.one(&[None, Some(false), Some(true)]),
        channel_labels: random.one(&[None, Some(false), Some(true)]),
    }
}

/// A cue as an independent reader sees it.
#[derive(Debug)]
struct Cue {
    begin: u64,
    end: u64,
    lines: Vec<String>,
}

fn read_srt(srt: &str) -> Vec<Cue> {
    let cues = srtlib::Subtitles::parse_from_str(srt.to_owned()).unwrap().to_vec();
    assert!(cues.iter().zip(1..).all(|(cue, number)| cue.num == number));
    let ms = |time: srtlib::Timestamp| {
        let (hours, minutes, seconds, ms) = time.get();
        ((u64::from(hours) * 60 + u64::from(minutes)) * 60 + u64::from(seconds)) * 1_000 + u64::from(ms)
    };
    let cue = |cue: srtlib::Subtitle| Cue {
        begin: ms(cue.start_time),
        end: ms(cue.end_time),
        lines: cue.text.lines().map(str::to_owned).collect(),
    };
    cues.into_iter().map(cue).collect()
}

fn read_vtt(vtt: &str) -> Vec<Cue> {
    use subtp::vtt::{VttBlock, VttTimestamp, WebVtt};
    let ms = |time: VttTimestamp| {
        let seconds = (u64::from(time.hours) * 60 + u64::from(time.minutes)) * 60 + u64::from(time.seconds);
        seconds * 1_000 + u64::from(time.milliseconds)
    };
    let cue = |block: VttBlock| match block {
        VttBlock::Que(cue) => Cue {
            begin: ms(cue.timings.start),
            end: ms(cue.timings.end),
            lines: cue.payload.iter().map(|line| plain(line)).collect(),
        },
        other => panic!("not a cue: {other:?}"),
    };
    WebVtt::parse(vtt).unwrap().blocks.into_iter().map(cue).collect()
}

/// A line of `WebVTT` without its voice tag and escapes.
fn plain(line: &str) -> String {
    let line = match line.strip_prefix("<v ") {
        Some(rest) => rest.split_once('>').unwrap().1,
        None => line,
    };
    assert!(!line.contains(['<', '>']), "{line}");
    line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What can be read: no white space, nothing that is not seen.
fn ink(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace() && *character != '\u{2060}').collect()
}

fn sorted(text: &str) -> Vec<char> {
    let mut characters: Vec<char> = text.chars().collect();
    characters.sort_unstable();
    characters
}

/// What cues show, without the names of the voices.
fn shown(cues: &[Cue]) -> String {
    let mut shown: String = cues.iter().flat_map(|cue| &cue.lines).map(|line| ink(line)).collect();
    for name in ["Channel1,Speaker1:", "Channel1,Speaker2:", "Channel2,Speaker1:", "Channel2,Speaker2:"] {
        shown = shown.replace(name, "");
    }
    for name in ["Channel1:", "Channel2:", "Speaker1:", "Speaker2:"] {
        shown = shown.replace(name, "");
    }
    shown
}

fn limits_hold(cues: &[Cue], options: &SubtitleOptions) {
    let columns = options.max_characters_per_line.unwrap_or(42) as usize;
    let lines = options.max_lines.unwrap_or(2) as usize;
    let gap = u64::from(options.min_gap_ms.unwrap_or(80));
    let shortest = u64::from(options.min_duration_ms.unwrap_or(1_000));
    let longest = u64::from(options.max_duration_ms.unwrap_or(7_000));
    let speed = u64::from(options.max_characters_per_second.unwrap_or(20));
    for (index, cue) in cues.iter().enumerate() {
        assert!((1..=lines).contains(&cue.lines.len()), "{cue:?}");
        for line in &cue.lines {
            assert!(line.width() <= columns, "{} of {columns} columns: {cue:?}", line.width());
            assert!(!line.is_empty() && line.trim() == line, "{cue:?}");
        }
        let duration = cue.end - cue.begin;
        assert!(cue.begin < cue.end && duration <= longest, "{cue:?}");
        let shown: usize = cue.lines.iter().map(|line| line.width()).sum();
        let cut_short = duration < shortest || shown as u64 * 1_000 / speed > duration;
        match cues.get(index + 1) {
            Some(next) => {
                assert!(cue.end + gap <= next.begin, "{cue:?} {next:?}");
                // Only the next cue and the longest duration may make one too short to be read.
                assert!(!cut_short || cue.end + gap == next.begin || duration == longest, "{cue:?} {next:?}");
            }
            None => assert!(!cut_short || duration == longest, "{cue:?}"),
        }
    }
}

fn check(transcript: &Transcript, options: &SubtitleOptions, kind: Kind) {
    let (srt, vtt) = (to_srt(transcript, options).unwrap(), to_vtt(transcript, options).unwrap());
    assert!(!srt.contains('\r') && !srt.contains("\n\n\n") && !vtt.contains("\n\n\n"));
    assert_eq!(vtt.matches("-->").count(), vtt.matches(" --> ").count());
    let (from_srt, from_vtt) = (read_srt(&srt), read_vtt(&vtt));
    limits_hold(&from_srt, options);
    limits_hold(&from_vtt, options);
    let said: String = transcript.segments.iter().map(|segment| ink(&segment.text)).collect();
    for shown in [shown(&from_srt), shown(&from_vtt)] {
        if kind.voices || kind.wild {
            // Voices take turns and wild segments move, so the order is another one; nothing is lost or said twice.
            assert_eq!(sorted(&shown), sorted(&said));
        } else {
            assert_eq!(shown, said);
        }
    }
}

#[test]
fn limits_hold_and_nothing_is_lost_whatever_comes() {
    let mut random = Random(0x0D15_EA5E);
    for round in 0..400 {
        let kind = Kind { wild: round % 2 == 1, timed: round / 2 % 2 == 0, voices: round / 4 % 2 == 1 };
        let transcript = generated(&mut random, kind);
        let options = generated_options(&mut random);
        check(&transcript, &options, kind);
    }
}

#[test]
fn cues_begin_with_their_first_word() {
    let mut random = Random(0xFEED_5EED);
    let options = SubtitleOptions { min_gap_ms: Some(0), ..SubtitleOptions::default() };
    for _ in 0..200 {
        let mut at = 0.0;
        let mut words = Vec::new();
        for _ in 0..random.between(1, 60) {
            let begin_ms = at + f64::from(random.between(0, 900));
            at = begin_ms + f64::from(random.between(300, 800));
            let text = format!(" {}", random.one(&["a", "word", "and", "another", "longest"]));
            words.push(Word::new(text, begin_ms, at, random.one(MARKS)));
        }
        let begins: Vec<f64> = words.iter().map(|word| word.begin_ms).collect();
        let transcript = Transcript::from_segments(vec![Segment::new("", 0.0, 0.0, words)]);
        for cue in read_vtt(&to_vtt(&transcript, &options).unwrap()) {
            let begin = f64::from(u32::try_from(cue.begin).unwrap());
            assert!(begins.iter().any(|ms| (ms - begin).abs() < 0.5), "{cue:?}");
        }
    }
}

#[test]
fn six_hours_are_done_in_no_time() {
    let word = |at: f64| Word::new(" word", at, at + 300.0, "");
    let mut at = 0.0;
    let mut words = Vec::new();
    while at < 21_600_000.0 {
        words.push(word(at));
        at += 400.0;
    }
    let text = " word".repeat(words.len());
    let transcript = Transcript::from_segments(vec![Segment::new(text, 0.0, at, words)]);
    let cues = read_srt(&to_srt(&transcript, &SubtitleOptions::default()).unwrap());
    assert!(cues.len() > 2_500);
    assert!(cues.last().unwrap().end > 21_590_000);
}
