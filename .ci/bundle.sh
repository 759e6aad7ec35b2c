#!/usr/bin/env bash
# The generated bundle is one that the official tools accept: its resources by the classes of the Python package
# databricks-bundles, and the bodies of the REST calls by databricks-sdk. Both refuse unknown keys and values.
#
# The JSON Schema of the command line also knows what stands around the resources (targets, variables, sync). No package
# has it, and the command line has a licence of its own, so it is not in this repository.
# Where the command line is at hand: `databricks bundle schema > schema.json`, and BUNDLE_SCHEMA=schema.json.
set -euo pipefail
cd "$(dirname "$0")/.."

schema=${BUNDLE_SCHEMA:-}
if [[ -z $schema ]]; then
  echo "BUNDLE_SCHEMA is not set: keys around the resources are compared with a list only"
elif [[ ! -f $schema ]]; then
  echo "$schema is missing, which BUNDLE_SCHEMA names" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gen=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/gen
python=$(.ci/python.sh 'check-jsonschema==0.39.*' 'databricks-bundles==1.22.*' 'pyyaml==6.*' requests google-auth protobuf)
# Without what it depends on: it may ask for a newer certifi than a registry has, and no call is made.
.ci/python.sh --no-deps 'databricks-sdk==0.162.*' > /dev/null
"$python" -m unittest discover --start-directory tests/checkers --pattern 'test_b*.py'

# The shipped project, then every case: each is another shape of bundle.
for project in . tests/cases/*/; do
  echo "-- $project"
  out=$work/$(basename "$project")
  "$gen" --project "$project" build --quiet --out "$out"
  [[ -z $schema ]] || "$python" -m check_jsonschema --schemafile "$schema" "$out/bundle/databricks.yml" "$out"/bundle/resources/*.yml
  targets=$(sed -n '/^targets:/,$s/^  \([A-Za-z0-9_-]*\):$/\1/p' "$out/bundle/databricks.yml")
  [[ -n $targets ]]
  for target in $targets; do
    "$gen" --project "$project" requests --quiet --target "$target" > "$out/requests.jsonl"
    "$python" .ci/body_check.py "$out/requests.jsonl"
    "$python" .ci/bundle_check.py "$out/bundle" "$out/requests.jsonl" "$target"
  done
done
