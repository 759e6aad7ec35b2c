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

from stand_in import serve

GEN, WAREHOUSE = os.environ["GEN"], os.environ["WAREHOUSE"]
OPENAPI = Path(__file__).resolve().parents[2] / "generated" / "openapi"
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

    def run_client(self, *args, **environment):
        return subprocess.run([sys.executable, OPENAPI / "call_center.py", *args], capture_output=True, text=True,
                              check=False, env={**self.environment, **environment})

    def read(self, *args):
        done = self.run_client(*args)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def same(self, rows, sql):
        expected = [{name: as_text(value) for name, value in row.items()} for row in query(sql)]
        self.assertTrue(expected, sql)
        self.assertEqual(rows, expected)

    def statements(self):
        return [r["body"] for r in self.workspace.requests if r["method"] == "POST"]

    def test_every_row_arrives_once_whatever_the_size_of_a_page(self):
        sql = "SELECT * FROM marketing_customers ORDER BY customer_id"
        count = len(query(sql))
        for size in (count, count + 1, count // 3):
            self.workspace.requests.clear()
            self.same(self.read("marketing_customers", "--page-size", str(size)), sql)
            self.assertEqual(len(self.statements()), count // size + 1)

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
        self.assertEqual(self.read("marketing_customers", "state=' OR '1'='1"), [])

    def test_the_target_decides_the_schema(self):
        for target, place in DOCUMENT["x-targets"].items():
            self.workspace.requests.clear()
            self.read("marketing_customers", "customer_id=nobody", "--target", target)
            asked = [(body["catalog"], body["schema"]) for body in self.statements()]
            self.assertEqual(asked, [(place["catalog"], place["schema"])])

    def test_mistakes_are_told(self):
        for args, told in [(("customers",), "invalid choice"), (("marketing_customers", "zone=x"), "no parameter zone"),
                           (("marketing_customers", "timezone"), "NAME=VALUE"),
                           (("marketing_customers", "min_total_spend=much"), "FAILED")]:
            done = self.run_client(*args)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(told, done.stderr)
            self.assertNotIn("Traceback", done.stderr)
        self.assertIn("DATABRICKS_HOST", self.run_client("marketing_customers", DATABRICKS_HOST="").stderr)

    @unittest.skipUnless(shutil.which("curl") and shutil.which("jq"), "curl and jq are not installed")
    def test_the_script_reads_the_first_page(self):
        self.workspace.busy = -100  # The script shows the requests, it does not try again.
        done = subprocess.run(["bash", OPENAPI / "call_center.sh"], capture_output=True, text=True, check=False,
                              env=self.environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        ids = [json.loads(line)[0] for line in done.stdout.splitlines()]
        expected = query("SELECT customer_id FROM marketing_customers ORDER BY customer_id LIMIT 100")
        self.assertEqual(ids, [row["customer_id"] for row in expected])


if __name__ == "__main__":
    unittest.main()
