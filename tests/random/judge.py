"""Runs `gen` on a project and compares every table with what the oracle expects."""

import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import expect
import gold
import silver
from expect import Table
from project import Project
from write import write

EQUAL, STOPS, REFUSED, FAILED = "equal", "stops as predicted", "refused", "FAILED"
# Where a rescued field came from is the reader's business.
PATH_OF_RESCUED = "_file_path"
SHOWN = 3
PATIENCE = 240
# What `check` may refuse a project for: limits of the language that the generator does not steer around.
LIMITS = {
    "E0403": "a reference leads to an entity whose key may repeat",
}


@dataclass
class Verdict:
    """What came out. `kind` tells failures apart for the reducer, `lines` describe one for people."""

    outcome: str
    kind: str = ""
    lines: tuple[str, ...] = ()
    tables: int = 0


def judge(project: Project, gen: Path, folder: Path) -> Verdict:
    """Writes a project below `folder`, runs `gen` on it and compares."""
    write(project, folder)
    try:
        expected, stops = expect.compute(project), []
    except silver.Stopped as stopped:
        expected, stops = {}, stopped.names
    checked = run(gen, folder, "check", "--format", "json")
    if checked.returncode != 0:
        return refusal(checked)
    built = run(gen, folder, "build", "-q")
    if built.returncode != 0:
        return Verdict(FAILED, "build", last_lines(built))
    ran = run(gen, folder, "run", "--landing", "landing", "-q")
    if stops:
        return stopped_verdict(ran, stops)
    if ran.returncode != 0:
        return Verdict(FAILED, "run " + shape_of(ran.stderr), last_lines(ran))
    return compare_all(project, expected, gen, folder)


def run(gen: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess:
    command = [gen, *arguments]
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE, env=environment
    )


def refusal(checked: subprocess.CompletedProcess) -> Verdict:
    """A refusal is fine where it names a limit that is known."""
    if checked.returncode != 1:
        return Verdict(FAILED, f"check exits {checked.returncode}", last_lines(checked))
    codes = sorted(set(re.findall(r'"code": ?"(E[0-9]{4})"', checked.stdout + checked.stderr)))
    outcome = REFUSED if codes and set(codes) <= set(LIMITS) else FAILED
    messages = re.findall(r'"message": ?"((?:[^"\\]|\\.)*)"', checked.stdout + checked.stderr)
    return Verdict(outcome, "check " + " ".join(codes), tuple(messages[:SHOWN]))


def stopped_verdict(ran: subprocess.CompletedProcess, stops: list[str]) -> Verdict:
    wanted = " or ".join(f"`{stop}`" for stop in stops) + " should stop the update"
    if ran.returncode == 0:
        return Verdict(FAILED, "goes on", (wanted,))
    named = next((stop for stop in stops if stop in ran.stderr + ran.stdout), None)
    if named:
        return Verdict(STOPS, named)
    return Verdict(FAILED, "stops for another reason", (wanted, *last_lines(ran)))


def last_lines(done: subprocess.CompletedProcess) -> tuple[str, ...]:
    return tuple((done.stderr + done.stdout).strip().splitlines()[:8])


def shape_of(text: str) -> str:
    """A message without names and numbers, so that failures of one kind look alike."""
    first = next((line for line in text.splitlines() if line.startswith("error")), "")
    return re.sub("[0-9]+", "N", re.sub("`[^`]*`", "`..`", first))


# --- tables ----------------------------------------------------------------------------------------------------------


def compare_all(project: Project, expected: dict[str, Table], gen: Path, folder: Path) -> Verdict:
    """The first table that differs decides; they stand in the order in which rows flow."""
    for name, table in expected.items():
        try:
            lines = differences(table, query(gen, folder, name))
        except LookupError as fault:
            return Verdict(FAILED, f"query {kind_of_table(name, project)}", (f"table {name}: {fault}",))
        if lines:
            return Verdict(FAILED, f"rows of {kind_of_table(name, project)}", (f"table {name}", *lines))
    for metric in project.metrics:
        lines = unreconciled(metric, project, gen, folder)
        if lines:
            return Verdict(FAILED, "rows of reconciliation", (f"table {metric.name}_reconciliation", *lines))
    return Verdict(EQUAL, tables=len(expected))


