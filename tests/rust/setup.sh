#!/usr/bin/env bash
# Compiles what the tests of this folder run, so that no test has to be as patient as a compiler: some minutes on a small machine
# the first time, seconds later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# What scripts/wasm-target.sh found to be usable; empty, but for the end of its line: the default one.
toolchain="$(cat target/wasm-toolchain)"
for example in rust-worker rust-page; do
  echo "examples/$example"
  (cd "examples/$example" && CARGO_TARGET_DIR=../../target/rust-apps \
    cargo ${toolchain:+"+$toolchain"} build -q --locked --target wasm32-unknown-unknown)
done
