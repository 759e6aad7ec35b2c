"""Pairs of runs on one warehouse, the second a random moment after the first: pairs.py GEN PAIRS, by hand.

Each run is of another pipeline, whose tables all say which run they are of. No reader may ever see two numbers, and nothing
but the warehouse and its lock may be left.
"""

import pathlib
import random
import subprocess
import sys
import tempfile
import time

TABLES = 12


def write(folder, number):
    folder.mkdir()
    first = f"CREATE OR REFRESH MATERIALIZED VIEW t0 AS SELECT {number} AS n FROM VALUES (1), (2) AS v(x);\n"
    rest = [f"CREATE OR REFRESH MATERIALIZED VIEW t{i} AS SELECT n FROM t{i - 1};\n" for i in range(1, TABLES)]
    (folder / "p.sql").write_text(first + "".join(rest))


def main(gen, pairs):
    dice = random.Random(1)
    seen = 0
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        (root / "landing").mkdir()
        query = "SELECT DISTINCT " + ", ".join(f"t{i}.n AS n{i}" for i in range(TABLES)) + " FROM t0 "
        query += " ".join(f"CROSS JOIN t{i}" for i in range(1, 3)) + " ".join(f" CROSS JOIN (SELECT DISTINCT n FROM t{i}) t{i}" for i in range(3, TABLES))
        for pair in range(pairs):
            runs = []
            for half in range(2):
                folder = root / f"p{pair}_{half}"
                write(folder, 2 * pair + half)
                command = [gen, "run", "-q", "--pipeline", str(folder), "--landing", str(root / "landing"), "--warehouse", str(root / "w")]
                runs.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
                time.sleep(dice.random() * 0.3 if half == 0 else 0)
            while any(run.poll() is None for run in runs):
                asked = subprocess.run([gen, "query", query, "--format", "csv", "--warehouse", str(root / "w")], capture_output=True, text=True)
                if asked.returncode == 0:
                    seen += 1
                    row = asked.stdout.splitlines()[1].split(",")
                    assert len(set(row)) == 1, row
            for run in runs:
                assert run.wait() == 0, run.stderr.read()
            left = {path.name for path in root.iterdir() if not path.name.startswith("p")}
            assert left == {"landing", "w", ".w.lock"}, left
    print(f"{pairs} pairs of runs, {seen} queries meanwhile: no mixed tables")


main(sys.argv[1], int(sys.argv[2]))
