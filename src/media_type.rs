//! What the bytes are: magic numbers first, the declared type second. A wrong label makes the service hear noise
//! (`protocol.md` §1.6), so a label is never trusted over the bytes.

use crate::search::{contains, until, words};

/// Containers and codecs the service decodes (seeds 001 and 004).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the file extensions everybody knows")]
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

    /// What Fun-ASR and Qwen-Audio take (seed 004, "Audio formats supported"): all but AIFF.
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

/// What the first bytes of a file say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// Audio, or a video container that may hold audio.
    Audio(Format),
    /// Certainly something else; the words name it for an error message.
    NotAudio(&'static str),
    /// No magic number that we know.
    Unknown,
}

/// How many bytes from the start [`sniff`] and [`duration`] like to see.
pub const HEAD_LENGTH: usize = 4096;

/// Tells what a file is from its first bytes ([`HEAD_LENGTH`] of them, or all there are).
#[must_use]
pub fn sniff(head: &[u8]) -> Sniffed {
    if let Some(format) = magic(head) {
        return Sniffed::Audio(format);
    }
    let start = head.trim_ascii_start();
    let other = NOT_AUDIO.iter().find(|(magic, _)| start.starts_with(magic));
    other.map_or(Sniffed::Unknown, |(_, what)| Sniffed::NotAudio(what))
}

/// What is sent by mistake, and how it begins.
const NOT_AUDIO: [(&[u8], &str); 8] = [
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"<", "an HTML or XML page"),
    (b"{", "JSON"),
];

/// Formats that one magic number tells, and where it stands.
const MAGIC: [(usize, &[u8], Format); 9] = [
    (0, b"fLaC", Flac),
    (0, b"#!AMR", Amr),
    (0, b"FLV\x01", Flv),
    (0, b"ADIF", Aac),
    (0, b"\0\0\x01\xBA", Mpeg),
    (0, b"\0\0\x01\xB3", Mpeg),
    // QuickTime from before `ftyp` existed.
    (4, b"moov", Mov),
    (4, b"mdat", Mov),
    (4, b"wide", Mov),
];

fn magic(head: &[u8]) -> Option<Format> {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if at(0, b"RIFF") || at(0, b"RF64") || at(0, b"BW64") {
        return match head.get(8..12)? {
            b"WAVE" => Some(Wav),
            b"AVI " => Some(Avi),
            _ => None,
        };
    }
    if at(0, b"\x1A\x45\xDF\xA3") {
        // EBML: the DocType element stands in the first few dozen bytes.
        let header = head.get(..64).unwrap_or(head);
        return Some(if contains(header, b"webm") { Webm } else { Mkv });
    }
    if at(4, b"ftyp") {
        return Some(match head.get(8..12)? {
            b"M4A " | b"M4B " | b"M4P " => M4a,
            b"qt  " => Mov,
            _ => Mp4,
        });
    }
    if at(0, b"OggS") {
        let header = head.get(..128).unwrap_or(head);
        return Some(if contains(header, b"OpusHead") { Opus } else { Ogg });
    }
    if at(0, b"ID3") {
        return Some(after_id3(head));
    }
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return Some(Aiff);
    }
    if at(0, b"\x30\x26\xB2\x75\x8E\x66\xCF\x11") {
        // ASF: a video stream announces itself by its stream-type GUID.
        let video = b"\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B";
        return Some(if contains(head, video) { Wmv } else { Wma });
    }
    let told = MAGIC.iter().find(|(offset, magic, _)| at(*offset, magic));
    told.map(|(.., format)| *format).or_else(|| mpeg_frame(head))
}

/// An ID3 tag stands before MP3 mostly, but before AAC and FLAC too.
fn after_id3(head: &[u8]) -> Format {
    let size =
        head.get(6..10).map_or(0, |size| size.iter().fold(0_usize, |sum, byte| sum << 7 | usize::from(byte & 0x7F)));
    match head.get(10 + size..) {
        Some(rest) if rest.starts_with(b"fLaC") => Flac,
        Some(rest) => mpeg_frame(rest).unwrap_or(Mp3),
        None => Mp3,
    }
}

/// A frame header of MPEG audio or ADTS, with its forbidden values ruled out: eleven set bits alone are no proof.
fn mpeg_frame(bytes: &[u8]) -> Option<Format> {
    let [sync, kind, rates, ..] = *bytes else { return None };
    if sync != 0xFF || kind & 0xE0 != 0xE0 {
        return None;
    }
    if kind & 0xF6 == 0xF0 {
        return (rates >> 2 & 0xF <= 12).then_some(Aac); // ADTS: layer 0, sampling index 0 to 12
    }
    let (version, layer) = (kind >> 3 & 3, kind >> 1 & 3);
    let valid = version != 1 && layer != 0 && rates >> 4 != 0xF && rates >> 2 & 3 != 3;
    valid.then_some(Mp3)
}

