"""A row's values as a raw post."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from earnest.record.raw import Change, RawPost
from earnest.sources.base import MAX_ID, MAX_TEXT, primary_tag
from earnest.sources.dates import DateError, Order, when
from earnest.sources.file.columns import Plan
from earnest.sources.file.occurrence import Occurrences

_GONE = frozenset({"[deleted]", "[removed]", "[ Removed by Reddit ]"})
_MAX_PLACE = 100
_MAX_URL = 2_048


class RowError(ValueError):
    """Says what is wrong with a row, never what is in it."""


class Rows:
    """Builds posts by one plan. Counts repeats where the file has no ids, so rows must come in file order."""

    def __init__(self, plan: Plan, now: datetime, written: datetime, order: Order | None) -> None:
        """`written` is when the file was: of two files that word a post differently, the later one counts."""
        self._plan = plan
        self._now = now
        self._written = written
        self._order = order
        self._names = Occurrences() if plan.id is None else None
        self._langs: dict[Any, str | None] = {}
        self._only = plan.choice[0] if len(plan.choice) == 1 and not plan.lead else None

    @property
    def counts_repeats(self) -> bool:
        """True where a name depends on the rows before it."""
        return self._names is not None

    def post(self, row: Sequence[Any]) -> RawPost:
        """The post in a row's values. Raises RowError."""
        plan = self._plan
        change = self._change(row[plan.change]) if plan.change is not None and row[plan.change] else None
        if change == "deleted" and plan.id is not None:
            return RawPost(self._id(row, "", None), "", change="deleted")
        text = row[self._only] if self._only is not None else self._text(row)
        if type(text) is not str:
            raise RowError("has no text" if text is None else "its text is not a text")
        text = text.strip()
        if not text:
            raise RowError("has no text")
        if len(text) > MAX_TEXT:
            raise RowError(f"its text has {len(text):,} characters; the most is {MAX_TEXT:,}")
        if "\x00" in text:
            raise RowError("its text has a NUL character")
        said_at = row[plan.created] if plan.created is not None else None
        try:
            created = when(said_at, self._now, self._order) if said_at is not None else None
        except DateError as error:
            raise RowError(str(error)) from None
        gone = text[0] == "[" and text in _GONE
        author = row[plan.author] if plan.author is not None else None
        lang = row[plan.lang] if plan.lang is not None else None
        return RawPost(
            self._id(row, text, said_at),
            "" if gone else text,
            created,
            author if type(author) is str and author and author not in _GONE else _number(author),
            self._lang(lang) if lang else None,
            _short(row[plan.region], _MAX_PLACE) if plan.region is not None else None,
            _short(row[plan.url], _MAX_URL) if plan.url is not None else None,
            change="deleted" if gone else change or "said",
            version=self._version(row[plan.edited], created) if plan.edited is not None else self._written,
        )

    def _change(self, value: object) -> Change | None:
        """What a row says of itself; in another file's column of that name anything may stand."""
        return value if value in ("said", "edited", "deleted") else None

    def _version(self, edited: object, created: datetime | None) -> datetime:
        """When the wording is from: its edit, else the post itself, else the file."""
        try:
            changed = when(edited, self._now, self._order) if edited else None
        except DateError:
            changed = None
        return changed or created or self._written

    def _text(self, row: Sequence[Any]) -> Any:
        lead, choice = self._plan.lead, self._plan.choice
        body = None
        for at in choice:
            if row[at]:
                body = row[at]
                break
        if choice and (not lead or (len(lead) == 1 and not row[lead[0]])):
            return body
        if type(body) is str and body in _GONE:
            return body
        parts = [row[at] for at in lead]
        if choice:
            parts.append(body)
        parts = [part for part in parts if part is not None and part != ""]
        if not parts:
            return None
        return "\n\n".join(parts) if all(type(part) is str for part in parts) else 0

    def _id(self, row: Sequence[Any], text: str, said_at: object) -> str:
        if self._names is not None:
            return self._names.name(f"{text}\0{said_at}")
        at = self._plan.id
        value = row[at] if at is not None else None
        if value is None or value == "":
            return hashlib.blake2b(
                f"{text}\0{said_at}".encode("utf-8", "replace"), digest_size=16
            ).hexdigest()
        name = value.strip() if type(value) is str else _number(value)
        if not name:
            raise RowError("its id is neither text nor a whole number")
        if len(name) > MAX_ID or "\x00" in name:
            raise RowError(f"its id is longer than {MAX_ID} characters or has a NUL character")
        if self._plan.reddit and name[:1] != "t":
            return f"t3_{name}" if self._plan.lead and row[self._plan.lead[0]] else f"t1_{name}"
        return name

    def _lang(self, value: Any) -> str | None:
        if type(value) is not str:
            return None
        if value not in self._langs:
            if len(self._langs) > 1_000:
                self._langs.clear()
            self._langs[value] = primary_tag(value)
        return self._langs[value]


def _number(value: object) -> str | None:
    if type(value) is int:
        return str(value)
    return str(int(value)) if type(value) is float and value.is_integer() else None


def _short(value: object, most: int) -> str | None:
    if type(value) is not str:
        return None
    value = value.strip()
    return value if 0 < len(value) <= most and "\x00" not in value else None
