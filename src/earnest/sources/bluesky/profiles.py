"""Who wishes not to be shown outside: asked of the network's own view of profiles, for those alone whose post
is about the programme.

An account says it in its profile (`!no-unauthenticated`, or #nobot in what it writes of itself); its posts do
not carry it. What was asked lives in memory for an hour at most, for at most so many accounts, and is
corrected by the stream as profiles change. An account that the view does not know is `indexable:unknown`,
which is out. Where the view cannot be asked nobody is guessed: SourceBusy, and the page is read again.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from earnest.egress import Egress
from earnest.record.errors import SourceBusy
from earnest.sources.bluesky.events import UNKNOWN, Event, Profile, flags_of

MOST = 20_000
HOLDS = 3_600.0
"""Seconds for which an answer counts."""

BATCH = 25
"""Accounts a question, as the interface allows."""


class Asks(Protocol):
    """What answers: flags of each account that is known."""

    def __call__(self, dids: list[str]) -> Mapping[str, frozenset[str]]: ...


class Wishes:
    """What accounts wish, remembered for a while."""

    def __init__(self, ask: Asks, now: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._now = now
        self._known: OrderedDict[str, tuple[float, frozenset[str]]] = OrderedDict()

    def of(self, dids: Iterable[str]) -> dict[str, frozenset[str]]:
        """The flags of each of these accounts. Raises SourceBusy or SourceGone where nobody can tell."""
        wanted = list(dict.fromkeys(dids))
        limit = self._now() - HOLDS
        found: dict[str, frozenset[str]] = {}
        asked: list[str] = []
        for did in wanted:
            known = self._known.get(did)
            if known is not None and known[0] > limit:
                found[did] = known[1]
            else:
                asked.append(did)
        for start in range(0, len(asked), BATCH):
            some = asked[start : start + BATCH]
            answer = self._ask(some)
            for did in some:
                found[did] = answer.get(did, frozenset({UNKNOWN}))
                self._keep(did, found[did])
        return found

    def changed(self, event: Event) -> None:
        """A profile changed: an account that is remembered is remembered as it is now, others not at all."""
        if event.did in self._known:
            profile = event.record
            if isinstance(profile, Profile):
                self._keep(event.did, flags_of(profile.labels, profile.description))
            else:
                del self._known[event.did]

    def _keep(self, did: str, flags: frozenset[str]) -> None:
        self._known[did] = (self._now(), flags)
        self._known.move_to_end(did)
        while len(self._known) > MOST:
            self._known.popitem(last=False)


class _Label(msgspec.Struct, frozen=True):
    val: str = ""
    src: str = ""
    neg: bool = False


class _View(msgspec.Struct, frozen=True):
    did: str
    description: str | None = None
    labels: list[_Label] = []


class _Views(msgspec.Struct, frozen=True):
    profiles: list[msgspec.Raw]


def asker(egress: Egress, address: str) -> Asks:
    """Asks `app.bsky.actor.getProfiles` at an address, which needs no sign-in."""

    def ask(dids: list[str]) -> Mapping[str, frozenset[str]]:
        query = urlencode([("actors", did) for did in dids])
        answer = egress.ask("GET", f"{address}/xrpc/app.bsky.actor.getProfiles?{query}")
        return views_of(answer.body)

    return ask


def views_of(body: bytes) -> Mapping[str, frozenset[str]]:
    """Flags by account out of an answer; an account whose view cannot be read is not among them."""
    try:
        views = msgspec.json.decode(body, type=_Views).profiles
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        views = None
    if views is None:
        raise SourceBusy(
            "What answers about profiles does not answer as Bluesky does.",
            advice="Check the address; Earnest tries again by itself.",
        )
    found: dict[str, frozenset[str]] = {}
    for raw in views:
        try:
            view = msgspec.json.decode(raw, type=_View)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue
        found[view.did] = flags_of_view(view.did, view.labels, view.description)
    return found


def flags_of_view(did: str, labels: Iterable[Any], description: str | None) -> frozenset[str]:
    """An account's own labels (those of others are opinions about it), and what it writes of itself."""
    own = {one.val[:100] for one in labels if one.src == did and one.val and not one.neg}
    return frozenset(own) | flags_of(None, description)
