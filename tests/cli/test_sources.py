"""`earnest sources`: the types there are, and a place from being tried to being changed."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests import commands
from tests.sources.packaged import install, on_the_path, source
from tests.sources.replay import Replay, Reply

from earnest.cli.sources import command
from earnest.sources.registry import TYPES

Run = Callable[..., "subprocess.CompletedProcess[str]"]

ITEM = "<item><guid>{0}</guid><title>{1}</title><author>ann@example.org</author></item>"
SAID = [
    "The app closed at the door, call me at 0171 555 0100.",
    "Our union meets on Friday, join the strike.",
]
SAID += [f"Said {n} of the six." for n in range(6)]
FEED = '<rss version="2.0"><channel><title>c</title>{}</channel></rss>'.format(
    "".join(ITEM.format(n, text) for n, text in enumerate(SAID))
)


@pytest.fixture
def earnest(tmp_path: Path) -> Run:
    """Runs a command in a home of its own, on SQLite whatever the tests run on."""

    def run(*words: object, said: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        own = {"EARNEST_HOME": str(tmp_path / "home"), "DATABASE_URL": "", "EARNEST_PRIVATE_PLACES": "yes"}
        return commands.run([*map(str, words)], {**os.environ, **own, **more}, said=said)

    return run


@pytest.fixture
def server() -> Iterator[Replay]:
    rows = {
        "/feed": Reply(200, FEED.encode(), headers={"Content-Type": "application/rss+xml"}),
        "/gone": Reply(410, b""),
        "/busy": Reply(429, b"", headers={"Retry-After": "60"}),
    }
    one = Replay(rows).start()
    yield one
    one.close(check=False)


def places(earnest: Run) -> list[dict[str, str]]:
    return [json.loads(line) for line in earnest("sources", "check", "--json").stdout.splitlines()]


ADD = ("sources", "add", "News", "--type", "feed", "--kind", "open")


class TestTheList:
    def test_one_json_line_a_type_says_what_it_may_be(self) -> None:
        result = CliRunner().invoke(command, ["list", "--json"])
        lines = [json.loads(line) for line in result.output.splitlines()]
        assert [line["type"] for line in lines] == list(TYPES)
        for line in lines:
            assert (
                {"type", "kinds", "title", "tested_against"}
                <= set(line)
                <= {"type", "kinds", "title", "extra", "tested_against"}
            )

    def test_the_table_names_every_type(self) -> None:
        result = CliRunner().invoke(command, ["list"])
        assert result.exit_code == 0
        assert all(name in result.output for name in TYPES)

    def test_a_package_that_is_left_out_is_named_and_the_others_go_on(self, tmp_path: Path) -> None:
        install(tmp_path, "earnest-source-bad", {"bad": "bad_said:TYPE"}, {"bad_said": "raise RuntimeError"})
        install(tmp_path, "earnest-source-echo", {"echo": "echo_there:TYPE"}, {"echo_there": source("echo")})
        with on_the_path(tmp_path):
            result = CliRunner().invoke(command, ["list", "--json"])
            lacks = CliRunner().invoke(command, ["check", "--package", "earnest-source-bad"])
        assert json.loads(result.stdout.splitlines()[-1])["type"] == "echo"
        assert "earnest-source-bad" in json.loads(result.stderr)["message"]
        assert result.exit_code == 0
        assert (lacks.exit_code, "it is left out" in lacks.output) == (1, True)


class TestAdding:
    def test_it_is_tried_and_five_redacted_posts_are_shown_that_may_be_kept(
        self, earnest: Run, server: Replay
    ) -> None:
        done = earnest(*ADD, "--set", f"url={server.url}/feed")
        assert done.returncode == 1
        assert "7 posts came that would be kept" in done.stderr
        assert "5 of them:" in done.stderr
        assert "call me at [phone]" in done.stderr
        assert "union" not in done.stderr
        assert "ann" not in done.stderr
        assert "Say --yes to add it" in done.stderr
        assert len(server.asked) == 1
        assert places(earnest) == []

    def test_with_a_yes_it_is_added_and_read_like_any_other(self, earnest: Run, server: Replay) -> None:
        done = earnest(*ADD, "--set", f"url={server.url}/feed", "--yes")
        assert done.returncode == 0, done.stderr
        assert "Added news (feed, open)" in done.stdout
        assert "8 read" in earnest("listen", "--once").stdout
        assert "posts: 7 in" in earnest("doctor").stdout

    @pytest.mark.slow
    def test_what_is_missing_is_asked_for_in_the_words_of_the_type(
        self, earnest: Run, server: Replay
    ) -> None:
        no = earnest("sources", "add", "News", "--ask", said=f"feed\nopen\n{server.url}/feed\n\nn\n")
        assert no.returncode == 1
        assert "The address of the feed itself: RSS, Atom or JSON Feed." in no.stderr
        assert "The platform asks: A feed is made to be read by programs" in no.stderr
        assert "Nothing was stored." in no.stderr
        assert places(earnest) == []
        yes = earnest("sources", "add", "News", "--ask", said=f"feed\nopen\n{server.url}/feed\n\ny\n")
        assert yes.returncode == 0, yes.stderr
        assert [one["place"] for one in places(earnest)] == ["news"]

    @pytest.mark.slow
    def test_a_place_that_does_not_answer_is_not_added(self, earnest: Run, server: Replay) -> None:
        done = earnest(*ADD, "--set", f"url={server.url}/gone", "--yes")
        assert done.returncode == 1
        assert places(earnest) == []

    def test_a_draft_is_not_listened_to_not_even_for_a_try(self, earnest: Run, server: Replay) -> None:
        assert earnest("programme", "add", "guests", "--audience", "customers", "--draft").returncode == 0
        done = earnest(*ADD, "--set", f"url={server.url}/feed", "--programme", "guests", "--yes")
        assert done.returncode == 0, done.stderr
        assert "nobody is listened to before the programme begins" in done.stderr
        assert server.asked == []

    def test_a_secret_is_never_taken_from_the_command_line(self, earnest: Run) -> None:
        done = earnest(
            "sources", "add", "x", "--type", "singer", "--set", "tap=t", "--set", "config={}", "--yes"
        )
        assert done.returncode == 1
        assert "--token-env" in done.stderr

    def test_a_secret_lives_in_the_key_folder_alone(self, earnest: Run, tmp_path: Path) -> None:
        taps = tmp_path / "taps"
        taps.mkdir(mode=0o755)
        (taps / "tap-x").write_text("#!/bin/sh\nexit 1\n")
        (taps / "tap-x").chmod(0o755)
        done = earnest(
            "sources", "add", "Tap", "--type", "singer", "--set", "tap=tap-x", "--set", "text=body",
            "--token-env", "CONFIG", "--untried", EARNEST_TAPS=str(taps), CONFIG='{"token": "velvet"}',
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        held = [
            path
            for path in (tmp_path / "home").rglob("*")
            if path.is_file() and b"velvet" in path.read_bytes()
        ]
        assert [path.name for path in held] == ["place-default--tap.key"]
        assert held[0].stat().st_mode & 0o077 == 0


class TestChecking:
    @pytest.mark.parametrize(
        ("path", "state", "says"),
        [
            ("feed", "answers", "there is something to read"),
            ("gone", "fault", ""),
            pytest.param("busy", "later", "", marks=pytest.mark.slow),
        ],
        ids=["it answers", "it is gone", "it is busy"],
    )
    def test_a_place_says_how_it_stands_and_keeps_nothing(
        self, earnest: Run, server: Replay, path: str, state: str, says: str
    ) -> None:
        earnest(*ADD, "--set", f"url={server.url}/{path}", "--untried")
        one = earnest("sources", "check", "news", "--json")
        found = json.loads(one.stdout)
        assert (found["state"], one.returncode) == (state, 0 if state == "answers" else 1)
        assert says in found["says"]
        assert state == "answers" or found["mend"]
        told = earnest("sources", "check")
        assert told.stdout.startswith(
            f"{ {'answers': '✓', 'fault': '✗', 'later': '~'}[state] } default/news: "
        )
        earnest("listen", "--once")
        assert "posts: 7 in" in earnest("doctor").stdout or state != "answers"

    @pytest.mark.slow
    def test_settings_can_be_checked_before_there_is_a_place(self, earnest: Run, server: Replay) -> None:
        good = earnest("sources", "check", "--type", "feed", "--set", f"url={server.url}/feed")
        bad = earnest("sources", "check", "--type", "feed", "--set", "url=ftp://x")
        assert (good.returncode, bad.returncode) == (0, 1)
        assert bad.stdout.startswith("✗ feed: ")
        assert places(earnest) == []


class TestChanging:
    @pytest.mark.slow
    def test_other_settings_are_read_from_the_start_and_what_is_kept_is_recognised(
        self, earnest: Run, server: Replay
    ) -> None:
        earnest(*ADD, "--set", f"url={server.url}/gone", "--untried")
        assert (
            earnest("sources", "change", "news", "--set", f"url={server.url}/feed").stdout
            == "Changed news.\n"
        )
        assert "8 read" in earnest("listen", "--once").stdout
        assert "posts: 7 in" in earnest("doctor").stdout
        assert (
            earnest("sources", "change", "news", "--set", f"url={server.url}/feed").stdout
            == "Nothing changed.\n"
        )
        assert earnest("sources", "change", "news", "--set", f"url={server.url}/feed?again").returncode == 0

    @pytest.mark.slow
    def test_a_setting_that_is_none_changes_nothing(self, earnest: Run, server: Replay) -> None:
        earnest(*ADD, "--set", f"url={server.url}/feed", "--untried")
        done = earnest("sources", "change", "news", "--set", "cookie=velvet")
        assert done.returncode == 1
        assert "It takes: url" in done.stderr
        assert "velvet" not in done.stderr
        assert places(earnest)[0]["state"] == "answers"
