//! What the headers of a file say of its sound: the codec, the rate, the channels. Nothing is decoded, and nothing guessed: what a
//! header does not tell stays unknown.

mod asf;
mod iso;
mod matroska;
mod ogg;
mod riff;
mod wave_format;

use super::frames::Frame;
use super::seen::Seen;
use crate::media_type::Format::{
    self, Aac, Aiff, Amr, Avi, Flac, Flv, M4a, Mkv, Mov, Mp3, Mp4, Ogg, Opus, Wav, Webm, Wma, Wmv,
};

/// The sound of a file; of a video, its first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// The codec as ffmpeg calls it, e.g. `"pcm_s16le"`, `"aac"`, `"opus"`.
    pub codec: Option<&'static str>,
    /// Samples per second.
    pub sample_rate: Option<u32>,
    /// Channels.
    pub channels: Option<u32>,
}

impl Track {
    /// Zeros are what nobody knows.
    fn new(codec: &'static str, sample_rate: u64, channels: u64) -> Self {
        let known = |number: u64| u32::try_from(number).ok().filter(|number| *number > 0);
        let codec = Some(codec).filter(|codec| !codec.is_empty());
        Self { codec, sample_rate: known(sample_rate), channels: known(channels) }
    }
}

/// The sound of a file of this format that begins at `at`.
pub(super) fn of(seen: &Seen<'_>, format: Format, at: u64) -> Track {
    seen.void().set(false);
    let track = match format {
        Wav => riff::wav(seen, at),
        Avi => riff::avi(seen, at),
        Aiff => riff::aiff(seen, at),
        Flac => flac(seen, at + 8),
        Mp4 | M4a | Mov => iso::track(seen, at),
        Webm | Mkv => matroska::track(seen, at),
        Ogg | Opus => ogg::track(seen, at),
        Mp3 => mpeg(seen, at),
        Aac => adts(seen, at),
        Amr if seen.big(at + 5, 1) == u64::from(b'-') => Track::new("amr_wb", 16_000, 1),
        Amr => Track::new("amr_nb", 8_000, 1),
        Wma | Wmv => asf::track(seen, at),
        Flv => flv(seen, at),
        _ => Track::default(),
    };
    if seen.void().get() { Track::default() } else { track }
}

/// STREAMINFO (RFC 9639, §8.2).
fn flac(seen: &Seen<'_>, body: u64) -> Track {
    let info = seen.big(body + 10, 8);
    Track::new("flac", info >> 44, (info >> 41 & 7) + 1)
}

/// ISO/IEC 11172-3: the layer counts down, and mode 3 is one channel.
fn mpeg(seen: &Seen<'_>, at: u64) -> Track {
    let frame = Frame::read(seen, at);
    let header = seen.big(at, 4);
    let codec = if header >> 17 & 3 == 2 { "mp2" } else { "mp3" };
    Track::new(codec, frame.rate, if header >> 6 & 3 == 3 { 1 } else { 2 })
}

/// Rates of AAC by their index (ISO/IEC 14496-3, table 1.18).
const AAC_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

fn aac_rate(index: u64) -> u64 {
    usize::try_from(index).ok().and_then(|index| AAC_RATES.get(index)).map_or(0, |rate| u64::from(*rate))
}

/// Channels of AAC by their configuration, of which seven are eight (table 1.19).
fn aac_channels(configuration: u64) -> u64 {
    if configuration == 7 { 8 } else { configuration }
}

/// ISO/IEC 13818-7, §6.2: rate and channels of a frame.
fn adts(seen: &Seen<'_>, at: u64) -> Track {
    let header = seen.big(at, 4);
    Track::new("aac", aac_rate(header >> 10 & 15), aac_channels(header >> 6 & 7))
}

/// FLV (Adobe, "Video File Format Specification" 10.1, annex E): the first tag of sound.
fn flv(seen: &Seen<'_>, start: u64) -> Track {
    let mut at = start + seen.big(start + 5, 4) + 4;
    for _ in 0..100 {
        if seen.void().get() {
            break;
        }
        if seen.big(at, 1) & 0x1F == 8 {
            let head = seen.big(at + 11, 1);
            let codec = match head >> 4 {
                2 => "mp3",
                10 => "aac",
                11 => "speex",
                7 => "pcm_alaw",
                8 => "pcm_mulaw",
                3 => "pcm_s16le",
                _ => "",
            };
            // Of AAC the tag says always the same, and its configuration the truth.
            if head >> 4 == 10 {
                let config = seen.big(at + 13, 2);
                return Track::new(codec, aac_rate(config >> 7 & 15), aac_channels(config >> 3 & 15));
            }
            return Track::new(codec, 44_100 >> (3 - (head >> 2 & 3)), (head & 1) + 1);
        }
        at += seen.big(at + 1, 3) + 15;
    }
    Track::default()
}
