#!/usr/bin/env bash
# Compiles what the tests of this folder run, so that no test has to be as patient as a compiler: some minutes on a small machine
# the first time, seconds later.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
exec node compile-examples.mjs
