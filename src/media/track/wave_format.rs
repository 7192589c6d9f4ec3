//! WAVEFORMATEX, which Microsoft's containers share (WAV, AVI, ASF): "Multimedia Programming Interface and Data Specifications".

use super::super::seen::Seen;
use super::Track;

pub(super) fn track(seen: &Seen<'_>, body: u64) -> Track {
    let mut tag = seen.little(body, 2);
    if tag == 0xFFFE {
        tag = seen.little(body + 24, 2); // the first bytes of a GUID
    }
    let (channels, rate, block) = (seen.little(body + 2, 2), seen.little(body + 4, 4), seen.little(body + 12, 2));
    let codec = match (tag, block.checked_div(channels)) {
        (1, Some(1)) => "pcm_u8",
        (1, Some(2)) => "pcm_s16le",
        (1, Some(3)) => "pcm_s24le",
        (1, Some(4)) => "pcm_s32le",
        (2, _) => "adpcm_ms",
        (3, Some(4)) => "pcm_f32le",
        (3, Some(8)) => "pcm_f64le",
        (6, _) => "pcm_alaw",
        (7, _) => "pcm_mulaw",
        (0x11, _) => "adpcm_ima_wav",
        (0x31, _) => "gsm_ms",
        (0x50, _) => "mp2",
        (0x55, _) => "mp3",
        (0xFF, _) => "aac",
        (0x160, _) => "wmav1",
        (0x161, _) => "wmav2",
        (0x162, _) => "wmapro",
        (0x2000, _) => "ac3",
        _ => "",
    };
    Track::new(codec, rate, channels)
}
