//! WAV as every model takes it: 16 kHz, mono, 16 bits. Reading is in `media`.

use crate::error::{Error, ErrorKind};

/// The rate every model works at.
pub const SAMPLE_RATE: u32 = 16_000;

/// What stands before the samples, in bytes.
pub const HEADER_LENGTH: u64 = 44;

/// Writes samples (−1.0 to 1.0) as a 16 kHz mono 16-bit WAV file.
///
/// Several channels are averaged. Another rate is resampled with a windowed-sinc low-pass, so that nothing above the
/// new limit folds back as noise; in a browser, let an `AudioContext` of 16 kHz decode and this does no more than
/// write.
pub fn encode(channels: &[&[f32]], sample_rate: u32) -> Result<Vec<u8>, Error> {
    let Some(length) = channels.iter().map(|channel| channel.len()).min().filter(|length| *length > 0) else {
        return Err(Error::new(ErrorKind::EmptyAudio, "there are no samples to write"));
    };
    // The highest is what Chromium's AudioContext takes; the lowest keeps out kilohertz (16, 44.1).
    if !(1_000..=768_000).contains(&sample_rate) {
        return Err(Error::invalid_option("sampleRate", "expected a rate from 1000 to 768000 Hz"));
    }
    #[allow(clippy::cast_precision_loss, reason = "a handful of channels")]
    let weight = 1.0 / channels.len() as f32;
    let mono: Vec<f32> =
        (0..length).map(|index| channels.iter().map(|channel| channel[index]).sum::<f32>() * weight).collect();
    let mono = if sample_rate == SAMPLE_RATE { mono } else { resample(&mono, sample_rate) };
    write(&mono)
}

/// The canonical 44 bytes of "Multimedia Programming Interface and Data Specifications 1.0", then the samples.
fn write(samples: &[f32]) -> Result<Vec<u8>, Error> {
    let header = checked_header(samples.len() as u64 * 2, SAMPLE_RATE)?;
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(&header);
    for sample in samples {
        file.extend_from_slice(&to_16_bits(*sample).to_le_bytes());
    }
    Ok(file)
}

/// A sample as 16 bits have it. As loud up as down: −1.0 is not the lowest value that they have.
#[allow(clippy::cast_possible_truncation, reason = "clamped; NaN becomes silence")]
pub(crate) fn to_16_bits(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32_767.0).round() as i16
}

/// The same header, where so many bytes have a place behind it.
pub(crate) fn checked_header(data_length: u64, sample_rate: u32) -> Result<Vec<u8>, Error> {
    let fitting = u32::try_from(data_length).ok().filter(|length| *length <= u32::MAX - 36);
    let length = fitting
        .ok_or_else(|| Error::new(ErrorKind::AudioTooLong, "a WAV file cannot hold more than 4 GB; cut the audio"))?;
    Ok(header(length, sample_rate))
}

/// What stands before 16-bit samples of one channel.
pub(crate) fn header(data_length: u32, sample_rate: u32) -> Vec<u8> {
    let mut file = Vec::with_capacity(44);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(data_length + 36).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    file.extend_from_slice(&1_u16.to_le_bytes()); // PCM
    file.extend_from_slice(&1_u16.to_le_bytes()); // one channel
    file.extend_from_slice(&sample_rate.to_le_bytes());
    file.extend_from_slice(&(sample_rate * 2).to_le_bytes()); // bytes per second
    file.extend_from_slice(&2_u16.to_le_bytes()); // bytes per frame
    file.extend_from_slice(&16_u16.to_le_bytes()); // bits per sample
    file.extend_from_slice(b"data");
    file.extend_from_slice(&data_length.to_le_bytes());
    file
}

/// Zero crossings of the filter on each side; 16 leave about 60 dB of what must go.
pub(super) const CROSSINGS: f64 = 16.0;

