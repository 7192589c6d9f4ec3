//! What the bytes are, by magic numbers and by what stands in the first chunks.

use super::frames::Frame;
use super::seen::Seen;
use super::tags;
use crate::media_type::Format::{
    self, Aac, Aiff, Amr, Avi, Flac, Flv, M4a, Mkv, Mov, Mp3, Mp4, Mpeg, Ogg, Opus, Wav, Webm, Wma, Wmv,
};
use crate::search::contains;

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// Audio, or a video container that may hold audio.
    Audio(Format),
    /// Certainly something else; the words name it for an error message.
    NotAudio(&'static str),
    /// No magic number that we know.
    Unknown,
}

use Sniffed::{Audio, NotAudio, Unknown};

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

/// Formats by four bytes at 0, or at 4, or at 8 behind others.
const MAGIC: [(u8, [u8; 4], Format); 20] = [
    (0, *b"fLaC", Flac),
    (0, *b"#!AM", Amr),
    (0, *b"FLV\x01", Flv),
    (0, *b"ADIF", Aac),
    (0, *b"OggS", Ogg),
    (0, *b"\x1A\x45\xDF\xA3", Mkv), // RFC 8794
    (0, *b"\x30\x26\xB2\x75", Wma), // the ASF header object (Microsoft, "Advanced Systems Format", §10.1)
    (0, *b"\0\0\x01\xBA", Mpeg),    // ISO/IEC 13818-1, a pack of a program stream
    (0, *b"\0\0\x01\xB3", Mpeg),    // ISO/IEC 13818-2, the sequence header of a bare video stream
    (8, *b"WAVE", Wav),             // behind RIFF, RF64 (EBU Tech 3306) or BW64 (ITU-R BS.2088)
    (8, *b"AVI ", Avi),
    (8, *b"AIFF", Aiff),
    (8, *b"AIFC", Aiff),
    (4, *b"ftyp", Mp4),
    // QuickTime from before there was `ftyp`.
    (4, *b"moov", Mov),
    (4, *b"mdat", Mov),
    (4, *b"wide", Mov),
    (4, *b"free", Mov),
    (4, *b"skip", Mov),
    (4, *b"pnot", Mov),
];

/// Brands of ISO/IEC 14496-12 files that are pictures: HEIF (ISO/IEC 23008-12), AVIF, Canon's CR3.
const PICTURES: &[u8] = b"mif1 msf1 heic heix heim heis hevc hevx avif avis crx ";

/// Zeros before the frames of an MP3 are padding of encoders and cutters; there are never many.
const MOST_ZEROS: u64 = 64 * 1024;

/// What the file is, and where it begins behind tags.
pub(super) fn look(seen: &Seen<'_>) -> (Sniffed, u64) {
    let start = tags::after(seen);
    if let Some((.., format)) = MAGIC.iter().find(|(offset, magic, _)| is(seen, start, *offset, *magic)) {
        return (refined(seen, start, *format), start);
    }
    let mut at = start;
    while seen.exactly(at, 1) == [0] && at < start + MOST_ZEROS {
        at += 1;
    }
    let frame = Frame::proved(seen, at);
    let found = if frame.length > 0 {
        Audio(if frame.kilobits > 0 { Mp3 } else { Aac })
    } else if start > 0 {
        Audio(Mp3) // an ID3 tag was made for MP3, whatever else it may stand before
    } else if is_transport(seen) {
        Audio(Mpeg)
    } else {
        not_audio(seen)
    };
    (found, at)
}

fn is(seen: &Seen<'_>, start: u64, offset: u8, magic: [u8; 4]) -> bool {
    let fits = match offset {
        // A box before `moov` has less than 512 MB, as letters of a text would be more.
        4 => seen.big(start, 1) < 0x20,
        8 => contains(b"RIFF RF64 BW64 FORM", seen.exactly(start, 4)),
        _ => true,
    };
    fits && seen.exactly(start + u64::from(offset), 4) == magic
}

/// Formats that share a container are told apart by what stands in it.
fn refined(seen: &Seen<'_>, start: u64, format: Format) -> Sniffed {
    Audio(match format {
        Mp4 => {
            let brand = seen.exactly(start + 8, 4);
            if contains(PICTURES, brand) {
                return NotAudio("a HEIC, AVIF or raw picture");
            }
            if brand == b"qt  " {
                Mov
            } else if contains(b"M4A M4B M4P ", brand) {
                M4a
            } else {
                Mp4
            }
        }
        // The first packet stands in the first page (RFC 7845, §5.1).
        Ogg if starts_with_word(seen, start, b"OpusHead") => Opus,
        // The header says what follows, and may fill the name up with zeros (RFC 8794, §§7.4, 11.2.6).
        Mkv if starts_with_word(seen, start, b"webm") => Webm,
        // A video stream announces itself by the GUID of its type.
        Wma if contains(seen.from(start, 0), b"\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11") => Wmv,
        format => format,
    })
}

/// Whether a word stands in what a container begins with: behind it come longer things, in which any letters may stand.
fn starts_with_word(seen: &Seen<'_>, start: u64, word: &[u8]) -> bool {
    contains(seen.from(start, 0).get(..64).unwrap_or(seen.from(start, 0)), word)
}

fn not_audio(seen: &Seen<'_>) -> Sniffed {
    let head = seen.from(0, 0);
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    NOT_AUDIO.iter().find(|(magic, _)| text.starts_with(magic)).map_or(Unknown, |(_, what)| NotAudio(what))
}

/// Packets of 188 bytes, each with a byte of sync (ISO/IEC 13818-1, §2.4.3.2).
fn is_transport(seen: &Seen<'_>) -> bool {
    (0..3).all(|index| seen.big(188 * index, 1) == 0x47)
}
