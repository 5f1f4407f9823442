"""Voices without authors: what links, what must not, and the key file."""

import json
import stat
from datetime import UTC, datetime
from hashlib import sha256
from hmac import new
from itertools import product
from multiprocessing import get_context
from pathlib import Path

import pytest

from earnest.gate.voice import Keys, end_of, epoch_of, tag
from earnest.record.errors import MissingKeys


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "voices.key"


def test_the_same_author_in_another_theme_epoch_or_source_is_another_voice(path: Path) -> None:
    keys = Keys.make(path)
    tags = {
        tag(keys, theme, epoch, keys.speaker(source, "ann"))
        for theme, epoch, source in product(("pay.tips", "app.crash"), ("2026Q3", "2026Q4"), ("a", "b"))
    }
    assert len(tags) == 8
    assert {len(one) for one in tags} == {12}


def test_the_same_author_in_one_theme_and_epoch_is_one_voice_also_after_a_restart(path: Path) -> None:
    first, again = Keys.make(path), Keys.open(path)
    made = tag(first, "pay.tips", "2026Q4", first.speaker("a", "ann"))
    assert tag(again, "pay.tips", "2026Q4", again.speaker("a", "ann")) == made


def test_a_hundred_thousand_handles_without_the_keys_match_none(path: Path) -> None:
    keys = Keys.make(path)
    handles = [f"rider{n}" for n in range(100_000)]
    kept = {tag(keys, "pay.tips", "2026Q4", keys.speaker("forum", handle)) for handle in handles[:300]}
    kept |= {keys.post_key("forum", handle) for handle in handles[:300]}
    lengths = {len(one) for one in kept}
    guesses: set[bytes] = set()
    for handle in handles:
        for message in (handle, f"forum{handle}", f"forum\0{handle}"):
            plain = sha256(message.encode()).digest()
            keyed = new(b"forum", message.encode(), "sha256").digest()
            guesses |= {digest[:size] for digest in (plain, keyed) for size in lengths}
    assert not kept & guesses


def test_post_keys_differ_by_source_and_stay_the_same(path: Path) -> None:
    keys = Keys.make(path)
    assert keys.post_key("a", "1") == Keys.open(path).post_key("a", "1") != keys.post_key("b", "1")
    assert len(keys.post_key("a", "1")) == 16


def test_it_is_hmac_sha256(path: Path) -> None:
    keys = Keys.make(path)
    root = bytes.fromhex(json.loads(path.read_text())["speakers"])
    under = new(root, b"speaker\0forum", "sha256").digest()
    assert keys.speaker("forum", "ann") == new(under, b"ann", "sha256").digest()


def test_a_destroyed_epoch_links_nothing_any_more(path: Path) -> None:
    keys = Keys.make(path)
    speaker = keys.speaker("a", "ann")
    tag(keys, "pay", "2026Q3", speaker)
    keys.destroy("2026Q3")
    for held in (keys, Keys.open(path)):
        assert tag(held, "pay", "2026Q3", speaker) is None
        with pytest.raises(MissingKeys, match="2026Q3"):
            held.epoch("2026Q3")
    assert tag(Keys.open(path), "pay", "2026Q4", speaker)


def test_a_key_destroyed_by_another_process_is_gone_here_too(path: Path) -> None:
    keys = Keys.make(path)
    speaker = keys.speaker("a", "ann")
    assert tag(keys, "pay", "2026Q3", speaker)
    Keys.open(path).destroy("2026Q3")
    keys.refresh()
    assert tag(keys, "pay", "2026Q3", speaker) is None
    path.unlink()
    with pytest.raises(MissingKeys, match="missing"):
        keys.refresh()


def test_after_a_rotation_nobody_is_linked_to_what_they_said_before_and_posts_are_known_still(
    path: Path,
) -> None:
    keys = Keys.make(path)
    before = tag(keys, "pay", "2026Q4", keys.speaker("a", "ann")), keys.post_key("a", "1")
    speakers = json.loads(path.read_text())["speakers"]
    keys.rotate_speakers()
    for held in (keys, Keys.open(path)):
        assert tag(held, "pay", "2026Q4", held.speaker("a", "ann")) != before[0]
        assert held.post_key("a", "1") == before[1]
    assert speakers not in path.read_text()


@pytest.mark.parametrize(
    ("epoch", "end"), [("2026Q1", "2026-04-01"), ("2026Q3", "2026-10-01"), ("2026Q4", "2027-01-01")]
)
def test_the_end_of_a_quarter(epoch: str, end: str) -> None:
    assert end_of(epoch) == datetime.fromisoformat(end).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "said", ["", "2026", "2026Q5", "2026Q0", "26Q1", "2026q1", "2026Q12", "Q1", "²026Q1"]
)
def test_what_is_no_quarter(said: str) -> None:
    with pytest.raises(ValueError, match="quarter"):
        end_of(said)


def test_only_the_owner_may_read_the_file_and_it_is_never_replaced(path: Path) -> None:
    Keys.make(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        Keys.make(path)
    assert [one.name for one in path.parent.iterdir() if not one.name.endswith(".lock")] == [path.name]


def test_nothing_of_the_keys_shows_in_their_repr(path: Path) -> None:
    assert repr(Keys.make(path)) == "Keys()"


@pytest.mark.parametrize(
    "content",
    [None, "", "{", "[]", '{"version": 2}', '{"version": 1, "posts": "aa", "speakers": "bb", "epochs": {}}'],
    ids=["missing", "empty", "cut off", "a list", "of another version", "short keys"],
)
def test_a_bad_key_file_is_named_with_advice(path: Path, content: str | None) -> None:
    path.parent.mkdir(parents=True)
    if content is not None:
        path.write_text(content)
        path.chmod(0o600)
    with pytest.raises(MissingKeys) as missing:
        Keys.open(path)
    assert str(path) in missing.value.problem
    assert missing.value.advice


def test_a_key_file_that_others_may_read_is_not_used(path: Path) -> None:
    Keys.make(path)
    path.chmod(0o644)
    with pytest.raises(MissingKeys, match="read by others"):
        Keys.open(path)


def _epoch_key(path: Path) -> str:
    return Keys.open(path).epoch("2026Q4").hex()


def test_two_processes_make_one_epoch_key(path: Path) -> None:
    Keys.make(path)
    with get_context("spawn").Pool(2) as pool:
        assert len(set(pool.map(_epoch_key, [path] * 4))) == 1


@pytest.mark.parametrize(("month", "epoch"), [(1, "2026Q1"), (3, "2026Q1"), (4, "2026Q2"), (12, "2026Q4")])
def test_epochs_are_quarters(month: int, epoch: str) -> None:
    assert epoch_of(datetime(2026, month, 15, tzinfo=UTC)) == epoch
