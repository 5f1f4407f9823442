"""`earnest doctor`: what is set up, what is missing, and how to mend it."""

import importlib.util
import json
import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from earnest.cli import doctor_backups, doctor_places, setup
from earnest.cli.finding import Finding
from earnest.record.errors import EarnestError

LEAST_FREE = 1_000_000_000
"""Bytes of free disk below which the doctor worries."""

EXTRAS = {
    "accurate": "",
    "metrics": "OTEL_EXPORTER_OTLP_ENDPOINT",
    "notices": "",
    "pdf": "",
    "postgres": "DATABASE_URL",
    "spark": "",
}
"""Extra, and what in the environment asks for it. `doctor_places.py` tells of those of places."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--make-keys", is_flag=True, help="Make new voice keys where they are gone for good.")
@setup.home_option
def command(as_json: bool, make_keys: bool, home: Path | None) -> None:
    """Look at everything Earnest needs; exit code 1 when something is broken."""
    folder = Path(home or os.environ.get("EARNEST_HOME") or "~/.earnest").expanduser().absolute()
    if make_keys:
        _make_keys(folder)
    findings = list(examine(folder))
    for one in findings:
        if as_json:
            click.echo(json.dumps(asdict(one), ensure_ascii=False))
        else:
            click.echo(f"{_SIGN[one.state]} {one.what}: {one.found}{f'  → {one.mend}' if one.mend else ''}")
    sys.exit(1 if any(one.state == "broken" for one in findings) else 0)


_SIGN = {"ok": click.style("✓", fg="green"), "missing": "–", "broken": click.style("✗", fg="red")}


def examine(folder: Path) -> Iterator[Finding]:
    """Look at one thing after another; nothing is changed, and a thing that breaks does not stop the
    others.
    """
    for what, look in CHECKS.items():
        try:
            yield from look(folder)
        except EarnestError as error:
            yield Finding(what, "broken", error.problem, error.advice)
        except Exception as error:  # noqa: BLE001 - the doctor reports what is broken, whatever it is
            yield Finding(what, "broken", f"could not be looked at ({type(error).__name__})")


def _python(folder: Path) -> Iterator[Finding]:
    fits = sys.version_info[:2] in ((3, 11), (3, 12))
    mend = "" if fits else "Earnest runs on Python 3.11 and 3.12."
    yield Finding("python", "ok" if fits else "broken", platform.python_version(), mend)


def _home(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(
            "home", "missing", f"{folder} is not there yet", "It is made by the first command that needs it."
        )
        return
    writable = os.access(folder, os.W_OK | os.X_OK)
    mend = "" if writable else "Give this user the right to write there, or choose another with --home."
    yield Finding("home", "ok" if writable else "broken", str(folder), mend)
    free = shutil.disk_usage(folder).free
    enough = free >= LEAST_FREE
    mend = "" if enough else "Make room: the database grows by about 1 GB a million posts."
    yield Finding("disk", "ok" if enough else "broken", f"{free / 1e9:.1f} GB free", mend)


def _keys(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        return
    named = (("django.key", "session key"), ("voices.key", "voice keys"), ("audit.key", "audit key"))
    for name, what in named:
        path = folder / "keys" / name
        if not path.exists():
            fresh = not (folder / "earnest.db").exists() and not os.environ.get("DATABASE_URL")
            if name == "audit.key" and not fresh:
                mend = "If this home had one, put it back from its backup: without it no command starts."
                yield Finding(what, "missing", f"{path} is not there", mend)
            elif fresh or name == "django.key":
                yield Finding(what, "missing", "not made yet", "Made by the first command that needs it.")
            else:
                yield Finding(
                    what,
                    "broken",
                    f"{path} is gone: nothing is admitted",
                    "Put it back from its backup, or make new ones: earnest doctor --make-keys",
                )
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        closed = not mode & 0o077
        mend = "" if closed else f"Run: chmod 600 {path}"
        yield Finding(what, "ok" if closed else "broken", f"{path} ({mode:o})", mend)
    if (folder / "keys" / "voices.key").exists():
        setup.keys(folder)


def _database(folder: Path) -> Iterator[Finding]:
    if not os.environ.get("DATABASE_URL") and not (folder / "earnest.db").exists():
        yield Finding("database", "missing", "no database yet", "Made by the first command that needs it.")
        return
    setup.start(folder)
    from earnest.store import health

    found = health.look()
    yield Finding("database", "ok", found.version)
    from earnest.store import schema

    if schema.look().newer:
        yield Finding(
            "tables", "broken", "of a newer version of Earnest", "Install the one that was here last."
        )
        return
    mend = "" if not found.waiting else "Run: earnest upgrade"
    waiting = f"{found.waiting} changes of the tables wait" if found.waiting else "up to date"
    yield Finding("tables", "ok" if not found.waiting else "broken", waiting, mend)
    if not found.waiting:
        yield Finding(
            "posts", "ok", f"{found.posts:,} in {found.programmes} programmes, {found.places} places"
        )
        yield from _drafts()
        yield from _held()
        yield from _second_looks()
        for place, problem in found.failed:
            yield Finding(
                f"place {place}", "broken", problem or "failed", "See the Places page; then resume it."
            )


def _drafts() -> Iterator[Finding]:
    """Programmes that do not listen yet, and what they lack."""
    from earnest.store import draft, read

    for programme in read.programmes():
        if programme.live:
            continue
        owed = draft.missing(programme)
        says = f"a draft: lacks {draft.listed(owed)}" if owed else "a draft: complete, not begun"
        begin = f"Go on: earnest programme {'set' if owed else 'live'} {programme.slug}"
        yield Finding(f"programme {programme.slug}", "missing", says, begin)


def _held() -> Iterator[Finding]:
    """What Earnest cannot reach, and what it hides until its source answers."""
    from earnest.store import read

    copies = len(read.exports())
    if copies:
        found = f"{copies} hold posts that were erased since"
        yield Finding("copies of reports", "broken", found, "See: earnest exports")
    for programme in read.programmes():
        for row in read.hidden_days(programme.slug):
            found = f"{row.days} days are hidden until they are checked again"
            yield Finding(f"place {programme.slug}/{row.place}", "broken", found, "See the Places page.")


def _second_looks() -> Iterator[Finding]:
    """Programmes whose least certain posts are looked at again: by whom, and how many wait."""
    from earnest.store import read_second

    for terms in read_second.wanted():
        looked = read_second.looked(terms.programme)
        found = f"{terms.share} % by {terms.tier}; {looked.given:,} given, {looked.waiting:,} wait"
        yield Finding(f"second looks {terms.programme}", "ok", found)


def _endpoint(folder: Path) -> Iterator[Finding]:
    """A language model of the operator's own, where the settings name one: is it there, and its model?"""
    if not os.environ.get("EARNEST_ENDPOINT_URL", "").strip():
        yield Finding("endpoint", "missing", "none is set; second looks and teaching can do without")
        return
    setup.start(folder)
    from earnest.flow.endpoint import Client
    from earnest.flow.endpoint.setting import needed

    endpoint = needed()
    there = endpoint.model in Client(endpoint, timeout=5.0).check()
    mend = "" if there else "Set EARNEST_ENDPOINT_MODEL to one that it offers."
    found = f"{endpoint.model} at {endpoint.base}" if there else f"it does not offer {endpoint.model}"
    yield Finding("endpoint", "ok" if there else "broken", found, mend)


