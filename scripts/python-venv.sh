#!/usr/bin/env bash
# python-venv.sh [FOLDER]
# A Python environment with the official dashscope SDK, for the tests in tests/conformance, in FOLDER (default
# target/python-venv). Does nothing when it is already there with the same versions. Exit code 3: this machine has no Python
# that can make one, which those tests report as skipped.
set -euo pipefail

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=${1:-$project/target/python-venv}
requirements=$project/tests/conformance/requirements.txt
installed=$folder/installed-requirements.txt

if [ -x "$folder/bin/python" ] && cmp --silent "$requirements" "$installed" && "$folder/bin/python" -c "import dashscope" 2>/dev/null; then
  echo "python-venv: $folder is present"
  exit 0
fi

if ! command -v python3 >/dev/null; then
  echo "python-venv: python3 is not on PATH (Debian: apt install python3 python3-venv)" >&2
  exit 3
fi
if ! python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
  echo "python-venv: python3 cannot make environments, or is older than 3.9 (Debian: apt install python3-venv)" >&2
  exit 3
fi

echo "python-venv: installing the official dashscope SDK into $folder (about 20 seconds) …"
rm -rf "$folder"
python3 -m venv "$folder"
if ! "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$requirements"; then
  rm -rf "$folder"
  echo "python-venv: pip could not install the packages of $requirements; is the package index reachable?" >&2
  exit 3
fi
cp "$requirements" "$installed"
echo "python-venv: $folder is ready"
