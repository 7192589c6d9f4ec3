//! Which way a recording goes that may be of any length, by what it is and by what the caller's relay allows.

use crate::audio::wav::{HEADER_LENGTH, SAMPLE_RATE};
use crate::capabilities::{Capabilities, FORM_AROUND};
use crate::data_url;
use crate::error::{Error, ErrorKind};
use crate::model::Family;
use crate::search::join;

/// A way to its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Way {
    /// In one request.
    Direct,
    /// Cut at its pauses, piece by piece.
    Split,
    /// Uploaded, and transcribed as a task.
    Task,
    /// In one request, and as a task if the service says that it is too long for that.
    Try,
}

impl Way {
    /// How JavaScript calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Split => "split",
            Self::Task => "task",
            Self::Try => "try",
        }
    }
}

/// Where a recording is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// At an address: the service downloads it, and a page may not.
    Address,
    /// Here, as bytes that can be read again.
    Bytes,
    /// Here, as bytes that can be read once.
    Stream,
    /// In a data URL, which no task takes.
    DataUrl,
}

impl Place {
    /// By the name that JavaScript has for it.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "address" => Self::Address,
            "bytes" => Self::Bytes,
            "stream" => Self::Stream,
            _ => Self::DataUrl,
        }
    }
}

/// What is known of a recording before anything of it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::exhaustive_structs, reason = "callers write it")]
pub struct Known {
    /// Where it is.
    pub place: Place,
    /// It is not too long and not too large for one request, as far as the model's limits go.
    pub fits: bool,
    /// It can be decoded here.
    pub is_readable: bool,
    /// How many bytes it has.
    pub length: Option<u64>,
    /// How long it is, as far as its own bytes tell.
    pub seconds: Option<f64>,
    /// It goes to the service's store through the relay, as from a page.
    pub is_page: bool,
}

/// What a relay allows to one call.
#[derive(Clone, Debug)]
pub struct Allowed {
    capabilities: Capabilities,
    /// What is asked directly, and piece by piece.
    model: String,
    /// What a task is asked of.
    task_model: String,
    /// Bytes of a request's body beside the audio, at the most.
    around: u64,
}

/// What stands around the audio in a request's body beside the caller's own options.
const AROUND: u64 = 2_048;
/// Bytes of a WAV file in a millisecond.
const WAV_MILLISECOND: u64 = SAMPLE_RATE as u64 * 2 / 1_000;
/// Shorter pieces would be cut within words.
const SHORTEST_PIECE_MS: u64 = 1_000;

impl Allowed {
    /// For a call to these models, whose options are JSON of so many bytes.
    #[must_use]
    pub fn new(capabilities: Capabilities, model: &str, task_model: &str, options_length: usize) -> Self {
        let around = AROUND + options_length as u64;
        Self { capabilities, model: model.to_owned(), task_model: task_model.to_owned(), around }
    }

    /// Requests in a minute.
    #[must_use]
    pub fn per_minute(&self) -> Option<u32> {
        self.capabilities.per_minute
    }

    /// Whether it says how long a recording may be.
    #[must_use]
    pub fn counts_seconds(&self) -> bool {
        self.capabilities.seconds.is_some()
    }

    /// How long pieces may be, in milliseconds; `None` where no piece would pass.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole, positive and small")]
    pub fn longest_piece(&self) -> Option<u32> {
        let Capabilities { bytes, seconds, .. } = self.capabilities;
        let wav = bytes.saturating_sub(self.around) / 4 * 3;
        let by_bytes = wav.saturating_sub(HEADER_LENGTH) / WAV_MILLISECOND;
        let by_model = Family::of(&self.model).limits().seconds;
        let by_seconds = seconds.map_or(by_model, |seconds| seconds.min(by_model));
        let longest = by_bytes.min((by_seconds * 1_000.0) as u64);
        (longest >= SHORTEST_PIECE_MS).then_some(longest as u32)
    }

    fn takes(&self, way: Way, known: &Known) -> bool {
        match way {
            Way::Direct => self.takes_directly(known),
            Way::Split => self.capabilities.allows(&self.model) && self.longest_piece().is_some(),
            Way::Task => self.takes_task(known),
            Way::Try => self.takes_directly(known) && self.takes_task(known),
        }
    }

    fn takes_directly(&self, known: &Known) -> bool {
        self.capabilities.allows(&self.model) && !self.is_too_large(known) && !self.is_too_long(known)
    }

    fn is_too_large(&self, known: &Known) -> bool {
        let body = known.length.map_or(0, data_url::base64_length) + self.around;
        known.place != Place::Address && body > self.capabilities.bytes
    }

    fn is_too_long(&self, known: &Known) -> bool {
        matches!((known.seconds, self.capabilities.seconds), (Some(seconds), Some(most)) if seconds > most)
    }

    fn takes_task(&self, known: &Known) -> bool {
        let Capabilities { tasks, uploads, upload_bytes, .. } = self.capabilities;
        let form = if known.is_page { known.length.unwrap_or_default() + FORM_AROUND } else { 0 };
        let arrives = known.place == Place::Address || (uploads && form <= upload_bytes);
        tasks && arrives && self.capabilities.allows(&self.task_model)
    }