/// Seconds of audio, where the header tells (WAV, FLAC, MP4 with its index in front); `total` is the file's length.
#[must_use]
#[allow(clippy::cast_precision_loss, reason = "sample counts of real files stay far below 2^53")]
pub fn duration(head: &[u8], total: u64) -> Option<f64> {
    match magic(head)? {
        Wav => crate::audio::wav::duration(head, total),
        Flac => {
            let info = head.get(8 + 10..8 + 18)?; // marker, block header, then rate (20 bits) … total samples (36 bits)
            let bits = u64::from_be_bytes(info.try_into().ok()?);
            let (rate, samples) = (bits >> 44, bits & 0xF_FFFF_FFFF);
            (rate > 0 && samples > 0).then(|| samples as f64 / rate as f64)
        }
        Mp4 | M4a | Mov => {
            let at = head.windows(4).position(|window| window == b"mvhd")? + 4;
            let field = |offset: usize, length: usize| {
                let bytes = head.get(at + offset..at + offset + length)?;
                Some(bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)))
            };
            let (scale, length) =
                if *head.get(at)? == 1 { (field(20, 4)?, field(24, 8)?) } else { (field(12, 4)?, field(16, 4)?) };
            // A recording in progress (fragmented MP4) says 0 or "all ones": unknown.
            (scale > 0 && length > 0 && length < u64::from(u32::MAX)).then(|| length as f64 / scale as f64)
        }
        _ => None,
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

    #[test]
    fn magic_numbers_win() {
        for (bytes, format) in [
            (&b"RIFF\x24\0\0\0WAVEfmt "[..], Wav),
            (b"RIFF\x24\0\0\0AVI LIST", Avi),
            (b"\x1A\x45\xDF\xA3\x9FB\x86\x81\x01B\xF7\x81\x01B\xF2\x81\x04B\xF3\x81\x08B\x82\x84webm", Webm),
            (b"\x1A\x45\xDF\xA3\x9FB\x86\x81\x01B\x82\x88matroska", Mkv),
            (b"\0\0\0\x1CftypM4A \0\0\0\0", M4a),
            (b"\0\0\0\x1Cftypisom\0\0\0\0", Mp4),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", Mov),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0crc!\x01\x13OpusHead", Opus),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0crc!\x01\x1E\x01vorbis", Ogg),
            (b"ID3\x03\0\0\0\0\0\0\xFF\xFB\x90\x44", Mp3),
            (b"ID3\x03\0\0\0\0\0\0\xFF\xF1\x50\x80", Aac),
            (b"ID3\x03\0\0\0\0\0\0fLaC", Flac),
            (b"\xFF\xFB\x90\x44", Mp3),
            (b"\xFF\xF1\x50\x80\x01", Aac),
            (b"fLaC\0\0\0\x22", Flac),
            (b"#!AMR\n", Amr),
            (b"FORM\0\0\0\0AIFFCOMM", Aiff),
            (b"FLV\x01\x05", Flv),
            (b"\0\0\x01\xBA\x44", Mpeg),
            (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9", Wma),
        ] {
            assert_eq!(sniff(bytes), Sniffed::Audio(format), "{format:?}");
        }
    }

    #[test]
    fn other_files_are_named_and_noise_is_unknown() {
        assert_eq!(sniff(b"  <!doctype html>"), Sniffed::NotAudio("an HTML or XML page"));
        assert_eq!(sniff(b"%PDF-1.7"), Sniffed::NotAudio("a PDF document"));
        assert_eq!(sniff(b""), Sniffed::Unknown);
        assert_eq!(sniff(b"\xFF\xFF\xFF\xFF"), Sniffed::Unknown);
        assert_eq!(sniff(&[0; 4096]), Sniffed::Unknown);
    }

    #[test]
    fn hostile_headers_do_no_harm() {
        for length in 0..24 {
            for start in
                [&b"RIFF"[..], b"ID3\x03\0\0\x7F\x7F\x7F\x7F", b"\0\0\0\x1Cftyp", b"fLaC", b"\xFF", b"\xFF\xFB"]
            {
                let mut bytes = start.to_vec();
                bytes.resize(start.len() + length, 0xFF);
                let _ = (sniff(&bytes), duration(&bytes, u64::MAX));
            }
        }
    }
}
