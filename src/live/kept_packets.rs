//! The same for Opus: packets as they came, written as a stream of their own for every connection.

use std::collections::VecDeque;

use crate::audio::ogg;
use crate::audio::ogg_opus::{self, BEFORE_JUMP, FIRST_PAGE, OpusReader, Packet};
use crate::error::Error;

/// Packets of a recording as it grows, of which the beginning is forgotten. Places in it are samples of 48 kHz.
#[derive(Debug)]
pub(super) struct KeptPackets {
    reader: OpusReader,
    packets: VecDeque<Packet>,
    /// Where the first of them begins, and the last one ends.
    first: u64,
    end: u64,
    stream: Stream,
}

/// What is written for one connection.
#[derive(Clone, Copy, Debug, Default)]
struct Stream {
    /// Where its first packet begins.
    begin: u64,
    /// The number of its next page; 0: its headers are still to be written.
    page: u32,
}

impl KeptPackets {
    pub(super) fn new() -> Self {
        Self { reader: OpusReader::new(), packets: VecDeque::new(), first: 0, end: 0, stream: Stream::default() }
    }

    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// How much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let inside: usize = self.packets.iter().map(|packet| packet.bytes.capacity()).sum();
        inside + self.packets.capacity() * size_of::<Packet>()
    }

    /// Reads bytes, and keeps what is in them if it `counts`. Where the last packet with sound ends, if one came.
    pub(super) fn push(&mut self, bytes: &[u8], counts: bool) -> Result<Option<u64>, Error> {
        let Self { reader, packets, end, .. } = self;
        let mut last_sound = None;
        let read = reader.push(bytes, &mut |packet| {
            if counts {
                *end += u64::from(packet.samples);
                if !packet.is_silent() {
                    last_sound = Some(*end);
                }
                packets.push_back(packet);
            }
        });
        read.map(|()| last_sound)
    }

    /// Nothing from before this place is to be heard any more. What a decoder needs to find its feet stays.
    pub(super) fn forget_before(&mut self, place: u64) {
        while let Some(packet) = self.packets.front() {
            let next = self.first + u64::from(packet.samples);
            if next + BEFORE_JUMP > place {
                break;
            }
            self.first = next;
            self.packets.pop_front();
        }
    }

    /// A new connection gets a stream of its own.
    pub(super) fn begin_again(&mut self) {
        self.stream = Stream::default();
    }

    /// What is heard from `sent` on, at least `most` of it where there is so much, as pages; and where they end.
    pub(super) fn take(&mut self, sent: u64, most: u64) -> (Vec<u8>, u64) {
        let mut stream = self.stream;
        let taken = self.write(&mut stream, sent, most);
        self.stream = stream;
        taken
    }

    /// What is heard from `place` on, as a file.
    pub(super) fn file(&self, place: u64) -> Option<Vec<u8>> {
        let mut stream = Stream::default();
        let (mut file, end) = self.write(&mut stream, place, self.end);
        if file.is_empty() {
            return None;
        }
        ogg_opus::write_page(ogg::LAST, end - stream.begin, stream.page, core::iter::empty(), &mut file);
        Some(file)
    }

    fn write(&self, stream: &mut Stream, sent: u64, most: u64) -> (Vec<u8>, u64) {
        let mut out = Vec::new();
        let Some(head) = self.reader.head().filter(|_| sent < self.end) else { return (out, sent) };
        let is_begin = stream.page == 0;
        let from = if is_begin { sent.saturating_sub(BEFORE_JUMP) } else { sent };
        // The packet that `from` is in.
        let (mut end, mut index) = (self.first, 0);
        while let Some(packet) = self.packets.get(index)
            && end + u64::from(packet.samples) <= from
        {
            (end, index) = (end + u64::from(packet.samples), index + 1);
        }
        if is_begin {
            *stream = Stream { begin: end, page: FIRST_PAGE };
            // Samples before `sent` are decoded, and not heard.
            head.write(sent.saturating_sub(end), &mut out);
        }
        while end < self.end && end < sent + most {
            let (count, samples) = ogg_opus::fitting(self.packets.range(index..), sent + most - end);
            let packets = self.packets.range(index..index + count).map(|packet| packet.bytes.as_slice());
            (end, index) = (end + samples, index + count);
            ogg_opus::write_page(0, end - stream.begin, stream.page, packets, &mut out);
            stream.page += 1;
        }
        (out, end)
    }
}