    /// Says what the recording is, and what is allowed.
    fn refusal(&self, known: &Known) -> Error {
        let Capabilities { models, bytes, upload_bytes, seconds, tasks, uploads, .. } = &self.capabilities;
        let counted = |number: Option<f64>, what: &str| number.map(|number| format!("{} {what}", number.ceil()));
        #[allow(clippy::cast_precision_loss, reason = "below 2^53")]
        let length = known.length.map(|length| length as f64);
        let facts = [counted(known.seconds, "seconds"), counted(length, "bytes")];
        let mut is = join(facts.iter().flatten().map(String::as_str), ", ");
        if is.is_empty() {
            "of unknown length".clone_into(&mut is);
        }
        let most = counted(*seconds, "seconds").map_or_else(String::new, |most| format!(" and {most}"));
        let asked = match models {
            None => "every speech model".to_owned(),
            Some(models) => format!("the models {}", join(models.iter().map(String::as_str), ", ")),
        };
        let (model, task_model) = (&self.model, &self.task_model);
        let tasks = match (*tasks && self.capabilities.allows(task_model), *uploads) {
            (false, _) => format!("no tasks of {task_model}"),
            (true, false) => "tasks of addresses only".to_owned(),
            (true, true) => format!("tasks with uploads of at most {upload_bytes} bytes"),
        };
        let cannot =
            if known.is_readable { "" } else { "; to be cut it would have to be decoded, which cannot be done here" };
        let message = format!(
            "the relay takes this recording ({is}) neither in one request of {model}, nor in pieces, nor as a task: it allows \
             {asked}, requests of at most {bytes} bytes{most}, and {tasks}{cannot}"
        );
        let kind = if !self.capabilities.allows(model) {
            ErrorKind::PermissionDenied
        } else if self.is_too_long(known) {
            ErrorKind::AudioTooLong
        } else {
            ErrorKind::AudioTooLarge
        };
        Error::new(kind, message)
    }
}

