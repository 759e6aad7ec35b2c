"""Writes a landing directory in which everything that can go wrong with a value, a line or a file does.

    python3 tests/oracle/nasty.py --seed 1 --out DIR [--orders 3000]

`gen sample` makes files that look like a business with some faults. Here every value is drawn from a list of texts that
are on the edge of what a rule takes, so that each rule meets each of its boundaries in one small directory. The same
seed gives the same bytes; file times are set on the files.
"""

import argparse
import csv
import os
import random
from collections.abc import Callable
from pathlib import Path

from states import TIMEZONES

CUSTOMERS, PRODUCTS = 300, 60
# Not all ids of an order exist: some customers and products are never delivered.
UNKNOWN = 1.1
NOON = 1_700_000_000

BLANKS = ["", "", " ", "   "]
NAMES = ["O'Hara, Ann", 'The "Q"', "two\nlines", "two\r\nlines", "\ttab", "\u00a0", "Ünïcödé", "back\\slash"]
NAMES += ["${landing}"]
EMAILS = ["bad", "a@b", "a@b@c.d", "a b@c.d", "@b.c", "a@.c", "a@b.", "A@B.C", "İI@B.C", "a@b.c\n", "a\t@b.c"]
STATES = ["ca", "XX", "California", "C A", "ß", "ny\n"]
CATEGORIES = ["Books", "books", "Home & Garden", "Ünï", "Books\t"]
PRICES = ["0", "-0", "-0.004", "-0.005", "-1", "0.005", "0.004", "1.995", "12.", ".5", "+1", "1e2", "1,5"]
PRICES += ["$3", "free", "99999999.994", "99999999.995", "100000000", "007.50", "1 000", "NaN"]
PRICES += ["٣", "1.50\n", "0" * 60 + "1.5", "9" * 60]
STOCK = ["in_stock", "In_Stock", "OUT_OF_STOCK", "discontinued"]
DATES = ["2024-02-29", "2023-02-29", "2024-12-29", "2024-12-30", "2024-12-31", "2025-01-01", "2025-01-05", "2025-01-06"]
DATES += ["2024-1-05", "20240105", "2024-01-05T00:00:00", "2024-01-05 ", "05/01/2024", "now"]
DATES += ["2024-13-01", "2024-04-31", "0001-01-01", "9999-12-31", "٢٠٢٤-01-05", "2024-01-05\n"]
DATES += ["12024-01-05", "-2024-01-05"]
QUANTITIES = ["0", "-0", "-1", "1.0", "1.5", "+3", "1e1", "0x1", "many", "٣", "2\n"]
# The limits of an INT, and any number of zeros. The greatest INT is left out: times a great price it fits no total.
QUANTITIES += ["007", "0000000009", "0" * 30 + "9", "2147483648", "-2147483648", "-2147483649", "9" * 20]
STATUSES = ["completed", "Shipped", "DELIVERED", "pending", "processing", "cancelled", "Returned", "CANCELLED"]


