//! WAV in all its kinds. FLAC and MP3 are judged by ffmpeg, in `tests/sound`.

use super::*;

fn chunk(name: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((content.len() as u32).to_le_bytes());
    chunk.extend(content);
    chunk.resize(chunk.len() + content.len() % 2, 0);
    chunk
}

/// A WAV file of chunks.
fn wav(chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"WAVE".to_vec();
    for chunk in chunks {
        file.extend(chunk);
    }
    let mut riff = chunk(*b"RIFF", &file);
    riff.truncate(file.len() + 8);
    riff
}

fn format(tag: u16, channels: u16, rate: u32, width: u16) -> Vec<u8> {
    let mut content = tag.to_le_bytes().to_vec();
    content.extend(channels.to_le_bytes());
    content.extend(rate.to_le_bytes());
    content.extend((rate * u32::from(channels * width)).to_le_bytes());
    content.extend((channels * width).to_le_bytes());
    content.extend((width * 8).to_le_bytes());
    chunk(*b"fmt ", &content)
}

fn read(file: &[u8], piece: usize) -> Result<(Vec<i16>, Option<Facts>), Error> {
    let mut reader = Reader::new(&file[..4_096.min(file.len())])?;
    let mut out = Vec::new();
    for bytes in file.chunks(piece) {
        reader.push(bytes, &mut out)?;
    }
    reader.finish(&mut out)?;
    Ok((out, reader.facts()))
}

#[test]
fn samples_of_16_bits_come_out_as_they_went_in() {
    let samples = [0_i16, 1, -1, 12_345, i16::MAX, i16::MIN];
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let file =
        wav(&[chunk(*b"LIST", b"odd"), format(1, 1, 16_000, 2), chunk(*b"data", &data), chunk(*b"LIST", b"behind it")]);
    for piece in [1, 2, 3, 7, 44, 1_000] {
        let (out, facts) = read(&file, piece).unwrap();
        assert_eq!(out, samples, "{piece}");
        assert_eq!(facts, Some(Facts { codec: "pcm_s16le", sample_rate: 16_000, channels: 1 }));
    }
}

#[test]
fn every_kind_of_sample_is_read() {
    let half = |codec, tag, width, bytes: &[u8]| {
        let (out, facts) = read(&wav(&[format(tag, 1, 16_000, width), chunk(*b"data", bytes)]), 5).unwrap();
        assert_eq!(facts.unwrap().codec, codec);
        (out[0], out[1])
    };
    assert_eq!(half("pcm_u8", 1, 1, &[192, 64]), (16_384, -16_384));
    assert_eq!(half("pcm_s24le", 1, 3, &[0, 0, 0x40, 0, 0, 0xC0]), (16_384, -16_384));
    assert_eq!(half("pcm_s32le", 1, 4, &[0, 0, 0, 0x40, 0, 0, 0, 0xC0]), (16_384, -16_384));
    let floats: Vec<u8> = [0.5_f32, -0.5].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_eq!(half("pcm_f32le", 3, 4, &floats), (16_384, -16_384));
    let floats: Vec<u8> = [0.5_f64, f64::NAN].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    assert_eq!(half("pcm_f64le", 3, 8, &floats), (16_384, 0));
    // The ends of the tables of G.711.
    assert_eq!(half("pcm_alaw", 6, 1, &[0xAA, 0x2A]), (32_256, -32_256));
    assert_eq!(half("pcm_alaw", 6, 1, &[0xD5, 0x55]), (8, -8));
    assert_eq!(half("pcm_mulaw", 7, 1, &[0x80, 0x00]), (32_124, -32_124));
    assert_eq!(half("pcm_mulaw", 7, 1, &[0xFF, 0x7E]), (0, -8));
}

#[test]
fn channels_become_one_and_rates_16_khz() {
    let data: Vec<u8> = (0..96_000).flat_map(|_| [0x00, 0x40, 0x00, 0x00]).collect(); // 0.5 and 0
    let (out, _) = read(&wav(&[format(1, 2, 48_000, 2), chunk(*b"data", &data)]), 4_097).unwrap();
    assert!((31_990..=32_010).contains(&out.len()), "{}", out.len());
    assert!(out[100..31_900].iter().all(|sample| (8_190..=8_194).contains(sample)));
}

