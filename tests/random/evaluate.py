"""What an expression is worth for one row, in Spark's meaning under ANSI rules.

NULL is None. An error that a row would raise (a division by zero, a cast, an overflow) is None at the operation that
raises it: so the language promises.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import convert
import kinds
from kinds import Kind
from tree import COMPARISONS, Node

Lookup = Callable[[Node], object]


def evaluate(node: Node, leaf: Lookup) -> object:
    """The value of a tree; `leaf` knows columns, measures and aggregates."""
    match node.op:
        case "literal":
            return conformed(node.value, node.kind)
        case "column" | "measure" | "aggregate":
            return leaf(node)
        case "and" | "or":
            return connected(node, leaf)
        case "case":
            return chosen(node, leaf)
        case "coalesce":
            values = (evaluate(arg, leaf) for arg in node.args)
            return conformed(next((value for value in values if value is not None), None), node.kind)
        case "if":
            taken = node.args[1] if evaluate(node.args[0], leaf) is True else node.args[2]
            return conformed(evaluate(taken, leaf), node.kind)
    return apply(node, [evaluate(arg, leaf) for arg in node.args])


def connected(node: Node, leaf: Lookup) -> bool | None:
    """AND and OR of three values."""
    values = [evaluate(arg, leaf) for arg in node.args]
    decisive = node.op == "or"
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def chosen(node: Node, leaf: Lookup) -> object:
    for condition, result in zip(node.args[:-1:2], node.args[1::2]):
        if evaluate(condition, leaf) is True:
            return conformed(evaluate(result, leaf), node.kind)
    return conformed(evaluate(node.args[-1], leaf), node.kind) if len(node.args) % 2 else None


def conformed(value: object, kind: Kind) -> object:
    """A value in the wider type of its place."""
    if value is None or isinstance(value, bool):
        return value
    if kind.name == "decimal":
        return convert.fitting(Fraction(value), kind)
    return float(value) if kind.name == "double" else value


def apply(node: Node, values: list) -> object:
    """An operation on values that are all computed."""
    if node.op in NULL_TOLERANT:
        return NULL_TOLERANT[node.op](node, values)
    if None in values:
        return None
    if node.op in COMPARISONS:
        return compare(node.op, *values)
    if node.op in ("+", "-", "*", "/", "%", "div"):
        return calculate(node.op, values[0], values[1], node.kind)
    if node.op in ("cast", "try_cast"):
        return convert.cast(values[0], node.kind)
    return FUNCTIONS[node.op](node, *values)


def compare(op: str, left: object, right: object) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    return {"=": left == right, "<>": left != right}.get(op) if op in ("=", "<>") else ordered(op, left, right)


def ordered(op: str, left: object, right: object) -> bool:
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]


def calculate(op: str, left: object, right: object, kind: Kind) -> object:
    """Arithmetic; None where the divisor is zero or the result has no room in its type."""
    if op in ("/", "%", "div") and right == 0:
        return None
    if kind == kinds.DOUBLE:
        return by_floats(op, float(left), float(right))
    result = exact(op, Fraction(left), Fraction(right))
    return convert.whole(int(result), kind) if kind.is_whole else convert.fitting(result, kind)


def by_floats(op: str, left: float, right: float) -> float | None:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    return None


def exact(op: str, left: Fraction, right: Fraction) -> Fraction:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
    quotient = abs(left) // abs(right)
    quotient = quotient if (left < 0) == (right < 0) else -quotient
    return Fraction(quotient) if op == "div" else left - right * quotient


# --- operations that see NULL -------------------------------------------------------------------------------------


def negation(_node: Node, values: list) -> bool | None:
    return None if values[0] is None else not values[0]


def tested(node: Node, values: list) -> bool:
    value, word = values[0], node.value
    wanted = {"null": None, "true": True, "false": False}[word.removeprefix("not ")]
    return (value is wanted) != word.startswith("not ")


def same(_node: Node, values: list) -> bool:
    left, right = values
    return left is None and right is None if None in values else compare("=", left, right)


def among(node: Node, values: list) -> bool | None:
    """IN is a chain of comparisons with OR, NOT IN its negation."""
    value, *others = values
    if value is None:
        return None
    if any(other is not None and compare("=", value, other) for other in others):
        return node.op == "in"
    return None if None in others else node.op != "in"


def within(_node: Node, values: list) -> bool | None:
    value, low, high = values
    sides = [
        None if value is None or low is None else ordered(">=", value, low),
        None if value is None or high is None else ordered("<=", value, high),
    ]
    return False if False in sides else None if None in sides else True


def nullified(node: Node, values: list) -> object:
    left, right = values
    return None if left is not None and right is not None and compare("=", left, right) else conformed(left, node.kind)


def extreme(choose: Callable) -> Callable:
    """GREATEST and LEAST pass NULL over."""

    def found(node: Node, values: list) -> object:
        present = [conformed(value, node.kind) for value in values if value is not None]
        return choose(present) if present else None

    return found


NULL_TOLERANT = {
    "not": negation,
    "is": tested,
    "<=>": same,
    "in": among,
    "not in": among,
    "between": within,
    "nullif": nullified,
    "greatest": extreme(max),
    "least": extreme(min),
    "nested": lambda node, values: values[0],
}


# --- functions of values -------------------------------------------------------------------------------------------


def like(node: Node, text: str) -> bool:
    pattern = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in node.value)
    return (re.fullmatch(pattern, text, re.DOTALL) is not None) == (node.op == "like")


def negative(node: Node, value: object) -> object:
    return convert.whole(-value, node.kind) if node.kind.is_whole else -value


def absolute(node: Node, value: object) -> object:
    return convert.whole(abs(value), node.kind) if node.kind.is_whole else abs(value)


def substring(_node: Node, text: str, start: int, length: int) -> str:
    """Counts from 1; a start of 0 is the first character, a negative one counts from the end."""
    begin = start - 1 if start > 0 else 0 if start == 0 else len(text) + start
    end = begin + length
    return text[max(begin, 0) : max(end, 0)]


def date_add(node: Node, day: date, days: int) -> date:
    return day + timedelta(days=days if node.op == "date_add" else -days)


def rounded(node: Node, value: Decimal, places: int) -> Decimal | None:
    return convert.fitting(convert.half_up(Fraction(value), places), node.kind)


FUNCTIONS: dict[str, Callable] = {
    "like": like,
    "not like": like,
    "negative": negative,
    "abs": absolute,
    "||": lambda node, left, right: convert.to_text(left) + convert.to_text(right),
    "concat": lambda node, *parts: "".join(map(convert.to_text, parts)),
    "upper": lambda node, text: text.upper(),
    "lower": lambda node, text: text.lower(),
    "length": lambda node, text: len(text),
    "trim": lambda node, text: text.strip(" "),
    "replace": lambda node, text, old, new: text.replace(old, new) if old else text,
    "substring": substring,
    "left": lambda node, text, length: text[: max(length, 0)],
    "year": lambda node, day: day.year,
    "month": lambda node, day: day.month,
    "date_add": date_add,
    "date_sub": date_add,
    "datediff": lambda node, end, start: (end - start).days,
    "last_day": lambda node, day: day.replace(day=monthrange(day.year, day.month)[1]),
    "to_date": lambda node, text: convert.cast_date(text),
    "round": rounded,
    "mod": lambda node, left, right: calculate("%", left, right, node.kind),
}


# --- aggregates ----------------------------------------------------------------------------------------------------


def aggregate(node: Node, leaves: list[Lookup]) -> object:
    """An aggregate over rows, each given by what its leaves are worth."""
    function, distinct = node.value
    if len(node.args) > 1:
        leaves = [leaf for leaf in leaves if evaluate(node.args[1], leaf) is True]
    if not node.args:
        return len(leaves)
    values = [value for leaf in leaves if (value := evaluate(node.args[0], leaf)) is not None]
    if distinct:
        values = list(dict.fromkeys(values))
    match function:
        case "count":
            return len(values)
        case "count_if":
            return sum(value is True for value in values)
        case "collect_set":
            return sorted(set(values))
        case "bool_or" | "bool_and":
            return (any if function == "bool_or" else all)(values) if values else None
    return reduced(function, values, node.kind) if values else None


def reduced(function: str, values: list, kind: Kind) -> object:
    """An aggregate of at least one value."""
    match function:
        case "sum":
            total = sum(map(Fraction, values))
            return convert.whole(int(total), kind) if kind.is_whole else convert.fitting(total, kind)
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "avg":
            mean = sum(map(Fraction, values)) / len(values)
            # An average of whole numbers is a double; numbers are few and small enough to be exact in one.
            return float(sum(values)) / len(values) if kind == kinds.DOUBLE else convert.fitting(mean, kind)
    raise ValueError(f"no aggregate {function}")
