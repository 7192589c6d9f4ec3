//! Opus in Ogg (RFC 7845): its packets as the bytes come, however those are cut, and a stream made of packets again.

use super::ogg::{self, Broken, Page};
use crate::error::{Error, ErrorKind};

/// Positions count samples of this rate, whatever went in (RFC 7845, §4).
pub(crate) const SAMPLES_PER_MS: u64 = 48;
/// So much is decoded before the first sample that is right, after a jump (RFC 7845, §4.6).
pub(crate) const BEFORE_JUMP: u64 = 3_840;
/// The longest packet: 120 ms (RFC 6716, §3.2.5), and so many bytes (RFC 7845, §6: two channels).
const LONGEST_PACKET: u32 = 5_760;
pub(crate) const LARGEST_PACKET: usize = 61_440;
/// A page has room for so many segments.
const MOST_SEGMENTS: usize = 255;
/// Pages 0 and 1 are in front of the sound.
pub(crate) const FIRST_PAGE: u32 = 2;
/// An encoder that hears silence sends packets of one or two bytes (RFC 6716, §2.1.9; libopus, `opus_encode`).
const SILENT_PACKET: usize = 2;

/// A piece of sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    /// Samples of 48 kHz.
    pub(crate) samples: u32,
}

impl Packet {
    /// How long it lasts, by its first bytes (RFC 6716, §3.1).
    pub(crate) fn of(bytes: Vec<u8>) -> Option<Self> {
        let first = *bytes.first()?;
        let (kind, step) = (first >> 3, u32::from(first >> 3 & 3));
        let frame = match kind {
            0..12 if step == 3 => 2_880,
            0..12 => 480 << step,
            12..16 => 480 << (step & 1),
            _ => 120 << step,
        };
        let frames = match first & 3 {
            0 => 1,
            3 => u32::from(bytes.get(1)? & 0x3F),
            _ => 2,
        };
        let samples = frame * frames;
        (1..=LONGEST_PACKET).contains(&samples).then_some(Self { bytes, samples })
    }

    pub(crate) fn is_silent(&self) -> bool {
        self.bytes.len() <= SILENT_PACKET
    }
}

/// What stands before the packets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    bytes: Vec<u8>,
}

/// Who has written a stream.
const MAKER: &[u8] = b"dashscope-asr";
/// Of the streams that are written here: each stands alone.
const SERIAL: u32 = 1;

impl Head {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        // Versions below 16 are readable (RFC 7845, §5.1); the family 0 has one or two channels and nothing behind.
        let is_known = bytes.starts_with(b"OpusHead")
            && matches!(bytes.get(8), Some(1..16))
            && matches!(bytes.get(9), Some(1 | 2))
            && bytes.get(18) == Some(&0);
        is_known.then(|| Self { bytes: bytes.to_vec() })
    }

    /// The two pages before all sound. `skipped`: samples that are not to be heard, beside those that never are.
    pub(crate) fn write(&self, skipped: u64, out: &mut Vec<u8>) {
        let mut head = self.bytes.clone();
        let skip = u64::from(u16::from_le_bytes([head[10], head[11]])) + skipped;
        head[10..12].copy_from_slice(&u16::try_from(skip).unwrap_or(u16::MAX).to_le_bytes());
        ogg::write(ogg::FIRST, 0, SERIAL, 0, core::iter::once(head.as_slice()), out);
        let mut tags = b"OpusTags".to_vec();
        tags.extend_from_slice(&u32::try_from(MAKER.len()).unwrap_or_default().to_le_bytes());
        tags.extend_from_slice(MAKER);
        tags.extend_from_slice(&[0; 4]);
        ogg::write(0, 0, SERIAL, 1, core::iter::once(tags.as_slice()), out);
    }
}

