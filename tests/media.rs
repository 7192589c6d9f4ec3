//! What bytes are and how long they last, from headers made by hand: each test names where such a file was met, or which
//! specification says so. Real files are compared with ffprobe in `tests/media`.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::trivially_copy_pass_by_ref,
    reason = "tests compute with small numbers, and write names as they are"
)]

use dashscope_asr::media::{HEAD_LENGTH, Seen, Sniffed, millis, missing, sniff};
use dashscope_asr::media_type::Format::{
    self, Aac, Aiff, Amr, Avi, Flac, Flv, M4a, Mkv, Mov, Mp3, Mp4, Mpeg, Ogg, Opus, Wav, Webm, Wma, Wmv,
};

/// The format and the length of a whole file, read as `src/js/audio-input.ts` reads it; and how many places were shown.
fn inspect(file: &[u8]) -> (Sniffed, Option<u64>, usize) {
    let total = Some(file.len() as u64);
    let mut seen = file[..file.len().min(HEAD_LENGTH)].to_vec();
    let mut places = 0;
    while let Some(at) = missing(&Seen::new(&seen, HEAD_LENGTH, total)) {
        let at = at as usize;
        seen.extend_from_slice(&file[at..file.len().min(at + 65_536)]);
        places += 1;
        assert!(places < 10, "it asks without end");
    }
    let seen = Seen::new(&seen, HEAD_LENGTH, total);
    (sniff(&seen), millis(&seen), places)
}

fn format(file: &[u8]) -> Option<Format> {
    match inspect(file).0 {
        Sniffed::Audio(format) => Some(format),
        _ => None,
    }
}

fn length(file: &[u8]) -> Option<u64> {
    inspect(file).1
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

/// An `ID3v2` tag with so many bytes behind its header.
fn id3(length: u32) -> Vec<u8> {
    let size = [21, 14, 7, 0].map(|shift| (length >> shift & 0x7F) as u8);
    join(&[b"ID3\x03\0\0", &size, &vec![0; length as usize]])
}

/// MPEG-1 layer III, 44.1 kHz, by the index of the bit rate; `9` is 128 kbit/s and 417 bytes, `1` is 32 kbit/s and 104.
fn mp3(index: u8, count: usize) -> Vec<u8> {
    let length = [0, 104, 130, 156, 182, 208, 261, 313, 365, 417][usize::from(index)];
    let mut frame = vec![0x55; length];
    frame[..4].copy_from_slice(&[0xFF, 0xFB, index << 4, 0xC4]);
    frame.repeat(count)
}

fn adts(count: usize, sampling: u8) -> Vec<u8> {
    let mut frame = [0x55; 200];
    frame[..7].copy_from_slice(&[0xFF, 0xF1, 0x40 | sampling << 2, 0x80, 200 >> 3, 0x1F, 0xFC]);
    frame.repeat(count)
}

/// STREAMINFO as the last block, and frames behind it.
fn flac(rate: u64, samples: u64, frames: usize) -> Vec<u8> {
    let info = rate << 44 | 15 << 36 | samples;
    join(&[b"fLaC\x80\0\0\x22", &[0; 10], &info.to_be_bytes(), &[0; 16], &vec![0x55; frames]])
}

fn chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    join(&[name, &(body.len() as u32).to_le_bytes(), body, &vec![0; body.len() % 2]])
}

/// The `fmt ` chunk: tag, channels, rate, bytes per second, bytes per frame, bits.
fn fmt(tag: u16, rate: u32, per_second: u32, frame: u16) -> Vec<u8> {
    let numbers = (&tag.to_le_bytes(), &1_u16.to_le_bytes(), &rate.to_le_bytes(), &per_second.to_le_bytes());
    let body = join(&[numbers.0, numbers.1, numbers.2, numbers.3, &frame.to_le_bytes(), &16_u16.to_le_bytes()]);
    chunk(b"fmt ", &body)
}

fn wav(chunks: &[&[u8]]) -> Vec<u8> {
    join(&[b"RIFF\0\0\0\0WAVE", &chunks.concat()])
}

