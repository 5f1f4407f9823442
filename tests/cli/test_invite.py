"""`earnest sources invite` to its end, as an operator and a moderator live it: processes, a real Synapse."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import commands
from tests.rooms import Desk, People

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def earnest(tmp_path: Path) -> Run:
    """Runs a command in a home of its own, on SQLite whatever the tests run on."""

    def run(*words: object, said: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
        own = {"EARNEST_HOME": str(tmp_path / "home"), "DATABASE_URL": "", "EARNEST_PRIVATE_PLACES": "yes"}
        return commands.run([*map(str, words)], {**os.environ, **own, **more}, said=said)

    return run


@pytest.fixture
def desk(people: People) -> Desk:
    return Desk(people)


def programme(earnest: Run) -> None:
    done = earnest(
        "programme", "add", "riders", "--audience", "workforce", "--directive",
        "--purpose", "Find and mend what goes wrong with pay.", "--lawful-basis", "legitimate_interests",
        "--contact", "listening@ternway.example",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def invite(
    earnest: Run, desk: Desk, *more: str, token: str | None = None
) -> "subprocess.CompletedProcess[str]":
    return earnest(
        "sources", "invite", "Riders room", "--type", "matrix", "--programme", "riders",
        "--set", f"homeserver={desk.bot.server.url}", "--set", f"room={desk.room.id}",
        "--token-env", "BOT", *more, BOT=desk.bot.token if token is None else token,
    )  # fmt: skip


def check(earnest: Run) -> "subprocess.CompletedProcess[str]":
    return earnest("sources", "check", "riders-room", "--programme", "riders")


@pytest.mark.slow
def test_from_the_notice_to_the_end_of_the_invitation(earnest: Run, desk: Desk, tmp_path: Path) -> None:
    programme(earnest)
    made = invite(earnest, desk)
    assert made.returncode == 0, made.stderr
    assert "listening@ternway.example" in made.stdout
    assert desk.bot.id in made.stderr
    waiting = check(earnest)
    assert waiting.returncode == 1
    assert waiting.stdout.startswith("Waiting for the community. Earnest is not in the community")
    desk.publish(made.stdout)
    opened = check(earnest)
    assert (opened.returncode, opened.stderr) == (0, "")
    assert opened.stdout.startswith("Open.")
    desk.room.say(desk.uma, "the app crashed at the door")
    assert "1 read" in earnest("listen", "--once").stdout
    assert "posts: 1 in" in earnest("doctor").stdout
    assert earnest("sources", "pause", "riders-room", "--programme", "riders").returncode == 0
    assert check(earnest).stdout.startswith("Paused.")
    assert earnest("sources", "resume", "riders-room", "--programme", "riders").returncode == 0
    desk.room.pin(desk.mona)
    ended = check(earnest)
    assert ended.returncode == 1
    assert "no longer pinned" in ended.stdout
    assert "is erased after" in ended.stdout
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert desk.bot.token.encode() not in kept
    assert made.stdout.split()[-1].encode() not in kept


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sources", "add", "x", "--type", "matrix"), "it invites Earnest itself"),
        (("sources", "invite", "x", "--type", "feed"), "'feed' is not one of"),
        (("sources", "invite", "x", "--type", "matrix"), "Stdin is empty"),
        (("sources", "invite", "x", "--type", "matrix", "--token-env", "NONE"), "variable NONE is empty"),
        (("sources", "check", "nowhere"), "has no place 'nowhere'"),
        (("sources", "pause", "nowhere"), "has no place 'nowhere'"),
    ],
    ids=["adding a room", "inviting to a feed", "no token", "no variable", "no place", "nothing to pause"],
)
def test_what_cannot_be_is_a_sentence(earnest: Run, words: tuple[str, ...], said: str) -> None:
    done = earnest(*words)
    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_draft_invites_nobody(earnest: Run, desk: Desk) -> None:
    assert earnest("programme", "add", "riders", "--audience", "workforce", "--draft").returncode == 0
    done = invite(earnest, desk)
    assert done.returncode == 1
    assert "draft" in done.stderr


@pytest.mark.slow
def test_a_token_that_the_homeserver_does_not_know_makes_no_place(earnest: Run, desk: Desk) -> None:
    programme(earnest)
    done = invite(earnest, desk, token="syt_not_a_token")
    assert done.returncode == 1
    assert "access token" in done.stderr
    assert "syt_not_a_token" not in done.stderr
    assert "has no place" in check(earnest).stderr
    assert invite(earnest, desk).returncode == 0


@pytest.mark.slow
def test_another_token_of_the_same_bot_mends_a_place(earnest: Run, desk: Desk) -> None:
    programme(earnest)
    desk.publish(invite(earnest, desk).stdout)
    assert check(earnest).returncode == 0
    earnest("sources", "token", "riders-room", "--programme", "riders", said="syt_wrong_token\n")
    wrong = check(earnest)
    assert "does not accept the bot's access token" in wrong.stdout
    earnest("sources", "token", "riders-room", "--programme", "riders", said=desk.bot.token + "\n")
    assert check(earnest).returncode == 0
