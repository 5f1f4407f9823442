"""The search for canaries finds them: whatever it may miss would make every other test here worthless."""

import base64
import gzip
import io
import sqlite3
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from tests.privacy import planted, search

SAID = b"before it vxcanaryspeech17x after it"


def _zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("report.csv", content)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(SAID, id="as it is"),
        pytest.param(SAID.upper(), id="in capitals"),
        pytest.param(SAID.decode().encode("utf-16"), id="in UTF-16"),
        pytest.param(SAID.decode().encode("utf-16-be"), id="in UTF-16, the other way round"),
        pytest.param(SAID.hex().encode(), id="as hexadecimal digits"),
        pytest.param(base64.b64encode(SAID), id="in base64"),
        pytest.param(base64.b64encode(b"1" + SAID), id="in base64, one byte on"),
        pytest.param(base64.b64encode(b"12" + SAID), id="in base64, two bytes on"),
        pytest.param(gzip.compress(SAID), id="in gzip"),
        pytest.param(_zipped(SAID), id="in a zip archive"),
        pytest.param(b"ask +44 7700 900017 there", id="a telephone number"),
        pytest.param(b"tel:447700900017", id="a telephone number without spaces"),
    ],
)
def test_a_canary_is_found(content: bytes) -> None:
    assert search.held(content)


@pytest.mark.parametrize(
    "content", [b"", b"the app is slow", b"1770090000123", gzip.compress(b"nothing", mtime=0)]
)
def test_nothing_is_found_where_nothing_is(content: bytes) -> None:
    assert not search.held(content)


def test_a_canary_is_found_in_the_packed_streams_of_a_pdf() -> None:
    body = zlib.compress(b"BT (vxcanaryspeech17x) Tj ET")
    layers = search.inflated_streams(b"%PDF-1.7\n1 0 obj <<>>\nstream\n" + body + b"\nendstream\n")
    assert any(b"vxcanary" in one for one in layers)


def test_a_canary_is_found_in_a_database_and_in_its_search_index(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none)")
        assert search.files(tmp_path) == []
        db.execute("INSERT INTO words (rowid, text) VALUES (1, 'canaries the vulture vxcanaryspeech17x')")
        db.commit()
        assert search.files(tmp_path) != []


def test_a_name_of_a_file_counts(tmp_path: Path) -> None:
    (tmp_path / "vxcanaryauthor17.txt").write_text("nothing")
    assert len(search.files(tmp_path)) == 1


def test_every_post_that_is_planted_holds_one(tmp_path: Path) -> None:
    rows = planted.rows(200, 50)
    assert len(rows) == 200
    assert all(search.held(str(row["author"]).encode()) for row in rows)
    assert sum(search.held(str(row["text"]).encode()) for row in rows) == 150
