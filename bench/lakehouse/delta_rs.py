"""One side of the comparison: does with delta-rs what the driver asks for, a line of JSON each (see engine.ts)."""

import json
import sys
import time
from datetime import datetime, timezone
from decimal import Decimal
from resource import RUSAGE_CHILDREN, getrusage

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder, WriterProperties, write_deltalake

ARROW_TYPES = {
    "string": pa.string(),
    "boolean": pa.bool_(),
    "long": pa.int64(),
    "double": pa.float64(),
    "timestamp": pa.timestamp("us", tz="UTC"),
}
PROPERTIES = WriterProperties(compression="ZSTD", compression_level=1)

table = None
schema = None
rows = []
arrow = None


def cpu_seconds():
    children = getrusage(RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def arrow_schema(columns):
    return pa.schema(
        pa.field(
            column["name"],
            pa.decimal128(column["precision"], column["scale"])
            if column["type"] == "decimal"
            else ARROW_TYPES[column["type"]],
            nullable=column["nullable"],
        )
        for column in columns
    )


def converter(field):
    """From the plain JSON of the batch files (cents, epoch milliseconds) to what Python programs hold."""
    if pa.types.is_decimal(field.type):
        return lambda cents: None if cents is None else Decimal(cents).scaleb(-field.type.scale)
    if pa.types.is_timestamp(field.type):
        return lambda ms: (
            None
            if ms is None
            else datetime.fromtimestamp(ms // 1000, timezone.utc).replace(microsecond=ms % 1000 * 1000)
        )
    return None


def open_table(command):
    global table
    table = DeltaTable(command["path"])
    return {"files": len(table.file_uris())}


def create_table(command):
    global table, schema
    schema = arrow_schema(command["columns"])
    if command.get("path") is not None:
        table = DeltaTable.create(command["path"], schema)


def load_rows(command):
    """Reads a batch file; not measured."""
    global rows, arrow
    converters = [(field.name, converter(field)) for field in schema if converter(field) is not None]
    with open(command["file"], encoding="utf8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        for name, convert in converters:
            row[name] = convert(row[name])
    arrow = pa.Table.from_pylist(rows, schema=schema) if command.get("arrow") else None


def append(_):
    source = arrow if arrow is not None else pa.Table.from_pylist(rows, schema=schema)
    write_deltalake(table, source, mode="append", writer_properties=PROPERTIES)


def merge(command):
    key = command["key"]
    (
        table.merge(
            source=pa.Table.from_pylist(rows, schema=schema),
            predicate=f"t.{key} = s.{key}",
            source_alias="s",
            target_alias="t",
            writer_properties=PROPERTIES,
        )
        .when_matched_update_all()
        .when_not_matched_insert_all()
        .execute()
    )


def compact(_):
    metrics = table.optimize.compact(writer_properties=PROPERTIES)
    return {"removed": metrics["numFilesRemoved"]}


def query(command):
    """Rows as Python objects, batch by batch; only their number when the command says so."""
    count, rows = 0, []
    for batch in QueryBuilder().register("t", table).execute(command["sql"]):
        found = pa.record_batch(batch).to_pylist()
        count += len(found)
        if not command.get("count"):
            rows += [[None if value is None else str(value) for value in row.values()] for row in found]
    return count if command.get("count") else rows


COMMANDS = {
    "create": create_table,
    "open": open_table,
    "load": load_rows,
    "append": append,
    "merge": merge,
    "compact": compact,
    "query": query,
}

for line in sys.stdin:
    command = json.loads(line)
    cpu, began = cpu_seconds(), time.perf_counter()
    value = COMMANDS[command["do"]](command)
    answer = {
        "wallMs": (time.perf_counter() - began) * 1000,
        "cpuMs": (cpu_seconds() - cpu) * 1000,
        "value": value,
    }
    print(json.dumps(answer), flush=True)
