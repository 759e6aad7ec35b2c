"""From lines to rows: cleaning, typing, rules, quarantine, duplicates, references.

This is the oracle's silver layer. Every function that judges an entity names its rules next to the condition that
must hold; a condition that is None (SQL's NULL) counts as broken.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from landing import SOURCES, Line
from states import TIMEZONES

# A number of any length is read before it is found not to fit.
sys.set_int_max_str_digits(0)

Value = str | int | Decimal | date | None
Row = dict[str, Value]

EMAIL = re.compile(r"[^@ ]+@[^@ ]+[.][^@ ]+")
ORDER_STATUSES = {"completed", "shipped", "delivered", "pending", "processing", "cancelled", "returned"}
# Rules that are only counted. All others send the row to quarantine.
WARNINGS = {"valid_email", "valid_state"}
KEYS = {"customers": "customer_id", "products": "product_id", "sales_orders": "order_id"}
COLUMNS = {source.entity: source.columns for source in SOURCES}


@dataclass(frozen=True)
class Judged:
    """A line with its typed row and the names of the rules it breaks."""

    line: Line
    row: Row
    violations: list[str]

    @property
    def quarantined(self) -> bool:
        return any(rule not in WARNINGS for rule in self.violations)


# --- text to value -----------------------------------------------------------------------------------------------


def trimmed(field: str | None) -> str | None:
    """Spaces (U+0020, nothing else) around a text do not count; a blank is no value."""
    return (field or "").strip(" ") or None


def lowered(text: str | None) -> str | None:
    return None if text is None else text.lower()


def uppered(text: str | None) -> str | None:
    return None if text is None else text.upper()


def matching(text: str | None, pattern: re.Pattern[str]) -> str | None:
    """The text where all of it matches, else no value."""
    return text if text is not None and pattern.fullmatch(text) else None


def one_of(text: str | None, accepted: Iterable[str]) -> str | None:
    return text if text in accepted else None


def to_int(text: str | None) -> int | None:
    """ASCII digits with an optional minus; no value where it does not fit 32 bits."""
    if text is None or not re.fullmatch(r"-?[0-9]+", text):
        return None
    value = int(text)
    return value if -(2**31) <= value < 2**31 else None


def to_decimal(text: str | None, precision: int, scale: int) -> Decimal | None:
    """Plain ASCII digits with an optional point, rounded half up; no value where it does not fit the precision."""
    if text is None or not re.fullmatch(r"-?[0-9]+([.][0-9]+)?", text):
        return None
    value = round_half_up(Fraction(text), scale)
    return value if abs(value) < 10 ** (precision - scale) else None


def round_half_up(value: Fraction, scale: int) -> Decimal:
    """Rounds to a number of decimals; a half goes away from zero."""
    units = (abs(value) * 10**scale * 2 + 1) // 2
    return Decimal(int(units if value >= 0 else -units)).scaleb(-scale)


def to_date(text: str | None) -> date | None:
    """Strict yyyy-MM-dd that exists in the calendar."""
    if text is None or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- rules -------------------------------------------------------------------------------------------------------


def broken(**rules: bool | None) -> list[str]:
    """The names of the rules whose condition is not true."""
    return [name for name, holds in rules.items() if holds is not True]


def present(value: Value) -> bool:
    return value is not None


def valid(value: Value, text: str | None) -> bool:
    """A text that became no value was not valid; where there was no text there is nothing to be valid."""
    return value is not None or text is None


def judge_customer(line: Line) -> Judged:
    text = {column: trimmed(field) for column, field in line.fields.items()}
    email, state = lowered(text["email"]), uppered(text["state"])
    row: Row = {**text, "email": matching(email, EMAIL), "state": one_of(state, TIMEZONES)}
    return Judged(
        line,
        row,
        broken(
            customer_id_required=present(row["customer_id"]),
            valid_email=valid(row["email"], email),
            valid_state=valid(row["state"], state),
        ),
    )


def judge_product(line: Line) -> Judged:
    text = {column: trimmed(field) for column, field in line.fields.items()}
    price = to_decimal(text["price"], 10, 2)
    row: Row = {
        **text,
        "category": text["category"] or "Uncategorized",
        "price": price,
        "availability_status": lowered(text["availability_status"]),
    }
    return Judged(
        line,
        row,
        broken(
            product_id_required=present(row["product_id"]),
            price_required=present(price),
            valid_price=valid(price, text["price"]),
            price_not_negative=None if price is None else price >= 0,
        ),
    )


def judge_sales_order(line: Line) -> Judged:
    text = {column: trimmed(field) for column, field in line.fields.items()}
    order_date, quantity = to_date(text["order_date"]), to_int(text["quantity"])
    status = one_of(lowered(text["order_status"]), ORDER_STATUSES)
    row: Row = {**text, "order_date": order_date, "quantity": quantity, "order_status": status}
    return Judged(
        line,
        row,
        broken(
            order_id_required=present(row["order_id"]),
            customer_id_required=present(row["customer_id"]),
            product_id_required=present(row["product_id"]),
            order_date_required=present(order_date),
            valid_order_date=valid(order_date, text["order_date"]),
            quantity_required=present(quantity),
            valid_quantity=valid(quantity, text["quantity"]),
            order_status_required=present(status),
            valid_order_status=valid(status, text["order_status"]),
            quantity_positive=None if quantity is None else quantity > 0,
        ),
    )


JUDGES: dict[str, Callable[[Line], Judged]] = {
    "customers": judge_customer,
    "products": judge_product,
    "sales_orders": judge_sales_order,
}


# --- duplicates --------------------------------------------------------------------------------------------------


def typed_values(entity: str, row: Row) -> tuple[tuple[bool, Value], ...]:
    """A row as something that compares: column by column, no value before any value."""
    return tuple((row[column] is not None, row[column]) for column in COLUMNS[entity])


def by_key(entity: str, rows: Iterable[Judged]) -> dict[Value, list[Judged]]:
    """Rows that stay, by key. Quarantined rows do not compete."""
    groups: dict[Value, list[Judged]] = defaultdict(list)
    for judged in rows:
        if not judged.quarantined:
            groups[judged.row[KEYS[entity]]].append(judged)
    return groups


def newest(entity: str, group: list[Judged]) -> Row:
    """The row that stays of those with one key: the latest file, then the greatest name, then the greatest row."""

    def age(judged: Judged) -> tuple:
        return judged.line.modified, judged.line.file_name, typed_values(entity, judged.row)

    return max(group, key=age).row


# --- references --------------------------------------------------------------------------------------------------


def missing_references(order: Row, customers: dict[Value, Row], products: dict[Value, Row]) -> list[str]:
    """The columns of an order whose value nobody knows."""
    known = {"customer_id": customers, "product_id": products}
    return [column for column, rows in known.items() if order[column] not in rows]
