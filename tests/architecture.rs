//! The arrows of `ARCHITECTURE.md`, read from the `crate::…` paths of the sources: who may know whom.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what fails here fails the test")]

use std::fs;
use std::path::Path;

/// The rooms, from the top down. A room knows rooms of lower rows only.
const ROWS: &[&[&str]] = &[
    &["wasm"],
    &["client"],
    &["api", "subtitle", "relay"],
    &["host"],
    &["config", "options"],
    &["data_url", "model"],
    &["media"],
    &["media_type"],
    &["fields", "retry", "sse", "audio"],
    &["address", "error", "json", "transcript"],
    &["tidy"],
    &["search"],
];

/// Neighbours that know each other all the same: options are checked against the client they are given to, and the client
/// has defaults for some of them.
const NEIGHBOURS: &[&[&str]] = &[&["config", "options"]];

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
            let neighbours = NEIGHBOURS.iter().any(|pair| pair.contains(&known) && pair.contains(&&*source.room));
            let allowed = known == source.room || row(known) > own || neighbours;
            assert!(allowed, "src/{} must not know {known}", source.path);
        }
    }
}

#[test]
fn javascript_has_one_door() {
    for source in sources().iter().filter(|source| source.room != "wasm") {
        for name in JAVASCRIPT {
            assert!(!source.code.contains(&format!("{name}::")), "src/{} names {name}", source.path);
        }
    }
}

#[test]
fn what_decides_does_not_wait() {
    for source in sources() {
        if matches!(source.room.as_str(), "wasm" | "client" | "host") {
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
