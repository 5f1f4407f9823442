"""The damages themselves: bounded, always the same, each one different, each of them JSON that says so."""

import json

import pytest

from earnest.record.raw import Page, RawPost, Refusal
from tests.sources.hostile_payloads import (
    MOST,
    SECRET,
    Raw,
    check_error,
    check_pages,
    check_refusals,
    damage,
    damaged_bodies,
    encode,
    may_refuse_whole,
)

ITEM = {
    "id": "17",
    "text": "the app crashed",
    "created_at": "2026-11-20T10:00:00Z",
    "score": 3,
    "author": {"name": "ann", "badges": ["new", {"title": "x"}]},
    "tags": [],
}
WIDE = {f"field_{n}": {"a": n, "b": [str(n)]} for n in range(100)}


@pytest.mark.parametrize("item", [ITEM, WIDE, {}], ids=["an item", "a wide item", "an empty item"])
def test_damages_are_bounded_and_the_same_every_time(item: dict[str, object]) -> None:
    first, second = damage(item), damage(item)
    assert [name for name, _ in first] == [name for name, _ in second]
    assert first == second
    assert len(first) <= MOST
    assert len({name for name, _ in first}) == len(first)


def test_the_item_itself_is_left_as_it_was() -> None:
    before = json.dumps(ITEM)
    damage(ITEM)
    assert json.dumps(ITEM) == before


def test_every_field_is_missing_once_and_every_body_is_bytes() -> None:
    names = [name for name, _ in damage(ITEM)]
    assert {f"without {key}" for key in ITEM} <= set(names)
    for name, bad in damage(ITEM):
        body = encode({"items": [ITEM, bad, ITEM]})
        if not may_refuse_whole(name):
            assert json.loads(body)["items"][1] != ITEM or "list" in name or "date" in name, name


def test_raw_bytes_stand_as_they_are() -> None:
    assert encode({"a": [Raw(b"NaN"), "@raw0"]}) == b'{"a": [NaN, "@raw0"]}'


def test_bodies_are_damaged_in_twenty_ways() -> None:
    assert len(dict(damaged_bodies(b"<rss><item>said</item></rss>" * 9))) >= 20


def test_what_is_told_of_content_is_found() -> None:
    page = Page((), "{}", (Refusal("entry 1", "BadLine", f"cannot read {SECRET}"),))
    for wrong in (page, Page((), f'"{SECRET}"')):
        with pytest.raises(AssertionError, match="repeats what was said"):
            check_refusals(wrong)
    with pytest.raises(AssertionError, match="foreign"):
        check_error(KeyError(SECRET))
    with pytest.raises(AssertionError, match="neighbours were lost"):
        check_pages([Page((RawPost("1", "said"),), "{}")], ["1", "2"])
