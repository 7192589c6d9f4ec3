//! `asr_options`: the same object in dialects A and B, at another place.

use super::members::Members;
use crate::options::TranscribeOptions;

/// Its name.
pub(super) const NAME: &str = "asr_options";

/// Writes the object, where there is anything to write in it.
pub(super) fn write(options: &TranscribeOptions, parent: &mut Members<'_>) {
    if options.language.is_some() || options.enable_itn.is_some() || !options.asr_options.is_empty() {
        parent.member(NAME, |out| {
            let mut members = Members::new(out);
            members.text("language", options.language.as_deref());
            members.flag("enable_itn", options.enable_itn);
            members.close(&options.asr_options);
        });
    }
}
