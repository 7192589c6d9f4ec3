//! What the segmenter promises, with speech made up at random, and with recordings.

use super::*;

/// Speech is what is louder than a whisper: scores are known, and do not depend on chunks.
struct Loud;

impl Voice for Loud {
    fn score(&mut self, frame: &[i16; FRAME]) -> f32 {
        if frame[0] > 1000 { 0.9 } else { 0.1 }
    }
}

/// `xorshift64*`: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }
}

/// Frames as a speaker of some kind leaves them: bursts of voice, pauses between; the rest of a frame at the end.
fn recording(random: &mut Random) -> Vec<i16> {
    let frames = 200 + random.below(3_000);
    let (burst, pause) = (1 + random.below(300), 1 + random.below(60));
    let (mut voices, mut samples) = (false, Vec::new());
    while samples.len() < frames * FRAME {
        let is_long = random.below(20) == 0;
        let length = 1 + random.below(if voices {
            burst
        } else if is_long {
            500
        } else {
            pause
        });
        for _ in 0..length {
            let level = if voices { 2_000 + random.below(20_000) } else { random.below(900) } as i16;
            samples.extend((0..FRAME).map(|at| if at % 2 == 0 { level } else { -level }));
        }
        voices = !voices;
    }
    samples.extend(vec![5_000; random.below(FRAME)]);
    samples
}

fn cut(samples: &[i16], options: SegmenterOptions, mut chunk: impl FnMut() -> usize) -> Vec<Segment> {
    let (mut segmenter, mut segments) = (Segmenter::with_voice(Loud, options), Vec::new());
    let mut rest = samples;
    while !rest.is_empty() {
        let (some, others) = rest.split_at(chunk().clamp(1, rest.len()));
        segmenter.push(some);
        segments.extend(core::iter::from_fn(|| segmenter.next_segment()));
        rest = others;
    }
    segmenter.finish();
    segments.extend(core::iter::from_fn(|| segmenter.next_segment()));
    segments
}

/// Which frames have voice.
fn voices(samples: &[i16]) -> Vec<bool> {
    samples.chunks(FRAME).map(|frame| frame[0] > 1000).collect()
}

/// The longest run of silent frames.
fn longest_pause(voices: &[bool]) -> usize {
    voices.split(|voiced| *voiced).map(<[bool]>::len).max().unwrap_or_default()
}

#[test]
fn all_speech_is_covered_once_in_order_within_the_limits() {
    let mut random = Random(7);
    let (mut by_pause, mut by_force) = (0, 0);
    for _ in 0..80 {
        let samples = recording(&mut random);
        let frames = |random: &mut Random, most| ((62 + random.below(most)) * FRAME + random.below(FRAME)) as u64;
        let longest = frames(&mut random, 900);
        let target = if random.below(2) == 0 { longest } else { frames(&mut random, 900) };
        let options = SegmenterOptions { longest, target, silence: frames(&mut random, 200) };
        let segments = cut(&samples, options, || 4_096);

        let voiced = voices(&samples);
        let mut covered = vec![false; voiced.len()];
        let mut end = 0;
        for (index, segment) in segments.iter().enumerate() {
            let (first, length) = (segment.start as usize, segment.samples.len());
            assert_eq!(segment.index, index);
            assert!(first >= end, "{first} is before {end}");
            assert!(length as u64 <= longest.max(62 * FRAME as u64), "{length}");
            assert_eq!(segment.samples, samples[first..first + length]);
            end = first + length;

            let own = &voiced[first / FRAME..end.div_ceil(FRAME)];
            covered[first / FRAME..end.div_ceil(FRAME)].fill(true);
            let speech = own.iter().filter(|voiced| **voiced).count();
            assert!(speech > 0, "a segment without speech");
            assert_eq!(segment.voiced, speech * FRAME);
            let before = own.iter().position(|voiced| *voiced).unwrap();
            let after = own.iter().rev().position(|voiced| *voiced).unwrap();
            assert!(before <= BEFORE && after <= AFTER, "{before} {after}");
            assert!(longest_pause(own) < (options.silence as usize / FRAME).max(CLEAR), "silence inside");
            match segment.ending {
                Ending::Voice => {
                    by_force += 1;
                    // There was no pause to cut at, up to the limit.
                    let most = (first / FRAME + before..first / FRAME + longest as usize / FRAME).len() + before;
                    let window = &voiced[first / FRAME + before..first / FRAME + most];
                    assert!(longest_pause(window) < PAUSE, "a word was cut beside a pause");
                }
                Ending::Pause | Ending::Silence => {
                    by_pause += 1;
                    assert!(!voiced[end / FRAME - 1] && !voiced[end / FRAME], "cut beside a word");
                }
                Ending::End => assert_eq!(index, segments.len() - 1),
            }
        }
        let missed = voiced.iter().zip(&covered).filter(|(voiced, covered)| **voiced && !**covered).count();
        assert_eq!(missed, 0, "speech was left out");
    }
    assert!(by_pause > 200 && by_force > 20, "{by_pause} {by_force}");
}

