#!/usr/bin/env bash
# start.sh [--port N]: sets up what is missing, builds, and serves the demo site on one URL until Ctrl-C.
# Without DASHSCOPE_API_KEY the site talks to a local emulator that recognises speech itself.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

parts=(packages wasm-target wasm-tools)
[ -n "${DASHSCOPE_API_KEY:-}" ] || parts+=(model ffmpeg)
bash scripts/setup.sh "${parts[@]}"
node scripts/build.mjs
exec node scripts/start.mjs "$@"
