"""Writes the landing files of `tests/cases/seedbank`: `python3 tests/parquet/seedbank.py tests/cases/seedbank/landing`.

Needs pyarrow. Other versions of it may write other bytes of the same rows.
"""

import sys
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

LOT = "Lot No."
UTC = pa.timestamp("us", tz="UTC")
LOCAL = pa.timestamp("us")


def write(path, schema, rows):
    """Writes rows, tuples in the order of `schema`, a list of names and types."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = [pa.array([row[i] for row in rows], type=kind) for i, (_, kind) in enumerate(schema)]
    pq.write_table(pa.Table.from_arrays(columns, names=[name for name, _ in schema]), path)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def lots(landing):
    declared = [
        (LOT, pa.int64()), ("version", pa.int32()), ("species", pa.string()), ("collector", pa.string()),
        ("mail", pa.string()), ("collected_on", pa.date32()), ("weight", pa.decimal128(8, 3)), ("frozen", pa.bool_()),
        ("state", pa.string()),
    ]
    day = lambda number: date(2024, 3, number)
    write(landing / "lots_1.parquet", declared, [
        (1, 1, "Poa annua", "Ida Holm", "IDA@seeds.example", day(1), Decimal("12.500"), True, "stored"),
        (2, 1, "Vicia cracca", "Ole Berg", "none", day(2), None, False, "stored"),
        (3, 1, None, "Ida Holm", None, day(2), Decimal("3.250"), None, "stored"),
        (3_000_000_000, 1, "Poa annua", None, None, None, Decimal("1.000"), True, "stored"),
        (4, 1, "Carex nigra", None, None, day(3), Decimal("1.125"), True, "lost"),
        (5, 1, "Carex nigra", None, None, day(3), Decimal("2.000"), True, "stored"),
    ])
    others = [
        ("drawer", pa.string()), (LOT, pa.int16()), ("version", pa.int64()), ("species", pa.string()),
        ("weight", pa.decimal128(10, 4)), ("collected_on", pa.string()), ("state", pa.string()),
    ]
    write(landing / "lots_2.parquet", others, [
        ("A1", 5, 2, "Carex nigra", Decimal("1.7500"), "2024-03-03", "stored"),
        ("A2", 5, 3, "Carex nigra", Decimal("1.5000"), None, "lent"),
        ("A3", 1, 2, "Poa annua", Decimal("10.1255"), None, "stored"),
        (None, 2, 2, "Vicia cracca", Decimal("0.0000"), None, "discarded"),
        ("B1", 6, 1, "Poa annua", Decimal("4.2500"), None, "stored"),
        ("B1", 6, 40_000, "Poa annua", Decimal("4.0000"), None, "stored"),
    ])
    case = [("lot no.", pa.int64()), ("version", pa.int16()), ("species", pa.string()), ("state", pa.string())]
    write(landing / "lots_3.parquet", case, [(7, 1, "Poa annua", "stored")])
    write(landing / "lots_4.parquet", declared, [])
    (landing / "lots_5.parquet").write_bytes(b"")


def trials(landing):
    columns = ["trial", "lot", "started_at", "read_at", "sown", "sprouted", "warmth"]
    types = [pa.int32(), pa.int32(), UTC, LOCAL, pa.int32(), pa.int8(), pa.float64()]
    first = moment("2024-04-01T08:00:00")
    write(landing / "trials/season_spring.parquet", list(zip(columns, types)), [
        (1, 1, first, datetime(2024, 4, 8, 9, 30), 50, 45, 21.5),
        (2, 5, first, None, 20, 21, 19.0),
        (3, 9, first, None, 40, 10, 20.25),
        (4, 2, first, None, 30, 15, None),
        (5, 6, None, None, None, 5, float("nan")),
    ])
    types = [pa.int64(), pa.uint16(), LOCAL, UTC, pa.uint32(), pa.int64(), pa.float32()]
    write(landing / "trials/season_summer.parquet", list(zip(columns, types)), [
        (6, 6, datetime(2024, 5, 1, 10, 0), None, 500, 100, 0.5),
        (7, 6, None, None, 500, 200, 0.5),
        (8, 6, None, None, 500, 100, 0.5),
        (9, 6, None, moment("2024-05-09T07:00:00"), 500, 100, 0.5),
        (10, 6, None, None, 3_000_000_000, 100, 0.5),
    ])
    write(landing / "trials/season_draft.parquet", [("trial", pa.string())], [("not yet",)])


if __name__ == "__main__":
    lots(Path(sys.argv[1]))
    trials(Path(sys.argv[1]))
