"""How files are written: quotes, comments, encodings, and the forms of dates, times and numbers.

`plain` is the oracle's reading of a form, `written` is what the generator puts into files and specs.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

import convert
from kinds import Kind

# For each example of 1234.56: what stands between thousands, and before the fraction.
NUMBERS = {"1234,56": ("", ","), "1,234.56": (",", "."), "1.234,56": (".", ","), "1 234,56": (" ", ","), "1'234.56": ("'", ".")}
# Patterns, as an expression with groups for year, month and day, and as the format of a date.
DATES = {
    "dd.MM.yyyy": (r"(?P<d>[0-9]{2})[.](?P<m>[0-9]{2})[.](?P<y>[0-9]{4})", "{2:02}.{1:02}.{0:04}"),
    "M/d/yyyy": (r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})", "{1}/{2}/{0:04}"),
    "yyyyMMdd": (r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})", "{0:04}{1:02}{2:02}"),
}
TIMES = {
    " HH:mm:ss.SSSSSS": (r" (?P<H>[0-9]{2}):(?P<M>[0-9]{2}):(?P<S>[0-9]{2})[.](?P<f>[0-9]{6})", "{3:02}:{4:02}:{5:02}.{6:06}"),
    " H.m.s.SSSSSS": (r" (?P<H>[0-9]{1,2})[.](?P<M>[0-9]{1,2})[.](?P<S>[0-9]{1,2})[.](?P<f>[0-9]{6})", "{3}.{4}.{5}.{6:06}"),
}


@dataclass
class Dialect:
    quote: str = '"'
    header: bool = True
    skip: int = 0
    comment: str | None = None
    encoding: str = "utf-8"
    nulls: list[str] = field(default_factory=list)
    dates: str | None = None
    timestamps: tuple[str, str] | None = None
    numbers: str | None = None
    # JSON: a record a `line`, or the `whole` file as an array.
    records: str | None = None
    # The object of a record in which a column lies, by its name.
    inside: dict[str, str] = field(default_factory=dict)

    def spec(self) -> dict:
        """The keys of `source` that are not the usual ones."""
        if self.records:
            more = {"format": "json"} | ({"multi_line": True} if self.records == "whole" else {})
            return more | replace(self, records=None, inside={}).spec()
        usual = Dialect()
        keys = {"skip": "skip_lines"}
        names = ("quote", "header", "skip", "comment", "encoding", "nulls", "dates", "numbers")
        spec = {keys.get(n, n): getattr(self, n) for n in names if getattr(self, n) != getattr(usual, n)}
        return spec | ({"timestamps": "".join(self.timestamps)} if self.timestamps else {})


def plain(text: str, kind: Kind, dialect: Dialect) -> str | None:
    """A text of a file in the plain form; None where it does not have the form that it should have."""
    if kind.name in ("int", "bigint", "decimal", "double") and dialect.numbers:
        grouping, point = NUMBERS[dialect.numbers]
        mark = {" ": " \u00a0\u202f", "'": "'\u2019", "": ""}.get(grouping, grouping)
        whole = f"(?:[0-9]{{1,3}}(?:[{mark}][0-9]{{3}})+|[0-9]+)" if mark else "[0-9]+"
        fraction = "" if kind.name in ("int", "bigint") else f"(?:[{point}][0-9]+)?"
        if not re.fullmatch(f"-?{whole}{fraction}", text):
            return None
        return "".join("." if c == point else c for c in text if c not in mark)
    if kind.name == "date" and dialect.dates:
        found = re.fullmatch(DATES[dialect.dates][0], text)
        return found and f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}"
    if kind.name == "timestamp" and dialect.timestamps:
        day, time = dialect.timestamps
        found = re.fullmatch(DATES[day][0] + TIMES[time][0], text)
        if not found:
            return None
        date = f"{found['y']}-{int(found['m']):02}-{int(found['d']):02}"
        return f"{date} {int(found['H']):02}:{int(found['M']):02}:{int(found['S']):02}.{found['f']}"
    return text


def written(text: str, kind: Kind, dialect: Dialect) -> str:
    """A plain text in the form of the files; what is no value of its type stays as it is, and so does what surrounds it."""
    bare = text.strip(" ")
    value = convert.read(bare, kind) if bare else None
    if value is None:
        return text
    if kind.name in ("int", "bigint", "decimal", "double") and dialect.numbers:
        grouping, point = NUMBERS[dialect.numbers]
        sign, digits = ("-", bare[1:]) if bare.startswith("-") else ("", bare)
        whole, _, fraction = digits.partition(".")
        groups = [whole[max(0, end - 3) : end] for end in range(len(whole), 0, -3)]
        return text.replace(bare, sign + grouping.join(reversed(groups)) + (point + fraction if fraction else ""))
    if kind.name == "date" and dialect.dates:
        return text.replace(bare, DATES[dialect.dates][1].format(value.year, value.month, value.day))
    if kind.name == "timestamp" and dialect.timestamps:
        return text.replace(bare, moment(value, dialect.timestamps))
    return text


def moment(value: datetime, pattern: tuple[str, str]) -> str:
    parts = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    return DATES[pattern[0]][1].format(*parts) + " " + TIMES[pattern[1]][1].format(*parts)
