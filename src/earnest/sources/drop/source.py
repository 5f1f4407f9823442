"""A folder of files handed in, as a source. Read first: `Drop.read`."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from earnest.egress import Egress
from earnest.record.raw import Page
from earnest.sources.base import Source, SourceType, settings
from earnest.sources.dates import Order
from earnest.sources.drop.facebook import FacebookExport
from earnest.sources.drop.folder import Folder
from earnest.sources.drop.shelf import read_shelf
from earnest.sources.drop.survey import Survey
from earnest.sources.drop.table import open_table

Layout = Annotated[
    Literal["posts", "survey", "facebook"],
    msgspec.Meta(
        title="What the files are",
        description="A post a line (review exports too), a survey, or people's own Facebook exports.",
        examples=["posts"],
    ),
]
Columns = Annotated[
    dict[str, str | list[str]],
    msgspec.Meta(
        title="Columns",
        description="Which column holds what, where its name does not tell; several are joined with a plus.",
        examples=["text=Review title+Review"],
    ),
]
Questions = Annotated[
    tuple[str, ...],
    msgspec.Meta(
        title="Questions",
        description="Of a survey: the columns with free answers that are read. Nothing else of it is.",
        examples=["What could be better?"],
    ),
]
Dates = Annotated[
    Order | None,
    msgspec.Meta(title="Dates", description="How dates such as 3/4/2026 are meant.", examples=["day-first"]),
]
Group = Annotated[
    str | None,
    msgspec.Meta(
        title="Group",
        description="Of Facebook exports: only what was said in the group of this name.",
        examples=["Example riders"],
    ),
]


class DropSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets."""

    folder: Annotated[
        str,
        msgspec.Meta(
            title="Folder",
            description="The folder of this machine into which files are put.",
            examples=["/srv/earnest/reviews"],
            min_length=1,
        ),
    ]
    layout: Layout = "posts"
    columns: Columns = {}
    questions: Questions = ()
    group: Group = None
    dates: Dates = None
    settle: Annotated[
        int,
        msgspec.Meta(
            title="Wait (seconds)",
            description="How long nobody may have written to a file before it is read.",
            examples=["30"],
            ge=0,
            le=86_400,
        ),
    ] = 30

    def __post_init__(self) -> None:
        if "\0" in self.folder:
            raise ValueError("`folder` must name a folder")
        check_layout(self.layout, self.questions)


def check_layout(layout: str, questions: tuple[str, ...]) -> None:
    """Raises ValueError where a survey has no questions."""
    if layout == "survey" and not questions:
        raise ValueError("`questions` must name the columns with free answers")


def _today() -> datetime:
    return datetime.now(UTC)


class Drop:
    """One folder."""

    def __init__(self, wanted: DropSettings, now: Callable[[], datetime] = _today) -> None:
        self._now = now
        self._shelf = Folder(Path(wanted.folder), timedelta(seconds=wanted.settle), now)
        self._opener = opener(
            wanted.layout, wanted.columns, wanted.questions, wanted.group, wanted.dates, now
        )

    def read(self, cursor: str | None) -> Iterator[Page]:
        """Every whole file that was not read yet. Raises InputError where the folder cannot be."""
        return read_shelf(self._shelf, cursor, self._opener)

    def probe(self) -> str:
        """Looks into the folder."""
        return f"A folder with {len(self._shelf.entries()):,} files that are whole."


def opener(
    layout: str, columns: Mapping[str, str | list[str]], questions: tuple[str, ...], group: str | None,
    dates: Order | None, now: Callable[[], datetime],
) -> Callable[[Path], Source]:  # fmt: skip
    """What opens a file of a layout."""

    def open_file(path: Path) -> Source:
        if layout == "survey":
            return Survey(path, questions, columns, dates, now)
        if layout == "facebook":
            return FacebookExport(path, group, now)
        return open_table(path, columns, dates, now)

    return open_file


def _open(given: Mapping[str, Any], egress: Egress | None) -> Drop:
    return Drop(settings("drop", given, DropSettings))


DROP = SourceType(
    type="drop",
    kinds=("addressed", "open"),
    title="A folder of files handed in: review exports, surveys, people's own",
    extra=None,
    tested_against="synthetic exports in the shapes of review sites, of four survey tools and of Facebook",
    open=_open,
    catches_up=True,
    settings=DropSettings,
    asks="Whoever exports a file must be allowed to; Facebook exports are given by people themselves.",
    local=True,
)
