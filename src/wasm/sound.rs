//! Reading, converting and cutting recordings: bytes and samples go in as they come, samples and segments come out.

use js_sys::{Array, Float32Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::entry::data;
use super::error::to_js;
use crate::audio::wav::{self, SAMPLE_RATE};
use crate::client::{AudioFacts, takes};
use crate::error::Error;
use crate::fields::Fields;
use crate::json::{ObjectWriter, View};
use crate::media::{self, HEAD_LENGTH, Seen, Sniffed};
use crate::model::Family;
use crate::sound::{Converter, Ending, OpusFile, Reader, Segmenter, SegmenterOptions, opus_file};

/// A file that is read: WAV, FLAC or MP3.
#[wasm_bindgen]
#[derive(Debug)]
pub struct SoundReader(Reader);

#[wasm_bindgen]
impl SoundReader {
    /// Chooses by what has been seen: the first bytes, and behind them what `missing` asked for.
    #[wasm_bindgen(constructor)]
    pub fn new(seen: &[u8]) -> Result<Self, JsValue> {
        Reader::of(&Seen::new(seen, HEAD_LENGTH, None)).map(Self).map_err(|error| to_js(&error))
    }

    /// Takes the next bytes, from the first on, and gives the samples that are sure now: 16 kHz, one channel.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<i16>, JsValue> {
        samples(|out| self.0.push(bytes, out))
    }

    /// The file is over: what is left of it.
    pub fn finish(&mut self) -> Result<Vec<i16>, JsValue> {
        samples(|out| self.0.finish(out))
    }
}

fn samples(work: impl FnOnce(&mut Vec<i16>) -> Result<(), Error>) -> Result<Vec<i16>, JsValue> {
    let mut out = Vec::new();
    work(&mut out).map_err(|error| to_js(&error))?;
    Ok(out)
}

/// Decoded samples of any rate become those that every model takes.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct SoundConverter(Converter);

#[wasm_bindgen]
impl SoundConverter {
    /// Begins.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next samples (−1 to 1), an array for each channel, and gives those that are sure now: 16 kHz, one channel.
    #[allow(clippy::cast_precision_loss, reason = "a handful of channels")]
    pub fn push(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Float32Array[]")] channels: &Array,
        sample_rate: u32,
    ) -> Vec<i16> {
        let weight = 1.0 / channels.length().max(1) as f32;
        let mut mono: Vec<f32> = Vec::new();
        for channel in channels.iter().map(|channel| Float32Array::unchecked_from_js(channel).to_vec()) {
            mono.resize(channel.len(), 0.0);
            mono.iter_mut().zip(&channel).for_each(|(sum, sample)| *sum += sample * weight);
        }
        let mut out = Vec::new();
        self.0.push(&mono, sample_rate, &mut out);
        out
    }

    /// What is left.
    pub fn finish(&mut self) -> Vec<i16> {
        let mut out = Vec::new();
        self.0.finish(&mut out);
        out
    }
}

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** A piece of a recording: its samples (16 kHz, one channel), where it begins in it, how much of it is speech, how it ends. */
export interface SegmentFacts {
  index: number;
  /** The first of its samples, counted from the beginning of the recording. */
  start: number;
  samples: Int16Array<ArrayBuffer>;
  voiced: number;
  ending: "silence" | "pause" | "voice" | "end";
}
"#;

/// Cuts a recording at its pauses.
#[wasm_bindgen]
#[derive(Debug)]
pub struct SoundSegmenter(Segmenter);

#[wasm_bindgen]
impl SoundSegmenter {
    /// Begins a recording. The options are JSON: `model`, `maxMs`, `targetMs`, `silenceMs`.
    #[wasm_bindgen(constructor)]
    pub fn new(options: &str) -> Result<Self, JsValue> {
        let options = data(options, SegmenterOptions::read).map_err(|error| to_js(&error))?;
        Ok(Self(Segmenter::new(options)))
    }

    /// Takes the next samples.
    pub fn push(&mut self, samples: &[i16]) {
        self.0.push(samples);
    }

    /// The recording is over.
    pub fn finish(&mut self) {
        self.0.finish();
    }

    /// The next segment, if one is ready.
    #[wasm_bindgen(js_name = nextSegment, unchecked_return_type = "SegmentFacts | undefined")]
    #[allow(clippy::cast_precision_loss, reason = "samples of thousands of years")]
    pub fn next_segment(&mut self) -> JsValue {
        let Some(segment) = self.0.next_segment() else { return JsValue::UNDEFINED };
        let ending = match segment.ending {
            Ending::Silence => "silence",
            Ending::Pause => "pause",
            Ending::Voice => "voice",
            Ending::End => "end",
        };
        let facts = js_sys::Object::new();
        for (name, value) in [
            ("index", JsValue::from_f64(segment.index as f64)),
            ("start", JsValue::from_f64(segment.start as f64)),
            ("samples", js_sys::Int16Array::from(segment.samples.as_slice()).into()),
            ("voiced", JsValue::from_f64(segment.voiced as f64)),
            ("ending", JsValue::from_str(ending)),
        ] {
            let _ = js_sys::Reflect::set(&facts, &name.into(), &value);
        }
        facts.into()
    }
}

