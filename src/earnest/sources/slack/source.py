"""A Slack channel: read since its administrators opened it, and asked before every read whether it still
is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from threading import Event
from typing import Annotated, Any

import msgspec

from earnest.egress import Egress
from earnest.record.errors import BadSetting, MissingExtra, SourceGone
from earnest.record.raw import Page, RawPost, Refusal
from earnest.sources.base import SourceType, dump_cursor, load_cursor, settings, way_out
from earnest.sources.handshake import Invitation, NotProved, Proof, Wording
from earnest.sources.published import OUT, mark

CHUNK = 200
"""Posts of a page."""

LIVE = timedelta(days=14)
"""Answers in threads that began longer ago are seen by the socket and by the daily list alone."""


class SlackSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a steward sets. `token` comes from the key folder; `since` and `notice` are written when the
    channel opens."""

    channel: Annotated[
        str,
        msgspec.Meta(
            title="Channel id",
            description="At the end of the channel's details, such as C0123456789.",
            examples=["C0123456789"],
        ),
    ]
    token: Annotated[
        str,
        msgspec.Meta(
            title="Tokens of the app",
            description="The bot token (xoxb-…); after a comma the app token (xapp-…), to hear at once.",
        ),
    ] = ""
    server: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    since: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    notice: Annotated[str | None, msgspec.Meta(extra={"operator": True})] = None
    lang: str | None = None
    region: str | None = None


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The cursor: moments in microseconds, which are Slack's own names of messages.

    at    everything up to here was read, in the channel and its threads
    to    while a backlog is read: where it ends; `room` (0: the channel) and `seen` say how far in which
    """

    at: int
    to: int | None = None
    room: int = 0
    seen: int = 0


class SlackChannel:
    """One channel, as one app. Source, Relists, Follows, Handshake, Farewell and Answers."""

    def __init__(self, wanted: SlackSettings, egress: Egress) -> None:
        from earnest.sources.slack.messages import stamp
        from earnest.sources.slack.wire import Api

        self._settings = wanted
        self._api = Api(wanted.server, wanted.token, egress)
        self._channel = wanted.channel.strip()
        self._since = stamp(wanted.since) if wanted.since else 0

    def read(self, cursor: str | None) -> Iterator[Page]:
        """What was said since the cursor. From None it is what is said from now on: never history."""
        from earnest.sources.slack import rooms
        from earnest.sources.slack.messages import stamp
        from earnest.sources.slack.wire import mapping

        before = load_cursor(cursor, Mark) or Mark(_now())
        oldest = max(self._since, before.at - int(LIVE.total_seconds()) * 1_000_000)
        listed = self._history(max(0, min(oldest, before.at)), before.to)
        live = rooms.threads(listed, before.at)
        if before.to is None:
            told = [mapping(one) for one in listed]
            newest = max(
                [before.at] + [stamp(one.get(name)) for one in told for name in ("ts", "latest_reply")]
            )
            if newest == before.at and all(stamp(one.get("ts")) for one in told):
                yield Page((), dump_cursor(before), done=True)
                return
            before = Mark(before.at, newest)
        to = before.to or before.at
        places = [room for room in (0, *live) if room >= before.room]
        for number, room in enumerate(places, 1):
            seen = before.seen if room == before.room and before.seen else before.at
            said = listed if room == 0 else rooms.replies(self._api, self._channel, room, seen, to)
            fresh = sorted(
                (one for one in said if seen < stamp(mapping(one).get("ts")) <= to),
                key=lambda one: stamp(one["ts"]),
            )
            bad = [one for one in said if not stamp(mapping(one).get("ts"))] if seen == before.at else []
            chunks = [fresh[i : i + CHUNK] for i in range(0, len(fresh), CHUNK)] or [[]]
            for part, chunk in enumerate(chunks, 1):
                ended = part == len(chunks)
                if ended:
                    after = Mark(to) if number == len(places) else Mark(before.at, to, places[number])
                else:
                    after = Mark(before.at, to, room, stamp(chunk[-1]["ts"]))
                posts, refused = self._posts([*(bad if part == 1 else []), *chunk], thread=room != 0)
                done = ended and number == len(places)
                yield Page(tuple(posts), dump_cursor(after), tuple(refused), done)

    def _history(self, after: int, until: int | None) -> list[Any]:
        from earnest.sources.slack import rooms
        from earnest.sources.slack.wire import Hidden

        try:
            return rooms.history(self._api, self._channel, after, until)
        except Hidden:
            raise SourceGone(
                "The app is not in the channel, or the channel is archived.",
                advice="Ask an administrator to invite it there, or copy the channel's id again.",
                why="gone",
            ) from None

    def _posts(self, messages: Sequence[Any], *, thread: bool) -> tuple[list[RawPost], list[Refusal]]:
        """What was also sent to the channel from a thread is read in its thread."""
        from earnest.sources.slack.messages import post_of
        from earnest.sources.slack.wire import mapping

        posts: list[RawPost] = []
        refused: list[Refusal] = []
        for number, one in enumerate(messages, 1):
            if not thread and mapping(one).get("subtype") == "thread_broadcast":
                continue
            place = f"message {number} of the answer"
            got = post_of(one, place, self._settings.lang, self._settings.region)
            if isinstance(got, Refusal):
                refused.append(got)
            elif got is not None and mark(got.id) != self._settings.notice:
                posts.append(got)
        return posts, refused

    def still_there(self, since: datetime, until: datetime) -> Iterator[Page]:
        """Every message of a stretch of time, in the channel and its threads, however old they are."""
        from earnest.sources.slack import rooms

        first, end = (int(when.timestamp() * 1_000_000) for when in (since, until))
        parents = self._history(min(self._since, first) if self._since else 0, end - 1)
        for room in (0, *rooms.threads(parents, first - 1)):
            said = parents if room == 0 else rooms.replies(self._api, self._channel, room, first - 1, end - 1)
            posts, refused = self._posts(said, thread=room != 0)
            kept = tuple(post for post in posts if post.created is not None and since <= post.created < until)
            yield Page(kept, dump_cursor(Mark(end)), tuple(refused))
        yield Page((), dump_cursor(Mark(end)), done=True)

    def follow(self, cursor: str | None, stop: Event) -> Iterator[Page]:
        """What is said, edited and deleted, at once: Slack's socket rings, and `read` reads."""
        from earnest.sources.slack.socket import follow

        return follow(self, self._api, self._channel, cursor, stop)

    def probe(self) -> str:
        """Raises as `read` does."""
        self._history(_now(), None)
        return "The app is in the channel."

    def how(self) -> str:
        """What an administrator does."""
        from earnest.sources.slack.wire import SCOPES

        me = self._api.call(lambda client: client.auth_test())
        return (
            f"Install the app with the bot scopes {SCOPES} and /invite @{me.get('user')} in the channel. Then"
            " an administrator or owner of the workspace posts the notice there, word for word, and an"
            " administrator or owner pins it."
        )

    def wording(self, lang: str) -> Wording:
        """What the notice says about Slack."""
        if lang == "es":
            return Wording(
                "fija este mensaje", "quita este mensaje de los fijados o expulsa a la app", longest=4_000
            )
        return Wording("pins this message", "unpin this message or remove the app", longest=4_000)

    def prove(self, invitation: Invitation) -> Proof | NotProved:
        """Is the notice pinned, as it was written, by administrators, in a channel the app is in?"""
        from earnest.sources.slack import proof

        known = self._settings.notice if invitation.opened else None
        found = proof.look(self._api, self._channel, invitation, known)
        if isinstance(found, NotProved):
            return found
        return Proof(dump_cursor(Mark(_now())), {"since": found.id, "notice": mark(found.id)})

    def leave(self) -> None:
        """Leave the channel: the invitation ended."""
        from earnest.sources.slack.wire import Hidden

        try:
            self._api.call(lambda client: client.conversations_leave(channel=self._channel))
        except Hidden:
            return

    def acknowledge(self, leaving_ids: Sequence[str]) -> None:
        """Answer each message in its thread: it worked."""
        from earnest.sources.slack.wire import Hidden

        for id in leaving_ids:
            try:
                self._api.call(
                    lambda client, id=id: client.chat_postMessage(  # type: ignore[misc]
                        channel=self._channel, text=OUT, thread_ts=id, unfurl_links=False
                    )
                )
            except Hidden:
                return


