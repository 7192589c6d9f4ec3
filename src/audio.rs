//! Audio itself: files and samples.

pub(crate) mod ogg;
pub(crate) mod ogg_opus;
pub mod resample;
#[cfg(test)]
mod tones;
pub mod wav;
