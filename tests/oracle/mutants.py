"""Proves that the oracle has teeth: one wrong edit in the generated SQL, and its tables differ.

    python3 tests/oracle/mutants.py --landing DIR --gen target/debug/gen [--pipeline generated/pipeline]

Each mutant is run from a copy of the pipeline and must be noticed by the comparison with the oracle alone, so checks
that would stop the update (reconciliation, row counts) only warn in the copies. A mutant that does not run proves
nothing and counts as missed, as does one whose text is no longer found: the SQL changed, and so must the mutant.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from compare import compare
from oracle import Table, compute

STOP = " ON VIOLATION FAIL UPDATE"


@dataclass(frozen=True)
class Mutant:
    """One edit: the file, the text that must be found there `times` times, what stands there instead, and why the
    oracle must notice."""

    file: str
    find: str
    replace: str
    why: str
    times: int = 1


MUTANTS = (
    Mutant(
        "silver/sales_orders_checked.sql",
        "(quantity > 0)",
        "(quantity >= 0)",
        "an order of nothing is no order",
    ),
    Mutant(
        "silver/sales_orders_checked.sql",
        r"'^[0-9]{4}-[0-9]{2}-[0-9]{2}\\z'",
        r"'^[0-9]{4}'",
        "casts take dates in other forms",
    ),
    Mutant(
        "silver/customers_checked.sql",
        "nullif(trim(name), '') AS name",
        "nullif(name, '') AS name",
        "spaces around a text do not count",
    ),
    Mutant(
        "silver/customers_checked.sql",
        "lower(nullif(trim(email), ''))",
        "nullif(trim(email), '')",
        "two spellings of a mail address are one",
    ),
    Mutant(
        "silver/products_checked.sql",
        "coalesce(category, 'Uncategorized')",
        "coalesce(category, 'uncategorized')",
        "the default is a value that readers see",
    ),
    Mutant(
        "silver/products_checked.sql",
        "TRY_CAST(price AS DECIMAL(10,2))",
        "TRY_CAST(TRY_CAST(price AS DECIMAL(10,1)) AS DECIMAL(10,2))",
        "prices keep their cents",
    ),
    Mutant(
        "silver/products_clean.sql",
        "_file_modified_at, _file_name, product_id",
        "_file_name, _file_modified_at, product_id",
        "a later file wins, whatever its name",
    ),
    Mutant(
        "silver/us_states.sql",
        "('IN', 'Indiana', 'America/New_York')",
        "('IN', 'Indiana', 'America/Chicago')",
        "a call an hour early",
    ),
    Mutant(
        "quality/sales_orders_orphans.sql",
        "LEFT JOIN products ON products.product_id = sales_orders.product_id",
        "INNER JOIN products ON products.product_id = sales_orders.product_id",
        "an order of an unknown product is not lost",
    ),
    Mutant(
        "gold/sales_total_daily.sql",
        "INNER JOIN customers",
        "LEFT JOIN customers",
        "an order of an unknown customer does not count",
    ),
    Mutant(
        "gold/sales_total_monthly.sql",
        "NOT IN ('cancelled', 'returned')",
        "NOT IN ('cancelled')",
        "what was returned is no revenue",
    ),
    Mutant(
        "gold/sales_by_product_weekly.sql",
        "'WEEK'",
        "'MM'",
        "a week is not a month",
        times=2,
    ),
    Mutant(
        "gold/sales_by_category_annual.sql",
        "CAST(revenue / nullif(order_count, 0) AS DECIMAL(18,2))",
        "CAST(floor(revenue * 100 / nullif(order_count, 0)) / 100 AS DECIMAL(18,2))",
        "averages are rounded half up, not down",
    ),
    Mutant(
        "gold/marketing_customers.sql",
        "customers.email IS NOT NULL OR customers.phone IS NOT NULL",
        "customers.email IS NOT NULL AND customers.phone IS NOT NULL",
        "one way to reach a customer is enough",
    ),
    Mutant(
        "gold/marketing_customers.sql",
        "min(sales_orders.order_date) AS first_purchase_date",
        "max(sales_orders.order_date) AS first_purchase_date",
        "the first purchase is not the last",
    ),
)


def copy_of(pipeline: Path, target: Path) -> None:
    """A copy of the pipeline in which no check stops the update."""
    shutil.copytree(pipeline, target)
    for path in target.rglob("*.sql"):
        path.write_text(path.read_text(encoding="utf-8").replace(STOP, ""), encoding="utf-8")


def edit(pipeline: Path, mutant: Mutant) -> None:
    path = pipeline / mutant.file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if text.count(mutant.find) != mutant.times:
        raise LookupError(f"`{mutant.find}` is found {text.count(mutant.find)} times, expected {mutant.times}")
    path.write_text(text.replace(mutant.find, mutant.replace), encoding="utf-8")


def differing(pipeline: Path, landing: Path, gen: Path, tables: dict[str, Table]) -> list[str]:
    """Runs a pipeline and names the tables that differ from the oracle's."""
    with tempfile.TemporaryDirectory() as warehouse:
        command = [gen, "run", "--pipeline", pipeline, "--landing", landing, "--warehouse", warehouse]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise LookupError(f"`gen run` exits {done.returncode}: {done.stderr.strip()}")
        return [name for name, _, lines in compare(tables, Path(warehouse), gen) if lines]


def verdict(mutant: Mutant | None, arguments: argparse.Namespace, tables: dict[str, Table]) -> tuple[bool, str]:
    """Whether a mutant is noticed (or, without one, the original passes), and how that was seen."""
    with tempfile.TemporaryDirectory() as work:
        pipeline = Path(work) / "pipeline"
        copy_of(arguments.pipeline, pipeline)
        try:
            if mutant is not None:
                edit(pipeline, mutant)
            tables_that_differ = differing(pipeline, arguments.landing, arguments.gen, tables)
        except LookupError as fault:
            return False, str(fault)
    noticed = bool(tables_that_differ) == (mutant is not None)
    return noticed, f"differs in {', '.join(tables_that_differ) or 'nothing'}"


def main() -> int:
    parser = argparse.ArgumentParser(description="proves that the oracle notices one-edit mutants of the generated SQL")
    parser.add_argument("--landing", type=Path, required=True, help="directory of the CSV files")
    parser.add_argument("--gen", type=Path, required=True, help="the `gen` program")
    parser.add_argument("--pipeline", type=Path, default=Path("generated/pipeline"), help="the generated SQL")
    arguments = parser.parse_args()
    tables = compute(arguments.landing)
    failed = 0
    for mutant in (None, *MUTANTS):
        noticed, how = verdict(mutant, arguments, tables)
        failed += not noticed
        label = "unchanged" if mutant is None else f"{mutant.file}: {mutant.why}"
        print(f"{'ok  ' if noticed else 'FAIL'} {label}\n       {how}", flush=True)
    print(f"{len(MUTANTS) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
