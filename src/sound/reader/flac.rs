//! FLAC as it comes (RFC 9639). The crate `claxon` decodes frames; which bytes are one, only decoding tells.

use std::io::{self, Cursor};

use claxon::frame::{Block, FrameReader};

use super::{Decoded, Facts, broken};
use crate::error::Error;

/// No frame is longer: a block of 65,535 samples of eight channels and 32 bits, and some bytes.
const MOST_FRAME: usize = 65_535 * 8 * 4 + 1_024;

#[derive(Debug, Default)]
pub(super) struct Flac {
    held: Vec<u8>,
    state: State,
    /// Divides samples of an integer.
    scale: f32,
    /// How many bytes to wait for: what was too short once is not tried again for each of them.
    wanted: usize,
    samples: Vec<i32>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Marker,
    Metadata,
    Skip {
        left: usize,
        is_last: bool,
    },
    Frames,
}

impl Flac {
    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Decoded) -> Result<(), Error> {
        self.held.extend_from_slice(bytes);
        self.read(out, false)
    }

    /// A frame that was cut off is left out.
    pub(super) fn finish(&mut self, out: &mut Decoded) -> Result<(), Error> {
        self.read(out, true)?;
        if out.facts.is_none() { Err(broken("the FLAC file ends within its header")) } else { Ok(()) }
    }

    fn read(&mut self, out: &mut Decoded, is_over: bool) -> Result<(), Error> {
        let held = core::mem::take(&mut self.held);
        let mut at = 0;
        while held.len() - at >= self.wanted.max(1) || is_over {
            let rest = held.get(at..).unwrap_or_default();
            let Some(used) = self.next(rest, out, is_over)? else { break };
            at += used;
        }
        self.held = held.get(at..).unwrap_or_default().to_vec();
        Ok(())
    }

    /// Reads the next thing; how many bytes it has, or nothing if it is not there as a whole.
    fn next(&mut self, bytes: &[u8], out: &mut Decoded, is_over: bool) -> Result<Option<usize>, Error> {
        match self.state {
            State::Marker if bytes.len() >= 4 => {
                self.state = State::Metadata;
                Ok(Some(4))
            }
            State::Metadata if bytes.len() >= 4 => self.metadata(bytes, out),
            State::Skip { left, is_last } if !bytes.is_empty() => {
                let skipped = left.min(bytes.len());
                self.state =
                    if skipped < left { State::Skip { left: left - skipped, is_last } } else { after(is_last) };
                Ok(Some(skipped))
            }
            State::Frames if !bytes.is_empty() => self.frame(bytes, out, is_over),
            _ => Ok(None),
        }
    }

    /// A block of metadata: of STREAMINFO (§8.2) is known what follows, others are passed over.
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a few bits each")]
    fn metadata(&mut self, bytes: &[u8], out: &mut Decoded) -> Result<Option<usize>, Error> {
        let number = |at: usize, length: usize| {
            bytes.iter().skip(at).take(length).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        };
        let (kind, length) = (number(0, 1), number(1, 3) as usize);
        let is_last = kind & 0x80 != 0;
        if kind & 0x7F != 0 {
            self.state = if length == 0 { after(is_last) } else { State::Skip { left: length, is_last } };
            return Ok(Some(4));
        }
        if bytes.len() < 4 + length {
            return Ok(None);
        }
        let info = number(14, 8);
        let (sample_rate, channels) = ((info >> 44) as u32, (info >> 41 & 7) as u32 + 1);
        if length < 34 || sample_rate == 0 {
            return Err(broken("the FLAC file does not tell its rate"));
        }
        self.scale = 1.0 / (1_u64 << (info >> 36 & 31)) as f32;
        self.state = after(is_last);
        out.facts = Some(Facts { codec: "flac", sample_rate, channels });
        Ok(Some(4 + length))
    }

    /// A frame, or a byte of what is none.
    #[allow(clippy::cast_precision_loss, reason = "samples are f32")]
    fn frame(&mut self, bytes: &[u8], out: &mut Decoded, is_over: bool) -> Result<Option<usize>, Error> {
        let mut reader = FrameReader::new(Cursor::new(bytes));
        let block = match reader.read_next_or_eof(core::mem::take(&mut self.samples)) {
            Ok(Some(block)) => block,
            Ok(None) => return Ok(None),
            Err(claxon::Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.wanted = bytes.len() + bytes.len() / 4 + 1_024;
                if bytes.len() < MOST_FRAME {
                    return Ok(None);
                }
                self.wanted = 0;
                return Ok(Some(lost(bytes)));
            }
            Err(claxon::Error::Unsupported(problem)) => return Err(broken(problem)),
            // What stands behind the last frame is a tag.
            Err(_) if is_over || bytes.starts_with(b"TAG") || bytes.starts_with(b"APE") => return Ok(None),
            Err(_) => return Ok(Some(lost(bytes))),
        };
        self.wanted = 0;
        self.mix(&block, out);
        self.samples = block.into_buffer();
        Ok(usize::try_from(reader.into_inner().position()).ok())
    }

    #[allow(clippy::cast_precision_loss, reason = "samples are f32")]
    fn mix(&self, block: &Block, out: &mut Decoded) {
        let scale = self.scale / block.channels() as f32;
        let first = out.samples.len();
        out.samples.extend(block.channel(0).iter().map(|sample| *sample as f32 * scale));
        for channel in 1..block.channels() {
            let mixed = out.samples.iter_mut().skip(first);
            for (sum, sample) in mixed.zip(block.channel(channel)) {
                *sum += *sample as f32 * scale;
            }
        }
    }
}

fn after(is_last: bool) -> State {
    if is_last { State::Frames } else { State::Metadata }
}

/// How far it is to the next place where a frame may begin (§9.1).
fn lost(bytes: &[u8]) -> usize {
    let next = bytes.windows(2).skip(1).position(|pair| matches!(pair, [0xFF, 0xF8 | 0xF9]));
    next.map_or(bytes.len().max(2) - 1, |at| at + 1)
}
