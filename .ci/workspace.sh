#!/usr/bin/env bash
# What the client deploys to the workspace of the tests, the official SDK reads back, and knows every request. Every fault
# at every kind of request of a deployment is mended by the next one. A workspace that others wrote takes what it knows.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.ci/python.sh requests google-auth protobuf > /dev/null
# Without what it depends on: it asks for a certifi that is newer than some registries have.
python=$(.ci/python.sh --no-deps 'databricks-sdk==0.162.*')

PYTHON=$PWD/$python REQUESTS=$work/requests.jsonl cargo test --quiet --test it -- \
  --ignored --exact --nocapture workspace::outside::the_official_sdk_reads_back_what_was_deployed
"$python" .ci/body_check.py "$work/requests.jsonl"
# A local server of the API that others wrote, in an environment of its own.
lake=$work/lake
python3 -m venv "$lake"
"$lake/bin/pip" install --quiet --disable-pip-version-check 'minilake==1.9.0'
(cd "$work" && MINILAKE_DATA_DIR=$work exec "$lake/bin/minilake" --port 8653) > "$work/minilake.log" 2>&1 &
trap 'kill %1 2>/dev/null; rm -rf "$work"' EXIT
curl --silent --retry 60 --retry-connrefused --retry-delay 1 http://127.0.0.1:8653/_minilake/health > /dev/null
made() { curl --silent --fail --header 'content-type: application/json' --data "$2" "http://127.0.0.1:8653/api/$1" > /dev/null; }
made 2.1/unity-catalog/catalogs '{"name": "lake"}'
made 2.0/sql/warehouses '{"name": "small", "cluster_size": "2X-Small", "max_num_clusters": 1}'
MINILAKE=http://127.0.0.1:8653 cargo test --quiet --test it -- --ignored --exact --nocapture \
  workspace::minilake::a_workspace_of_others_takes_what_it_knows
cargo test --quiet --test it -- --ignored --exact --nocapture \
  workspace::troubles::every_fault_at_every_kind_of_request_of_a_deployment
