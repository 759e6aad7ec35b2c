#!/usr/bin/env bash
# What `gen sql convert` makes of the generated pipeline and of the cases is SQL to Spark's own parser, and
# `spark-pipelines` accepts the converted pipeline in a dry run, which analyses every query: convert.sh GEN
set -euo pipefail
cd "$(dirname "$0")/.."

gen=$1
if ! command -v java > /dev/null; then
  echo "Spark needs a Java runtime (17 or later)" >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$PWD/$(.ci/python.sh 'pyspark[pipelines]==4.3.0' 'pandas<3')
SPARK_HOME=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
export SPARK_HOME SPARK_CONF_DIR=$work/conf PYSPARK_PYTHON=$python PATH=${python%/*}:$PATH

# A catalog on disk: what one process sets up, the pipeline's own has to find.
mkdir "$work/conf"
cat > "$work/conf/spark-defaults.conf" << CONF
spark.ui.enabled                false
spark.sql.catalogImplementation hive
spark.sql.warehouse.dir         $work/warehouse
spark.hadoop.javax.jdo.option.ConnectionURL jdbc:derby:;databaseName=$work/metastore;create=true
spark.driver.extraJavaOptions   -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dderby.system.home=$work
CONF

mkdir "$work/landing"
cp samples/*.csv "$work/landing"
shipped=(sql convert generated/pipeline --set "landing=$work/landing")
"$gen" "${shipped[@]}" --out "$work/project" 2> "$work/report" || { cat "$work/report" >&2; exit 1; }
"$gen" "${shipped[@]}" --json > "$work/statements"
for case in tests/convert/*/; do
  set=()
  [[ ! -f $case/set ]] || while read -r setting; do set+=(--set "$setting"); done < "$case/set"
  # Some cases hold what can't be converted, which is status 1.
  status=0
  "$gen" sql convert "$case/input.sql" --json "${set[@]}" >> "$work/statements" || status=$?
  ((status <= 1)) || { echo "gen sql convert ends with $status: $case" >&2; exit 1; }
done
"$python" .ci/convert_check.py "$work/statements" "$work/project/setup.sql" 2> "$work/log" \
  || { tail -n 40 "$work/log" >&2; exit 1; }

(cd "$work/project" && spark-pipelines dry-run > "$work/log" 2>&1) \
  || { grep -v '^\s*at ' "$work/log" | tail -n 30 >&2; exit 1; }
echo "spark-pipelines accepts the converted pipeline"
