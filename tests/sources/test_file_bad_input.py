"""Bad files: each a clear error with its place, and everything else kept, in bounded memory and time."""

import gzip
import os
import random
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from backports import zstd
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from earnest.record.errors import BadFile, BadSetting, InputError
from earnest.record.raw import Page, Refusal
from earnest.sources.registry import open_source

PLENTY = b"id,text\n" + b"".join(b"%d,said number %d\n" % (n, n) for n in range(20_000))


def read(path: Path, **settings: Any) -> tuple[list[str], list[Refusal]]:
    """The ids and refusals of a whole file."""
    pages: list[Page] = list(open_source("file", {"path": str(path), **settings}).read(None))
    return [post.id for page in pages for post in page.posts], [one for page in pages for one in page.refused]


def made(folder: Path, content: bytes, name: str = "posts") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "says", "advises"),
    [
        pytest.param(b"", "is empty", "at least one post", id="an empty file"),
        pytest.param(gzip.compress(b""), "is empty", "at least one post", id="an empty file in gzip"),
        pytest.param(b"\x7fELF\x02\x01\x01\x00\x00", "is a program", "file of posts", id="a program"),
        pytest.param(b"MZ\x90\x00\x03\x00", "is a program", "file of posts", id="a Windows program"),
        pytest.param(b"PK\x03\x04\x14\x00\x08", "a spreadsheet", "save the sheet as CSV", id="a spreadsheet"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\x00", "is a PDF", "Export", id="a PDF"),
        pytest.param(random.Random(1).randbytes(5_000), "is not text", "Earnest reads CSV", id="noise"),
        pytest.param(b"\0" * 5_000, "is not text", "Earnest reads CSV", id="nothing but NULs"),
        pytest.param(
            b"id,name,score\n1,a,2\n",
            "no column is known to hold the text",
            "It has 3 columns: id, name, score. Say which",
            id="no text column",
        ),
        pytest.param(
            b"I was told off, today, again\nx,y,z\n",
            "no column",
            "3 columns and no usual name",
            id="no column names",
        ),
        pytest.param(
            b'{"id": 1, "says": "x"}\n', "no column is known", "id, says", id="JSON lines without a text"
        ),
        pytest.param(
            b"when,How did you like the delivery of your order?,score,id\n1,a,2,3\n",
            "no column is known",
            "It has 4 columns: when, score, id and 1 more that is not named here.",
            id="a question as a column",
        ),
        pytest.param(
            b"PAR1" + b"\0" * 100 + b"PAR1",
            "Parquet data is damaged",
            "Write or fetch it again",
            id="broken Parquet",
        ),
        pytest.param(gzip.compress(PLENTY)[:12], "ends early", "again", id="gzip cut off in its first block"),
        pytest.param(b"\x28\xb5\x2f\xfdnonsense", "damaged", "again", id="zstd that is none"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(
    tmp_path: Path, content: bytes, says: str, advises: str
) -> None:
    with pytest.raises(BadFile) as caught:
        read(made(tmp_path, content))
    assert says in caught.value.problem
    assert advises in caught.value.advice
    assert caught.value.place == "posts"
    assert "told off" not in caught.value.sentence()


@pytest.mark.parametrize(
    "first",
    [
        "kestrelname,terrible",
        "4711,kestrelname,late again",
        "id,my boss kestrelname shouts at us",
        "kestrelname",
    ],
    ids=["a name and a word", "a number, a name, words", "a sentence beside a usual name", "one word"],
)
@pytest.mark.parametrize("named", [{}, {"text": "absent"}], ids=["nothing named", "a column named"])
def test_a_first_line_that_is_a_post_is_counted_and_not_repeated(
    tmp_path: Path, first: str, named: dict[str, str]
) -> None:
    with pytest.raises(BadFile) as caught:
        read(
            made(tmp_path, f"{first}\n1,2,3\n".encode(), "posts.csv"), **({"columns": named} if named else {})
        )
    said = f"{caught.value.sentence()} {caught.value.advice}"
    assert f"It has {first.count(',') + 1} column" in said
    assert not [word for word in ("kestrelname", "terrible", "late", "boss") if word in said]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(
            {"columns": {"text": "absent"}},
            "no column 'absent' for the text",
            id="a column that is not there",
        ),
        pytest.param(
            {"columns": {"text": ["text", "no"]}}, "no column 'no' for the text", id="one of two joined"
        ),
        pytest.param(
            {"columns": {"colour": "text"}}, "a post has no 'colour'", id="something a post does not have"
        ),
        pytest.param({"columns": 5}, "'columns'", id="columns that are no map"),
        pytest.param({"format": "xlsx"}, "'format'", id="a format Earnest does not read"),
        pytest.param({"separator": "::"}, "separator", id="a long separator"),
        pytest.param({"colour": 1}, "colour", id="an unknown setting"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, settings: dict[str, Any], says: str) -> None:
    with pytest.raises((BadFile, BadSetting), match=says) as caught:
        read(made(tmp_path, b"id,text\n1,x\n"), **settings)
    assert caught.value.advice


@pytest.mark.parametrize("kind", ["a directory", "nothing there", "a device", "a pipe"])
def test_what_is_no_ordinary_file_is_refused(tmp_path: Path, kind: str) -> None:
    path = {"a directory": tmp_path, "nothing there": tmp_path / "no", "a device": Path("/dev/zero")}.get(
        kind, tmp_path / "p"
    )
    if kind == "a pipe":
        os.mkfifo(path)
    with pytest.raises(BadFile, match=r"is a directory|no such file|not an ordinary file"):
        read(path)


CSV = b"id,text,created\n1,fine,2026-01-01\n"


@pytest.mark.parametrize(
    ("content", "kept", "refused"),
    [
        pytest.param(
            CSV + b"2,x,9999-12-31T23:59:59Z\n3,x,\n",
            ["1", "3"],
            [("line 3", "in the future")],
            id="the year 9999",
        ),
        pytest.param(
            CSV + b"2,x,0000-01-01\n3,x,\n", ["1", "3"], [("line 3", "year or a month 0")], id="the year 0"
        ),
        pytest.param(
            CSV + b"2,x,soon\n3,x,\n", ["1", "3"], [("line 3", "write it like 2026")], id="a date in words"
        ),
        pytest.param(
            CSV + b"2,x,03/04/2026\n3,x,25/04/2026\n",
            ["1", "3"],
            [("line 3", "day-first")],
            id="a date that may be two",
        ),
        pytest.param(CSV + b"2,x,1e400\n3,x,\n", ["1", "3"], [("line 3", "date")], id="a date without end"),
        pytest.param(CSV + b"2,a\0b,\n3,x,\n", ["1", "3"], [("line 3", "NUL")], id="a NUL in the text"),
        pytest.param(
            CSV + b"2,\n3,x,\n",
            ["1", "3"],
            [("line 3", "2 fields where the first line has 3")],
            id="a field too few",
        ),
        pytest.param(CSV + b"2,x,,,y\n3,x,,,\n", ["1", "3"], [("line 3", "5 fields")], id="fields too many"),
        pytest.param(
            CSV + b'2,"x,\n3,x,\n4,"a\nb",\n',
            ["1", "3", "4"],
            [("line 3", "never closed")],
            id="an unclosed quote",
        ),
        pytest.param(
            CSV + b'2,"x,\n3,x,\n4,"y",\n5,x,\n',
            ["1", "3", "4", "5"],
            [("line 3", "never closed")],
            id="a quote that a later row's quote would close",
        ),
        pytest.param(CSV + b"2,   ,\n3,x,\n", ["1", "3"], [("line 3", "has no text")], id="no text"),
        pytest.param(
            CSV + b"2," + b"x" * 150_000 + b",\n3,x,\n",
            ["1", "3"],
            [("line 3", "150,000 characters")],
            id="a long text",
        ),
        pytest.param(
            CSV + b"2," + b"x" * 11_000_000 + b",\n3,x,\n",
            ["1", "3"],
            [("line 3", "longer than 4 MB")],
            id="a field of 11 MB",
        ),
        pytest.param(
            CSV + b'2,"' + (b"x" * 99 + b"\n") * 110_000 + b'",\n3,x,\n',
            None,
            [("line 3", "never closed")],
            id="a quoted field of 11 MB in lines",
        ),
        pytest.param(
            CSV + b"x" * 600 + b",x,\n3,x,\n", ["1", "3"], [("line 3", "512")], id="an id that is too long"
        ),
    ],
)
def test_a_bad_row_costs_only_itself(
    tmp_path: Path, content: bytes, kept: list[str] | None, refused: list[tuple[str, str]]
) -> None:
    ids, bad = read(made(tmp_path, content))
    if kept is None:
        assert ids[0] == "1"
        assert ids[-1] == "3"
    else:
        assert ids == kept
        assert len(bad) == len(refused)
    for one, (place, says) in zip(bad, refused, strict=False):
        assert one.place == place
        assert says in one.problem


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        pytest.param(b"\xef\xbb\xbftext,id\r\nhello,1\r\n", ["hello"], id="a byte order mark and CRLF"),
        pytest.param(b"text,id\rhello,1\rthere,2\r", ["hello", "there"], id="CR alone"),
        pytest.param("text,id\nñandú,1\n".encode("utf-16"), ["ñandú"], id="UTF-16 with a mark"),
        pytest.param("text,id\nñandú,1\n".encode("utf-16-le"), ["ñandú"], id="UTF-16 without a mark"),
        pytest.param("text,id\nñandú 🚲,1\n".encode("utf-32"), ["ñandú 🚲"], id="UTF-32"),
        pytest.param(
            "text,id\nñandú,1\n".encode() + "año €,2\n".encode("cp1252"),
            ["ñandú", "año €"],
            id="two encodings",
        ),
        pytest.param(b"text,id\n\x81\xe9,1\n", ["\x81é"], id="a byte that Windows-1252 has not"),
        pytest.param(b"text;id\na,b;1\n", ["a,b"], id="semicolons"),
        pytest.param(b"text\nwell, yes, no\n", ["well, yes, no"], id="one column, commas in it"),
        pytest.param(b'\xef\xbb\xbf[{"text": "a"}, {"text": "b"}]', ["a", "b"], id="a list after a mark"),
        pytest.param(
            b'{\n "text": "a"\n}\n{\n "text": "b"\n}', ["a", "b"], id="laid-out objects without a list"
        ),
        pytest.param(b'{"text": "half \\ud83d", "n": NaN}\n', ["half \ufffd"], id="half an emoji and NaN"),
        pytest.param(b'{"Text": "a", "ID": 4}\n', ["a"], id="names in capitals"),
    ],
)
def test_what_real_exports_look_like_is_read(tmp_path: Path, content: bytes, texts: list[str]) -> None:
    pages = open_source("file", {"path": str(made(tmp_path, content))}).read(None)
    assert [post.text for page in pages for post in page.posts] == texts


def test_lines_in_another_encoding_are_reported(tmp_path: Path) -> None:
    source: Any = open_source("file", {"path": str(made(tmp_path, "text\naño\n".encode("latin-1")))})
    list(source.read(None))
    assert source.notes == ["1 lines were not UTF-8 and were read as Windows-1252."]


def _cut_zstd(content: bytes) -> bytes:
    packer = zstd.ZstdCompressor()
    blocks = [
        packer.compress(content[n : n + 50_000], packer.FLUSH_BLOCK) for n in range(0, len(content), 50_000)
    ]
    return b"".join(blocks)[:-1000]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        pytest.param(lambda plain: gzip.compress(plain)[:-2_000], "ends early", id="gzip"),
        pytest.param(_cut_zstd, "ends early", id="zstd"),
        pytest.param(
            lambda plain: gzip.compress(plain)[:-8] + b"\0" * 8, "damaged", id="gzip with a wrong sum"
        ),
    ],
)
def test_of_a_truncated_file_what_came_before_is_kept(
    tmp_path: Path, spoil: Callable[[bytes], bytes], says: str
) -> None:
    ids, refused = read(made(tmp_path, spoil(PLENTY)))
    assert ids == [str(n) for n in range(len(ids))]
    assert len(ids) > 10_000
    assert [(one.place, one.error) for one in refused] == [(f"after line {len(ids) + 1}", "BadFile")]
    assert says in refused[0].problem


