#!/usr/bin/env bash
# wasm-target.sh
# Makes `cargo build --target wasm32-unknown-unknown` work and writes the toolchain to use (empty: the default one) to
# target/wasm-toolchain. Three routes, tried in this order, never asking:
#   present   the active toolchain already has the target
#   rustup    `rustup target add`
#   debian    where rustup's server cannot be reached: Debian's rustc-web, and std built once from rust-web-src
# WASM_TARGET_ROUTE=rustup|debian allows that route only; NO_APT=1 forbids installing packages.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

triple=wasm32-unknown-unknown
route=${WASM_TARGET_ROUTE:-auto}
remembered=$project/target/wasm-toolchain
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

say() { echo "wasm-target: $*"; }
fail() { echo "wasm-target: $*" >&2; exit 1; }

remember() { # toolchain name, or nothing for the default one
  mkdir -p "$project/target"
  printf '%s\n' "$1" >"$remembered"
  say "using ${1:-the default toolchain}"
  exit 0
}

# The proof is a linked program that uses std: a folder with the target's name can be there and be useless.
usable() { # the compiler's command line
  printf '#[no_mangle] pub extern "C" fn f(n: usize) -> usize { (0..n).collect::<Vec<_>>().len() }\n' >"$scratch/probe.rs"
  "$@" --crate-type cdylib --target $triple -O -o "$scratch/probe.wasm" "$scratch/probe.rs" >"$scratch/probe.log" 2>&1
}

have() { command -v "$1" >/dev/null 2>&1; }

# --- present
have rustc || fail "rustc is not on PATH; install Rust with https://rustup.rs and run this again"
[ "$route" = debian ] || ! usable rustc || remember ""
[ "$route" = rustup ] || ! have rustup || ! usable rustc +debian-web || remember debian-web

# --- rustup
if [ "$route" != debian ] && have rustup; then
  for attempt in 1 2; do
    say "rustup target add $triple (attempt $attempt of 2)"
    # A server that cannot be reached must not hold a set-up forever; macOS has no `timeout`, and there rustup's own serves.
    if $(have timeout && echo timeout 120) rustup target add $triple && usable rustc; then remember ""; fi
    sleep 1
  done
fi
[ "$route" != rustup ] || fail "rustup could not add $triple; is static.rust-lang.org reachable?"

# --- debian
have apt-get && have dpkg-query || fail "rustup could not add $triple, and there is no apt for the other way.
Install the target with your package manager (for example rust-std-static-$triple) or let rustup reach static.rust-lang.org."
say "rustup could not add the target; building it from Debian's compiler packages"

# Debian's rust-lld is a link into the lld of its LLVM: ask for exactly that one.
lld=$(apt-cache depends rust-web-llvm 2>/dev/null | sed -n 's/.*Depends: llvm-\([0-9]*\)$/lld-\1/p' | head -n 1)
missing=()
for package in rustc-web cargo-web rust-web-src rust-web-llvm "${lld:-lld}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo -n)
if [ ${#missing[@]} -gt 0 ]; then
  [ -z "${NO_APT:-}" ] || fail "these packages are missing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  install=("${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}")
  say "installing ${missing[*]}"
  "${install[@]}" || { "${as_root[@]}" apt-get update -q && "${install[@]}"; } \
    || fail "apt could not install them; run as root: apt-get install ${missing[*]}"
fi

rustc=/usr/bin/rustc
sysroot=$("$rustc" --print sysroot)
host=$("$rustc" -vV | sed -n 's/^host: //p')
host_folder=$sysroot/lib/rustlib/$host
target_folder=$sysroot/lib/rustlib/$triple/lib

linker=
for candidate in "$host_folder/bin/rust-lld" /usr/bin/rust-lld \
  "${RUSTUP_HOME:-$HOME/.rustup}"/toolchains/*/lib/rustlib/"$host"/bin/rust-lld; do
  if [ -x "$candidate" ] && "$candidate" -flavor wasm --version >/dev/null 2>&1; then linker=$candidate; break; fi
done
[ -n "$linker" ] || fail "no linker for wasm: install Debian's lld package"

if ! usable "$rustc" -C linker="$linker"; then
  say "building std for $triple, about a minute, once"
  mkdir -p "$scratch/std/src"
  printf '[package]\nname = "std-build"\nversion = "0.0.0"\nedition = "2021"\n' >"$scratch/std/Cargo.toml"
  : >"$scratch/std/src/lib.rs"
  # RUSTC_BOOTSTRAP lets this stable compiler build std; the bitcode keeps link-time optimisation possible.
  (cd "$scratch/std" && env -u RUSTUP_TOOLCHAIN -u CARGO_BUILD_TARGET -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER \
    RUSTC_BOOTSTRAP=1 RUSTC="$rustc" CARGO_TARGET_DIR="$scratch/std/target" CARGO_INCREMENTAL=0 \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$linker" __CARGO_DEFAULT_LIB_METADATA=std-build \
    RUSTFLAGS="-Cembed-bitcode=yes -Cdebuginfo=0 -Zforce-unstable-if-unmarked" \
    /usr/bin/cargo build --release --target $triple -Zbuild-std=std,panic_abort,panic_unwind,proc_macro,test)
  rm -f "$scratch"/std/target/$triple/release/deps/*std_build*
  "${as_root[@]}" mkdir -p "$target_folder"
  "${as_root[@]}" rm -f "$target_folder"/*.rlib
  "${as_root[@]}" cp "$scratch"/std/target/$triple/release/deps/*.rlib "$target_folder"/
fi
# The linker goes where this compiler looks by itself, so that no later command needs a variable for it.
if ! usable "$rustc"; then
  "${as_root[@]}" mkdir -p "$host_folder/bin"
  "${as_root[@]}" ln -sf "$linker" "$host_folder/bin/rust-lld"
fi
usable "$rustc" || { cat "$scratch/probe.log" >&2; fail "std was built, but a program does not link (see above)"; }
have rustup || remember ""
rustup toolchain link debian-web "$sysroot"
remember debian-web
