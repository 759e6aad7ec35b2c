#!/usr/bin/env bash
# What readers outside the workspace get: the OpenAPI documents are valid, the clients read every row from a stand-in, and
# their requests are those of the official SDK.
set -euo pipefail
cd "$(dirname "$0")/.."

gen=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=$(.ci/python.sh 'openapi-spec-validator==0.9.*' requests google-auth protobuf)
# Without what it depends on: it asks for a certifi that is newer than some registries have.
.ci/python.sh --no-deps 'databricks-sdk==0.162.*' > /dev/null

for document in generated/openapi/*.json; do
  "$python" -m openapi_spec_validator "$document"
done
"$gen" run --quiet --warehouse "$work/warehouse" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
GEN=$gen WAREHOUSE=$work/warehouse REQUESTS=$work/requests.jsonl \
  "$python" -m unittest discover --start-directory tests/serving
"$python" .ci/body_check.py "$work/requests.jsonl"
