"""Values of the oracle against values worked out by hand, from the documents or by arithmetic."""

import unittest
from datetime import date, datetime
from decimal import Decimal

import convert
import kinds
import tree
from evaluate import aggregate, evaluate
from kinds import BIGINT, BOOLEAN, DATE, DOUBLE, INT, STRING, TIMESTAMP, Kind
from tree import Node, binary, column, compared, literal

MONEY = Kind("decimal", 10, 2)


def value(node: Node, **row: object) -> object:
    return evaluate(node, lambda leaf: row[leaf.value[1]])


class Texts(unittest.TestCase):
    def test_whole_numbers_have_the_range_of_their_type(self) -> None:
        self.assertEqual(convert.read("-2147483648", INT), -2147483648)
        self.assertEqual(convert.read("2147483647", INT), 2147483647)
        self.assertIsNone(convert.read("2147483648", INT))
        self.assertEqual(convert.read("9223372036854775807", BIGINT), 9223372036854775807)
        self.assertIsNone(convert.read("-9223372036854775809", BIGINT))
        self.assertEqual(convert.read("007", INT), 7)
        for text in ("+5", "1.0", "1e2", "٣", "--1"):
            self.assertIsNone(convert.read(text, INT), text)

    def test_decimals_are_rounded_half_up_once_and_must_fit(self) -> None:
        self.assertEqual(convert.read("1.005", MONEY), Decimal("1.01"))
        self.assertEqual(convert.read("-1.005", MONEY), Decimal("-1.01"))
        self.assertEqual(convert.read("1.0049", MONEY), Decimal("1.00"))
        self.assertEqual(convert.read("99999999.994", MONEY), Decimal("99999999.99"))
        self.assertIsNone(convert.read("99999999.995", MONEY))
        for text in (".5", "5.", "1,5", "NaN"):
            self.assertIsNone(convert.read(text, MONEY), text)

    def test_dates_are_strict_and_exist(self) -> None:
        self.assertEqual(convert.read("2024-02-29", DATE), date(2024, 2, 29))
        for text in ("2023-02-29", "2024-2-3", "20240101", "2024-01-01T00:00:00"):
            self.assertIsNone(convert.read(text, DATE), text)

    def test_times_are_those_of_utc(self) -> None:
        self.assertEqual(convert.read("2024-03-31 23:30:00-01:00", TIMESTAMP), datetime(2024, 4, 1, 0, 30))
        self.assertEqual(convert.read("2024-01-01T00:00:00Z", TIMESTAMP), datetime(2024, 1, 1))
        self.assertEqual(convert.read("2024-01-01 00:00:00.5", TIMESTAMP), datetime(2024, 1, 1, 0, 0, 0, 500000))
        self.assertIsNone(convert.read("2024-01-01 24:00:00", TIMESTAMP))

    def test_a_cast_of_a_date_is_lenient_where_a_field_is_not(self) -> None:
        self.assertEqual(convert.cast(" 2024-2-3 ", DATE), date(2024, 2, 3))
        self.assertEqual(convert.cast("2024", DATE), date(2024, 1, 1))
        self.assertIsNone(convert.cast("2024-02-30", DATE))
        self.assertEqual(convert.cast("2024-02-03T10:00", DATE), date(2024, 2, 3))


class Logic(unittest.TestCase):
    def test_three_values(self) -> None:
        unknown, yes = literal(None, BOOLEAN), literal(True, BOOLEAN)
        no = literal(False, BOOLEAN)
        self.assertIs(value(Node("or", BOOLEAN, (unknown, yes))), True)
        self.assertIsNone(value(Node("and", BOOLEAN, (unknown, yes))))
        self.assertIs(value(Node("and", BOOLEAN, (unknown, no))), False)
        self.assertIsNone(value(Node("not", BOOLEAN, (unknown,))))
        self.assertIs(value(Node("is", BOOLEAN, (unknown,), "not true")), True)

    def test_in_with_null(self) -> None:
        listed = (column("x", INT), literal(1, INT), literal(None, INT))
        self.assertIs(value(Node("in", BOOLEAN, listed), x=1), True)
        self.assertIsNone(value(Node("in", BOOLEAN, listed), x=2))
        self.assertIs(value(Node("not in", BOOLEAN, listed), x=1), False)
        self.assertIsNone(value(Node("not in", BOOLEAN, listed), x=2))

    def test_between_is_false_when_one_side_is(self) -> None:
        node = Node("between", BOOLEAN, (column("x", INT), literal(5, INT), literal(None, INT)))
        self.assertIs(value(node, x=1), False)
        self.assertIsNone(value(node, x=9))

    def test_like(self) -> None:
        self.assertIs(value(Node("like", BOOLEAN, (column("x", STRING),), "a%_"), x="ab\n"), True)
        self.assertIs(value(Node("like", BOOLEAN, (column("x", STRING),), "a_"), x="A1"), False)