def test_several_gzip_members_and_zstd_frames_are_one_file(tmp_path: Path) -> None:
    half = PLENTY.index(b"\n", len(PLENTY) // 2) + 1
    for pack in (gzip.compress, zstd.compress):
        ids, refused = read(made(tmp_path, pack(PLENTY[:half]) + pack(PLENTY[half:])))
        assert len(ids) == 20_000
        assert not refused


def _sparse(folder: Path, size: int) -> Path:
    path = folder / "sparse"
    with path.open("wb") as file:
        file.write(b"id,text\n1,fine\n")
        file.seek(size)
        file.write(b"\n3,fine\n")
    return path


def _packed(folder: Path, size: int) -> Path:
    packer = zlib.compressobj(9, wbits=31)
    path = folder / "packed"
    with path.open("wb") as file:
        file.write(packer.compress(b'{"id":"1","text":"fine"}\n{"id":"2","text":"'))
        for _ in range(size >> 20):
            file.write(packer.compress(b"\0" * (1 << 20)))
        file.write(packer.compress(b'"}\n{"id":"3","text":"fine"}\n') + packer.flush())
    return path


@pytest.mark.parametrize(
    ("make", "seconds"),
    [
        pytest.param(lambda here: _sparse(here, 200 << 20), 10, id="a line of 200 MB"),
        pytest.param(lambda here: _packed(here, 200 << 20), 10, id="200 MB of zeros in gzip"),
        pytest.param(lambda here: _sparse(here, 2 << 30), 30, id="a line of 2 GB", marks=pytest.mark.slow),
        pytest.param(
            lambda here: _packed(here, 1 << 30), 30, id="1 GB of zeros in gzip", marks=pytest.mark.slow
        ),
    ],
)
def test_a_giant_line_is_passed_over_in_bounded_memory(
    tmp_path: Path, make: Callable[[Path], Path], seconds: float
) -> None:
    path = make(tmp_path)
    tracemalloc.start()
    try:
        start = time.monotonic()
        ids, refused = read(path)
        assert time.monotonic() - start < seconds
        assert tracemalloc.get_traced_memory()[1] < 64 * 1024**2
    finally:
        tracemalloc.stop()
    assert ids == ["1", "3"]
    assert [one.place for one in refused] == ["line 3" if path.name == "sparse" else "line 2"]
    assert "longer than 4 MB" in refused[0].problem


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"id,text\n" + b'x","\n' * 300_000, id="quotes that always stay open"),
        pytest.param(b'[{"text":"' + b"[" * 6_000_000, id="brackets in a text that never ends"),
        pytest.param(b"[" * 2_000_000, id="brackets that never close"),
        pytest.param(
            b'[{"a":' + b"[{}]," * 1_500_000, id="an element that never ends", marks=pytest.mark.slow
        ),
        pytest.param(
            b"[" + b'{"text":"x\n' * 200_000, id="texts that break at every line", marks=pytest.mark.slow
        ),
    ],
)
def test_a_hostile_file_costs_no_more_than_its_length(tmp_path: Path, content: bytes) -> None:
    start = time.monotonic()
    _, refused = read(made(tmp_path, content))
    assert refused
    assert time.monotonic() - start < 20


