"""The doctor's look at what places need: libraries, packages of others, and taps that may be run."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from earnest.cli import setup
from earnest.cli.finding import Finding


def look(folder: Path) -> Iterator[Finding]:
    """Libraries that a type of place wants and that are not installed; every package; the taps."""
    from earnest.sources.extras import missing
    from earnest.sources.registry import TYPES, packages

    wanting: dict[str, list[str]] = {}
    for kind in TYPES.values():
        if kind.extra and missing(kind.extra):
            wanting.setdefault(kind.extra, []).append(kind.type)
    for extra, types in wanting.items():
        mend = f"To read them: pip install 'earnest[{extra}]'"
        yield Finding(f"places of type {', '.join(types)}", "missing", f"need the extra {extra}", mend)
    for one in packages():
        what, found = f"package {one.package}", f"the type '{one.name}'"
        if one.problem:
            yield Finding(what, "broken", f"{found} is left out: {one.problem}", "Mend it, or uninstall it.")
        else:
            yield Finding(what, "ok", f"{found}, {one.version}")
    if os.environ.get("EARNEST_TAPS", "").strip():
        yield from _taps(folder)


def _taps(folder: Path) -> Iterator[Finding]:
    setup.start(folder)
    from earnest.sources.singer import confine, programs

    names = programs.programs()
    shut = "confined" if confine.landlock() else "not kept from Earnest's files: this kernel has no Landlock"
    state: Literal["ok", "missing"] = "ok" if names else "missing"
    mend = "" if names else "Put programs into the folder that EARNEST_TAPS names."
    yield Finding("taps", state, f"{', '.join(names) or 'none'} ({shut})", mend)
