//! Base64 and data URLs: lengths by arithmetic, a streaming encoder, and a reader for data URLs that callers bring.

mod given;

#[cfg(not(target_feature = "simd128"))]
use base64::Engine as _;
#[cfg(not(target_feature = "simd128"))]
use base64::engine::general_purpose::STANDARD;

pub use given::DataUrl;
pub(crate) use given::decode;

/// Length of standard base64 with padding for `bytes` bytes.
#[must_use]
pub(crate) const fn base64_length(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4
}

/// What stands before the base64 in a data URL.
#[must_use]
pub fn prefix(media_type: &str) -> String {
    format!("data:{media_type};base64,")
}

/// Length of a whole data URL, in bytes (all of it is ASCII).
#[must_use]
pub fn data_url_length(media_type: &str, bytes: u64) -> u64 {
    prefix(media_type).len() as u64 + base64_length(bytes)
}

/// Most bytes whose data URL is at most `length` long.
#[must_use]
pub(crate) fn bytes_within(media_type: &str, length: u64) -> u64 {
    length.saturating_sub(prefix(media_type).len() as u64) / 4 * 3
}

/// The base64 of `bytes` for names and addresses (<https://www.rfc-editor.org/rfc/rfc4648#section-5>), without padding.
pub(crate) fn base64url(bytes: &[u8]) -> String {
    let mut letters = Vec::new();
    encode_into(bytes, &mut letters);
    let for_urls = |letter: &u8| match letter {
        b'+' => '-',
        b'/' => '_',
        _ => char::from(*letter),
    };
    letters.iter().filter(|letter| **letter != b'=').map(for_urls).collect()
}

/// Appends the base64 of `bytes` to `out`.
pub(crate) fn encode_into(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let length = base64_length(bytes.len() as u64);
    // A body over the address space cannot be in memory to begin with.
    let Ok(length) = usize::try_from(length) else { return };
    out.resize(start + length, 0);
    encode_slice(bytes, out.get_mut(start..).unwrap_or_default());
}

#[cfg(not(target_feature = "simd128"))]
fn encode_slice(bytes: &[u8], out: &mut [u8]) {
    // The output has the exact length, so this cannot fail.
    let _ = STANDARD.encode_slice(bytes, out);
}

#[cfg(target_feature = "simd128")]
fn encode_slice(bytes: &[u8], out: &mut [u8]) {
    let blocks = simd::encode_blocks(bytes, out);
    let mut rest = bytes.get(blocks * simd::IN..).unwrap_or_default();
    let letters = out.get_mut(blocks * simd::OUT..).unwrap_or_default();
    for letters in letters.as_chunks_mut::<4>().0 {
        let (group, after) = rest.split_at_checked(3).unwrap_or((rest, &[]));
        encode_group(group, letters);
        rest = after;
    }
}

/// Up to three bytes, for the end that is shorter than a vector.
#[cfg(target_feature = "simd128")]
fn encode_group(group: &[u8], letters: &mut [u8; 4]) {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let at = |index: usize| u32::from(group.get(index).copied().unwrap_or_default());
    let bits = at(0) << 16 | at(1) << 8 | at(2);
    for (index, letter) in (0..).zip(letters) {
        let sextet = (bits >> (18 - 6 * index) & 63) as usize;
        *letter = if index > group.len() { b'=' } else { ALPHABET[sextet] };
    }
}

/// Twelve bytes become sixteen letters in a handful of vector instructions.
///
/// Each 32-bit lane takes three bytes, is shifted apart into four 6-bit indices, and an index becomes its letter by
/// adding an offset that a 16-entry table gives (the method of Wojciech Muła, `0x80.pl/articles/base64-simd`).
#[cfg(target_feature = "simd128")]
mod simd {
    use core::arch::wasm32::{
        i8x16_gt, u8x16, u8x16_add, u8x16_splat, u8x16_sub_sat, u8x16_swizzle, u32x4_shl, u32x4_shr, u32x4_splat,
        u64x2, u64x2_extract_lane, v128, v128_and, v128_or,
    };

    pub(super) const IN: usize = 12;
    pub(super) const OUT: usize = 16;

