//! Reads recordings as they come: bytes of a file in, samples out that every model takes.
//!
//! ```no_run
//! use dashscope_asr::sound::Reader;
//!
//! # fn read(file: &[u8]) -> Result<(), dashscope_asr::Error> {
//! let mut reader = Reader::new(&file[..4096.min(file.len())])?;
//! let mut samples = Vec::new();
//! for bytes in file.chunks(65_536) {
//!     reader.push(bytes, &mut samples)?; // 16 kHz, one channel
//!     samples.clear(); // once they are used
//! }
//! reader.finish(&mut samples)?;
//! # Ok(())
//! # }
//! ```

mod flac;
mod mpeg;
mod wav;

use super::converter::Converter;
use crate::error::{Error, ErrorKind};
use crate::media::{self, Seen, Sniffed, sniff};
use crate::media_type::Format;

/// What a file's own headers say of its sound, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The codec, by its usual short name: `"pcm_s16le"`, `"flac"`, `"mp3"`.
    pub codec: &'static str,
    /// Samples per second of each channel.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u32,
}

/// What a decoder gives: one channel, the mean of all that there are.
#[derive(Debug, Default)]
struct Decoded {
    facts: Option<Facts>,
    samples: Vec<f32>,
}

/// A file that is read: WAV, FLAC or MP3.
#[derive(Debug)]
pub struct Reader {
    decoder: Decoder,
    /// How many bytes before the file are still to come: tags, which stand also where they do not belong.
    before: u64,
    decoded: Decoded,
    converter: Converter,
}

#[derive(Debug)]
enum Decoder {
    Wav(wav::Wav),
    Flac(flac::Flac),
    Mpeg(mpeg::Mpeg),
}

impl Reader {
    /// Which formats it reads.
    pub const FORMATS: [Format; 3] = [Format::Wav, Format::Flac, Format::Mp3];

    /// Chooses by the first bytes: 4 096 are plenty, but for what stands behind a long tag.
    pub fn new(head: &[u8]) -> Result<Self, Error> {
        Self::of(&Seen::head(head, None))
    }

    /// Chooses by what has been seen of a file. Its bytes are pushed from the first on, those that were seen as well.
    pub fn of(seen: &Seen<'_>) -> Result<Self, Error> {
        let decoder = match sniff(seen) {
            Sniffed::Audio(Format::Wav) => Decoder::Wav(wav::Wav::default()),
            Sniffed::Audio(Format::Flac) => Decoder::Flac(flac::Flac::default()),
            Sniffed::Audio(Format::Mp3) => Decoder::Mpeg(mpeg::Mpeg::default()),
            _ if seen.is_empty() => {
                return Err(Error::new(ErrorKind::EmptyAudio, "there is not a single byte of audio"));
            }
            Sniffed::Audio(other) => return Err(unreadable(other.media_type())),
            Sniffed::NotAudio(_) | Sniffed::Unknown => return Err(unreadable("no audio that is known")),
        };
        let before = media::start(seen);
        Ok(Self { decoder, before, decoded: Decoded::default(), converter: Converter::default() })
    }

    /// What the headers have said so far.
    #[must_use]
    pub const fn facts(&self) -> Option<Facts> {
        self.decoded.facts
    }

    /// Takes the next bytes, and appends the samples that are sure now: 16 kHz, one channel.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<i16>) -> Result<(), Error> {
        let passed = usize::try_from(self.before).unwrap_or(usize::MAX).min(bytes.len());
        self.before -= passed as u64;
        self.decode(bytes.get(passed..).unwrap_or_default())?;
        self.convert(out);
        Ok(())
    }

    /// The file is over: what is left of it.
    pub fn finish(&mut self, out: &mut Vec<i16>) -> Result<(), Error> {
        match &mut self.decoder {
            Decoder::Wav(wav) => wav.finish(&mut self.decoded)?,
            Decoder::Flac(flac) => flac.finish(&mut self.decoded)?,
            Decoder::Mpeg(mpeg) => mpeg.finish(&mut self.decoded),
        }
        self.convert(out);
        self.converter.finish(out);
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.decoder {
            Decoder::Wav(wav) => wav.push(bytes, &mut self.decoded),
            Decoder::Flac(flac) => flac.push(bytes, &mut self.decoded),
            Decoder::Mpeg(mpeg) => {
                mpeg.push(bytes, &mut self.decoded);
                Ok(())
            }
        }
    }

    fn convert(&mut self, out: &mut Vec<i16>) {
        if let Some(Facts { sample_rate, .. }) = self.decoded.facts {
            self.converter.push(&self.decoded.samples, sample_rate, out);
            self.decoded.samples.clear();
        }
    }
}

/// The error for what cannot be read, and what to do.
fn unreadable(what: &str) -> Error {
    let message = format!(
        "this is {what}; WAV, FLAC and MP3 can be read here. Convert it first, e.g. ffmpeg -i <file> -vn -ac 1 -ar 16000 \
         note.wav; in a page, the package mediabunny reads most others"
    );
    Error::new(ErrorKind::UnsupportedFormat, message)
}

/// The error for a file that is not what it seems.
fn broken(problem: &str) -> Error {
    Error::new(ErrorKind::InvalidAudio, format!("the audio cannot be decoded: {problem}"))
}

#[cfg(test)]
mod tests;
