#!/usr/bin/env bash
# One that is installed may still not start: then the group is skipped, with the reason.
set -euo pipefail
exec node "$(dirname "${BASH_SOURCE[0]}")/../probe.mjs" webkit
