//! Where somebody speaks.

use core::fmt;

use earshot::Detector;

/// How many samples of 16 kHz are judged at a time: 16 ms.
pub const FRAME: usize = 256;

/// Judges whether somebody speaks, frame by frame, in order.
pub trait Voice {
    /// How sure it is of speech in the next frame, from 0 to 1.
    fn score(&mut self, frame: &[i16; FRAME]) -> f32;
}

/// The neural detector of the crate `earshot`: 40 kB of weights, some thousandths of real time.
pub struct Listening(Box<Detector>);

impl Default for Listening {
    fn default() -> Self {
        Self(Detector::default_boxed())
    }
}

impl Voice for Listening {
    fn score(&mut self, frame: &[i16; FRAME]) -> f32 {
        self.0.predict_i16(frame)
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Listening")
    }
}
