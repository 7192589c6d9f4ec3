//! WAV as it comes ("Multimedia Programming Interface and Data Specifications 1.0"; RF64 by EBU Tech 3306): samples without a
//! codec, and those of telephones (ITU-T G.711).

use super::{Decoded, Facts, broken};
use crate::error::{Error, ErrorKind};

/// No `fmt ` chunk is longer by far; what claims to be is no WAV.
const MOST_FORMAT: u64 = 4_096;

#[derive(Debug, Default)]
pub(super) struct Wav {
    /// What is not understood yet.
    held: Vec<u8>,
    state: State,
    layout: Option<Layout>,
    /// Bytes of samples as the chunk `ds64` tells them.
    long_size: Option<u64>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Riff,
    Chunk,
    Skip(u64),
    Data(u64),
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Layout {
    sample: Sample,
    /// Bytes of a sample of one channel, and of one of all channels.
    width: usize,
    block: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sample {
    Unsigned,
    Signed,
    Float,
    ALaw,
    MuLaw,
}

impl Wav {
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Decoded) -> Result<(), Error> {
        let mut held = core::mem::take(&mut self.held);
        // Most come while samples are read, and need not be copied.
        let rest = if held.is_empty() {
            self.read(bytes, out)?
        } else {
            held.extend_from_slice(bytes);
            self.read(&held, out)?
        };
        self.held = rest.to_vec();
        Ok(())
    }

    pub(super) fn finish(&mut self, out: &mut Decoded) -> Result<(), Error> {
        if matches!(self.state, State::Riff | State::Chunk) && out.facts.is_none() {
            return Err(broken("the WAV file ends within its header"));
        }
        Ok(())
    }

    /// Reads what is whole, and gives back what is not.
    fn read<'a>(&mut self, bytes: &'a [u8], out: &mut Decoded) -> Result<&'a [u8], Error> {
        let mut rest = bytes;
        loop {
            match self.state {
                State::Riff => {
                    let Some((_, others)) = rest.split_at_checked(12) else { return Ok(rest) };
                    self.state = State::Chunk;
                    rest = others;
                }
                State::Chunk => match self.chunk(rest, out)? {
                    Some(others) => rest = others,
                    None => return Ok(rest),
                },
                State::Skip(left) => {
                    let skipped = left.min(rest.len() as u64);
                    rest = rest.get(usize::try_from(skipped).unwrap_or_default()..).unwrap_or_default();
                    if skipped < left {
                        self.state = State::Skip(left - skipped);
                        return Ok(rest);
                    }
                    self.state = State::Chunk;
                }
                State::Data(left) => {
                    let Some(layout) = self.layout else { return Err(broken("the WAV file has no format")) };
                    let there = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    let whole = there - there % layout.block;
                    let (samples, others) = rest.split_at(whole);
                    layout.decode(samples, &mut out.samples);
                    let left = left - whole as u64;
                    self.state = if left < layout.block as u64 { State::Over } else { State::Data(left) };
                    if there < rest.len() {
                        self.state = State::Over;
                    }
                    rest = others;
                    if matches!(self.state, State::Data(_)) {
                        return Ok(rest);
                    }
                }
                State::Over => return Ok(&[]),
            }
        }
    }

    /// Reads a chunk's head, and of those that matter the rest; nothing if it is not there yet.
    fn chunk<'a>(&mut self, bytes: &'a [u8], out: &mut Decoded) -> Result<Option<&'a [u8]>, Error> {
        let Some((head, rest)) = bytes.split_at_checked(8) else { return Ok(None) };
        let size = little(head, 4, 4);
        let name = head.get(..4).unwrap_or_default();
        if name == b"data" {
            // Whoever writes as it comes does not know: 0, or as much as there can be.
            let told = if size == 0 || size >= u64::from(u32::MAX) {
                self.long_size.filter(|size| *size > 0)
            } else {
                Some(size)
            };
            self.state = State::Data(told.unwrap_or(u64::MAX));
            return Ok(Some(rest));
        }
        let padded = size + size % 2;
        if name != b"fmt " && name != b"ds64" {
            self.state = State::Skip(padded);
            return Ok(Some(rest));
        }
        if size > MOST_FORMAT {
            return Err(broken("the WAV file has a header of impossible length"));
        }
        let Some((content, others)) = rest.split_at_checked(usize::try_from(padded).unwrap_or(usize::MAX)) else {
            return Ok(None);
        };
        if name == b"ds64" {
            self.long_size = Some(little(content, 8, 8));
        } else {
            let (layout, facts) = format(content)?;
            self.layout = Some(layout);
            out.facts = Some(facts);
        }
        Ok(Some(others))
    }
}

