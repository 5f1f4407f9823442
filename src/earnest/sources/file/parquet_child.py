"""The process that reads one Parquet file for `parquet.py`.

Speaks over its pipes: first the names and types of the columns, then, once told which columns are wanted, a
message a batch (the columns' values), then an empty message. Ending without that one means damage.
"""

import io
import resource
import sys
from pathlib import Path
from typing import Any, cast

import msgspec
from arro3.core import DataType, RecordBatch
from arro3.io import read_parquet

from earnest.sources.file.stream import Stream

MEMORY = 4 * 1024**3
"""Bytes of address space. A file that needs more for one batch is called damaged."""

UNPACKED = 256 * 1024**2
"""Bytes of a Parquet file that is itself in gzip or zstd: it has to be held whole."""

BATCH = 1_000


def main(path: str, compression: str) -> None:
    """Read `path` and write messages."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    source: Any = path
    if compression != "plain":
        held = bytearray()
        stream = Stream(Path(path), compression, "utf-8", 0)
        while chunk := stream.read():
            held += chunk
            if len(held) > UNPACKED:
                return _say(f"is compressed and holds more than {UNPACKED // 1024**2} MB")
        source = io.BytesIO(bytes(held))
    reader = read_parquet(source, batch_size=BATCH)
    _say(
        [[field.name, str(field.type)] for field in map(reader.schema.field, range(len(reader.schema.names)))]
    )
    wanted = msgspec.json.decode(sys.stdin.buffer.readline())
    skip = int(wanted["skip"])
    for batch in reader:
        batch = RecordBatch.from_arrow(batch)
        if skip >= batch.num_rows:
            skip -= batch.num_rows
            continue
        if skip:
            batch, skip = batch.slice(skip), 0
        _say([_values(batch, name) for name in wanted["columns"]])
    return _say([])


def _values(batch: RecordBatch, name: str) -> list[Any]:
    column = batch.column(name)
    kind = str(column.type).lower()
    if kind.startswith("timestamp(n"):
        column = column.cast(DataType.timestamp("us", tz="UTC"))
    elif kind.startswith("dictionary") or "utf8view" in kind:
        column = column.cast(DataType.string())
    return cast(list[Any], column.to_pylist())


def _say(message: object) -> None:
    body = msgspec.msgpack.encode(message, enc_hook=str) if message != [] else b"\x90"
    sys.stdout.buffer.write(len(body).to_bytes(8, "big") + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
