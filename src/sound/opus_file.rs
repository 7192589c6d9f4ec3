//! Packets of an Opus encoder become an Ogg file (RFC 7845) whose sound is that which went in, to the sample.

use crate::audio::ogg;
use crate::audio::ogg_opus::{self, FIRST_PAGE, Head, LARGEST_PACKET, Packet, SAMPLES_PER_MS};
use crate::audio::wav::SAMPLE_RATE;
use crate::error::{Error, ErrorKind};

/// What an encoder is to make of speech, in bits per second: 2.9 kB a second with the container, where WAV has 32.
///
/// Of 92 words, the recogniser of the tests gets as many wrong as in WAV, in quiet and with noise 15 and 8 dB below the voice (1, 5 and
/// 22), from 16 kbit/s on (1, 4 and 22; with 24: 1, 5 and 23; with 32: 0, 4 and 15). With 12 it is 1, 4 and 30, with 8 it is 3, 17 and
/// 43. So this is twice as much as what begins to lose words: other voices and other models are not known.
pub const BIT_RATE: u32 = 24_000;
/// So many samples of silence go into an encoder behind the sound. At the end it may keep a frame that is not full, and what it
/// delays the sound by, as the one of the browser `WebKitGTK` does: no more than the longest frame, 120 ms, and 80 ms. Packets that
/// turn out not to be needed are left out.
pub const SILENCE: u32 = 3_200;

/// Positions count samples of 48 kHz.
const PER_SAMPLE: u64 = SAMPLES_PER_MS * 1_000 / SAMPLE_RATE as u64;
/// libopus looks so far ahead where it encodes speech and music: 6.5 ms (`OPUS_GET_LOOKAHEAD`).
const LOOKAHEAD: u16 = 312;
/// It never looks less far ahead than 2.5 ms.
const LEAST_LOOKAHEAD: u16 = 120;

/// A file that is written. What went into the encoder: samples of 16 kHz and one channel, and [`SILENCE`] behind them.
#[derive(Debug)]
pub struct OpusFile {
    /// How long its sound is.
    length: u64,
    packets: Vec<Packet>,
}

impl OpusFile {
    /// A file of so many samples of 16 kHz.
    #[must_use]
    pub const fn new(samples: u64) -> Self {
        Self { length: samples * PER_SAMPLE, packets: Vec::new() }
    }

    /// Takes the encoder's next packet.
    pub fn push(&mut self, packet: &[u8]) -> Result<(), Error> {
        let fits = packet.len() <= LARGEST_PACKET;
        let packet = fits.then(|| Packet::of(packet.to_vec())).flatten();
        self.packets.push(packet.ok_or_else(|| bad("the encoder has given something that is no packet of Opus"))?);
        Ok(())
    }

    /// The file, where the packets are all there. `description`: what the encoder says of itself, if it does (an `OpusHead`).
    pub fn finish(&self, description: &[u8]) -> Result<Vec<u8>, Error> {
        let (head, skipped) = head(description);
        let mut out = Vec::new();
        Head::of(&head).ok_or_else(|| bad("the encoder says what no encoder says"))?.write(0, &mut out);
        // Where the sound ends among the samples that are decoded.
        let end = u64::from(skipped) + self.length;
        let (mut at, mut index, mut number) = (0, 0, FIRST_PAGE);
        while at < end {
            let rest = self.packets.get(index..).unwrap_or_default();
            let (count, samples) = ogg_opus::fitting(rest.iter(), end - at);
            if count == 0 {
                return Err(bad("the encoder has given fewer packets than the sound is long"));
            }
            (at, index) = (at + samples, index + count);
            let flags = if at < end { 0 } else { ogg::LAST };
            // The position of the last page may be within its last packet: what is behind it is not to be heard.
            let packets = rest.iter().take(count).map(|packet| packet.bytes.as_slice());
            ogg_opus::write_page(flags, at.min(end), number, packets, &mut out);
            number += 1;
        }
        Ok(out)
    }
}

fn bad(message: &str) -> Error {
    Error::new(ErrorKind::InvalidAudio, message)
}

/// The header, and how many samples a decoder is to skip: the encoder's own, else that of libopus, which is in every browser.
fn head(description: &[u8]) -> (Vec<u8>, u16) {
    let mut head = match Head::of(description) {
        Some(_) => description.to_vec(),
        None => default_head(),
    };
    let told = u16::from_le_bytes([head[10], head[11]]);
    let rate = u32::from_le_bytes([head[12], head[13], head[14], head[15]]);
    let skipped = skip(told, rate);
    head[10..12].copy_from_slice(&skipped.to_le_bytes());
    (head, skipped)
}

/// Samples to be skipped are counted at 48 kHz. Chromium counts them at the rate of what went in: of 16 kHz it says 104 for 312.
fn skip(told: u16, rate: u32) -> u16 {
    let scaled = u32::from(told) * 48_000 / rate.max(1);
    match u16::try_from(scaled) {
        Ok(scaled) if told < LEAST_LOOKAHEAD && scaled >= LEAST_LOOKAHEAD => scaled,
        _ => told,
    }
}

