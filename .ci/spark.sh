#!/usr/bin/env bash
# Every query of the generated pipeline is accepted by Spark's own analyser, which also finds the types that the
# datasets declare, and the embedded engine answers made-up queries as Spark does. The analyser's driver lies beside the
# repository; another place can be given in SPARK_CHECK.
set -euo pipefail
cd "$(dirname "$0")/.."

check=${SPARK_CHECK:-../shared/tools/spark_check.py}
if [[ ! -f $check ]]; then
  echo "$check is missing: give the path of spark_check.py in SPARK_CHECK" >&2
  exit 1
fi
if ! command -v java > /dev/null; then
  echo "Spark needs a Java runtime (17 or later)" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(.ci/python.sh 'pyspark==4.3.0' 'pandas<3')
"$python" .ci/spark_copy.py generated/pipeline "$work/flat"
# Spark logs every failed attempt with its Java stack; the report says what is wrong in one line each.
"$python" "$check" --pipeline "$work/flat" landing="$work/landing" --json "$work/report.json" -q 2> "$work/log" \
  || { [[ -s $work/report.json ]] || tail -n 20 "$work/log" >&2; exit 1; }
"$python" tests/oracle/spark_types.py generated/pipeline "$work/report.json"

# Made-up queries of a seed of their own: what Spark answers, the embedded engine answers too, or refuses.
"$python" tests/spark/expressions.py "${SPARK_SEED:-7}" 150 20 > "$work/queries.jsonl"
"$python" tests/spark/record.py - < "$work/queries.jsonl" > "$work/answers.jsonl" 2> "$work/log" || { tail -n 20 "$work/log" >&2; exit 1; }
SPARK_ANSWERS="$work/answers.jsonl" cargo test --quiet --test it made_up_queries
