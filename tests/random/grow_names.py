"""Names: plain ones, and those that need back-quotes, that are words of SQL, or that differ from headers."""

from chance import Chance

ENTITIES = [
    "orders",
    "items",
    "shops",
    "people",
    "visits",
    "tolls",
    "gates",
    "parts",
    "b",
    "c",
    "region",
    "meter_2",
    "order_lines",
]
ODD_ENTITIES = ["group", "select", "values", "left", "table", "user", "date", "end"]
COLUMNS = ["amount", "qty", "price", "note", "city", "status", "day", "seen_at", "flag", "weight", "code", "rate",
           "label", "level",
           "total", "kind", "name", "first_day", "fee", "axles"]  # fmt: skip
ODD_COLUMNS = ["net-tax", "$HOME", "größe", "x/y", "order", "Group", "select", "1st", "a'b", "Ärger", "from", "50%",
               "CamelCase",
               "date", "is", "a+b", "end", "#no", "null", "x\"y", "timestamp", "value"]  # fmt: skip
HEADERS = [
    "Customer No.",
    "Net (EUR)",
    "a;b",
    "größe in m²",
    "x.y",
    " led by a space",
    "=1",
    "Total, gross",
    'A"B',
    "sel ect",
]
METRICS = ["sales", "load_by_day", "overview", "figures", "share", "totals"]
MEASURES = ["m_rows", "m_sum", "m_mean", "m_low", "m_high", "m_many", "m_share", "m_rest", "m_part"]
ODD_MEASURES = ["m-x", "größte", "count", "sum", "a/b", "order", "M Rows".replace(" ", "_"), "per"]


def pick(chance: Chance, plain: list[str], odd: list[str], taken: set[str], odd_share: float) -> str:
    """A name that nothing is called yet, in any case."""
    for names in (odd, plain) if chance.maybe(odd_share) else (plain,):
        free = [name for name in names if name.casefold() not in taken]
        if free:
            name = chance.one(free)
            taken.add(name.casefold())
            return name
    name = f"x{len(taken)}"
    taken.add(name)
    return name
