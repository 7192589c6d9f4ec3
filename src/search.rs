//! Finding a few bytes among others, and putting a few words in a row. The standard library is faster on long texts and
//! brings 7 kB of wasm; the texts here are short.

use std::borrow::Cow;

/// Whether `needle` stands anywhere in `haystack`.
pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    find(haystack, needle).is_some()
}

/// Where `needle` stands first in `haystack`. An empty needle is nowhere.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    if needle.is_empty() {
        return None;
    }
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The text between the first `open` and the next `close` after it.
pub(crate) fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let start = find(text.as_bytes(), open.as_bytes())? + open.len();
    let rest = text.get(start..)?;
    rest.get(..find(rest.as_bytes(), close.as_bytes())?)
}

/// The texts before and after the first `at`, which is an ASCII character.
pub(crate) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let index = text.bytes().position(|byte| byte == at)?;
    Some((text.get(..index)?, text.get(index + 1..)?))
}

/// The text before the first `end`, which is an ASCII character; all of it where there is none.
pub(crate) fn until(text: &str, end: u8) -> &str {
    cut(text, end).map_or(text, |(before, _)| before)
}

/// The bytes as text, with U+FFFD for what is none. The standard library's way weighs a kilobyte more.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    let mut rest = bytes;
    let mut text = String::new();
    loop {
        match core::str::from_utf8(rest) {
            // Nearly always all is valid, and seeing that is much faster than looking for what is not.
            Ok(all) if text.is_empty() => return Cow::Borrowed(all),
            Ok(all) => {
                text.push_str(all);
                return Cow::Owned(text);
            }
            Err(error) => {
                let (valid, after) = rest.split_at_checked(error.valid_up_to()).unwrap_or_default();
                text.push_str(core::str::from_utf8(valid).unwrap_or_default());
                text.push('\u{FFFD}');
                // Without a length it is a character that the end cuts off.
                rest = error.error_len().and_then(|length| after.get(length..)).unwrap_or_default();
            }
        }
    }
}

/// The words of a list that has one space between each.
pub(crate) fn words(list: &str) -> impl Iterator<Item = &str> {
    parts(list, b' ')
}

/// The parts of a list that has one `separator`, an ASCII character, between each. None of them is empty.
pub(crate) fn parts(list: &str, separator: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(list).filter(|list| !list.is_empty());
    core::iter::from_fn(move || {
        let list = rest?;
        rest = cut(list, separator).map(|(_, rest)| rest);
        Some(until(list, separator))
    })
}

/// The words one after the other, with `separator` between them. None of them is empty.
pub(crate) fn join<'a>(words: impl Iterator<Item = &'a str>, separator: &str) -> String {
    let mut joined = String::new();
    for word in words {
        append(&mut joined, word, separator);
    }
    joined
}

fn append(joined: &mut String, word: &str, separator: &str) {
    if !joined.is_empty() {
        joined.push_str(separator);
    }
    joined.push_str(word);
}

/// Where the first byte stands that is `one`, or `other`, or less than `least`; the length where there is none.
///
/// Sixteen bytes at a time: the lines of a stream and the strings of its events are found this way.
pub(crate) fn first_of(one: u8, other: u8, least: u8, bytes: &[u8]) -> usize {
    let (blocks, rest) = bytes.as_chunks::<16>();
    let mut at = 0;
    for block in blocks {
        let found = matches(one, other, least, block);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += block.len();
    }
    at + rest.iter().take_while(|byte| **byte != one && **byte != other && **byte >= least).count()
}

/// Whether `bytes` begin with `start`. Sixteen at a time: the `memcmp` of wasm compares one by one.
pub(crate) fn starts_with(bytes: &[u8], start: &[u8]) -> bool {
    let Some(bytes) = bytes.get(..start.len()) else { return false };
    let ((blocks, rest), (expected, end)) = (bytes.as_chunks::<16>(), start.as_chunks::<16>());
    for (block, expected) in blocks.iter().zip(expected) {
        if u128::from_ne_bytes(*block) != u128::from_ne_bytes(*expected) {
            return false;
        }
    }
    rest == end
}

