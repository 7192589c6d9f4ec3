//! Sound: recordings of any length become pieces that a model takes (feature `sound`).
//!
//! Bytes or samples go in as they come, nothing is kept for longer than it is needed, and what comes out does not depend on how
//! the input was cut. [`reader`] decodes, [`segmenter`] cuts at pauses, [`opus_file`] writes what an encoder makes of it; [`longest`] says how long a piece may be for a model.

mod converter;
pub mod opus_file;
pub mod reader;
pub mod segmenter;
mod voice;

pub use converter::Converter;
pub use opus_file::OpusFile;
pub use reader::{Facts, Reader};
pub use segmenter::{Ending, Segment, Segmenter, SegmenterOptions};
pub use voice::{FRAME, Listening, Voice};

use crate::audio::wav::{HEADER_LENGTH, SAMPLE_RATE};
use crate::data_url;
use crate::media_type::Format;
use crate::model::Limits;

/// How many samples (16 kHz, mono, 16 bits) a WAV file may have for these limits: the model's seconds, and its bytes, after
/// base64 where it takes base64.
///
/// ```
/// use dashscope_asr::model::Family;
/// use dashscope_asr::sound::longest;
///
/// // The whole five minutes; and as much of them as ten megabytes of base64 hold.
/// assert_eq!(longest(&Family::of("qwen-audio-3.1-asr-flash").limits()), 300 * 16_000);
/// assert_eq!(longest(&Family::of("qwen3-asr-flash").limits()), 3_932_129);
/// ```
#[must_use]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole seconds, and not many")]
pub fn longest(limits: &Limits) -> u64 {
    let bytes = match limits.data_url_length {
        0 => limits.file_length,
        most => data_url::bytes_within(Format::Wav.media_type(), most),
    };
    let samples = bytes.saturating_sub(HEADER_LENGTH) / 2;
    samples.min(limits.seconds as u64 * u64::from(SAMPLE_RATE))
}
