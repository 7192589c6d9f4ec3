//! The two file formats: `SubRip` (.srt) and `WebVTT` (.vtt).

use super::cues::Cue;
use crate::search;

/// `SubRip`: numbered from 1, no header, no escapes.
pub(super) fn srt(cues: &[Cue]) -> String {
    let mut out = String::new();
    for (index, cue) in cues.iter().enumerate() {
        push_digits(index as u64 + 1, 1, &mut out);
        out.push('\n');
        push_times(cue, ',', &mut out);
        for line in &cue.lines {
            push_without_arrows(line, &mut out);
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// `WebVTT`, with the voice of each cue as a `<v>` tag.
pub(super) fn vtt(cues: &[Cue]) -> String {
    let mut out = "WEBVTT\n\n".to_owned();
    for cue in cues {
        push_times(cue, '.', &mut out);
        if let Some(name) = &cue.name {
            out.push_str("<v ");
            push_escaped(name, &mut out);
            out.push('>');
        }
        for line in &cue.lines {
            push_escaped(line, &mut out);
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// `00:00:01,500 --> 00:00:03,000`
fn push_times(cue: &Cue, point: char, out: &mut String) {
    push_time(cue.span.begin, point, out);
    out.push_str(" --> ");
    push_time(cue.span.end, point, out);
    out.push('\n');
}

/// Two digits of hours, or as many as it takes.
fn push_time(ms: i64, point: char, out: &mut String) {
    let ms = ms.unsigned_abs();
    push_digits(ms / 3_600_000, 2, out);
    out.push(':');
    push_digits(ms / 60_000 % 60, 2, out);
    out.push(':');
    push_digits(ms / 1_000 % 60, 2, out);
    out.push(point);
    push_digits(ms % 1_000, 3, out);
}

/// A number of at least `least` digits.
fn push_digits(number: u64, least: u32, out: &mut String) {
    if number >= 10 || least > 1 {
        push_digits(number / 10, least.saturating_sub(1), out);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Text as `WebVTT` wants it. "-->", which would be taken for times, cannot come out.
fn push_escaped(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            other => out.push(other),
        }
    }
}

/// `SubRip` cannot escape "-->", which readers take for times; a word joiner, which is not seen, parts it.
fn push_without_arrows(mut text: &str, out: &mut String) {
    while let Some(at) = search::find(text.as_bytes(), b"-->") {
        let (before, rest) = text.split_at(at + 2);
        out.push_str(before);
        out.push('\u{2060}');
        text = rest;
    }
    out.push_str(text);
}

#[cfg(test)]
mod tests {
    use super::super::times::Span;
    use super::*;

    fn cue(name: Option<&str>, begin: i64, end: i64, lines: &[&str]) -> Cue {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        Cue { name: name.map(str::to_owned), span: Span { begin, end }, lines }
    }

    #[test]
    fn times_have_as_many_hours_as_it_takes() {
        for (ms, text) in [
            (0, "00:00:00,000"),
            (1, "00:00:00,001"),
            (3_599_999, "00:59:59,999"),
            (359_999_999, "99:59:59,999"),
            (360_000_000, "100:00:00,000"),
            (360_000_000_000, "100000:00:00,000"),
        ] {
            let mut out = String::new();
            push_time(ms, ',', &mut out);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn srt_is_numbered_and_has_no_arrow_in_its_text() {
        let cues = [cue(None, 0, 1_500, &["a --> b --->", "c"]), cue(None, 2_000, 3_000, &["d <i>&"])];
        let expected = "1\n00:00:00,000 --> 00:00:01,500\na --\u{2060}> b ---\u{2060}>\nc\n\n\
                        2\n00:00:02,000 --> 00:00:03,000\nd <i>&\n\n";
        assert_eq!(srt(&cues), expected);
        assert_eq!(srt(&[]), "");
    }

    #[test]
    fn vtt_is_escaped_and_names_the_voice() {
        let cues = [cue(Some("Speaker 1"), 0, 1_500, &["a --> b", "c"]), cue(None, 2_000, 3_000, &["d <i>&"])];
        let expected = "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v Speaker 1>a --&gt; b\nc\n\n\
                        00:00:02.000 --> 00:00:03.000\nd &lt;i&gt;&amp;\n\n";
        assert_eq!(vtt(&cues), expected);
        assert_eq!(vtt(&[]), "WEBVTT\n\n");
    }
}
