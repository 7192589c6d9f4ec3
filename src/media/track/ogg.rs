//! Ogg (RFC 3533): each stream begins with a page that names its codec, and all of these pages come first.

use super::super::chunks::tag;
use super::super::seen::Seen;
use super::{Track, flac};

/// Streams of a file: more than sound, a picture and some texts there never are.
const MOST_STREAMS: usize = 8;

pub(super) fn track(seen: &Seen<'_>, start: u64) -> Track {
    let mut at = start;
    for _ in 0..MOST_STREAMS {
        let lines = seen.big(at + 26, 1);
        let packet = at + 27 + lines;
        match seen.big(packet, 4) {
            _ if seen.big(at, 4) != tag(*b"OggS") => break,
            // RFC 7845, §5.1.
            word if word == tag(*b"Opus") => return Track::new("opus", 48_000, seen.big(packet + 9, 1)),
            // "Vorbis I specification", §4.2.2.
            word if word == tag(*b"\x01vor") => {
                return Track::new("vorbis", seen.little(packet + 12, 4), seen.big(packet + 11, 1));
            }
            // RFC 9639, §10.1.
            word if word == tag(*b"\x7FFLA") => return flac(seen, packet + 17),
            // The Speex manual, "Ogg file format".
            word if word == tag(*b"Spee") => {
                return Track::new("speex", seen.little(packet + 36, 4), seen.little(packet + 48, 4));
            }
            _ => {}
        }
        at = packet + (0..lines).map(|line| seen.big(at + 27 + line, 1)).sum::<u64>();
    }
    Track::default()
}
