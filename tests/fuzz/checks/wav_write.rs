//! Samples to WAV: whatever the samples and the rate, a file that says how long it is.

use super::choices::Choices;
use crate::audio::wav::{SAMPLE_RATE, encode};
use crate::media::{Seen, Sniffed, millis, sniff};
use crate::media_type::Format;

pub fn check(data: &[u8]) {
    let mut choices = Choices(data);
    let usual = [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 768_000, 1_000];
    let rate = if choices.rarely(4) { choices.word() } else { choices.one(&usual) };
    let mut channels = vec![Vec::new(); choices.below(4)];
    let wild = choices.rarely(3);
    // A fuzzer has better things to do than to wait for the resampler.
    while channels.len() * channels.first().map_or(1, Vec::len) < 600 && !choices.is_over() && !channels.is_empty() {
        for channel in &mut channels {
            let usual = f32::from(choices.short().cast_signed()) / 30_000.0;
            channel.push(if wild { f32::from_bits(choices.word()) } else { usual });
        }
    }
    let slices: Vec<&[f32]> = channels.iter().map(Vec::as_slice).collect();
    let given = channels.first().map_or(0, Vec::len);
    let Ok(file) = encode(&slices, rate) else {
        assert!(given == 0 || !(1_000..=768_000).contains(&rate), "{given} samples at {rate} Hz are refused");
        return;
    };
    let samples = (file.len() - 44) / 2;
    #[allow(clippy::cast_precision_loss, reason = "a few thousand")]
    let (ideal, written) = (given as f64 * f64::from(SAMPLE_RATE) / f64::from(rate), samples as f64);
    assert!((written - ideal).abs() <= 1.0, "{given} samples at {rate} Hz became {samples}");
    assert!(samples > 0, "sound became an empty file");
    let seen = Seen::head(&file[..44], Some(file.len() as u64));
    assert_eq!(sniff(&seen), Sniffed::Audio(Format::Wav));
    assert_eq!(millis(&seen), Some(samples as u64 * 1_000 / u64::from(SAMPLE_RATE)));
    if !wild {
        // No filter may shout. At the very ends, where it knows one side only, it gets louder, by a few times.
        let loudest = |values: &mut dyn Iterator<Item = f32>| values.map(f32::abs).fold(0.0, f32::max);
        let out = loudest(&mut file[44..].chunks(2).map(|pair| f32::from(i16::from_le_bytes([pair[0], pair[1]]))));
        let most = slices.iter().map(|channel| loudest(&mut channel.iter().copied())).fold(0.0, f32::max);
        assert!(out <= most.min(1.0) * 32_767.0 * 6.0 + 2.0, "{most} became {out}");
    }
}
