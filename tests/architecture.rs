//! The arrows of `ARCHITECTURE.md`, read from the `crate::…` paths of the sources: who may know whom.

#![allow(clippy::disallowed_methods, reason = "nothing of it is shipped")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rooms, from the top down. A room knows rooms of lower rows only.
const ROWS: &[&[&str]] = &[
    &["wasm", "web"],
    &["events", "live_transcript"],
    &["transcriber"],
    &["client"],
    &["live", "long", "sound"],
    &["api", "subtitle", "relay"],
    &["socket"],
    &["host"],
    &["options"],
    &["config", "capabilities"],
    &["data_url", "model"],
    &["media"],
    &["media_type"],
    &["fields", "retry", "sse", "audio"],
    &["address", "error", "json", "transcript"],
    &["tidy"],
    &["search", "race", "percent", "seam"],
];

/// Crates that name JavaScript.
const JAVASCRIPT: &[&str] = &["js_sys", "web_sys", "wasm_bindgen", "serde_wasm_bindgen", "gloo_net"];

struct Source {
    path: String,
    room: String,
    /// Without the unit tests at its foot, and without comments.
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(source(&root, &path));
            }
        }
    }
    assert!(found.len() > 20, "the sources are elsewhere now");
    found
}

fn source(root: &Path, path: &Path) -> Source {
    let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let room_name = relative.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
    Source { path: relative, room: room_name, code: code.join("\n") }
}

fn row(room: &str) -> usize {
    ROWS.iter().position(|row| row.contains(&room)).unwrap_or_else(|| panic!("{room} has no place in ROWS"))
}

/// The rooms that a text names: `crate::room…` and `use crate::{room…, room…}`.
fn known_by(code: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => rooms.push(rest),
            Some(list) => rooms.extend(list.split('}').next().unwrap_or_default().split(',').map(str::trim)),
        }
    }
    rooms
        .iter()
        .map(|room| room.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap_or_default())
        .collect()
}

#[test]
fn arrows_point_down() {
    for source in sources().iter().filter(|source| source.room != "lib") {
        let own = row(&source.room);
        for known in known_by(&source.code) {
            let allowed = known == source.room || row(known) > own;
            assert!(allowed, "src/{} must not know {known}", source.path);
        }
    }
}

/// The files that a file names, by `crate::…` and `super::…`. What a file re-exports of the files below it (`pub use`) it only
/// passes on.
fn files_known_by<'a>(source: &Source, modules: &'a BTreeMap<Vec<String>, String>) -> BTreeSet<&'a str> {
    let own: Vec<String> = source.path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    let code: Vec<&str> = source.code.split(';').filter(|line| !line.trim_start().starts_with("pub use ")).collect();
    let code = code.join(";");
    let mut known = BTreeSet::new();
    for (start, above) in [("crate::", own.len()), ("super::super::", 2), ("super::", 1)] {
        for (at, _) in code.match_indices(start) {
            let before = code.get(..at).unwrap_or_default();
            if before.ends_with("super::") || before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
            {
                continue;
            }
            let rest = code.get(at + start.len()..).unwrap_or_default();
            if start == "super::" && rest.starts_with("super::") {
                continue;
            }
            let base = own.get(..own.len().saturating_sub(above)).unwrap_or_default();
            for path in paths(rest) {
                let mut full = base.to_vec();
                full.extend(path.split("::").map(str::to_owned));
                while !full.is_empty() {
                    if let Some(file) = modules.get(&full) {
                        known.insert(file.as_str());
                        break;
                    }
                    full.pop();
                }
            }
        }
    }
    known.remove(source.path.as_str());
    known
}

/// `a::b` of `a::b;`, and `a::b`, `a::c` of `a::{b, c}`.
fn paths(rest: &str) -> Vec<String> {
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && !"_:{".contains(letter)).unwrap_or(rest.len());
    let first = rest.get(..end).unwrap_or_default();
    let Some((prefix, _)) = first.split_once('{') else { return vec![first.to_owned()] };
    let list = rest.get(prefix.len() + 1..).unwrap_or_default();
    let list = list.split('}').next().unwrap_or_default();
    list.split(',').map(|item| format!("{prefix}{}", item.trim().split(' ').next().unwrap_or_default())).collect()
}

/// The files by their modules.
fn modules(sources: &[Source]) -> BTreeMap<Vec<String>, String> {
    let module = |path: &str| path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    sources.iter().map(|source| (module(&source.path), source.path.clone())).collect()
}

