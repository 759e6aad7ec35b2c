"""Runs random projects through `gen` and compares all rows with the oracle's.

    python3 tests/random/run.py --gen target/debug/gen --seeds 1..200 [--jobs N] [--keep DIR]

A project comes out equal, stops as its data demands, or is refused by `check` for a limit that `judge.LIMITS` names.
Everything else is a failure: it is printed, and with `--keep` reduced and written as a folder of its own. Exits 1 when
a seed failed, or when more than three of a hundred were refused.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from grow import grow
from judge import EQUAL, FAILED, REFUSED, STOPS, Verdict, judge
from reduce import reduced, write_case

MOST_REFUSED = 0.03


def seeds(text: str) -> list[int]:
    """`1..200`, `7` or `3,5,9`."""
    if ".." in text:
        first, last = text.split("..")
        return list(range(int(first), int(last) + 1))
    return [int(part) for part in text.split(",")]


def one(seed: int, gen: Path, without: frozenset[str], keep: Path | None) -> tuple[int, Verdict, str]:
    """The verdict on one seed; a failure is reduced when it is to be kept."""
    place = Path(tempfile.mkdtemp(prefix=f"random-{seed}-"))
    try:
        project = grow(seed, without)
        verdict = judge(project, gen, place / "project")
        if verdict.outcome == FAILED and keep:
            small, reason = reduced(project, verdict, gen, place / "smaller")
            write_case(small, reason, keep / f"seed-{seed}", seed)
        return seed, verdict, " ".join(sorted(project.features))
    except subprocess.TimeoutExpired as late:
        return seed, Verdict(FAILED, "timeout", (str(late),)), ""
    except Exception:
        # A fault of the tests themselves: told like any failure, so that the other seeds still run.
        return seed, Verdict(FAILED, "fault of the oracle", tuple(traceback.format_exc().splitlines()[-6:])), ""
    finally:
        shutil.rmtree(place, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="random projects against an independent oracle")
    parser.add_argument("--gen", type=Path, required=True, help="the `gen` program")
    parser.add_argument("--seeds", type=seeds, default=seeds("1..50"), help="such as 1..200 or 3,5,9")
    parser.add_argument("--jobs", type=int, default=2, help="projects at a time")
    parser.add_argument("--keep", type=Path, help="directory for reduced failures, one folder a seed")
    parser.add_argument("--without", default="", help="features of `chance` that are left out, separated by commas")
    arguments = parser.parse_args()
    without = frozenset(filter(None, arguments.without.split(",")))
    outcomes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    tables = 0
    with ProcessPoolExecutor(arguments.jobs) as pool:
        gen = arguments.gen.resolve()
        waiting = [pool.submit(one, seed, gen, without, arguments.keep) for seed in arguments.seeds]
        for done in as_completed(waiting):
            seed, verdict, features = done.result()
            outcomes[verdict.outcome] += 1
            tables += verdict.tables
            if verdict.outcome in (FAILED, REFUSED):
                kinds[f"{verdict.outcome}: {verdict.kind}"] += 1
            if verdict.outcome == FAILED:
                print(f"seed {seed}: {verdict.kind} [{features}]", *verdict.lines, sep="\n    ", flush=True)
    for kind, count in kinds.most_common():
        print(f"{count:5} {kind}")
    total = sum(outcomes.values())
    counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in (EQUAL, STOPS, REFUSED, FAILED))
    print(f"{total} projects, {tables} tables compared: {counts}")
    return 1 if outcomes[FAILED] or outcomes[REFUSED] > max(1, MOST_REFUSED * total) else 0


if __name__ == "__main__":
    sys.exit(main())
