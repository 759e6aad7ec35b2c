"""The generated clients against a stand-in of the SQL statement API, over the tables of a local run.

    GEN=path/to/gen WAREHOUSE=dir python3 -m unittest discover --start-directory tests/serving

With REQUESTS=file, all requests are written there, a JSON line each.
"""

import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from stand_in import CHUNK, serve

GEN, WAREHOUSE = os.environ["GEN"], os.environ["WAREHOUSE"]
OPENAPI = Path(__file__).resolve().parents[2] / "generated" / "openapi"
PYTHON = [sys.executable, OPENAPI / "call_center.py"]
SHELL = ["bash", OPENAPI / "call_center.sh"]
CLIENTS = [PYTHON, SHELL] if shutil.which("curl") and shutil.which("jq") else [PYTHON]
DOCUMENT = json.loads((OPENAPI / "call_center.json").read_text(encoding="utf-8"))


def query(sql):
    done = subprocess.run([GEN, "query", sql, "--warehouse", WAREHOUSE, "--format", "json"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def as_text(value):
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class Client(unittest.TestCase):
    def setUp(self):
        self.server, self.workspace = serve(GEN, WAREHOUSE, DOCUMENT)
        self.environment = {**os.environ, "DATABRICKS_HOST": f"http://127.0.0.1:{self.server.server_address[1]}",
                            "DATABRICKS_CLIENT_ID": "reader", "DATABRICKS_CLIENT_SECRET": "secret",
                            "DATABRICKS_WAREHOUSE_ID": "w1"}

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        if "REQUESTS" in os.environ:
            with open(os.environ["REQUESTS"], "a", encoding="utf-8") as file:
                file.writelines(json.dumps(request) + "\n" for request in self.workspace.requests)

    def run_client(self, *args, program=PYTHON, **environment):
        environment = {**self.environment, **environment}
        return subprocess.run([*program, *args], capture_output=True, text=True, check=False, env=environment)

    def read(self, *args, program=PYTHON):
        done = self.run_client(*args, program=program)
        # curl says so when it tries again.
        told = [line for line in done.stderr.splitlines() if program is PYTHON or not line.endswith("429")]
        self.assertEqual((done.returncode, told), (0, []))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def same(self, rows, sql):
        expected = [{name: as_text(value) for name, value in row.items()} for row in query(sql)]
        self.assertTrue(expected, sql)
        self.assertEqual(rows, expected)

    def statements(self):
        return [r["body"] for r in self.workspace.requests if r["method"] == "POST"]

    def start(self, program):
        """The script signs in for every page, and does not try again with another token."""
        self.workspace.requests.clear()
        self.workspace.forgets = program is PYTHON

    def test_every_row_arrives_once_whatever_the_size_of_a_page(self):
        sql = "SELECT * FROM marketing_customers ORDER BY customer_id"
        count = len(query(sql))
        for program in CLIENTS:
            for size in (count, count + 1, count // 3):
                self.start(program)
                self.same(self.read("marketing_customers", "--page-size", str(size), program=program), sql)
                self.assertEqual(len(self.statements()), count // size + 1)

    def test_chunks_are_followed_however_they_are_told(self):
        sql = "SELECT * FROM marketing_customers WHERE timezone = 'America/Chicago' ORDER BY customer_id"
        self.assertGreater(len(query(sql)), 3 * CHUNK)
        for program in CLIENTS:
            for names_next, counts in ((True, False), (False, True), (True, True)):
                self.start(program)
                self.workspace.names_next, self.workspace.counts = names_next, counts
                self.same(self.read("marketing_customers", "timezone=America/Chicago", program=program), sql)

    def test_a_result_that_lacks_rows_is_an_error(self):
        faults = [({"truncates": True}, "truncated"), ({"loses": True}, "rows arrived of"),
                  ({"loops": True}, "followed by chunk 0")]
        for program in CLIENTS:
            for fault, told in faults:
                self.start(program)
                vars(self.workspace).update({"truncates": False, "loses": False, "loops": False} | fault)
                done = self.run_client("marketing_customers", program=program)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(told, done.stderr)
                self.assertNotIn("Traceback", done.stderr)

    def test_pages_of_a_key_of_two_columns(self):
        sql = "SELECT * FROM marketing_customer_categories WHERE customer_id < 'C-00300' ORDER BY customer_id, category"
        rows = self.read("marketing_customer_categories", "--page-size", "150")
        self.same([row for row in rows if row["customer_id"] < "C-00300"], sql)
        total = query("SELECT count(*) AS n FROM marketing_customer_categories")[0]["n"]
        self.assertEqual(len({(row["customer_id"], row["category"]) for row in rows}), int(total))

    def test_rows_are_searched_by_zone_category_spend_and_last_purchase(self):
        rows = self.read("marketing_customers", "timezone=America/Chicago", "categories_contains=Books",
                         "min_total_spend=100.50", "last_purchase_date_until=2030-12-31")
        self.same(rows, """SELECT * FROM marketing_customers
            WHERE timezone = 'America/Chicago' AND array_contains(categories, 'Books') AND total_spend >= 100.50
              AND last_purchase_date <= DATE'2030-12-31' ORDER BY customer_id""")

    def test_a_value_cannot_break_out_of_its_parameter(self):
        for program in CLIENTS:
            self.start(program)
            self.assertEqual(self.read("marketing_customers", "state=' OR '1'='1", program=program), [])

    def test_the_target_decides_the_schema(self):
        for program in CLIENTS:
            for target, place in DOCUMENT["x-targets"].items():
                self.start(program)
                self.read("marketing_customers", "customer_id=nobody", "--target", target, program=program)
                asked = [(body["catalog"], body["schema"]) for body in self.statements()]
                self.assertEqual(asked, [(place["catalog"], place["schema"])])

    def test_every_table_is_read_by_both_clients(self):
        for table in ("marketing_customers", "marketing_customer_categories"):
            self.start(SHELL)
            rows = [self.read(table, program=program) for program in CLIENTS]
            self.assertTrue(rows[0])
            self.assertTrue(all(read == rows[0] for read in rows))

    def test_mistakes_are_told(self):
        mistakes = [(("customers",), ("invalid choice", "no table customers")),
                    (("marketing_customers", "zone=x"), ("no parameter zone",)),
                    (("marketing_customers", "timezone"), ("NAME=VALUE",)),
                    (("marketing_customers", "--target", "moon"), ("invalid choice", "no target moon")),
                    (("marketing_customers", "--page-size", "0"), ("at least one row", "--page-size")),
                    (("marketing_customers", "min_total_spend=much"), ("FAILED",))]
        for program in CLIENTS:
            self.start(program)
            for args, told in mistakes:
                done = self.run_client(*args, program=program)
                self.assertNotEqual(done.returncode, 0)
                self.assertTrue(any(words in done.stderr for words in told), done.stderr)
                self.assertNotIn("Traceback", done.stderr)
            done = self.run_client("marketing_customers", program=program, DATABRICKS_CLIENT_SECRET="wrong")
            self.assertEqual(done.returncode, 22 if program is SHELL else 1)
            self.assertIn("401", done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_usage_is_printed_with_no_variable_set(self):
        bare = {name: value for name, value in os.environ.items() if not name.startswith("DATABRICKS_")}
        for program in CLIENTS:
            for args in ((), ("marketing_customers",)):
                done = subprocess.run([*program, *args], capture_output=True, text=True, check=False, env=bare)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn("usage: call_center.", done.stderr)
            self.assertIn("DATABRICKS_HOST", done.stderr)
            done = subprocess.run([*program, "--help"], capture_output=True, text=True, check=False, env=bare)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("usage: call_center.", done.stdout)


if __name__ == "__main__":
    unittest.main()