#[test]
fn whoever_wrote_as_it_came_did_not_know_the_length() {
    let mut file = wav(&[format(1, 1, 16_000, 2), chunk(*b"data", &[7; 2_000])]);
    let size = file.len() - 2_004..file.len() - 2_000;
    for told in [0_u32, u32::MAX, 1_000_000] {
        file[size.clone()].copy_from_slice(&told.to_le_bytes());
        assert_eq!(read(&file, 100).unwrap().0.len(), 1_000, "{told}");
    }
    file[size].copy_from_slice(&1_001_u32.to_le_bytes());
    assert_eq!(read(&file, 100).unwrap().0.len(), 500);
    let mut long = chunk(*b"ds64", &[0; 28]);
    long[16..24].copy_from_slice(&600_u64.to_le_bytes());
    let mut file = wav(&[long, format(1, 1, 16_000, 2), chunk(*b"data", &[7; 2_000])]);
    file[..4].copy_from_slice(b"RF64");
    let size = file.len() - 2_004..file.len() - 2_000;
    file[size].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(read(&file, 100).unwrap().0.len(), 300);
}

/// `ID3v2` and `APEv2`, each with its own way of counting, and with a footer where it has one.
fn tags() -> [Vec<u8>; 3] {
    let id3 = |flags: u8, footer: &[u8]| [b"ID3\x04\x00", &[flags, 0, 0, 1, 0][..], &[b'x'; 128], footer].concat();
    let ape = [b"APETAGEX", &2_000_u32.to_le_bytes()[..], &100_u32.to_le_bytes(), &[0; 16], &[b'x'; 100]].concat();
    [id3(0, b""), id3(0x10, b"3DI\x04\x00\x10\x00\x00\x01\x00"), ape]
}

#[test]
fn any_tags_before_the_file_are_passed_over() {
    let [plain, footed, ape] = tags();
    let orders = [vec![&plain], vec![&footed], vec![&ape], vec![&plain, &plain], vec![&ape, &footed, &plain]];
    for before in orders {
        let mut file: Vec<u8> = before.iter().flat_map(|tag| tag.iter().copied()).collect();
        file.extend(wav(&[format(1, 1, 16_000, 2), chunk(*b"data", &[7; 20])]));
        for piece in [1, 9, 10, 11, 137, 500] {
            assert_eq!(read(&file, piece).unwrap().0, [0x0707; 10], "{} tags, by {piece}", before.len());
        }
    }
}

#[test]
fn what_cannot_be_read_is_refused_in_words() {
    let refused = |file: &[u8]| read(file, 100).map(|(out, _)| out.len()).unwrap_err();
    let error = refused(b"OggS\0\x02aaaaaaaaaaaaaaaaaaaaaaOpusHead                 ");
    assert_eq!(error.kind(), ErrorKind::UnsupportedFormat);
    assert!(error.to_string().contains("ffmpeg") && error.to_string().contains("mediabunny"), "{error}");
    assert_eq!(refused(b"").kind(), ErrorKind::EmptyAudio);
    assert_eq!(
        refused(&wav(&[format(2, 1, 16_000, 1), chunk(*b"data", &[7; 20])])).kind(),
        ErrorKind::UnsupportedFormat
    );
    assert_eq!(refused(&wav(&[format(1, 0, 16_000, 1), chunk(*b"data", &[7; 20])])).kind(), ErrorKind::InvalidAudio);
    assert_eq!(refused(&wav(&[chunk(*b"data", &[7; 20])])).kind(), ErrorKind::InvalidAudio);
    assert_eq!(refused(&wav(&[])).kind(), ErrorKind::InvalidAudio);
}

/// Bytes that begin as a file does, and go on at random, with what decoders look for among them.
#[test]
fn whatever_comes_there_is_an_end() {
    let mut state = 99_u64;
    let mut random = |limit: usize| {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    };
    let flac =
        [b"fLaC\x80\0\0\x22".to_vec(), vec![0; 10], vec![0x03, 0xE8, 0x00, 0xF0, 0, 0, 0, 0], vec![0; 16]].concat();
    let starts = [flac, vec![0xFF, 0xFB, 0x90, 0x64], wav(&[format(1, 1, 16_000, 2)])];
    let words: [&[u8]; 7] =
        [b"\xFF\xF8\xC9\x18", b"\xFF\xFB\x90\x64", b"\xFF\xF9", b"data\x20\0\0\0", b"fmt \xFF\0\0\0", b"Xing", b"TAG"];
    for round in 0..120 {
        let mut file = starts[round % 3].clone();
        for _ in 0..random(300) {
            if random(3) == 0 {
                file.extend_from_slice(words[random(words.len())]);
            } else {
                file.extend((0..random(300)).map(|_| random(256) as u8));
            }
        }
        let _ = read(&file, 1 + random(5_000));
    }
}
