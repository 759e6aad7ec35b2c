"""Random SQL expressions by type, over columns of which some are personal.

Letters stand for types: `s` text, `i` integer, `d` double, `b` boolean, `t` date. Nothing here knows what is allowed:
whatever `gen check` accepts must tell nothing of a personal value.
"""

import random

Columns = dict[str, list[str]]

CONSTANTS = {
    "s": ["'Ada'", "'a'", "'x'", "''", "'ada@example.com'", "'%a%'", "cast(null as string)"],
    "i": ["0", "1", "2", "3", "-1", "2147483647", "cast(null as int)"],
    "d": ["0.5e0", "2e0", "80e0", "-1e0", "cast(null as double)"],
    "b": ["true", "false", "cast(null as boolean)"],
    "t": ["date'2000-01-01'", "cast(null as date)"],
}

# `{s}` is an expression of type `s`, `{*}` one of any type, `{=}` one of the type of the result.
FORMS_OF_ALL = [
    "coalesce({=}, {=})", "nullif({=}, {=})", "if({b}, {=}, {=})", "case when {b} then {=} end", "nvl2({*}, {=}, {=})",
    "case when {b} then {=} else {=} end", "case {i} when {i} then {=} else {=} end", "struct({*} as a, {=} as b).b",
    "named_struct('a', {=}, 'b', {*}).a",
]
FORMS = {
    "s": [
        "lower({s})", "trim({s})", "trim(both {s} from {s})", "substr({s}, {i})", "substr({s}, {i}, {i})",
        "left({s}, {i})",
        "concat({s}, {s})", "({s} || {s})", "concat_ws({s}, {s}, {s})", "replace({s}, {s}, {s})", "cast({*} as string)",
        "split_part({s}, '@', 2)", "hex({s})",
        "element_at(split({s}, 'a'), 2)", "translate({s}, {s}, 'xyz')", "sha2({s}, 256)",
        "greatest({s}, {s})",
    ],
    "i": [
        "length({s})", "({i} + {i})", "({i} - {i})", "year({t})", "datediff({t}, {t})", "instr({s}, {s})", "abs({i})",
        "try_cast({s} as int)", "cast({s} as int)", "cast({d} as int)", "({i} % {i})", "locate({s}, {s}, {i})",
        "levenshtein({s}, {s})", "least({i}, {i})",
    ],
    "d": [
        "({d} * {d})", "({d} + {i})", "({d} / {d})", "({i} / {i})", "sqrt({d})", "ln({d})", "cast({i} as double)",
        "pow({d}, {d})", "nanvl({d}, {d})", "(- {d})",
    ],
    "b": [
        "({s} = {s})", "({i} > {i})", "({b} and {b})", "({b} or {b})", "(not {b})", "({s} like 'A%')",
        "({s} in ({s}, {s}))",
        "({i} between {i} and {i})", "({*} is null)", "({*} is not null)", "({s} <=> {s})", "startswith({s}, {s})",
        "isnotnull({*})", "isnull({*})", "({b} is true)", "({s} is distinct from {s})", "({t} < {t})", "({d} >= {i})",
        "nvl({b}, {b})", "({*} is null and {*} is null)",
    ],
    "t": ["date_add({t}, 3)", "add_months({t}, {i})", "try_cast({s} as date)", "last_day({t})", "trunc({t}, 'MM')"],
}
MEASURES = [
    "count({*})", "count({*})", "count(distinct {*})", "sum(nvl2({*}, 1, 0))", "count_if({*} is null)", "count_if({b})",
    "count(*) filter (where {b})", "count({*}) filter (where {*} is null)", "size(collect_set({s}))", "sum({i})",
    "max({i})", "min({t})", "bool_or({b})",
    "count(case when {*} is null then {*} end)", "max(case when {*} is null then 1 else 0 end)", "count({*}, {*})",
    "count(if(isnull({*}), {s}, {s}))", "approx_count_distinct({*})", "count(distinct {*}, {*})",
]


def expression(chance: random.Random, kind: str, columns: Columns, depth: int) -> str:
    """An expression of a type, at most `depth` calls deep."""
    if depth <= 0 or chance.random() < 0.2:
        is_column = columns.get(kind) and chance.random() < 0.65
        return chance.choice(columns[kind] if is_column else CONSTANTS[kind])
    forms = FORMS_OF_ALL if chance.random() < 0.3 else FORMS[kind]
    return filled(chance, chance.choice(forms), columns, depth - 1, kind)


def measure(chance: random.Random, columns: Columns) -> str:
    """An aggregate over such expressions."""
    return filled(chance, chance.choice(MEASURES), columns, chance.choice([0, 1, 1, 2]))


def filled(chance: random.Random, form: str, columns: Columns, depth: int, kind: str = "s") -> str:
    for hole in ("{=}", "{*}", "{s}", "{i}", "{d}", "{b}", "{t}"):
        while hole in form:
            wanted = {"{=}": kind, "{*}": chance.choice("ssidbt")}.get(hole, hole[1])
            form = form.replace(hole, expression(chance, wanted, columns, depth), 1)
    return form
