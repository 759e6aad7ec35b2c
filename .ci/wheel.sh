#!/usr/bin/env bash
# A wheel of the development profile, installed into an environment without anything else, starts a project and runs it.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(.ci/python.sh 'maturin==1.*')
"$python" -m maturin build --quiet --profile dev --out "$work" 2> "$work/log" || { cat "$work/log"; exit 1; }
python3 -m venv "$work/clean"
"$work/clean/bin/pip" install --quiet --disable-pip-version-check "$work"/*.whl
cd "$work"
PATH=$work/clean/bin:$PATH
gen --version
gen --quiet init shop
cd shop
gen run --format json > /dev/null
for shell in bash zsh fish; do gen completions "$shell" > "$work/gen.$shell"; done
bash -n "$work/gen.bash"
echo "the wheel installs, and its gen runs a new project"