/// Resamples to 16 kHz. A polyphase filter would be faster; this runs only where the platform could not resample.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "positions within an array of samples"
)]
fn resample(samples: &[f32], from: u32) -> Vec<f32> {
    let step = f64::from(from) / f64::from(SAMPLE_RATE);
    // Going down, the filter must cut at the new limit; going up, at the old one.
    let cutoff = (1.0 / step).min(1.0);
    let reach = CROSSINGS / cutoff;
    // A sample or two at a high rate are sound all the same.
    let length = (samples.len() as f64 / step).floor().max(1.0) as usize;
    (0..length)
        .map(|index| {
            let center = index as f64 * step;
            let first = (center - reach).ceil().max(0.0) as usize;
            let last = ((center + reach).floor() as usize).min(samples.len() - 1);
            let (mut sum, mut weights) = (0.0, 0.0);
            for (offset, sample) in samples[first..=last].iter().enumerate() {
                let distance = (first + offset) as f64 - center;
                let weight = weight(distance, cutoff);
                sum += weight * f64::from(*sample);
                weights += weight;
            }
            (sum / weights) as f32
        })
        .collect()
}

/// How much a sample counts at such a distance: a sinc that cuts at `cutoff`, under a Hann window.
pub(super) fn weight(distance: f64, cutoff: f64) -> f64 {
    sinc(distance * cutoff) * (0.5 + 0.5 * sine(0.5 - distance * cutoff / CROSSINGS))
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { sine(x) / (core::f64::consts::PI * x) }
}

/// sin(πx). The library's sine brings 9 kB of wasm for huge angles; these are small, and nine digits are plenty.
fn sine(x: f64) -> f64 {
    let turned = x - 2.0 * (x / 2.0).round(); // −1 to 1
    let folded = if turned.abs() > 0.5 { turned.signum() - turned } else { turned };
    let angle = folded * core::f64::consts::PI;
    let square = angle * angle;
    // Taylor: the next term is below 6e-8 at the end of the range.
    let series = 1.0 - square / 110.0;
    let series = 1.0 - square / 72.0 * series;
    let series = 1.0 - square / 42.0 * series;
    let series = 1.0 - square / 20.0 * series;
    angle * (1.0 - square / 6.0 * series)
}

#[cfg(test)]
mod tests {
    use super::super::tones::{loudness, tone};
    use super::*;

    fn samples(file: &[u8]) -> Vec<f32> {
        file[44..].chunks_exact(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]])) / 32767.0).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let wave = tone(440.0, 16_000, 1.0);
        let file = encode(&[&wave], 16_000).unwrap();
        assert_eq!(file.len(), 44 + 32_000);
        let worst = samples(&file).iter().zip(&wave).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst < 1.0 / 32_000.0, "{worst}");
    }

    #[test]
    fn rates_are_converted_without_folding() {
        for rate in [8_000, 22_050, 44_100, 48_000, 96_000] {
            let kept = samples(&encode(&[&tone(1_000.0, rate, 0.5)], rate).unwrap());
            assert!((kept.len() as i64 - 8_000).abs() <= 1, "{rate}: {}", kept.len());
            let ideal = tone(1_000.0, 16_000, 0.5);
            let middle = 500..7_500;
            let worst = middle.map(|index| (kept[index] - ideal[index]).abs()).fold(0.0, f32::max);
            assert!(worst < 0.003, "{rate}: {worst}");
        }
        let folded = samples(&encode(&[&tone(11_000.0, 48_000, 0.5)], 48_000).unwrap());
        assert!(loudness(&folded[500..7_500]) < 0.001, "{}", loudness(&folded[500..7_500]));
    }

    #[test]
    fn the_sine_is_a_sine() {
        for step in -4_000..4_000 {
            let x = f64::from(step) / 100.0;
            assert!((sine(x) - (core::f64::consts::PI * x).sin()).abs() < 1e-7, "{x}");
        }
    }

    #[test]
    fn channels_are_averaged() {
        let file = encode(&[&[1.0, 0.5], &[0.0, -0.5, 9.0]], 16_000).unwrap();
        assert_eq!(samples(&file).len(), 2);
        assert!((samples(&file)[0] - 0.5).abs() < 1e-4 && samples(&file)[1].abs() < 1e-4);
    }

    #[test]
    fn bad_input_is_refused() {
        assert_eq!(encode(&[], 16_000).unwrap_err().kind(), ErrorKind::EmptyAudio);
        assert_eq!(encode(&[&[]], 16_000).unwrap_err().kind(), ErrorKind::EmptyAudio);
        assert_eq!(encode(&[&[0.0]], 0).unwrap_err().field(), Some("sampleRate"));
        assert_eq!(samples(&encode(&[&[f32::NAN, 7.0]], 16_000).unwrap()), [0.0, 1.0]);
    }
}