/// The samples of 16 kHz mono in 16 bits, with a size that may be a lie.
fn data(size: u32, samples: usize) -> Vec<u8> {
    join(&[b"data", &size.to_le_bytes(), &vec![0; samples * 2]])
}

fn pcm() -> Vec<u8> {
    fmt(1, 16_000, 32_000, 2)
}

fn atom(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    join(&[&(body.len() as u32 + 8).to_be_bytes(), name, body])
}

fn mvhd(scale: u32, duration: u32) -> Vec<u8> {
    atom(b"mvhd", &join(&[&[0; 12], &scale.to_be_bytes(), &duration.to_be_bytes(), &[0; 80]]))
}

fn page(position: u64, serial: u32, packet: &[u8]) -> Vec<u8> {
    let mut lacing = vec![255_u8; packet.len() / 255];
    lacing.push((packet.len() % 255) as u8);
    let head = join(&[b"OggS\0\0", &position.to_le_bytes(), &serial.to_le_bytes(), &[0; 8], &[lacing.len() as u8]]);
    join(&[&head, &lacing, packet])
}

fn opus_head(skipped: u16) -> Vec<u8> {
    join(&[b"OpusHead\x01\x01", &skipped.to_le_bytes(), &16_000_u32.to_le_bytes(), &[0; 3]])
}

fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
    join(&[id, &(0x1000_0000 | body.len() as u32).to_be_bytes(), body])
}

fn ebml(document: &[u8]) -> Vec<u8> {
    element(b"\x1A\x45\xDF\xA3", &join(&[b"\x42\x86\x81\x01", &element(b"\x42\x82", document)]))
}

const SEGMENT: &[u8] = b"\x18\x53\x80\x67";
const CLUSTER: &[u8] = b"\x1F\x43\xB6\x75";

fn info(duration: &[u8]) -> Vec<u8> {
    element(b"\x15\x49\xA9\x66", &join(&[b"\x2A\xD7\xB1\x83\x0F\x42\x40", &element(b"\x44\x89", duration)]))
}

#[test]
fn magic_numbers_tell() {
    for (bytes, expected) in [
        (&b"RIFF\x24\0\0\0WAVEfmt "[..], Wav),
        (b"RF64\xFF\xFF\xFF\xFFWAVEds64", Wav),
        (b"BW64\xFF\xFF\xFF\xFFWAVEds64", Wav),
        (b"RIFF\x24\0\0\0AVI LIST", Avi),
        (b"\x1A\x45\xDF\xA3\x9FB\x86\x81\x01B\xF7\x81\x01B\xF2\x81\x04B\xF3\x81\x08B\x82\x84webm", Webm),
        (b"\x1A\x45\xDF\xA3\x9FB\x86\x81\x01B\x82\x88matroska", Mkv),
        (b"\0\0\0\x1CftypM4A \0\0\0\0", M4a),
        (b"\0\0\0\x1CftypM4B \0\0\0\0", M4a),
        (b"\0\0\0\x1Cftypisom\0\0\0\0", Mp4),
        (b"\0\0\0\x1Cftyp3gp4\0\0\0\0", Mp4),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", Mov),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0crc!\x01\x13OpusHead", Opus),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0crc!\x01\x1E\x01vorbis", Ogg),
        (b"OggS\0\x02\0\0\0\0\0\0\0\0abcd\0\0\0\0crc!\x01\x50Speex   ", Ogg),
        (b"ID3\x03\0\0\0\0\0\0\xFF\xFB\x90\x44", Mp3),
        (b"ID3\x03\0\0\0\0\0\0fLaC", Flac),
        (b"\xFF\xFB\x90\x44", Mp3),
        (b"\xFF\xF1\x50\x80\x01\x7F\xFC", Aac),
        (b"ADIF\0", Aac),
        (b"fLaC\0\0\0\x22", Flac),
        (b"#!AMR\n", Amr),
        (b"#!AMR-WB\n", Amr),
        (b"FORM\0\0\0\0AIFFCOMM", Aiff),
        (b"FORM\0\0\0\0AIFCFVER", Aiff),
        (b"FLV\x01\x05", Flv),
        (b"\0\0\x01\xBA\x44", Mpeg),
        (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9", Wma),
    ] {
        assert_eq!(sniff(&Seen::head(bytes, None)), Sniffed::Audio(expected), "{expected:?}");
    }
    let video = b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\0\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD";
    assert_eq!(sniff(&Seen::head(video, None)), Sniffed::Audio(Wmv));
}

