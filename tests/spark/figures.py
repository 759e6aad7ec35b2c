"""Makes up queries about figures: figures.py SEED COUNT, to be answered by `record.py -`.

Arithmetic, casts, rounding and totals over every pair of number types, with values at the limits, at halves and around
them. By hand:

    python tests/spark/figures.py 1 3000 | python tests/spark/record.py - > /tmp/answers.jsonl
    SPARK_ANSWERS=/tmp/answers.jsonl cargo test --test it functions_answer
"""

import json
import random
import sys

WHOLE = {"TINYINT": 8, "SMALLINT": 16, "INT": 32, "BIGINT": 64}
DECIMALS = [(1, 0), (3, 3), (5, 2), (10, 2), (10, 10), (18, 2), (19, 6), (20, 0), (28, 4), (38, 0), (38, 2), (38, 10), (38, 37), (38, 38)]


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def type(self, exact=False):
        kind = self.random.choice(["whole", "decimal", "decimal"] + ([] if exact else ["float"]))
        if kind == "whole":
            return self.random.choice(list(WHOLE))
        if kind == "float":
            return self.random.choice(["DOUBLE", "DOUBLE", "FLOAT"])
        precision, scale = self.random.choice(DECIMALS)
        return f"DECIMAL({precision},{scale})"

    def digits(self, most):
        count = self.random.choice([1, 1, 2, 3, most, most, self.random.randint(1, most)])
        style = self.random.choice(["random", "random", "nines", "half", "round"])
        count = min(count, most)
        if style == "nines":
            return "9" * count
        if style == "half":
            return (str(self.random.randint(0, 9)) * (count - 1) + "5")[-count:]
        if style == "round":
            return ("1" + "0" * count)[:count]
        return "".join(self.random.choice("0123456789") for _ in range(count))

    def value(self, ty):
        if self.random.random() < 0.05:
            return None
        sign = self.random.choice(["", "-"])
        if ty in WHOLE:
            limit = 2 ** (WHOLE[ty] - 1)
            edge = [0, 1, -1, limit - 1, -limit, limit - 2, 5, 15, -25, 127, 100]
            value = self.random.choice(edge + [int(sign + self.digits(len(str(limit)) - 1))] * 6)
            return str(max(-limit, min(limit - 1, value)))
        if ty in ("DOUBLE", "FLOAT"):
            return sign + self.random.choice(
                ["0", "0.1", "0.5", "1.5", "2.5", "2.675", "1.005", "1e15", "123456789012345678", "9.5e18", "1e30", "0.000123", "1e-7"]
                + [self.digits(6) + "." + self.digits(6)] * 4
            )
        precision, scale = map(int, ty[8:-1].split(","))
        whole = self.digits(precision - scale) if precision > scale else "0"
        return sign + (whole + "." + self.digits(scale) if scale else whole)

    def literal(self, ty):
        value = self.value(ty)
        return "CAST(NULL AS STRING)" if value is None else f"'{value}'"

    def scalar(self, left, right):
        to = self.type()
        places = self.random.choice([-3, -2, -1, 0, 1, 2, 3, 6])
        forms = [f"x {op} y" for op in ("+", "-", "*", "/", "%", "/", "*")] + [
            "x div y", "try_add(x, y)", "try_subtract(x, y)", "try_multiply(x, y)", "try_divide(x, y)", "try_mod(x, y)", "pmod(x, y)",
            f"CAST(x AS {to})", f"try_cast(x AS {to})", f"try_cast(x AS {to})", f"CAST(x / y AS {to})", f"try_cast(x * y AS {to})",
            f"round(x, {places})", f"bround(x, {places})", "round(x)", "ceil(x)", "floor(x)", "abs(x)", "-x", "CAST(x AS STRING)",
            "x / nullif(y, 0)", "x % nullif(y, 0)", "x div nullif(y, 0)", "x + 1", "x * 2.5", "x / 3", "1 / x", "x - 0.005",
            f"round(x / y, {places})", "CAST(try_divide(x, y) AS DECIMAL(18,2))", "greatest(x, y)", "coalesce(x, y)", "x = y", "x < y",
            "CASE WHEN x > y THEN x ELSE y END", "round(x * y, 2)", "x / 7 + y", "try_add(try_multiply(x, 2), y)", "abs(x - y)",
            f"CAST(CAST(x AS STRING) AS {to})", f"try_cast(CAST(x AS STRING) AS {to})", "sign(x)", "CAST(x AS DOUBLE)", "CAST(x AS BOOLEAN)",
        ]
        form = self.random.choice(forms)
        rows = f"({self.literal(left)}, {self.literal(right)})"
        inner = f"SELECT CAST(a AS {left}) AS x, CAST(b AS {right}) AS y FROM VALUES {rows} AS v(a, b)"
        return f"SELECT {form} AS r FROM ({inner}) AS t"

    def total(self, ty):
        name = self.random.choice(["sum", "avg", "try_sum", "try_avg", "mean", "avg", "sum"])
        distinct = self.random.choice(["", "", "", "DISTINCT "])
        argument = self.random.choice(["x", "x", "x", "x + 1", "-x", "x / 3", "x * 2", "abs(x)"])
        call = f"{name}({distinct}{argument})"
        rows = ", ".join(f"({i}, {self.literal(ty)})" for i in range(self.random.randint(1, 7)))
        inner = f"(SELECT a, CAST(b AS {ty}) AS x FROM VALUES {rows} AS v(a, b)) AS t"
        shape = self.random.randint(0, 5)
        if shape == 0:
            return f"SELECT a % 2 AS g, {call} AS r FROM {inner} GROUP BY a % 2 ORDER BY g"
        if shape == 1:
            return f"SELECT CAST({call} AS {self.type(exact=True)}) AS r FROM {inner}"
        if shape == 2 and not distinct:
            frame = self.random.choice(["", " ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING", " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"])
            return f"SELECT a, {call} OVER (ORDER BY a{frame}) AS r FROM {inner} ORDER BY a"
        if shape == 3:
            return f"SELECT {call} AS r, count(DISTINCT a) AS n FROM {inner}"
        if shape == 4:
            return f"SELECT {call} / count(*) AS r FROM {inner}"
        return f"SELECT {call} AS r FROM {inner}"

    def query(self):
        if self.random.random() < 0.3:
            return self.total(self.type())
        return self.scalar(self.type(), self.type())


def main(seed, count):
    maker = Maker(seed)
    print(json.dumps({"setup": []}))
    for number in range(count):
        print(json.dumps({"label": f"figure {seed}.{number}", "sql": maker.query()}))


main(int(sys.argv[1]), int(sys.argv[2]))
