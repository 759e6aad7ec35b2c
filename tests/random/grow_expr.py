"""Expressions over a scope: conditions, numbers, texts, dates, each a tree of the right type."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

import kinds
import tree
from chance import Chance
from kinds import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Kind
from tree import Node, binary, compared, literal


@dataclass(frozen=True)
class Name:
    """Something that an expression can name: a column or a derived expression, along a path of references."""

    path: tuple[str, ...]
    name: str
    kind: Kind
    tame: bool
    texts: tuple[str, ...] = ()

    def node(self) -> Node:
        return tree.column(self.name, self.kind, self.path)


DATES = [date(2024, 1, 1), date(2024, 2, 29), date(2024, 6, 30), date(2023, 12, 31)]
TIMES = [datetime(2024, 1, 1), datetime(2024, 2, 29, 12, 30), datetime(2024, 6, 30, 23, 59, 59)]
NUMBERS = [0, 1, 2, 3, 5, 10, -1, Decimal("0.5"), Decimal("1.5"), Decimal("100"), Decimal("0.05")]
TEXTS = ["red", "Blue", "A", "O'Neil", "", "x,y", "ä", "12", "100%", "back\\slash", "open"]
PATTERNS = ["%e%", "a%", "_", "%'%", "B_", "%", "x%y", "%\n%", "0%"]


class Grower:
    """Grows trees from the names of a scope."""

    def __init__(self, chance: Chance, names: list[Name]) -> None:
        self.chance = chance
        self.names = names

    def named(self, fits: object) -> Node | None:
        chosen = [name for name in self.names if fits(name)]
        if not chosen:
            return None
        name = self.chance.one(chosen)
        other = name.name.swapcase()
        # Names are compared without case; where another case is another number of letters, they are other names.
        if self.chance.maybe(0.04) and other.lower() == name.name.lower():
            name = replace(name, name=other)
        return name.node()

    # --- conditions ---

    def condition(self, depth: int = 2) -> Node:
        """A boolean expression that names at least one thing."""
        grown = self.boolean(depth)
        return grown if any(node.op == "column" for node in grown.walk()) else self.null_test()

    def boolean(self, depth: int) -> Node:
        shape = self.chance.weighted(
            {"leaf": 5, "and": 2, "or": 3, "not": 1, "nested": 1, "test": 1, "coalesce": 1, "case": 1}
        )
        if depth <= 0 or shape == "leaf":
            return self.comparison()
        if shape in ("and", "or"):
            parts = [self.boolean(depth - 1) for _ in range(self.chance.number(2, 3))]
            return Node(shape, BOOLEAN, tuple(parts))
        inner = self.boolean(depth - 1)
        if shape == "not":
            return Node("not", BOOLEAN, (inner,))
        if shape == "nested":
            return Node("nested", BOOLEAN, (inner,))
        if shape == "test":
            word = self.chance.one(["true", "not true", "false", "not false"])
            return Node("is", BOOLEAN, (Node("nested", BOOLEAN, (inner,)),), word)
        if shape == "coalesce":
            return Node("coalesce", BOOLEAN, (inner, literal(self.chance.maybe(0.5), BOOLEAN)))
        return Node("case", BOOLEAN, (self.boolean(depth - 1), inner, literal(self.chance.maybe(0.5), BOOLEAN)))

    def comparison(self) -> Node:
        shape = self.chance.weighted({"number": 5, "text": 4, "date": 2, "time": 1, "null": 2, "flag": 1, "like": 1})
        grown = {
            "number": self.of_numbers, "text": self.of_texts, "date": self.of_dates, "time": self.of_times,
            "null": self.null_test, "flag": lambda: self.named(lambda n: n.kind == BOOLEAN), "like": self.like,
        }[shape]()  # fmt: skip
        return grown or self.null_test()

    def null_test(self) -> Node:
        node = self.chance.one(self.names).node()
        return Node("is", BOOLEAN, (node,), self.chance.one(["null", "not null"]))

    def of_numbers(self) -> Node | None:
        left = self.named(lambda n: n.kind.is_number) if self.chance.maybe(0.5) else self.number(2)
        if left is None:
            return None
        shape = self.chance.weighted({"compare": 5, "in": 1, "between": 1, "columns": 2})
        if left.kind == DOUBLE:
            return compared(
                self.chance.one(["<", ">", "<=", ">="]), left, literal(Decimal("1.5"), Kind("decimal", 2, 1))
            )
        if shape == "columns" and (right := self.named(lambda n: n.kind.is_exact)):
            return compared(self.chance.one(tree.COMPARISONS), left, right)
        if shape == "in":
            values = [self.number_literal() for _ in range(self.chance.number(1, 3))]
            values += [literal(None, INT)] * self.chance.maybe(0.1)
            return Node(self.chance.one(["in", "not in"]), BOOLEAN, (left, *values))
        if shape == "between":
            return Node("between", BOOLEAN, (left, self.number_literal(), self.number_literal()))
        return compared(self.chance.one(tree.COMPARISONS), left, self.number_literal())

    def of_texts(self) -> Node | None:
        left = self.text(1)
        if left is None:
            return None
        shape = self.chance.weighted({"compare": 3, "in": 2, "columns": 1})
        if shape == "columns" and (right := self.named(lambda n: n.kind == STRING)):
            return compared(self.chance.one(tree.COMPARISONS), left, right)
        if shape == "in":
            values = [self.text_literal() for _ in range(self.chance.number(1, 3))]
            return Node(self.chance.one(["in", "not in"]), BOOLEAN, (left, *values))
        return compared(self.chance.one(tree.COMPARISONS), left, self.text_literal())

    def of_dates(self) -> Node | None:
        left = self.day(1)
        if left is None:
            return None
        right = (
            self.named(lambda n: n.kind == DATE) if self.chance.maybe(0.4) else literal(self.chance.one(DATES), DATE)
        )
        if self.chance.maybe(0.2):
            low, high = sorted(self.chance.some(DATES, 2, 2))
            return Node("between", BOOLEAN, (left, literal(low, DATE), literal(high, DATE)))
        return compared(self.chance.one(tree.COMPARISONS), left, right or literal(DATES[0], DATE))

    def of_times(self) -> Node | None:
        left = self.named(lambda n: n.kind == TIMESTAMP)
        right = self.named(lambda n: n.kind == TIMESTAMP) if self.chance.maybe(0.3) else None
        right = right or literal(self.chance.one(TIMES), TIMESTAMP)
        return left and compared(self.chance.one(tree.COMPARISONS), left, right)

    def like(self) -> Node | None:
        left = self.named(lambda n: n.kind == STRING)
        return left and Node(self.chance.one(["like", "not like"]), BOOLEAN, (left,), self.chance.one(PATTERNS))

    # --- numbers ---

    def number_literal(self) -> Node:
        value = self.chance.one(NUMBERS)
        if isinstance(value, int):
            return literal(value, INT)
        scale = -value.as_tuple().exponent
        if not scale:
            return literal(int(value), INT)
        return literal(value, Kind("decimal", max(len(value.as_tuple().digits), scale), scale))

    def number(self, depth: int) -> Node | None:
        """A number, exact unless whole numbers are divided."""
        tame = self.named(lambda n: n.kind.is_exact and n.tame)
        if depth <= 0 or self.chance.maybe(0.25):
            return tame or self.from_other()
        shape = self.chance.weighted(
            {"arithmetic": 5, "divide": 4, "other": 3, "coalesce": 1, "case": 1, "nullif": 1, "negative": 1}
        )
        left = self.number(depth - 1)
        if left is None or left.kind == DOUBLE:
            return left
        return {
            "arithmetic": self.arithmetic, "divide": self.divide, "coalesce": self.coalesced, "case": self.cased,
            "nullif": lambda node, _: Node("nullif", node.kind, (node, self.number_literal())),
            "negative": lambda node, _: Node("negative", node.kind, (node,)) if node.op in ("column", "nested") else node,
            "other": lambda node, _: self.from_other() or node,
        }[shape](left, depth)  # fmt: skip

    def operand(self, depth: int) -> Node:
        grown = self.number(depth - 1) if self.chance.maybe(0.6) else None
        return grown if grown is not None and grown.kind != DOUBLE else self.number_literal()

    def arithmetic(self, left: Node, depth: int) -> Node:
        right = self.operand(depth)
        node = binary(self.chance.one(["+", "-", "*"]), left, right)
        # Products of products would run out of digits: what is right then is no question of this oracle.
        return node if node.kind.name != "decimal" or node.kind.precision < 38 else left

    def divide(self, left: Node, depth: int) -> Node:
        right = self.operand(depth)
        if not self.chance.feature("row_errors", 0.8):
            return left
        op = self.chance.weighted({"/": 5, "%": 2, "div": 1, "mod": 1})
        node = binary("%" if op == "mod" else op, left, right)
        if node.kind.name == "decimal" and node.kind.precision >= 38:
            return left
        return Node("mod", node.kind, node.args) if op == "mod" else node

    def coalesced(self, left: Node, _depth: int) -> Node:
        other = self.number_literal()
        return Node("coalesce", kinds.wider(left.kind, other.kind), (left, other))

    def cased(self, left: Node, depth: int) -> Node:
        condition, other = self.boolean(depth - 1), self.number_literal()
        if self.chance.maybe(0.3):
            return Node("case", left.kind, (condition, left))
        if self.chance.maybe(0.3):
            return Node("if", kinds.wider(left.kind, other.kind), (condition, left, other))
        return Node("case", kinds.wider(left.kind, other.kind), (condition, left, other))

    def from_other(self) -> Node | None:
        """A number made of something else."""
        shape = self.chance.weighted({"length": 1, "year": 1, "days": 1, "cast": 2, "round": 1, "abs": 1})
        match shape:
            case "length":
                text = self.named(lambda n: n.kind == STRING)
                return text and Node("length", INT, (text,))
            case "year":
                day = self.named(lambda n: n.kind == DATE)
                return day and Node(self.chance.one(["year", "month"]), INT, (day,))
            case "days":
                day = self.named(lambda n: n.kind == DATE)
                return day and Node("datediff", INT, (day, literal(self.chance.one(DATES), DATE)))
            case "cast":
                text = self.named(lambda n: n.kind == STRING)
                kind = self.chance.one([INT, BIGINT, Kind("decimal", 10, 2)])
                return Node("cast", kind, (text,)) if text and self.chance.feature("row_errors", 0.8) else None
            case "round":
                number = self.named(
                    lambda n: n.kind.name == "decimal" and n.tame and n.kind.scale > 1 and n.kind.precision < 38
                )
                kind = number.kind if number else None
                return number and Node(
                    "round", Kind("decimal", kind.precision - kind.scale + 2, 1), (number, literal(1, INT))
                )
        number = self.named(lambda n: n.kind.is_exact and n.tame)
        return number and Node("abs", number.kind, (number,))

    # --- texts and dates ---

    def text_literal(self) -> Node:
        texts = [text for name in self.names for text in name.texts if name.kind == STRING]
        return literal(self.chance.one(texts if texts and self.chance.maybe(0.6) else TEXTS), STRING)

    def text(self, depth: int) -> Node | None:
        base = self.named(lambda n: n.kind == STRING)
        if base is None or depth <= 0 or self.chance.maybe(0.5):
            return base
        shape = self.chance.one(
            ["upper", "lower", "trim", "||", "concat", "coalesce", "substring", "left", "replace", "case", "cast"]
        )
        match shape:
            case "upper" | "lower" | "trim":
                return Node(shape, STRING, (base,))
            case "||" | "concat":
                other = self.named(lambda n: n.kind == STRING) if self.chance.maybe(0.5) else self.text_literal()
                return Node(shape, STRING, (base, other))
            case "coalesce":
                return Node(shape, STRING, (base, self.text_literal()))
            case "substring":
                return Node(
                    shape,
                    STRING,
                    (base, literal(self.chance.number(1, 3), INT), literal(self.chance.number(1, 3), INT)),
                )
            case "left":
                return Node(shape, STRING, (base, literal(self.chance.number(1, 3), INT)))
            case "replace":
                return Node(shape, STRING, (base, literal("e", STRING), literal("'", STRING)))
            case "case":
                return Node(shape, STRING, (self.boolean(1), base, self.text_literal()))
        number = self.named(lambda n: n.kind.is_whole)
        return Node("cast", STRING, (number,)) if number else base

    def day(self, depth: int) -> Node | None:
        base = self.named(lambda n: n.kind == DATE and n.tame)
        shape = self.chance.weighted({"plain": 4, "add": 1, "last": 1, "cast": 1, "text": 1})
        if shape == "cast" and (moment := self.named(lambda n: n.kind == TIMESTAMP)):
            return Node("cast", DATE, (moment,))
        if (
            shape == "text"
            and (text := self.named(lambda n: n.kind == STRING))
            and self.chance.feature("row_errors", 0.8)
        ):
            return Node("to_date", DATE, (text,)) if self.chance.maybe(0.5) else Node("cast", DATE, (text,))
        if base is None or depth <= 0 or shape == "plain":
            return base
        if shape == "last":
            return Node("last_day", DATE, (base,))
        return Node(self.chance.one(["date_add", "date_sub"]), DATE, (base, literal(self.chance.number(0, 40), INT)))
