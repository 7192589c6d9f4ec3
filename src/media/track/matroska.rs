//! `WebM` and Matroska (RFC 9559, §5.1.4): the first track of the type of sound.

use super::super::chunks::{Layout, Walk};
use super::super::seen::Seen;
use super::Track;

const SEGMENT: u64 = 0x1853_8067;
const CLUSTER: u64 = 0x1F43_B675;
const TRACKS: u64 = 0x1654_AE6B;
const TRACK_ENTRY: u64 = 0xAE;
const TRACK_TYPE: u64 = 0x83;
const CODEC_ID: u64 = 0x86;
const AUDIO: u64 = 0xE1;
const SAMPLING_FREQUENCY: u64 = 0xB5;
const CHANNELS: u64 = 0x9F;
const BIT_DEPTH: u64 = 0x6264;

/// By the beginnings of their names; PCM has its bits elsewhere.
const CODECS: [(&[u8], &str); 12] = [
    (b"A_OPUS", "opus"),
    (b"A_VORBIS", "vorbis"),
    (b"A_AAC", "aac"),
    (b"A_FLAC", "flac"),
    (b"A_MPEG/L3", "mp3"),
    (b"A_MPEG/L2", "mp2"),
    (b"A_ALAC", "alac"),
    (b"A_AC3", "ac3"),
    (b"A_EAC3", "eac3"),
    (b"A_DTS", "dts"),
    (b"A_PCM/INT/LIT", "pcm_s16le"),
    (b"A_PCM/FLOAT/IEEE", "pcm_f32le"),
];

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is no rate becomes 0 or too much")]
pub(super) fn track(seen: &Seen<'_>, start: u64) -> Track {
    let mut walk = Walk::new(seen, Layout::Ebml, start);
    let (mut is_sound, mut codec, mut rate, mut channels) = (false, "", 8_000, 1);
    while walk.advance(seen.total().unwrap_or(u64::MAX)) {
        let length = walk.next.saturating_sub(walk.body).min(8) as usize;
        match walk.name {
            TRACK_ENTRY if is_sound => break,
            TRACK_ENTRY => {
                (is_sound, codec, rate, channels) = (false, "", 8_000, 1);
                walk.next = walk.body;
            }
            SEGMENT | TRACKS | AUDIO => walk.next = walk.body,
            TRACK_TYPE => is_sound = seen.big(walk.body, length) == 2,
            CODEC_ID => {
                let length = walk.next.saturating_sub(walk.body).min(32) as usize;
                let name = seen.exactly(walk.body, length);
                codec = CODECS.iter().find(|(start, _)| name.starts_with(start)).map_or("", |(_, codec)| codec);
            }
            SAMPLING_FREQUENCY => {
                let bits = seen.big(walk.body, length);
                rate = if length == 4 { f32::from_bits(bits as u32) as u64 } else { f64::from_bits(bits) as u64 };
            }
            CHANNELS => channels = seen.big(walk.body, length),
            BIT_DEPTH if codec == "pcm_s16le" => {
                codec = match seen.big(walk.body, length) {
                    8 => "pcm_u8",
                    24 => "pcm_s24le",
                    32 => "pcm_s32le",
                    _ => codec,
                };
            }
            CLUSTER => break,
            _ => {}
        }
    }
    // Opus is 48 kHz, whatever went in.
    let rate = if codec == "opus" { 48_000 } else { rate };
    if is_sound { Track::new(codec, rate, channels) } else { Track::default() }
}