/// A bit for each byte that is looked for.
#[cfg(target_feature = "simd128")]
fn matches(one: u8, other: u8, least: u8, block: &[u8; 16]) -> u16 {
    use core::arch::wasm32::{u8x16_bitmask, u8x16_eq, u8x16_lt, u8x16_splat, u64x2, v128_or};

    let half = |at| u64::from_le_bytes(block.as_chunks().0[at]);
    let bytes = u64x2(half(0), half(1));
    let either = v128_or(u8x16_eq(bytes, u8x16_splat(one)), u8x16_eq(bytes, u8x16_splat(other)));
    u8x16_bitmask(v128_or(either, u8x16_lt(bytes, u8x16_splat(least))))
}

#[cfg(not(target_feature = "simd128"))]
fn matches(one: u8, other: u8, least: u8, block: &[u8; 16]) -> u16 {
    let bits = block.iter().enumerate();
    bits.fold(0, |bits, (at, byte)| bits | u16::from(*byte == one || *byte == other || *byte < least) << at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_replaced_as_the_standard_library_does_it() {
        let pieces: [&[u8]; 9] =
            [b"", b"a", b"\xFF", b"\xE4\xBD", b"\xF0\x9F\x8E", b"\xED\xA0\x80", b"\xC0\xAF", "好".as_bytes(), b"\x80"];
        for first in pieces {
            for second in pieces {
                for third in pieces {
                    let bytes = [first, second, third].concat();
                    assert_eq!(lossy(&bytes), String::from_utf8_lossy(&bytes), "{bytes:?}");
                }
            }
        }
        assert!(matches!(lossy("好".as_bytes()), Cow::Borrowed(_)));
    }

    #[test]
    fn it_agrees_with_the_standard_library() {
        let text = "abcabcabd";
        for needle in ["a", "abd", "abc", "d", "x", "abcabcabd", "abcabcabdx"] {
            assert_eq!(find(text.as_bytes(), needle.as_bytes()), text.find(needle), "{needle}");
        }
        assert!(!contains(b"abc", b""));
        assert_eq!(between("<a>x</a>", "<a>", "</"), Some("x"));
        assert_eq!(between("<a>x", "<a>", "</"), None);
        for words in [&[][..], &["a"], &["a", "b"], &["a", "é", "b"]] {
            assert_eq!(join(words.iter().copied(), ", "), words.join(", "));
        }
        for text in ["", "a", "a,b", ",", "é,,ü"] {
            assert_eq!(cut(text, b','), text.split_once(','), "{text}");
            assert_eq!(Some(until(text, b',')), text.split(',').next(), "{text}");
        }
    }

    #[test]
    fn beginnings_are_compared_to_their_ends() {
        let text: Vec<u8> = (0..50).collect();
        for length in 0..=50 {
            let mut start = text[..length].to_vec();
            assert!(starts_with(&text, &start));
            assert!(length == 0 || !starts_with(&text[..length - 1], &start));
            for at in 0..length {
                start[at] ^= 0x80;
                assert!(!starts_with(&text, &start), "{at} of {length}");
                start[at] ^= 0x80;
            }
        }
    }

    #[test]
    fn the_first_of_several_bytes_is_found_at_any_place() {
        for length in 0..70 {
            let mut text = vec![b'a'; length];
            assert_eq!(first_of(b'"', b'\\', b' ', &text), length);
            for at in 0..length {
                for byte in [b'"', b'\\', 0, 0x1F, b' ', 0x7F, 0xFF] {
                    text[at] = byte;
                    let expected = if matches!(byte, b' ' | 0x7F | 0xFF) { length } else { at };
                    assert_eq!(first_of(b'"', b'\\', b' ', &text), expected, "{byte} at {at} of {length}");
                }
                text[at] = b'a';
            }
            text.extend(b"\"\\\0");
            assert_eq!(first_of(b'"', b'\\', b' ', &text), length);
        }
    }
}
