"""Parses every SQL file below a directory with sqlfluff's Databricks grammar; prints what it can't parse.

    .venv/bin/python .ci/sqlfluff_parse.py DIR
"""

import sys
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter


def main() -> int:
    # The raw templater: `${landing}` is a parameter of the pipeline, not something to fill in here.
    linter = Linter(config=FluffConfig(overrides={"dialect": "databricks", "templater": "raw", "disable_noqa": True}))
    files = sorted(Path(sys.argv[1]).rglob("*.sql"))
    failed = 0
    for path in files:
        violations = linter.parse_string(path.read_text(encoding="utf-8"), fname=str(path)).violations
        failed += bool(violations)
        for violation in violations:
            print(f"{path}:{violation.line_no}:{violation.line_pos}: {violation.desc()}")
    print(f"{len(files) - failed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
