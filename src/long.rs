//! Long recordings, piece by piece: decisions without I/O, on a clock that the caller has.
//!
//! For JavaScript: `asr.transcribe(audio, { longAudio: "split" })`. In Rust, `sound::Segmenter` (feature `sound`)
//! cuts a recording, [`Split`] says which piece to send when, and a [`Limiter`] when a client's next request may begin.

mod form;
mod kept;
mod limiter;
mod options;
mod repetition;
mod split;
mod way;
mod whole;

pub use kept::Kept;
pub use limiter::{Limiter, Pace};
pub use options::SplitOptions;
pub use split::{Action, Progress, SILENCE_MS, Split, TARGET_MS, Told};
pub use way::{Allowed, Known, Place, Way, way};
pub use whole::{Gap, Outcome, Repetition};
