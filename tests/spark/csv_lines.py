"""Makes up CSV texts full of quotes, and records how Spark 4.3 reads them: csv_lines.py SEED COUNT > answers.jsonl

A line is a text, the options it is read with, and four columns of each row. By hand:

    python tests/spark/csv_lines.py 1 1200 > /tmp/csv.jsonl
    SPARK_CSV=/tmp/csv.jsonl cargo test --test it lines_are_read
"""

import json
import random
import sys
import tempfile

import record

def parts(quote):
    return ["a", 2 * quote, ",", " ", "\\" + quote, "\n", "\r\n", "é"]


def field(dice, line_end, quote):
    kind = dice.random()
    if kind < 0.25:
        return dice.choice(["", "a", "b c", " ", "é", "#"])
    if kind < 0.5:
        return quote + "".join(dice.choice(parts(quote)) for _ in range(dice.randint(0, 3))) + quote
    return "".join(dice.choice(["a", quote, quote, " ", ",", "\\", "\t", line_end, "b"]) for _ in range(dice.randint(0, 5)))


def text_of(dice, options):
    line_end = dice.choice(["\n", "\n", "\r\n", "\r"])
    text = "x,y,z" + line_end if options["header"] else ""
    for _ in range(dice.randint(1, 3)):
        if options["comment"] and dice.random() < 0.4:
            text += dice.choice(["# x", "#", " # y", "  ", "#,,"]) + line_end
        fields = [field(dice, line_end, options["quote"]) for _ in range(dice.randint(1, 3))]
        text += ",".join(fields) + dice.choice([line_end, line_end, line_end, "\n"])
    text = text.replace(",", options["sep"])
    return text.rstrip("\r\n") if dice.random() < 0.5 else text


def options_of(dice):
    comment = dice.choice([None, None, "#"])
    quote = dice.choice(['"', '"', "'"])
    return {
        "sep": dice.choice([",", ",", ";", "\t"]),
        "quote": quote,
        "escape": dice.choice([quote, quote, "\\"]),
        "header": dice.random() < 0.7,
        "comment": comment,
        "multiLine": comment is None,
    }


def main(seed, count):
    spark, dice = record.session(), random.Random(seed)
    schema = "x string, y string, z string, w string, _corrupt_record string"
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            options = options_of(dice)
            text = text_of(dice, options)
            # Of a text that is not longer than a mark of the byte order, Spark does not see that lines end in "\r".
            if len(text.encode()) < 5:
                continue
            path = f"{folder}/{number}.csv"
            with open(path, "w", newline="", encoding="utf-8") as file:
                file.write(text)
            stated = {key: value for key, value in options.items() if value is not None}
            frame = spark.read.csv(path, mode="PERMISSIVE", schema=schema, **stated)
            rows = [list(row)[:4] for row in frame.collect()]
            print(json.dumps({"text": text, **options, "rows": rows}, ensure_ascii=False))


main(*map(int, sys.argv[1:3]))
