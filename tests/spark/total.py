"""Makes up queries for every form of crates/lakeflow/src/functions/total.txt: total.py | record.py - > total.jsonl.

A query computes one form over every combination of adversarial values, NULL among them, and tells for each pattern of
NULL operands (and each value of an operand that decides) how many rows there are, and in how many the result is NULL.
A form is total if that is none or all. Tables are no literals, so that nothing is computed before the query runs; a hash
of all results keeps Spark from leaving them out.
"""

import itertools
import json
import re
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "crates/lakeflow/src/functions/total.txt"

VALUES = {
    "string": ["''", "' '", "'a'", "'Ada'", "'ada@example.com'", "'İß'", "'👩‍👩‍👧e\u0301'", "'%_\\\\'", "'[(*'", "'NaN'",
               "'-2147483649'", "'1e400'", "'2024-02-30'", "'a,b,,c'", "'7'", "repeat('x', 20000)", "repeat('ab ', 7000)",
               "decode(X'FF00FE', 'ISO-8859-1')"],
    "few": ["''", "'a'", "'Ada Ada'", "'İß👩‍👧'", "'%_\\\\'", "'[(*$1'", "repeat('xa', 5000)"],
    "boolean": ["true", "false"],
    "tinyint": ["0Y", "1Y", "-1Y", "127Y", "cast(-128 as tinyint)"],
    "smallint": ["0S", "1S", "-1S", "32767S", "cast(-32768 as smallint)"],
    "int": ["0", "1", "-1", "2", "5", "2147483647", "cast(-2147483648L as int)"],
    "bigint": ["0L", "1L", "-1L", "2147483648L", "9223372036854775807L", "-9223372036854775807L - 1L"],
    "float": ["0f", "-0f", "1.5f", "float('NaN')", "float('Infinity')", "float('-Infinity')", "float('3.4028235e38')", "float('1.4e-45')"],
    "double": ["0d", "-0d", "0.5d", "-2.5d", "double('NaN')", "double('Infinity')", "double('-Infinity')",
               "double('1.7976931348623157e308')", "double('4.9e-324')", "9.3e18d"],
    "decimal(10,2)": ["0.00bd", "cast(-0.01 as decimal(10,2))", "99999999.99bd", "-99999999.99bd", "cast(0.5 as decimal(10,2))"],
    "decimal(38,0)": ["0bd", "1bd", "cast('99999999999999999999999999999999999999' as decimal(38,0))",
                      "cast('-99999999999999999999999999999999999999' as decimal(38,0))", "-1bd"],
    "decimal(38,18)": ["0bd", "cast('99999999999999999999.999999999999999999' as decimal(38,18))",
                       "cast('-99999999999999999999.999999999999999999' as decimal(38,18))",
                       "cast('0.000000000000000001' as decimal(38,18))", "1bd"],
    "date": ["date'1970-01-01'", "date'2024-02-29'", "date'0001-01-01'", "date'1582-10-10'", "date'9999-12-31'",
             "date_from_unix_date(2147483647)", "date_from_unix_date(cast(-2147483648L as int))"],
    "timestamp": ["timestamp'1970-01-01 00:00:00'", "timestamp'2024-02-29 23:59:59.999999'", "timestamp'0001-01-01 00:00:00'",
                  "timestamp'9999-12-31 23:59:59.999999'", "timestamp_micros(9223372036854775807L)",
                  "timestamp_micros(-9223372036854775807L - 1L)"],
    "binary": ["X''", "X'00'", "X'FF00FE'", "cast('a' as binary)", "cast(repeat('x', 20000) as binary)"],
}
DECIMALS = ["decimal(10,2)", "decimal(38,0)", "decimal(38,18)"]
INTEGRAL = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
NUMBERS = [*INTEGRAL, "float", "double", *DECIMALS]
SCALARS = ["string", "boolean", *NUMBERS, "date", "timestamp", "binary"]
# What a literal is in each form that takes one.
LITERALS = {
    "sha2": ["0", "224", "256", "384", "512"],
    "like": ["'A%'", "'%d_'", "'%a%'", "''", "'%'", "'_'", "'a@b.c'", "'\\\\%%'", "'%a%a%a%a%'"],
    "/": ["2d", "-0.5d", "1e-300d"],
}
LITERALS["ilike"] = LITERALS["like"]
OPERATORS = {"||", "+", "-", "*", "/", "=", "<>", "<", "<=", ">", ">=", "<=>", "and", "or"}
# Forms that are known to tell: the method must notice.
NOTICED = [
    ("nullif(string, string)", "nullif({}, 'a')", ["string"]),
    ("split_part(string, string, int)", "split_part({}, {}, {})", ["few", "few", "int"]),
    ("element_at", "element_at(split({}, ' '), {})", ["few", "int"]),
    ("try_cast(string as int)", "try_cast({} as int)", ["string"]),
    ("cast(string as int)", "cast({} as int)", ["string"]),
    ("cast(bigint as int)", "cast({} as int)", ["bigint"]),
    ("cast(date as timestamp)", "cast({} as timestamp)", ["date"]),
    ("and(boolean, boolean)", "{} and {}", ["boolean", "boolean"]),
    ("in(string, string)", "{} in ('a', {})", ["string", "string"]),
    ("+(int, int)", "{} + {}", ["int", "int"]),
    ("-(int)", "-{}", ["int"]),
    ("abs(int)", "abs({})", ["int"]),
    ("/(double, double)", "{} / {}", ["double", "double"]),
    ("ln(double)", "ln({})", ["double"]),
    ("nanvl(double, double)", "nanvl({}, {})", ["double", "double"]),
    ("like(string, string)", "{} like {}", ["string", "string"]),
    ("cast(decimal as int)", "cast({} as int)", ["decimal(38,0)"]),
    ("if(boolean, int, null)", "if({}, {}, cast(null as int))", ["boolean", "int"]),
]


