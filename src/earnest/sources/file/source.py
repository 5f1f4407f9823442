"""A file of posts as a source. Read first: `FileSource.read` is the whole of it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadFile
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings
from earnest.sources.dates import Order
from earnest.sources.file import columns, jsons, sniff, tables
from earnest.sources.file.parquet import Parquet
from earnest.sources.file.position import Item, Mark
from earnest.sources.file.rows import RowError, Rows
from earnest.sources.relist import Recheck, check_recheck, within

PAGE = 1_000
"""Items in a page."""

PAGE_BYTES = 4 * 1024 * 1024
"""Bytes of a file after which a page is handed on though it is not full."""


class FileSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. Everything but the path is found out where it is not given."""

    path: Annotated[
        str,
        msgspec.Meta(
            title="File",
            description="The file on this machine: CSV, TSV, JSON or Parquet, also compressed.",
            examples=["/srv/exports/reviews.csv"],
        ),
    ]
    columns: Annotated[
        dict[str, str | list[str]],
        msgspec.Meta(
            title="Columns",
            description="Which column holds what, where their names do not tell.",
            examples=["text=title+body"],
        ),
    ] = {}
    format: Annotated[
        sniff.Format | None, msgspec.Meta(title="Format", description="Only where the content misleads.")
    ] = None
    separator: Annotated[
        str | None,
        msgspec.Meta(
            title="Separator",
            description="The one character between columns, where the first line misleads.",
            examples=[";"],
        ),
    ] = None
    dates: Annotated[
        Order | None,
        msgspec.Meta(title="Order of dates", description="How dates such as 3/4/2026 are meant."),
    ] = None
    recheck_hours: Recheck = None

    def __post_init__(self) -> None:
        if not self.path or "\0" in self.path:
            raise ValueError("`path` must name a file")
        if self.separator is not None and (len(self.separator) != 1 or self.separator in '\r\n"'):
            raise ValueError("`separator` must be one character")
        check_recheck(self.recheck_hours)


def _today() -> datetime:
    return datetime.now(UTC)


