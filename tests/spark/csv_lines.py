"""Makes up CSV texts full of quotes, and records how Spark 4.3 reads them: csv_lines.py SEED COUNT > answers.jsonl

A line is a text, the escape it is read with, and four columns of each row. By hand:

    python tests/spark/csv_lines.py 1 1200 > /tmp/csv.jsonl
    SPARK_CSV=/tmp/csv.jsonl cargo test --test it lines_are_read
"""

import json
import random
import sys
import tempfile

import record

PARTS = ["a", '""', ",", " ", '\\"', "\n", "\r\n", "é"]


def field(dice, line_end):
    kind = dice.random()
    if kind < 0.25:
        return dice.choice(["", "a", "b c", " ", "é"])
    if kind < 0.5:
        return '"' + "".join(dice.choice(PARTS) for _ in range(dice.randint(0, 3))) + '"'
    return "".join(dice.choice(["a", '"', '"', " ", ",", "\\", "\t", line_end, "b"]) for _ in range(dice.randint(0, 5)))


def text_of(dice):
    line_end = dice.choice(["\n", "\n", "\r\n", "\r"])
    text = "x,y,z" + line_end
    for _ in range(dice.randint(1, 3)):
        fields = [field(dice, line_end) for _ in range(dice.randint(1, 3))]
        text += ",".join(fields) + dice.choice([line_end, line_end, line_end, "\n"])
    return text.rstrip("\r\n") if dice.random() < 0.5 else text


def main(seed, count):
    spark, dice = record.session(), random.Random(seed)
    schema = "x string, y string, z string, w string, _corrupt_record string"
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            escape, text = dice.choice(['"', '"', "\\"]), text_of(dice)
            path = f"{folder}/{number}.csv"
            with open(path, "w", newline="", encoding="utf-8") as file:
                file.write(text)
            frame = spark.read.csv(path, header=True, escape=escape, multiLine=True, mode="PERMISSIVE", schema=schema)
            rows = [list(row)[:4] for row in frame.collect()]
            print(json.dumps({"text": text, "escape": escape, "rows": rows}, ensure_ascii=False))


main(*map(int, sys.argv[1:3]))