def _parquet(path: Path, **columns: list[Any]) -> Path:
    kinds = {str: DataType.string(), int: DataType.int64(), float: DataType.float64()}
    write_parquet(
        Table.from_pydict({name: Array(values, kinds[type(values[0])]) for name, values in columns.items()}),
        path,
    )
    return path


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        pytest.param({"id": [1], "score": [2]}, "no column is known to hold the text", id="without a text"),
        pytest.param(
            {"id": [1], "text": [2]}, "the column 'text' does not hold text", id="with numbers as text"
        ),
    ],
)
def test_a_parquet_file_without_the_column_is_an_error(
    tmp_path: Path, columns: dict[str, list[Any]], says: str
) -> None:
    with pytest.raises(BadFile, match=says):
        read(_parquet(tmp_path / "p.parquet", **columns))


def test_parquet_is_read_from_gzip_too(tmp_path: Path) -> None:
    plain = _parquet(tmp_path / "p", id=[1, 2], text=["a", "b"], created_utc=[1.76e9, 1.76e9])
    packed = made(tmp_path, gzip.compress(plain.read_bytes()), "q")
    assert read(packed)[0] == ["1", "2"]


def test_damaged_parquet_never_takes_the_process_with_it(tmp_path: Path) -> None:
    """The Parquet library aborts on some of these; it runs apart, so here it is only ever an error."""
    whole = _parquet(tmp_path / "p", id=list(range(50)), text=[f"said {n}" for n in range(50)]).read_bytes()
    chance = random.Random(3)
    for _ in range(12):
        spoiled = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            spoiled[chance.randrange(4, len(spoiled))] = chance.randrange(256)
        try:
            read(made(tmp_path, bytes(spoiled), "s"))
        except InputError as error:
            said = (error.place, error.sentence())
        else:
            said = ("s", "")
        assert said[0] == "s"
        assert "said" not in said[1]


