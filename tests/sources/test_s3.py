"""Files in a bucket, through boto3 and the guarded way out, against moto (a mock of S3) as a process."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.record.errors import BadSetting, EgressRefused, SourceBusy, SourceGone
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source
from tests.sources.hostile_payloads import check_error
from tests.sources.public_places import egress, ids, pages, refusing
from tests.sources.replay import Replay, Reply, broken
from tests.sources.test_archive import lake

boto3 = pytest.importorskip("boto3", reason="the extra 's3' is not installed")
pytest.importorskip("moto.server", reason="moto[server] is not installed")
KEY = {"key_id": "AKIAEXAMPLE", "secret_key": "synthetic-secret"}


class Moto:
    """A server of S3 that keeps everything in memory."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.opened: dict[str, Source] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "AWS_DEFAULT_REGION": "us-east-1"},
        )  # fmt: skip
        for _ in range(1_200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        self.client = boto3.client(
            "s3", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="synthetic-secret",
        )  # fmt: skip

    def bucket(self, name: str) -> str:
        self.client.create_bucket(Bucket=name)
        return name

    def put(self, bucket: str, key: str, body: bytes, **more: Any) -> None:
        self.client.put_object(Bucket=bucket, Key=key, Body=body, **more)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    server = Moto()
    yield server
    server.client.close()
    server.stop()


def bucket(moto: Moto, name: str, **more: Any) -> Any:
    way = more.pop("way", egress())
    return open_source("s3", {"bucket": name, "server": moto.url, **KEY, **more}, way)


def rows(*names: str) -> bytes:
    return ("id,text\n" + "".join(f"{name},said {name}\n" for name in names)).encode()


@pytest.mark.slow
class TestS3(SourceContract):
    @pytest.fixture(autouse=True)
    def _server(self, moto: Moto) -> None:
        self.moto = moto

    def filled(self, name: str, objects: dict[str, bytes]) -> Source:
        if name not in self.moto.opened:
            self.moto.bucket(name)
            for key, body in objects.items():
                self.moto.put(name, key, body)
            self.moto.opened[name] = bucket(self.moto, name)
        return self.moto.opened[name]

    def source(self, folder: Path) -> Source:
        many = {
            "a/1.csv": rows(*(f"a{n}" for n in range(1_050))),
            "b.csv": rows("b1"),
            "c/": b"",
            "c/2.csv": rows("c1"),
        }
        return self.filled("contract", many)

    def empty(self, folder: Path) -> Source:
        return self.filled("nothing", {})

    def damaged(self, folder: Path) -> Damaged:
        objects = {
            "1.csv": b"id,text\n1,fine\n2,\n3,fine\n",
            "velvet.zip": b"PK\x03\x04 velvet",
            "z.csv": rows("4"),
        }
        return Damaged(self.filled("damaged", objects), 2, ["1", "3", "4"], ["velvet"])


def test_files_are_read_once_and_a_bad_one_costs_only_itself(moto: Moto) -> None:
    name = moto.bucket("plain")
    moto.put(name, "1.csv", rows("1", "2"))
    moto.put(name, "2.zip", b"PK\x03\x04 velvet")
    moto.put(name, "3.csv", rows("3"))
    source = bucket(moto, name)
    found = pages(source)
    assert ids(found) == ["1", "2", "3"]
    assert [one.error for page in found for one in page.refused] == ["BadFile"]
    assert not ids(pages(source, found[-1].cursor))


def test_parquet_and_compressed_objects_are_read(moto: Moto, tmp_path: Path) -> None:
    lake(tmp_path, "x.parquet", [f"p{n}" for n in range(2_500)])
    name = moto.bucket("parquet")
    moto.put(name, "x.parquet", (tmp_path / "x.parquet").read_bytes())
    assert len(ids(pages(bucket(moto, name)))) == 2_500


def test_an_object_that_changed_is_read_again_and_a_prefix_is_kept_to(moto: Moto) -> None:
    name = moto.bucket("changes")
    moto.put(name, "in/1.csv", rows("1"))
    moto.put(name, "out/2.csv", rows("2"))
    first = pages(bucket(moto, name, prefix="in/"))
    assert ids(first) == ["1"]
    moto.put(name, "in/1.csv", rows("1", "3"))
    assert ids(pages(bucket(moto, name, prefix="in/"), first[-1].cursor)) == ["1", "3"]


def test_a_large_object_comes_in_pieces_and_one_beyond_that_is_refused(
    moto: Moto, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = moto.bucket("large")
    moto.put(name, "1.csv", rows(*(f"row{n}" for n in range(4_000))))
    moto.put(name, "2.csv", rows("2"))
    small = Egress("Earnest/test", allow_private=True, max_bytes=40_000)
    assert len(ids(pages(bucket(moto, name, way=small)))) == 4_001
    monkeypatch.setattr("earnest.sources.s3.bucket.LARGEST", 1_000)
    found = pages(bucket(moto, name))
    assert ids(found) == ["2"]
    assert [one.error for page in found for one in page.refused] == ["BadFile"]


def test_more_objects_than_a_page_lists_are_all_found(moto: Moto) -> None:
    name = moto.bucket("many")
    for n in range(30):
        moto.put(name, f"{n:03}.csv", rows(str(n)))
    source = bucket(moto, name)
    listing = source._shelf._client.list_objects_v2
    source._shelf._client.list_objects_v2 = lambda **given: listing(**given, MaxKeys=7)
    assert len(ids(pages(source))) == 30


def test_each_refusal_says_what_to_do(moto: Moto) -> None:
    assert isinstance(refusing(bucket(moto, "no-such-bucket")), SourceGone)
    answers = {
        "AccessDenied": 403, "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403,
        "PermanentRedirect": 301,
        "NoSuchBucket": 404, "SlowDown": 503,
    }  # fmt: skip
    server = Replay({}).start()
    source = open_source("s3", {"bucket": "bbb", "server": server.url, **KEY}, egress())
    for code, status in answers.items():
        told = f"<Error><Code>{code}</Code><Message>quollzephyr</Message></Error>"
        server.add("/bbb", [Reply(status, f"<?xml version='1.0'?>{told}".encode())])
        error = refusing(source)
        assert isinstance(error, SourceBusy if code == "SlowDown" else SourceGone), code
        assert error.why, code
    for fault in ("reset", "garbage", "truncated"):
        server.add("/bbb", [broken(fault)])
        assert isinstance(refusing(source), SourceBusy), fault
    server.close(check=False)


def test_every_request_is_guarded(moto: Moto) -> None:
    with pytest.raises(EgressRefused, match="private address") as told:
        pages(bucket(moto, "guarded", way=Egress("Earnest/test")))
    check_error(told.value)


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"bucket": "a b"}, "bucket"), ({"key_id": "x"}, "key_id"), ({"server": "ftp://x"}, "server"),
        ({"layout": "survey"}, "questions"), ({"area": "EU!"}, "area"),
    ],
    ids=["bucket", "half a key", "endpoint", "no questions", "region"],
)  # fmt: skip
def test_a_wrong_setting_is_named(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(BadSetting, match=names):
        open_source("s3", {"bucket": "good"} | wrong, egress())


del SourceContract