/// `sindresorhus/file-type#267`: players write ID3 tags before anything. What stands behind is looked at, however far it is.
#[test]
fn tags_are_skipped_wherever_they_end() {
    let flac = flac(16_000, 16_000, 9000);
    for length in [0, 30, 5000, 70_000, 300_000] {
        let file = join(&[&id3(length), &flac]);
        assert_eq!(inspect(&file).0, Sniffed::Audio(Flac), "{length}");
        assert_eq!(inspect(&join(&[&id3(length), &adts(50, 4)])).0, Sniffed::Audio(Aac), "{length}");
        assert_eq!(inspect(&join(&[&id3(length), &mp3(9, 50)])).0, Sniffed::Audio(Mp3), "{length}");
    }
    let ape = join(&[b"APETAGEX\xD0\x07\0\0", &100_u32.to_le_bytes(), &[0; 16], &[0; 100]]);
    let footed = join(&[b"ID3\x04\0\x10\0\0\0\x05", b"12345", b"3DI\x04\0\x10\0\0\0\x05"]);
    for tags in [join(&[&id3(20), &id3(9000)]), ape.clone(), join(&[&id3(20), &ape]), footed] {
        assert_eq!(format(&join(&[&tags, &flac])), Some(Flac));
        assert_eq!(format(&join(&[&tags, &mp3(9, 9)])), Some(Mp3));
    }
    // A tag that says it is longer than the file, or is all there is, was still made for MP3.
    assert_eq!(format(b"ID3\x03\0\0\x7F\x7F\x7F\x7F______________"), Some(Mp3));
}

/// The numbers inside a tag are not those of the audio: `PeakValue` was read as 1.3 hours.
#[test]
fn lengths_are_not_read_out_of_tags() {
    let tag = join(&[b"ID3\x03\0\0\0\0\0\x1E", b"PRIV\0\0\0\x14\0\0PeakValue\0\xFF\xFF\xFF\xFF______"]);
    assert_eq!(length(&join(&[&tag, &flac(16_000, 16_000, 100)])), Some(1000));
}

/// `libsndfile#1039`: zeros of an encoder before the first frame.
#[test]
fn zeros_before_frames_are_skipped() {
    for zeros in [1, 731, 2000, 4095, 4096, 60_000] {
        let file = join(&[&vec![0; zeros], &mp3(9, 200)]);
        assert_eq!(format(&file), Some(Mp3), "{zeros}");
    }
    assert_eq!(format(&join(&[&id3(50), &[0; 700], &mp3(9, 9)])), Some(Mp3));
    assert_eq!(inspect(&[0; 9000]).0, Sniffed::Unknown);
    assert_eq!(inspect(&vec![0; 2_000_000]).0, Sniffed::Unknown);
}

