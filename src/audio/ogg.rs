//! Pages of Ogg (RFC 3533), read as they come and written.

/// Of a page before its table of segments.
const HEADER: usize = 27;
/// Where the check sum stands in it.
const SUM: core::ops::Range<usize> = 22..26;

/// What a page says of itself in its flags (RFC 3533, §6).
pub(crate) const FIRST: u8 = 2;
pub(crate) const LAST: u8 = 4;
const CONTINUED: u8 = 1;

/// Bytes that are no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// No page begins here.
    NoPage,
    /// Its check sum is that of other bytes.
    Damaged,
}

/// A whole page.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    flags: u8,
    pub(crate) serial: u32,
    table: &'a [u8],
    body: &'a [u8],
    /// Of all of it, in bytes.
    pub(crate) length: usize,
}

impl<'a> Page<'a> {
    /// The page at the beginning of these bytes; nothing where more of them are needed.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Option<Self>, Broken> {
        // The fifth byte is the version.
        if !b"OggS\0".starts_with(bytes.get(..5).unwrap_or(bytes)) {
            return Err(Broken::NoPage);
        }
        let Some(count) = bytes.get(HEADER - 1) else { return Ok(None) };
        let table_end = HEADER + usize::from(*count);
        let Some(table) = bytes.get(HEADER..table_end) else { return Ok(None) };
        let length = table_end + table.iter().map(|segment| usize::from(*segment)).sum::<usize>();
        let Some(body) = bytes.get(table_end..length) else { return Ok(None) };
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if number(SUM.start) != check_sum(&bytes[..length]) {
            return Err(Broken::Damaged);
        }
        Ok(Some(Self { flags: bytes[5], serial: number(14), table, body, length }))
    }

    pub(crate) fn is_first(&self) -> bool {
        self.flags & FIRST != 0
    }

    /// Its pieces of packets, each with whether the packet ends with it. The first may be the rest of one that began before.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (&'a [u8], bool)> {
        let mut at = 0;
        self.table.chunk_by(|before, _| *before == 255).map(move |segments| {
            let length = segments.iter().map(|segment| usize::from(*segment)).sum::<usize>();
            let piece = &self.body[at..at + length];
            at += length;
            (piece, segments.last().is_some_and(|segment| *segment < 255))
        })
    }

    /// Whether its first piece belongs to a packet that began before.
    pub(crate) fn is_continued(&self) -> bool {
        self.flags & CONTINUED != 0
    }
}

/// How much of a page's table a packet takes, of 255.
pub(crate) fn segments(packet: &[u8]) -> usize {
    packet.len() / 255 + 1
}

/// Writes a page of whole packets. `position`: that of its last sample.
pub(crate) fn write<'a>(
    flags: u8,
    position: u64,
    serial: u32,
    number: u32,
    packets: impl Iterator<Item = &'a [u8]>,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    let mut table = Vec::new();
    let mut body = Vec::new();
    for packet in packets {
        table.resize(table.len() + packet.len() / 255, 255);
        table.push(u8::try_from(packet.len() % 255).unwrap_or_default());
        body.extend_from_slice(packet);
    }
    out.extend_from_slice(b"OggS\0");
    out.push(flags);
    out.extend_from_slice(&position.to_le_bytes());
    out.extend_from_slice(&serial.to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.push(u8::try_from(table.len()).unwrap_or(u8::MAX));
    out.extend_from_slice(&table);
    out.extend_from_slice(&body);
    let sum = check_sum(&out[start..]);
    out[start + SUM.start..start + SUM.end].copy_from_slice(&sum.to_le_bytes());
}

/// The page's check sum (RFC 3533, §6: the generator is 04C11DB7, nothing is reflected), its own bytes as zeros.
pub(super) fn check_sum(page: &[u8]) -> u32 {
    page.iter().enumerate().fold(0, |sum, (at, byte)| {
        let byte = if SUM.contains(&at) { 0 } else { *byte };
        (0..8).fold(
            sum ^ u32::from(byte) << 24,
            |sum, _| {
                if sum & 0x8000_0000 == 0 { sum << 1 } else { sum << 1 ^ 0x04C1_1DB7 }
            },
        )
    })
}