def lines():
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def forms(line):
    """The concrete forms of a line: name, types of operands, marks, literal or none for each."""
    cast = re.fullmatch(r"cast\((.*) as (.*)\)", line)
    if cast:
        wide = lambda words: [t for w in words.split(", ") for t in (DECIMALS if w == "decimal" else [w])]
        yield from (("cast", source, target) for source in wide(cast[1]) for target in wide(cast[2]) if has_room(source, target))
        return
    names, operands = re.fullmatch(r"(.+?)\((.*)\)(?: null)?", line).groups()
    operands = operands.split(", ")
    repeats = operands[-1].endswith("...")
    counts = [len(operands), len(operands) + 1] if repeats else [len(operands)]
    # `||` is a name, not two that share a form.
    for name in [names] if names == "||" else names.split("|"):
        for count in counts:
            own = [o.removesuffix("...") for o in operands] + [operands[-1].removesuffix("...")] * (count - len(operands))
            words, marks = [o.rstrip("?!+") for o in own], [o[-1] if o[-1] in "?!+" else "" for o in own]
            yield from (("call", name, words, marks, types) for types in choices(words))


def choices(words):
    """Types for words: `T` is one type for all."""
    common = SCALARS if "T" in words else [None]
    for shared in common:
        own = []
        for word in words:
            own.append({"T": [shared], "any": SCALARS if len(words) == 1 else ["string", "double", "date"],
                        "number": NUMBERS, "decimal": DECIMALS}.get(word, [word]))
        yield from itertools.product(*own)


def has_room(source, target):
    if not target.startswith("decimal"):
        return True
    digits = lambda t: (INTEGRAL[t], 0) if t in INTEGRAL else tuple(map(int, re.findall(r"\d+", t)))
    (p, s), (q, r) = digits(source), digits(target)
    return q - r >= p - s + (1 if s > r else 0) and source != target