    /// Encodes all blocks that can be read sixteen bytes at a time; returns how many.
    pub(super) fn encode_blocks(bytes: &[u8], out: &mut [u8]) -> usize {
        let blocks = bytes.len().saturating_sub(4) / IN;
        for (block, letters) in out.as_chunks_mut::<OUT>().0.iter_mut().take(blocks).enumerate() {
            let Some(taken) = bytes.get(block * IN..).and_then(|rest| rest.first_chunk::<OUT>()) else { return block };
            let taken = u128::from_le_bytes(*taken);
            #[allow(clippy::cast_possible_truncation, reason = "the low half, then the high one")]
            let encoded = encode(u64x2(taken as u64, (taken >> 64) as u64));
            let (low, high) = (u64x2_extract_lane::<0>(encoded), u64x2_extract_lane::<1>(encoded));
            *letters = (u128::from(high) << 64 | u128::from(low)).to_le_bytes();
        }
        blocks
    }

    /// What is added to an index to get its letter.
    const LETTER: u8 = b'a' - 26;
    const DIGIT: u8 = b'0'.wrapping_sub(52);
    const PLUS: u8 = b'+'.wrapping_sub(62);
    const SLASH: u8 = b'/'.wrapping_sub(63);

    fn encode(bytes: v128) -> v128 {
        // Lane = first << 16 | second << 8 | third; index 255 yields zero.
        let triples = u8x16_swizzle(bytes, u8x16(2, 1, 0, 255, 5, 4, 3, 255, 8, 7, 6, 255, 11, 10, 9, 255));
        let indices = v128_or(
            v128_or(
                v128_and(u32x4_shr(triples, 18), u32x4_splat(0x0000_003F)),
                v128_and(u32x4_shr(triples, 4), u32x4_splat(0x0000_3F00)),
            ),
            v128_or(
                v128_and(u32x4_shl(triples, 10), u32x4_splat(0x003F_0000)),
                v128_and(u32x4_shl(triples, 24), u32x4_splat(0x3F00_0000)),
            ),
        );
        // 0..=25 → slot 13, 26..=51 → slot 0, then one slot for each digit, `+` and `/`.
        let capitals = i8x16_gt(u8x16_splat(26), indices);
        let slots = v128_or(u8x16_sub_sat(indices, u8x16_splat(51)), v128_and(capitals, u8x16_splat(13)));
        let offsets = u8x16(
            LETTER, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, DIGIT, PLUS, SLASH, b'A', 0, 0,
        );
        u8x16_add(indices, u8x16_swizzle(offsets, slots))
    }
}

/// Base64 of bytes that arrive in pieces of any size: no padding before the end, nothing kept but two bytes.
#[derive(Debug, Default)]
pub struct Encoder {
    carry: Vec<u8>,
}

impl Encoder {
    /// The base64 of `piece` and of what was left over before, as far as it fills groups of three.
    #[must_use]
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = piece;
        if !self.carry.is_empty() {
            let (head, tail) = rest.split_at(rest.len().min(3 - self.carry.len()));
            self.carry.extend_from_slice(head);
            rest = tail;
            if self.carry.len() < 3 {
                return out;
            }
            encode_into(&self.carry, &mut out);
            self.carry.clear();
        }
        let (groups, left) = rest.split_at(rest.len() / 3 * 3);
        encode_into(groups, &mut out);
        self.carry.extend_from_slice(left);
        out
    }

    /// The last group, padded.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut out = Vec::new();
        encode_into(&self.carry, &mut out);
        out
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn sample(length: usize) -> Vec<u8> {
        (0..length).map(|index| (index * 167 + index / 251) as u8).collect()
    }

    #[test]
    fn encoding_agrees_with_the_base64_crate() {
        for length in (0..200).chain([1000, 4095, 4096, 4097]) {
            let bytes = sample(length);
            let mut out = b"x".to_vec();
            encode_into(&bytes, &mut out);
            assert_eq!(out, format!("x{}", STANDARD.encode(&bytes)).into_bytes(), "{length}");
            assert_eq!(out.len() as u64 - 1, base64_length(length as u64));
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same() {
        let bytes = sample(100);
        for size in 1..20 {
            let mut encoder = Encoder::default();
            let mut out = Vec::new();
            for piece in bytes.chunks(size) {
                out.extend(encoder.push(piece));
            }
            out.extend(encoder.finish());
            assert_eq!(out, STANDARD.encode(&bytes).into_bytes(), "{size}");
        }
    }

    #[test]
    fn limits_in_letters_are_limits_in_bytes() {
        for limit in 100..140 {
            let bytes = bytes_within("audio/wav", limit);
            assert!(data_url_length("audio/wav", bytes) <= limit);
            assert!(data_url_length("audio/wav", bytes + 1) > limit);
        }
    }
}
