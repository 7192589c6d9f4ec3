//! What files are and how long they last, by the bytes that the package would look at: `cargo run --example inspect -- a.mp3`.
//!
//! One line for each: format (`-` where it is none), milliseconds (`-` where the bytes do not tell), bytes read, path; with
//! `--track` as the first word instead of the bytes read: codec, rate, channels.

#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::env::args;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use dashscope_asr::media::{HEAD_LENGTH, PART_LENGTH, Seen, Sniffed, millis, missing, missing_of_all, sniff, track};

fn main() -> io::Result<()> {
    let wants_track = args().nth(1).is_some_and(|word| word == "--track");
    let next = if wants_track { missing_of_all } else { missing };
    for path in args().skip(if wants_track { 2 } else { 1 }) {
        let mut file = File::open(&path)?;
        let total = Some(file.metadata()?.len());
        let mut seen = Vec::new();
        (&mut file).take(HEAD_LENGTH as u64).read_to_end(&mut seen)?;
        while let Some(at) = next(&Seen::new(&seen, HEAD_LENGTH, total)) {
            file.seek(SeekFrom::Start(at.into()))?;
            (&mut file).take(PART_LENGTH).read_to_end(&mut seen)?;
        }
        let found = Seen::new(&seen, HEAD_LENGTH, total);
        let format = match sniff(&found) {
            Sniffed::Audio(format) => format.extension(),
            Sniffed::NotAudio(_) | Sniffed::Unknown => "-",
        };
        let length = millis(&found).map_or_else(|| "-".to_owned(), |millis| millis.to_string());
        let told = if wants_track {
            let number = |number: Option<u32>| number.map_or_else(|| "-".to_owned(), |number| number.to_string());
            let track = track(&found);
            let (rate, channels) = (number(track.sample_rate), number(track.channels));
            format!("{}\t{rate}\t{channels}", track.codec.unwrap_or("-"))
        } else {
            seen.len().to_string()
        };
        println!("{format}\t{length}\t{told}\t{path}");
    }
    Ok(())
}
