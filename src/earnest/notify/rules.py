"""What a message may say: the one place where the content rules hold, whoever made the notice.

    shown = settle(notice, rules)        # then `notify.render` makes it a mail, a text, an issue

Held here, for every channel and at the last moment before sending: no handle, no e-mail address, no link
but to the desk itself; no words that a person typed where a place or the audience is closed; no quote but
of posts that may be quoted now; no run of words of a closed place's posts; counts under the floor hidden;
one line is one line (no header can be smuggled in) and nothing invisible.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from earnest.notify.base import COUNTS, Notice
from earnest.notify.words import ENGLISH, known, number, say, value

MOST_LINES, MOST_FACTS, MOST_ACTS, MOST_QUOTES = 40, 20, 4, 5
LONGEST_SUBJECT, LONGEST_LINE, LONGEST_FACT, LONGEST_QUOTE = 150, 600, 120, 400
RUN = 4
"""So many words in a row, as a closed place's post has them, are that post's words."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for one message now.

    address  where the desk is: "https://desk.example.org"
    floor    counts under it are hidden; `step`: counts of posts are rounded to it
    typed    whether words that a person typed may go
    quotable ids of posts whose words may go
    closed   words of closed places' posts that are near: none of their runs go out
    scrub    takes personal data out of free words (the gate's redaction)
    """

    address: str
    floor: int = 10
    step: int = 10
    typed: bool = False
    quotable: frozenset[int] = frozenset()
    closed: tuple[str, ...] = ()
    scrub: Callable[[str], str] = field(default=lambda text: text)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as it may be shown: every text is one clean line, every link is whole and the desk's own."""

    subject: str
    lines: tuple[str, ...]
    title: str
    facts: tuple[tuple[str, str], ...]
    link: str
    acts: tuple[tuple[str, str], ...]
    quotes: tuple[str, ...]
    lang: str = "en"


def settle(notice: Notice, rules: Rules) -> Shown:
    """Hold every rule. Never raises for what a notice holds."""
    runs = frozenset(run for text in rules.closed for run in _runs(text))
    loose = frozenset(word for text in rules.closed for word in _words(text) if _tells(word))

    def allowed(text: str) -> str:
        return "" if _holds(text, runs, loose) else text

    lang = known(notice.lang)
    subject = allowed(clean(notice.subject, LONGEST_SUBJECT)) or say(lang, "news")
    lines = [allowed(clean(line, LONGEST_LINE)) for line in notice.lines[:MOST_LINES]]
    title = allowed(_scrubbed(notice.title, LONGEST_SUBJECT, rules)) if rules.typed else ""
    quotes = [
        allowed(_scrubbed(quote.words, LONGEST_QUOTE, rules))
        for quote in notice.quotes[:MOST_QUOTES]
        if quote.post in rules.quotable
    ]
    facts = [
        (name, value)
        for name, value in _facts(notice.facts, rules, lang)
        if not _holds(f"{name} {value}", runs, loose)
    ]
    acts = [
        (allowed(clean(says, LONGEST_FACT)) or say(lang, "open"), whole(path, rules.address))
        for says, path in notice.acts[:MOST_ACTS]
    ]
    return Shown(
        subject=subject,
        lines=tuple(line for line in lines if line),
        title=title,
        facts=tuple(facts[:MOST_FACTS]),
        link=whole(notice.link, rules.address),
        acts=tuple((says, url) for says, url in acts if url),
        quotes=tuple(quote for quote in quotes if quote),
        lang=lang,
    )


def _scrubbed(text: str, longest: int, rules: Rules) -> str:
    """Free words: cleaned first, so that nothing invisible hides what is to be scrubbed, and after."""
    return clean(rules.scrub(clean(text, longest)), longest)


_FACTS = frozenset(key.removeprefix("fact.") for key in ENGLISH if key.startswith("fact."))


def _facts(facts: Mapping[str, str | int], rules: Rules, lang: str) -> Iterable[tuple[str, str]]:
    for name, found in list(facts.items())[:MOST_FACTS]:
        says = say(lang, f"fact.{name}") if name in _FACTS else clean(name.replace("_", " ").capitalize(), 40)
        if isinstance(found, bool):
            continue
        if isinstance(found, int):
            yield says, _count(found, name, rules, lang) if name in COUNTS else str(found)
        elif shown := clean(value(lang, found), LONGEST_FACT):
            yield says, shown


def _count(count: int, name: str, rules: Rules, lang: str) -> str:
    if count < rules.floor:
        return say(lang, "few", floor=rules.floor)
    if name == "voices":
        return str(count)
    return say(lang, "some", count=number(lang, round(count / rules.step) * rules.step))


# An address in any spelling; then anything with a path behind a host, an e-mail address, a handle.
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:/{1,3}|(?:mailto|javascript|vbscript|data|tel|sms):|www\.)\S+", re.IGNORECASE
)
_PATHED = re.compile(r"\b[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?::\d+)?/\S*")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}")
_CALL = re.compile(r"<[!@#][^<>]{0,60}>?")
_HANDLE = re.compile(r"(?<!\w)(?:[@＠]\S+|/?u/[\w-]{2,})", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_TAKEN_OUT = (
    (_CALL, "[handle]"),
    (_LINK, "[link]"),
    (_PATHED, "[link]"),
    (_MAIL, "[e-mail]"),
    (_HANDLE, "[handle]"),
)


def clean(text: str, longest: int) -> str:
    """One line without anything invisible, any address, or any handle."""
    text = unicodedata.normalize("NFC", text[: longest * 4])
    text = "".join(" " if _breaks(sign) else sign for sign in text if not _invisible(sign))
    for found, instead in _TAKEN_OUT:
        text = found.sub(instead, text)
    text = _SPACE.sub(" ", text).strip()
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _breaks(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Zl", "Zp")


def _invisible(sign: str) -> bool:
    """Signs that nobody sees: they would turn a line around or hide a handle from the rules."""
    return unicodedata.category(sign) in ("Cf", "Cs", "Co", "Cn") or sign in "\u115f\u1160\u3164\uffa0"


_PATH = re.compile(r"/(?:[A-Za-z0-9_~.-]+/)*[A-Za-z0-9_~.-]*(?:#[A-Za-z0-9_-]{1,40})?")


def whole(path: str, address: str) -> str:
    """A link to the desk from a path on it; "" for anything that is no plain path."""
    if not _PATH.fullmatch(path) or "/.." in path or len(path) > 300 or not address:
        return ""
    return address.rstrip("/") + path


_WORD = re.compile(r"\w+")
_TELLING = 16
"""Letters. A word of a closed place's post that is longer may tell by itself (a name run together)."""


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _tells(word: str) -> bool:
    """Whether a word alone may lead to a post: a code, or very long."""
    mixed = len(word) >= 6 and any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return mixed or len(word) >= _TELLING


def _runs(text: str) -> Iterable[tuple[str, ...]]:
    words = _words(text)
    size = min(RUN, len(words))
    if size > 1 or (words and len(words[0]) >= 8):
        yield from (tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def _holds(text: str, runs: frozenset[tuple[str, ...]], loose: frozenset[str]) -> bool:
    if not runs:
        return False
    words = _words(text)
    if not loose.isdisjoint(words):
        return True
    return any(
        tuple(words[at : at + size]) in runs
        for size in range(1, RUN + 1)
        for at in range(len(words) - size + 1)
    )
