"""What the gate withholds, and who spoke, is nowhere afterwards: not in a file, a log, an error or an object.

Synthetic canaries (strings that occur nowhere else) are planted in posts of every sort, then looked for.
"""

import gc
import io
import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from earnest.cli import earnest
from earnest.gate.admit import Admitted, Gate
from earnest.gate.voice import Keys, tag
from earnest.record.cleared import ClearedPost
from earnest.record.errors import GateFailed
from earnest.record.raw import RawPost

NOW = datetime.now(UTC)
MANY = 500


def planted() -> list[RawPost]:
    """Of each sort 500: protected, opted out, ordinary by a named author, refused."""
    posts = []
    for n in range(MANY):
        author, link = f"canaryauthor{n}", f"https://canaryhost{n}.example.org/canarypath{n}"
        posts += [
            RawPost(f"canaryid-p{n}", f"canaryspeech{n} union meeting at noon", NOW, author=author, url=link),
            RawPost(f"canaryid-o{n}", f"canaryout{n} slow app #nobot", NOW, author=author, url=link),
            RawPost(
                f"canaryid-a{n}",
                f"Tips are late, @canaryhandle{n}, canarymail{n}@example.org",
                NOW,
                author,
                url=link,
            ),
            RawPost(f"canaryid-r{n}", f"canaryrefused{n} " * 2_000, NOW, author=author),
        ]
    return posts


def admit(keys: Keys) -> Admitted:
    return Gate(keys, audience="workforce", kind="addressed", source="reviews").admit(planted())


@pytest.fixture
def everything_told(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[io.StringIO]:
    """Logs at DEBUG and both output streams, filled when asked for."""
    caplog.set_level(logging.DEBUG)
    told = io.StringIO()
    yield told
    out, err = capfd.readouterr()
    assert "canary" not in told.getvalue() + caplog.text + out + err


def test_what_is_admitted_holds_no_canary(tmp_path: Path, everything_told: io.StringIO) -> None:
    keys = Keys.make(tmp_path / "keys" / "voices.key")
    admitted = admit(keys)
    assert len(admitted.cleared) == MANY
    assert admitted.withheld == 2 * MANY
    assert len(admitted.refused) == MANY
    everything_told.write(repr(admitted))
    for post in admitted.cleared:
        assert isinstance(post, ClearedPost)
        assert post.voice is not None
        kept = (
            post.key,
            post.text.encode(),
            tag(keys, "pay.tips", "2026Q4", post.voice),
            str(post.domain).encode(),
        )
        assert not any(b"canary" in value for value in kept)


def test_nothing_is_written_to_any_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    keys = Keys.make(tmp_path / "keys" / "voices.key")
    opened: list[str] = []
    watching = [True]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if watching[0] and event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(watch)
    try:
        admit(keys)
    finally:
        watching[0] = False
    assert opened == []
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or b"canary" not in file.read_bytes()


def test_nothing_withheld_stays_in_memory(tmp_path: Path) -> None:
    admitted = admit(Keys.make(tmp_path / "voices.key"))
    gc.collect()
    held = [value for value in gc.get_objects() if type(value) is RawPost and value.id.startswith("canaryid")]
    assert held == []
    assert admitted.withheld


def test_a_failure_tells_no_canary(everything_told: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> str:
        raise RuntimeError(text)

    monkeypatch.setattr("earnest.gate.admit.redact_all", fail)
    with pytest.raises(GateFailed) as failed:
        admit(Keys.passing())
    everything_told.write(failed.value.sentence())


def test_the_command_tells_a_reason_but_never_the_text(everything_told: io.StringIO) -> None:
    given = "".join(
        json.dumps({"id": str(n), "text": post.text, "author": post.author}) + "\n"
        for n, post in enumerate(planted()[:40])
        if not post.id.startswith("canaryid-a")
    )
    result = CliRunner().invoke(earnest, ["gate", "--audience", "workforce"], input=given)
    everything_told.write(result.stdout + result.stderr)
    assert result.exit_code == 1
