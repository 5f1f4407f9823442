"""A folder of archives as a source. Read first: `Archive.read`."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadFile, InputError
from earnest.record.raw import Page, RawPost
from earnest.sources.base import SourceType, dump_cursor, load_cursor, primary_tag, refusal, settings
from earnest.sources.drop.folder import PARTIAL
from earnest.sources.drop.source import Columns, Dates
from earnest.sources.file.source import FileSettings, FileSource

_LEAVES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".zst", ".zstd", ".gz")
_PLACES = ("region", "city", "country")


class ArchiveSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets."""

    path: Annotated[
        str,
        msgspec.Meta(
            title="File or folder",
            description="An archive, or a folder whose files and folders hold archives.",
            examples=["/srv/archives/reddit"],
            min_length=1,
        ),
    ]
    subreddits: Annotated[
        tuple[str, ...],
        msgspec.Meta(
            title="Subreddits",
            description="Of dumps of Reddit: only these subreddits; everything else is passed over unread.",
            examples=["couriersofreddit"],
        ),
    ] = ()
    columns: Columns = {}
    dates: Dates = None

    def __post_init__(self) -> None:
        if "\0" in self.path:
            raise ValueError("`path` must name a file or a folder")
        if any(re.fullmatch(r"(?:/?r/)?[A-Za-z0-9_]{2,21}", one) is None for one in self.subreddits):
            raise ValueError("`subreddits` must be names of subreddits")


class Mark(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cursor: the file that was read last, by its path in the folder, and its own cursor (None: to its
    end).
    """

    file: str
    at: str | None = None


def _today() -> datetime:
    return datetime.now(UTC)


class Archive:
    """One file or folder."""

    def __init__(self, wanted: ArchiveSettings, now: Callable[[], datetime] = _today) -> None:
        self._settings = wanted
        self._now = now
        self._root = Path(wanted.path)
        self._keep = only(wanted.subreddits) if wanted.subreddits else None

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Posts file by file. Raises InputError where the folder cannot be read.

        A file that comes later is read where its name sorts after what was read: archives are named by their
        months. A file that cannot be read is a refusal, and the next one goes on.
        """
        mark = load_cursor(cursor, Mark)
        left = [(name, path) for name, path in self._files() if mark is None or _left(name, mark)]
        if not left:
            yield Page((), dump_cursor(mark or Mark("")), done=True)
            return
        for number, (name, path) in enumerate(left, 1):
            at = mark.at if mark is not None and mark.file == name else None
            last = number == len(left)
            for page in self._pages(name, path, at):
                after = Mark(name, None if page.done else page.cursor)
                yield replace(page, cursor=dump_cursor(after), done=page.done and last)

    def probe(self) -> str:
        """Looks into the folder."""
        return f"{len(self._files()):,} files of archives."

    def _pages(self, name: str, path: Path, at: str | None) -> Iterator[Page]:
        told = self._settings
        source = FileSource(
            FileSettings(str(path), columns=told.columns, dates=told.dates),
            self._now,
            long=True,
            keep=self._keep,
        )
        beside = _partition(name)
        try:
            for page in source.read(at):
                refused = tuple(replace(one, place=f"{name}, {one.place}") for one in page.refused)
                posts = page.posts if not beside else tuple(_with(one, beside) for one in page.posts)
                yield replace(page, posts=posts, refused=refused)
        except BadFile as error:
            yield Page((), "{}", (refusal(name, error.reason, "BadFile"),), done=True)

    def _files(self) -> list[tuple[str, Path]]:
        """Files with the paths that order them; links, hidden and half-written ones are left alone."""
        if self._root.is_file():
            return [(self._root.name, self._root)]
        if not self._root.is_dir():
            raise InputError(
                "there is no such file or folder",
                place="path",
                advice="Check the setting 'path' of the archive.",
            )
        found = []
        for path in self._root.rglob("*"):
            name = path.relative_to(self._root).as_posix()
            hidden = any(part.startswith((".", "_")) for part in name.split("/"))
            if hidden or path.is_symlink() or name.lower().endswith(PARTIAL):
                continue
            if name.lower().endswith(_LEAVES) and path.is_file():
                found.append((name, path))
        return sorted(found)


def _left(name: str, mark: Mark) -> bool:
    return name > mark.file or (name == mark.file and mark.at is not None)


def only(subreddits: tuple[str, ...]) -> Callable[[bytes], bool]:
    """Whether a line of a dump is of one of these subreddits, told without decoding it."""
    names = b"|".join(re.escape(one.rpartition("/")[2].lower().encode()) for one in subreddits)
    wanted = re.compile(rb'"subreddit"\s*:\s*"(?:' + names + rb')"', re.IGNORECASE)
    return lambda line: wanted.search(line) is not None


def _partition(name: str) -> dict[str, str]:
    """What a path says of all its rows: "lang=es/region=Lyon/part-0.parquet"."""
    found: dict[str, str] = {}
    for part in name.split("/")[:-1]:
        key, sign, value = part.partition("=")
        value = unquote(value).strip()
        if sign and 0 < len(value) <= 100 and value.isprintable() and value != "__HIVE_DEFAULT_PARTITION__":
            if key.lower() in ("lang", "language") and primary_tag(value):
                found["lang"] = primary_tag(value) or ""
            elif key.lower() in _PLACES:
                found["region"] = value
    return found


def _with(post: RawPost, beside: Mapping[str, str]) -> RawPost:
    return replace(post, lang=post.lang or beside.get("lang"), region=post.region or beside.get("region"))


def _open(given: Mapping[str, Any], egress: Egress | None) -> Archive:
    return Archive(settings("archive", given, ArchiveSettings))


ARCHIVE = SourceType(
    type="archive",
    kinds=("open",),
    title="Archives: dumps of Reddit, lakes of Parquet files",
    extra=None,
    tested_against="zstd with a window of 2 GB, and partitioned Parquet of a million synthetic rows",
    open=_open,
    catches_up=True,
    settings=ArchiveSettings,
    asks="What its author deleted since may stand in an archive: ask the place again before you quote.",
    local=True,
)
