//! Where subtitles part a text: never inside what a reader takes for one character, never between a mark and its word. The
//! judge is unicode-segmentation; the cases are from reports about other software, named where they stand.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, reason = "what fails here fails the test")]

use dashscope_asr::subtitle::{SubtitleOptions, to_text, to_vtt, to_vtt_by_words};
use dashscope_asr::transcript::{Segment, Transcript, Word};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

fn said(text: &str, begin_ms: f64, end_ms: f64, words: &[(&str, f64, f64)]) -> Transcript {
    let word = |(text, begin_ms, end_ms): &(&str, f64, f64)| Word::new(*text, *begin_ms, *end_ms, "");
    let words = words.iter().map(word).collect();
    Transcript::from_segments(vec![Segment::new(text, begin_ms, end_ms, words)])
}

fn width(columns: u32) -> SubtitleOptions {
    SubtitleOptions { max_characters_per_line: Some(columns), ..SubtitleOptions::default() }
}

/// Begin of each cue, and its lines.
fn cues(vtt: &str) -> Vec<(String, Vec<String>)> {
    let cue = |block: &str| {
        let (times, text) = block.split_once('\n')?;
        let plain = |line: &str| line.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        Some((times.get(..12)?.to_owned(), text.lines().map(plain).collect()))
    };
    vtt.split("\n\n").skip(1).filter_map(cue).collect()
}

fn lines(text: &str, columns: u32) -> Vec<String> {
    let vtt = to_vtt(&said(text, 0.0, 9_000.0, &[]), &width(columns)).unwrap();
    cues(&vtt).into_iter().flat_map(|(_, lines)| lines).collect()
}

#[test]
fn a_mark_is_not_spoken_so_its_cue_begins_with_the_word() {
    // m-bain/whisperX#1315, SubtitleEdit/subtitleedit#14687: a segment that begins long before its first word.
    for (open, close) in [
        ("“", "”"),
        ("« ", " »"),
        ("«\u{A0}", "\u{A0}»"),
        ("»", "«"),
        ("„", "“"),
        ("\"", "\""),
        ("\" ", " \""),
        ("(", ")"),
        ("[", "]"),
        ("— ", ""),
        ("—", ""),
        ("- ", ""),
        ("…", "…"),
        ("¿", "?"),
        ("¡", "!"),
        ("「", "」"),
        ("『", "』"),
        ("【", "】"),
        ("♪ ", " ♪"),
        ("♪", "♪"),
        ("🎵 ", " 🎵"),
        ("‘", "’"),
        ("¿“(", ")”?"),
        ("* ", ""),
    ] {
        let text = format!("{open}Hello there.{close}");
        let words = [("Hello", 4_000.0, 4_500.0), ("there.", 4_500.0, 5_000.0)];
        let at_once = cues(&to_vtt(&said(&text, 1_000.0, 6_000.0, &words), &width(42)).unwrap());
        assert_eq!(at_once, [("00:00:04.000".to_owned(), vec![text.clone()])]);
        // The same inside a text, after a pause.
        let later = format!("He came. {text}");
        let words = [("He", 0.0, 500.0), ("came.", 500.0, 1_000.0), words[0], words[1]];
        let after = cues(&to_vtt(&said(&later, 0.0, 6_000.0, &words), &width(42)).unwrap());
        let expected =
            [("00:00:00.000".to_owned(), vec!["He came.".to_owned()]), ("00:00:04.000".to_owned(), vec![text])];
        assert_eq!(after, expected);
        // As a word of its own in the list, with a time of its own.
        let words = [(open.trim(), 1_000.0, 1_100.0), words[2], words[3]];
        let text = format!("{open}Hello there.");
        let listed = cues(&to_vtt(&said(&text, 1_000.0, 6_000.0, &words), &width(42)).unwrap());
        assert_eq!(listed, [("00:00:04.000".to_owned(), vec![text])]);
    }
}

