//! Audio itself: files and samples.

pub mod wav;
