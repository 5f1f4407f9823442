"""What a place is told to listen for is judged like any other search: nobody sets Earnest on people, or on
what they say to organise."""

from collections.abc import Iterator, Mapping
from typing import Any

from earnest.gate.refusals import judge
from earnest.record.errors import RefusedConfiguration

WORDS = frozenset({"words", "word", "hashtags", "hashtag", "query", "search", "subreddit", "tags", "tag"})
"""Settings, of whatever type of place, that say which posts are looked for."""


def check_words(given: Mapping[str, Any]) -> None:
    """Raises RefusedConfiguration, which names the setting and the reason, where a place aims at such speech
    or at somebody.
    """
    for name in sorted(WORDS.intersection(given)):
        for text in _texts(given[name]):
            # As a request: a word alone ("courier") would be taken for the name of a column about people.
            reason = judge("saved_search", f"posts about {text}")
            if reason is not None:
                raise RefusedConfiguration(f"The setting '{name}' is refused. {reason}")


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