#[test]
fn a_mark_has_no_cue_and_no_line_of_its_own() {
    let heard = |line: &String| line.chars().any(char::is_alphanumeric);
    for text in [
        "« Oui », dit-elle.",
        "« Oui », dit-elle. « Non ! »",
        "- Yes. - No.",
        "♪ la la la ♪ ♪ do do do ♪",
        "a — b — c — d",
        "Wait . . . what ? !",
        "“ One ” “ two ”",
        "( one ) ( two )",
        "你好 ， 世界 。",
        "「 こんにちは 」",
        "one 👍 two 🎉 three",
        "¿ Qué ? ¡ No !",
        "one * two * three",
    ] {
        for columns in 8..30 {
            let lines = lines(text, columns);
            assert!(lines.iter().all(heard), "{columns}: {lines:?}");
        }
        // Slow enough that every word could have a cue of its own.
        let slow = SubtitleOptions { max_duration_ms: Some(1_000), ..width(42) };
        let vtt = to_vtt(&said(text, 0.0, 30_000.0, &[]), &slow).unwrap();
        assert!(cues(&vtt).iter().all(|(_, lines)| lines.iter().all(heard)), "{vtt}");
    }
    // Marks that come as a segment of their own go with what was said before.
    let segment = |text: &str, begin_ms| Segment::new(text, begin_ms, begin_ms + 900.0, Vec::new());
    let segments =
        vec![segment("Well then", 0.0), segment("…", 3_000.0), segment("“Yes”", 6_000.0), segment("!", 7_000.0)];
    let vtt = to_vtt(&Transcript::from_segments(segments), &width(42)).unwrap();
    let texts: Vec<_> = cues(&vtt).into_iter().flat_map(|(_, lines)| lines).collect();
    assert_eq!(texts, ["Well then …", "“Yes”!"]);
    // Nothing but marks is shown all the same: text is never dropped.
    assert_eq!(lines("♪ ♪ ♪", 42), ["♪ ♪ ♪"]);
}

#[test]
fn no_line_begins_inside_a_character() {
    // orling/grapheme-splitter#9 (Thai), unicode-org/icu4x#4780 (flags); GB9c for the conjuncts.
    for (text, columns) in [
        (format!("{}น้ำ", "ก".repeat(41)), 42),
        ("ກຳ".repeat(60), 9),
        ("ខ្មែរ".repeat(60), 10),
        ("မြန်မာ".repeat(60), 10),
        ("🇩🇪".repeat(12), 10),
        (format!("a{}", "🇩🇪".repeat(12)), 10),
        ("👩‍👩‍👧‍👦".repeat(9), 5),
        ("❤️👍🏽#️⃣☺️".repeat(9), 7),
        ("क्षि".repeat(30), 8),
        ("र्त्स्न्य".repeat(30), 12),
        ("각".repeat(30), 8),
        ("e\u{301}\u{302}".repeat(60), 7),
        ("ハ\u{3099}".repeat(30), 8),
        ("葛\u{E0100}".repeat(30), 8),
    ] {
        let clusters: Vec<&str> = text.graphemes(true).collect();
        let shown = lines(&text, columns);
        assert!(shown.len() > 1 && shown.iter().all(|line| line.width() <= columns as usize), "{shown:?}");
        let parted: Vec<&str> = shown.iter().flat_map(|line| line.graphemes(true)).collect();
        assert_eq!(parted, clusters);
    }
    assert_eq!(lines(&"🇩🇪".repeat(12), 10), ["🇩🇪🇩🇪🇩🇪🇩🇪🇩🇪", "🇩🇪🇩🇪🇩🇪🇩🇪🇩🇪", "🇩🇪🇩🇪"]);
    // Wider than a line by itself: whole all the same.
    assert_eq!(lines("र्त्स्न्य", 4), ["र्त्स्न्य"]);
}

#[test]
fn texts_of_all_scripts_are_parted_between_characters() {
    let scripts = [
        0x41..0x7F,
        0xC0..0x180,
        0x300..0x370,
        0x5D0..0x5EB,
        0x620..0x660,
        0x900..0xA00,
        0xB80..0xC00,
        0xE01..0xE5C,
        0xE81..0xEDE,
        0x1000..0x10A0,
        0x1100..0x1200,
        0x1780..0x17DE,
        0x2010..0x2028,
        0x200C..0x200E,
        0x3001..0x3100,
        0x4E00..0x4F00,
        0xAC00..0xAD00,
        0xFE00..0xFE10,
        0x1F1E6..0x1F200,
        0x1F3F0..0x1F490,
        0x20..0x30,
    ];
    let mut seed = 7_u64;
    let mut below = |limit: u32| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(seed >> 33).unwrap() % limit
    };
    for _ in 0..1_500 {
        let mut text = String::new();
        for _ in 0..=below(9) {
            let script = &scripts[below(21) as usize];
            for _ in 0..=below(12) {
                text.extend(char::from_u32(script.start + below(script.end - script.start)));
            }
        }
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let boundaries: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
        let shown = lines(&text, 8 + below(30));
        let mut at = 0;
        for line in &shown {
            at += text[at..].len() - text[at..].trim_start().len();
            assert!(boundaries.contains(&at), "U+{:04X} begins {line:?}", line.chars().next().unwrap() as u32);
            assert!(text[at..].starts_with(line.as_str()), "{line:?} of {text:?}");
            at += line.len();
        }
        assert_eq!(text[at..].trim(), "");
    }
}

