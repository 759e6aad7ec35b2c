#!/usr/bin/env bash
# The views over the event log, the alerts on them and the gates mean what they say: Spark runs them over a small event
# log, and gives the rows that were worked out by hand (tests/operation).
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v java > /dev/null; then
  echo "Spark needs a Java runtime (17 or later)" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Python shows times in the zone of the machine.
export TZ=UTC
python=$(.ci/python.sh 'pyspark==4.3.0' 'pandas<3' 'pyyaml==6.*')
"$python" .ci/operation_check.py generated tests/operation 2> "$work/log" \
  || { grep -v -e WARN -e '^\s*at ' "$work/log" | tail -n 20 >&2; exit 1; }
