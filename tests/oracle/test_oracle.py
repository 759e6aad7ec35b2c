"""The oracle against results worked out by hand: `python3 -m unittest discover tests/oracle`."""

import hashlib
import json
import os
import tempfile
import unittest
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import oracle
from compare import differences
from entities import to_date, to_decimal, to_int, trimmed

CUSTOMERS = "customer_id,name,address,email,phone,state\n"
PRODUCTS = "product_id,product_name,category,price,availability_status\n"
ORDERS = "order_id,customer_id,product_id,order_date,quantity,order_status\n"


class Landing(unittest.TestCase):
    """A test with a landing directory of its own."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.landing = Path(directory.name)

    def put(self, name: str, text: str | bytes, modified: int = 1_700_000_000) -> None:
        path = self.landing / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(path, (modified, modified))

    def rows(self, table: str) -> list[tuple]:
        return sorted(oracle.compute(self.landing)[table].rows, key=repr)

    def column(self, table: str, name: str) -> list:
        columns = [column for column, _ in oracle.compute(self.landing)[table].columns]
        return [row[columns.index(name)] for row in self.rows(table)]


class Values(unittest.TestCase):
    def test_only_u0020_is_a_space(self) -> None:
        self.assertEqual(trimmed("  a b  "), "a b")
        self.assertIsNone(trimmed("   "))
        self.assertEqual(trimmed("\t"), "\t")
        self.assertEqual(trimmed("\u00a0x "), "\u00a0x")

    def test_integers(self) -> None:
        self.assertEqual(to_int("-007"), -7)
        self.assertEqual(to_int("0" * 40 + "7"), 7)
        self.assertEqual((to_int("-2147483648"), to_int("2147483647")), (-2147483648, 2147483647))
        for text in ("+1", "1.0", "1e2", "2147483648", "-2147483649", "9" * 400, "", "-", "٣", "1\n"):
            self.assertIsNone(to_int(text), text)

    def test_decimals_round_half_away_from_zero(self) -> None:
        self.assertEqual(str(to_decimal("2.345", 10, 2)), "2.35")
        self.assertEqual(str(to_decimal("-2.345", 10, 2)), "-2.35")
        self.assertEqual(str(to_decimal("-0.004", 10, 2)), "0.00")
        self.assertEqual(str(to_decimal("7", 10, 2)), "7.00")
        for text in ("1e2", ".5", "5.", "+5", "1,000", "$5", "NaN", " 5"):
            self.assertIsNone(to_decimal(text, 10, 2), text)

    def test_decimals_must_fit_after_rounding(self) -> None:
        self.assertEqual(to_decimal("99999999.994", 10, 2), Decimal("99999999.99"))
        self.assertIsNone(to_decimal("99999999.995", 10, 2))
        self.assertIsNone(to_decimal("9" * 5000, 10, 2))
        self.assertEqual(to_decimal("0" * 5000 + "1", 10, 2), Decimal("1.00"))

    def test_dates(self) -> None:
        self.assertEqual(to_date("2024-02-29"), date(2024, 2, 29))
        for text in ("2023-02-29", "2024-1-05", "2024-01-05T00:00:00", "20240105", "now", "2024-13-01", "2024-W01-1"):
            self.assertIsNone(to_date(text), text)


class Files(Landing):
    def test_sales_orders_are_not_products(self) -> None:
        self.put("sales.csv", PRODUCTS + "p1,Pen,Office,1.00,in_stock\n")
        self.put("sales_orders.csv", ORDERS + "o1,c1,p1,2024-01-01,1,shipped\n")
        self.assertEqual(self.column("products_raw", "_file_name"), ["sales.csv"])
        self.assertEqual(self.column("sales_orders_raw", "_file_name"), ["sales_orders.csv"])

    def test_bookkeeping_and_foreign_files_are_not_read(self) -> None:
        for name in ("_customers.csv", ".customers.csv", "customers.txt", "Customers.csv", "my_customers.csv"):
            self.put(name, CUSTOMERS + "c1,,,,,\n")
        (self.landing / "customers_old.csv").mkdir()
        self.assertEqual(self.rows("customers_raw"), [])

    def test_byte_order_mark_quotes_and_line_ends(self) -> None:
        text = '\ufeffcustomer_id,name,address\r\n\r\nc1,"Ann ""A""","1 Road,\nTown"\r\n'
        self.put("customers.csv", text)
        self.assertEqual(self.rows("customers"), [("c1", 'Ann "A"', "1 Road,\nTown", None, None, None)])

    def test_line_ends_in_quotes_are_those_of_a_unix_file_where_the_file_has_crlf(self) -> None:
        # As Spark 4.3 reads both files with `multiLine`.
        self.put("customers.csv", 'customer_id,name\r\nc1,"two\r\nlines"\r\n')
        self.put("customers_2.csv", 'customer_id,name\nc2,"two\r\nlines"\n')
        self.assertEqual(sorted(self.column("customers_raw", "name")), ["two\nlines", "two\r\nlines"])

    def test_columns_are_found_by_name_and_the_rest_is_rescued(self) -> None:
        self.put("customers.csv", "name,Email,customer_id,loyalty\nAnn,a@b.c,c1,gold,more\nBob\n")
        ((_, *_, rescued, _, _), (*_, nothing, _, _)) = self.rows("customers_raw")
        self.assertEqual(self.column("customers_raw", "email"), [None, None])
        self.assertEqual(rescued, {"Email": "a@b.c", "loyalty": "gold", "_c4": "more"})
        self.assertIsNone(nothing)
        self.assertEqual(self.column("customers_quarantine", "_violations"), [["customer_id_required"]])

    def test_empty_and_header_only_files_have_no_lines(self) -> None:
        self.put("customers.csv", "")
        self.put("customers_2.csv", CUSTOMERS)
        self.assertEqual(self.rows("customers_raw"), [])

    def test_recorded_time_holds_only_for_its_content(self) -> None:
        self.put("customers.csv", CUSTOMERS + "c1,Ann,,,,\n", modified=1_000_000_000)
        digest = hashlib.sha256((self.landing / "customers.csv").read_bytes()).hexdigest()
        entry = {"file": "customers.csv", "modified": "2026-05-01T10:00:00.25Z", "sha256": digest}
        (self.landing / "_modified.json").write_text(json.dumps([entry]))
        recorded = datetime(2026, 5, 1, 10, 0, 0, 250_000, timezone.utc)
        self.assertEqual(self.column("customers_raw", "_file_modified_at"), [recorded])
        self.put("customers.csv", CUSTOMERS + "c1,Bob,,,,\n", modified=1_000_000_000)
        changed = datetime(2001, 9, 9, 1, 46, 40, tzinfo=timezone.utc)
        self.assertEqual(self.column("customers_raw", "_file_modified_at"), [changed])


