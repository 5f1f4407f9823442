"""Which column holds what: named in the settings, or known by its usual name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from earnest.record.errors import BadFile, BadSetting

# the usual names of what a post has, likeliest first; matched without case, spaces and signs
USUAL: dict[str, tuple[str, ...]] = {
    "title": ("title", "subject", "headline", "summary", "review_title"),
    "text": (
        "text", "body", "selftext", "content", "review", "review_text", "review_body", "comment", "message",
        "full_text", "post", "tweet", "feedback", "description",
    ),
    "id": ("id", "review_id", "post_id", "comment_id", "message_id", "tweet_id", "uuid", "guid"),
    "created": (
        "created_utc", "created", "created_at", "timestamp", "datetime", "date", "time", "at", "published",
        "published_at", "posted_at", "review_date", "submitted_at",
    ),
    "author": ("author", "username", "user", "user_name", "screen_name", "reviewer", "reviewer_name"),
    "lang": ("lang", "language", "locale"),
    "region": ("region", "city", "country"),
    "url": ("url", "permalink", "link"),
    "edited": ("edited_utc", "edited_at", "updated_at", "modified_at", "edited"),
    "change": ("change",),
}  # fmt: skip
ROLES = tuple(role for role in USUAL if role != "title")
_REDDIT = {"subreddit", "subredditid", "linkid", "parentid"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where in a row each thing stands, as indices into `columns`.

    lead     columns that are all joined, in this order, parted by a blank line
    choice   columns of which the first with something in it is the text
    reddit   rows are lines of a Reddit archive: ids are told apart as posts and comments
    """

    columns: tuple[str, ...]
    lead: tuple[int, ...]
    choice: tuple[int, ...]
    id: int | None
    created: int | None
    author: int | None
    lang: int | None
    region: int | None
    url: int | None
    edited: int | None
    change: int | None
    reddit: bool


def plan(
    names: Sequence[str], wanted: Mapping[str, str | list[str]], file: str, *, open_ended: bool = False
) -> Plan:
    """Make a plan from a file's column names and what the settings say.

    `open_ended` (JSON, where each object has its own fields) also looks for usual names not seen so far.
    Raises BadFile where a named column is missing or no column can hold the text; BadSetting for a thing a
    post does not have.
    """
    for role in wanted:
        if role not in ROLES:
            raise BadSetting(
                f"In the setting 'columns': a post has no '{role}'.", advice=f"It has: {', '.join(ROLES)}."
            )
    columns = list(names)
    if open_ended:
        seen = set(columns)
        columns += [name for usual in USUAL.values() for name in usual if name not in seen]
    spelled = {}
    for at, name in reversed(list(enumerate(columns))):
        spelled[_plain(name)] = at

    def named(role: str) -> list[int]:
        given = wanted[role]
        found = []
        for name in given.split("+") if isinstance(given, str) else given:
            at = columns.index(name) if name in columns else spelled.get(_plain(name))
            if at is None or (open_ended and at >= len(names)):
                raise BadFile(f"there is no column '{name}' for the {role}", place=file, advice=_list(names))
            found.append(at)
        return found

    def usual(role: str) -> list[int]:
        found = [spelled[_plain(name)] for name in USUAL[role] if _plain(name) in spelled]
        # what the file was seen to have comes before what it might have
        return sorted(found, key=lambda at: at >= len(names))

    def one(role: str) -> int | None:
        found = named(role) if role in wanted else usual(role)
        return found[0] if found else None

    if "text" in wanted:
        lead, choice = named("text"), []
    else:
        lead, choice = usual("title")[:1], usual("text")
        if not choice and not open_ended:
            lead, choice = [], lead
        # A list that only tells what was deleted has no texts.
        textless = open_ended and names and min(lead + choice, default=0) >= len(names)
        if not choice or (textless and not any(_plain(name) == "change" for name in names)):
            raise BadFile("no column is known to hold the text", place=file, advice=_list(names))
    reddit = not wanted.get("id") and any(_plain(n) in _REDDIT for n in names) and "created_utc" in names
    return Plan(
        columns=tuple(columns),
        lead=tuple(lead),
        choice=tuple(choice),
        id=one("id"),
        created=one("created"),
        author=one("author"),
        lang=one("lang"),
        region=one("region"),
        url=one("url"),
        edited=one("edited"),
        change=one("change"),
        reddit=reddit,
    )


def numbered(wanted: Mapping[str, str | list[str]], names: Sequence[str]) -> bool:
    """True where the settings name every column by its number (text=3): the file has no line of names."""
    given = [n for value in wanted.values() for n in (value.split("+") if isinstance(value, str) else value)]
    return bool(given) and all(map(str.isdecimal, given)) and not set(given) <= set(names)


def from_words(words: Sequence[str]) -> dict[str, str | list[str]]:
    """Column settings written as words: `text=title+body` `created=when`. Raises BadSetting."""
    found: dict[str, str | list[str]] = {}
    for word in words:
        role, sign, names = word.partition("=")
        if not sign or not names or role not in ROLES:
            raise BadSetting(
                "A column is written as what=name, for example text=title+body.",
                advice=f"What can be: {', '.join(ROLES)}.",
            )
        found[role] = names.split("+")
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.lower()) or name


def _list(names: Sequence[str]) -> str:
    """How many columns there are, and those whose names cannot be what somebody said: a first line may be a
    post, where a file has no line of names. Nothing of it is told unless a usual name stands in it.
    """
    kept = [name for name in names if _looks_like_a_name(name)]
    if not any(_plain(name) in _KNOWN for name in names):
        kept = []
    if not kept:
        return (
            f"It has {_columns(len(names))} and no usual name among them: say which holds it (text=NAME), add"
            " a line of names at the top, or say the number of each column where there is none (text=3)."
        )
    told, more = ", ".join(kept[:60]), len(names) - len(kept[:60])
    rest = f" and {more} more that {'is' if more == 1 else 'are'} not named here" if more else ""
    return f"It has {_columns(len(names))}: {told}{rest}. Say which holds it, for example text=title+body."


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


_KNOWN = {re.sub(r"[^0-9a-z]", "", name) for usual in USUAL.values() for name in usual}


def _looks_like_a_name(name: str) -> bool:
    """A word or two, short, beginning with a letter: no sentence, no number, no handle, no address."""
    return re.fullmatch(r"[^\W\d][\w.-]{0,24}( [\w()#.-]{1,15})?", name) is not None
