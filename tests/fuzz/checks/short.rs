//! The short run, as a part of `cargo test`: what is kept from long runs, and a few thousand inputs made of it, the same
//! ones every time. `FUZZ_SEED` (a number) gives others.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

#[path = "../../support/random.rs"]
mod random;

use random::Random;

/// A test for each check, and how many inputs it makes up: about as many as take half a second.
macro_rules! short_runs {
    ($($name:ident $runs:literal,)*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                run(stringify!($name), super::$name::check, $runs);
            }
        )*
    };
}

short_runs! {
    addresses 30_000,
    answers 2_000,
    data_url 20_000,
    documents 600,
    errors 2_000,
    events 800,
    forms 10_000,
    gate 5_000,
    json 10_000,
    media 200,
    options 20_000,
    stream 600,
    subtitles 400,
    waits 50_000,
    wav_write 600,
}

fn run(name: &str, check: fn(&[u8]), runs: u32) {
    let mut inputs = crashes(name);
    let is_kept = inputs.len();
    inputs.extend(corpus(name));
    assert!(inputs.len() > is_kept, "there is no corpus of {name}");
    inputs.push(Vec::new());
    for input in &inputs {
        holds(name, check, input, "kept");
    }
    let seed = std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026_u64);
    // Not 0, of which xorshift makes nothing but 0.
    let mut random = Random(seed << 1 | 1);
    for number in 0..runs {
        let input = mutated(&mut random, &inputs);
        holds(name, check, &input, &format!("FUZZ_SEED={seed}, input {number}"));
    }
}

/// Leaves the input of a check that failed where the long run leaves it, too.
fn holds(name: &str, check: fn(&[u8]), input: &[u8], origin: &str) {
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| check(input))) else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz/found");
    let file = folder.join(format!("{name}-short"));
    let written = fs::create_dir_all(&folder).and_then(|()| fs::write(&file, input));
    let place = written.map_or_else(|error| error.to_string(), |()| file.display().to_string());
    let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    panic!("{name} ({origin}): {}\nthe input: {place}", message.unwrap_or("panicked"));
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz")
}

/// Inputs that once failed, a file each, named by what was wrong.
fn crashes(name: &str) -> Vec<Vec<u8>> {
    let files = fs::read_dir(folder().join("crashes").join(name));
    let mut paths: Vec<PathBuf> = files.into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Inputs that between them reach whatever the long runs have reached, one behind the other, each behind its length.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let packed = fs::read(folder().join("corpus").join(name).with_extension("bin")).unwrap_or_default();
    let mut rest = packed.as_slice();
    let mut inputs = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (input, after) = after.split_at(u32::from_le_bytes(*length) as usize);
        inputs.push(input.to_vec());
        rest = after;
    }
    inputs
}

/// Bytes that mean something in one format or another.
const TELLING: &[&[u8]] = &[
    b"\0",
    b"\x01",
    b"\x7F",
    b"\x80",
    b"\xFF",
    b"\xFF\xFF\xFF\xFF",
    b"\0\0\0\0",
    b"\r",
    b"\n",
    b"\n\n",
    b"\r\n",
    b" ",
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"=",
    b"/",
    b"<",
    b">",
    b"-",
    b"null",
    b"1e9",
    b"-1",
    b"\\u0000",
    b"\\ud83c",
    b"\xEF\xBB\xBF",
    b"data:",
    b"id:",
    b"\xE4\xBD\xA0",
    b"\xF0\x9F\x8E\xA4",
    b"\xCC\x81",
];

fn mutated(random: &mut Random, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = inputs[random.below(inputs.len())].clone();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        let end = (at + random.below(12)).min(bytes.len());
        match random.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            1 if at < bytes.len() => bytes[at] = random.below(256) as u8,
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => drop(bytes.splice(at..end, TELLING[random.below(TELLING.len())].iter().copied())),
            _ => {
                // The end of another one, or a part of the same again.
                let other = &inputs[random.below(inputs.len())];
                let from = random.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
    bytes
}

#[test]
fn every_target_has_a_short_run() {
    let names = |folder: PathBuf| {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<String> = files.map(|path| path.file_stem().unwrap().to_string_lossy().into()).collect();
        names.sort();
        names
    };
    assert_eq!(names(folder().join("targets")), NAMES);
    assert_eq!(names(folder().join("corpus")), NAMES);
    let known = names(folder().join("crashes"));
    assert!(known.iter().all(|name| NAMES.contains(&name.as_str())), "{known:?}");
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let script = fs::read_to_string(folder().join("../../scripts/fuzz.mjs")).unwrap();
    for name in NAMES {
        assert!(manifest.contains(&format!("path = \"targets/{name}.rs\"")), "tests/fuzz/Cargo.toml has no {name}");
        assert!(script.contains(&format!("\n  {name}: {{")), "scripts/fuzz.mjs has no {name}");
    }
}

/// The fuzzers' manifest is another one for the same sources, so it needs the same crates.
#[test]
fn the_fuzzers_manifest_has_what_the_crate_depends_on() {
    let own = include_str!("../Cargo.toml");
    let manifest = include_str!("../../../Cargo.toml");
    let dependencies = manifest.split("\n[dependencies]\n").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    let needed: Vec<&str> =
        dependencies.lines().filter(|line| line.contains(" = ") && !line.contains("optional = true")).collect();
    assert!(needed.len() > 1, "{dependencies}");
    for line in needed {
        assert!(own.lines().any(|own| own == line), "tests/fuzz/Cargo.toml lacks {line}");
    }
}
