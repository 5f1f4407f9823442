"""Types of place that others ship: taken where they keep the rules, else named; the others go on."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from earnest.record.errors import BadSetting
from earnest.sources import registry
from earnest.sources.asks import asked, asks, values
from earnest.sources.base import SourceType
from earnest.sources.credentials import asks_for, borrowed, forbidden, inside
from earnest.sources.registry import BUILT_IN, TYPES, open_source
from tests.sources.packaged import install, on_the_path, source


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """A folder for packages, on the path."""
    with on_the_path(tmp_path):
        yield tmp_path


def problem(name: str) -> str:
    registry.packages.cache_clear()
    importlib.invalidate_caches()
    return next(one.problem for one in registry.packages() if one.name == name)


def test_a_package_ships_a_type_that_is_read_like_any_other(site: Path) -> None:
    install(site, "earnest-source-echo", {"echo": "echo_said:TYPE"}, {"echo_said": source("echo")})
    (post,) = next(iter(open_source("echo", {"words": "hello there"}).read(None))).posts
    assert post.text == "hello there"
    assert list(TYPES)[-1] == "echo"
    assert len(TYPES) == len(BUILT_IN) + 1
    assert [one.label for one in asked(TYPES["echo"])] == ["Words"]
    with pytest.raises(BadSetting, match="cookie"):
        open_source("echo", {"words": "x", "cookie": "y"})


def test_no_package_is_loaded_before_a_type_is_asked_for_that_earnest_does_not_ship(site: Path) -> None:
    install(site, "earnest-source-echo", {"echo": "echo_lazy:TYPE"}, {"echo_lazy": source("echo")})
    assert TYPES["feed"].type == "feed"
    assert "echo_lazy" not in sys.modules
    assert TYPES.get("echo") is not None
    assert "echo_lazy" in sys.modules


BROKEN = {
    "raises when it is imported": ("raise RuntimeError('velvet')", "could not be loaded (RuntimeError)"),
    "ends the process": ("import sys; sys.exit(3)", "could not be loaded (SystemExit)"),
    "lacks what it names": ("OTHER = 1", "could not be loaded (AttributeError)"),
    "is no type": ("TYPE = 'echo'", "does not lead to a SourceType"),
    "has another name inside": (source("other"), "called echo and its type other"),
    "is of no kind": (source("echo", kinds="()"), "not among addressed, open and closed"),
    "is of a kind nobody knows": (
        source("echo", kinds='("secret",)'),
        "not among addressed, open and closed",
    ),
    "reads communities without asking": (source("echo", kinds='("closed",)'), "proves no invitation"),
    "reads communities too": (source("echo", kinds='("open", "closed")'), "proves no invitation"),
    "proves what it never reads": (source("echo", facts="handshake=True,"), "is not of invited communities"),
    "hides its settings": (
        source("echo").replace("settings=Settings,\n", ""),
        "does not say what its settings are",
    ),
    "takes whatever it is given": (
        source("echo").replace(", forbid_unknown_fields=True", ""),
        "names that it does not declare",
    ),
    "asks for a password": (
        source("echo", more='password: str = ""'),
        "'password' asks for a person's login",
    ),
    "asks for a cookie by another name": (
        source(
            "echo",
            more='key: Annotated[str, msgspec.Meta(description="The cookie of your browser.")] = ""',
            facts='secret="key",',
        ),
        "'key' asks for a person's login",
    ),
    "takes headers": (source("echo", more="headers: dict[str, str] = {}"), "'headers' asks for"),
    "keeps a secret that is none of its settings": (
        source("echo", facts='secret="token",'),
        "secret is not one of its settings",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_package_is_left_out_that(site: Path, what: str) -> None:
    code, reason = BROKEN[what]
    install(site, "earnest-source-echo", {"echo": "echo_bad:TYPE"}, {"echo_bad": code})
    install(site, "earnest-source-good", {"good": "good_said:TYPE"}, {"good_said": source("good")})
    assert reason in problem("echo")
    assert "velvet" not in problem("echo")
    assert "echo" not in TYPES
    assert "good" in TYPES
    with pytest.raises(BadSetting) as raised:
        open_source("echo", {})
    assert "earnest-source-echo would bring it, but is left out" in raised.value.sentence()


def test_a_name_that_earnest_ships_is_taken(site: Path) -> None:
    install(site, "earnest-source-feed", {"feed": "feed_said:TYPE"}, {"feed_said": source("feed")})
    assert problem("feed") == "Earnest ships a type of this name."
    assert TYPES["feed"].title == "RSS, Atom and JSON feeds"
    assert "feed_said" not in sys.modules


def test_a_name_that_two_packages_claim_is_nobodys(site: Path) -> None:
    for number in ("one", "two"):
        module = f"echo_{number}"
        install(site, f"earnest-source-{number}", {"echo": f"{module}:TYPE"}, {module: source("echo")})
    assert "Two packages claim this name" in problem("echo")
    assert "echo" not in TYPES


@pytest.mark.parametrize("name", ["Echo", "9lives", "a", "e-cho", "x" * 60])
def test_a_name_that_is_none_is_refused(site: Path, name: str) -> None:
    install(site, "earnest-source-echo", {name: "echo_named:TYPE"}, {"echo_named": source("echo")})
    assert "small letters" in problem(name[:60])


class TestNobodysLogin:
    """Nothing that ships asks for a cookie, a session, a person's password or a way behind a login."""

    @pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
    def test_no_setting_does(self, kind: SourceType) -> None:
        assert borrowed(asks(kind)) == ""

    @pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
    def test_no_sentence_of_a_type_does(self, kind: SourceType) -> None:
        assert not any(asks_for(text) for text in (kind.title, kind.asks, kind.key))

    @pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
    def test_a_type_takes_only_what_it_declares(self, kind: SourceType) -> None:
        assert kind.settings is not None
        assert kind.settings.__struct_config__.forbid_unknown_fields
        for name in ("cookie", "password", "session"):
            with pytest.raises(BadSetting):
                kind.open({name: "velvet"}, None)

    @pytest.mark.parametrize(
        "name",
        ["password", "user_password", "Cookie", "sessionId", "li_session", "PHPSESSID", "http-headers",
         "login", "browserCookies", "mfa_code", "proxy", "contraseña"],
    )  # fmt: skip
    def test_these_names_are_none_of_a_setting(self, name: str) -> None:
        assert forbidden(name)

    @pytest.mark.parametrize(
        "name",
        [
            "token",
            "api_key",
            "client_id",
            "client_secret",
            "url",
            "folder",
            "app_id",
            "user",
        ],
    )
    def test_these_names_may_be(self, name: str) -> None:
        assert not forbidden(name)

    @pytest.mark.parametrize(
        ("text", "asks_it"),
        [
            ("The password of your account.", True),
            ("Copy the cookie li_at from your browser.", True),
            ("The session token of a logged-in user.", True),
            ("Pages are scraped behind a login.", True),
            ("An app password of that mailbox, made for Earnest alone.", False),
            ("A token of the bot; never a person's password.", False),
            ("The key of the app, not a cookie.", False),
        ],
    )
    def test_a_help_that(self, text: str, asks_it: bool) -> None:
        assert asks_for(text) is asks_it

    def test_what_is_nested_is_looked_at_too(self) -> None:
        assert inside({"a": [{"b": {"Session-Id": 1}}]}) == "Session-Id"
        assert inside({"a": [{"b": {"token": 1}}]}) == ""
        deep: object = {}
        for _ in range(30):
            deep = {"a": deep}
        assert inside(deep) != ""


