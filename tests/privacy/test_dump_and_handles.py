"""A dump of the database and one million handles: without the key file none matches, with it they do.

The posts go the whole way, through `earnest import`, on SQLite and, where DATABASE_URL names a server, on
PostgreSQL. The dump is what a thief would hold: the database's own files, or what pg_dump writes. Every
handle is tried in every obvious form; a match is looked for at every byte of the dump.
"""

import base64
import hashlib
import hmac
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import pytest

from earnest.gate.voice import Keys, epoch_of, tag
from earnest.store.clock import moment
from earnest.understand.taxonomy import pack

SERVER = os.environ.get("DATABASE_URL", "")
HANDLES = 1_000_000
SPEAKING = 300
SOURCE = "default/forum"

Form = Callable[[bytes], bytes]


def _keyed(key: bytes, before: bytes = b"") -> Form:
    return lambda handle: hmac.digest(key, before + handle, "sha256")


FORMS: dict[str, Form] = {
    "plain": lambda handle: handle,
    "base64": base64.b64encode,
    "hex": lambda handle: handle.hex().encode(),
    "md5": lambda handle: hashlib.md5(handle).digest(),  # noqa: S324 - what a thief would try
    "sha1": lambda handle: hashlib.sha1(handle).digest(),  # noqa: S324 - what a thief would try
    "sha256": lambda handle: hashlib.sha256(handle).digest(),
    "sha256, written as hex": lambda handle: hashlib.sha256(handle).hexdigest().encode(),
    "sha256 under the place": lambda handle: hashlib.sha256(SOURCE.encode() + b"\0" + handle).digest(),
    "hmac, empty key": _keyed(b""),
    "hmac, key of zeroes": _keyed(bytes(32)),
    "hmac, key named earnest": _keyed(b"earnest"),
    "hmac, key named by the place": _keyed(SOURCE.encode()),
    "hmac as the gate does it, empty root": _keyed(hmac.digest(b"", b"speaker\0default/forum", "sha256")),
}


def handles() -> list[bytes]:
    choice = random.Random(7)
    return [f"{choice.getrandbits(56):014x}rider{n}".encode() for n in range(HANDLES)]


class Dump:
    """What was stolen, looked through at every byte; hexadecimal runs are looked through as bytes as well."""

    def __init__(self, content: bytes) -> None:
        runs = re.findall(rb"[0-9a-f]{24,}", content)
        self.content = content + b"\n".join(bytes.fromhex(run[: len(run) // 2 * 2].decode()) for run in runs)
        held = np.frombuffer(self.content, np.uint8)
        self._windows = np.unique(np.lib.stride_tricks.sliding_window_view(held, 8).copy().view(np.uint64))

    def holds(self, values: list[bytes]) -> list[int]:
        """Which of the values stand in the dump: found by their first 8 bytes, then proved by 12."""
        first = np.frombuffer(b"".join(value[:8] for value in values), np.uint64)
        return [
            int(n) for n in np.flatnonzero(np.isin(first, self._windows)) if values[n][:12] in self.content
        ]


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Dump]:
    """A home that heard 300 of the handles, and the dump of its database."""
    if SERVER and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    folder = tmp_path_factory.mktemp("stolen")
    home = folder / "home"
    said = "the app crashed again at the door of the customer"
    lines = [
        f"post-{n},{said} {n},2026-{n % 9 + 1:02}-15,{handle.decode()}"
        for n, handle in enumerate(handles()[:SPEAKING])
    ]
    (folder / "posts.csv").write_text("\n".join(["id,text,created,author", *lines]))
    own = {**os.environ, "EARNEST_HOME": str(home)}
    name = f"stolen_{os.getpid()}"
    if SERVER:
        import psycopg

        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'CREATE DATABASE "{name}"')
        own["DATABASE_URL"] = urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))
    subprocess.run(
        [sys.executable, "-m", "earnest", "import", str(folder / "posts.csv"), "--source", "forum"],
        env=own,
        check=True,
        capture_output=True,
    )
    if SERVER:
        done = subprocess.run(["pg_dump", own["DATABASE_URL"]], check=True, capture_output=True)
        content = done.stdout
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    else:
        content = b"".join(path.read_bytes() for path in sorted(home.glob("earnest.db*")))
    return home, Dump(content)


def test_the_posts_are_in_the_dump(stolen: tuple[Path, Dump]) -> None:
    assert b"the app crashed again" in stolen[1].content


@pytest.mark.slow
def test_a_million_handles_in_every_obvious_form_match_none(stolen: tuple[Path, Dump]) -> None:
    known, dump = handles(), stolen[1]
    found = {name: len(dump.holds([form(handle) for handle in known])) for name, form in FORMS.items()}
    assert found == dict.fromkeys(FORMS, 0)


def test_with_the_key_file_they_do_so_that_this_test_can_fail(stolen: tuple[Path, Dump]) -> None:
    home, dump = stolen
    keys = Keys.open(home / "keys" / "voices.key")
    epochs = [epoch_of(moment(second)) for second in (1_768_435_200, 1_778_803_200, 1_786_752_000)]
    labels = [label.id for label in pack("gig-delivery").labels]
    speakers = [keys.speaker(SOURCE, handle.decode()) for handle in handles()[:SPEAKING]]
    heard = {
        n
        for epoch in epochs
        for label in labels
        for n in dump.holds([tag(keys, label, epoch, speaker) or b"" for speaker in speakers])
    }
    posts = dump.holds([keys.post_key(SOURCE, f"post-{n}") for n in range(SPEAKING)])
    assert len(heard) >= SPEAKING - 5
    assert len(posts) >= SPEAKING - 5