NASTY = st.one_of(
    st.binary(max_size=400),
    st.lists(
        st.sampled_from(
            [
                b"id",
                b"text",
                b",",
                b"\n",
                b"\r",
                b'"',
                b'""',
                b"{",
                b"}",
                b"[",
                b"]",
                b'"text":',
                b":",
                b"\\",
                b"\0",
                b"\xff",
                b"\xfe",
                b"1",
                b"null",
                b"\xef\xbb\xbf",
                b"\xc3",
                b"a\n",
                b" ",
                b"\t",
                b";",
            ]
        ),
        max_size=60,
    ).map(b"".join),
)


@pytest.mark.parametrize("told", ["csv", "tsv", "jsonl", "json", None])
@pytest.mark.parametrize(
    "before", [b"", b"id,text\n", b'{"text":"a"}\n', b"["], ids=["bare", "names", "object", "list"]
)
def test_no_bytes_crash_the_reader_and_every_cursor_resumes(
    tmp_path_factory: pytest.TempPathFactory, told: str | None, before: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "posts"
    wanted = {"path": str(path)} | ({"format": told} if told else {})

    @settings(max_examples=40, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(NASTY)
    @example(b"\x1f\x8b\x08\0\0\0\0\0")
    @example(b"\x28\xb5\x2f\xfd\x04")
    def anything(content: bytes) -> None:
        path.write_bytes(before + content)
        try:
            pages = list(open_source("file", wanted).read(None))
        except InputError:
            return
        assert pages[-1].done
        again = list(open_source("file", wanted).read(pages[-1].cursor))
        assert not [post for page in again for post in page.posts]

    anything()
