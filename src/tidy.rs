//! Words of others, fit to be repeated: on one line, not too long, without anything that looks like a key, audio or a signature.

use crate::search::{contains, until};

/// Longest text that is repeated, in characters. Ours: room for every message of the service's error pages, while some
/// refusals quote the whole request.
const LONGEST_TEXT: usize = 600;

/// Longest word of ASCII that is repeated, in bytes. Ours: no identifier is as long, base64 of audio always is. Chinese has no
/// spaces, so its sentences are words here, and pass.
const LONGEST_WORD: usize = 200;

/// Where a key begins, plain (`sk-`, with `sk-ws-` and `sk-sp-`; `st-` of temporary tokens) and in base64, there also behind
/// `Bearer `.
const KEYS: [&[u8]; 5] = [b"sk-", b"st-", b"c2st", b"c3Qt", b"QmVhcmVy"];

/// What is shorter is a word that happens to begin like a key; real ones have 35 characters and more.
pub(crate) const SHORTEST_KEY: usize = 11;

/// What stands in the place of a key.
pub(crate) const KEY: &str = "(key)";

/// Words of others on one line.
pub(crate) fn tidy(text: &str) -> String {
    let (mut line, mut word) = (String::new(), String::new());
    let mut is_token = false;
    for letter in text.chars().chain([' ']) {
        if !is_gap(letter) {
            word.push(letter);
        } else if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            if is_token && could_be_token(&word) {
                line.push_str(KEY);
            } else {
                push_tidy(&word, &mut line);
            }
            is_token = word.as_bytes().last_chunk().is_some_and(|end: &[u8; 6]| end.eq_ignore_ascii_case(b"bearer"));
            word.clear();
        }
    }
    if let Some((end, _)) = line.char_indices().nth(LONGEST_TEXT) {
        line.truncate(end);
        line.push('…');
    }
    line
}

/// White space, and what would break a line, move a terminal's cursor or turn the direction of what follows (UAX #9).
fn is_gap(letter: char) -> bool {
    matches!(
        letter,
        '\0'..=' ' | '\u{7F}'..='\u{A0}' | '\u{61C}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202F}'
            | '\u{2066}'..='\u{2069}' | '\u{3000}'
    )
}

fn push_tidy(mut word: &str, line: &mut String) {
    let bytes = word.as_bytes();
    if contains(bytes, b"://") {
        word = until(word, b'?'); // signatures stand behind it
    } else if contains(bytes, b";base64,") || word.len() > LONGEST_WORD && bytes.iter().all(|byte| *byte < 0x80) {
        word = "(data)";
    }
    // A key begins a word: "task-8fab…" holds none, `"api_key":"sk-…"` does.
    let (mut at, mut before) = (0, b' ');
    while let Some(byte) = word.as_bytes().get(at) {
        let is_inside = before.is_ascii_alphanumeric() || before == b'-' || before == b'_';
        before = *byte;
        match word.get(at..).filter(|_| !is_inside).map(|rest| key_at(rest.as_bytes())) {
            Some(length @ 1..) => {
                line.push_str(word.get(..at).unwrap_or_default());
                line.push_str(KEY);
                word = word.get(at + length..).unwrap_or_default();
                at = 0;
            }
            _ => at += 1,
        }
    }
    line.push_str(word);
}

/// The length of the key that stands at the beginning, 0 where there is none.
fn key_at(text: &[u8]) -> usize {
    if !KEYS.iter().any(|start| text.starts_with(start)) {
        return 0; // before its end is looked for, which may be far: a word may have megabytes
    }
    let is_end = |byte: &u8| !byte.is_ascii_alphanumeric() && !b"-_.*+/=~".contains(byte);
    let length = text.iter().position(is_end).unwrap_or(text.len());
    if length >= SHORTEST_KEY { length } else { 0 }
}

