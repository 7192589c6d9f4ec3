# Sourced by the scripts of this folder: the project's folder, its own Node first on PATH, cargo's folder, the toolchain.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$project"

# PATH without the project's own programs: `npm ci` deletes those while it runs, so it must run on the Node outside.
outside_path=$(printf '%s' "$PATH" | tr ':' '\n' | grep -vxF "$project/node_modules/.bin" | paste -sd: -)

# The Node 24 of package.json (wrangler needs 22 or newer) before the one that started us; `npm run` does the same.
export PATH="$project/node_modules/.bin:$outside_path"

# Everything built lands here, whatever the caller's own cargo settings are: the scripts look for it here.
export CARGO_TARGET_DIR="$project/target"

# What has never been built is built once, mostly: a fresh clone goes without what would make its second build faster (a fifth of
# the time in which the tests compile).
if [[ ! -e $CARGO_TARGET_DIR/debug ]]; then export CARGO_INCREMENTAL=0; fi

# Nobody asked for usage reports or for a look at the real Cloudflare account.
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false
