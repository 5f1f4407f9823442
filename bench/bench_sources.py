"""How many rows a second does the file source give, on one core, from files of 90-character posts?

Prints one line a format: rows, seconds, rows a second, microseconds a row, and the process's peak memory.
"""

import gzip
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from backports import zstd

from earnest.sources.registry import open_source

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000


def rows(count: int) -> list[dict[str, str]]:
    """Synthetic posts of about 90 characters, one in twelve with a letter beyond ASCII."""
    chance = random.Random(7)
    words = [
        "the",
        "app",
        "order",
        "block",
        "tips",
        "pay",
        "route",
        "late",
        "waited",
        "again",
        "café",
        "no",
        "answer",
    ]
    return [
        {
            "id": f"p{n}",
            "text": " ".join(chance.choices(words, k=17))[:90],
            "created": f"2026-10-{n % 28 + 1:02d}T10:{n % 60:02d}:00Z",
            "author": f"a{n % 5_000}",
            "region": "Lyon",
        }
        for n in range(count)
    ]


def as_csv(posts: list[dict[str, str]], *, ids: bool = True) -> bytes:
    """With every text quoted, as exports do."""
    names = [name for name in posts[0] if ids or name != "id"]
    lines = [",".join(names)]
    lines += [",".join(f'"{post[n]}"' if n == "text" else post[n] for n in names) for post in posts]
    return ("\n".join(lines) + "\n").encode()


def as_parquet(posts: list[dict[str, str]], path: Path) -> None:
    """All columns as text."""
    table = Table.from_pydict({n: Array([p[n] for p in posts], DataType.string()) for n in posts[0]})
    write_parquet(table, path)


def main() -> None:
    posts = rows(ROWS)
    jsonl = "".join(json.dumps(post) + "\n" for post in posts).encode()
    csv = as_csv(posts)
    made: dict[str, Callable[[Path], object]] = {
        "csv": lambda p: p.write_bytes(csv),
        "csv without ids": lambda p: p.write_bytes(as_csv(posts, ids=False)),
        "csv.gz": lambda p: p.write_bytes(gzip.compress(csv, 6)),
        "csv.zst": lambda p: p.write_bytes(zstd.compress(csv)),
        "jsonl": lambda p: p.write_bytes(jsonl),
        "jsonl.zst": lambda p: p.write_bytes(zstd.compress(jsonl)),
        "json list": lambda p: p.write_text(json.dumps(posts)),
        "parquet": lambda p: as_parquet(posts, p),
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, make in made.items():
            path = Path(folder) / "posts"
            make(path)
            source = open_source("file", {"path": str(path)})
            start = time.perf_counter()
            read = sum(len(page.posts) for page in source.read(None))
            took = time.perf_counter() - start
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(
                f"{name:16} {read:>8,} rows {took:6.2f} s {read / took:>9,.0f} rows/s"
                f" {took / read * 1e6:5.2f} µs a row, process peak {memory} MB"
            )


if __name__ == "__main__":
    main()
