//! MP3 as it comes, and its elder sisters, by the crate `nanomp3`.
//!
//! An encoder adds silence at both ends, and says how much in a frame of its own ("Xing" or "Info", and behind it LAME's tag:
//! <http://gabriel.mp3-tech.org/mp3infotag.html>); without taking it off, all times would be late by some fiftieth of a second.

use nanomp3_core::{Decoder, FrameInfo, MAX_SAMPLES_PER_FRAME};

use super::{Decoded, Facts};

/// Frames are believed when others follow: so much has to be there, but at the end.
const AHEAD: usize = 16 * 1024;
/// 320 kbit/s at 32 kHz.
const LONGEST_FRAME: usize = 1_441;
/// What a decoder itself adds.
const DECODER_DELAY: usize = 528 + 1;

pub(super) struct Mpeg {
    decoder: Box<Decoder>,
    held: Vec<u8>,
    /// Whether the first frame was seen.
    has_begun: bool,
    /// Samples to be left out at the beginning, and kept back for the end.
    skip: usize,
    padding: usize,
    back: Vec<f32>,
}

impl Default for Mpeg {
    fn default() -> Self {
        let decoder = Box::new(Decoder::new());
        Self { decoder, held: Vec::new(), has_begun: false, skip: 0, padding: 0, back: Vec::new() }
    }
}

impl core::fmt::Debug for Mpeg {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Mpeg")
    }
}

impl Mpeg {
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Decoded) {
        self.held.extend_from_slice(bytes);
        self.read(out, AHEAD);
    }

    pub(super) fn finish(&mut self, out: &mut Decoded) {
        let sound = without_tags(&self.held).len();
        self.held.truncate(sound);
        self.read(out, 1);
        self.back.clear();
    }

    /// Decodes while there are so many bytes at least.
    fn read(&mut self, out: &mut Decoded, least: usize) {
        let held = core::mem::take(&mut self.held);
        let mut rest = held.as_slice();
        let mut pcm = [0.0; MAX_SAMPLES_PER_FRAME];
        while rest.len() >= least {
            let (used, result) = self.decoder.decode(rest, &mut pcm);
            if used == 0 {
                break;
            }
            let (frame, others) = rest.split_at(used.min(rest.len()));
            rest = others;
            // What is damaged lasts as long as if it were not.
            let Some(info) = result.as_ref().ok().or_else(|| result.as_ref().err()?.frame_info()) else { continue };
            self.take(frame, info, if result.is_ok() { &pcm } else { &[] }, out);
        }
        self.held = rest.to_vec();
    }

    fn take(&mut self, frame: &[u8], info: &FrameInfo, pcm: &[f32], out: &mut Decoded) {
        let channels = usize::from(info.channels.num());
        if !self.has_begun {
            self.has_begun = true;
            let codec = match info.layer {
                1 => "mp1",
                2 => "mp2",
                _ => "mp3",
            };
            out.facts = Some(Facts { codec, sample_rate: info.sample_rate, channels: u32::from(info.channels.num()) });
            if let Some((delay, padding)) = told(frame) {
                (self.skip, self.padding) = (delay, padding);
                return;
            }
        }
        if let Some(facts) = &mut out.facts {
            facts.sample_rate = info.sample_rate;
        }
        let samples = pcm.get(..info.samples_produced * channels).unwrap_or_default();
        let mono = samples.chunks_exact(channels).map(|block| match block {
            [left, right] => (left + right) / 2.0,
            _ => block.first().copied().unwrap_or_default(),
        });
        let skipped = self.skip.min(info.samples_produced);
        self.skip -= skipped;
        if self.padding == 0 {
            return out.samples.extend(mono.skip(skipped));
        }
        self.back.extend(mono.skip(skipped));
        let sure = self.back.len().saturating_sub(self.padding);
        out.samples.extend(self.back.drain(..sure));
    }
}

/// What stands before the tags that stand at the end: `APEv2` (Hydrogenaudio, "`APEv2` specification") and `ID3v1`. A frame
/// that they follow would not be believed.
fn without_tags(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    if let Some((before, tag)) = rest.split_at_checked(rest.len().wrapping_sub(128))
        && tag.starts_with(b"TAG")
    {
        rest = before;
    }
    if let Some((before, footer)) = rest.split_at_checked(rest.len().wrapping_sub(32))
        && footer.starts_with(b"APETAGEX")
    {
        let size = footer.iter().skip(12).take(4).rfold(0, |sum, byte| sum << 8 | usize::from(*byte));
        let header = if footer.get(23).is_some_and(|flags| flags & 0x80 > 0) { 32 } else { 0 };
        rest = before.get(..(before.len() + 32).saturating_sub(size.saturating_add(header))).unwrap_or(before);
    }
    rest
}

/// Of a frame that holds no sound but what is told of the others: the silence at the beginning and at the end, in samples.
fn told(frame: &[u8]) -> Option<(usize, usize)> {
    // What is before the frame, was passed over.
    let frame = frame.get(frame.len().saturating_sub(LONGEST_FRAME)..)?;
    let at = frame.windows(4).position(|word| word == b"Xing" || word == b"Info")?;
    let tag = frame.get(at..)?;
    let byte = |index: usize| tag.get(index).copied().map(usize::from);
    let flags = byte(7)?;
    // Frames, bytes, a table, a quality: each is there if its flag is set.
    let lengths = [4, 4, 100, 4];
    let behind =
        8 + lengths.iter().enumerate().filter(|(bit, _)| flags >> bit & 1 > 0).map(|(_, length)| length).sum::<usize>();
    let silence = || {
        let (a, b, c) = (byte(behind + 21)?, byte(behind + 22)?, byte(behind + 23)?);
        // Encoders that have nothing to say leave zeros.
        (a + b + c > 0).then_some((a << 4 | b >> 4, (b & 0xF) << 8 | c))
    };
    let (delay, padding) = silence().unwrap_or_default();
    if (delay, padding) == (0, 0) {
        return Some((0, 0));
    }
    Some((delay + DECODER_DELAY, padding.saturating_sub(DECODER_DELAY)))
}
