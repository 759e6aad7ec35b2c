"""How fast other readers of SQL go over the same files, and how many of them they read.

    SQL_OUT=DIR cargo bench --no-default-features --bench sql      # writes the files, prints our figures
    python3 benches/compare.py DIR                                 # needs `pip install sqlglot sqlfluff`

One process, one core. sqlfluff takes a second for what the others do in a millisecond, so it gets the first files of each
folder only, up to a limit of bytes; its figure is over those.
"""

import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path

SQLFLUFF_BYTES = 60_000


def readers() -> dict[str, tuple[Callable[[str], bool], int | None]]:
    """Name of a reader, what says whether it reads a text, and how many bytes it gets."""
    import sqlfluff
    import sqlglot
    from sqlfluff.core import Linter
    from sqlglot.errors import ErrorLevel, SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    linter = Linter(dialect="databricks")

    def fluff(text: str) -> bool:
        parsed = linter.parse_string(text)
        return not parsed.violations

    def glot(text: str) -> bool:
        try:
            statements = sqlglot.parse(text, read="databricks", error_level=ErrorLevel.RAISE)
        except SqlglotError:
            return False
        # A `Command` is text that was not understood.
        return not any(isinstance(s, sqlglot.exp.Command) for s in statements)

    return {
        f"sqlglot {sqlglot.__version__}": (glot, None),
        f"sqlfluff {sqlfluff.__version__}": (fluff, SQLFLUFF_BYTES),
    }


def measure(reads: Callable[[str], bool], texts: list[str], limit: int | None) -> tuple[float, int, int]:
    """Megabytes a second, texts that are read, texts that were tried."""
    if limit is not None:
        total, cut = 0, []
        for text in texts:
            total += len(text)
            if cut and total > limit:
                break
            cut.append(text)
        texts = cut
    began = time.perf_counter()
    read = sum(reads(text) for text in texts)
    seconds = time.perf_counter() - began
    return sum(len(text.encode()) for text in texts) / seconds / 1e6, read, len(texts)


def main() -> None:
    folders = sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir())
    print(f"{'reader':<20} {'text':<12} {'MB/s':>10} {'read':>8} {'tried':>8}")
    for name, (reads, limit) in readers().items():
        for folder in folders:
            texts = [path.read_text() for path in sorted(folder.glob("*.sql"))]
            speed, read, tried = measure(reads, texts, limit)
            print(f"{name:<20} {folder.name:<12} {speed:>10.4f} {read:>8} {tried:>8}")


if __name__ == "__main__":
    main()