/// `sindresorhus/file-type#795`: eleven set bits begin a text in UTF-16, too, and any noise has them. Two headers prove.
#[test]
fn one_header_is_no_proof() {
    let text: Vec<u8> =
        "\u{feff}1\r\n00:00:01,000 --> 00:00:02,000\r\nÿûÿñ".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(inspect(&text).0, Sniffed::Unknown);
    assert_eq!(sniff(&Seen::head(b"\xFF\xFE\x31\0\x0D\0\x0A\0", None)), Sniffed::Unknown);
    // Bare samples of 16 bits: a quiet wave around zero begins with any of these.
    for first in [0xFBFF_u16, 0xF1FF, 0xF3FF, 0xFAFF, 0xFDFF] {
        let samples: Vec<u8> =
            first.to_le_bytes().into_iter().chain((0..9000_u16).flat_map(|at| (at % 97).to_le_bytes())).collect();
        assert_eq!(inspect(&samples).0, Sniffed::Unknown, "{first:x}");
    }
    assert_eq!(format(&mp3(9, 1)), Some(Mp3), "one frame that ends with the file");
    assert_eq!(format(&mp3(9, 2)), Some(Mp3));
    // "Written out elsewhere" is a rate, 13 and 14 are none.
    assert_eq!(
        [11, 12, 13, 14, 15].map(|sampling| format(&adts(3, sampling))),
        [Some(Aac), Some(Aac), None, None, Some(Aac)]
    );
    assert_eq!(sniff(&Seen::head(b"\xFF\xF1\x7C\x80\x1E\xFF\xFC", None)), Sniffed::Audio(Aac));
}

/// ISO/IEC 23008-12 and Apple's phones: pictures in the container of MP4.
#[test]
fn what_is_no_audio_is_named() {
    for brand in [b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx", b"avif", b"avis", b"crx "] {
        assert!(matches!(inspect(&join(&[b"\0\0\0\x18ftyp", brand, &[0; 40]])).0, Sniffed::NotAudio(_)), "{brand:?}");
    }
    for page in ["<!doctype html>", "  <html>", "\u{feff}<!doctype html>", "\u{feff}\r\n<?xml"] {
        assert_eq!(inspect(page.as_bytes()).0, Sniffed::NotAudio("an HTML or XML page"), "{page:?}");
    }
    assert_eq!(inspect(b"\xEF\xBB\xBF{\"error\":1}").0, Sniffed::NotAudio("JSON"));
    assert_eq!(inspect(b"%PDF-1.7").0, Sniffed::NotAudio("a PDF document"));
    // Formats that the service does not name (CAF, AU, Wave64, WavPack), pictures in RIFF, texts with a word at 4 or 8.
    for unknown in [
        &b"caff\0\x01\0\0desc"[..],
        b".snd\0\0\0\x18\0\0\0\0",
        b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB",
        b"wvpk\0\0\0\0\x10\x04",
        b"RIFF\x24\0\0\0WEBPVP8 ",
        b"The free world of words",
        b"How are WAVE files made",
        b"",
        b"\xFF\xFF\xFF\xFF",
    ] {
        assert_eq!(inspect(unknown).0, Sniffed::Unknown, "{unknown:?}");
    }
}

/// `drewnoakes/metadata-extractor#737`: `QuickTime` from before `ftyp` begins with any of its boxes.
#[test]
fn boxes_are_walked() {
    for first in [&b"free"[..], b"skip", b"wide", b"pnot", b"mdat", b"moov"] {
        assert_eq!(format(&join(&[b"\0\0\0\x08", first, b"\0\0\0\x08moov"])), Some(Mov), "{first:?}");
    }
    let moov = atom(b"moov", &mvhd(1000, 2000));
    let lie = atom(b"free", &mvhd(1, 99_999));
    let ftyp = atom(b"ftyp", b"isom\0\0\0\0");
    let samples = atom(b"mdat", &[0; 100]);
    assert_eq!(length(&join(&[&ftyp, &lie, &moov, &samples])), Some(2000));
    assert_eq!(length(&join(&[&lie, &moov, &samples])), Some(2000));
    assert_eq!(length(&join(&[&ftyp, &atom(b"udta", &moov), &moov, &samples])), Some(2000));
}

