#!/usr/bin/env bash
# Every fuzz target, from a fixed seed for a fixed number of runs: the same inputs each time, so what breaks is the change.
set -euo pipefail
cd "$(dirname "$0")/.."

export PATH=$CARGO_TARGET_DIR/tools/bin:$PATH
command -v cargo-fuzz > /dev/null || cargo install --quiet --locked --root "$CARGO_TARGET_DIR/tools" cargo-fuzz
# Other flags than those of the other stages: a directory of its own, or each would compile everything anew.
export CARGO_TARGET_DIR=$CARGO_TARGET_DIR/fuzz
mkdir -p "$CARGO_TARGET_DIR"
# An empty one: what an earlier search found would lead this one elsewhere.
FUZZ_CORPUS=$(mktemp -d)
trap 'rm -rf "$FUZZ_CORPUS"' EXIT
export FUZZ_CORPUS
for target in $(cargo fuzz list); do
  echo "-- $target"
  fuzz/run "$target" 600 -seed=1 -runs=3000 2> "$CARGO_TARGET_DIR/$target.log" ||
    { tail -n 40 "$CARGO_TARGET_DIR/$target.log"; exit 1; }
  grep -E 'stat::(number_of_executed_units|slowest_unit_time_sec)' "$CARGO_TARGET_DIR/$target.log"
done