#[test]
fn endpoints_do_not_know_each_other() {
    let sources = sources();
    let modules = modules(&sources);
    // Beside the endpoints only the shapes of errors are public there; what endpoints share is not.
    let api = &sources.iter().find(|source| source.path == "api.rs").unwrap().code;
    let public = api.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let endpoints: Vec<String> =
        public.filter(|name| *name != "error_body").map(|name| format!("api/{name}.rs")).collect();
    assert!(endpoints.len() > 5, "{endpoints:?}");
    for source in sources.iter().filter(|source| endpoints.contains(&source.path)) {
        for known in files_known_by(source, &modules) {
            let is_endpoint = endpoints.iter().any(|endpoint| endpoint == known);
            assert!(!is_endpoint, "src/{} must not know {known}: what they share gets a file of its own", source.path);
        }
    }
}

/// What names of models are made of.
const MODEL_WORDS: &[&str] =
    &["qwen", "fun-asr", "asr-flash", "filetrans", "paraformer", "sensevoice", "gummy", "-realtime", "-streaming"];

/// How addresses go on behind the host, and the host of the service itself.
const ADDRESS_WORDS: &[&str] =
    &["/api/", "/v1", "/compatible-mode", "/chat/", "/services/", "/tasks", "/uploads", "/tokens", "aliyuncs"];

/// Facts that live elsewhere, each file with the words that it may say, and why.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    // A code of the service, which has the word in it.
    ("api/error_body/rules.rs", &["\"filetranstaskexpired\""]),
    // The base of addresses: the hosts of regions, and the prefixes that a base URL may come with already.
    ("config.rs", &["aliyuncs.com", "\"/api/v1\"", "\"/compatible-mode/v1\""]),
    // To whom a key may go.
    ("address.rs", &["\".aliyuncs.com\""]),
];

/// The code of a file as the rules on facts see it: without what the file is allowed to say.
fn without_exceptions(source: &Source) -> String {
    let mut code = source.code.clone();
    for (_, allowed) in EXCEPTIONS.iter().filter(|(path, _)| *path == source.path) {
        for word in *allowed {
            assert!(code.contains(word), "src/{} says {word} no more", source.path);
            code = code.replace(word, "");
        }
    }
    code
}

#[test]
fn facts_live_in_their_rooms() {
    // A file that is tests as a whole may say what it expects.
    for source in sources().iter().filter(|source| !source.path.ends_with("tests.rs")) {
        let code = without_exceptions(source);
        for word in MODEL_WORDS.iter().filter(|_| source.room != "model") {
            assert!(!code.contains(word), "src/{} says {word}: names of models belong into model/", source.path);
        }
        // What asks, and what stands between and is asked at the same paths.
        if !matches!(source.room.as_str(), "api" | "relay") {
            for word in ADDRESS_WORDS {
                assert!(!code.contains(word), "src/{} says {word}: addresses belong into api/", source.path);
            }
            // `"/result"`: the path of an endpoint.
            let path =
                code.split("\"/").skip(1).find(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase()));
            assert!(path.is_none(), "src/{} has the path of an endpoint, which belongs into api/", source.path);
        }
    }
}

#[test]
fn no_files_form_a_circle() {
    let sources = sources();
    let modules = modules(&sources);
    let graph: BTreeMap<&str, BTreeSet<&str>> =
        sources.iter().map(|source| (source.path.as_str(), files_known_by(source, &modules))).collect();
    let mut circles = Vec::new();
    for start in graph.keys() {
        // Every way from a file back to itself, over files that come after it in the alphabet: each circle once.
        let mut ways = vec![vec![*start]];
        while let Some(way) = ways.pop() {
            for next in way.last().and_then(|last| graph.get(last)).into_iter().flatten() {
                if next == start {
                    circles.push(way.join(" → "));
                } else if *next > *start && !way.contains(next) && way.len() < 4 {
                    ways.push(way.iter().copied().chain([*next]).collect());
                }
            }
        }
    }
    assert!(circles.is_empty(), "circles of files:\n{}", circles.join("\n"));
}

#[test]
fn javascript_has_one_door() {
    for source in sources().iter().filter(|source| !["wasm", "web"].contains(&&*source.room)) {
        for name in JAVASCRIPT {
            assert!(!source.code.contains(&format!("{name}::")), "src/{} names {name}", source.path);
        }
    }
}

#[test]
fn what_decides_does_not_wait() {
    for source in sources() {
        if matches!(
            source.room.as_str(),
            "wasm" | "web" | "transcriber" | "events" | "live_transcript" | "client" | "host" | "socket" | "race"
        ) {
            continue;
        }
        assert!(!source.code.contains("async "), "src/{} waits for something", source.path);
    }
}

#[test]
fn every_room_of_the_list_that_exists_is_tested() {
    // A typing mistake in ROWS would make a rule that is never applied.
    let sources = sources();
    for room in ROWS.iter().flat_map(|row| row.iter()) {
        let planned = matches!(*room, "relay");
        assert!(planned || sources.iter().any(|source| source.room == *room), "there is no {room}");
    }
}