/// An index behind the samples is read there: cameras and voice recorders write it so.
#[test]
fn an_index_at_the_end_is_found() {
    let ftyp = atom(b"ftyp", b"M4A \0\0\0\0");
    let moov = atom(b"moov", &mvhd(44_100, 44_100 * 400));
    let file = join(&[&ftyp, &atom(b"mdat", &vec![0; 300_000]), &moov]);
    assert_eq!(inspect(&file), (Sniffed::Audio(M4a), Some(400_000), 1));
    let long = join(&[b"\0\0\0\x01mdat", &(300_016_u64).to_be_bytes(), &vec![0; 300_000]]);
    assert_eq!(length(&join(&[&ftyp, &long, &moov])), Some(400_000));
    // Version 1 has times of eight bytes.
    let wide = join(&[b"\x01\0\0\0", &[0; 16], &1000_u32.to_be_bytes(), &5_000_000_000_u64.to_be_bytes()]);
    assert_eq!(length(&join(&[&ftyp, &atom(b"moov", &atom(b"mvhd", &wide))])), None, "57 days are no length");
    let wide = join(&[b"\x01\0\0\0", &[0; 16], &1000_u32.to_be_bytes(), &7000_u64.to_be_bytes()]);
    assert_eq!(length(&join(&[&ftyp, &atom(b"moov", &atom(b"mvhd", &wide))])), Some(7000));
}

#[test]
fn movies_in_fragments_tell_it_in_the_header_of_their_extension_or_not_at_all() {
    let ftyp = atom(b"ftyp", b"iso5\0\0\0\0");
    let mehd = atom(b"mehd", &join(&[&[0; 4], &9000_u32.to_be_bytes()]));
    for (unknown, told) in [(0, true), (u32::MAX, true), (0, false), (u32::MAX, false)] {
        let extension = atom(b"mvex", if told { &mehd } else { &[] });
        let moov = atom(b"moov", &join(&[&mvhd(1000, unknown), &extension]));
        let file = join(&[&ftyp, &moov, &atom(b"moof", &[0; 20]), &atom(b"mdat", &[0; 20])]);
        assert_eq!(length(&file), told.then_some(9000));
    }
}

/// `muaz-khan/RecordRTC#665`, `Vanilagy/mediabunny#440`: what a header says of bytes per second is often wrong.
#[test]
fn the_length_of_pcm_is_that_of_its_frames() {
    let samples = data(160 * 32_000, 160 * 16_000);
    for lie in [16_000, 64_000, 0, 1] {
        assert_eq!(length(&wav(&[&fmt(1, 16_000, lie, 2), &samples])), Some(160_000), "{lie}");
    }
    for tag in [3, 6, 7] {
        assert_eq!(length(&wav(&[&fmt(tag, 16_000, 5, 2), &samples])), Some(160_000), "{tag}");
    }
    let extensible = chunk(b"fmt ", &join(&[&fmt(0xFFFE, 16_000, 5, 2)[8..], &[22, 0], &[0; 6], &[1, 0], &[0; 14]]));
    assert_eq!(length(&wav(&[&extensible, &samples])), Some(160_000));
    // MP3 in WAV has frames of no length that the header knows.
    assert_eq!(length(&wav(&[&fmt(0x55, 16_000, 16_000, 1), &samples])), Some(320_000));
    assert_eq!(length(&wav(&[&fmt(0x55, 16_000, 0, 1), &samples])), None);
}

/// Our own writer, read back.
#[test]
fn what_we_write_is_read() {
    let file = dashscope_asr::audio::wav::encode(&[&vec![0.5; 16_000]], 16_000).unwrap();
    assert_eq!((format(&file), length(&file)), (Some(Wav), Some(1000)));
}

/// Recorders that stream do not know the size; Apple's fill up to a page of memory.
#[test]
fn sizes_of_samples_may_be_unknown_and_stand_anywhere() {
    for size in [0, 0x7FFF_FFFF, 0xFFFF_FFFF, 32_000, 99_999_999] {
        assert_eq!(length(&wav(&[&pcm(), &data(size, 16_000)])), Some(1000), "{size:x}");
    }
    assert_eq!(length(&wav(&[&pcm(), &data(16_000, 16_000)])), Some(500));
    for at in [4088, 4089, 4090, 70_000, 200_000] {
        let filler = chunk(b"FLLR", &vec![0; at - 12 - 24 - 8]);
        let file = wav(&[&pcm(), &filler, &data(32_000, 16_000)]);
        let known = file.len() > 65_536 || at < 4089;
        assert_eq!((format(&file), length(&file)), (Some(Wav), known.then_some(1000)), "{at}");
    }
    // EBU Tech 3306: the sizes of files over 4 GB stand in a chunk of their own.
    let sizes = chunk(b"ds64", &join(&[&[0; 8], &32_000_u64.to_le_bytes(), &[0; 12]]));
    assert_eq!(length(&join(&[b"RF64\xFF\xFF\xFF\xFFWAVE", &sizes, &pcm(), &data(u32::MAX, 90_000)])), Some(1000));
}

