"""Texts of fields: clean ones by type, those at the limits of types, and those that are at fault."""

from chance import Chance
from kinds import Kind

WORDS = ["red", "Blue", "GREEN", "a b", "O'Neil", "ä", "Straße", "x,y", 'x"y', "it's 5%", "under_score", "NULL",
         "true", "0", "007",
         "12", "1.5", "two  spaces", "\tx", "back\\slash", "semi;colon", "-3", "2024-02-29", "é", "line\nbreak",
         "$HOME", "#"]  # fmt: skip
CODES = ["A", "B1", "C22", "b1", "D", "open", "Open", "closed"]

CLEAN = {
    "int": ["0", "1", "2", "3", "5", "7", "10", "12", "40", "-1", "-4", "100", "007", "-0"],
    "double": ["0.5", "1", "2.25", "-1.5", "100", "3.75"],
    "boolean": ["true", "false", "TRUE", "False", "t", "f", "yes", "no", "Y", "n", "1", "0"],
    "date": ["2023-12-30", "2023-12-31", "2024-01-01", "2024-01-07", "2024-01-08", "2024-02-29", "2024-03-31",
             "2024-04-01",
             "2024-06-30", "2024-12-29", "2024-12-30", "2024-12-31", "2025-01-01"],
    "timestamp": ["2023-12-31 23:59:59", "2024-01-01 00:00:00", "2024-01-01T00:00:00Z", "2024-02-29 12:30:00.5",
                  "2024-02-29 12:30:00.123456",
                  "2024-03-31 23:30:00-01:00", "2024-04-01 00:30:00+02:00", "2024-12-30 00:00:00",
                  "2024-06-30T23:59:59.999999"],
}  # fmt: skip
LIMITS = {
    "int": ["2147483647", "-2147483648", "2147483648", "-2147483649", "999999999", "1000000000", "9999999999"],
    "bigint": ["3000000000", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
               "-9223372036854775809",
               "999999999999999999", "1000000000000000000", "2147483648", "99999999999999999999999"],
    "double": ["1000000000000", "0.1"],
    "date": ["0001-01-01", "9999-12-31", "1582-10-15", "1900-02-28"],
    "timestamp": ["1970-01-01 00:00:00", "1969-12-31 23:59:59.999999", "2199-12-31 23:59:59"],
}  # fmt: skip
FAULTY = {
    "int": ["1.0", "+5", "1e2", "0x1F", "1 000", "abc", "--1", "-", "1,5", "٣"],
    "decimal": ["1,5", "+1.5", ".5", "5.", "1e2", "abc", "-", "1.2.3", "$5", "NaN", "1_000"],
    "double": ["abc", "1,5", "+1", ".5", "-"],
    "boolean": ["2", "maybe", "on", "off", "ja", "tru"],
    "date": ["2024-02-30", "2023-02-29", "2024-2-3", "20240101", "2024-13-01", "01.02.2024", "2024-00-10",
             "2024-01-01 ", "today",
             "2024-01-01T00:00:00", "24-01-01"],
    "timestamp": ["2024-02-30 00:00:00", "2024-01-01 24:00:00", "2024-01-01 23:60:00", "noon", "2024-01-01 10.00.00",
                  "2024-1-1 10:00:00", "2024-01-01 10:00:60"],
}  # fmt: skip
FAULTY["bigint"] = FAULTY["int"]
CLEAN["bigint"] = CLEAN["int"]


def pool(chance: Chance, kind: Kind, tame: bool) -> list[str]:
    """Clean texts for the fields of a column; those that are not tame reach to the limits of the type and beyond."""
    if kind.name == "string":
        return chance.some(WORDS, 2, 8)
    if kind.name == "decimal":
        return decimals(chance, kind, tame)
    texts = chance.some(CLEAN[kind.name], 3, 9)
    return texts if tame or kind.name not in LIMITS else texts + chance.some(LIMITS[kind.name], 1, 4)


def decimals(chance: Chance, kind: Kind, tame: bool) -> list[str]:
    """Numbers with as many decimals as fit, and more: those are rounded half up."""
    whole = kind.precision - kind.scale
    texts = ["0", "1", "-1", "2", "0.5", "00.10"][: 6 if whole else 0]
    for _ in range(chance.number(3, 7)):
        units = chance.number(-50, 500) if whole > 2 else chance.number(-9, 9) if whole else 0
        places = chance.one([0, kind.scale, kind.scale + 1, kind.scale + 2, 1])
        digits = "".join(chance.one("0123456789") for _ in range(places))
        last = chance.one(["", "5", "49", "5"])
        texts.append(f"{units}.{digits}{last}" if digits + last else str(units))
    if not tame:
        nines, rest = "9" * whole or "0", "9" * kind.scale
        texts += [f"{nines}.{rest}0", f"-{nines}.{rest}4", f"{nines}.{rest}5", f"1{'0' * whole}", f"{'9' * 40}"]
    return chance.shuffled(texts)


def faulty(chance: Chance, kind: Kind) -> str:
    return chance.one(FAULTY[kind.name]) if kind.name in FAULTY else chance.one(WORDS)


def any_kind(chance: Chance) -> Kind:
    """The type of a column."""
    name = chance.weighted(
        {"string": 6, "int": 4, "bigint": 2, "decimal": 5, "double": 1, "boolean": 2, "date": 3, "timestamp": 2}
    )
    if name != "decimal":
        return Kind(name)
    precision, scale = chance.one([(10, 2), (12, 4), (5, 2), (9, 0), (18, 6), (3, 3), (38, 10), (2, 1), (15, 2)])
    return Kind("decimal", precision, scale)
