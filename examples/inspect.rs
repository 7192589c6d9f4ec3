//! What files are and how long they last, by the bytes that the package would look at: `cargo run --example inspect -- a.mp3`.
//!
//! One line for each: format (`-` where it is none), milliseconds (`-` where the bytes do not tell), bytes read, path.

#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::env::args;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use dashscope_asr::media::{HEAD_LENGTH, PART_LENGTH, Seen, Sniffed, millis, missing, sniff};

fn main() -> io::Result<()> {
    for path in args().skip(1) {
        let mut file = File::open(&path)?;
        let total = Some(file.metadata()?.len());
        let mut seen = Vec::new();
        (&mut file).take(HEAD_LENGTH as u64).read_to_end(&mut seen)?;
        while let Some(at) = missing(&Seen::new(&seen, HEAD_LENGTH, total)) {
            file.seek(SeekFrom::Start(at.into()))?;
            (&mut file).take(PART_LENGTH).read_to_end(&mut seen)?;
        }
        let found = Seen::new(&seen, HEAD_LENGTH, total);
        let format = match sniff(&found) {
            Sniffed::Audio(format) => format.extension(),
            Sniffed::NotAudio(_) | Sniffed::Unknown => "-",
        };
        let length = millis(&found).map_or_else(|| "-".to_owned(), |millis| millis.to_string());
        println!("{format}\t{length}\t{}\t{path}", seen.len());
    }
    Ok(())
}