/// `openai/whisper`'s and others' users send recordings that never began: there is a header, and nothing behind it.
#[test]
fn headers_with_nothing_behind_are_empty() {
    let ftyp = atom(b"ftyp", b"isom\0\0\0\0");
    let fragmented = atom(b"moov", &join(&[&mvhd(1000, 0), &atom(b"mvex", &[])]));
    for (name, file) in [
        ("wav", wav(&[&pcm(), &data(0, 0)])),
        ("wav that lies", wav(&[&pcm(), &data(32_000, 0)])),
        ("flac", flac(16_000, 0, 0)),
        ("mp4", join(&[&ftyp, &fragmented])),
        ("mp4 without anything", ftyp.clone()),
        ("webm", join(&[&ebml(b"webm"), &element(SEGMENT, &element(b"\x16\x54\xAE\x6B", &[0; 30]))])),
        (
            "webm, recorded",
            join(&[
                &ebml(b"webm"),
                SEGMENT,
                b"\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
                &element(b"\x16\x54\xAE\x6B", &[0; 30]),
            ]),
        ),
        ("webm of nothing", join(&[&ebml(b"webm"), SEGMENT, b"\xFF"])),
        ("opus", join(&[&page(0, 7, &opus_head(312)), &page(0, 7, b"OpusTags____")])),
        ("mp3", id3(200)),
        ("amr", b"#!AMR\n".to_vec()),
        ("amr-wb", b"#!AMR-WB\n".to_vec()),
        (
            "aiff",
            join(&[
                b"FORM\0\0\0\x2EAIFFCOMM\0\0\0\x12\0\x01\0\0\0\0\0\x10\x40\x0C\xFA\0\0\0\0\0\0\0SSND\0\0\0\x08",
                &[0; 8],
            ]),
        ),
    ] {
        assert_eq!(length(&file), Some(0), "{name}");
    }
    for (name, file) in [
        ("flac that streams", flac(16_000, 0, 100)),
        ("mp4 in fragments", join(&[&ftyp, &fragmented, &atom(b"moof", &[0; 9])])),
        ("webm, recorded", join(&[&ebml(b"webm"), SEGMENT, b"\xFF", CLUSTER, b"\xFF", &[0; 30]])),
        ("samples without an index", join(&[&ftyp, &atom(b"mdat", &[0; 9])])),
        ("a box that is cut off", join(&[&ftyp, b"\0\0\x01\0moov"])),
    ] {
        assert_eq!(length(&file), None, "{name}");
    }
}

/// The header that LAME and its like write has the number of frames; Fraunhofer's stands elsewhere.
#[test]
fn mp3_tells_its_frames() {
    for (at, name) in [(36, b"Xing"), (21, b"Xing"), (13, b"Info")] {
        let mut file = mp3(9, 20);
        file[at..at + 4].copy_from_slice(name);
        file[at + 4..at + 12].copy_from_slice(b"\0\0\0\x01\0\0\x39\x80");
        assert_eq!(length(&file), Some(14_720 * 1_152_000 / 44_100), "{at}");
        file[at + 7] = 3;
        file[at + 12..at + 16].copy_from_slice(&6_000_000_u32.to_be_bytes());
        assert_eq!(length(&file), None, "the beginning of a longer one");
        file[at + 7] = 0;
        assert_eq!(length(&file), None, "a header without the number");
    }
    let mut file = mp3(9, 20);
    file[36..40].copy_from_slice(b"VBRI");
    file[46..54].copy_from_slice(b"\0\0\x10\0\0\0\x39\x80");
    assert_eq!(length(&file), Some(384_522));
}

