"""Expressions as trees, and as the SQL that a spec shows.

The oracle looks at trees alone, `gen` at the text alone. Brackets are set by the precedence of Databricks SQL; where
people disagree about it (a comparison inside a comparison), they are set always.
"""

import re
from dataclasses import dataclass, replace
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal

import kinds
from kinds import Kind

RESERVED = {
    "anti", "all", "and", "any", "as", "asc", "between", "by", "case", "cast", "cross", "current_date", "date",
    "desc", "distinct", "div",
    "else", "end", "except", "exists", "false", "filter", "from", "full", "group", "having", "in", "inner",
    "intersect", "interval",
    "is", "join", "lateral", "left", "like", "limit", "minus", "natural", "not", "null", "on", "or", "order",
    "outer", "right", "select",
    "semi", "table", "then", "timestamp", "true", "union", "user", "using", "values", "when", "where", "window",
    "with",
}  # fmt: skip

OR, AND, NOT, COMPARED, SUM, PRODUCT, UNARY, PRIMARY = range(1, 9)
LEVELS = {"or": OR, "and": AND, "not": NOT, "+": SUM, "-": SUM, "||": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT}
LEVELS |= {"div": PRODUCT, "negative": UNARY}
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=", "<=>")
LEVELS |= dict.fromkeys((*COMPARISONS, "is", "in", "not in", "between", "like", "not like"), COMPARED)


@dataclass(frozen=True)
class Node:
    """One operation: its name, the type of its result, what it is applied to, and what else it needs to know."""

    op: str
    kind: Kind
    args: tuple["Node", ...] = ()
    value: object = None

    def walk(self) -> Iterator["Node"]:
        yield self
        for arg in self.args:
            yield from arg.walk()

    def map(self, change: Callable[["Node"], "Node"]) -> "Node":
        """The tree with every node changed, from the leaves on."""
        return change(replace(self, args=tuple(arg.map(change) for arg in self.args)))


def literal(value: object, kind: Kind) -> Node:
    return Node("literal", kind, value=value)


def column(name: str, kind: Kind, path: tuple[str, ...] = ()) -> Node:
    return Node("column", kind, value=(path, name))


def measure(name: str, kind: Kind) -> Node:
    return Node("measure", kind, value=name)


def binary(op: str, left: Node, right: Node) -> Node:
    """An operator on numbers, with the type that Spark gives it."""
    left_kind, right_kind = left.kind, right.kind
    if "decimal" in (left_kind.name, right_kind.name) and kinds.DOUBLE not in (left_kind, right_kind):
        left_kind, right_kind = decimal_of(left), decimal_of(right)
    return Node(op, kinds.arithmetic(op, left_kind, right_kind), (left, right))


def decimal_of(node: Node) -> Kind:
    return kinds.as_decimal(node.kind, node.value if node.op == "literal" and node.kind.is_whole else None)


def compared(op: str, left: Node, right: Node) -> Node:
    return Node(op, kinds.BOOLEAN, (left, right))


def name(text: str) -> str:
    """A name as SQL shows it."""
    if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in RESERVED:
        return text
    return "`" + text.replace("`", "``") + "`"


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def constant(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return quoted(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return f"timestamp '{value.isoformat(' ')}'"
        case date():
            return f"date '{value.isoformat()}'"
        case list():
            return "array()"
    return str(value)


def level(node: Node) -> int:
    if node.op == "literal" and isinstance(node.value, int | float | Decimal) and str(node.value).startswith("-"):
        return UNARY
    return LEVELS.get(node.op, PRIMARY)


def sql(node: Node, least: int = 0) -> str:
    """The text of a tree, in brackets where it binds less than its place demands."""
    text = text_of(node)
    return f"({text})" if level(node) < least else text


def text_of(node: Node) -> str:
    args, value = node.args, node.value
    match node.op:
        case "literal":
            return constant(value)
        case "column":
            path, last = value
            return ".".join(name(part) for part in (*path, last))
        case "measure":
            return name(value)
        case "nested":
            return f"({sql(args[0])})"
        case "and" | "or":
            return f" {node.op} ".join(sql(arg, LEVELS[node.op] + (i > 0)) for i, arg in enumerate(args))
        case "not":
            return f"not {sql(args[0], COMPARED)}"
        case "negative":
            return f"-{sql(args[0], PRIMARY)}"
        case "is":
            return f"{sql(args[0], SUM)} is {value}"
        case "in" | "not in":
            return f"{sql(args[0], SUM)} {node.op} ({', '.join(sql(arg) for arg in args[1:])})"
        case "between":
            return f"{sql(args[0], SUM)} between {sql(args[1], SUM)} and {sql(args[2], SUM)}"
        case "like" | "not like":
            return f"{sql(args[0], SUM)} {node.op} {quoted(value)}"
        case "case":
            return case_text(args)
        case "cast" | "try_cast":
            return f"{node.op}({sql(args[0])} as {node.kind})"
        case "aggregate":
            return aggregate_text(node)
    if node.op in COMPARISONS:
        return f"{sql(args[0], SUM)} {node.op} {sql(args[1], SUM)}"
    if node.op in LEVELS:
        return f"{sql(args[0], LEVELS[node.op])} {node.op} {sql(args[1], LEVELS[node.op] + 1)}"
    return f"{node.op}({', '.join(sql(arg) for arg in args)})"


def case_text(args: tuple[Node, ...]) -> str:
    pairs = zip(args[:-1:2], args[1::2])
    branches = " ".join(f"when {sql(condition)} then {sql(result)}" for condition, result in pairs)
    last = f" else {sql(args[-1])}" if len(args) % 2 else ""
    return f"case {branches}{last} end"


def aggregate_text(node: Node) -> str:
    """`value` is the function and whether it is distinct; a second argument is the condition of its FILTER."""
    function, distinct = node.value
    inner = sql(node.args[0]) if node.args else "*"
    tail = f" filter (where {sql(node.args[1])})" if len(node.args) > 1 else ""
    call = f"{function}({'distinct ' if distinct else ''}{inner}){tail}"
    return f"array_sort({call})" if function == "collect_set" else call