class Rules(Landing):
    def test_bad_email_and_state_are_cleared_and_the_row_stays(self) -> None:
        self.put("customers.csv", CUSTOMERS + "c1,Ann,, ANN@B.Co ,5,ca\nc2,Bob,,bob@home,6,XX\nc3,Cy,,a@b@c.d, ,\n")
        self.assertEqual(self.column("customers", "email"), ["ann@b.co", None, None])
        self.assertEqual(self.column("customers", "state"), ["CA", None, None])
        self.assertEqual(self.column("customers", "phone"), ["5", "6", None])
        self.assertEqual(self.rows("customers_quarantine"), [])

    def test_quarantine_names_all_rules_and_keeps_the_raw_text(self) -> None:
        self.put("customers.csv", CUSTOMERS + "  ,Ann ,,nobody,5,zz\n")
        ((violations, *fields, _, _, _),) = self.rows("customers_quarantine")
        self.assertEqual(violations, ["customer_id_required", "valid_email", "valid_state"])
        self.assertEqual(fields, ["  ", "Ann ", None, "nobody", "5", "zz"])

    def test_products(self) -> None:
        self.put(
            "sales.csv",
            PRODUCTS + "p1,Pen, ,0,In_Stock\np2,Ink,Office,-1,\np3,Cap,Office,,\np4,Mug,Office,free,\np5,Bag,,1.005,\n",
        )
        kept = [
            ("p1", "Pen", "Uncategorized", Decimal("0.00"), "in_stock"),
            ("p5", "Bag", "Uncategorized", Decimal("1.01"), None),
        ]
        self.assertEqual(self.rows("products"), kept)
        missing = ["price_required", "price_not_negative"]
        invalid = ["price_required", "valid_price", "price_not_negative"]
        self.assertEqual(self.column("products_quarantine", "_violations"), [["price_not_negative"], missing, invalid])

    def test_an_order_that_breaks_every_rule(self) -> None:
        self.put("sales_orders.csv", ORDERS + ",,,2024-02-30,many,lost\no1,c1,p1,2024-02-28,0,Shipped\n")
        every, quantity = self.column("sales_orders_quarantine", "_violations")
        self.assertEqual(quantity, ["quantity_positive"])
        self.assertEqual(
            every,
            [
                "order_id_required",
                "customer_id_required",
                "product_id_required",
                "order_date_required",
                "valid_order_date",
                "quantity_required",
                "valid_quantity",
                "order_status_required",
                "valid_order_status",
                "quantity_positive",
            ],
        )