/// Without such a header, only a rate that is the same everywhere tells: a variable one begins with frames of silence.
#[test]
fn mp3_of_constant_rate_is_computed_and_of_variable_rate_is_not() {
    let seconds = |bytes: usize| bytes as u64 / 16;
    let constant = mp3(9, 12_000);
    assert_eq!(length(&constant), Some(seconds(constant.len())));
    let tagged = join(&[&id3(400_000), &constant, b"TAG", &[0x20; 125]]);
    assert_eq!(length(&tagged), Some(seconds(constant.len() + 128)), "a picture in a tag is no sound");
    assert_eq!(length(&join(&[&mp3(1, 400), &constant])), None, "silence, then speech");
    assert_eq!(length(&join(&[&mp3(1, 9000), &mp3(9, 900), &mp3(1, 9000)])), None, "a word between pauses");
    assert_eq!(length(&join(&[&constant, &vec![0x20; 400_000]])), None, "a picture behind the sound");
    assert_eq!(length(&adts(9000, 4)), None, "every frame of AAC has a length of its own");
}

#[test]
fn ogg_tells_its_length_at_the_end() {
    let head = |skipped| join(&[&page(0, 7, &opus_head(skipped)), &page(0, 7, b"OpusTags____")]);
    let body = |from: u64, to: u64| -> Vec<u8> {
        (from..=to).flat_map(|second| page(second * 48_000, 7, &[0x55; 1500])).collect()
    };
    assert_eq!(length(&join(&[&head(0), &body(1, 400)])), Some(400_000));
    assert_eq!(length(&join(&[&head(480), &body(1, 400)])), Some(399_990), "pre-skip");
    // What is cut out of a broadcast does not begin at 0.
    assert_eq!(length(&join(&[&head(0), &body(5000, 5100)])), Some(100_000));
    // No packet ends on the last page; another stream has been appended.
    assert_eq!(length(&join(&[&head(0), &body(1, 400), &page(u64::MAX, 7, &[0x55; 100])])), Some(400_000));
    let other: Vec<u8> = (1..100).flat_map(|second| page(second * 48_000, 9, &[0x55; 1500])).collect();
    assert_eq!(length(&join(&[&head(0), &body(1, 400), &other])), None);
    // Vorbis, FLAC and Speex say where their rate stands.
    for packet in [
        join(&[b"\x01vorbis\0\0\0\0\x01", &16_000_u32.to_le_bytes(), &[0; 14]]),
        join(&[b"\x7FFLAC\x01\0\0\x01fLaC\0\0\0\x22", &[0; 10], &(16_000_u64 << 44).to_be_bytes(), &[0; 16]]),
        join(&[b"Speex   ", &[0; 20], &[1, 0, 0, 0], &[80, 0, 0, 0], &16_000_u32.to_le_bytes(), &[0; 40]]),
    ] {
        let file = join(&[&page(0, 7, &packet), &body(1, 400)]);
        assert_eq!((format(&file), length(&file)), (Some(Ogg), Some(1_200_000)));
    }
}

#[test]
fn matroska_tells_its_duration() {
    let scaled = |duration: &[u8]| {
        let void = element(b"\xEC", &[0; 5000]);
        let body = join(&[&void, &info(duration), &element(CLUSTER, &vec![0; 70_000])]);
        inspect(&join(&[&ebml(b"webm\0\0"), &element(SEGMENT, &body)]))
    };
    assert_eq!(scaled(&1234.5_f64.to_be_bytes()), (Sniffed::Audio(Webm), Some(1234), 1));
    assert_eq!(scaled(&1234.0_f32.to_be_bytes()).1, Some(1234));
    for absurd in [f64::NAN, f64::INFINITY, -5.0, 0.0, 1e300] {
        assert_eq!(scaled(&absurd.to_be_bytes()).1, None, "{absurd}");
    }
    assert_eq!(format(&join(&[&ebml(b"matroska"), SEGMENT, b"\xFF"])), Some(Mkv));
}

