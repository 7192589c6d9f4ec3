//! Tones, and how loud samples are: for the tests of this room.

/// A sine of half the full volume.
pub(super) fn tone(frequency: f64, rate: u32, seconds: f64) -> Vec<f32> {
    (0..(f64::from(rate) * seconds) as usize)
        .map(|index| (core::f64::consts::TAU * frequency * index as f64 / f64::from(rate)).sin() as f32 * 0.5)
        .collect()
}

/// The root of the mean square.
pub(super) fn loudness(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32).sqrt()
}