class Duplicates(Landing):
    def test_later_file_wins_whatever_its_name(self) -> None:
        self.put("sales_z.csv", PRODUCTS + "p1,Old,Office,9.00,\n", modified=1_700_000_000)
        self.put("sales_a.csv", PRODUCTS + "p1,New,Office,1.00,\n", modified=1_700_000_001)
        self.assertEqual(self.column("products", "product_name"), ["New"])

    def test_greater_file_name_wins_at_the_same_time(self) -> None:
        self.put("sales_a.csv", PRODUCTS + "p1,Zed,Office,9.00,\n")
        self.put("sales_b.csv", PRODUCTS + "p1,Abe,Office,1.00,\n")
        self.assertEqual(self.column("products", "product_name"), ["Abe"])

    def test_greatest_typed_row_wins_inside_a_file(self) -> None:
        # As text "9" is greater than "10", as a number it is not; and no value is smaller than any.
        self.put("sales_orders.csv", ORDERS + "o1,c1,p1,2024-01-01,9,shipped\no1,c1,p1,2024-01-01,10,completed\n")
        self.put("sales.csv", PRODUCTS + "p1,,Office,5.00,\np1,A,Office,1.00,\n")
        self.assertEqual(self.column("sales_orders", "quantity"), [10])
        self.assertEqual(self.column("products", "product_name"), ["A"])

    def test_quarantined_rows_do_not_compete(self) -> None:
        self.put("sales_a.csv", PRODUCTS + "p1,Pen,Office,1.00,\n", modified=1_700_000_000)
        self.put("sales_b.csv", PRODUCTS + "p1,Pen,Office,-1,\n", modified=1_700_000_001)
        self.assertEqual(self.column("products", "price"), [Decimal("1.00")])

    def test_copies_are_counted_by_kind(self) -> None:
        self.put("sales.csv", PRODUCTS + "p1,A,X,1,\np1,A,X,1.00,\np1,B,X,1,\np2,C,X,1,\np2,,,x,\n")
        self.assertEqual(self.rows("products_duplicates"), [("p1", 3, 1, 1)])
        counts = next(row for row in self.rows("row_counts") if row[0] == "products")
        self.assertEqual(counts, ("products", 5, 4, 1, 0, 2, 2, 0))


