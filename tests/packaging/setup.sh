#!/usr/bin/env bash
# The runtimes that the package is tried in and this machine may not have: in target/runtimes, from npm, never in the project.
# Where they cannot be had, their tests say so and are skipped; the others run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

home=target/runtimes
platform=$(node -p '`${process.platform}-${process.arch}`')
wanted="node20@npm:node-$platform@20.20.2 node22@npm:node-$platform@22.23.3 deno@2.9.6 bun@1.4.5"
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