class TestWhatATypeAsks:
    """Forms, questions and checks come from the struct that reads the settings."""

    @pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
    def test_each_setting_is_described_in_a_sentence(self, kind: SourceType) -> None:
        for one in asked(kind):
            assert one.sentence.endswith((".", "?")), one.name
            assert 1 <= len(one.label.split()) <= 8, one.label

    @pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
    def test_a_type_says_what_it_is(self, kind: SourceType) -> None:
        assert kind.title
        assert kind.asks.endswith(".")
        assert kind.tested_against
        if kind.secret is not None:
            assert kind.key.endswith(".")
            assert kind.secret in [one.name for one in asks(kind)]

    @pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.type)
    def test_a_type_that_reads_this_machines_disk_is_not_added_on_a_page(self, kind: SourceType) -> None:
        reads = {"path", "folder", "file", "directory"} & {one.name for one in asks(kind)}
        assert kind.local or not reads or kind.type in IN_A_SERVICE

    def test_values_are_read_as_they_are_written(self) -> None:
        file = TYPES["file"]
        assert values(file, {"path": " /a ", "columns": "text=title+body\nid=nr", "dates": ""}) == {
            "path": "/a",
            "columns": {"text": "title+body", "id": "nr"},
        }
        with pytest.raises(BadSetting, match="line 2 is not name=value"):
            values(file, {"columns": "text=a\nvelvet"})


IN_A_SERVICE = frozenset({"mail", "mailing_list", "s3"})
"""Whose `folder` is one of a mailbox or a bucket."""
