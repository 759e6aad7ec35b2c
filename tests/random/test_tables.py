"""Tables of the oracle against tables worked out by hand, over small projects."""

import unittest
from datetime import datetime

import expect
import tree
from kinds import BIGINT, BOOLEAN, INT, STRING, Kind
from project import Column, Entity, File, Measure, Metric, Per, Project, Reference, Rule
from silver import Stopped
from tree import Node, column, compared, literal

MONEY = Kind("decimal", 10, 2)
EARLY, LATE = datetime(2024, 5, 1), datetime(2024, 5, 2)


def entity(name: str, *columns: Column, **more: object) -> Entity:
    return Entity(name, list(columns), pattern=f"{name}*.csv", **more)


def file(name: str, text: str, modified: datetime = EARLY) -> File:
    header, *rows = [line.split(",") for line in text.split()]
    return File(name, header, rows, modified)


def shop(load: str = "upsert", **more: object) -> Entity:
    return entity("shops", Column("id", STRING, required=True), Column("n", INT), key=["id"], load=load, **more)


def tables(entities: list[Entity], files: dict[str, list[File]], *metrics: Metric) -> dict[str, expect.Table]:
    return expect.compute(Project(entities, list(metrics), files))


class Loads(unittest.TestCase):
    def test_the_newest_file_wins_then_the_greatest_row(self) -> None:
        files = {"shops": [file("shops.csv", "id,n a,9 b,1 b,2 a,9"), file("shops_2.csv", "id,n a,3", LATE)]}
        found = tables([shop()], files)
        self.assertEqual(sorted(found["shops"].rows), [("a", 3), ("b", 2)])
        self.assertEqual(sorted(found["shops_duplicates"].rows), [("a", 3, 1, 1), ("b", 2, 0, 1)])
        self.assertEqual(found["row_counts"].rows, [("shops", 5, 5, 0, 0, 3, 2, 0)])

    def test_a_history_closes_versions_and_a_deletion_ends_the_last(self) -> None:
        gone = compared("=", column("n", INT), literal(0, INT))
        versions = entity(
            "shops", Column("id", STRING, required=True), Column("n", INT), Column("at", INT, required=True),
            key=["id"], load="history", sequence=["at"], delete_when=gone,
        )  # fmt: skip
        found = tables([versions], {"shops": [file("shops.csv", "id,n,at a,5,1 a,6,3 a,0,4 b,1,1")]})
        self.assertEqual(sorted(found["shops"].rows), [("a", 5, 1, 1, 3), ("a", 6, 3, 3, 4), ("b", 1, 1, 1, None)])

    def test_a_snapshot_is_its_newest_file_with_a_line(self) -> None:
        files = [
            file("shops.csv", "id,n a,1"),
            file("shops_2.csv", "id,n b,1 b,2", LATE),
            file("shops_3.csv", "id,n", datetime(2024, 6, 1)),
        ]
        self.assertEqual(tables([shop("snapshot")], {"shops": files})["shops"].rows, [("b", 2)])

    def test_a_newest_file_without_a_clean_row_changes_nothing(self) -> None:
        files = [file("shops.csv", "id,n a,1 b,2"), file("shops_2.csv", "id,n a,x ,3", LATE)]
        found = tables([shop("snapshot")], {"shops": files})
        self.assertEqual(sorted(found["shops"].rows), [("a", 1), ("b", 2)])
        self.assertEqual(found["row_counts"].rows, [("shops", 4, 2, 2, 0, 0, 2, 0)])

    def test_keys_and_the_sequence_of_a_history_are_required(self) -> None:
        versions = entity(
            "shops", Column("id", STRING), Column("n", INT), Column("at", INT),
            key=["id"], load="history", sequence=["at"],
        )  # fmt: skip
        found = tables([versions], {"shops": [file("shops.csv", "id,n,at a,5,1 ,6,3 b,0,")]})
        self.assertEqual(found["shops"].rows, [("a", 5, 1, 1, None)])
        self.assertEqual(found["row_counts"].rows, [("shops", 3, 1, 2, 0, 0, 1, 0)])

    def test_a_row_that_deletes_is_judged_by_no_other_rule(self) -> None:
        gone = compared("=", column("n", INT), literal(0, INT))
        positive = {"positive": Rule(compared(">", column("n", INT), literal(0, INT)))}
        one = shop(rules=positive, delete_when=gone)
        found = tables([one], {"shops": [file("shops.csv", "id,n a,5 b,-1"), file("shops_2.csv", "id,n a,0", LATE)]})
        self.assertEqual(found["shops"].rows, [])
        self.assertEqual([row[0] for row in found["shops_quarantine"].rows], [["positive"]])


