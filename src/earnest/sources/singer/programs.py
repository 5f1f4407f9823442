"""Which programs may be run as a tap: those that the operator put into one folder, and no other.

`server.settings` says which folder (EARNEST_TAPS); without one there are no taps. A name leads to a file of
that folder, never past it; a link in it may lead to an environment that a tap was installed into.
"""

import json
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from earnest.record.errors import BadSetting, Refused

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

COMMUNITIES = re.compile(
    r"(?:^|[-_.])(?:slack|discord|telegram|whatsapp|signal|matrix|(?:ms-?|microsoft-?)?teams|facebook|instagram"
    r"|messenger|linkedin|viber|wechat|line|skype|mattermost|rocket-?chat|zulip|nextdoor|google-?chat|gchat"
    r"|hangouts|webex|yammer|guilded|threema|groupme|snapchat|kakao(?:talk)?|imessage)(?:[-_.]|$)",
    re.IGNORECASE,
)
"""Where people talk among themselves. Such a place is read through its invitation, or not at all."""

_HOSTS = re.compile(
    r"(?<![a-z0-9-])(?:slack\.com|discord(?:app)?\.com|api\.telegram\.org|t\.me|(?:api|web)\.whatsapp\.com"
    r"|graph\.(?:facebook|instagram|microsoft)\.com|teams\.microsoft\.com|chat\.googleapis\.com"
    r"|zulipchat\.com|webexapis\.com|api\.groupme\.com|api\.linkedin\.com)(?![a-z0-9-])",
    re.IGNORECASE,
)
"""Their interfaces, as the settings of a tap that reads any interface may name them."""

SYSTEM = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/etc/resolv.conf",
    "/etc/hosts", "/etc/host.conf", "/etc/gai.conf", "/etc/nsswitch.conf", "/etc/localtime",
    "/etc/mime.types", "/etc/ld.so.cache", "/etc/passwd", "/etc/group", "/etc/services", "/etc/protocols",
    "/run/systemd/resolve", "/dev/urandom", "/dev/random", "/proc/self", "/proc/cpuinfo", "/proc/meminfo",
    "/proc/sys/vm", "/sys/devices/system/cpu",
)  # fmt: skip
"""What a program is made of, and how it finds the network."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator decided. `keep_out` is Earnest's own home, which no tap is shown."""

    folder: Path | None = None
    keep_out: Path | None = None


_allowed = Allowed()


def allow(folder: str, keep_out: Path) -> None:
    """The folder of taps, as the settings say it; "" for none."""
    global _allowed
    _allowed = Allowed(Path(folder).expanduser().absolute() if folder else None, keep_out)


def programs() -> tuple[str, ...]:
    """The names of the taps there are."""
    folder = _allowed.folder
    if folder is None or not folder.is_dir():
        return ()
    return tuple(sorted(one.name for one in folder.iterdir() if one.is_file() and os.access(one, os.X_OK)))


def program(name: str) -> Path:
    """The program of a tap. Raises BadSetting where there is none, Refused where there may be none."""
    if COMMUNITIES.search(name):
        raise _among_themselves()
    if _allowed.folder is None:
        raise BadSetting(
            "No taps are allowed here.",
            advice="Who runs Earnest puts them into a folder and names it in EARNEST_TAPS.",
        )
    path = _allowed.folder / name
    if not NAME.fullmatch(name) or not path.is_file() or not os.access(path, os.X_OK):
        there = ", ".join(programs()) or "none"
        raise BadSetting(
            f"There is no tap '{name[:60]}'.", advice=f"In the folder of EARNEST_TAPS there are: {there}."
        )
    if stat.S_IMODE(_allowed.folder.stat().st_mode) & 0o022:
        raise BadSetting(
            "Others than its owner may write into the folder of EARNEST_TAPS.",
            advice="Run: chmod go-w on it.",
        )
    if COMMUNITIES.search(path.resolve().name):
        raise _among_themselves()  # by another name
    return path


def check_hosts(config: object) -> None:
    """Raises Refused where a tap that reads whatever it is told to is told to read such a place."""
    if _HOSTS.search(json.dumps(config, ensure_ascii=False, default=str)):
        raise _among_themselves()


def _among_themselves() -> Refused:
    return Refused(
        "This tap reads a place where people talk among themselves.",
        advice="A community is read through its own invitation: earnest sources invite --help",
    )


def readable(path: Path) -> list[str]:
    """What a program may open: the folder of taps, what it is installed in, and the system's own files."""
    found = [*SYSTEM, str(_allowed.folder or path.parent)]
    real = path.resolve()
    for one in (real, *_interpreters(real)):
        found += _of(one)
    return found


def _of(program: Path) -> list[str]:
    """An environment (`…/bin/program`) as a whole, unless Earnest's own home lies in it."""
    whole = program.parent.parent if program.parent.name in ("bin", "sbin") else program.parent
    home = _allowed.keep_out
    if whole == Path(whole.anchor) or (home is not None and home.is_relative_to(whole)):
        return [str(program)]
    return [str(whole)]


def _interpreters(program: Path) -> list[Path]:
    """What a script's first line names, and where that leads."""
    with program.open("rb") as file:
        first = file.readline(512)
    words = first[2:].decode("utf-8", "replace").split() if first.startswith(b"#!") else []
    # A script that a long path stands before is started by a shell that execs the line after.
    named = [Path(words[0])] if words and words[0].startswith("/") else []
    return [found for one in named for found in (one.absolute(), one.resolve())]
