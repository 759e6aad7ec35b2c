#!/usr/bin/env bash
# Every query of the generated pipelines, the shipped one and those of all cases, is accepted by Spark's own analyser, which
# also finds the types that the datasets declare, and the embedded engine answers made-up queries as Spark does: spark.sh GEN
set -euo pipefail
cd "$(dirname "$0")/.."

gen=$1
if ! command -v java > /dev/null; then
  echo "Spark needs a Java runtime (17 or later)" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(.ci/python.sh 'pyspark==4.3.0' 'pandas<3')
"$python" -m unittest discover --start-directory tests/checkers --pattern 'test_spark*.py' 2> "$work/log" \
  || { grep -v '^\s*at ' "$work/log" | tail -n 20 >&2; exit 1; }
pipelines=(generated/pipeline)
for project in tests/cases/*/; do
  out=$work/$(basename "$project")
  "$gen" --project "$project" build --quiet --out "$out"
  pipelines+=("$out/pipeline")
done
# Spark logs every failed attempt with its Java stack; a fault is one line.
"$python" .ci/spark_check.py "${pipelines[@]}" 2> "$work/log" \
  || { grep '^fault: ' "$work/log" >&2 || tail -n 20 "$work/log" >&2; exit 1; }

# Made-up queries of a seed of their own: what Spark answers, the embedded engine answers too, or refuses.
"$python" tests/spark/expressions.py "${SPARK_SEED:-7}" 150 20 > "$work/queries.jsonl"
"$python" tests/spark/record.py - < "$work/queries.jsonl" > "$work/answers.jsonl" 2> "$work/log" || { tail -n 20 "$work/log" >&2; exit 1; }
SPARK_ANSWERS="$work/answers.jsonl" cargo test --quiet --test it made_up_queries
