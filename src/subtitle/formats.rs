//! The two file formats: `SubRip` (.srt), which has no specification but the habits of players (a number, times with a comma,
//! a blank line), and `WebVTT` (.vtt), <https://www.w3.org/TR/webvtt1/>: two digits of hours or more, a point before
//! milliseconds, `&`, `<` and `>` escaped.

use super::cues::Cue;
use super::digits::push_digits;

/// Adds a cue of a `SubRip` file: numbered from 1, no header, no escapes.
pub(super) fn push_srt(number: u64, cue: &Cue, out: &mut String) {
    push_digits(number, 1, out);
    out.push('\n');
    push_times(cue, ',', out);
    push_parted(&cue.text, out);
    out.push_str("\n\n");
}

/// Adds a cue of a `WebVTT` file, with its voice as a `<v>` tag.
pub(super) fn push_vtt(cue: &Cue, out: &mut String) {
    push_times(cue, '.', out);
    if !cue.name.is_empty() {
        out.push_str("<v ");
        out.push_str(&cue.name);
        out.push('>');
    }
    push_escaped(&cue.text, out);
    out.push_str("\n\n");
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

/// Text as `SubRip` can have it. It has no escapes, but readers take "-->" for times, and drop `<i>` and `{\an8}` as marks;
/// a word joiner, which is not seen, parts them.
fn push_parted(text: &str, out: &mut String) {
    const JOINER: char = '\u{2060}';
    for character in text.chars() {
        if character == '>' && out.as_bytes().ends_with(b"--") {
            out.push(JOINER);
        }
        out.push(character);
        if matches!(character, '<' | '{') {
            out.push(JOINER);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::times::Span;
    use super::*;

    fn cue(name: &str, begin: i64, end: i64, text: &str) -> Cue {
        Cue { name: name.to_owned(), span: Span { begin, end }, text: text.to_owned() }
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
    fn srt_has_nothing_that_is_taken_for_a_mark() {
        let mut out = String::new();
        push_srt(12, &cue("", 0, 1_500, "a --> b --->\nc <i>& {d}"), &mut out);
        let text = "a --\u{2060}> b ---\u{2060}>\nc <\u{2060}i>& {\u{2060}d}";
        assert_eq!(out, format!("12\n00:00:00,000 --> 00:00:01,500\n{text}\n\n"));
    }

    #[test]
    fn vtt_is_escaped_and_names_the_voice() {
        let mut out = String::new();
        push_vtt(&cue("Speaker 1", 0, 1_500, "a --> b\nc <i>&"), &mut out);
        assert_eq!(out, "00:00:00.000 --> 00:00:01.500\n<v Speaker 1>a --&gt; b\nc &lt;i&gt;&amp;\n\n");
    }
}