#[test]
fn what_does_not_break_is_not_parted() {
    // koreader/koreader#2806: UAX #14, GL and WJ.
    for glue in ["\u{A0}", "\u{202F}", "\u{2007}", "\u{2060}", "\u{2011}", "\u{FEFF}"] {
        let text = format!("bb 10{glue}000000");
        assert_eq!(lines(&text, 9), ["bb", &format!("10{glue}000000")]);
        let ideographs = format!("你好世界{glue}你好");
        assert!(lines(&ideographs, 10).iter().all(
            |line| line.chars().all(|c| c != glue.chars().next().unwrap()) || line.contains(&format!("界{glue}你"))
        ));
    }
    // Space for typesetting is kept in the text, and gone where it is at an end.
    let mut turns = said("\u{A0}a\u{A0}b\u{A0} c\u{202F}", 0.0, 1.0, &[]);
    turns.segments[0].speaker_id = Some(0);
    let labels = SubtitleOptions { speaker_labels: Some(true), ..SubtitleOptions::default() };
    assert_eq!(to_text(&turns, &labels).unwrap(), "Speaker 1: a\u{A0}b c");
    // UAX #14, LB8: a zero width space is where a word ends.
    let khmer = lines(&"ខ្មែរ\u{200B}".repeat(9), 13);
    assert!(khmer.iter().all(|line| line.split_terminator('\u{200B}').all(|word| word == "ខ្មែរ")), "{khmer:?}");
}

/// Parts Thai after "ความ" and "ข้อ", Japanese after particles, as a dictionary would.
fn dictionary(text: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let words = ["ข้อความ", "ภาษา", "ไทย", "吾輩", "コンピューター", "学校", "です", "は"];
        let word = words.into_iter().find(|word| text[at..].starts_with(word));
        at += word.map_or_else(|| text[at..].chars().next().map_or(1, char::len_utf8), str::len);
        ends.push(at);
    }
    ends
}

#[test]
fn a_dictionary_says_where_words_end() {
    let by_words = |transcript: &Transcript, columns| {
        let vtt = to_vtt_by_words(transcript, &width(columns), &dictionary).unwrap();
        cues(&vtt).into_iter().flat_map(|(_, lines)| lines).collect::<Vec<_>>()
    };
    let thai = "ข้อความภาษาไทยข้อความภาษาไทย";
    assert_eq!(lines(thai, 8), ["ข้อความภา", "ษาไทยข้อค", "วามภาษาไ", "ทย"], "without one: between characters");
    assert_eq!(by_words(&said(thai, 0.0, 4_000.0, &[]), 8), ["ข้อความ", "ภาษาไทย", "ข้อความ", "ภาษาไทย"]);
    let japanese = "吾輩は学校です吾輩は学校です";
    assert_eq!(by_words(&said(japanese, 0.0, 4_000.0, &[]), 10), ["吾輩は", "学校です", "吾輩は", "学校です"]);
    // Longer than is asked at once, and a word that is wider than a line.
    let long = "ข้อความ".repeat(400);
    assert!(by_words(&said(&long, 0.0, 900_000.0, &[]), 14).iter().all(|line| line.replace("ข้อความ", "").is_empty()));
    assert_eq!(by_words(&said("ข้อความ", 0.0, 4_000.0, &[]), 4), ["ข้อคว", "าม"]);
    // Words that the service times are boundaries all the same, but not good ones where the dictionary knows better.
    let timed = [("ข้อ", 0.0, 900.0), ("ความ", 900.0, 1_900.0), ("ภาษา", 1_900.0, 2_900.0), ("ไทย", 2_900.0, 4_000.0)];
    assert_eq!(by_words(&said("ข้อความภาษาไทย", 0.0, 4_000.0, &timed), 9), ["ข้อความ", "ภาษาไทย"]);
    let paused = [("ข้อ", 0.0, 900.0), ("ความ", 5_000.0, 5_900.0)];
    assert_eq!(by_words(&said("ข้อความ", 0.0, 6_000.0, &paused), 42), ["ข้อ", "ความ"]);
    // What a dictionary must not say is passed over.
    let broken = |text: &str| vec![0, 3, 3, 1, text.len() + 9];
    assert!(to_vtt_by_words(&said(thai, 0.0, 4_000.0, &[]), &width(8), &broken).is_ok());
}

#[test]
fn kinsoku_holds_with_and_without_a_dictionary() {
    let text = "彼は「そうです。」と言った、しかし（誰も）知らなかった！ちょっと、待ってー。".repeat(4);
    for columns in 8..40 {
        for lines in [lines(&text, columns), {
            let vtt = to_vtt_by_words(&said(&text, 0.0, 60_000.0, &[]), &width(columns), &dictionary).unwrap();
            cues(&vtt).into_iter().flat_map(|(_, lines)| lines).collect()
        }] {
            assert!(
                !lines.iter().any(|line| line.starts_with(['。', '、', '」', '）', '！', 'ょ', 'っ', 'ー'])),
                "{lines:?}"
            );
            assert!(!lines.iter().any(|line| line.ends_with(['「', '（'])), "{lines:?}");
        }
    }
}
