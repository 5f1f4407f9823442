"""`earnest sources invite` for every closed place, as an operator and an administrator live it: processes,
and the stand-ins of the platforms. Everybody here is made up.
"""

import os
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests import commands
from tests.flow.test_invite_closed import PAGE, PLACES

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("type", PLACES)
def test_from_the_notice_to_the_end_of_the_invitation(type: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        place = PLACES[type](stack)

        def run(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
            own = {"EARNEST_HOME": str(tmp_path), "DATABASE_URL": "", "EARNEST_PRIVATE_PLACES": "yes"}
            return commands.run([*words], {**os.environ, **own, **more})

        made = run(
            "programme", "add", "riders", "--audience", "workforce", "--directive",
            "--purpose", "Find and mend what goes wrong with pay.", "--lawful-basis", "legitimate_interests",
            "--contact", "listening@ternway.example",
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        given = [word for name, value in place.given.items() for word in ("--set", f"{name}={value}")]
        secret = ["--token-env", "BOT"] if place.secret else []
        invited = run(
            "sources", "invite", "Riders talk", "--type", type, "--programme", "riders", "--page", PAGE,
            *given, *secret, BOT=place.secret,
        )  # fmt: skip
        assert invited.returncode == 0, invited.stderr

        def check() -> "subprocess.CompletedProcess[str]":
            return run("sources", "check", "riders-talk", "--programme", "riders")

        waiting = check()
        assert (waiting.returncode, waiting.stdout[:7]) == (1, "Waiting"), waiting.stderr
        place.publish(invited.stdout.rstrip("\n"))
        opened = check()
        assert (opened.returncode, opened.stdout[:5]) == (0, "Open."), opened.stdout
        place.say("the app crashed at the door")
        heard = run("listen", "--once")
        assert (heard.returncode, heard.stderr) == (0, ""), heard.stdout
        assert "posts: 1 in" in run("doctor").stdout
        place.end()
        ended = check()
        assert ended.returncode == 1
        assert "is erased after" in ended.stdout
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert not place.secret or place.secret.encode() not in kept
