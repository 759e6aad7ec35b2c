#!/usr/bin/env bash
# Every output column comes from the columns that an independent tool finds too.
set -euo pipefail
cd "$(dirname "$0")/.."

gen=${CARGO_TARGET_DIR:-target}/debug/gen
python=$(.ci/python.sh 'sqlglot==30.*')
"$python" tests/lineage/sqlglot/compare.py --gen "$gen" generated/pipeline tests/lineage/queries
