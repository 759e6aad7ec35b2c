#!/usr/bin/env bash
# Python packages for the checks, in .venv at the top of the repository: python.sh PACKAGE...
# Prints the path of the interpreter. Installs only what is not there in that version, and only one caller at a time.
set -euo pipefail
cd "$(dirname "$0")/.."

exec 9< .ci/python.sh
! command -v flock > /dev/null || flock 9
[[ -x .venv/bin/python ]] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" >&2
echo .venv/bin/python
