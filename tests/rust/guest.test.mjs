// The library as a guest: a program with an allocator and a `fn main` of its own, outside of this repository's workspace.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { inProject } from "../../scripts/build/paths.mjs";
import { createScriptedRecogniser } from "../emulator/recogniser/scripted.mjs";
import { startEmulator } from "../emulator/server.mjs";
import { jfk } from "../fixtures/recordings.mjs";
import { buildProgram } from "./cargo.mjs";

const run = promisify(execFile);

const MANIFEST = `
[package]
name = "guest"
version = "0.0.0"
edition = "2024"

[features]
web = ["dashscope-asr/web"]

[dependencies]
anyhow = "1"
dashscope-asr = { path = ${JSON.stringify(inProject())} }
wasm-bindgen = "0.2"
wasm-bindgen-futures = "0.4"

[workspace]
`;

const PROGRAM = `
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use wasm_bindgen::prelude::*;

struct Counting(AtomicUsize);

unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting(AtomicUsize::new(0));

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);
}

#[wasm_bindgen]
pub fn mine() -> u32 {
    42
}

/// \`?\` takes the library's errors into anyhow's.
fn request() -> anyhow::Result<String> {
    use dashscope_asr::client::{CallContext, CallSettings, Source};
    use dashscope_asr::config::{ClientSettings, Config};
    let (config, settings) = (Config::new(&ClientSettings::default())?, CallSettings::default());
    let audio = Source::<()>::Url("https://example.com/welcome.mp3".to_owned());
    let call = CallContext::new(&(), &config, &settings)?;
    Ok(call.prepare(&audio, &dashscope_asr::TranscribeOptions::default())?.request.url)
}

fn main() {
    log(&format!("main: {}", request().unwrap_or_else(|error| error.to_string())));
    log(&format!("own allocator: {}", ALLOCATOR.0.load(Ordering::Relaxed) > 0));
    #[cfg(feature = "web")]
    wasm_bindgen_futures::spawn_local(async {
        log(&format!("heard: {}", transcribe().await.unwrap_or_else(|error| format!("{error:?}"))));
    });
}

#[cfg(feature = "web")]
async fn transcribe() -> anyhow::Result<String> {
    use dashscope_asr::web::{WebHost, transcriber};
    use dashscope_asr::{ApiKey, ClientSettings, TranscribeOptions};
    let settings =
        ClientSettings { base_url: option_env!("GUEST_SERVICE").map(str::to_owned), ..ClientSettings::default() };
    let asr = transcriber(WebHost::new().with_api_key(ApiKey::new("sk-guest")?), &settings)?;
    let audio = include_bytes!(env!("GUEST_RECORDING")).to_vec();
    Ok(asr.transcribe(audio, &TranscribeOptions::default()).await?.text)
}
`;

describe("a program that has the library as a guest", { timeout: 600_000 }, () => {
  let folder;
  let emulator;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "guest-"));
    mkdirSync(join(folder, "src"));
    writeFileSync(join(folder, "Cargo.toml"), MANIFEST);
    writeFileSync(join(folder, "src", "main.rs"), PROGRAM);
    // The versions that were tested together, wasm-bindgen's above all: the program must be as new as the tool is.
    copyFileSync(inProject("Cargo.lock"), join(folder, "Cargo.lock"));
    emulator = await startEmulator({ recogniser: createScriptedRecogniser("Ask not.") });
    process.env.GUEST_SERVICE = emulator.url;
    process.env.GUEST_RECORDING = jfk.path;
  });

  after(async () => {
    await emulator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("its own main runs, with its own allocator, and nothing of ours is among its exports", async () => {
    const out = await buildProgram(folder, "guest", "nodejs");
    const { stdout } = await run(process.execPath, [join(out, "app.js")]);
    assert.deepEqual(stdout.trim().split("\n"), [
      "main: https://dashscope-intl.aliyuncs.com/api/v1/services/aigc/multimodal-generation/generation",
      "own allocator: true",
    ]);
    const declared = readFileSync(join(out, "app.d.ts"), "utf8");
    const names = [...declared.matchAll(/^export (?:declare )?(?:function|class|interface|type|enum) (\w+)/gm)];
    assert.deepEqual(
      names.map(([, name]) => name),
      ["mine"],
    );
  });

  test("with the feature web it transcribes", async () => {
    const out = await buildProgram(folder, "guest", "nodejs", ["--features", "web"]);
    const { stdout } = await run(process.execPath, [join(out, "app.js")]);
    assert.match(stdout, /^main: https:/m);
    assert.match(stdout, /^heard: Ask not\.$/m);
  });
});
