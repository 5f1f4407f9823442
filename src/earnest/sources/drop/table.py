"""Review exports: files of posts whose columns are called as review sites call them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from earnest.sources.base import Source
from earnest.sources.dates import Order
from earnest.sources.file import sniff, tables
from earnest.sources.file.source import FileSettings, FileSource

Columns = Mapping[str, str | list[str]]

# as exports of review sites name them, beside the usual names that `sources.file` knows
NAMES: dict[str, tuple[str, ...]] = {
    "title": ("reviewtitle", "title", "headline"),
    "text": ("reviewcontent", "reviewtext", "reviewbody", "yourreview", "reviewcomment"),
    "id": ("reviewid", "reviewguid"),
    "created": (
        "reviewcreatedutc",
        "reviewcreated",
        "reviewdateutc",
        "reviewdate",
        "datecreated",
        "publisheddate",
    ),
    "author": ("reviewusername", "consumername", "consumeruserid", "reviewername", "displayname"),
    "lang": ("reviewlanguage", "consumerlanguage", "locale"),
    "region": ("consumercountry", "countrycode", "locationname"),
    "url": ("reviewurl", "reviewlink"),
}


def open_table(path: Path, columns: Columns, dates: Order | None, now: Callable[[], datetime]) -> Source:
    """A file of posts. Raises BadFile where it is none."""
    given = dict(columns)
    look = sniff.look(path, None)
    if look.format in ("csv", "tsv"):
        header = tables.header(look, tables.separator(look, None))
        given = {**known(header), **given}
    return FileSource(FileSettings(str(path), columns=dict(given), dates=dates), now)


def known(header: list[str]) -> dict[str, str | list[str]]:
    """Columns that go by a name of review exports."""
    spelled = {plain(name): name for name in reversed(header)}
    found: dict[str, str | list[str]] = {}
    for role, names in NAMES.items():
        column = next((spelled[name] for name in names if name in spelled), None)
        if column is not None:
            found[role] = column
    title = found.pop("title", None)
    text = found.get("text")
    if isinstance(text, str) and isinstance(title, str) and title != text:
        found["text"] = [title, text]
    return found


def plain(name: str) -> str:
    """A column's name without case, spaces and signs."""
    return "".join(sign for sign in name.lower() if sign.isalnum())
