"""Types of Spark SQL, and the type that an operator gives.

The rules for decimals are those of Spark's documentation (ANSI mode, `spark.sql.decimalOperations.allowPrecisionLoss`
on): what is beyond 38 digits gives up decimals, of which six stay.
"""

from dataclasses import dataclass

MAX_PRECISION = 38
LEAST_SCALE = 6


@dataclass(frozen=True)
class Kind:
    """A type; precision and scale belong to decimals alone."""

    name: str
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})" if self.name == "decimal" else self.name

    @property
    def is_whole(self) -> bool:
        return self.name in ("int", "bigint")

    @property
    def is_exact(self) -> bool:
        return self.is_whole or self.name == "decimal"

    @property
    def is_number(self) -> bool:
        return self.is_exact or self.name == "double"


STRING, INT, BIGINT, DOUBLE = Kind("string"), Kind("int"), Kind("bigint"), Kind("double")
BOOLEAN, DATE, TIMESTAMP = Kind("boolean"), Kind("date"), Kind("timestamp")
STRINGS = Kind("array<string>")

RANGES = {"int": (-(2**31), 2**31 - 1), "bigint": (-(2**63), 2**63 - 1)}


def decimal(precision: int, scale: int) -> Kind:
    """A decimal within 38 digits."""
    if precision <= MAX_PRECISION:
        return Kind("decimal", precision, scale)
    whole = precision - scale
    return Kind("decimal", MAX_PRECISION, max(MAX_PRECISION - whole, min(scale, LEAST_SCALE)))


def bounded(precision: int, scale: int) -> Kind:
    """A decimal that is merely cut at 38 digits, as types of aggregates are."""
    return Kind("decimal", min(precision, MAX_PRECISION), min(scale, MAX_PRECISION))


def as_decimal(kind: Kind, literal: int | None = None) -> Kind:
    """The decimal that a whole number becomes beside a decimal; a literal has as many digits as it shows."""
    if kind.name == "decimal":
        return kind
    if literal is not None:
        return Kind("decimal", len(str(abs(literal))), 0)
    return Kind("decimal", 10 if kind == INT else 20, 0)


def arithmetic(operator: str, left: Kind, right: Kind) -> Kind:
    """The type of `left operator right`; whole numbers beside decimals are decimals already."""
    if operator == "div":
        return BIGINT
    if DOUBLE in (left, right) or (operator == "/" and left.is_whole and right.is_whole):
        return DOUBLE
    if left.is_whole and right.is_whole:
        return BIGINT if BIGINT in (left, right) else INT
    p1, s1, p2, s2 = left.precision, left.scale, right.precision, right.scale
    match operator:
        case "+" | "-":
            scale = max(s1, s2)
            return decimal(max(p1 - s1, p2 - s2) + scale + 1, scale)
        case "*":
            return decimal(p1 + p2 + 1, s1 + s2)
        case "/":
            scale = max(LEAST_SCALE, s1 + p2 + 1)
            return decimal(p1 - s1 + s2 + scale, scale)
        case "%":
            scale = max(s1, s2)
            return decimal(min(p1 - s1, p2 - s2) + scale, scale)
    raise ValueError(f"no operator {operator}")


def wider(left: Kind, right: Kind) -> Kind:
    """The type that holds values of both, as branches of a CASE have it."""
    if left == right:
        return left
    if DOUBLE in (left, right):
        return DOUBLE
    if left.is_whole and right.is_whole:
        return BIGINT
    left, right = as_decimal(left), as_decimal(right)
    scale = max(left.scale, right.scale)
    return bounded(max(left.precision - left.scale, right.precision - right.scale) + scale, scale)


def summed(kind: Kind) -> Kind:
    return bounded(kind.precision + 10, kind.scale) if kind.name == "decimal" else BIGINT


def averaged(kind: Kind) -> Kind:
    return bounded(kind.precision + 4, kind.scale + 4) if kind.name == "decimal" else DOUBLE
