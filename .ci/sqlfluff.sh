#!/usr/bin/env bash
# Every generated file is accepted by an independent parser of Databricks SQL: those of the shipped project, and those
# of the cases that use row filters, policies, queries and schemas of layers, which it does not.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for case in branches fleet marina registry; do
  "${CARGO_TARGET_DIR:-target}/debug/gen" --project "tests/cases/$case" build --out "$work/$case" > /dev/null
done
python=$(.ci/python.sh 'sqlfluff==4.5.*')
"$python" .ci/sqlfluff_parse.py generated "$work"