/// How many of these packets fit into a page, up to the one that `most` samples end in; and how many samples they are.
pub(crate) fn fitting<'a>(packets: impl Iterator<Item = &'a Packet>, most: u64) -> (usize, u64) {
    let (mut count, mut samples, mut room) = (0, 0, MOST_SEGMENTS);
    for packet in packets {
        let Some(less) = room.checked_sub(ogg::segments(&packet.bytes)).filter(|_| samples < most) else { break };
        (count, samples, room) = (count + 1, samples + u64::from(packet.samples), less);
    }
    (count, samples)
}

/// A page of sound; the first has the number [`FIRST_PAGE`].
pub(crate) fn write_page<'a>(
    flags: u8,
    position: u64,
    number: u32,
    packets: impl Iterator<Item = &'a [u8]>,
    out: &mut Vec<u8>,
) {
    ogg::write(flags, position, SERIAL, number, packets, out);
}

/// What the next packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Head,
    Tags,
    Sound,
}

/// Packets out of bytes.
#[derive(Debug)]
pub(crate) struct OpusReader {
    /// What is no whole page yet, and where in the stream that is.
    bytes: Vec<u8>,
    place: u64,
    head: Option<Head>,
    /// Of the pages that count; there may be others between them.
    serial: u32,
    next: Next,
    /// A packet that is not whole.
    packet: Vec<u8>,
}

impl OpusReader {
    pub(crate) fn new() -> Self {
        Self { bytes: Vec::new(), place: 0, head: None, serial: 0, next: Next::Head, packet: Vec::new() }
    }

    /// Nothing before the first packet.
    pub(crate) fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// Takes bytes, and gives the packets that are whole with them.
    pub(crate) fn push(&mut self, bytes: &[u8], take: &mut impl FnMut(Packet)) -> Result<(), Error> {
        self.bytes.extend_from_slice(bytes);
        let held = core::mem::take(&mut self.bytes);
        let mut at = 0;
        let read = loop {
            match Page::read(&held[at..]) {
                Ok(None) => break Ok(()),
                Ok(Some(page)) => {
                    if let Err(error) = self.page(&page, take) {
                        break Err(error);
                    }
                    at += page.length;
                    self.place += page.length as u64;
                }
                Err(broken) => break Err(self.broken(broken, &held[at..])),
            }
        };
        self.bytes = held[at..].to_vec();
        read
    }

    fn page(&mut self, page: &Page<'_>, take: &mut impl FnMut(Packet)) -> Result<(), Error> {
        if page.is_first() {
            // Also the first of another recording, behind this one.
            (self.next, self.packet) = (Next::Head, Vec::new());
            self.serial = page.serial;
        } else if self.serial != page.serial {
            return Ok(());
        }
        for (index, (piece, is_whole)) in page.pieces().enumerate() {
            if index == 0 && page.is_continued() == self.packet.is_empty() {
                if page.is_continued() {
                    continue; // its beginning was lost
                }
                self.packet.clear();
            }
            self.packet.extend_from_slice(piece);
            if self.packet.len() > LARGEST_PACKET && self.next == Next::Sound {
                return Err(self.bad_packet());
            }
            if is_whole {
                let packet = core::mem::take(&mut self.packet);
                self.whole(packet, take)?;
            }
        }
        Ok(())
    }

    fn whole(&mut self, packet: Vec<u8>, take: &mut impl FnMut(Packet)) -> Result<(), Error> {
        match self.next {
            Next::Head => {
                let head = Head::of(&packet).ok_or_else(no_opus)?;
                // The packets of a second recording follow those of the first, whose decoder reads them, too.
                self.head.get_or_insert(head);
                self.next = Next::Tags;
            }
            Next::Tags => self.next = Next::Sound,
            Next::Sound => take(Packet::of(packet).ok_or_else(|| self.bad_packet())?),
        }
        Ok(())
    }

