#!/usr/bin/env bash
# The generated bundle is one that the official tools accept: its files by the JSON Schema of the command line, its
# resources by the classes of the Python package, and the bodies of the REST calls by the SDK. Schema and checker of
# bodies lie beside the repository; other places can be given in BUNDLE_SCHEMA and BODY_CHECK.
set -euo pipefail
cd "$(dirname "$0")/.."

schema=${BUNDLE_SCHEMA:-../shared/reference/bundle-jsonschema.json}
bodies=${BODY_CHECK:-../shared/tools/sdk_body_check.py}
for file in "$schema" "$bodies"; do
  if [[ ! -f $file ]]; then
    echo "$file is missing: give its path in BUNDLE_SCHEMA or BODY_CHECK" >&2
    exit 1
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gen=$(realpath "${CARGO_TARGET_DIR:-target}")/debug/gen
python=$(.ci/python.sh 'check-jsonschema==0.39.*' 'databricks-bundles==1.22.*' 'pyyaml==6.*' requests google-auth protobuf)
# Without what it depends on: it may ask for a newer certifi than a registry has, and no call is made.
"$python" -m pip install --quiet --disable-pip-version-check --no-deps 'databricks-sdk==0.162.*' >&2

# The shipped project, then every case: each is another shape of bundle.
for project in . tests/cases/*/; do
  echo "-- $project"
  out=$work/$(basename "$project")
  "$gen" --project "$project" build --quiet --out "$out"
  "$python" -m check_jsonschema --schemafile "$schema" "$out/bundle/databricks.yml" "$out"/bundle/resources/*.yml
  targets=$(sed -n '/^targets:/,$s/^  \([A-Za-z0-9_-]*\):$/\1/p' "$out/bundle/databricks.yml")
  [[ -n $targets ]]
  for target in $targets; do
    "$gen" --project "$project" requests --quiet --target "$target" > "$out/requests.jsonl"
    "$python" "$bodies" --strict --quiet "$out/requests.jsonl"
    "$python" .ci/bundle_check.py "$out/bundle" "$out/requests.jsonl" "$target"
  done
done