class FileSource:
    """Reads one file. `notes` holds, after a read, sentences about what was mended on the way."""

    def __init__(
        self,
        settings: FileSettings,
        now: Callable[[], datetime] = _today,
        *,
        long: bool = False,
        keep: Callable[[bytes], bool] | None = None,
    ) -> None:
        """`long`: read zstd that looks back up to 2 GB too; `keep`: which lines of JSON are looked at."""
        self._long = long
        self._keep = keep
        self._settings = settings
        self._now = now
        self.notes: list[str] = []

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Pages from the cursor. Raises BadFile where nothing can be read.

        Where a file breaks off midway, the last page holds what came before and a refusal that says so.
        """
        look = sniff.look(Path(self._settings.path), self._settings.format, long=self._long)
        mark = load_cursor(cursor, Mark)
        if mark is None or mark.file != look.identity:
            mark = Mark(look.identity)
        return self._pages(look, mark)

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """The file as it is now: for one that always holds everything, such as a nightly export."""
        return within(self._whole(), since, until, self._now())

    def _whole(self) -> Iterator[Page]:
        for page in self.read(None):
            if any(refused.error == "BadFile" for refused in page.refused):
                raise BadFile(
                    "breaks off midway, so what it lacks may still be there",
                    place=Path(self._settings.path).name,
                    advice="Fetch or export it again.",
                )
            yield page

    def _pages(self, look: sniff.Look, mark: Mark) -> Iterator[Page]:
        place = {"json": "item", "parquet": "row"}.get(look.format, "line")
        reading = _Reading(look, self._settings, mark, self._now(), self._keep)
        try:
            build = reading.rows.post
            posts: list[RawPost] = []
            refused: list[Refusal] = []
            start = at = reading.start.at
            # where a row's name depends on the rows before it, those are read again but not given again
            behind = mark.at
            number = reading.start.line
            for number, values, at in reading.items:
                if values == ():
                    pass
                elif type(values) is str:
                    if at > behind:
                        refused.append(refusal(f"{place} {number}", values))
                else:
                    try:
                        post = build(values)
                    except RowError as error:
                        if at > behind:
                            refused.append(refusal(f"{place} {number}", str(error)))
                    else:
                        if at > behind:
                            posts.append(post)
                if len(posts) + len(refused) >= PAGE or at - start >= PAGE_BYTES:
                    if at > behind:
                        yield reading.page(posts, refused, at, number)
                    posts, refused, start = [], [], at
            if broken := reading.broken():
                refused.append(refusal(f"after {place} {number}", broken, "BadFile"))
            yield reading.page(posts, refused, at, number, done=True)
            self.notes = reading.notes()
        finally:
            reading.close()


class _Reading:
    """One pass over a file: the items, how to build posts of them, and what to say at the end."""

    def __init__(
        self,
        look: sniff.Look,
        wanted: FileSettings,
        mark: Mark,
        now: datetime,
        keep: Callable[[bytes], bool] | None = None,
    ) -> None:
        self._look = look
        self._keep = keep
        self._parquet: Parquet | None = None
        self._table: tables.Table | None = None
        self._objects: jsons.Objects | None = None
        try:
            self._begin(look, wanted, mark, now)
        except BaseException:
            self.close()
            raise

    def _begin(self, look: sniff.Look, wanted: FileSettings, mark: Mark, now: datetime) -> None:
        name = look.path.name
        if look.format == "parquet":
            self._parquet = Parquet(look)
            plan = columns.plan(self._parquet.names, wanted.columns, name)
        elif look.format in ("csv", "tsv"):
            sep = tables.separator(look, wanted.separator)
            names = tables.header(look, sep)
            headed = not columns.numbered(wanted.columns, names)
            if not headed:
                names = [str(number) for number in range(1, len(names) + 1)]
            plan = columns.plan(names, wanted.columns, name)
        else:
            seen = jsons.names(look.head, laid_out=look.format == "json")
            plan = columns.plan(seen, wanted.columns, name, open_ended=True)
        self.rows = Rows(plan, now, min(look.written, now), wanted.dates)
        self.start = Mark(mark.file) if self.rows.counts_repeats else mark
        offset = self.start.at if self._parquet else max(self.start.at, look.start)
        self.start = msgspec.structs.replace(self.start, at=offset)
        self.items: Iterator[Item]
        if self._parquet:
            self.items = self._parquet.items(plan, self.start)
            return
        self._stream = look.stream(offset)
        if look.format in ("csv", "tsv"):
            self._table = tables.Table(self._stream, self.start, sep, len(names))
            self.items = self._table.items()
            if headed and self.start.line == 0:
                _, _, at = next(self.items, (0, "", offset))
                self.start = msgspec.structs.replace(self.start, at=at)
        else:
            self._objects = jsons.Objects(plan.columns)
            if look.format == "json":
                self.items = jsons.list_items(self._stream, self.start, self._objects)
            else:
                self.items = jsons.line_items(self._stream, self.start, self._objects, self._keep)

    def page(
        self, posts: list[RawPost], refused: list[Refusal], at: int, number: int, *, done: bool = False
    ) -> Page:
        reread = self._table.reread if self._table else 0
        line = self._table.line if self._table else number
        return Page(
            tuple(posts), dump_cursor(Mark(self._look.identity, at, line, reread)), tuple(refused), done
        )

    def broken(self) -> str | None:
        return self._parquet.broken if self._parquet else self._stream.broken

    def notes(self) -> list[str]:
        part = self._table or self._objects
        odd = part.odd_lines if part else 0
        return [f"{odd:,} lines were not UTF-8 and were read as Windows-1252."] if odd else []

    def close(self) -> None:
        if self._parquet:
            self._parquet.close()


def _open(given: Mapping[str, Any], egress: Egress | None) -> FileSource:
    return FileSource(settings("file", given, FileSettings))


FILE = SourceType(
    type="file",
    kinds=("addressed", "open", "closed"),
    title="Files of posts: CSV, JSON, Parquet, also compressed",
    extra=None,
    tested_against="CSV, TSV, JSON lines, JSON lists and Parquet in gzip and zstd; Reddit archive lines",
    open=_open,
    settings=FileSettings,
    asks="Whatever those asked who gave you the file: read what they were told it would be used for.",
    local=True,
)
