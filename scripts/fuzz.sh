#!/usr/bin/env bash
# fuzz.sh <target | all> [minutes] [--keep]: sets up what is missing and looks for inputs that break a check. tests/fuzz/README.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
export PATH="$PATH:$project/target/tools/bin"

bash scripts/setup.sh packages fuzz
exec node scripts/fuzz.mjs "$@"
