"""Non-interference: what readers may read does not depend on personal data that they may not see.

    python3 tests/interference/run.py --gen target/debug/gen --seeds 1..40 [--jobs N] [--keep DIR]

For every seed: a random project, from which what `gen check` refuses is taken out until it accepts all; two landing
directories that differ only in personal values that the readers don't see; a run over each. A row, cell, count or
failure that differs in what is granted to readers is a leak. Every project also holds a figure that is declassified: it
has to differ in most projects, or the comparison would see nothing. Exits 1 on a leak, and when too little was compared.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import landing
from project import PERSONAL, TOLD, Project, grow

ROUNDS = 8
PATIENCE = 240
GRANT = re.compile(r"^GRANT SELECT ON TABLE \S+\.(\S+) TO `readers`;$", re.MULTILINE)
# A line of a list of columns; CONSTRAINT lines have no type in capitals behind the name.
COLUMN = re.compile(r"^  (?!CONSTRAINT)(\w+)( [A-Z].*)$", re.MULTILINE)
TAG = re.compile(r"^ALTER [A-Z ]+ \S+\.(\S+) ALTER COLUMN (\S+) SET TAGS \('pii'", re.MULTILINE)
NAMES = [*(column[0] for column in PERSONAL), "comment", "first", "second"]
PERSONAL_NAME = re.compile(r"\b(" + "|".join(NAMES) + r")\b")


@dataclass
class Outcome:
    """What came of a seed: leaks for people to read, and counts."""

    leaks: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)


def gen(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command, environment = [program, *arguments], {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment
    )


def put(project: Project, folder: Path) -> None:
    shutil.rmtree(folder / "specs", ignore_errors=True)
    for name in project.files:
        place = folder / "specs" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(project.text(name), encoding="utf-8")
    (folder / "specs/lookups").mkdir(exist_ok=True)
    (folder / "specs/lookups/towns.csv").write_text(landing.TOWNS, encoding="utf-8")


def accepted(project: Project, program: Path, folder: Path, counts: Counter) -> bool:
    """Takes out what `gen check` refuses until it refuses nothing; whether that came to an end."""
    for _ in range(ROUNDS):
        put(project, folder)
        done = gen(program, folder, "check", "--format", "json")
        if done.returncode == 0:
            return True
        if done.returncode != 1:
            raise RuntimeError(f"gen check exits {done.returncode}: {done.stderr[:300]}")
        faults = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        errors = [fault for fault in faults if fault["severity"] == "error"]
        if not any([take_out(project, fault, counts) for fault in errors]):
            raise RuntimeError(f"nothing to take out for {errors[:1]}")
    return False


def take_out(project: Project, fault: dict, counts: Counter) -> bool:
    """Removes the attempt that a fault points at."""
    name = (fault.get("path") or "").removeprefix("specs/")
    counts["refused" if fault["code"].startswith("E07") else "unfit"] += 1
    if name.startswith("metrics/"):
        # Another fault of the same metric finds it gone.
        project.files.pop(name, None)
        return True
    lines = project.files.get(name, [])
    index = fault.get("line", 0) - 1
    if 0 <= index < len(lines) and lines[index].plain is not None:
        lines[index].text, lines[index].plain = lines[index].plain, None
        return True
    return False


def observed(program: Path, folder: Path, tables: dict[str, list[str]], filters: list[str]) -> dict[str, object]:
    """What readers can read of a run: the rows of each table, and which rows a filter shows."""
    seen: dict[str, list] = {table: [] for table in tables}
    # One query for all tables: starting the program takes longer than reading a table.
    for table, row in rows(program, folder, " UNION ALL ".join(map(select, tables, tables.values()))):
        seen[table].append(row)
    for number, condition in enumerate(filters):
        shown = gen(program, folder, "query", f"SELECT person_id FROM people WHERE {condition}", "--format", "csv")
        seen[f"filter {number}"] = [shown.returncode, *shown.stdout.splitlines()]
    return {name: sorted(map(str, lines)) for name, lines in seen.items()}


def select(table: str, columns: list[str]) -> str:
    """The rows of a table as one text each; where all columns are masked, how many there are is left."""
    cells = [f"coalesce(CAST(`{column}` AS STRING), 'NULL')" for column in columns] or ["''"]
    return f"SELECT '{table}' AS t, concat_ws(' | ', {', '.join(cells)}) AS r FROM `{table}`"


def rows(program: Path, folder: Path, query: str) -> list[tuple[str, str]]:
    done = gen(program, folder, "query", query, "--format", "json")
    if done.returncode != 0:
        raise RuntimeError(f"gen query exits {done.returncode}: {(done.stderr + done.stdout)[:300]}")
    return [(row["t"], row["r"]) for row in json.loads(done.stdout)]


def granted(folder: Path) -> dict[str, list[str]]:
    """Tables that readers may read, each with the columns that are not masked, from the generated text."""
    after = folder / "generated/governance/dev/after"
    governance = {path.name: path.read_text(encoding="utf-8") for path in after.glob("*.sql")}
    tables = set(GRANT.findall(governance.get("40_grants.sql", "")))
    tagged = set(TAG.findall(governance.get("20_tags.sql", "")))
    seen = {}
    for path in (folder / "generated/pipeline").rglob("*.sql"):
        if path.stem in tables:
            columns = COLUMN.findall(path.read_text(encoding="utf-8").split("\n)", 1)[0])
            is_clear = [" MASK " not in rest and (path.stem, name) not in tagged for name, rest in columns]
            seen[path.stem] = [name for (name, _), clear in zip(columns, is_clear) if clear]
    if seen.keys() != tables:
        raise RuntimeError(f"tables without a definition: {tables - seen.keys()}")
    return seen


def filters_of(project: Project) -> list[str]:
    found = [re.fullmatch(r"rows: \{ readers: '(.*)' \}", line.text) for line in project.files["entities/people.yml"]]
    return [match[1].replace("''", "'") for match in found if match]


def judge(seed: int, program: Path, keep: Path | None) -> Outcome:
    """The outcome of one seed."""
    outcome = Outcome()
    folder = Path(tempfile.mkdtemp(prefix=f"interference-{seed}-"))
    try:
        project = grow(seed)
        if not accepted(project, program, folder, outcome.counts):
            outcome.counts["projects given up"] += 1
            return outcome
        places = [folder / "landing_0", folder / "landing_1"]
        landing.write(project, seed, places)
        built = gen(program, folder, "build", "-q")
        if built.returncode != 0:
            raise RuntimeError(f"gen build exits {built.returncode}: {built.stderr[:300]}")
        compare(project, program, folder, places, outcome)
        if outcome.leaks and keep:
            shutil.copytree(folder, keep / f"seed-{seed}", dirs_exist_ok=True)
    except Exception:
        outcome.leaks += ["fault of the test", *traceback.format_exc().splitlines()[-4:]]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def compare(project: Project, program: Path, folder: Path, places: list[Path], outcome: Outcome) -> None:
    tables, filters, views = granted(folder), filters_of(project), []
    for place in places:
        ran = gen(program, folder, "run", "-q", "--landing", place.name)
        if ran.returncode == 2 or "E1002" in ran.stderr:
            raise RuntimeError(f"gen run: {ran.stderr[:300]}")
        stopped = ran.stderr.splitlines()[:1] if ran.returncode != 0 else []
        seen = {} if stopped else observed(program, folder, tables, filters)
        views.append({"update": (ran.returncode, stopped), **seen})
    first, second = views
    for name in sorted(first.keys() | second.keys()):
        differs = first.get(name) != second.get(name)
        if name in (TOLD, f"{TOLD}_reconciliation"):
            outcome.counts["told figures that differ"] += differs and name == TOLD
        elif differs and (name == "update" or first["update"] == second["update"]):
            outcome.leaks.append(f"{name}: {first.get(name)} became {second.get(name)}")
            outcome.leaks += [f"    {line.text}" for line in project.files.get(f"metrics/{name}.yml", [])]
    outcome.counts["projects"] += 1
    outcome.counts["updates that stop"] += first["update"][0] != 0
    outcome.counts["tables compared"] += len(tables)
    outcome.counts["metrics over personal columns"] += sum(
        1 for name in project.files if name.startswith("metrics/m") and PERSONAL_NAME.search(project.text(name))
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="what readers read does not depend on what they may not see")
    parser.add_argument("--gen", type=Path, required=True, help="the `gen` program")
    parser.add_argument("--seeds", default="1..40", help="such as 1..200")
    parser.add_argument("--jobs", type=int, default=2, help="projects at a time")
    parser.add_argument("--keep", type=Path, help="directory for projects with a leak")
    arguments = parser.parse_args()
    first, last = (int(part) for part in (arguments.seeds.split("..") * 2)[:2])
    total, leaks = Counter(), 0
    with ProcessPoolExecutor(arguments.jobs) as pool:
        program, keep = arguments.gen.resolve(), arguments.keep
        waiting = {pool.submit(judge, seed, program, keep): seed for seed in range(first, last + 1)}
        for done in as_completed(waiting):
            outcome = done.result()
            total += outcome.counts
            if outcome.leaks:
                leaks += 1
                print(f"seed {waiting[done]}:", *outcome.leaks, sep="\n    ", flush=True)
    for name, count in sorted(total.items()):
        print(f"{count:7} {name}")
    print(f"{last - first + 1} seeds: {leaks} LEAK")
    runs = total["projects"] - total["updates that stop"]
    enough = total["told figures that differ"] >= runs // 2
    enough &= total["metrics over personal columns"] >= 2 * total["projects"]
    if not enough:
        print("too little was compared: the declassified figure, or personal columns in accepted metrics, are rare")
    return 1 if leaks or not enough else 0


if __name__ == "__main__":
    sys.exit(main())