#[test]
fn chunks_do_not_matter() {
    let mut random = Random(11);
    for _ in 0..6 {
        let samples = recording(&mut random);
        let options = SegmenterOptions { longest: 100_000, target: 50_000, silence: 20_000 };
        let whole = cut(&samples, options, || usize::MAX);
        for most in [1_usize, 3, 255, 256, 257, 5_000] {
            let mut chunks = Random(most as u64 + 1);
            assert_eq!(cut(&samples, options, || 1 + chunks.below(most * 2)), whole, "{most}");
        }
    }
}

#[test]
fn the_longest_pause_nearest_the_limit_is_taken() {
    let frames = |parts: &[(usize, i16)]| -> Vec<i16> {
        parts.iter().flat_map(|(count, level)| vec![*level; count * FRAME]).collect()
    };
    let options = |longest: usize| SegmenterOptions {
        longest: (longest * FRAME) as u64,
        target: (longest * FRAME) as u64,
        silence: 1_000_000,
    };
    let ends = |parts: &[(usize, i16)], longest| {
        let segments = cut(&frames(parts), options(longest), || 1_000);
        segments
            .iter()
            .map(|segment| (segment.start as usize / FRAME, segment.samples.len() / FRAME))
            .collect::<Vec<_>>()
    };
    // Of two that are alike, the later.
    let parts = [(100, 2_000), (20, 0), (100, 2_000), (20, 0), (100, 2_000)];
    assert_eq!(ends(&parts, 300), [(0, 228), (228, 112)]);
    // A little later does not outweigh a lot longer.
    let parts = [(200, 2_000), (40, 0), (40, 2_000), (10, 0), (100, 2_000)];
    assert_eq!(ends(&parts, 300), [(0, 216), (228, 162)]);
    // But much later does.
    let parts = [(20, 2_000), (40, 0), (200, 2_000), (12, 0), (100, 2_000)];
    assert_eq!(ends(&parts, 300), [(0, 261), (261, 111)]);
    // What is no pause is a place that is quieter than others.
    let parts = [(250, 2_000), (4, 1_001), (200, 2_000)];
    let segments = cut(&frames(&parts), options(300), || 1_000);
    assert_eq!((segments[0].samples.len() / FRAME, segments[0].ending), (251, Ending::Voice));
}

#[test]
fn silence_is_nothing() {
    let options = SegmenterOptions { longest: 100_000, target: 100_000, silence: 20_000 };
    assert_eq!(cut(&[], options, || 1), []);
    assert_eq!(cut(&vec![0; 1_000_000], options, || 5_000), []);
    let mut segmenter = Segmenter::new(options);
    for _ in 0..1_000 {
        segmenter.push(&[0; 1_600]);
    }
    assert!(segmenter.samples.capacity() < 20_000, "silence is kept");
    segmenter.finish();
    assert_eq!(segmenter.next_segment(), None);
}