def call(name, args):
    special = {
        "case": lambda a: f"CASE WHEN {a[0]} THEN {a[1]} ELSE {a[2]} END",
        "in": lambda a: f"{a[0]} IN ({', '.join(a[1:])})",
        "between": lambda a: f"{a[0]} BETWEEN {a[1]} AND {a[2]}",
        "is_true": lambda a: f"{a[0]} IS TRUE",
        "is_distinct": lambda a: f"{a[0]} IS DISTINCT FROM {a[1]}",
        "not": lambda a: f"NOT {a[0]}",
        "like": lambda a: f"{a[0]} LIKE {a[1]}",
        "ilike": lambda a: f"{a[0]} ILIKE {a[1]}",
    }
    if name in special:
        return special[name](args)
    if name in OPERATORS:
        return f"{args[0]} {name} {args[1]}"
    return f"{name}({', '.join(args)})"


def view(kind):
    return "v_" + re.sub(r"\W+", "_", kind).strip("_")


def setup():
    for kind, values in VALUES.items():
        cases = " ".join(f"WHEN {i} THEN {value}" for i, value in enumerate(values))
        yield f"CREATE OR REPLACE TEMP VIEW {view(kind)} AS SELECT CASE id {cases} END AS v FROM range(0, {len(values) + 1})"


def query(expression, kinds, marks):
    """Rows: the pattern, how many combinations, in how many the result is NULL, how many results there are too many for
    an operand that is only asked whether it is there."""
    tables = ", ".join(f"{view(kind)} AS t{i}" for i, kind in enumerate(kinds))
    given = [f"string(t{i}.v)" if mark == "!" else "'value'" for i, mark in enumerate(marks)]
    pattern = ", ".join(f"if(t{i}.v IS NULL, 'null', {value})" for i, value in enumerate(given))
    never = [f"t{i}.v IS NOT NULL" for i, mark in enumerate(marks) if mark == "+"]
    where = f" WHERE {' AND '.join(never)}" if never else ""
    others = [i for i, mark in enumerate(marks) if mark != "?"]
    shown = "".join(f"t{i}.v AS o{n}, " for n, i in enumerate(others))
    names = ", ".join(f"o{n}" for n in range(len(others)))
    match ("?" in marks, bool(others)):
        case (False, _):
            seen = "0"
        case (True, False):
            seen = "count(DISTINCT r) - 1"
        case (True, True):
            seen = f"count(DISTINCT xxhash64({names}, r)) - count(DISTINCT xxhash64({names}))"
    return (f"SELECT pattern, count(*) AS rows, count(*) - count(r) AS missing, {seen} AS seen,"
            f" bit_xor(xxhash64(r)) IS NULL AS hash FROM (SELECT concat_ws(' ', {pattern}) AS pattern,"
            f" {shown}{expression} AS r FROM {tables}{where}) AS t GROUP BY pattern ORDER BY pattern")


def cases():
    for line in lines():
        for form in forms(line):
            if form[0] == "cast":
                _, source, target = form
                yield f"{line} | cast({source} as {target})", query(f"CAST(t0.v AS {target})", [source], [""])
                continue
            _, name, words, marks, types = form
            kinds = ["few" if t == "string" and sum(w not in ("literal", "nonzero") for w in words) > 2 else t for t in types]
            fixed = [LITERALS[name] if w in ("literal", "nonzero") else [None] for w in words]
            for given in itertools.product(*fixed):
                args = [g if g is not None else f"t{i}.v" for i, g in enumerate(given)]
                # Operands that are written out need no table: the others keep their numbers.
                free = [i for i, g in enumerate(given) if g is None]
                args = [a if given[i] is not None else f"t{free.index(i)}.v" for i, a in enumerate(args)]
                label = f"{line} | {call(name, [g or types[i] for i, g in enumerate(given)])}"
                yield label, query(call(name, args), [kinds[i] for i in free], [marks[i] for i in free])
    for label, template, kinds in NOTICED:
        args = [f"t{i}.v" for i in range(len(kinds))]
        yield f"noticed | {label}", query(template.format(*args), kinds, [""] * len(kinds))


print(json.dumps({"setup": list(setup())}, ensure_ascii=False))
for label, sql in cases():
    print(json.dumps({"label": label, "sql": sql}, ensure_ascii=False))