    fn broken(&self, broken: Broken, bytes: &[u8]) -> Error {
        if self.place == 0 && broken == Broken::NoPage {
            // Matroska (RFC 8794), which Chromium records.
            let what = if bytes.starts_with(b"\x1A\x45\xDF\xA3") { "it is WebM" } else { "it begins otherwise" };
            return Error::new(
                ErrorKind::UnsupportedFormat,
                format!(
                    "with format \"opus\" the audio is Opus in Ogg, from its first byte on, but {what}; send samples instead"
                ),
            );
        }
        let what = if broken == Broken::Damaged { "is damaged" } else { "is missing" };
        let words = format!("the Ogg page at byte {} {what}; send every byte once, in order", self.place);
        Error::new(ErrorKind::InvalidAudio, words)
    }

    fn bad_packet(&self) -> Error {
        let words = format!("the Ogg page at byte {} has something in it that is no packet of Opus", self.place);
        Error::new(ErrorKind::InvalidAudio, words)
    }
}

fn no_opus() -> Error {
    let words = "the Ogg stream has no Opus of one or two channels in it; encode it so, or send samples";
    Error::new(ErrorKind::UnsupportedFormat, words)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pages by hand: a packet of 600 bytes over three of them, with a page of another stream between.
    #[test]
    fn packets_go_on_over_pages_however_the_bytes_are_cut() {
        let head = b"OpusHead\x01\x01\0\0\x80\xBB\0\0\0\0\0";
        let mut packet = vec![0xF8];
        packet.extend((1..600_u16).map(|at| at.to_le_bytes()[0]));
        let mut stream = Vec::new();
        Head::of(head).unwrap().write(0, &mut stream);
        let page = |flags: u8, serial: u32, table: &[u8], body: &[u8]| {
            let mut page = Vec::new();
            ogg::write(flags, 0, serial, 2, core::iter::empty(), &mut page);
            page[26] = u8::try_from(table.len()).unwrap();
            page.extend_from_slice(table);
            page.extend_from_slice(body);
            let sum = ogg::check_sum(&page);
            page[22..26].copy_from_slice(&sum.to_le_bytes());
            page
        };
        stream.extend(page(0, SERIAL, &[255], &packet[..255]));
        stream.extend(page(0, 9, &[3], b"\x00\x00\x00"));
        stream.extend(page(1, SERIAL, &[255], &packet[255..510]));
        stream.extend(page(1, SERIAL, &[90, 1], &[&packet[510..], &[0x08]].concat()));
        for size in [1, 7, 300, 10_000] {
            let mut reader = OpusReader::new();
            let mut packets = Vec::new();
            for bytes in stream.chunks(size) {
                reader.push(bytes, &mut |packet| packets.push(packet)).unwrap();
            }
            // 20 ms of CELT, and 20 ms of SILK.
            assert_eq!(
                packets,
                [Packet { bytes: packet.clone(), samples: 960 }, Packet { bytes: vec![0x08], samples: 960 }]
            );
            assert!(!packets[0].is_silent() && packets[1].is_silent());
        }
    }

    /// RFC 6716, §3.1, tables 2 and 4.
    #[test]
    fn a_packet_tells_how_long_it_lasts() {
        for (bytes, samples) in [
            (&[0x00][..], Some(480)),
            (&[0x18], Some(2_880)),
            (&[0x60], Some(480)),
            (&[0x6A], Some(1_920)),
            (&[0x81], Some(240)),
            (&[0xFB, 6], Some(5_760)),
            (&[0xFB, 7], None),
            (&[0xFB, 0], None),
            (&[0xFB], None),
            (&[], None),
        ] {
            assert_eq!(Packet::of(bytes.to_vec()).map(|packet| packet.samples), samples, "{bytes:?}");
        }
    }

    #[test]
    fn ogg_without_opus_is_named() {
        let mut stream = Vec::new();
        ogg::write(ogg::FIRST, 0, 1, 0, core::iter::once(&b"\x01vorbis"[..]), &mut stream);
        let error = OpusReader::new().push(&stream, &mut |_| {}).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
    }
}
