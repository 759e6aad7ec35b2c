#!/usr/bin/env bash
# What the client deploys to the workspace of the tests, the official SDK reads back, and knows every request. Every fault
# at every kind of request of a deployment is mended by the next one.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
.ci/python.sh requests google-auth protobuf > /dev/null
# Without what it depends on: it asks for a certifi that is newer than some registries have.
python=$(.ci/python.sh --no-deps 'databricks-sdk==0.162.*')

PYTHON=$PWD/$python REQUESTS=$work/requests.jsonl cargo test --quiet --test it -- \
  --ignored --exact --nocapture workspace::outside::the_official_sdk_reads_back_what_was_deployed
"$python" ../shared/tools/sdk_body_check.py --strict --quiet "$work/requests.jsonl"
cargo test --quiet --test it -- --ignored --exact --nocapture \
  workspace::troubles::every_fault_at_every_kind_of_request_of_a_deployment