def _models(folder: Path) -> Iterator[Finding]:
    from earnest.understand.classify import Model
    from earnest.understand.taxonomy import PACKS

    for pack in PACKS:
        try:
            yield Finding(f"model {pack}", "ok", Model.shipped(pack).id)
        except EarnestError as error:
            needed = pack == "gig-delivery"
            yield Finding(
                f"model {pack}", "broken" if needed else "missing", error.problem, "Run: earnest models"
            )


def _encoder(folder: Path) -> Iterator[Finding]:
    """The accurate tier's encoder: optional, and fetched by a command of its own."""
    from earnest.understand import fetch
    from earnest.understand.encoder import ADVICE, Encoder

    where = fetch.home_of(folder)
    if not where.exists():
        yield Finding("encoder", "missing", "not fetched; the fast tier does without", ADVICE)
    elif importlib.util.find_spec("onnxruntime") is None:
        yield Finding(
            "encoder", "missing", f"{where}, but it cannot be run", "pip install 'earnest[accurate]'"
        )
    else:
        yield Finding("encoder", "ok", f"{Encoder.load(where).id} in {where}")


def _extras(folder: Path) -> Iterator[Finding]:
    from earnest.sources.extras import missing

    for extra, setting in EXTRAS.items():
        there = not missing(extra)
        needed = bool(setting and os.environ.get(setting))
        state: Literal["ok", "missing", "broken"] = "ok" if there else "broken" if needed else "missing"
        mend = "" if there else f"pip install 'earnest[{extra}]'"
        yield Finding(f"extra {extra}", state, "installed" if there else "not installed", mend)


CHECKS: dict[str, Callable[[Path], Iterator[Finding]]] = {
    "python": _python,
    "home": _home,
    "keys": _keys,
    "database": _database,
    "models": _models,
    "encoder": _encoder,
    "extras": _extras,
    "places": doctor_places.look,
    "endpoint": _endpoint,
    "backup": doctor_backups.look,
}


def _make_keys(folder: Path) -> None:
    from earnest.gate.voice import Keys

    try:
        Keys.make(setup.keys_path(folder))
    except FileExistsError:
        click.echo("The voice keys are there; they are never replaced.", err=True)
        sys.exit(1)
    click.echo("New voice keys. Posts kept before are no longer recognised as the same.", err=True)