fn default_head() -> Vec<u8> {
    // Version 1, one channel; then the rate that went in, no gain, and one stream (RFC 7845, §5.1).
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend_from_slice(&LOOKAHEAD.to_le_bytes());
    head.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    head.extend_from_slice(&[0; 3]);
    head
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::ogg_opus::OpusReader;
    use crate::media::{self, HEAD_LENGTH, Seen};

    /// 20 ms of SILK at 16 kHz, with a number in it.
    fn packet(number: u8, length: usize) -> Vec<u8> {
        let mut packet = vec![0x48];
        packet.resize(length, number);
        packet
    }

    /// What an encoder makes of so many samples, where it keeps the frame that is not full.
    fn encoded(samples: u64, length: usize) -> OpusFile {
        let mut file = OpusFile::new(samples);
        for number in 0..(samples + u64::from(SILENCE)) / 320 {
            file.push(&packet(u8::try_from(number % 256).unwrap(), length)).unwrap();
        }
        file
    }

    fn positions(file: &[u8]) -> Vec<(u8, u64, u32)> {
        let mut pages = Vec::new();
        let mut at = 0;
        while at < file.len() {
            let page = ogg::Page::read(&file[at..]).unwrap().unwrap();
            let number = |from: usize, to: usize| {
                file[at + from..at + to].iter().rev().fold(0, |sum: u64, byte| sum << 8 | u64::from(*byte))
            };
            pages.push((file[at + 5], number(6, 14), u32::try_from(number(18, 22)).unwrap()));
            at += page.length;
        }
        pages
    }

    #[test]
    fn a_file_is_as_long_as_the_sound_to_the_sample() {
        for samples in [1, 100, 216, 217, 320, 16_000, 81_495, 81_496, 81_497, 960_001] {
            let file = encoded(samples, 60).finish(&[]).unwrap();
            let pages = positions(&file);
            let (last, before) = pages.split_last().unwrap();
            assert_eq!((last.0, last.1), (ogg::LAST, 312 + samples * 3), "{samples}");
            assert!(before.iter().all(|(flags, position, _)| *flags & ogg::LAST == 0 && *position < last.1));
            assert!(before.iter().skip(2).all(|(_, position, _)| position % 960 == 0), "whole packets");
            assert!(pages.iter().enumerate().all(|(index, page)| page.2 as usize == index));
            // As the crate reads it: what it is, its length, and the packets that went in, no more than are needed.
            let millis = media::millis(&Seen::new(&file, HEAD_LENGTH.max(file.len()), Some(file.len() as u64)));
            assert_eq!(millis, Some(samples / 16), "{samples}");
            let mut packets = Vec::new();
            OpusReader::new().push(&file, &mut |packet| packets.push(packet.bytes)).unwrap();
            assert_eq!(packets.len() as u64, (samples * 3 + 312).div_ceil(960));
            assert!(packets.iter().enumerate().all(|(index, bytes)| *bytes == packet((index % 256) as u8, 60)));
        }
    }

    #[test]
    fn what_is_skipped_is_what_the_encoder_says_at_48_khz() {
        let says = |skipped: u16, rate: u32| {
            let mut head = default_head();
            head[10..12].copy_from_slice(&skipped.to_le_bytes());
            head[12..16].copy_from_slice(&rate.to_le_bytes());
            super::head(&head).1
        };
        // Chromium, Firefox and WebKitGTK; a low-delay encoder; one without delay; nonsense.
        for (skipped, rate, expected) in [
            (104, 16_000, 312),
            (312, 16_000, 312),
            (312, 48_000, 312),
            (120, 16_000, 120),
            (40, 16_000, 120),
            (0, 16_000, 0),
            (104, 48_000, 104),
            (104, 0, 104),
        ] {
            assert_eq!(says(skipped, rate), expected, "{skipped} of {rate}");
        }
        for nothing in [&b""[..], b"OpusTags", b"OpusHead\x01"] {
            assert_eq!(head(nothing), (default_head(), 312));
        }
    }

    #[test]
    fn packets_that_are_missing_or_none_are_an_error() {
        let mut file = OpusFile::new(16_000);
        assert!(file.finish(&[]).is_err());
        for number in 0..51 {
            assert!(file.finish(&[]).is_err(), "{number} packets");
            file.push(&packet(number, 60)).unwrap();
        }
        assert!(file.finish(&[]).is_ok());
        assert!(file.push(&[]).is_err());
        assert!(file.push(&packet(0, LARGEST_PACKET + 1)).is_err());
        // As large as packets may be: a page for each.
        let large = encoded(1_600, LARGEST_PACKET).finish(&[]).unwrap();
        assert_eq!(positions(&large).len(), 2 + 6);
    }
}