def kind_of_table(name: str, project: Project) -> str:
    for entity in project.entities:
        if name.startswith(entity.name) and (suffix := name.removeprefix(entity.name)) in SUFFIXES:
            return suffix or f"entity {entity.loaded_by}"
    return name if name in ("row_counts", "orphan_counts") else "metric"


SUFFIXES = ("", "_raw", "_skipped", "_quarantine", "_duplicates", "_orphans")


def query(gen: Path, folder: Path, table: str) -> list[dict]:
    done = run(gen, folder, "query", f"SELECT * FROM `{table}`", "--format", "json")
    if done.returncode != 0:
        raise LookupError(f"`gen query` exits {done.returncode}: {done.stderr.strip()[:300]}")
    return json.loads(done.stdout, parse_float=Number)


class Number(str):
    """The digits of a number that is no whole one."""


def comparable(value: object) -> object:
    """A value of either side in one form."""
    match value:
        case None | bool():
            return value
        case Number() | int() | Decimal() | float():
            return plain(value)
        case datetime():
            return value.replace(tzinfo=value.tzinfo or timezone.utc).isoformat()
        case date():
            return value.isoformat()
        case list():
            return tuple(comparable(item) for item in value)
        case dict():
            return tuple(sorted((k, v) for k, v in value.items() if k != PATH_OF_RESCUED))
    return value


def plain(value: object) -> object:
    number = float(value) if "e" in str(value).lower() or isinstance(value, float) else Decimal(str(value))
    number = Decimal(repr(number)) if isinstance(number, float) and number == number and abs(number) < 1e300 else number
    # Zero has one sign here, and no decimals at its end.
    return number.normalize() + 0 if isinstance(number, Decimal) else number


def found_value(value: object, name: str, like: object) -> object:
    """A value of `gen query`, by what stands in the same column of the oracle."""
    if value is None:
        return None
    if name == "_rescued_data":
        return comparable(json.loads(value))
    if name in ("_violations", "_missing"):
        return tuple(sorted(value))
    if isinstance(like, datetime) and isinstance(value, str):
        return comparable(datetime.fromisoformat(value.replace("Z", "+00:00")))
    return comparable(value)


def differences(table: Table, found: list[dict]) -> list[str]:
    """What differs, in words; nothing where the tables are equal as multisets of rows."""
    if found and list(found[0]) != table.columns:
        return [f"columns are {list(found[0])}, expected {table.columns}"]
    samples = [next((row[i] for row in table.rows if row[i] is not None), None) for i in range(len(table.columns))]
    expected = Counter(tuple(map(comparable, row)) for row in table.rows)
    actual = Counter(
        tuple(found_value(row[name], name, like) for name, like in zip(table.columns, samples)) for row in found
    )
    missing, surplus = list((expected - actual).elements()), list((actual - expected).elements())
    if not missing and not surplus:
        return []
    lines = [f"{len(table.rows)} rows expected, {len(found)} found; {len(missing)} missing, {len(surplus)} unexpected"]
    lines += [f"missing    {shown(table.columns, row)}" for row in missing[:SHOWN]]
    return lines + [f"unexpected {shown(table.columns, row)}" for row in surplus[:SHOWN]]


def shown(names: list[str], row: tuple) -> str:
    return ", ".join(
        f"{name}={value if isinstance(value, Decimal) else repr(value)}" for name, value in zip(names, row)
    )


def unreconciled(metric: object, project: Project, gen: Path, folder: Path) -> list[str]:
    """What a reconciliation says of a measure must be its total over all measured rows, on both sides."""
    if not list(folder.glob(f"generated/pipeline/quality/{metric.name}_reconciliation.sql")):
        return []
    rows = gold.Rows(silver.build(project))
    totals = gold.totals(metric, rows)
    lines = []
    for row in query(gen, folder, f"{metric.name}_reconciliation"):
        if row["measure"] == "rows" and row["measure"] not in totals:
            right = len(rows.silvers[metric.source].current)
        else:
            right = totals[row["measure"]] or 0
        if not plain(row["actual"]) == plain(row["expected"]) == plain(right):
            lines.append(f"{row}, expected {right}")
    return lines
