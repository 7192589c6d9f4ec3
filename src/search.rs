//! Finding a few bytes among others, and putting a few words in a row. The standard library is faster on long texts and
//! brings 7 kB of wasm; the texts here are short.

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

/// The words of a list that has one space between each.
pub(crate) fn words(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(list).filter(|list| !list.is_empty());
    core::iter::from_fn(move || {
        let list = rest?;
        rest = cut(list, b' ').map(|(_, rest)| rest);
        Some(until(list, b' '))
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
