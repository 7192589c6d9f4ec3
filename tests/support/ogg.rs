//! Opus in Ogg as the tests need it, written apart from the library: packets that say how loud 20 ms are, in real pages.

/// Samples of 16 kHz in 20 ms, of which all packets are.
const PACKET: usize = 320;
/// Samples of 48 kHz that a decoder is to drop: here, one packet.
const SKIP: u16 = 960;
/// CELT, 20 ms, one channel, one frame (RFC 6716, §3.1).
const KIND: u8 = 0xF8;

fn page(flags: u8, position: u64, number: u32, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend(position.to_le_bytes());
    page.extend(77_u32.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(packets.len() as u8);
    page.extend(packets.iter().map(|packet| packet.len() as u8));
    page.extend(packets.iter().flatten());
    let sum = check_sum(&page);
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

fn check_sum(page: &[u8]) -> u32 {
    let mut sum = 0_u32;
    for byte in page {
        sum ^= u32::from(*byte) << 24;
        for _ in 0..8 {
            sum = if sum >> 31 == 1 { (sum << 1) ^ 0x04C1_1DB7 } else { sum << 1 };
        }
    }
    sum
}

/// Writes a recording.
#[derive(Default)]
pub(crate) struct Writer {
    pages: u32,
    position: u64,
}

impl Writer {
    /// Samples as pages of a quarter of a second; the first has the headers, and what is to be dropped.
    pub(crate) fn pages(&mut self, samples: &[i16]) -> Vec<(Vec<u8>, usize)> {
        let mut pages = Vec::new();
        for samples in samples.chunks(PACKET * 13) {
            let mut bytes = Vec::new();
            let mut packets: Vec<Vec<u8>> = samples
                .chunks(PACKET)
                .map(|packet| match packet[0] {
                    0 => vec![KIND],
                    loud => [&[KIND][..], &loud.to_le_bytes()].concat(),
                })
                .collect();
            if self.pages == 0 {
                let mut head = b"OpusHead\x01\x01".to_vec();
                head.extend(SKIP.to_le_bytes());
                head.extend(48_000_u32.to_le_bytes());
                head.extend([0; 3]);
                bytes.extend(page(2, 0, 0, &[head]));
                bytes.extend(page(0, 0, 1, &[b"OpusTags\0\0\0\0\0\0\0\0".to_vec()]));
                self.pages = 2;
                packets.insert(0, vec![KIND]);
            }
            self.position += packets.len() as u64 * 960;
            bytes.extend(page(0, self.position, self.pages, &packets));
            self.pages += 1;
            pages.push((bytes, samples.len()));
        }
        pages
    }
}

/// Reads a stream of whole pages, and is content with nothing less than a proper one.
#[derive(Default)]
pub(crate) struct Reader {
    pages: u32,
    position: u64,
    to_skip: usize,
}

impl Reader {
    pub(crate) fn samples(&mut self, mut bytes: &[u8]) -> Vec<i16> {
        let mut samples = Vec::new();
        while !bytes.is_empty() {
            assert_eq!(&bytes[..5], b"OggS\0");
            let count = usize::from(bytes[26]);
            let table = &bytes[27..27 + count];
            let length = 27 + count + table.iter().map(|segment| usize::from(*segment)).sum::<usize>();
            let mut whole = bytes[..length].to_vec();
            whole[22..26].fill(0);
            let number = |range: core::ops::Range<usize>| {
                bytes[range].iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
            };
            assert_eq!(number(22..26), u64::from(check_sum(&whole)), "the sum of page {}", self.pages);
            assert_eq!(number(18..22), u64::from(self.pages), "the number of a page");
            assert_eq!(bytes[5] & 2 != 0, self.pages == 0, "the first page and no other begins a stream");
            let mut at = 27 + count;
            for segment in table {
                let packet = &bytes[at..at + usize::from(*segment)];
                at += packet.len();
                match self.pages {
                    0 => {
                        assert_eq!((&packet[..8], packet.len()), (&b"OpusHead"[..], 19));
                        self.to_skip = usize::from(u16::from_le_bytes([packet[10], packet[11]])) / 3;
                    }
                    1 => assert_eq!(&packet[..8], b"OpusTags"),
                    _ => {
                        let loud = packet.get(1..3).map_or(0, |bytes| i16::from_le_bytes([bytes[0], bytes[1]]));
                        let dropped = self.to_skip.min(PACKET);
                        self.to_skip -= dropped;
                        samples.extend(vec![loud; PACKET - dropped]);
                        self.position += 960;
                    }
                }
            }
            assert_eq!(number(6..14), self.position, "the position of page {}", self.pages);
            self.pages += 1;
            bytes = &bytes[length..];
        }
        samples
    }
}
