//! What a caller keeps of a recording that is not finished, so that nothing of it is paid for twice: each piece, where it stands,
//! what it sounds like and, once it is known, its transcript.

use core::fmt::Write as _;

use crate::error::Error;
use crate::json::{ObjectWriter, View};
use crate::subtitle;
use crate::transcript::Transcript;

/// The form of what is kept. Another one is not understood.
const VERSION: f64 = 1.0;

/// A piece of a recording: its first sample, how many there are, and a checksum of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) start: u64,
    pub(super) length: u64,
    sum: u64,
}

impl Stretch {
    /// FNV-1a over the samples: whether it is the same recording, not whether somebody means harm.
    pub(super) fn of(start: u64, samples: &[i16]) -> Self {
        let mut sum = 0xcbf2_9ce4_8422_2325;
        for byte in samples.iter().flat_map(|sample| sample.to_le_bytes()) {
            sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Self { start, length: samples.len() as u64, sum }
    }

    #[allow(clippy::cast_precision_loss, reason = "samples of thousands of years")]
    pub(super) fn begin_ms(&self) -> f64 {
        self.start as f64 / 16.0
    }

    #[allow(clippy::cast_precision_loss, reason = "samples of thousands of years")]
    pub(super) fn end_ms(&self) -> f64 {
        (self.start + self.length) as f64 / 16.0
    }

    /// Written as one word.
    fn mark(&self) -> String {
        let mut mark = String::new();
        let _ = write!(mark, "{:x}-{:x}-{:x}", self.start, self.length, self.sum);
        mark
    }
}

/// What was kept, as it came back.
#[derive(Debug, Default)]
pub struct Kept {
    pieces: Vec<(String, Option<Transcript>)>,
}

impl Kept {
    /// Reads it: `{ version, model, pieces: [{ mark, transcript? }, …] }`; nothing is nothing.
    pub fn read(given: View<'_>, model: &str) -> Result<Self, Error> {
        if !given.exists() {
            return Ok(Self::default());
        }
        if given.get("version").number() != Some(VERSION) || !given.get("pieces").is_array() {
            return Err(refused("", format_args!("expected what an earlier call has given as resume, as it was")));
        }
        let of = given.get("model").str().unwrap_or_default();
        if of != model {
            let problem = format_args!("it was made with the model {of}, and this is {model}; name the same one");
            return Err(refused("", problem));
        }
        let mut pieces = Vec::new();
        for (index, piece) in given.get("pieces").items().enumerate() {
            let Some(mark) = piece.get("mark").str() else {
                return Err(refused(&format!(".pieces[{index}].mark"), format_args!("expected a string")));
            };
            let transcript = piece.get("transcript");
            let transcript = if transcript.exists() { Some(transcript_of(transcript, index)?) } else { None };
            pieces.push((mark.to_owned(), transcript));
        }
        Ok(Self { pieces })
    }

    /// What is known of a piece. An error where it is another than was kept.
    pub(super) fn take(&mut self, index: usize, stretch: &Stretch) -> Result<Option<Transcript>, Error> {
        match self.pieces.get_mut(index) {
            Some((mark, _)) if *mark != stretch.mark() => Err(other_recording(stretch.begin_ms())),
            Some((_, transcript)) => Ok(transcript.take()),
            None => Ok(None),
        }
    }

    /// The recording is over: an error where more was kept of it than there is.
    pub(super) fn end(&self, pieces: usize, end_ms: f64) -> Result<(), Error> {
        if self.pieces.len() > pieces { Err(other_recording(end_ms)) } else { Ok(()) }
    }
}

fn transcript_of(given: View<'_>, index: usize) -> Result<Transcript, Error> {
    let wrong = |error: Error| refused(&format!(".pieces[{index}]"), format_args!("{}", error.message()));
    subtitle::from_json(given).map_err(wrong)
}

fn other_recording(at_ms: f64) -> Error {
    let seconds = at_ms / 1000.0;
    refused(
        "",
        format_args!(
            "it was kept of another recording, from {seconds:.1} s on at the latest; leave it out to begin anew"
        ),
    )
}

fn refused(path: &str, problem: core::fmt::Arguments<'_>) -> Error {
    Error::invalid_option(format!("resume{path}"), problem)
}

/// A piece as it is kept, as JSON.
pub(super) fn write(stretch: &Stretch, transcript: Option<&Transcript>) -> String {
    let mut json = String::new();
    let mut object = ObjectWriter::new(&mut json);
    object.string("mark", &stretch.mark());
    if let Some(transcript) = transcript {
        object.member("transcript", |out| out.push_str(&subtitle::to_json(transcript)));
    }
    object.close();
    json
}