/// A number, the lowest byte first; what is not there is zero.
fn little(bytes: &[u8], at: usize, length: usize) -> u64 {
    bytes.iter().skip(at).take(length).rfold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Reads the chunk `fmt `.
#[allow(clippy::cast_possible_truncation, reason = "numbers of two and four bytes")]
fn format(content: &[u8]) -> Result<(Layout, Facts), Error> {
    let number = |at, length| little(content, at, length) as usize;
    // WAVEFORMATEXTENSIBLE has the tag in the first bytes of a GUID.
    let tag = if number(0, 2) == 0xFFFE { number(24, 2) } else { number(0, 2) };
    let (channels, sample_rate, block) = (number(2, 2), number(4, 4), number(12, 2));
    if channels == 0 || sample_rate == 0 || block < channels {
        return Err(broken("the WAV file has no channels, no rate or no samples"));
    }
    let width = block / channels;
    let (sample, codec) = match (tag, width) {
        (1, 1) => (Sample::Unsigned, "pcm_u8"),
        (1, 2) => (Sample::Signed, "pcm_s16le"),
        (1, 3) => (Sample::Signed, "pcm_s24le"),
        (1, 4) => (Sample::Signed, "pcm_s32le"),
        (3, 4) => (Sample::Float, "pcm_f32le"),
        (3, 8) => (Sample::Float, "pcm_f64le"),
        (6, 1) => (Sample::ALaw, "pcm_alaw"),
        (7, 1) => (Sample::MuLaw, "pcm_mulaw"),
        _ => {
            let message = "this WAV file holds sound of a codec that cannot be read here; convert it first, e.g. ffmpeg -i \
                           <file> -ac 1 -ar 16000 note.wav";
            return Err(Error::new(ErrorKind::UnsupportedFormat, message));
        }
    };
    let facts = Facts { codec, sample_rate: sample_rate as u32, channels: channels as u32 };
    Ok((Layout { sample, width, block }, facts))
}

impl Layout {
    /// Appends the means of all channels.
    #[allow(clippy::cast_precision_loss, reason = "a handful of channels")]
    fn decode(self, bytes: &[u8], out: &mut Vec<f32>) {
        if self.sample == Sample::Signed && self.width == 2 && self.block == 2 {
            let samples = bytes.as_chunks().0.iter();
            return out.extend(samples.map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0));
        }
        let weight = 1.0 / (self.block / self.width) as f32;
        out.extend(
            bytes
                .chunks_exact(self.block)
                .map(|block| block.chunks_exact(self.width).map(|sample| self.value(sample)).sum::<f32>() * weight),
        );
    }

    /// A sample from −1 to 1.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "samples are f32")]
    fn value(self, bytes: &[u8]) -> f32 {
        match (self.sample, bytes) {
            (Sample::Unsigned, [byte]) => (f32::from(*byte) - 128.0) / 128.0,
            (Sample::ALaw, [byte]) => f32::from(a_law(*byte)) / 32_768.0,
            (Sample::MuLaw, [byte]) => f32::from(mu_law(*byte)) / 32_768.0,
            (Sample::Signed, [a, b]) => f32::from(i16::from_le_bytes([*a, *b])) / 32_768.0,
            (Sample::Signed, [a, b, c]) => (i32::from_le_bytes([0, *a, *b, *c]) >> 8) as f32 / 8_388_608.0,
            (Sample::Signed, [a, b, c, d]) => i32::from_le_bytes([*a, *b, *c, *d]) as f32 / 2_147_483_648.0,
            (Sample::Float, [a, b, c, d]) => f32::from_le_bytes([*a, *b, *c, *d]),
            (Sample::Float, _) => f64::from_bits(little(bytes, 0, 8)) as f32,
            _ => 0.0,
        }
    }
}

/// ITU-T G.711, A-law: even bits are inverted; sign, three bits of exponent, four of mantissa.
fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (exponent, mantissa) = (byte >> 4 & 7, i16::from(byte & 0xF));
    let size = if exponent == 0 { (mantissa << 4) + 8 } else { ((mantissa << 4) + 0x108) << (exponent - 1) };
    if byte & 0x80 == 0 { -size } else { size }
}

/// ITU-T G.711, µ-law: all bits are inverted, and 33 is added to what is told in steps of four.
fn mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let (exponent, mantissa) = (byte >> 4 & 7, i16::from(byte & 0xF));
    let size = (((mantissa << 3) + 0x84) << exponent) - 0x84;
    if byte & 0x80 == 0 { size } else { -size }
}