class Numbers(unittest.TestCase):
    def test_types_of_arithmetic(self) -> None:
        money, count = column("m", MONEY), column("n", INT)
        self.assertEqual(str(binary("+", money, count).kind), "decimal(13,2)")
        self.assertEqual(str(binary("*", money, literal(2, INT)).kind), "decimal(12,2)")
        self.assertEqual(str(binary("/", money, count).kind), "decimal(21,13)")
        self.assertEqual(binary("/", count, count).kind, DOUBLE)
        self.assertEqual(binary("div", money, count).kind, BIGINT)
        # sum(decimal(10,2)) / count(*): 18 digits before the point, so 20 of 23 decimals stay.
        self.assertEqual(str(binary("/", column("s", kinds.summed(MONEY)), column("n", BIGINT)).kind), "decimal(38,20)")

    def test_an_error_of_a_row_is_no_value(self) -> None:
        money, count = column("m", MONEY), column("n", INT)
        for op in ("/", "%", "div"):
            self.assertIsNone(value(binary(op, money, count), m=Decimal("1.00"), n=0))
        self.assertIsNone(value(binary("+", count, literal(1, INT)), n=2147483647))
        self.assertIsNone(value(Node("cast", INT, (column("x", STRING),)), x="1.5"))
        rule = Node(
            "or",
            BOOLEAN,
            (compared("=", count, literal(0, INT)), compared("<", binary("/", money, count), literal(9, INT))),
        )
        self.assertIs(value(rule, m=Decimal("1.00"), n=0), True)

    def test_quotients(self) -> None:
        self.assertEqual(
            value(binary("/", column("m", MONEY), literal(3, INT)), m=Decimal("2.00")), Decimal("0.666667")
        )
        self.assertEqual(value(binary("div", column("n", INT), literal(2, INT)), n=-7), -3)
        self.assertEqual(value(binary("%", column("n", INT), literal(2, INT)), n=-7), -1)
        self.assertEqual(value(binary("/", column("n", INT), literal(2, INT)), n=7), 3.5)


class Aggregates(unittest.TestCase):
    def rows(self, *values: object) -> list:
        return [lambda node, v=v: v for v in values]

    def test_average_of_decimals_is_rounded_half_up(self) -> None:
        node = Node("aggregate", kinds.averaged(MONEY), (column("m", MONEY),), ("avg", False))
        fees = self.rows(Decimal("1.00"), Decimal("2.00"), None, Decimal("2.00"))
        self.assertEqual(aggregate(node, fees), Decimal("1.666667"))

    def test_nothing_to_add_up_is_no_value(self) -> None:
        node = Node("aggregate", BIGINT, (column("n", INT),), ("sum", False))
        self.assertIsNone(aggregate(node, self.rows(None, None)))
        self.assertEqual(aggregate(Node("aggregate", BIGINT, (), ("count", False)), self.rows(None, None)), 2)

    def test_distinct(self) -> None:
        node = Node("aggregate", BIGINT, (column("n", INT),), ("count", True))
        self.assertEqual(aggregate(node, self.rows(1, 1, None, 2)), 2)


class Printing(unittest.TestCase):
    def test_brackets_stand_where_precedence_asks_for_them(self) -> None:
        a, b, c = (column(name, BOOLEAN) for name in "abc")
        either = Node("or", BOOLEAN, (a, b))
        self.assertEqual(tree.sql(Node("and", BOOLEAN, (either, c))), "(a or b) and c")
        self.assertEqual(tree.sql(Node("not", BOOLEAN, (either,))), "not (a or b)")
        x = column("net-tax", INT, ("group",))
        self.assertEqual(
            tree.sql(binary("-", x, binary("-", x, x))), "`group`.`net-tax` - (`group`.`net-tax` - `group`.`net-tax`)"
        )


if __name__ == "__main__":
    unittest.main()