/// What needs the least of all: one request where that is enough; then pieces, for which nothing is stored anywhere; then the
/// task, which needs the service's store for uploads and a relay that leads there. An error where the relay takes none of them.
pub fn way(known: &Known, relay: Option<&Allowed>) -> Result<Way, Error> {
    let ways: &[(Way, bool)] = match known.place {
        // How long it is the service knows.
        Place::Address => &[(Way::Try, true), (Way::Task, true), (Way::Direct, true)],
        // How long it is shows when it is read, and then it is too late for another way.
        Place::Stream if known.is_readable => &[(Way::Split, true)],
        Place::Bytes => &[(Way::Direct, known.fits), (Way::Split, known.is_readable), (Way::Task, true)],
        _ => &[(Way::Direct, known.fits), (Way::Split, known.is_readable), (Way::Try, true)],
    };
    let possible = ways.iter().filter(|(_, is_possible)| *is_possible).map(|(way, _)| *way);
    let Some(relay) = relay else { return Ok(possible.into_iter().next().unwrap_or(Way::Try)) };
    possible.into_iter().find(|way| relay.takes(*way, known)).ok_or_else(|| relay.refusal(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BYTES: Known = Known {
        place: Place::Bytes,
        fits: false,
        is_readable: true,
        length: Some(1_000_000),
        seconds: Some(400.0),
        is_page: true,
    };
    const FITTING: Known = Known { fits: true, seconds: Some(100.0), ..BYTES };

    fn relay(change: impl FnOnce(&mut Capabilities)) -> Allowed {
        let mut capabilities = Capabilities {
            models: None,
            bytes: 28_200_000,
            upload_bytes: 1 << 30,
            seconds: None,
            per_minute: Some(60),
            tasks: true,
            uploads: true,
            live: true,
        };
        change(&mut capabilities);
        Allowed::new(capabilities, "short", "long", 20)
    }

    #[test]
    fn the_way_that_needs_least_is_taken() {
        let open = relay(|_| {});
        for known in [None, Some(&open)] {
            let way = |facts: Known| way(&facts, known).ok();
            assert_eq!(way(BYTES), Some(Way::Split));
            assert_eq!(way(FITTING), Some(Way::Direct));
            assert_eq!(way(Known { is_readable: false, ..BYTES }), Some(Way::Task));
            assert_eq!(way(Known { place: Place::Address, ..FITTING }), Some(Way::Try));
            assert_eq!(way(Known { place: Place::DataUrl, is_readable: false, ..FITTING }), Some(Way::Direct));
            let stream = Known { place: Place::Stream, ..FITTING };
            assert_eq!(way(stream), Some(Way::Split), "a stream is read once");
            assert_eq!(way(Known { is_readable: false, ..stream }), Some(Way::Direct));
            assert_eq!(way(Known { is_readable: false, fits: false, ..stream }), Some(Way::Try));
        }
    }

    #[test]
    fn what_fits_the_model_must_fit_the_relay_too() {
        let seconds = relay(|it| it.seconds = Some(99.9));
        assert_eq!(way(&FITTING, Some(&seconds)).ok(), Some(Way::Split));
        assert_eq!(way(&Known { seconds: Some(99.9), ..FITTING }, Some(&seconds)).ok(), Some(Way::Direct));
        assert_eq!(
            way(&Known { seconds: None, ..FITTING }, Some(&seconds)).ok(),
            Some(Way::Direct),
            "it cannot tell either"
        );
        assert_eq!(way(&Known { is_readable: false, ..FITTING }, Some(&seconds)).ok(), Some(Way::Task));
        // A million bytes are 1,333,336 letters of base64.
        let bytes = |most| relay(|it| it.bytes = most);
        assert_eq!(way(&FITTING, Some(&bytes(1_333_336 + 2_068))).ok(), Some(Way::Direct));
        assert_eq!(way(&FITTING, Some(&bytes(1_333_336 + 2_067))).ok(), Some(Way::Split));
    }

    #[test]
    fn pieces_are_no_longer_than_what_the_relay_takes() {
        assert_eq!(relay(|_| {}).longest_piece(), Some(300_000));
        assert_eq!(relay(|it| it.seconds = Some(20.5)).longest_piece(), Some(20_500));
        assert_eq!(relay(|it| it.seconds = Some(0.9)).longest_piece(), None);
        let longest = |bytes| relay(|it| it.bytes = bytes).longest_piece();
        assert_eq!((longest(1_000), longest(40_000)), (None, None));
        for bytes in (45_000..5_000_000).step_by(99_991) {
            let wav = 44 + 32 * u64::from(longest(bytes).unwrap_or_default());
            assert!(data_url::base64_length(wav) + 2_068 <= bytes, "{bytes}");
            assert!(data_url::base64_length(wav + 64) + 2_068 > bytes, "{bytes}: no shorter than needed");
        }
    }

    #[test]
    fn a_task_needs_its_model_and_the_store() {
        let no_pieces = Known { is_readable: false, ..BYTES };
        let of = |known: &Known, change: fn(&mut Capabilities)| {
            way(known, Some(&relay(change))).map_err(|error| error.kind())
        };
        assert_eq!(of(&no_pieces, |it| it.models = Some(vec!["long".to_owned()])), Ok(Way::Task));
        assert_eq!(of(&no_pieces, |it| it.uploads = false), Err(ErrorKind::AudioTooLarge));
        assert_eq!(of(&no_pieces, |it| it.upload_bytes = 1_000_000), Err(ErrorKind::AudioTooLarge));
        // Outside of pages the store is reached without the relay.
        assert_eq!(of(&Known { is_page: false, ..no_pieces }, |it| it.upload_bytes = 1_000_000), Ok(Way::Task));
        assert_eq!(of(&no_pieces, |it| it.models = Some(vec!["other".to_owned()])), Err(ErrorKind::PermissionDenied));
        let address = Known { place: Place::Address, length: None, seconds: None, ..no_pieces };
        assert_eq!(of(&address, |it| it.uploads = false), Ok(Way::Try));
        assert_eq!(of(&address, |it| it.tasks = false), Ok(Way::Direct));
        assert_eq!(of(&address, |it| it.models = Some(vec!["long".to_owned()])), Ok(Way::Task));
        assert_eq!(of(&address, |it| it.models = Some(vec!["short".to_owned()])), Ok(Way::Direct));
    }

    #[test]
    fn where_nothing_is_left_it_says_what_the_recording_is_and_what_is_allowed() {
        let narrow = relay(|it| {
            it.seconds = Some(60.0);
            it.models = Some(vec!["short".to_owned()]);
        });
        let error = way(&Known { is_readable: false, ..BYTES }, Some(&narrow)).err();
        let error = error.map(|error| (error.kind(), error.message().to_owned()));
        let words = "the relay takes this recording (400 seconds, 1000000 bytes) neither in one request of short, nor in pieces, nor \
                     as a task: it allows the models short, requests of at most 28200000 bytes and 60 seconds, and no tasks of \
                     long; to be cut it would have to be decoded, which cannot be done here";
        assert_eq!(error, Some((ErrorKind::AudioTooLong, words.to_owned())));
        let words = |known: &Known, change: fn(&mut Capabilities)| {
            way(known, Some(&relay(change))).err().map(|error| error.message().to_owned()).unwrap_or_default()
        };
        let unreadable = Known { is_readable: false, ..BYTES };
        assert!(
            words(&unreadable, |it| it.upload_bytes = 900).contains("and tasks with uploads of at most 900 bytes;")
        );
        assert!(words(&unreadable, |it| it.uploads = false).contains("and tasks of addresses only;"));
        let address = Known { place: Place::Address, length: None, seconds: None, ..BYTES };
        assert!(words(&address, |it| it.models = Some(Vec::new())).contains("this recording (of unknown length)"));
    }
}
