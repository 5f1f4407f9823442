"""A Discourse forum: its public categories, or a private one that its staff opened."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting
from earnest.record.raw import Page, RawPost, Refusal, SourceKind
from earnest.sources.base import SourceType, dump_cursor, load_cursor, refusal, settings, way_out
from earnest.sources.discourse import proof
from earnest.sources.discourse.posts import post_of
from earnest.sources.discourse.wire import STEP, Forum, Hidden, lost, mapping, number, strange
from earnest.sources.handshake import Invitation, NotProved, Proof, Wording
from earnest.sources.published import mark

PAGES = 2_000
"""Requests for one stretch of posts, at most: 100,000 ids."""


class DiscourseSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `token` comes from the key folder; `notice` is written when a category opens."""

    server: Annotated[
        str, msgspec.Meta(title="Forum", description="Its address.", examples=["https://forum.example.org"])
    ]
    category: Annotated[
        int | None,
        msgspec.Meta(
            title="Category number",
            description="The number at the end of the category's address; empty for all public ones.",
            examples=["5"],
        ),
    ] = None
    acts_as: Annotated[
        str,
        msgspec.Meta(
            title="Account of the key",
            description="The account that the API key was made for; only for a private category.",
            examples=["earnest"],
        ),
    ] = ""
    token: Annotated[
        str,
        msgspec.Meta(
            title="API key",
            description="For a private category: made by the forum's administrator; kept in the key folder.",
        ),
    ] = ""
    notice: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor: places in the forum's own count of posts.

    at     everything up to here was read
    to     while a backlog is read: where it ends
    since  epoch seconds: what was written before is not taken
    """

    at: int
    to: int | None = None
    since: int = 0


class DiscourseForum:
    """One forum or category. Source, Relists and Handshake."""

    def __init__(self, wanted: DiscourseSettings, egress: Egress) -> None:
        self._settings = wanted
        self._base = wanted.server.strip().rstrip("/")
        self._forum = Forum(self._base, wanted.token, wanted.acts_as, egress)

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was written since the cursor; from None the newest posts that the forum lists."""
        before = load_cursor(cursor, Mark)
        newest = self._latest(None)
        top = max((number(mapping(one).get("id")) for one in newest), default=0)
        if before is None:
            low = min((number(mapping(one).get("id")) or top for one in newest), default=1)
            before = Mark(max(0, low - 1))
        if before.to is None:
            before = msgspec.structs.replace(before, to=max(top, before.at))
        yield from self._onward(before, before.to or before.at, newest)

    def _onward(self, before: Mark, to: int, newest: list[Any]) -> Iterator[Page]:
        """In steps of ids, the oldest first, so that a cursor stands after each."""
        at, since = before.at, before.since
        bad = [one for one in newest if not number(mapping(one).get("id"))]
        while True:
            end = min(at + STEP, to)
            done = end >= to
            posts, refused = self._step(at, end, since) if end > at else ([], [])
            if done:
                refused += [refusal(f"post {n} of the answer", "has no id") for n, _ in enumerate(bad, 1)]
            after = Mark(to, None, since) if done else Mark(end, to, since)
            yield Page(tuple(posts), dump_cursor(after), tuple(refused), done)
            if done:
                return
            at = end

    def _step(self, after: int, until: int, since: int) -> tuple[list[RawPost], list[Refusal]]:
        """Posts with an id after one and up to another, at most `STEP` apart."""
        found = [one for one in self._latest(until) if after < number(mapping(one).get("id")) <= until]
        posts: list[RawPost] = []
        refused: list[Refusal] = []
        by_id = {number(one["id"]): one for one in found}
        for place, (_, one) in enumerate(sorted(by_id.items()), 1):
            got = self._post(one, f"post {place} of the answer")
            if isinstance(got, Refusal):
                refused.append(got)
            elif got is not None and (got.created is None or got.created.timestamp() >= since):
                posts.append(got)
        return posts, refused

    def _post(self, one: Any, place: str) -> RawPost | Refusal | None:
        wanted = self._settings
        if wanted.category is not None and one.get("category_id") != wanted.category:
            return None
        got = post_of(one, place, wanted.lang, wanted.region, self._base)
        return None if isinstance(got, RawPost) and mark(got.id) == wanted.notice else got

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Every post of a stretch of time, as it reads now."""
        newest = self._latest(None)
        top = max((number(mapping(one).get("id")) for one in newest), default=0)
        # Ids and dates may be in another order for a moment: a step more at both ends.
        at = max(0, self._last_before(since, top) - STEP)
        end = min(top, self._last_before(until, top) + STEP)
        for _ in range(PAGES):
            step = min(at + STEP, end)
            posts, refused = self._step(at, step, 0) if step > at else ([], [])
            kept = tuple(post for post in posts if post.created is None or since <= post.created < until)
            yield Page(kept, dump_cursor(Mark(step)), tuple(refused), done=step >= end)
            if step >= end:
                return
            at = step
        raise strange()

    def _last_before(self, when: datetime, top: int) -> int:
        """The last id of what was written before a moment; ids grow with time. Found by halving."""
        low, high = 0, top
        while low < high:
            middle = (low + high + 1) // 2
            seen = self._at(middle)
            if seen is None or seen < when:
                low = middle
            else:
                high = middle - 1
        return low

    def _at(self, id: int) -> datetime | None:
        """When the post with an id, or the last before it, was written."""
        while id > 0:
            for one in self._latest(id):
                got = post_of(mapping(one) | {"raw": "x", "hidden": False}, "", None, None, self._base)
                if isinstance(got, RawPost) and got.created is not None and int(got.id) <= id:
                    return got.created
            id -= STEP
        return None

    def _latest(self, before: int | None) -> list[Any]:
        try:
            return self._forum.latest(before)
        except Hidden:
            raise lost() from None

    def probe(self) -> str:
        """Raises as `read` does."""
        self._latest(None)
        return "The forum answers."

    def how(self) -> str:
        """What an administrator does."""
        return self._how()

    def _how(self) -> str:
        wanted = self._settings
        if wanted.category is None or not wanted.token:
            raise BadSetting(
                "A private category needs its number and an API key.",
                advice="Set category and acts_as, and give the key that the forum's administrator made.",
            )
        return (
            f"Let the account {wanted.acts_as} see the category {wanted.category} and no other private one."
            " Then somebody of the staff writes the notice there as a topic, word for word, and pins it."
        )

    def wording(self, lang: str) -> Wording:
        """What the notice says about a forum."""
        if lang == "es":
            return Wording(
                "fija este tema", "quita este tema de los fijados o retira la clave de API", "", 30_000
            )
        return Wording("pins this topic", "unpin this topic or revoke the API key", longest=30_000)

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        """Is the notice pinned in the category, as it was written, by somebody who is staff now?"""
        wanted = self._settings
        self._how()
        known = wanted.notice if invitation.opened else None
        found = proof.look(self._forum, wanted.category or 0, wanted.acts_as, invitation, known)
        if isinstance(found, NotProved):
            return found
        start = Mark(int(found.id), None, int(datetime.now(UTC).timestamp()))
        return Proof(dump_cursor(start), {"notice": mark(found.id)})


def open_discourse(given: Mapping[str, Any], egress: Egress | None) -> DiscourseForum:
    """A forum. Raises BadSetting that names the setting."""
    wanted = settings("discourse", given, DiscourseSettings)
    if wanted.category is not None and not 0 < wanted.category < 1 << 31:
        raise BadSetting(
            "In the setting 'category' of the discourse source: this is not a category's number."
        )
    return DiscourseForum(wanted, way_out(egress, "A forum"))


def kind_of(given: Mapping[str, Any]) -> SourceKind:
    """With a key it sees what is not public, and that is read by invitation alone."""
    return "closed" if given.get("acts_as") or given.get("token") else "open"


DISCOURSE = SourceType(
    type="discourse",
    kinds=("open", "closed"),
    title="Discourse forums: public categories, or a private one that invited Earnest",
    extra=None,
    tested_against="a stand-in written from Discourse's published reference, and recordings, 2026-11-22",
    open=open_discourse,
    kind_of=kind_of,
    handshake=True,
    recheck=timedelta(hours=24),
    secret="token",  # noqa: S106 - the name of the setting
    keyless=True,
    catches_up=True,
    settings=DiscourseSettings,
    asks="The forum's own terms; its administrator can limit or block programs.",
    key="The forum's administrator makes it: Admin, API, New API Key, for one account, read scopes only.",
)
