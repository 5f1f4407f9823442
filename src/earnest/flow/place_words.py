"""What a place is told to listen for is judged like any other search: nobody sets Earnest on people, or on
what they say to organise."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from earnest.gate.refusals import judge
from earnest.record.errors import RefusedConfiguration
from earnest.sources import person

WORDS = frozenset(
    {
        "contains", "filter", "filters", "hashtag", "hashtags", "k", "key_words", "keyphrase", "keyphrases",
        "keyword", "keywords", "label", "labels", "match", "matches", "only", "phrase", "phrases", "q",
        "queries", "query", "s", "search", "searches", "subreddit", "subreddits", "tag",
        "tagged", "tags", "term", "terms", "text_contains", "topic", "topics", "track", "word", "words",
    }
)  # fmt: skip
"""Settings, of whatever type of place, that say which posts are looked for; in an address, its questions."""

PEOPLE = frozenset(
    {
        "from_user", "from_users", "handles", "logins", "screen_name", "screen_names", "user_ids",
        "user_usernames", "usernames",
    }
)  # fmt: skip
"""Settings of programs of others that name accounts to be followed."""

_LEADS = frozenset({"hashtag", "hashtags", "r", "search", "tag", "tagged", "tags", "topic", "topics"})
"""Parts of an address after which a search stands ("/tags/late-orders.rss")."""

DEEP = 6
"""Levels of a setting that are looked through; what lies deeper is refused."""


def check_words(given: Mapping[str, Any]) -> None:
    """Raises RefusedConfiguration, which names the setting and the reason, where a place aims at such speech
    or at somebody.
    """
    for name in sorted(given):
        for text in _searches(name, given[name], 0):
            # As a request: a word alone ("courier") would be taken for the name of a column about people.
            reason = judge("saved_search", f"posts about {text}") or _operator(name, text)
            if reason is not None:
                raise RefusedConfiguration(f"The setting '{name}' is refused. {reason}")


def _operator(name: str, text: str) -> str | None:
    found = person.operator(text)
    if name in ("subreddit", "subreddits") and person.profile(text):
        found = "u_"
    if not found:
        return None
    return f"'{found}' picks out an account: Earnest listens to topics and places, never to people."


def _searches(name: str, value: Any, depth: int) -> Iterator[str]:
    """What is looked for in a setting: its own words, those of settings inside it, those of an address."""
    if depth > DEEP:
        raise RefusedConfiguration("A setting holds settings too deep inside to be judged.")
    if name.lower() in PEOPLE and value:
        raise RefusedConfiguration(
            f"The setting '{name}' names accounts: Earnest listens to topics and places, never to people."
        )
    if isinstance(value, Mapping):
        for inner, one in value.items():
            whole = name.lower() in WORDS and not isinstance(one, Mapping)
            if whole:
                yield from _texts(str(inner))
            yield from _searches(name if whole else str(inner), one, depth + 1)
        return
    if name.lower() in WORDS:
        yield from _texts(value)
    elif isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        with suppress(ValueError, RecursionError):  # what is no JSON is refused where it is opened
            yield from _searches(name, json.loads(value), depth + 1)
        return
    many = value if isinstance(value, list | tuple) else [value]
    for one in many:
        if isinstance(one, str) and "://" in one:
            yield from _asked(one)
        elif isinstance(one, Mapping):
            yield from _searches(name, one, depth + 1)


def _asked(address: str) -> Iterator[str]:
    """What an address asks for: of a feed that a search engine makes, say. Raises RefusedConfiguration where
    it leads to what one person says.
    """
    person.check(address)
    try:
        parts = urlsplit(address)
        said = parse_qsl(parts.query) + parse_qsl(parts.fragment)
    except ValueError:
        return  # no address: opening the source says so
    for name, text in said:
        if name.lower() in WORDS:
            yield from _texts(text)
    path = [one for one in unquote_plus(parts.path).split("/") if one]
    for before, one in pairwise(path):
        if before.lower() in _LEADS:
            yield from _texts(
                one.rsplit(".", 1)[0] if one.lower().endswith((".rss", ".xml", ".atom")) else one
            )


def _texts(value: Any) -> Iterator[str]:
    """A text, the lines of one, or each of a list, and a list as a whole: two harmless halves can aim."""
    if isinstance(value, str):
        lines = [line for line in value.splitlines() if line.strip()]
    elif isinstance(value, list | tuple):
        lines = [line for line in value if isinstance(line, str) and line.strip()]
    else:
        return
    yield from lines
    if len(lines) > 1:
        yield ", ".join(lines)
