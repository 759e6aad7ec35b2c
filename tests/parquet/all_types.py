"""Writes a Parquet file with a column of each type: `python3 tests/parquet/all_types.py tests/parquet/types.parquet`. Needs pyarrow."""

import sys
from datetime import date, datetime, timezone
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

DAYS = [datetime(2024, 2, 29, 12, 30, 15, 250000), datetime(1500, 3, 1), None]
MOMENTS = [day and day.replace(tzinfo=timezone.utc) for day in DAYS]
COLUMNS = {
    "int8": pa.array([5, -128, None], pa.int8()),
    "int16": pa.array([5, -32768, None], pa.int16()),
    "int32": pa.array([5, -2147483648, None], pa.int32()),
    "int64": pa.array([5, 9223372036854775807, None], pa.int64()),
    "uint8": pa.array([5, 255, None], pa.uint8()),
    "uint16": pa.array([5, 65535, None], pa.uint16()),
    "uint32": pa.array([5, 4294967295, None], pa.uint32()),
    "uint64": pa.array([5, 18446744073709551615, None], pa.uint64()),
    "float": pa.array([0.1, 1.5, None], pa.float32()),
    "double": pa.array([0.1, float("nan"), None], pa.float64()),
    "decimal_5_2": pa.array([Decimal("1.25"), Decimal("-999.99"), None], pa.decimal128(5, 2)),
    "decimal_12_2": pa.array([Decimal("1.25"), Decimal("9999999999.99"), None], pa.decimal128(12, 2)),
    "decimal_12_4": pa.array([Decimal("1.2500"), Decimal("1.2505"), None], pa.decimal128(12, 4)),
    "decimal_38_10": pa.array([Decimal("1.25"), Decimal("-1"), None], pa.decimal128(38, 10)),
    "boolean": pa.array([True, False, None], pa.bool_()),
    "string": pa.array(["5", " two ", None], pa.string()),
    "binary": pa.array([b"5", b"\xff\x00", None], pa.binary()),
    "date": pa.array([date(2024, 2, 29), date(1500, 3, 1), None], pa.date32()),
    "utc_millis": pa.array(MOMENTS, pa.timestamp("ms", tz="UTC")),
    "utc_micros": pa.array(MOMENTS, pa.timestamp("us", tz="UTC")),
    "local_millis": pa.array(DAYS, pa.timestamp("ms")),
    "local_micros": pa.array(DAYS, pa.timestamp("us")),
    "list": pa.array([[1, None], [], None], pa.list_(pa.int32())),
    "struct": pa.array([{"x": 1}, {"x": None}, None], pa.struct([("x", pa.int32())])),
}

if __name__ == "__main__":
    pq.write_table(pa.table(COLUMNS), sys.argv[1])