def _now() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000_000)


def open_slack(given: Mapping[str, Any], egress: Egress | None) -> SlackChannel:
    """A channel. Raises BadSetting that names the setting, MissingExtra without slack_sdk."""
    wanted = settings("slack", given, SlackSettings)
    if not re.fullmatch(r"[CG][A-Z0-9]{6,20}", wanted.channel.strip()):
        raise BadSetting(
            "In the setting 'channel' of the slack source: this is not a channel's id.",
            advice="Copy it from the end of the channel's details, such as C0123456789.",
        )
    if find_spec("slack_sdk") is None:
        raise MissingExtra("Reading a Slack channel", "slack")
    return SlackChannel(wanted, way_out(egress, "A channel"))


def ids_of(name: str) -> tuple[str, ...]:
    """The message's name in a link such as https://x.slack.com/archives/C1/p1512085950000216."""
    found = re.search(r"slack\.com/archives/[A-Z0-9]+/p(\d{7,12})(\d{6})(?:[?/]|$)", name.strip())
    return (f"{found[1]}.{found[2]}",) if found else ()


SLACK = SourceType(
    type="slack",
    kinds=("closed",),
    title="Slack channels that invited Earnest",
    extra="slack",
    tested_against="a stand-in written from Slack's published reference, 2026-11-22",
    open=open_slack,
    ids_of=ids_of,
    one_account=True,
    handshake=True,
    recheck=timedelta(hours=24),
    secret="token",  # noqa: S106 - the name of the setting
    catches_up=True,
    settings=SlackSettings,
    asks="Slack's API terms: an app that the workspace installed itself, for its own channels, no profiles.",
    key="api.slack.com/apps: Create New App, add the bot scopes, Install to Workspace, copy the bot token.",
)
