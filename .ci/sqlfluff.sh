#!/usr/bin/env bash
# Every generated file of SQL is accepted by an independent parser of Databricks SQL.
set -euo pipefail
cd "$(dirname "$0")/.."

python=$(.ci/python.sh 'sqlfluff==4.5.*')
"$python" .ci/sqlfluff_parse.py generated/pipeline
"$python" .ci/sqlfluff_parse.py generated/operation
