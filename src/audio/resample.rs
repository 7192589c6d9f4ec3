//! Resampling of one channel as it flows: what comes out does not depend on how the samples were cut.

use super::wav::{CROSSINGS, weight};

/// Most places between two samples that the filter is made for; others are rounded to the nearest, 60 dB below the sound.
const MOST_PHASES: u32 = 1_024;

/// A windowed-sinc low-pass between two rates, which keeps what it still needs of the samples before.
#[derive(Debug)]
pub struct Resampler {
    /// What goes in and comes out in the same time, without common factors.
    ratio: (u64, u64),
    cutoff: f64,
    /// How many samples count on each side.
    reach: u64,
    phases: u32,
    /// The filter of each phase, once it was needed.
    filters: Vec<Vec<f32>>,
    kept: Vec<f32>,
    /// Which sample of all the first kept one is; the stream begins with silence.
    first: u64,
    /// How many samples came out.
    given: u64,
}

impl Resampler {
    /// From one rate to another, both above zero.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few hundred at the most")]
    pub fn new(from: u32, to: u32) -> Self {
        let (mut a, mut b) = (from.max(1), to.max(1));
        while b > 0 {
            (a, b) = (b, a % b);
        }
        let ratio = (u64::from(from.max(1) / a), u64::from(to.max(1) / a));
        let cutoff = (f64::from(to) / f64::from(from)).min(1.0);
        let reach = (CROSSINGS / cutoff).ceil() as u64;
        let phases = (to.max(1) / a).min(MOST_PHASES);
        let silence = vec![0.0; reach as usize];
        Self {
            ratio,
            cutoff,
            reach,
            phases,
            filters: vec![Vec::new(); phases as usize],
            kept: silence,
            first: 0,
            given: 0,
        }
    }

    /// Takes samples and gives those that are sure now; a few milliseconds stay behind.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.kept.extend_from_slice(samples);
        let (from, to) = self.ratio;
        loop {
            // `kept` begins `reach` samples early, so the filter's left end is at `center` itself.
            let place = self.given * from;
            let (mut center, rest) = (place / to, place % to);
            let mut phase = (rest * u64::from(self.phases) + to / 2) / to;
            if phase == u64::from(self.phases) {
                (center, phase) = (center + 1, 0);
            }
            let Ok(at) = usize::try_from(center - self.first) else { return };
            let filter = self.filter(phase);
            let Some(heard) = self.kept.get(at..at + filter) else { break };
            let filter = self.filters.get(usize::try_from(phase).unwrap_or_default());
            out.push(filter.into_iter().flatten().zip(heard).map(|(weight, sample)| weight * sample).sum());
            self.given += 1;
        }
        let needed = (self.given * from / to).saturating_sub(self.first);
        let gone = usize::try_from(needed).unwrap_or_default().min(self.kept.len());
        self.kept.drain(..gone);
        self.first += gone as u64;
    }

    /// What is left, as if silence followed.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let silence = vec![0.0; usize::try_from(self.reach).unwrap_or_default() + 1];
        self.push(&silence, out);
    }

    /// Makes the filter of a phase, if it is not there yet; its length.
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "small numbers; samples are f32")]
    fn filter(&mut self, phase: u64) -> usize {
        let (reach, cutoff, phases) = (self.reach, self.cutoff, f64::from(self.phases));
        let Some(filter) = self.filters.get_mut(usize::try_from(phase).unwrap_or_default()) else { return 0 };
        if filter.is_empty() {
            let limit = CROSSINGS / cutoff;
            let weights: Vec<f64> = (0..=2 * reach)
                .map(|index| index as f64 - reach as f64 - phase as f64 / phases)
                .map(|distance| if distance.abs() < limit { weight(distance, cutoff) } else { 0.0 })
                .collect();
            let sum: f64 = weights.iter().sum();
            *filter = weights.iter().map(|weight| (weight / sum) as f32).collect();
        }
        filter.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tones::{loudness, tone};
    use super::*;

    fn resampled(samples: &[f32], from: u32, to: u32, piece: usize) -> Vec<f32> {
        let (mut resampler, mut out) = (Resampler::new(from, to), Vec::new());
        for samples in samples.chunks(piece) {
            resampler.push(samples, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn speech_passes_in_its_place_and_what_would_fold_back_does_not() {
        for rate in [8_000, 22_050, 44_100, 44_101, 48_000, 96_000] {
            let expected = tone(1_000.0, 16_000, 0.5);
            let out = resampled(&tone(1_000.0, rate, 0.5), rate, 16_000, 480);
            assert!((7_990..=8_020).contains(&out.len()), "{rate}: {}", out.len());
            let wrong: Vec<f32> = out[200..7_800].iter().zip(&expected[200..7_800]).map(|(a, b)| a - b).collect();
            assert!(loudness(&wrong) < 0.002, "{rate}: {}", loudness(&wrong));
            if rate > 32_000 {
                let folded = resampled(&tone(11_000.0, rate, 0.5), rate, 16_000, 480);
                assert!(loudness(&folded[500..7_500]) < 0.001, "{rate}: {}", loudness(&folded[500..7_500]));
            }
        }
    }

    #[test]
    fn pieces_do_not_matter() {
        let sound = tone(700.0, 44_100, 0.2);
        let whole = resampled(&sound, 44_100, 16_000, usize::MAX);
        for piece in [1, 7, 128, 441, 1_000] {
            assert_eq!(resampled(&sound, 44_100, 16_000, piece), whole, "{piece}");
        }
    }

    #[test]
    fn an_hour_is_not_kept() {
        let (mut resampler, mut out) = (Resampler::new(48_000, 16_000), Vec::new());
        for _ in 0..1_000 {
            resampler.push(&[0.1; 4_800], &mut out);
            out.clear();
        }
        assert!(resampler.kept.capacity() < 20_000);
    }
}
