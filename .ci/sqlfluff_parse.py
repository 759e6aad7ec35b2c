"""Parses every SQL file below some directories with sqlfluff's Databricks grammar; prints what it can't parse.

    .venv/bin/python .ci/sqlfluff_parse.py DIR...

Statements that `.ci/sqlfluff_unknown.txt` lists are left out; an entry there that is not needed is a failure too.
"""

import re
import sys
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter

UNKNOWN = Path(__file__).with_name("sqlfluff_unknown.txt")


def statements(sql: str) -> list[str]:
    """The statements of a generated file: each ends with a line that ends in `;`, outside of `$$`."""
    found, lines, quoted = [], [], False
    for line in sql.splitlines(keepends=True):
        lines.append(line)
        quoted ^= line.count("$$") % 2 == 1
        if line.rstrip().endswith(";") and not quoted and not line.startswith("--"):
            found.append("".join(lines))
            lines = []
    return [*found, "".join(lines)]


def bare(statement: str) -> str:
    """A statement without the comments and blank lines before it."""
    return re.sub(r"\A(?:--.*\n|\s*\n)*", "", statement)


def main() -> int:
    # The raw templater: `${landing}` is a parameter of the pipeline, not something to fill in here. Others are names of schemas.
    linter = Linter(config=FluffConfig(overrides={"dialect": "databricks", "templater": "raw", "disable_noqa": True}))
    lines = UNKNOWN.read_text(encoding="utf-8").splitlines()
    unknown = {line: None for line in lines if line and not line.startswith("#")}
    files = sorted(path for directory in sys.argv[1:] for path in Path(directory).rglob("*.sql"))
    failed = left_out = 0
    for path in files:
        known = []
        for statement in statements(re.sub(r"\$\{(\w*schema)\}", r"\1", path.read_text(encoding="utf-8"))):
            entry = next((pattern for pattern in unknown if re.search(pattern, bare(statement))), None)
            if entry is None:
                known.append(statement)
            else:
                left_out += 1
                unknown[entry] = unknown[entry] or bare(statement)
        violations = linter.parse_string("".join(known), fname=str(path)).violations
        failed += bool(violations)
        for violation in violations:
            print(f"{path}: {violation.desc()}")
    for entry, sample in unknown.items():
        if sample is None or not linter.parse_string(sample).violations:
            failed += 1
            print(f"{UNKNOWN.name}: {entry}: " + ("no statement is of this kind" if sample is None else "sqlfluff knows it"))
    print(f"{len(files)} files, {left_out} statements of {len(unknown)} unknown kinds left out, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
