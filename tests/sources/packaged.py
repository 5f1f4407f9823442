"""Packages that ship a type of place, installed for a test: a module and a dist-info, as pip leaves them."""

import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earnest.sources import registry

SOURCE = '''
from typing import Annotated

import msgspec

from earnest.record.raw import Page, RawPost
from earnest.sources.base import SourceType, settings


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets."""

    words: Annotated[str, msgspec.Meta(title="Words", description="What is said there.", examples=["hello"])]
    {more}


class Said:
    def __init__(self, wanted: Settings) -> None:
        self.wanted = wanted

    def read(self, cursor: str | None):
        import json

        given = json.loads(cursor)["given"] if cursor else 0
        posts = () if given else (RawPost(id="1", text=self.wanted.words),)
        yield Page(posts, '{{"given": 1}}', done=True)


TYPE = SourceType(
    type="{type}",
    kinds={kinds},
    title="What somebody says",
    extra=None,
    tested_against="itself",
    open=lambda given, egress: Said(settings("{type}", given, Settings)),
    settings=Settings,
    asks="Nothing.",
    {facts}
)
'''


def source(type: str, *, kinds: str = '("addressed", "open")', more: str = "", facts: str = "") -> str:
    """A module with a type."""
    return SOURCE.format(type=type, kinds=kinds, more=more, facts=facts)


def install(folder: Path, dist: str, entries: dict[str, str], modules: dict[str, str]) -> None:
    """A package as pip leaves it. `entries` are the entry points by their names."""
    info = folder / f"{dist.replace('-', '_')}-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.2\n")
    lines = "\n".join(f"{name} = {target}" for name, target in entries.items())
    (info / "entry_points.txt").write_text(f"[earnest.sources]\n{lines}\n")
    for name, code in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(code))


@contextmanager
def on_the_path(folder: Path) -> Iterator[None]:
    """What is installed there is there, for this process, and is loaded anew."""
    sys.path.insert(0, str(folder))
    registry.packages.cache_clear()
    before = set(sys.modules)
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        registry.packages.cache_clear()
        for name in set(sys.modules) - before:
            if str(getattr(sys.modules[name], "__file__", "") or "").startswith(str(folder)):
                del sys.modules[name]
