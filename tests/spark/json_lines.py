"""Makes up JSON files, and records how Spark 4.3 reads them: json_lines.py SEED COUNT > answers.jsonl

A line is a text, whether it is read whole, and of each row three columns, what is no record, and what `try_variant_get` finds
at a path of the first. By hand:

    python tests/spark/json_lines.py 1 1200 > /tmp/json.jsonl
    SPARK_JSON=/tmp/json.jsonl cargo test --test it records_are_read
"""

import json
import random
import sys
import tempfile

import record

NAMES = ["x", "y", "z", "X", "q r", "ä", ""]
NUMBERS = [
    "0", "-0", "1", "-17", "1.10", "0.00", "-0.0", "100.0", "1e3", "1E-7", "1.0E10", "1e400", "12345678901234567.89",
    "9223372036854775808", "123456789012345678901234567890123456789", "0.00000000000000000000000000000000000001",
    "0.000000000000000000000000000000000000001", "1234567890123456789012345678.12345678901", "01", "1.", ".5", "+1", "-",
    "NaN", "Infinity", "1_0",
]  # fmt: skip
PIECES = ["a", " ", "é", "😀", "\\n", "\\\"", "\\/", "\\u00e4", "\\ud83d\\ude00", "\\b", "'", "{", "]", ",", "\\u0001", "\x7f", "\u2028"]
ODD = ["\\q", "\\u12", "\t", "\\ud83d", "\\ude00", "\n"]


def text(dice):
    parts = [dice.choice(PIECES if dice.random() < 0.97 else ODD) for _ in range(dice.randint(0, 4))]
    return '"' + "".join(parts) + '"'


def blank(dice):
    return dice.choice(["", "", "", " ", "  ", "\t"])


def value(dice, depth=0):
    kind = dice.random()
    if kind < 0.25 or depth > 3:
        return dice.choice(NUMBERS[:18] if dice.random() < 0.95 else NUMBERS)
    if kind < 0.5:
        return text(dice)
    if kind < 0.62:
        return dice.choice(["null", "true", "false"] if dice.random() < 0.96 else ["nul", "True", "'a'", "undefined"])
    if kind < 0.72:
        return "[" + blank(dice) + ",".join(value(dice, depth + 1) for _ in range(dice.randint(0, 3))) + blank(dice) + "]"
    return thing(dice, depth + 1)


def thing(dice, depth=0):
    count = dice.randint(0, 3)
    names = [dice.choice(NAMES) for _ in range(count)] if dice.random() < 0.2 else dice.sample(NAMES, count)
    fields = [
        f'{blank(dice)}"{name}"{blank(dice)}:{blank(dice)}{value(dice, depth)}{blank(dice)}' for name in names
    ]
    return "{" + ",".join(fields) + ("," if dice.random() < 0.01 else "") + "}"


def line(dice):
    kind = dice.random()
    if kind < 0.8:
        made = thing(dice)
    elif kind < 0.88:
        made = "[" + ",".join(thing(dice) if dice.random() < 0.9 else value(dice) for _ in range(dice.randint(0, 3))) + "]"
    elif kind < 0.94:
        made = value(dice)
    else:
        made = dice.choice(["", "  ", "{", "}", "null", "\x0c", "// x", "[", "[[]]"])
    if dice.random() < 0.05:
        made = made[: dice.randint(0, len(made))]
    return blank(dice) + made + blank(dice)


def main(seed, count):
    spark, dice = record.session(), random.Random(seed)
    schema = "x string, y string, `q r` string, _corrupt_record string"
    options = {"mode": "PERMISSIVE", "allowSingleQuotes": "false", "allowNonNumericNumbers": "false"}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            whole = dice.random() < 0.3
            text = line(dice) if whole else "".join(line(dice) + dice.choice(["\n", "\r\n"]) for _ in range(dice.randint(1, 4)))
            path = f"{folder}/{number}.json"
            with open(path, "w", newline="", encoding="utf-8") as file:
                file.write(text)
            frame = spark.read.json(path, schema=schema, multiLine=whole, **options)
            found = ["try_variant_get(try_parse_json(x), '$.y', 'string') AS a", "try_variant_get(try_parse_json(x), '$', 'string') AS b"]
            rows = [list(row) for row in frame.selectExpr("*", *found).collect()]
            print(json.dumps({"text": text, "multiLine": whole, "rows": rows}, ensure_ascii=False))


main(*map(int, sys.argv[1:3]))
