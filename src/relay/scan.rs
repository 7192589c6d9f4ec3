//! How far bytes are of one kind. Recordings are megabytes of them and the free plan of Workers has ten milliseconds, so they are
//! looked at 64 at a time, as vectors where there are any: the compiler, told to make small code, makes none of loops.
//!
//! The gate takes 14 million instructions for 10 MB of base64 (`perf stat` of workerd, with and without its calls). Blocks of 256 bytes
//! would take 10, in the same time, for 1.7 kB of module.

/// How many bytes stand before the first that is not plain in a string of JSON: a quotation mark, a backslash, a control
/// character, or no ASCII.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    length_of(bytes, kinds::are_plain, |byte| (0x20..0x80).contains(&byte) && byte != b'"' && byte != b'\\')
}

/// How many bytes from the start are letters of base64, without its padding. All of them are plain, too.
pub(super) fn base64_length(bytes: &[u8]) -> usize {
    length_of(bytes, kinds::are_letters, |byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

/// Where the first line break stands, a carriage return and a line feed.
pub(super) fn line_break(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    // A block, and the byte behind it: a break may stand across its end.
    while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk())
        && kinds::is_one_line(block)
    {
        at += BLOCK;
    }
    bytes.get(at..)?.windows(2).position(|pair| pair == b"\r\n").map(|found| at + found)
}

/// Whole blocks that are of the kind, then the bytes of the next one.
fn length_of(bytes: &[u8], are: impl Fn(&[u8; BLOCK]) -> bool, is: impl Fn(u8) -> bool) -> usize {
    let (blocks, _) = bytes.as_chunks::<BLOCK>();
    let length = blocks.iter().take_while(|block| are(block)).count() * BLOCK;
    let rest = bytes.get(length..).unwrap_or_default();
    length + rest.iter().position(|byte| !is(*byte)).unwrap_or(rest.len())
}

const BLOCK: usize = 64;

/// Every function here is a part of a loop over blocks: a vector that crosses a call goes by way of memory. With a closure between them,
/// which was four such calls in a block, and two looks at each letter, 10 MB took 35 million instructions more.
#[cfg(target_feature = "simd128")]
#[allow(clippy::inline_always, reason = "said above")]
mod kinds {
    use core::arch::wasm32::{
        i8x16_lt, i8x16_splat, u8x16_eq, u8x16_min, u8x16_splat, u8x16_sub, u8x16_sub_sat, u64x2, v128, v128_and,
        v128_any_true, v128_or, v128_xor,
    };

    use super::BLOCK;

    #[inline(always)]
    pub(super) fn are_plain(block: &[u8; BLOCK]) -> bool {
        let [first, second, third, fourth] = vectors(block);
        !v128_any_true(v128_or(v128_or(special(first), special(second)), v128_or(special(third), special(fourth))))
    }

    /// Not zero where a byte is not plain.
    #[inline(always)]
    fn special(bytes: v128) -> v128 {
        let quoted = v128_or(u8x16_eq(bytes, u8x16_splat(b'"')), u8x16_eq(bytes, u8x16_splat(b'\\')));
        // With a sign, what is no ASCII is below zero.
        v128_or(quoted, i8x16_lt(bytes, i8x16_splat(0x20)))
    }

    #[inline(always)]
    pub(super) fn are_letters(block: &[u8; BLOCK]) -> bool {
        let [first, second, third, fourth] = vectors(block);
        !v128_any_true(v128_or(v128_or(foreign(first), foreign(second)), v128_or(foreign(third), foreign(fourth))))
    }

    /// Not zero where a byte is no letter: outside of every range. By differences that stop at zero, as x64 compares no bytes without a
    /// sign, and engines make several instructions of one that does.
    #[inline(always)]
    fn foreign(bytes: v128) -> v128 {
        let any_case = beyond(v128_or(bytes, u8x16_splat(0x20)), b'a', 25);
        // A slash stands right before the digits.
        let digit = beyond(bytes, b'/', 10);
        u8x16_min(u8x16_min(any_case, digit), v128_xor(bytes, u8x16_splat(b'+')))
    }

    /// Zero where a byte is `first` or one of so many behind it.
    #[inline(always)]
    fn beyond(bytes: v128, first: u8, more: u8) -> v128 {
        u8x16_sub_sat(u8x16_sub(bytes, u8x16_splat(first)), u8x16_splat(more))
    }

    #[inline(always)]
    pub(super) fn is_one_line(block: &[u8; BLOCK + 1]) -> bool {
        let (Some(bytes), Some(next)) = (block.first_chunk(), block.last_chunk()) else { return false };
        let ([first, second, third, fourth], [after_first, after_second, after_third, after_fourth]) =
            (vectors(bytes), vectors(next));
        !v128_any_true(v128_or(
            v128_or(breaks(first, after_first), breaks(second, after_second)),
            v128_or(breaks(third, after_third), breaks(fourth, after_fourth)),
        ))
    }

    /// Not zero where a byte is a carriage return, and the next one a line feed.
    #[inline(always)]
    fn breaks(bytes: v128, next: v128) -> v128 {
        v128_and(u8x16_eq(bytes, u8x16_splat(b'\r')), u8x16_eq(next, u8x16_splat(b'\n')))
    }

    #[inline(always)]
    fn vectors(block: &[u8; BLOCK]) -> [v128; 4] {
        let (vectors, _) = block.as_chunks();
        [vector(vectors[0]), vector(vectors[1]), vector(vectors[2]), vector(vectors[3])]
    }

    /// One load: the compiler sees through both halves.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "the low half, then the high one")]
    fn vector(bytes: [u8; 16]) -> v128 {
        let bytes = u128::from_le_bytes(bytes);
        u64x2(bytes as u64, (bytes >> 64) as u64)
    }
}

#[cfg(not(target_feature = "simd128"))]
mod kinds {
    use super::BLOCK;

    pub(super) fn are_plain(_: &[u8; BLOCK]) -> bool {
        false
    }

    pub(super) fn are_letters(_: &[u8; BLOCK]) -> bool {
        false
    }

    pub(super) fn is_one_line(_: &[u8; BLOCK + 1]) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_arch = "wasm32")]
    #[wasm_bindgen_test::wasm_bindgen_test]
    fn vectors_find_every_byte_where_it_stands() {
        every_byte_is_found_where_it_stands();
    }

    #[cfg_attr(not(target_arch = "wasm32"), test)]
    fn every_byte_is_found_where_it_stands() {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for at in (0..70).chain([126, 127, 128, 150]) {
            for byte in 0..=u8::MAX {
                let mut bytes = vec![b'A'; 160];
                bytes[at] = byte;
                let is_plain = (b' '..=0x7F).contains(&byte) && byte != b'"' && byte != b'\\';
                assert_eq!(plain_length(&bytes), if is_plain { 160 } else { at }, "{byte} at {at}");
                let is_letter = LETTERS.contains(&byte);
                assert_eq!(base64_length(&bytes), if is_letter { 160 } else { at }, "{byte} at {at}");
            }
        }
        for at in 0..158 {
            let mut bytes = vec![b'\r'; 160];
            bytes[at + 1] = b'\n';
            assert_eq!(line_break(&bytes), Some(at));
            assert_eq!(line_break(&bytes[..=at]), None);
            bytes[at] = b'\n';
            assert_eq!(line_break(&bytes), at.checked_sub(1));
        }
        for length in 0..130 {
            assert_eq!(
                (plain_length(&LETTERS.repeat(3)[..length]), base64_length(&LETTERS.repeat(3)[..length])),
                (length, length)
            );
        }
    }
}
