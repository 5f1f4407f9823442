"""One submission as one raw post. The caller hands it to `flow.listen` in the same request."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import uuid4

import msgspec

from earnest.record.errors import BadLine
from earnest.record.raw import RawPost
from earnest.sources.base import MAX_ID, primary_tag
from earnest.sources.dates import DateError, when
from earnest.sources.submit.sign import verify

MAX_BODY = 64 * 1024
"""Bytes of a signed request. A web server may refuse earlier, never later."""

MAX_SAID = 10_000
"""Characters of one submission."""

_MAX_REGION = 100


class Submission(msgspec.Struct, frozen=True):
    """The body of a signed request. Anything else in it is not looked at, so no author can be sent along."""

    text: str
    id: str | int | None = None
    created: str | int | float | None = None
    lang: str | None = None
    region: str | None = None


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
    """A signed request. The same `webhook-id`, or the same `id`, gives the same post, so a replay folds.

    Raises RefusedSignature (answer 401), BadLine (answer 400) or BadSetting (our own secret is no secret).
    """
    moment = now or datetime.now(UTC)
    if len(body) > MAX_BODY:
        raise BadLine(
            f"is larger than {MAX_BODY // 1024} KB", place="body", advice="Send one post a request."
        )
    message_id = verify(headers, body, secrets, moment)
    try:
        said = msgspec.json.decode(body, type=Submission)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        field = path.rstrip("`")
        raise BadLine(reason.replace("`", "'"), place=f"body, {field}" if field else "body") from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadLine("is not JSON", place="body", advice='Send {"text": "…"}.') from error
    return submission(said, name=f"hook-{message_id}", now=moment)


def submission(said: Submission, *, name: str, now: datetime) -> RawPost:
    """Fields as a raw post; `name` stands where the sender gave no id. Raises BadLine naming the field."""
    text = said.text.strip()
    if not text:
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
    try:
        created = when(said.created, now)
    except DateError as error:
        raise BadLine(str(error), place="created", advice="Write it like 2026-11-22T09:30:00Z.") from error
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
    )
