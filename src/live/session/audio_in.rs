//! What comes in: samples and bytes of the caller, brought to the form of the wire and kept.

use super::{Phase, Session, Wish};
use crate::audio::resample::Resampler;
use crate::audio::wav::to_16_bits;
use crate::error::{Error, ErrorKind};
use crate::live::events::LiveState;

/// So much is sent before the sound that opens a connection again.
const BEFORE_SOUND_MS: f64 = 1_000.0;
/// What is kept at the most while there is no connection: 19 MB at 16 kHz.
const MOST_KEPT_MS: f64 = 600_000.0;

impl Session {
    /// Audio as bytes, which may be cut anywhere: 16-bit samples, little-endian; with the format `opus`, Ogg.
    pub fn send_bytes(&mut self, bytes: &[u8], now: f64) {
        if self.live.is_opus() {
            if self.phase == Phase::Closed {
                return;
            }
            let counts = self.takes_audio();
            match self.audio.push_opus(bytes, counts) {
                Ok(has_sound) if counts => self.grown(has_sound, now),
                Ok(_) => {}
                Err(error) => self.fail(error),
            }
            return;
        }
        let mut whole = Vec::with_capacity(bytes.len() + 1);
        whole.extend(self.half.take());
        whole.extend_from_slice(bytes);
        let pairs = whole.chunks_exact(2);
        self.half = pairs.remainder().first().copied();
        let samples: Vec<i16> = pairs.map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect();
        self.send_samples(&samples, now);
    }

    /// Samples from −1 to 1, at the caller's rate.
    pub fn send_floats(&mut self, samples: &[f32], now: f64) {
        if !self.takes_samples() {
            return;
        }
        let mut wanted = Vec::new();
        let samples = match &mut self.resampler {
            Some(resampler) => {
                resampler.push(samples, &mut wanted);
                &wanted
            }
            None => samples,
        };
        let has_sound = self.audio.push(&in_16_bits(samples));
        self.grown(has_sound, now);
    }

    /// Samples of 16 bits, at the caller's rate.
    pub fn send_samples(&mut self, samples: &[i16], now: f64) {
        if self.resampler.is_some() {
            let floats: Vec<f32> = samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
            self.send_floats(&floats, now);
        } else if self.takes_samples() {
            let has_sound = self.audio.push(samples);
            self.grown(has_sound, now);
        }
    }

    /// Samples are taken unless Opus was promised.
    fn takes_samples(&mut self) -> bool {
        if self.live.is_opus() && self.phase != Phase::Closed {
            let problem =
                "samples came, but with format \"opus\" bytes of Ogg are expected; leave it out to send samples";
            self.fail(Error::invalid_option("audio", problem));
        }
        self.takes_audio()
    }

    pub(super) fn takes_audio(&self) -> bool {
        self.phase != Phase::Closed && self.wish == Wish::Stream
    }

    fn grown(&mut self, has_sound: bool, now: f64) {
        match self.phase {
            Phase::Running => self.pump(now),
            Phase::Idle => {
                let most = self.audio.place(BEFORE_SOUND_MS);
                self.audio.forget_before(self.audio.end().saturating_sub(most));
                if has_sound {
                    self.connect(LiveState::Reconnecting, now);
                }
            }
            _ => {}
        }
        let most = self.audio.place(MOST_KEPT_MS);
        if self.audio.end() - self.audio.first() > most {
            if self.phase == Phase::Running && self.audio.unsent() < most {
                self.audio.forget_before(self.audio.sent().min(self.audio.end() - most));
            } else {
                let words = "ten minutes of audio could not be sent, which is as much as is kept";
                self.fail(Error::new(ErrorKind::Connection, words));
            }
        }
    }

    /// The filter still holds a few milliseconds.
    pub(super) fn flush_resampler(&mut self) {
        if let Some(resampler) = &mut self.resampler
            && self.wish == Wish::Stream
        {
            let mut rest = Vec::new();
            resampler.finish(&mut rest);
            self.audio.push(&in_16_bits(&rest));
            *resampler = Resampler::new(self.live.rate(), self.live.wire_rate());
        }
    }
}

fn in_16_bits(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|sample| to_16_bits(*sample)).collect()
}
