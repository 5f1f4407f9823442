"""One submission as one raw post. The caller hands it to `flow.listen` in the same request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from earnest.record.errors import BadLine
from earnest.record.raw import Change, RawPost
from earnest.sources.base import MAX_ID, Shape, primary_tag
from earnest.sources.dates import DateError, when
from earnest.sources.submit.sign import verify

MAX_BODY = 64 * 1024
"""Bytes of a signed request. A web server may refuse earlier, never later."""

MAX_LIST = 8 * 1024 * 1024
"""Bytes of a signed list."""

MAX_SAID = 10_000
"""Characters of one submission."""

_MAX_REGION = 100


class Submission(msgspec.Struct, frozen=True):
    """The body of a signed request. Anything else in it is not looked at, so no author can be sent along.

    `change` says what happened to the post of that `id`: said, edited or deleted; `edited` when this wording
    was written, else it is from when the request was signed.
    """

    text: str | msgspec.UnsetType = msgspec.UNSET
    id: str | int | None = None
    created: str | int | float | None = None
    lang: str | None = None
    region: str | None = None
    change: Change = "said"
    edited: str | int | float | None = None


class Present(msgspec.Struct, frozen=True):
    """What a sender says is still there: the ids of all posts said from `since` to `until` (not included)."""

    since: str | int | float
    until: str | int | float
    ids: list[str | int]


@dataclass(frozen=True, slots=True)
class Listed:
    """The same, read: ids as posts carry them, and when it was signed."""

    signed: datetime
    since: datetime
    until: datetime
    ids: frozenset[str]


def receive_present(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime | None = None
) -> Listed:
    """A signed list of what is still there, of whole days. Raises as `receive_signed` does."""
    moment = now or datetime.now(UTC)
    if len(body) > MAX_LIST:
        raise BadLine(
            f"is larger than {MAX_LIST // 1024 // 1024} MB", place="body", advice="Send fewer days a request."
        )
    verify(headers, body, secrets, moment)
    said = _decoded(body, Present, '{"since": …, "until": …, "ids": […]}')
    # The day that runs now ends ahead of the clock.
    since, until = _when(said.since, moment, "since"), _when(said.until, moment, "until")
    for field, at in (("since", since), ("until", until)):
        if at is None or at.timestamp() % 86_400:
            raise BadLine("is not the beginning of a day, UTC", place=field, advice="Write 2026-11-22.")
    if since is None or until is None or until <= since:
        raise BadLine("is not after the beginning", place="until")
    ids = [str(one).strip() for one in said.ids]
    if any(not one or len(one) > MAX_ID for one in ids):
        raise BadLine(f"holds one that is empty or longer than {MAX_ID} characters", place="ids")
    return Listed(_signed(headers), since, until, frozenset(f"said-{one}" for one in ids))


def receive_form(
    text: str, *, lang: str | None = None, region: str | None = None, now: datetime | None = None
) -> RawPost:
    """What somebody wrote into the public form. Raises BadLine with a sentence for them."""
    moment = now or datetime.now(UTC)
    return submission(
        Submission(text, lang=lang or None, region=region or None), name=f"form-{uuid4().hex}", now=moment
    )


def receive_signed(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime | None = None
) -> RawPost:
    """A signed request. The same `webhook-id`, or the same `id`, gives the same post: a replay folds, and a
    later request with another text is an edit.

    Raises RefusedSignature (answer 401), BadLine (answer 400) or BadSetting (our own secret is no secret).
    """
    moment = now or datetime.now(UTC)
    if len(body) > MAX_BODY:
        raise BadLine(
            f"is larger than {MAX_BODY // 1024} KB", place="body", advice="Send one post a request."
        )
    message_id = verify(headers, body, secrets, moment)
    said = _decoded(body, Submission, '{"text": "…"}')
    return submission(said, name=f"hook-{message_id}", now=moment, signed=_signed(headers))


def _signed(headers: Mapping[str, str]) -> datetime:
    """When a request was signed; its signature was verified before."""
    given = {name.lower(): value for name, value in headers.items()}
    return datetime.fromtimestamp(int(given["webhook-timestamp"]), UTC)


def _decoded(body: bytes, shape: type[Shape], like: str) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        field = path.rstrip("`")
        raise BadLine(reason.replace("`", "'"), place=f"body, {field}" if field else "body") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadLine("is not JSON", place="body", advice=f"Send {like}.") from error


def submission(said: Submission, *, name: str, now: datetime, signed: datetime | None = None) -> RawPost:
    """Fields as a raw post; `name` stands where the sender gave no id. Raises BadLine naming the field."""
    deleted = said.change == "deleted"
    if isinstance(said.text, msgspec.UnsetType) and not deleted:
        raise BadLine("has no text", place="body", advice='Send {"text": "…"}.')
    text = "" if deleted or isinstance(said.text, msgspec.UnsetType) else said.text.strip()
    if not text and not deleted:
        raise BadLine("is empty", place="text", advice="Write what you want to say.")
    if len(text) > MAX_SAID:
        raise BadLine(
            f"is longer than {MAX_SAID:,} characters", place="text", advice="Say it in fewer words."
        )
    if "\0" in text:
        raise BadLine("has a NUL character", place="text")
    given = str(said.id).strip() if said.id is not None else ""
    if len(given) > MAX_ID or "\0" in given:
        raise BadLine(f"is longer than {MAX_ID} characters or has a NUL character", place="id")
    if said.change != "said" and not given:
        raise BadLine("is missing", place="id", advice="Say which post was changed.")
    created, edited = _when(said.created, now, "created"), _when(said.edited, now, "edited")
    lang = primary_tag(said.lang)
    if said.lang and lang is None:
        raise BadLine("is not a language tag such as en", place="lang")
    region = (said.region or "").strip()
    if len(region) > _MAX_REGION or "\0" in region:
        raise BadLine(f"is longer than {_MAX_REGION} characters", place="region")
    return RawPost(
        id=f"said-{given}" if given else name,
        text=text,
        created=created or now,
        lang=lang,
        region=region or None,
        change=said.change,
        version=edited or signed,
    )


def _when(value: str | int | float | None, now: datetime, field: str) -> datetime | None:
    try:
        return when(value, now)
    except DateError as error:
        raise BadLine(str(error), place=field, advice="Write it like 2026-11-22T09:30:00Z.") from error
