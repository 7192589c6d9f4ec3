//! Formats and their names: extensions, media types, and the aliases of those that are in use.

use crate::search::{contains, until, words};

/// Containers and codecs the service decodes, by its API reference and its page on Fun-ASR ("Audio formats supported").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the file extensions everybody knows")]
#[non_exhaustive]
pub enum Format {
    Aac,
    Aiff,
    Amr,
    Avi,
    Flac,
    Flv,
    M4a,
    Mkv,
    Mov,
    Mp3,
    Mp4,
    Mpeg,
    Ogg,
    Opus,
    Wav,
    Webm,
    Wma,
    Wmv,
}

use Format::{Aac, Aiff, Amr, Avi, Flac, Flv, M4a, Mkv, Mov, Mp3, Mp4, Mpeg, Ogg, Opus, Wav, Webm, Wma, Wmv};

/// Format, file extensions, canonical media type, other names seen in the wild. The first extension is the service's name.
const TABLE: [(Format, &str, &str, &str); 18] = [
    (Aac, "aac", "audio/aac", "audio/x-aac audio/aacp audio/x-hx-aac-adts"),
    (Aiff, "aiff aif aifc", "audio/aiff", "audio/x-aiff audio/aif"),
    (Amr, "amr", "audio/amr", "audio/amr-nb audio/amr-wb audio/x-amr"),
    (Avi, "avi", "video/x-msvideo", "video/avi video/msvideo video/vnd.avi"),
    (Flac, "flac", "audio/flac", "audio/x-flac"),
    (Flv, "flv", "video/x-flv", "video/flv"),
    (M4a, "m4a m4b", "audio/mp4", "audio/x-m4a audio/m4a audio/mp4a-latm audio/x-m4b"),
    (Mkv, "mkv", "video/x-matroska", "audio/x-matroska video/matroska audio/matroska"),
    (Mov, "mov", "video/quicktime", ""),
    (Mp3, "mp3", "audio/mpeg", "audio/mp3 audio/x-mp3 audio/mpeg3 audio/x-mpeg audio/x-mpeg-3"),
    (Mp4, "mp4", "video/mp4", "audio/3gpp video/3gpp audio/x-mp4"),
    (Mpeg, "mpeg mpg", "video/mpeg", "video/mp1s video/mp2p video/x-mpeg"),
    (Ogg, "ogg oga", "audio/ogg", "application/ogg video/ogg audio/x-ogg audio/vorbis"),
    (Opus, "opus", "audio/ogg", "audio/opus"),
    (Wav, "wav wave", "audio/wav", "audio/x-wav audio/wave audio/vnd.wave audio/x-pn-wav"),
    (Webm, "webm weba", "audio/webm", "video/webm"),
    (Wma, "wma", "audio/x-ms-wma", "audio/wma audio/x-wma"),
    (Wmv, "wmv asf", "video/x-ms-wmv", "video/x-ms-asf application/vnd.ms-asf"),
];

impl Format {
    /// What Qwen3-ASR takes; the union of both official lists, as the service is known to decode all of them.
    pub const QWEN3: &'static [Self] =
        &[Aac, Aiff, Amr, Avi, Flac, Flv, M4a, Mkv, Mov, Mp3, Mp4, Mpeg, Ogg, Opus, Wav, Webm, Wma, Wmv];

    /// What Fun-ASR and Qwen-Audio take (Model Studio, "Audio file transcription: Fun-ASR", limits): all but AIFF.
    pub const FUN: &'static [Self] =
        &[Aac, Amr, Avi, Flac, Flv, M4a, Mkv, Mov, Mp3, Mp4, Mpeg, Ogg, Opus, Wav, Webm, Wma, Wmv];

    /// The format of a file name's extension, or of another name in use for it.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        let extension = extension.to_ascii_lowercase();
        let found = TABLE.iter().find(|(_, known, ..)| words(known).any(|known| known == extension));
        found.map(|(format, ..)| *format)
    }

    /// File extension, which is also the name the service uses.
    #[must_use]
    pub fn extension(self) -> &'static str {
        until(TABLE[self as usize].1, b' ')
    }

    /// Media type for a data URL, without parameters.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        TABLE[self as usize].2
    }
}

/// A declared media type, reduced to what matters.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MediaType {
    /// A name, or an alias of a name, that we know.
    Known(Format),
    /// An audio or video type that is none of ours.
    Other(String),
}

impl MediaType {
    /// Reads `audio/webm;codecs=opus` and the like. `None` for what is neither audio nor video.
    #[must_use]
    pub fn parse(declared: &str) -> Option<Self> {
        let essence = until(declared, b';').trim().to_ascii_lowercase();
        let known =
            TABLE.iter().find(|(_, _, name, aliases)| *name == essence || words(aliases).any(|alias| alias == essence));
        if let Some((format, ..)) = known {
            return Some(Self::Known(*format));
        }
        let subtype = essence.strip_prefix("audio/").or_else(|| essence.strip_prefix("video/"))?;
        let token = |byte: u8| byte.is_ascii_alphanumeric() || contains(b"!#$&-^_.+", &[byte]);
        (!subtype.is_empty() && subtype.bytes().all(token)).then_some(Self::Other(essence))
    }

    /// The name to put on a data URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(format) => format.media_type(),
            Self::Other(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_formats() {
        for (index, (format, ..)) in TABLE.iter().enumerate() {
            assert_eq!(*format as usize, index);
        }
    }

    #[test]
    fn aliases_and_parameters_are_normalised() {
        for (declared, expected) in [
            ("audio/webm;codecs=opus", "audio/webm"),
            ("Audio/X-WAV", "audio/wav"),
            ("audio/x-m4a", "audio/mp4"),
            ("audio/mp3", "audio/mpeg"),
            ("video/webm", "audio/webm"),
            ("audio/x-unheard-of", "audio/x-unheard-of"),
        ] {
            assert_eq!(MediaType::parse(declared).unwrap().as_str(), expected);
        }
        for declared in ["", "text/html", "application/octet-stream", "audio/", "audio/\"x"] {
            assert_eq!(MediaType::parse(declared), None, "{declared}");
        }
    }
}