class Nasty:
    """Draws lines."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def mostly(self, usual: str, *odd: str) -> str:
        """The usual text, now and then an odd one or a blank; spaces around it in any case."""
        roll = self.random.random()
        text = self.random.choice(odd) if odd and roll < 0.1 else self.random.choice(BLANKS) if roll < 0.13 else usual
        return self.random.choice(["", "", "", " "]) + text + self.random.choice(["", "", "", "  "])

    def number(self, most: float) -> int:
        return self.random.randint(1, int(most))

    def customer(self) -> list[str]:
        number = self.number(CUSTOMERS)
        return [
            self.mostly(f"C{number}"),
            self.mostly(f"Name {number % 9}", *NAMES),
            self.mostly("1 Road", *NAMES),
            self.mostly(self.random.choice([f"User{number}@Mail.Example", ""]), *EMAILS),
            self.mostly(self.random.choice([f"555-{number}", ""])),
            self.mostly(self.random.choice(sorted(TIMEZONES)), *STATES),
        ]

    def product(self) -> list[str]:
        number = self.number(PRODUCTS)
        cents = self.number(100_000)
        return [
            self.mostly(f"P{number}"),
            self.mostly(f"Product {number}", *NAMES),
            self.mostly(self.random.choice(CATEGORIES)),
            self.mostly(f"{cents // 100}.{cents % 100:02d}", *PRICES),
            self.mostly(self.random.choice(STOCK)),
        ]

    def order(self, most: int) -> list[str]:
        year, month, day = self.random.randint(2023, 2025), self.number(12), self.number(28)
        return [
            self.mostly(f"O{self.number(most)}"),
            self.mostly(f"C{self.number(CUSTOMERS * UNKNOWN)}"),
            self.mostly(f"P{self.number(PRODUCTS * UNKNOWN)}"),
            self.mostly(f"{year}-{month:02d}-{day:02d}", *DATES),
            self.mostly(str(self.number(20)), *QUANTITIES),
            self.mostly(self.random.choice(STATUSES), "lost", "complete d"),
        ]


def write_files(nasty: Nasty, out: Path, stem: str, header: str, line: Callable[[], list[str]], lines: int) -> None:
    """An entity in files that differ in everything a reader may not depend on, and some that hold nothing to read."""
    columns = header.split(",")
    shuffled = nasty.random.sample(range(len(columns)), len(columns))
    put(out / f"{stem}.csv", columns, [line() for _ in range(lines // 2)], NOON)
    # Later, but first by name.
    put(out / f"{stem}.2.csv", columns, [line() for _ in range(lines // 4)], NOON + 60, start="\ufeff", end="\r\n")
    # At the same time as the next one, so that the name decides.
    reordered = [[row[i] for i in shuffled] for row in (line() for _ in range(lines // 8))]
    put(out / f"{stem}_b.csv", [columns[i] for i in shuffled], reordered, NOON + 30)
    extra = [[*line(), "extra", "surplus"][: nasty.random.randint(3, len(columns) + 2)] for _ in range(lines // 8)]
    put(out / f"{stem}_c.csv", [*columns, "Extra"], extra, NOON + 30, end="\n\n")
    put(out / f"{stem}_header.csv", columns, [], NOON + 90)
    (out / f"{stem}_empty.csv").write_bytes(b"")
    put(out / f"{stem}_broken.csv", [columns[0].upper(), *columns[1:]], [line() for _ in range(5)], NOON + 90)
    put(out / f"_{stem}.csv", columns, [line()], NOON + 90)
    put(out / f"{stem}.csv.part", columns, [line()], NOON + 90)


def put(path: Path, columns: list[str], rows: list[list[str]], modified: int, start: str = "", end: str = "\n") -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(start)
        csv.writer(file, lineterminator=end).writerows([columns, *rows])
    os.utime(path, (modified, modified))


def main() -> None:
    parser = argparse.ArgumentParser(description="writes CSV files full of edge cases")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other files")
    parser.add_argument("--orders", type=int, default=3000, help="lines of sales orders")
    parser.add_argument("--out", type=Path, required=True, help="directory of the files")
    arguments = parser.parse_args()
    nasty, out, orders = Nasty(arguments.seed), arguments.out, arguments.orders
    out.mkdir(parents=True, exist_ok=True)
    customers = "customer_id,name,address,email,phone,state"
    write_files(nasty, out, "customers", customers, nasty.customer, 4 * CUSTOMERS)
    products = "product_id,product_name,category,price,availability_status"
    write_files(nasty, out, "sales", products, nasty.product, 12 * PRODUCTS)
    lines = "order_id,customer_id,product_id,order_date,quantity,order_status"
    write_files(nasty, out, "sales_orders", lines, lambda: nasty.order(orders), orders)


if __name__ == "__main__":
    main()