class Rules(unittest.TestCase):
    def test_actions(self) -> None:
        below = lambda limit: compared("<", column("n", INT), literal(limit, INT))  # noqa: E731
        rules = {"warned": Rule(below(2), "warn"), "kept_out": Rule(below(3)), "dropped": Rule(below(4), "drop")}
        one = entity("shops", Column("n", INT), rules=rules)
        found = tables([one], {"shops": [file("shops.csv", "n 1 2 3 4 x")]})
        # `x` has no value: it breaks every rule, and the rule that drops decides.
        self.assertEqual(sorted(found["shops"].rows), [(1,), (2,)])
        self.assertEqual([row[0] for row in found["shops_quarantine"].rows], [["kept_out", "warned"]])
        self.assertEqual(found["row_counts"].rows, [("shops", 5, 2, 1, 2, 0, 2, 0)])
        rules["stops"] = Rule(below(9), "fail")
        with self.assertRaises(Stopped):
            tables([one], {"shops": [file("shops.csv", "n x")]})

    def test_a_default_fills_what_is_missing_and_what_was_warned(self) -> None:
        one = entity("shops", Column("n", INT, default="7", on_invalid="warn"))
        found = tables([one], {"shops": [file("shops.csv", "n,z 1,a ,a x,a")]})
        self.assertEqual(sorted(found["shops"].rows), [(1,), (7,), (7,)])

    def test_keys_of_a_lookup_are_compared_as_values(self) -> None:
        rates = entity("rates", Column("rate", INT, required=True), lookup=True, key=["rate"])
        rated = entity("shops", Column("rate", INT, references=Reference("rates")))
        found = tables(
            [rates, rated], {"rates": [file("rates.csv", "rate 007 8")], "shops": [file("shops.csv", "rate 7 08 9")]}
        )
        self.assertEqual(sorted(found["shops"].rows), [(7,), (8,)])


class Metrics(unittest.TestCase):
    def setUp(self) -> None:
        self.tolls = entity("tolls", Column("gate", STRING, references=Reference("gates")), Column("fee", MONEY))
        self.gates = entity("gates", Column("gate", STRING, required=True), key=["gate"])
        self.files = {
            "gates": [file("gates.csv", "gate g1 g2")],
            "tolls": [file("tolls.csv", "gate,fee g1,1.00 g1,2.00 ,2.00 g9,50")],
        }

    def total(self, name: str, distinct: bool, kind: Kind) -> Node:
        return Node("aggregate", kind, (column("fee", MONEY),), (name, distinct))

    def test_rows_that_refer_to_something_unknown_wait(self) -> None:
        fees = Metric("m", "tolls", {"s": Measure(self.total("sum", False, Kind("decimal", 20, 2)))})
        found = tables([self.tolls, self.gates], self.files, fees)
        self.assertEqual([str(value) for value in found["m"].rows[0]], ["5.00"])
        self.assertEqual([row[-1] for row in found["tolls_orphans"].rows], [["gate"]])
        self.assertEqual(found["orphan_counts"].rows, [("tolls", "gate", "gates", 1)])

    def test_per_has_a_row_for_those_without_rows(self) -> None:
        count = Measure(Node("aggregate", BIGINT, (), ("count", False)))
        busy = Measure(compared(">", tree.measure("n", BIGINT), literal(0, INT)))
        mean = Measure(
            self.total("avg", False, Kind("decimal", 14, 6)), type=Kind("decimal", 9, 1), empty=literal(-1, INT)
        )
        per = Metric("m", "tolls", {"n": count, "busy": busy, "mean": mean}, per=Per("gates", [column("gate", STRING)]))
        found = tables([self.tolls, self.gates], self.files, per)
        rows = sorted(tuple(str(value) for value in row) for row in found["m"].rows)
        self.assertEqual(rows, [("g1", "2", "True", "1.5"), ("g2", "0", "False", "-1")])

    def test_a_condition_with_or_keeps_its_meaning_beside_others(self) -> None:
        either = Node(
            "or",
            BOOLEAN,
            (
                compared("=", column("fee", MONEY), literal(50, INT)),
                compared("=", column("fee", MONEY), literal(1, INT)),
            ),
        )
        counted = Metric("m", "tolls", {"n": Measure(Node("aggregate", BIGINT, (), ("count", False)))}, where=either)
        self.assertEqual(tables([self.tolls, self.gates], self.files, counted)["m"].rows, [(1,)])


if __name__ == "__main__":
    unittest.main()
