"""Issues, comments and discussions as posts."""

import re
from datetime import datetime

import msgspec

from earnest.record.raw import RawPost
from earnest.sources.http_json import ItemError, item, moment, post

_WHAT = "GitHub"
_ADDRESS = re.compile(
    r"(?:https?://)?[\w.-]+/[\w.-]+/[\w.-]+/(issues|discussions)/(\d{1,9})/?"
    r"(?:#(issuecomment|discussioncomment)-(\d{1,12}))?"
)
# what templates ask, and pictures: nobody said that
_COMMENTED = re.compile(r"<!--.*?-->", re.DOTALL)
_PICTURE = re.compile(r"!\[[^\]\n]{0,200}\]\([^)\n]{0,2000}\)")


class _User(msgspec.Struct):
    login: str | None = None
    type: str | None = None


class Issue(msgspec.Struct):
    number: int
    created_at: str
    updated_at: str
    title: str = ""
    body: str | None = None
    user: _User | None = None
    html_url: str | None = None
    pull_request: msgspec.Raw = msgspec.Raw()


class Comment(msgspec.Struct):
    id: int
    created_at: str
    updated_at: str
    body: str | None = None
    user: _User | None = None
    html_url: str | None = None


class Said(msgspec.Struct, rename="camel"):
    """A discussion, a comment of it or an answer to one."""

    created_at: str
    updated_at: str
    database_id: int | None = None
    number: int | None = None
    title: str = ""
    body: str = ""
    last_edited_at: str | None = None
    is_minimized: bool = False
    author: dict[str, str | None] | None = None
    url: str | None = None


def updated(raw: msgspec.Raw, now: datetime) -> int:
    """The second of an item's last change. Raises ItemError."""
    return int(moment(item(raw, _Updated, _WHAT).updated_at, now).timestamp())


class _Updated(msgspec.Struct):
    updated_at: str


def issue(
    raw: msgspec.Raw, now: datetime, lang: str | None, region: str | None, *, pulls: bool
) -> RawPost | None:
    """An issue; None for a pull request where those are not wanted. Raises ItemError."""
    one = item(raw, Issue, _WHAT)
    if (bytes(one.pull_request).strip() not in (b"", b"null") and not pulls) or _bot(one.user):
        return None
    return _post(f"issue-{one.number}", one.title, one.body, one, now, lang, region)


def comment(
    raw: msgspec.Raw, now: datetime, lang: str | None, region: str | None, *, pulls: bool
) -> RawPost | None:
    """A comment on an issue; None for one on a pull request where those are not wanted. Raises ItemError."""
    one = item(raw, Comment, _WHAT)
    if ("/pull/" in (one.html_url or "") and not pulls) or _bot(one.user):
        return None
    return _post(f"comment-{one.id}", "", one.body, one, now, lang, region)


def said(raw: msgspec.Raw, now: datetime, lang: str | None, region: str | None) -> RawPost | None:
    """A discussion or what was said in one; None for what the community hid. Raises ItemError."""
    one = item(raw, Said, _WHAT)
    if one.is_minimized or (one.author or {}).get("__typename") == "Bot":
        return None
    number = one.number if one.number is not None else one.database_id
    if number is None or number < 1:
        raise ItemError("its id is missing or is not one")
    id = f"discussion-{number}" if one.number is not None else f"discussioncomment-{number}"
    return post(
        id, _spoken(one.body), now, title=one.title, markup=True, created=moment(one.created_at, now),
        author=(one.author or {}).get("login"), lang=lang, region=region, url=one.url,
        version=one.last_edited_at,
    )  # fmt: skip


def _post(
    id: str, title: str, body: str | None, one: Issue | Comment, now: datetime, lang: str | None,
    region: str | None,
) -> RawPost:  # fmt: skip
    return post(
        id, _spoken(body or ""), now, title=title, markup=True, created=moment(one.created_at, now),
        author=one.user.login if one.user else None, lang=lang, region=region, url=one.html_url,
        version=one.updated_at,
    )  # fmt: skip


def _spoken(body: str) -> str:
    """Markdown as it reads; what stands between angle brackets in code must not be taken for markup."""
    said = _PICTURE.sub("", _COMMENTED.sub("", body))
    quoted = re.sub(r"(?m)^[ \t]*>.*\n?", "", said)
    return quoted if quoted.strip() else said


def _bot(user: _User | None) -> bool:
    return user is not None and (user.type == "Bot" or (user.login or "").endswith("[bot]"))


def ids_of(name: str) -> tuple[str, ...]:
    """The id in an address of GitHub."""
    found = _ADDRESS.fullmatch(name.strip())
    if not found:
        return ()
    sort, number, mark, comment = found.groups()
    if mark:
        return (f"comment-{comment}" if mark == "issuecomment" else f"discussioncomment-{comment}",)
    return (f"{sort.removesuffix('s')}-{number}",)
