"""A tap's record as a post: what is where, in JMESPath.

text     join('\\n\\n', [title, body])
created  created_at
author   user.login            (becomes a voice tag in memory, and is dropped)
"""

import math
from datetime import datetime
from typing import Any

from earnest.record.errors import BadSetting, MissingExtra
from earnest.record.raw import RawPost
from earnest.sources.base import MAX_ID, MAX_TEXT, primary_tag
from earnest.sources.dates import DateError, when
from earnest.sources.singer.messages import Bad, Record

LONGEST = 500
"""Characters of an expression."""

MOST_URL, MOST_REGION = 2_048, 100

FIELDS = ("text", "id", "created", "edited", "author", "lang", "region", "url", "deleted", "only")


class Mapping:
    """The expressions of one place, ready. Raises BadSetting that names the one that cannot be read."""

    def __init__(self, said: dict[str, str]) -> None:
        try:
            import jmespath
            from jmespath.exceptions import JMESPathError
        except ImportError as error:
            raise MissingExtra("Singer taps", "singer") from error
        self._broken = JMESPathError
        self._ready: dict[str, Any] = {}
        for name, expression in said.items():
            try:
                if len(expression) > LONGEST:
                    raise ValueError(expression)
                self._ready[name] = jmespath.compile(expression)
            except (JMESPathError, ValueError, RecursionError) as error:
                raise BadSetting(
                    f"In the setting '{name}' of the singer source: this is not a JMESPath expression.",
                    advice="Such as: body, or join('\\n\\n', [title, body])",
                ) from error

    def post(self, record: Record, now: datetime) -> RawPost | None:
        """The post in a record; None where `only` does not hold for it. Raises Bad."""
        if "only" in self._ready and not self._of(record, "only"):
            return None
        name = self._id(record)
        # `_sdc_deleted_at` is how taps that read a log of changes say that a row was deleted.
        if self._of(record, "deleted") or record.values.get("_sdc_deleted_at"):
            return RawPost(name, "", change="deleted")
        text = self._of(record, "text")
        if not isinstance(text, str) or not text.strip():
            raise Bad("has no text where the setting 'text' looks")
        text = text.strip()
        if len(text) > MAX_TEXT:
            raise Bad(f"has a text of more than {MAX_TEXT:,} characters")
        if "\0" in text:
            raise Bad("has a NUL character in its text")
        return RawPost(
            id=name,
            text=text,
            created=self._moment(record, "created", now),
            author=_named(self._of(record, "author")),
            lang=primary_tag(self._of(record, "lang")),
            region=_short(self._of(record, "region"), MOST_REGION),
            url=_short(self._of(record, "url"), MOST_URL),
            version=self._moment(record, "edited", now),
        )

    def _of(self, record: Record, name: str) -> Any:
        expression = self._ready.get(name)
        if expression is None:
            return None
        try:
            return expression.search(record.values)
        except self._broken:
            raise Bad(f"is not what the setting '{name}' expects") from None

    def _id(self, record: Record) -> str:
        if "id" in self._ready:
            parts = [_named(self._of(record, "id"))]
        elif record.keys is None:
            raise Bad("comes before the SCHEMA of its stream")
        else:
            parts = [_named(record.values.get(key)) for key in record.keys]
        known = [part for part in parts if part]
        if not known or len(known) != len(parts):
            raise Bad("has no id: set 'id' where its stream names no key")
        name = ":".join([record.stream, *known])
        if len(name) > MAX_ID or "\0" in name:
            raise Bad(f"has an id of more than {MAX_ID} characters")
        return name

    def _moment(self, record: Record, name: str, now: datetime) -> datetime | None:
        said = self._of(record, name)
        try:
            return when(said, now) if said is not None else None
        except DateError as error:
            raise Bad(str(error)) from None


def _named(value: object) -> str | None:
    """An id or a name: a text, or a whole number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, int):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _short(value: object, most: int) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= most and "\0" not in value else None
