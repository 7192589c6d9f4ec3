//! What a character is to somebody who breaks lines. The classes in brackets are those of Unicode Standard Annex #14.

/// What must not begin a line, beside quotes: closing punctuation [CL, CP, EX, IS], signs that stand behind a number [PO],
/// and what belongs to the kana before it [NS, CJ].
#[rustfmt::skip]
pub(super) fn closes(character: char) -> bool {
    matches!(character,
        ')' | ']' | '}' | ',' | '.' | ':' | ';' | '!' | '?' | '%' | '°' | '·' | '‰' | '‽' | '⁄' | '⁆' | '‼' | '⁇'..='⁉' | '℃'
        | '\u{37E}' | '։' | '׆' | '،' | '؍' | '؛' | '؝'..='؟' | '۔' | '।' | '॥' | '၊' | '။' | '។'..='៚' | 'ๆ' | 'ໆ'
        | '、'..='。' | '々' | '〉' | '》' | '」' | '』' | '】' | '〕' | '〗' | '〙' | '〛' | '〜' | '〞' | '〟' | '〻' | '〼'
        | 'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' | 'っ' | 'ゃ' | 'ゅ' | 'ょ' | 'ゎ' | 'ゕ' | 'ゖ' | '゛'..='ゞ' | '゠'
        | 'ァ' | 'ィ' | 'ゥ' | 'ェ' | 'ォ' | 'ッ' | 'ャ' | 'ュ' | 'ョ' | 'ヮ' | 'ヵ' | 'ヶ' | '・'..='ヾ' | 'ㇰ'..='ㇿ'
        | '！' | '％' | '）' | '，' | '．' | '：' | '；' | '？' | '］' | '｝' | '｠' | '｡' | '｣'..='･' | 'ｧ'..='ｰ' | 'ﾞ' | 'ﾟ' | '～')
}

/// What must not end a line, beside quotes: opening punctuation [OP], and signs that stand before a number [PR].
#[rustfmt::skip]
pub(super) fn opens(character: char) -> bool {
    matches!(character,
        '(' | '[' | '{' | '¡' | '¿' | '#' | '$' | '£' | '¥' | '€' | '⁅'
        | '〈' | '《' | '「' | '『' | '【' | '〔' | '〖' | '〘' | '〚' | '〝'
        | '＃' | '＄' | '（' | '［' | '｛' | '｟' | '｢' | '￡' | '￥')
}

/// What keeps its neighbours on its line [GL, WJ]: spaces and hyphens that do not break, and the word joiner.
#[rustfmt::skip]
pub(super) fn is_glue(character: char) -> bool {
    matches!(character,
        '\u{A0}' | '\u{34F}' | '\u{35C}'..='\u{362}' | '\u{180E}' | '\u{2007}' | '\u{2011}' | '\u{202F}' | '\u{2060}' | '\u{FEFF}')
}

/// Characters that are written without spaces and may be parted anywhere: CJK and its punctuation, but not Hangul.
pub(super) fn is_ideographic(character: char) -> bool {
    matches!(character,
        '\u{2E80}'..='\u{312F}' | '\u{3190}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
        | '\u{20000}'..='\u{3FFFD}')
}

/// Katakana words are borrowed ones and hang together like Latin words.
pub(super) fn is_katakana(character: char) -> bool {
    matches!(character, '\u{30A1}'..='\u{30FF}')
}

pub(super) fn is_hiragana(character: char) -> bool {
    matches!(character, '\u{3041}'..='\u{309F}')
}

/// Thai, Lao, Burmese and Khmer [SA]: no spaces between words, and no parting inside them.
#[rustfmt::skip]
pub(super) fn is_spaceless(character: char) -> bool {
    matches!(character,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{19E0}'..='\u{19FF}'
        | '\u{AA60}'..='\u{AA7F}')
}

/// Whether one hears anything of a character: punctuation, symbols, notes of music and emoji are not spoken.
#[rustfmt::skip]
pub(super) fn is_sounding(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    !matches!(character,
        '\u{A0}'..='\u{A9}' | '«'..='±' | '´' | '¶'..='¸' | '»' | '¿' | '×' | '÷' | '՚'..='՟' | '։' | '֊' | '־' | '׀' | '׃'
        | '׳' | '״' | '،' | '؛' | '؟' | '٪' | '۔' | '।' | '॥' | '๏' | '๚' | '๛' | '၊'..='၏' | '፠'..='፨' | '។'..='៛'
        | '\u{2000}'..='\u{206F}' | '₠'..='⃀' | '\u{2190}'..='\u{245F}' | '\u{2500}'..='\u{2BFF}' | '⸀'..='⹟'
        | '\u{3000}'..='〄' | '〈'..='〠' | '〰' | '〽' | '゠' | '・' | '\u{FE0F}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE6F}'
        | '\u{FEFF}' | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}'
        | '￠'..='￮' | '\u{1F000}'..='\u{1FAFF}')
}

/// What ends a sentence.
#[rustfmt::skip]
pub(super) fn ends_sentence(character: char) -> bool {
    matches!(character,
        '.' | '!' | '?' | '‼' | '⁇'..='⁉' | '؟' | '۔' | '।' | '॥' | '။' | '។' | '៕' | '。' | '！' | '．' | '？' | '｡')
}

/// What ends a part of a sentence.
pub(super) fn ends_clause(character: char) -> bool {
    matches!(character, ',' | ';' | ':' | '–' | '—' | '…' | '،' | '؛' | '၊' | '、' | '，' | '：' | '；' | '､')
}

/// What may stand between the end of a sentence and its last mark.
#[rustfmt::skip]
pub(super) fn is_quote(character: char) -> bool {
    matches!(character,
        '"' | '\'' | '«' | '»' | '‘'..='‟' | '‹' | '›' | ')' | ']' | '}' | '」' | '』' | '）' | '】' | '〕' | '〉' | '》')
}
