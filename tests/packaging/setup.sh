#!/usr/bin/env bash
# The runtimes that the package is tried in and this machine may not have: in target/runtimes, from npm, never in the project.
# Where they cannot be had, their tests say so and are skipped; the others run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

home=target/runtimes
platform=$(node -p '`${process.platform}-${process.arch}`')
wanted="node20@npm:node-$platform@20.20.2 node22@npm:node-$platform@22.23.3 deno@2.9.6 bun@1.4.5"

# Frameworks that people mount the relay in; each in a folder of its own, as their projects have it.
frameworks() {
  local home=target/frameworks
  local wanted="hono@4.13.19 next@16.4.6 react@19.3.1 kit@3.2.0 svelte@5.57.3"
  [ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ] || return 0
  echo "[packaging] installing Hono, Next and SvelteKit into $home (about 400 MB, once) …"
  rm -rf "$home"
  local missing=
  framework hono hono@4.13.19
  framework next next@16.4.6 react@19.3.1 react-dom@19.3.1
  framework sveltekit @sveltejs/kit@3.2.0 @sveltejs/vite-plugin-svelte@7.3.1 svelte@5.57.3 vite@8.3.8
  [ -n "$missing" ] || echo "$wanted" >"$home/installed"
}

framework() {
  local folder=target/frameworks/$1
  mkdir -p "$folder"
  echo '{ "private": true, "type": "module" }' >"$folder/package.json"
  npm install --prefix "$folder" --no-package-lock --no-audit --no-fund --loglevel=error "${@:2}" \
    >"target/frameworks/$1.log" 2>&1 && return 0
  echo "[packaging] could not be installed: $1 (see target/frameworks/$1.log)"
  missing="$missing $1"
}

frameworks
[ "$(cat "$home/installed" 2>/dev/null)" != "$wanted" ] || exit 0

echo "[packaging] installing Node 20, Node 22, Deno and Bun into $home (about 500 MB, once) …"
mkdir -p "$home"
rm -f "$home/installed"
echo '{ "private": true }' >"$home/package.json"
missing=
for package in $wanted; do
  # One by one: a runtime that does not exist for this machine must not take the others with it.
  npm install --prefix "$home" --no-package-lock --no-audit --no-fund --loglevel=error "$package" \
    >"$home/${package%%@*}.log" 2>&1 || missing="$missing ${package%%@*}"
done
if [ -n "$missing" ]; then
  echo "[packaging] could not be installed:$missing (see $home/*.log)"
else
  echo "$wanted" >"$home/installed"
fi