class Figures(Landing):
    def setUp(self) -> None:
        super().setUp()
        self.put("customers.csv", CUSTOMERS + "c1,Ann,,a@b.c,,IN\nc2,Bob,,,7,\nc3,Cy,,,,TX\nc4,Di,,d@e.f,,HI\n")
        self.put("sales.csv", PRODUCTS + "p1,Pen,Office,0.33,\np2,Mug,Kitchen,10.00,\np3,Box,,1.00,\n")
        self.put(
            "sales_orders.csv",
            ORDERS
            + "o1,c1,p1,2024-12-30,1,shipped\n"  # a Monday: week and day of 2024-12-30, year 2024
            + "o2,c1,p2,2025-01-05,2,pending\n"  # the Sunday of the same week, year 2025
            + "o3,c2,p1,2025-01-06,1,completed\n"  # the next Monday
            + "o4,c1,p2,2025-01-06,9,cancelled\n"
            + "o5,c3,p3,2025-01-06,3,delivered\n"
            + "o6,c9,p2,2025-01-06,5,shipped\n"  # customer unknown
            + "o7,c9,p9,2025-01-06,5,shipped\n",  # both unknown
        )

    def test_weeks_begin_on_monday_and_cross_the_year(self) -> None:
        expected = [
            (date(2024, 12, 30), Decimal("20.33"), 2, Decimal("10.17")),
            (date(2025, 1, 6), Decimal("3.33"), 2, Decimal("1.67")),
        ]
        self.assertEqual(self.rows("sales_total_weekly"), expected)
        years = [row[:3] for row in self.rows("sales_total_annual")]
        self.assertEqual(years, [(date(2024, 1, 1), Decimal("0.33"), 1), (date(2025, 1, 1), Decimal("23.33"), 3)])

    def test_dimensions(self) -> None:
        box = (date(2025, 1, 1), "p3", "Box", "Uncategorized", Decimal("3.00"), 1, Decimal("3.00"))
        self.assertIn(box, self.rows("sales_by_product_monthly"))
        categories = [row[1] for row in self.rows("sales_by_category_annual")]
        self.assertEqual(categories, ["Office", "Kitchen", "Office", "Uncategorized"])

    def test_orphans_stay_in_the_table_and_out_of_the_figures(self) -> None:
        self.assertEqual(len(self.rows("sales_orders")), 7)
        missing = self.column("sales_orders_orphans", "_missing")
        self.assertEqual(missing, [["customer_id"], ["customer_id", "product_id"]])
        self.assertEqual([row[-1] for row in self.rows("orphan_counts")], [2, 1])

    def test_tables_add_up_to_the_orders_that_count_and_no_order_is_lost(self) -> None:
        rows = self.rows("sales_reconciliation")
        self.assertIn(("sales_total_weekly", "revenue", Decimal("23.66"), Decimal("23.66")), rows)
        self.assertIn(("sales_orders", "rows", 7, 7), rows)
        self.assertEqual(len(rows), 12 * 2 + 1)
        contacts = self.rows("marketing_customer_categories_reconciliation")
        self.assertIn(("marketing_customer_categories", "order_count", 3, 3), contacts)

    def test_marketing(self) -> None:
        monday, sunday, next_monday = date(2024, 12, 30), date(2025, 1, 5), date(2025, 1, 6)
        ann = ("c1", "Ann", "a@b.c", None, "IN", "America/New_York")
        bob = ("c2", "Bob", None, "7", None, "UNKNOWN")
        di = ("c4", "Di", "d@e.f", None, "HI", "Pacific/Honolulu")
        expected = [
            (*ann, 2, Decimal("20.33"), monday, sunday, ["Kitchen", "Office"]),
            (*bob, 1, Decimal("0.33"), next_monday, next_monday, ["Office"]),
            (*di, 0, Decimal("0.00"), None, None, []),
        ]
        self.assertEqual(self.rows("marketing_customers"), expected)
        categories = [(row[0], row[1], row[2]) for row in self.rows("marketing_customer_categories")]
        self.assertEqual(categories, [("c1", "Kitchen", 1), ("c1", "Office", 1), ("c2", "Office", 1)])


class Comparison(unittest.TestCase):
    """What counts as a difference."""

    TABLE = oracle.Table([("id", "text"), ("price", "decimal"), ("tags", "list")], [("a", Decimal("1.50"), ["x"])] * 2)

    def test_numbers_are_compared_as_numbers(self) -> None:
        for price in ("1.50", "1.5", Decimal("1.5")):
            self.assertEqual(differences(self.TABLE, [{"id": "a", "price": price, "tags": ["x"]}] * 2), [])

    def test_a_row_too_few_another_value_another_column(self) -> None:
        row = {"id": "a", "price": "1.50", "tags": ["x"]}
        self.assertNotEqual(differences(self.TABLE, [row]), [])
        self.assertIn("price is 1.51", differences(self.TABLE, [row, {**row, "price": "1.51"}])[1])
        self.assertNotEqual(differences(self.TABLE, [row, {**row, "tags": ["x", "x"]}]), [])
        self.assertIn("columns are", differences(self.TABLE, [{**row, "extra": None}] * 2)[0])


if __name__ == "__main__":
    unittest.main()
