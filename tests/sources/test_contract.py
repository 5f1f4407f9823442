"""Every shipped source keeps the contract, in every shape it comes in."""

import functools
import gzip
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from backports import zstd

from earnest.egress import Egress
from earnest.sources import base
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source

ROWS = [
    {
        "id": f"p{n}",
        "text": f'line one {n}\n"quoted", and a comma',
        "created": "2026-10-01T10:00:00Z",
        "lang": "en",
    }
    for n in range(2_345)
]


def as_csv(rows: list[dict[str, str]], names: tuple[str, ...] = ("id", "text", "created", "lang")) -> bytes:
    def field(value: str) -> str:
        return '"' + value.replace('"', '""') + '"'

    return "\r\n".join(
        [",".join(names), *(",".join(field(row[n]) for n in names) for row in rows), ""]
    ).encode()


def as_jsonl(rows: list[dict[str, str]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


class FileContract(SourceContract):
    name = "posts"

    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        raise NotImplementedError

    def source(self, folder: Path) -> base.Source:
        path = folder / self.name
        if not path.exists():
            self.write(path, ROWS)
        return open_source("file", {"path": str(path)})

    def empty(self, folder: Path) -> base.Source:
        path = folder / f"empty-{self.name}"
        if not path.exists():
            self.write(path, [])
        return open_source("file", {"path": str(path)})


class TestCsv(FileContract):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        path.write_bytes(as_csv(rows))

    def damaged(self, folder: Path) -> Damaged:
        path = folder / "damaged.csv"
        path.write_bytes(
            b"id,text,created\n1,fine,2026-01-01\n2,velvet,9999-01-01\n3,fine,\n4,velvet\n5,vel\x00vet,\n6,,\n7,fine,\n"
            b'8,"velvet never closed,\n9,fine,\n'
        )
        return Damaged(open_source("file", {"path": str(path)}), 5, ["1", "3", "7", "9"], ["velvet", "vel"])


class TestCsvWithoutIds(FileContract):
    """Two posts say the same: they stay two, under names that do not change."""

    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        same = [row | {"text": "ok"} if n % 3 else row for n, row in enumerate(rows)]
        path.write_bytes(as_csv(same, ("text", "created", "lang")))


class TestGzippedTsv(FileContract):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        flat = [row | {"text": row["text"].replace("\n", " ").replace('"', "")} for row in rows]
        lines = ["id\ttext\tcreated"] + [f"{row['id']}\t{row['text']}\t{row['created']}" for row in flat]
        path.write_bytes(gzip.compress("\n".join(lines).encode()))


class TestJsonLines(FileContract):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        # a blank line, because an empty file is an error and an export of nothing is not
        path.write_bytes(as_jsonl(rows) or b'{"id": "x", "text": "[removed]"}\n')

    def empty(self, folder: Path) -> base.Source:
        path = folder / "empty.csv"
        path.write_bytes(b"id,text\n")
        return open_source("file", {"path": str(path)})

    def damaged(self, folder: Path) -> Damaged:
        path = folder / "damaged.jsonl"
        deep = b'{"id":"6","text":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
        lines = [
            b'{"id":"1","text":"fine"}',
            b'{"id":"2","text":"velvet"',
            b"[1,2]",
            b'{"id":"4","text":"caf\xe9 fine"}',
            b'{"id":"5","velvet":1}',
            deep,
            b'{"id":true,"text":"velvet"}',
            b"\x00\x00velvet",
            b'{"id":"9","text":"fine"}',
        ]
        path.write_bytes(b"\n".join(lines))
        return Damaged(open_source("file", {"path": str(path)}), 6, ["1", "4", "9"], ["velvet", "[["])


class TestZstandardJsonLines(TestJsonLines):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        path.write_bytes(zstd.compress(as_jsonl(rows)))


class TestUtf16Csv(FileContract):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        path.write_bytes(as_csv(rows).decode().encode("utf-16"))


class TestJsonList(FileContract):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        path.write_text(json.dumps(rows))

    def damaged(self, folder: Path) -> Damaged:
        path = folder / "damaged.json"
        deep = "[" * 10_000 + "]" * 10_000
        path.write_text(
            '[{"id":"1","text":"fine [not] {a} bracket \\" "}, 7, "velvet", [{"text":"velvet"}],\n'
            '{"id":"5","text":"velvet\n'
            f'{{"id":"6","text":"fine"}}, {deep}, '
            '{"id":"8","more":{"a":[[[[[[1]]]]]]},"text":"fine"}, null]'
        )
        return Damaged(open_source("file", {"path": str(path)}), 6, ["1", "6", "8"], ["velvet", "[["])


@pytest.mark.slow
class TestLaidOutJsonList(FileContract):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        path.write_text(json.dumps([row | {"more": {"a": [{"b": {"c": [{}]}}]}} for row in rows], indent=2))


class TestParquet(FileContract):
    def write(self, path: Path, rows: list[dict[str, str]]) -> None:
        names = ("id", "text", "created", "lang")
        made = {name: Array([row[name] for row in rows], DataType.string()) for name in names}
        write_parquet(Table.from_pydict(made), path, max_row_group_size=700)

    @pytest.mark.slow  # a process for each time it is opened
    def test_killed_anywhere_and_resumed_nothing_is_lost_or_repeated(self, tmp_path: Path) -> None:
        super().test_killed_anywhere_and_resumed_nothing_is_lost_or_repeated(tmp_path)


FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>
<language>en-GB</language>{}</channel></rss>"""
ITEM = "<item><guid>g{0}</guid><title>Title {0}</title><description>said {0}</description>{1}</item>"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A static server of the standard library: Last-Modified and 304, no ETag."""

    def log_message(self, format: str, *args: Any) -> None:
        return None

    def guess_type(self, path: Any) -> str:
        return "application/rss+xml"


class TestFeed(SourceContract):
    @pytest.fixture(autouse=True)
    def served(self, tmp_path: Path) -> Iterator[None]:
        handler = functools.partial(Quiet, directory=str(tmp_path))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}"
            yield
            server.shutdown()
            thread.join()

    def feed(self, folder: Path, name: str, items: list[str]) -> base.Source:
        path = folder / name
        if not path.exists():
            path.write_text(FEED.format("".join(items)))
        egress = Egress("Earnest/test (+steward@example.org)", allow_private=True)
        return open_source("feed", {"url": f"{self.url}/{name}"}, egress)

    def source(self, folder: Path) -> base.Source:
        return self.feed(folder, "feed.xml", [ITEM.format(n, "") for n in range(40)])

    def empty(self, folder: Path) -> base.Source:
        return self.feed(folder, "empty.xml", [])

    def damaged(self, folder: Path) -> Damaged:
        late = "<pubDate>Fri, 01 Jan 9999 00:00:00 GMT</pubDate>"
        items = [
            ITEM.format(1, ""),
            ITEM.format("velvet", late),
            "<item><guid>velvet</guid></item>",
            ITEM.format(4, ""),
        ]
        return Damaged(self.feed(folder, "damaged.xml", items), 2, ["g1", "g4"], ["velvet"])


class TestSubmit(SourceContract):
    def source(self, folder: Path) -> base.Source:
        return open_source("submit", {})

    def empty(self, folder: Path) -> base.Source:
        return open_source("submit", {})

    def test_there_is_a_page_and_only_the_last_is_done(self, tmp_path: Path) -> None:
        """Submissions are pushed: a scheduled read never has any."""
        self.test_an_empty_source_gives_one_done_page(tmp_path)


del FileContract, SourceContract