#[test]
fn an_hour_of_speech_is_not_kept() {
    let longest = 30 * 16_000;
    let options = SegmenterOptions { longest, target: longest, silence: longest };
    let mut segmenter = Segmenter::with_voice(Loud, options);
    // Two seconds of voice, and the shortest pause; twenty minutes are like an hour.
    let sentence: Vec<i16> = [vec![2_000; 125 * FRAME], vec![0; PAUSE * FRAME]].concat();
    let mut count = 0;
    for _ in 0..550 {
        segmenter.push(&sentence);
        count += core::iter::from_fn(|| segmenter.next_segment()).count();
    }
    assert!(count >= 40, "{count}");
    assert!(segmenter.samples.capacity() <= 2 * longest as usize, "{}", segmenter.samples.capacity());
    assert!(segmenter.heard.capacity() <= 2 * longest as usize / FRAME + 8);
}

/// The samples of a WAV file of the tests: 16 kHz, mono, 16 bits.
fn spoken(name: &str) -> Vec<i16> {
    let file = std::fs::read(format!("{}/tests/fixtures/speech/{name}.wav", env!("CARGO_MANIFEST_DIR"))).unwrap();
    file[44..].chunks_exact(2).map(|pair| i16::from_le_bytes([pair[0], pair[1]])).collect()
}

const NAMES: [&str; 6] = ["jfk", "libri_0870", "libri_0880", "libri_0890", "libri_0920", "libri_0930"];

#[test]
fn recordings_with_silence_between_them_are_found_again() {
    // A faint noise, as in a room.
    let mut random = Random(3);
    let mut silence =
        |seconds: usize| (0..seconds * 16_000).map(|_| random.below(21) as i16 - 10).collect::<Vec<i16>>();
    let (mut samples, mut places) = (silence(5), Vec::new());
    for name in NAMES {
        let speech = spoken(name);
        places.push(samples.len()..samples.len() + speech.len());
        samples.extend(speech);
        samples.extend(silence(5));
    }
    let options = SegmenterOptions::of(&Family::Qwen3Flash.limits());
    let mut segmenter = Segmenter::new(options);
    segmenter.push(&samples);
    segmenter.finish();
    let segments: Vec<Segment> = core::iter::from_fn(|| segmenter.next_segment()).collect();
    assert_eq!(segments.len(), NAMES.len());
    // The detector believes in speech for a moment longer.
    let pad = 40 * FRAME;
    for ((segment, place), name) in segments.iter().zip(&places).zip(NAMES) {
        let (start, end) = (segment.start as usize, segment.start as usize + segment.samples.len());
        assert!(
            start + BEFORE * FRAME >= place.start && end <= place.end + pad,
            "{name}: {start}..{end} is not in {place:?}"
        );
        // What of the recording is outside is no louder than its own background.
        let missed = samples[place.start..start.max(place.start)].iter().chain(&samples[end.min(place.end)..place.end]);
        let loudest = missed.map(|sample| sample.unsigned_abs()).max().unwrap_or_default();
        assert!(loudest < 1_200, "{name}: something of {loudest} was left out");
    }
}

#[test]
fn a_speech_without_end_is_cut_where_nobody_speaks() {
    let samples: Vec<i16> = NAMES.iter().cycle().take(24).flat_map(|name| spoken(name)).collect();
    for seconds in [15, 30, 60] {
        let longest = seconds * 16_000;
        let options = SegmenterOptions { longest, target: longest, silence: longest };
        let mut segmenter = Segmenter::new(options);
        segmenter.push(&samples);
        segmenter.finish();
        let segments: Vec<Segment> = core::iter::from_fn(|| segmenter.next_segment()).collect();
        assert!(segments.len() as u64 <= samples.len() as u64 / longest * 2, "{}", segments.len());
        for segment in &segments[..segments.len() - 1] {
            assert_eq!(segment.ending, Ending::Pause);
            let end = segment.start as usize + segment.samples.len();
            let around = &samples[end - 400..end + 400]; // 50 ms
            let loudness = (around.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / 800.0).sqrt();
            assert!(loudness < 400.0, "{seconds} s: cut at {end}, where it is as loud as {loudness}");
        }
    }
}
