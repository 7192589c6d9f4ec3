//! MP4, M4A, `QuickTime` (ISO/IEC 14496-12): the first track whose handler is for sound, and its sample entry.

use super::super::chunks::{Layout, Walk, tag};
use super::super::seen::Seen;
use super::{Track, aac_channels, aac_rate};

const MOOV: u64 = tag(*b"moov");
const TRAK: u64 = tag(*b"trak");
const MDIA: u64 = tag(*b"mdia");
const HDLR: u64 = tag(*b"hdlr");
const MINF: u64 = tag(*b"minf");
const STBL: u64 = tag(*b"stbl");
const STSD: u64 = tag(*b"stsd");
const SOUN: u64 = tag(*b"soun");

pub(super) fn track(seen: &Seen<'_>, start: u64) -> Track {
    let mut walk = Walk::new(seen, Layout::Iso, start);
    if !walk.find(MOOV, seen.total().unwrap_or(u64::MAX)) {
        return Track::default();
    }
    let end = walk.next;
    walk.next = walk.body;
    let mut is_sound = false;
    while walk.advance(end) {
        match walk.name {
            // One walk for all levels: behind the head of what holds others stands the first of them.
            TRAK | MDIA | MINF | STBL => walk.next = walk.body,
            // QuickTime has another one, for how the data is reached.
            HDLR if seen.big(walk.body + 4, 4) != tag(*b"dhlr") => is_sound = seen.big(walk.body + 8, 4) == SOUN,
            STSD if is_sound => return entry(seen, walk.body + 8),
            _ => {}
        }
    }
    Track::default()
}

/// `AudioSampleEntry` (§12.2.3), and what `QuickTime` made of it ("`QuickTime` File Format", "Sound sample descriptions").
fn entry(seen: &Seen<'_>, at: u64) -> Track {
    let (size, name) = (seen.big(at, 4), seen.big(at + 4, 4));
    let version = seen.big(at + 16, 2);
    let (mut channels, mut rate) = (seen.big(at + 24, 2), seen.big(at + 32, 2));
    let bits = seen.big(at + 26, 2);
    let mut boxes = at + 36;
    if version == 1 {
        boxes += 16;
    } else if version == 2 {
        rate = whole(seen.big(at + 40, 8));
        channels = seen.big(at + 48, 4);
        boxes += 36;
    }
    let codec = match &name.to_be_bytes()[4..] {
        b"mp4a" => match configuration(seen, boxes, at + size) {
            (0x69 | 0x6B, _) => {
                channels = 0; // "2" in any case
                "mp3"
            }
            (_, config) => {
                // What is decoded counts, not what the entry repeats. An escaped rate stands elsewhere.
                if aac_rate(config >> 7 & 15) > 0 {
                    (rate, channels) = (aac_rate(config >> 7 & 15), aac_channels(config >> 3 & 15));
                }
                "aac"
            }
        },
        b"Opus" => {
            rate = 48_000; // whatever the entry says (Opus in ISOBMFF, §4.3)
            "opus"
        }
        b"fLaC" => "flac",
        b"alac" => "alac",
        b".mp3" => "mp3",
        b"samr" => "amr_nb",
        b"sawb" => "amr_wb",
        b"ac-3" => "ac3",
        b"ec-3" => "eac3",
        b"sowt" => "pcm_s16le",
        b"twos" if bits == 8 => "pcm_s8",
        b"twos" => "pcm_s16be",
        b"ulaw" => "pcm_mulaw",
        b"alaw" => "pcm_alaw",
        _ => "",
    };
    Track::new(codec, rate, channels)
}

/// The object type of `esds`, and the beginning of AAC's configuration (ISO/IEC 14496-1, §7.2.6; 14496-3, §1.6).
fn configuration(seen: &Seen<'_>, from: u64, end: u64) -> (u64, u64) {
    let mut walk = Walk::new(seen, Layout::Iso, from);
    let mut found = false;
    while !found && walk.advance(end) {
        match walk.name {
            name if name == tag(*b"esds") => found = true,
            name if name == tag(*b"wave") => walk.next = walk.body,
            _ => {}
        }
    }
    if !found {
        return (0, 0);
    }
    // Descriptors in descriptors: a tag, a length of seven bits in each byte.
    let mut at = walk.body + 4;
    let mut kind = 0;
    for _ in 0..4 {
        let tag = seen.big(at, 1);
        at += 1;
        while seen.big(at, 1) & 0x80 > 0 && at < walk.next {
            at += 1;
        }
        at += 1;
        match tag {
            3 => at += 3,
            4 => {
                kind = seen.big(at, 1);
                at += 13;
            }
            5 => return (kind, seen.big(at, 2)),
            _ => break,
        }
    }
    (kind, 0)
}

/// A number that is a float, as `QuickTime` has rates.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is no rate becomes 0 or too much")]
fn whole(bits: u64) -> u64 {
    f64::from_bits(bits) as u64
}
