"""The list of graves outside the database: whatever happens to either of them, deleted stays deleted."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earnest.record.errors import StoreError
from earnest.store import erase, graves, write
from earnest.store.models import Graves, Post, Tombstone
from tests.store.build import desk, item, keep, key

pytestmark = pytest.mark.django_db


def listed(home: Path) -> Path:
    (path,) = (home / "gone").iterdir()
    return path


def forget() -> None:
    """As an older backup of the database would: it knows neither the grave nor the list's length."""
    Tombstone.objects.all().delete()
    Graves.objects.update(size=0, mark="")


def test_a_grave_is_on_the_list_before_it_is_in_the_database(home, monkeypatch):
    place = desk()
    keep(place, item("1"))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(erase, "_lay", killed)
        with pytest.raises(KeyboardInterrupt):
            erase.erase_posts(place, [key("1")])
    assert Post.objects.count() == 1
    assert key("1").hex() in listed(home).read_text()
    assert erase.settle() == 1
    assert Post.objects.count() == 0
    assert erase.settle() == 0


def test_a_grave_that_another_process_left_is_applied_with_the_next(home):
    first, second = desk(), desk(place="survey")
    keep(first, item("1"), item("2"))
    keep(second, item("1"))
    erase.erase_posts(first, [key("1")])
    with listed(home).open("a") as file:
        file.write(f"riders/survey {key('1').hex()}\nanother/place {key('9').hex()}\n")
    erase.erase_posts(first, [key("2")])
    assert Post.objects.count() == 0
    assert Tombstone.objects.count() == 3


@pytest.mark.parametrize(
    "torn",
    ["riders/reviews 0123", "riders/rev", "\x00\xff garbage", "riders/reviews " + "g" * 32, "\n\n"],
    ids=["half a key", "half a name", "garbage", "no key", "empty lines"],
)
def test_a_line_that_broke_off_costs_no_other_line(home, torn):
    place = desk()
    keep(place, item("1"), item("2"))
    erase.erase_posts(place, [key("1")])
    with listed(home).open("ab") as file:
        file.write(torn.encode("latin-1"))
    erase.erase_posts(place, [key("2")])
    forget()
    keep(place, item("1"), item("2"))
    assert erase.settle() == 2
    assert keep(place, item("1"), item("2")).admitted == 0


@pytest.mark.parametrize("how", ["removed", "emptied", "cut short", "another one"])
def test_a_list_that_is_lost_or_changed_is_completed_from_the_database(home, how):
    place = desk()
    erase.erase_posts(place, [key(str(n)) for n in range(5)])
    path = listed(home)
    lines = path.read_text().splitlines(keepends=True)
    if how == "removed":
        path.unlink()
    else:
        path.write_text(
            {"emptied": "", "cut short": "".join(lines[:2])}.get(how, f"riders/reviews {'0' * 32}\n")
        )
    assert not graves.settled()
    erase.settle()
    assert graves.settled()
    assert set(lines) <= set(path.read_text().splitlines(keepends=True))


def test_a_place_that_is_removed_and_added_again_remembers_what_was_deleted_there(home):
    place = desk()
    keep(place, item("1"), item("2"))
    erase.erase_posts(place, [key("1")])
    erase.erase_place("riders", "reviews")
    again = write.add_place("riders", "reviews", type="file", kind="addressed")
    assert keep(again, item("1"), item("2")).admitted == 1


def test_another_database_takes_no_graves_of_this_one(home):
    place = desk()
    erase.erase_posts(place, [key("1")])
    assert Graves.objects.get().name == listed(home).stem
    (home / "gone" / "ffffffffffffffff.log").write_text(f"riders/reviews {key('2').hex()}\n")
    erase.settle()
    assert keep(place, item("2")).admitted == 1


def test_nothing_is_written_twice_by_a_replay(home):
    place = desk()
    for _ in range(3):
        keep(place, erased=[key("1"), key("1")])
    assert len(listed(home).read_text().splitlines()) == 1


def test_a_list_that_cannot_be_written_stops_the_erasure_with_a_sentence(home):
    place = desk()
    keep(place, item("1"))
    (home / "gone").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written") as caught:
        erase.erase_posts(place, [key("1")])
    assert str(home) in caught.value.sentence()
    assert Post.objects.count() == 1


@settings(max_examples=60, deadline=None, database=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.binary(min_size=16, max_size=16)), max_size=12))
def test_whatever_the_file_holds_its_good_lines_are_read(parts):
    good = [("riders/reviews", part) for part in parts if len(part) == 16]
    lines = [f"riders/reviews {part.hex()}\n".encode() if len(part) == 16 else part + b"\n" for part in parts]
    found = list(graves._parsed(b"".join(lines)))
    assert [one for one in found if one in good] == good
