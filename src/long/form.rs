//! In which form pieces are sent: as Opus, a tenth as large, where that is encoded and nobody refuses it; else as WAV.

use crate::error::ErrorKind;

/// So many pieces in a row that were not taken as Opus: the next ones will not be, either.
const IN_A_ROW: usize = 3;

/// What is known of Opus in this recording.
#[derive(Clone, Copy, Debug)]
pub(super) struct Forms {
    takes_opus: bool,
    failed_in_a_row: usize,
}

impl Forms {
    pub(super) const fn new(takes_opus: bool) -> Self {
        Self { takes_opus, failed_in_a_row: 0 }
    }

    /// Whether the next piece shall be Opus.
    pub(super) const fn takes_opus(&self) -> bool {
        self.takes_opus
    }

    /// A piece could not be encoded.
    pub(super) fn unencoded(&mut self) {
        self.failed_in_a_row += 1;
        self.takes_opus &= self.failed_in_a_row < IN_A_ROW;
    }

    /// A piece was understood as Opus.
    pub(super) fn heard(&mut self) {
        self.failed_in_a_row = 0;
    }

    /// A piece of Opus has come back with such an error: whether it may be taken as WAV.
    pub(super) fn refused(&mut self, kind: ErrorKind) -> bool {
        match kind {
            // The service, or what stands before it, takes other media types.
            ErrorKind::UnsupportedFormat => self.takes_opus = false,
            // It has this one not decoded; perhaps it decodes none.
            ErrorKind::InvalidAudio => self.unencoded(),
            _ => return false,
        }
        true
    }
}
