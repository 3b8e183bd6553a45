"""Runs one SQL query over a Delta table with delta-rs. In: JSON on stdin. Out: the rows as JSON on stdout."""

import base64
import datetime
import decimal
import json
import math
import sys

from deltalake import DeltaTable, QueryBuilder

SAFE_INTEGER = 2**53 - 1


def plain(value):
    """The value in JSON's terms; see read-with-deltalake's docstring for the choices."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    if isinstance(value, int):
        return value if -SAFE_INTEGER <= value <= SAFE_INTEGER else str(value)
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return value.isoformat(timespec="microseconds")
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    raise TypeError(f"no JSON for {type(value)}")


def main():
    request = json.load(sys.stdin)
    table = DeltaTable(
        request["path"], version=request.get("version"), storage_options=request.get("storageOptions")
    )
    result = QueryBuilder().register("t", table).execute(request["sql"]).read_all()
    columns = {name: result.column(name).to_pylist() for name in result.column_names}
    rows = [
        {name: plain(values[number]) for name, values in columns.items()} for number in range(result.num_rows)
    ]
    json.dump(rows, sys.stdout)


main()
