"""Questions, answers and comments as posts."""

import re
from datetime import datetime

import msgspec

from earnest.record.raw import RawPost
from earnest.sources.http_json import ItemError, item, moment, post

_WHAT = "Stack Exchange"
_ADDRESS = re.compile(
    r"(?:https?://)?[\w.-]+/(questions|q|a)/(\d{1,12})(?:/[^/#?]*)?(?:/(\d{1,12}))?(?:[?][^#]*)?(?:#(\w+))?"
)


class _Owner(msgspec.Struct):
    account_id: int | None = None
    user_id: int | None = None


class Question(msgspec.Struct):
    question_id: int
    creation_date: int
    last_activity_date: int
    title: str = ""
    body: str = ""
    last_edit_date: int | None = None
    owner: _Owner | None = None
    link: str | None = None


class Reply(msgspec.Struct):
    """An answer or a comment."""

    creation_date: int
    body: str
    answer_id: int | None = None
    comment_id: int | None = None
    question_id: int | None = None
    post_id: int | None = None
    last_edit_date: int | None = None
    owner: _Owner | None = None


def question(raw: msgspec.Raw) -> Question:
    """A question. Raises ItemError."""
    found = item(raw, Question, _WHAT)
    if found.question_id < 1 or not 0 <= found.last_activity_date < 1 << 40:
        raise ItemError("its id or its date is not one")
    return found


def of_question(one: Question, now: datetime, lang: str | None, region: str | None) -> RawPost:
    """The question itself. Raises ItemError."""
    return post(
        f"q{one.question_id}", one.body, now, title=one.title, markup=True,
        created=moment(one.creation_date, now), author=_who(one.owner), lang=lang, region=region,
        url=one.link, version=one.last_edit_date,
    )  # fmt: skip


def of_reply(raw: msgspec.Raw, now: datetime, lang: str | None, region: str | None) -> tuple[RawPost, int]:
    """An answer or a comment, and the post it belongs to. Raises ItemError."""
    one = item(raw, Reply, _WHAT)
    id = f"a{one.answer_id}" if one.answer_id else f"c{one.comment_id}"
    if not (one.answer_id or one.comment_id or 0) > 0:
        raise ItemError("its id is missing or is not one")
    said = post(
        id, one.body, now, markup=True, created=moment(one.creation_date, now), author=_who(one.owner),
        lang=lang, region=region, version=one.last_edit_date,
    )  # fmt: skip
    return said, one.question_id or one.post_id or 0


def _who(owner: _Owner | None) -> str | None:
    # the account is the same on every site, the user is of one
    if owner is None:
        return None
    return str(owner.account_id) if owner.account_id else f"user {owner.user_id}" if owner.user_id else None


def ids_of(name: str) -> tuple[str, ...]:
    """The id in an address: of a question, an answer (`/a/7`, `#7`) or a comment (`#comment7_…`)."""
    found = _ADDRESS.fullmatch(name.strip())
    if not found:
        return ()
    sort, number, answer, mark = found.groups()
    if mark and mark.startswith("comment"):
        comment = mark.removeprefix("comment").partition("_")[0]
        return (f"c{comment}",) if comment.isdecimal() else ()
    if mark and mark.isdecimal() and mark != number:
        return (f"a{mark}",)
    if sort == "a":
        return (f"a{number}",)
    return (f"a{answer}",) if answer else (f"q{number}",)
