//! What stands before the audio: tags that players of MP3 put there, before any format.

use super::chunks::tag;
use super::seen::Seen;

/// Where the audio begins: behind any number of `ID3v2` tags (id3.org, "ID3 tag version 2.4.0", §3.1) and `APEv2` tags
/// (Hydrogenaudio's "`APEv2` specification"). What cannot be seen ends the search.
pub(super) fn after(seen: &Seen<'_>) -> u64 {
    let mut at = 0;
    loop {
        let start = seen.big(at, 4);
        if start >> 8 == tag(*b"\0ID3") {
            // Seven bits in each byte of the length; a bit of the flags says that a footer repeats the header.
            let length = (0..4).fold(0, |sum, index| sum << 7 | seen.big(at + 6 + index, 1) & 0x7F);
            at += length + 10 + (seen.big(at + 5, 1) >> 4 & 1) * 10;
        } else if start == tag(*b"APET") && seen.big(at + 4, 4) == tag(*b"AGEX") {
            // The length has the items and the footer in it, but not the header.
            at += seen.little(at + 12, 4) + 32;
        } else {
            return at;
        }
    }
}