/// How the browser's encoder is to be set up: `config` for an `AudioEncoder`, and how many samples of silence it gets behind the
/// others; as JSON.
#[wasm_bindgen(js_name = opusEncoder)]
#[must_use]
pub fn opus_encoder() -> String {
    let mut settings = String::new();
    let mut object = ObjectWriter::new(&mut settings);
    object.member("config", |out| {
        let mut config = ObjectWriter::new(out);
        config.string("codec", "opus").number("sampleRate", SAMPLE_RATE).number("numberOfChannels", 1_u32);
        config.number("bitrate", opus_file::BIT_RATE);
        config.close();
    });
    object.number("silence", opus_file::SILENCE);
    object.close();
    settings
}

/// The packets that it has made of so many samples (16 kHz, one channel), as an Ogg file. `description`: that of its `decoderConfig`,
/// or nothing.
#[wasm_bindgen(js_name = opusFile)]
pub fn opus_file(
    samples: u32,
    #[wasm_bindgen(unchecked_param_type = "Uint8Array[]")] packets: &Array,
    description: &[u8],
) -> Result<Vec<u8>, JsValue> {
    let write = || {
        let mut file = OpusFile::new(samples.into());
        packets.iter().try_for_each(|packet| file.push(&Uint8Array::unchecked_from_js(packet).to_vec()))?;
        file.finish(description)
    };
    write().map_err(|error: Error| to_js(&error))
}

/// Where in a file more is to be seen, to tell all that `describe` tells.
#[wasm_bindgen(js_name = missingOfAll)]
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are whole and positive")]
pub fn missing_of_all(seen: &[u8], length: Option<f64>) -> Option<u32> {
    media::missing_of_all(&Seen::new(seen, HEAD_LENGTH, length.map(|length| length as u64)))
}

/// What a file is, as JSON, by what has been seen of it; and what each of the models, which are JSON, says of it. Without models,
/// each family says it.
#[wasm_bindgen]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are whole and positive")]
pub fn describe(seen: &[u8], length: Option<f64>, declared: Option<String>, models: &str) -> Result<String, JsValue> {
    let facts =
        AudioFacts { head: seen.to_vec(), length: length.map(|length| length as u64), declared, replayable: true };
    let names = |given: View<'_>| {
        let mut fields = Fields::new(given, "option of probe");
        let names = fields.texts("models");
        fields.finish().map(|()| names)
    };
    let mut models = data(models, names).map_err(|error| to_js(&error))?;
    if models.is_empty() {
        models = Family::OF_RECORDINGS.iter().map(|family| family.name().to_owned()).collect();
    }
    Ok(description(&facts, &models))
}

fn description(facts: &AudioFacts, models: &[String]) -> String {
    let seen = Seen::new(&facts.head, HEAD_LENGTH, facts.length);
    let mut out = String::new();
    let mut object = ObjectWriter::new(&mut out);
    if let Sniffed::Audio(format) = media::sniff(&seen) {
        object.string("container", format.extension()).string("mediaType", format.media_type());
    }
    let track = media::track(&seen);
    if let Some(codec) = track.codec {
        object.string("codec", codec);
    }
    let millis = media::millis(&seen).and_then(|millis| u32::try_from(millis).ok());
    for (name, number) in [("sampleRate", track.sample_rate), ("channels", track.channels), ("durationMs", millis)] {
        if let Some(number) = number {
            object.number(name, number);
        }
    }
    object.member("models", |out| {
        let mut verdicts = ObjectWriter::new(out);
        for model in models {
            verdicts.member(model, |out| {
                let mut verdict = ObjectWriter::new(out);
                match takes(model, facts) {
                    Ok(()) => verdict.bool("takes", true),
                    Err(error) => {
                        verdict.bool("takes", false).string("code", error.code()).string("why", error.message())
                    }
                };
                verdict.close();
            });
        }
        verdicts.close();
    });
    object.close();
    out
}

/// What stands before so many samples (16 kHz, one channel, 16 bits) in a WAV file.
#[wasm_bindgen(js_name = wavHeader)]
pub fn wav_header(samples: f64) -> Result<Vec<u8>, JsValue> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is refused")]
    let length = (samples * 2.0) as u64;
    wav::checked_header(length, SAMPLE_RATE).map_err(|error| to_js(&error))
}
