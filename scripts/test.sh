#!/usr/bin/env bash
# test.sh [group…]: sets up what is missing, builds, runs the test groups and ends with a table. See scripts/test/groups.mjs.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

# Everything after this runs on the project's own Node.
bash scripts/setup.sh packages
exec node scripts/test.mjs "$@"