/// "Bearer authentication" is no token.
fn could_be_token(word: &str) -> bool {
    word.len() >= SHORTEST_KEY && word.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_are_one_line() {
        for (said, line) in [
            (" a\r\nb\tc  d\u{85}e\u{2028}f ", "a b c d e f"),
            ("red\u{1b}[31m text\u{0}\u{7f}", "red [31m text"),
            ("evil\u{202E}gpj.exe \u{2066}x\u{2069}\u{200F}", "evil gpj.exe x"),
            ("请求参数无效。", "请求参数无效。"),
            ("", ""),
        ] {
            assert_eq!(tidy(said), line, "{said:?}");
        }
    }

    #[test]
    fn long_words_cost_no_more_than_their_length() {
        for sign in [".", "=", "~", "sk-", ".sk-", "st-é", "a.", "é.", "Bearer "] {
            let line = tidy(&["é", &sign.repeat(1_000_000 / sign.len())].concat());
            assert!(line.chars().count() <= LONGEST_TEXT + 1, "{sign}");
        }
    }

    #[test]
    fn a_key_begins_a_word() {
        const SECRET: &str = "0123456789abcdef";
        for before in ["", "\"", "'", "key:", "apiKey=", "[", "(", "<", "密钥", "/", "{\"k\":\"", "a,", "user:"] {
            for start in ["sk-", "sk-ws-", "sk-sp-", "st-", "st-lt-v1."] {
                let said = tidy(&format!("the {before}{start}{SECRET}\"}} is wrong"));
                assert_eq!(said, format!("the {before}(key)\"}} is wrong"));
            }
        }
        for innocent in [
            "task-8fab0123456789abcdef",
            "Request-Id:8fab0123456789",
            "disk-quota-exceeded",
            "disk_quota-exceeded-0123456789",
            "x-st-request-0123456789",
            "my_sk-learn-pipeline",
            "sk-learn",
            "sk-test.",
            "TASK-8FAB0123456789ABCDEF",
        ] {
            assert_eq!(tidy(innocent), innocent);
        }
    }

    #[test]
    fn tokens_and_base64_of_keys_are_keys() {
        assert_eq!(tidy("got Authorization: Bearer 0f1e2d3c4b5a6978 there"), "got Authorization: Bearer (key) there");
        assert_eq!(
            tidy("{\"authorization\":\"bearer eyJhbGciOiJIUzI1NiJ9.e30.x\"}"),
            "{\"authorization\":\"bearer (key)"
        );
        assert_eq!(tidy("Bearer authentication is required"), "Bearer authentication is required");
        for base64 in ["c2stMDEyMzQ1Njc4OQ==", "c3QtMDEyMzQ1Njc4OQ==", "QmVhcmVyIHNrLTAxMjM0NTY3ODk="] {
            assert_eq!(tidy(&format!("header \"{base64}\".")), "header \"(key)\".");
        }
    }

    #[test]
    fn signatures_audio_and_floods_do_not_get_through() {
        for (said, expected) in [
            ("at https://x.example/a.json?Signature=S3 end", "at https://x.example/a.json end"),
            ("at https://x.example/sk-0123456789abcdef?x", "at https://x.example/(key)"),
            ("bad data:audio/wav;base64,UklGRg== end", "bad (data) end"),
        ] {
            assert_eq!(tidy(said), expected);
        }
        for (length, passes) in [(LONGEST_WORD, true), (LONGEST_WORD + 1, false)] {
            assert_eq!(tidy(&"A".repeat(length)) != "(data)", passes);
        }
        // 70 characters, 210 bytes, and no space: a sentence.
        assert_eq!(tidy(&"错".repeat(70)), "错".repeat(70));
        let (fits, flood) = ("y ".repeat(300), "错 ".repeat(400));
        assert_eq!(tidy(&fits).chars().count(), LONGEST_TEXT - 1);
        assert_eq!(tidy(&flood).chars().count(), LONGEST_TEXT + 1);
    }
}
