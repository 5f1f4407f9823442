"""Archives: dumps of Reddit and lakes of Parquet, file by file from where reading stopped. All synthetic."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet
from backports import zstd

from earnest.record.errors import BadSetting, InputError
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import SECRET, check_error, check_pages, damaged_bodies
from tests.sources.public_places import ids, pages


def submission(n: int, subreddit: str = "couriersofexample") -> bytes:
    row = {
        "id": f"s{n}", "subreddit": subreddit, "title": f"Late {n}", "selftext": "Two hours.",
        "author": f"u{n}",
        "created_utc": 1_700_000_000 + n, "permalink": f"/r/{subreddit}/comments/s{n}/",
    }  # fmt: skip
    return json.dumps(row).encode() + b"\n"


def windowed(raw: bytes) -> bytes:
    """A zstd frame that says it looks back 2 GB, as dumps of Reddit do; its blocks are not compressed."""
    blocks = [raw[at : at + 100_000] for at in range(0, len(raw), 100_000)] or [b""]
    frame = b"\x28\xb5\x2f\xfd" + bytes([0x00, (31 - 10) << 3])
    for number, block in enumerate(blocks, 1):
        frame += (len(block) << 3 | (number == len(blocks))).to_bytes(3, "little") + block
    return frame


def lake(folder: Path, part: str, ids: list[str]) -> None:
    (folder / part).parent.mkdir(parents=True, exist_ok=True)
    made = {
        "id": Array(ids, DataType.string()),
        "text": Array([f"said {one}" for one in ids], DataType.string()),
    }
    write_parquet(Table.from_pydict(made), folder / part)


def archive(path: Path, **more: Any) -> Any:
    return open_source("archive", {"path": str(path), **more})


class TestRedditDumps(SourceContract):
    def source(self, folder: Path) -> Source:
        here = folder / "dumps"
        if not here.exists():
            here.mkdir()
            other = b"".join(submission(n, "elsewhere") for n in range(300))
            mine = b"".join(submission(n) for n in range(1_300))
            (here / "RS_2023-11.zst").write_bytes(windowed(other + mine + other))
            (here / "RS_2023-12.zst").write_bytes(windowed(submission(9_000)))
            (here / "RS_2024-01.zst.part").write_bytes(windowed(submission(9_001)))
        return archive(here, subreddits=["r/CouriersOfExample"])

    def empty(self, folder: Path) -> Source:
        (folder / "none").mkdir(exist_ok=True)
        return archive(folder / "none")

    def damaged(self, folder: Path) -> Damaged:
        here = folder / "damaged"
        here.mkdir(exist_ok=True)
        (here / "a.jsonl").write_bytes(submission(1) + b'{"id": "2", "subreddit": "velvet"\n' + submission(3))
        (here / "b.zst").write_bytes(b"\x28\xb5\x2f\xfd\xff\xffvelvet")
        (here / "c.jsonl").write_bytes(submission(4))
        return Damaged(archive(here), 2, ["t3_s1", "t3_s3", "t3_s4"], ["velvet"])


@pytest.mark.slow
class TestParquetLake(SourceContract):
    def source(self, folder: Path) -> Source:
        here = folder / "lake"
        if not here.exists():
            for part in range(3):
                lake(here, f"lang=es/city=Lyon/part-{part}.parquet", [f"p{part}-{n}" for n in range(1_100)])
            (here / "_SUCCESS").touch()
        return archive(here)

    def empty(self, folder: Path) -> Source:
        lake(folder / "bare", "part-0.parquet", [])
        return archive(folder / "bare")


def test_a_lake_is_read_file_by_file_from_where_reading_stopped(tmp_path: Path) -> None:
    for part in range(2):
        lake(tmp_path, f"part-{part}.parquet", [f"p{part}-{n}" for n in range(1_500)])
    source = archive(tmp_path)
    whole = pages(source)
    assert ids(whole) == [f"p{part}-{n}" for part in range(2) for n in range(1_500)]
    assert ids(pages(source, whole[1].cursor)) == ids(whole[2:]), "in the second file, after the first"
    assert ids(pages(source, whole[0].cursor)) == ids(whole[1:]), "in the middle of the first"


def test_a_path_tells_what_its_rows_do_not(tmp_path: Path) -> None:
    lake(tmp_path, "language=pt-BR/region=S%C3%A3o%20Paulo/x.parquet", ["1"])
    (post,) = pages(archive(tmp_path))[0].posts
    assert (post.lang, post.region) == ("pt", "São Paulo")


def test_a_month_that_is_added_is_read_alone(tmp_path: Path) -> None:
    (tmp_path / "RC_2024-01.zst").write_bytes(zstd.compress(submission(1)))
    cursor = pages(archive(tmp_path))[-1].cursor
    assert json.loads(cursor) == {"file": "RC_2024-01.zst"}
    (tmp_path / "RC_2024-02.zst").write_bytes(zstd.compress(submission(2)))
    assert ids(pages(archive(tmp_path), cursor)) == ["t3_s2"]


def test_a_single_file_is_an_archive_too(tmp_path: Path) -> None:
    (tmp_path / "one.jsonl").write_bytes(submission(1))
    assert ids(pages(archive(tmp_path / "one.jsonl"))) == ["t3_s1"]


def test_damaged_files_cost_only_themselves(tmp_path: Path) -> None:
    for number, (_, body) in enumerate(damaged_bodies(submission(5).replace(b"Two hours", SECRET.encode()))):
        (tmp_path / f"{number:02}.jsonl").write_bytes(body)
    (tmp_path / "zz.jsonl").write_bytes(submission(9))
    check_pages(pages(archive(tmp_path)), ["t3_s9"])


def test_what_is_wrong_with_a_setting_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file") as told:
        pages(archive(tmp_path / "nowhere"))
    check_error(told.value)
    with pytest.raises(BadSetting, match="subreddits"):
        archive(tmp_path, subreddits=["a b"])


READ = """
import sys
from pathlib import Path
from earnest.sources.registry import open_source
source = open_source("archive", {"path": sys.argv[1], "subreddits": sys.argv[2:]})
posts = sum(len(page.posts) for page in source.read(None))
# Not getrusage: its peak is that of the process which started this one.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(posts, int(peak.split()[1]) // 1024)
"""


@pytest.mark.slow
@pytest.mark.parametrize("only", ["", "couriersofexample"], ids=["everything", "one subreddit in a hundred"])
def test_a_million_rows_take_flat_memory(tmp_path: Path, only: str) -> None:
    rows = [submission(n, "couriersofexample" if n % 100 == 0 else "elsewhere") for n in range(1_000)]
    wanted = 10_000 if only else 1_000_000
    with (tmp_path / "RS_2024-01.zst").open("wb") as file:
        packer = zstd.ZstdCompressor()
        for _ in range(1_000):
            file.write(packer.compress(b"".join(rows)))
        file.write(packer.flush())
    done = subprocess.run(
        [sys.executable, "-c", READ, str(tmp_path), *([only] if only else [])],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    posts, megabytes = map(int, done.stdout.split())
    assert posts == wanted
    assert megabytes < 400


del SourceContract