#[test]
fn aiff_amr_and_wma_tell_theirs() {
    // 16 kHz as an 80-bit float is 0x400C FA00…
    let common = b"COMM\0\0\0\x12\0\x01\0\x00\x3E\x80\0\x10\x40\x0C\xFA\0\0\0\0\0\0\0";
    let samples = join(&[b"SSND\0\0\x7D\x08", &vec![0; 32_008]]);
    assert_eq!(length(&join(&[b"FORM\0\0\0\0AIFF", common, &samples])), Some(1000));
    let long = join(&[b"SSND\0\x01\x7D\x08", &vec![0; 97_544]]);
    assert_eq!(length(&join(&[b"FORM\0\0\0\0AIFF", &long, common])), Some(1000));
    // RFC 4867: twelve kilobits make frames of 32 bytes, and silence shorter ones.
    let mut frame = vec![0x3C];
    frame.resize(32, 0);
    assert_eq!(length(&join(&[b"#!AMR\n", &frame.repeat(500)])), Some(10_000));
    assert_eq!(length(&join(&[b"#!AMR\n", &vec![0x7C; 600]])), None);
    let properties = join(&[
        b"\xA1\xDC\xAB\x8C\x47\xA9\xCF\x11\x8E\xE4\0\xC0\x0C\x20\x53\x65\x68\0\0\0\0\0\0\0",
        &[0; 40],
        &63_000_000_u64.to_le_bytes(),
        &60_000_000_u64.to_le_bytes(),
        &3000_u64.to_le_bytes(),
        &[0; 16],
    ]);
    let object = join(&[&[7; 16], &30_u64.to_le_bytes(), &[0; 6]]);
    let header = join(&[b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C", &[0; 14]]);
    assert_eq!(length(&join(&[&header, &object, &properties])), Some(3300));
}

#[test]
fn transport_streams_have_a_byte_of_sync() {
    let mut packet = [0xAA; 188];
    packet[0] = 0x47;
    assert_eq!(format(&packet.repeat(4)), Some(Mpeg));
    assert_eq!(format(b"Get up and go home, GGGG"), None);
}

/// Whatever the bytes are, nothing panics, asks without end, or lasts longer than seven weeks.
#[test]
fn hostile_bytes_do_no_harm() {
    let mut state = 1_u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let long = vec![0; 100_000];
    let starts = [
        wav(&[&pcm(), &data(9, 9)]),
        flac(16_000, 0, 9),
        join(&[&atom(b"ftyp", b"isom\0\0\0\0"), &atom(b"moov", &mvhd(1000, 0)), &long]),
        join(&[&ebml(b"webm"), &element(SEGMENT, &info(&[0; 8])), &long]),
        join(&[&page(0, 7, &opus_head(0)), &page(48_000, 7, &long[..60_000])]),
        join(&[&id3(200), &mp3(9, 300)]),
        join(&[b"FORM\0\0\0\0AIFFCOMM\0\0\0\x12\0\x01\0\x00\x3E\x80\0\x10\x40\x0C\xFA\0\0\0\0\0\0\0", &long]),
        join(&[b"#!AMR\n", &long]),
        join(&[b"\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\0\xAA\0\x62\xCE\x6C", &[0; 14], &long]),
        join(&[b"APETAGEX", &long]),
    ];
    for start in &starts {
        for round in 0..200 {
            let mut file = start.clone();
            for _ in 0..=round % 5 {
                let at = usize::from(random()) % file.len().min(120);
                file[at] = if round % 3 == 0 { 0xFF } else { random() };
            }
            file.truncate(if round % 2 == 0 { file.len() } else { usize::from(random()) % 130 });
            let (_, millis, _) = inspect(&file);
            assert!(millis.is_none_or(|millis| u32::try_from(millis).is_ok()));
        }
    }
}
