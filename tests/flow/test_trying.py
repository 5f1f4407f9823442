"""Trying a place: what is shown is what would be kept, and nothing is written, however a source breaks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from pytest_django import Settings

from earnest.desk import audit
from earnest.flow import places
from earnest.flow.checking import check_place, check_type
from earnest.flow.trying import SHOWN, try_place
from earnest.gate.voice import Keys
from earnest.record.errors import BadSetting, Refused, SourceGone
from earnest.store import read, write, write_leaving
from tests.sources.packaged import install, on_the_path, source

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

TEN = """
            yield Page(tuple(RawPost(id=str(n), text=f"Said {n}, call 0171 555 010{n}.", author=f"u{n}")
                             for n in range(10)), '{"given": 1}', done=False)
            raise RuntimeError("a second page was asked for")
"""
READ = "        import json\n"


@pytest.fixture(autouse=True)
def _desk(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.EARNEST_HOME = tmp_path / "home"
    (tmp_path / "home/keys").mkdir(parents=True)
    Keys.make(tmp_path / "home/keys/voices.key")
    audit.ready()
    write.add_programme(
        "shoppers", "Shoppers", "customers", purpose="Mend what breaks.", lawful_basis="legitimate_interests",
        contact="a@example.org", retention_days=30, state="live",
    )  # fmt: skip
    site = tmp_path / "site"
    site.mkdir()
    with on_the_path(site):
        yield


def package(tmp_path: Path, code: str = "", **facts: Any) -> None:
    """The type `echo`, whose read begins with `code`."""
    whole = source("echo", **facts)
    assert whole.count(READ) == 1
    whole = whole.replace(READ, f"        if True:\n{code}\n{READ}") if code else whole
    name = f"echo_{len(list((tmp_path / 'site').iterdir()))}"
    install(tmp_path / "site", "earnest-source-echo", {"echo": f"{name}:TYPE"}, {name: whole})


def rows() -> dict[str, int]:
    """How many rows every table holds, but those of the audit chain."""
    return {
        model.__name__: model._default_manager.count()
        for model in apps.get_app_config("store").get_models()
        if "Audit" not in model.__name__ and "Chain" not in model.__name__
    }


def tried(**given: Any) -> Any:
    return try_place("shoppers", "echo", "open", {"words": "hello", **given}, None, actor="cli")


def test_five_posts_of_one_page_are_shown_as_they_would_be_kept_and_no_row_is_written(tmp_path: Path) -> None:
    package(tmp_path, TEN)
    before = rows()
    found = tried()
    assert (found.came, found.more, len(found.posts)) == (10, True, SHOWN)
    assert all(post.text.endswith("call [phone].") for post in found.posts)
    assert "Said" not in repr(found)
    assert rows() == before


def test_whoever_opted_out_at_such_a_place_is_not_shown_at_another(tmp_path: Path) -> None:
    package(tmp_path, TEN, facts="one_account=True,")
    places.add_place("shoppers", "First", "echo", "open", {"words": "x"}, None, actor="cli")
    keys = Keys.open(tmp_path / "home/keys/voices.key")
    first = read.listening_place("shoppers", "first")
    write_leaving.opt_out(
        first.id, [keys.leaver("shoppers/first", "u0"), keys.leaver("shoppers/first", "u3")]
    )
    found = tried()
    assert found.came == 8
    assert not [post for post in found.posts if post.text.startswith(("Said 0", "Said 3"))]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("            raise RuntimeError('velvet')", "Its source broke (RuntimeError)."),
        ("            raise StopIteration", "Its source broke (RuntimeError)."),
        ("            return", "Its source gave no page at all."),
        ("            yield 'velvet'", "Its source gave no page at all."),
    ],
    ids=["it raises what it likes", "it stops", "it gives nothing", "it gives no page"],
)
def test_a_source_that_breaks_is_one_sentence_that_says_nothing_of_what_was_said(
    tmp_path: Path, code: str, sentence: str
) -> None:
    package(tmp_path, code)
    with pytest.raises(SourceGone) as raised:
        tried()
    assert str(raised.value) == sentence
    checked = check_type("echo", {"words": "hello"}, None)
    assert (checked.state, "velvet" in checked.says) == ("fault", False)


def test_a_place_whose_package_is_gone_says_so_and_is_not_changed(tmp_path: Path) -> None:
    package(tmp_path)
    places.add_place("shoppers", "First", "echo", "open", {"words": "x"}, None, actor="cli")
    for path in (tmp_path / "site").glob("*.dist-info"):
        (path / "entry_points.txt").unlink()
    from earnest.sources import registry

    registry.packages.cache_clear()
    checked = check_place(read.listening_place("shoppers", "first"), None)
    assert (checked.state, checked.says) == ("fault", "There is no source type 'echo'.")
    with pytest.raises(Refused, match="no source type"):
        places.change_place("shoppers", "first", {"words": "y"}, None, actor="person:1")


class TestTheKeyGoesNowhereElse:
    MORE = 'server: str = "https://a.example"\n    token: str = ""'

    def added(self, tmp_path: Path) -> None:
        package(tmp_path, more=self.MORE, facts='secret="token", key="Ask.",')
        given = {"words": "x", "server": "https://a.example"}
        places.add_place("shoppers", "First", "echo", "open", given, None, actor="person:1", secret="velvet")

    def test_another_address_needs_the_key_again(self, tmp_path: Path) -> None:
        self.added(tmp_path)
        other = {"words": "x", "server": "https://b.example"}
        with pytest.raises(Refused, match="the key is needed again"):
            places.change_place("shoppers", "first", other, None, actor="person:2")
        assert places.change_place("shoppers", "first", other, None, actor="person:2", secret="linen")

    def test_other_words_do_not(self, tmp_path: Path) -> None:
        self.added(tmp_path)
        words = {"words": "y", "server": "https://a.example"}
        assert places.change_place("shoppers", "first", words, None, actor="person:2")

    def test_it_is_never_kept_among_the_settings(self, tmp_path: Path) -> None:
        self.added(tmp_path)
        assert "velvet" not in str(read.listening_place("shoppers", "first").settings)
        with pytest.raises(BadSetting, match="not kept with the settings"):
            places.change_place("shoppers", "first", {"words": "x", "token": "v"}, None, actor="person:2")
