"""Texts to values: fields of files under the rules of the language, and Spark's casts under ANSI rules.

A result of None is the absence of a value: the field breaks a rule, the cast would have raised an error.
"""

import re
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal, getcontext
from fractions import Fraction

from kinds import RANGES, Kind

# Numbers of any length are read before they are found not to fit.
sys.set_int_max_str_digits(0)
getcontext().prec = 200

TRUE, FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.]([0-9]{1,6}))?(Z|[-+][0-9]{2}:[0-9]{2})?"
)


def half_up(value: Fraction, scale: int) -> Decimal:
    """Rounds to a number of decimals; a half goes away from zero."""
    units = (abs(value) * 10**scale * 2 + 1) // 2
    return Decimal(int(units if value >= 0 else -units)).scaleb(-scale)


def fitting(value: Fraction | int | Decimal, kind: Kind) -> Decimal | None:
    """A number as a decimal of a type, rounded once; None where it has too many digits."""
    rounded = half_up(Fraction(value), kind.scale)
    return rounded if abs(rounded) < 10 ** (kind.precision - kind.scale) else None


def whole(value: int, kind: Kind) -> int | None:
    low, high = RANGES[kind.name]
    return value if low <= value <= high else None


def read(text: str, kind: Kind) -> object:
    """The value of a field, which is trimmed and not empty."""
    match kind.name:
        case "string":
            return text
        case "int" | "bigint":
            return whole(int(text), kind) if re.fullmatch("-?[0-9]+", text) else None
        case "decimal":
            return fitting(Fraction(text), kind) if re.fullmatch("-?[0-9]+([.][0-9]+)?", text) else None
        case "double":
            return float(text) if re.fullmatch("-?[0-9]+([.][0-9]+)?", text) else None
        case "boolean":
            lowered = text.lower()
            return True if lowered in TRUE else False if lowered in FALSE else None
        case "date":
            return to_date(text)
        case "timestamp":
            return to_timestamp(text)
    raise TypeError(f"no field is {kind}")


def to_date(text: str) -> date | None:
    """Strict yyyy-MM-dd that exists in the calendar."""
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def to_timestamp(text: str) -> datetime | None:
    """A time of UTC, unless it names another offset."""
    found = TIME.fullmatch(text)
    if found is None or to_date(found[1]) is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{found[1]} {found[2]}:{found[3]}:{found[4]}")
    except ValueError:
        return None
    moment += timedelta(microseconds=int((found[5] or "0").ljust(6, "0")))
    zone = found[6]
    if zone is None or zone == "Z":
        return moment
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    # Spark knows offsets up to 18 hours.
    if offset > timedelta(hours=18) or int(zone[4:6]) > 59:
        return None
    return moment + offset if zone[0] == "-" else moment - offset


def cast(value: object, kind: Kind) -> object:
    """`CAST(value AS kind)` under ANSI rules, None where Spark raises an error."""
    if value is None:
        return None
    match kind.name:
        case "string":
            return to_text(value)
        case "int" | "bigint":
            return cast_whole(value, kind)
        case "decimal":
            if isinstance(value, str):
                found = re.fullmatch(
                    r"\s*([-+]?(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][-+]?[0-9]+)?)\s*", value, re.ASCII
                )
                return fitting(Fraction(found[1]), kind) if found else None
            # A double is taken by the digits that it shows.
            return fitting(Fraction(repr(value)) if isinstance(value, float) else Fraction(value), kind)
        case "double":
            return float(value)
        case "date":
            return cast_date(value)
        case "boolean":
            return cast_boolean(value)
    raise TypeError(f"no cast to {kind}")


def cast_whole(value: object, kind: Kind) -> int | None:
    if isinstance(value, str):
        found = re.fullmatch(r"\s*([-+]?[0-9]+)\s*", value, re.ASCII)
        return whole(int(found[1]), kind) if found else None
    # Decimals of a number are cut off.
    return whole(int(value), kind)


def cast_date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = re.fullmatch(
        r"\s*([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T].*)?)?)?\s*", value, re.ASCII | re.DOTALL
    )
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1)) if found else None
    except ValueError:
        return None


def cast_boolean(value: object) -> bool | None:
    if isinstance(value, str):
        lowered = value.strip().lower()
        return True if lowered in TRUE else False if lowered in FALSE else None
    return value != 0


def to_text(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
    return str(value)
