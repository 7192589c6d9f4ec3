//! Where one piece of a text ends and the next begins.

/// Adds a piece to a text: with a space between them, but not beside white space, and not beside characters of a script that has
/// none (Chinese, Japanese; Korean has them).
pub(crate) fn join(text: &mut String, part: &str) {
    let needs_none = |letter: char| letter.is_whitespace() || is_unspaced(letter);
    let (before, after) = (text.chars().next_back(), part.chars().next());
    if before.is_some_and(|letter| !needs_none(letter)) && after.is_some_and(|letter| !needs_none(letter)) {
        text.push(' ');
    }
    text.push_str(part);
}

/// Han, kana and bopomofo, their punctuation and its full-width forms.
fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{2E80}'..='\u{312F}' | '\u{3190}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_as_they_are_written() {
        for (parts, whole) in [
            (["Good day.", "How are you?"], "Good day. How are you?"),
            (["Good day. ", "How are you?"], "Good day. How are you?"),
            (["Good day.", " How are you?"], "Good day. How are you?"),
            (["", "Good day."], "Good day."),
            (["Good day.", ""], "Good day."),
            (["你好。", "很好。"], "你好。很好。"),
            (["今日は", "晴れ"], "今日は晴れ"),
            (["안녕하세요.", "반갑습니다."], "안녕하세요. 반갑습니다."),
            (["Bailian ", "百炼"], "Bailian 百炼"),
            (["你好，", "Bailian"], "你好，Bailian"),
        ] {
            let mut text = String::new();
            for part in parts {
                join(&mut text, part);
            }
            assert_eq!(text, whole);
        }
    }
}
