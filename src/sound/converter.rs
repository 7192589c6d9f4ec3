//! Samples of one rate after another become what every model takes: 16 kHz, 16 bits.

use crate::audio::resample::Resampler;
use crate::audio::wav::SAMPLE_RATE;

/// Takes samples of one channel at their own rate.
#[derive(Debug, Default)]
pub struct Converter {
    rate: u32,
    resampler: Option<Resampler>,
    resampled: Vec<f32>,
}

impl Converter {
    /// Appends those that are sure now. At another rate than before, what was before is over.
    pub fn push(&mut self, samples: &[f32], rate: u32, out: &mut Vec<i16>) {
        if rate != self.rate {
            self.finish(out);
            self.rate = rate;
            self.resampler = (rate != SAMPLE_RATE).then(|| Resampler::new(rate, SAMPLE_RATE));
        }
        let Some(resampler) = &mut self.resampler else {
            return out.extend(samples.iter().map(|sample| quantised(*sample)));
        };
        resampler.push(samples, &mut self.resampled);
        out.extend(self.resampled.drain(..).map(quantised));
    }

    /// What is left.
    pub fn finish(&mut self, out: &mut Vec<i16>) {
        if let Some(mut resampler) = self.resampler.take() {
            resampler.finish(&mut self.resampled);
            out.extend(self.resampled.drain(..).map(quantised));
        }
        self.rate = 0;
    }
}

/// As decoders have it: what has 16 bits already comes out as it went in.
#[allow(clippy::cast_possible_truncation, reason = "the cast saturates, and NaN becomes silence")]
fn quantised(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}
