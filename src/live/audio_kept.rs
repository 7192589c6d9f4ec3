//! The audio that may be needed again: everything since the last final sentence, as 16-bit samples or as packets of Opus.

use std::collections::VecDeque;

use super::kept_packets::KeptPackets;
use crate::audio::ogg_opus::SAMPLES_PER_MS;
use crate::audio::wav;
use crate::error::Error;

/// What is louder is sound that may be speech: 0.5 % of full scale, below the noise of most rooms.
const SOUND: u16 = 164;

fn is_quiet(sample: i16) -> bool {
    sample.unsigned_abs() <= SOUND
}

/// A recording as it grows, of which the beginning is forgotten. Places in it are bytes of samples since its beginning, or of
/// Opus, samples of 48 kHz.
#[derive(Debug)]
pub(super) struct KeptAudio {
    store: Store,
    /// Where what is needed begins.
    first: u64,
    /// How much of it the present connection has got.
    sent: u64,
    /// Behind the last sound.
    last_sound: u64,
    /// How long a millisecond is.
    per_ms: u64,
}

#[derive(Debug)]
enum Store {
    Samples(VecDeque<u8>),
    Packets(KeptPackets),
}

impl KeptAudio {
    pub(super) fn samples(rate: u32) -> Self {
        Self::new(Store::Samples(VecDeque::new()), u64::from(rate) * 2 / 1_000)
    }

    pub(super) fn opus() -> Self {
        Self::new(Store::Packets(KeptPackets::new()), SAMPLES_PER_MS)
    }

    fn new(store: Store, per_ms: u64) -> Self {
        Self { store, first: 0, sent: 0, last_sound: 0, per_ms }
    }

    /// Adds 16-bit samples; whether there is sound in them.
    pub(super) fn push(&mut self, samples: &[i16]) -> bool {
        let Store::Samples(bytes) = &mut self.store else { return false };
        let end = self.first + bytes.len() as u64;
        let added: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        bytes.extend(&added);
        let loud = samples.iter().rposition(|sample| !is_quiet(*sample));
        self.last_sound = loud.map_or(self.last_sound, |at| end + 2 * (at as u64 + 1));
        loud.is_some()
    }

    /// Reads Opus in Ogg, and keeps it if it `counts`; whether there is sound in it.
    pub(super) fn push_opus(&mut self, bytes: &[u8], counts: bool) -> Result<bool, Error> {
        let Store::Packets(packets) = &mut self.store else { return Ok(false) };
        let last_sound = packets.push(bytes, counts)?;
        self.last_sound = last_sound.unwrap_or(self.last_sound);
        Ok(last_sound.is_some())
    }

    pub(super) fn end(&self) -> u64 {
        match &self.store {
            Store::Samples(bytes) => self.first + bytes.len() as u64,
            Store::Packets(packets) => packets.end(),
        }
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        match &self.store {
            Store::Samples(bytes) => bytes.capacity(),
            Store::Packets(packets) => packets.bytes(),
        }
    }

    pub(super) fn first(&self) -> u64 {
        self.first
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn last_sound(&self) -> u64 {
        self.last_sound
    }

    pub(super) fn unsent(&self) -> u64 {
        self.end().saturating_sub(self.sent)
    }

    /// Nothing before this place is needed any more.
    pub(super) fn forget_before(&mut self, place: u64) {
        let place = place.min(self.end());
        match &mut self.store {
            Store::Samples(bytes) => {
                let gone = usize::try_from(place.saturating_sub(self.first)).unwrap_or_default() & !1; // whole samples
                bytes.drain(..gone);
                self.first += gone as u64;
            }
            Store::Packets(packets) => {
                self.first = self.first.max(place);
                packets.forget_before(self.first);
            }
        }
        self.sent = self.sent.max(self.first);
    }

    /// A new connection gets everything from here on.
    pub(super) fn send_again_from(&mut self, place: u64) {
        self.sent = place.clamp(self.first, self.end());
        if let Store::Packets(packets) = &mut self.store {
            packets.begin_again();
        }
    }

    /// The next bytes to be sent, `most` of the audio.
    pub(super) fn take(&mut self, most: u64) -> Vec<u8> {
        match &mut self.store {
            Store::Samples(bytes) => {
                let at = usize::try_from(self.sent - self.first).unwrap_or_default();
                let end = bytes.len().min(at + usize::try_from(most).unwrap_or_default());
                self.sent = self.first + end as u64;
                bytes.range(at..end).copied().collect()
            }
            Store::Packets(packets) => {
                let (pages, end) = packets.take(self.sent, most);
                self.sent = end;
                pages
            }
        }
    }

    /// Whether so much of what comes next is there, and known to be silent. Of Opus nothing is known.
    pub(super) fn is_silent_for(&self, length: u64) -> bool {
        let Store::Samples(bytes) = &self.store else { return false };
        let at = usize::try_from(self.sent - self.first).unwrap_or_default();
        let end = at + usize::try_from(length).unwrap_or_default();
        // Samples begin at even places.
        let is_silent = |byte: (usize, &u8)| {
            let (index, low) = byte;
            index % 2 == 1 || bytes.get(at + index + 1).is_some_and(|high| is_quiet(i16::from_le_bytes([*low, *high])))
        };
        end <= bytes.len() && bytes.range(at..end).enumerate().all(is_silent)
    }

    /// So much of what comes next is not sent.
    pub(super) fn skip(&mut self, length: u64) {
        self.sent += length;
    }

    /// What is kept, as a file of WAV or Ogg; nothing where nothing is.
    pub(super) fn file(&self) -> Option<Vec<u8>> {
        match &self.store {
            Store::Samples(bytes) => {
                let length = u32::try_from(bytes.len()).ok().filter(|length| *length > 0)?;
                let mut file = wav::header(length, u32::try_from(self.per_ms * 500).unwrap_or(wav::SAMPLE_RATE));
                file.extend(bytes);
                Some(file)
            }
            Store::Packets(packets) => packets.file(self.first),
        }
    }

    /// Milliseconds since the beginning of the recording.
    #[allow(clippy::cast_precision_loss, reason = "exact for thousands of years")]
    pub(super) fn millis(&self, place: u64) -> f64 {
        place as f64 / self.per_ms as f64
    }

    /// The place of a time, between two samples.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are positive and small")]
    pub(super) fn place(&self, millis: f64) -> u64 {
        millis.max(0.0).round() as u64 * self.per_ms
    }
}
