"""Hearing at once: Slack's socket mode, which rings; what was said is read by `read`.

Edits and deletions are given as the socket tells them; those of a time without it are found when the channel
is listed again. slack_sdk knows the envelopes; the socket is `earnest.egress.ways.open_websocket`.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

import msgspec
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from earnest.egress.ways import open_websocket
from earnest.record.errors import EarnestError, SourceBusy
from earnest.record.raw import Page, RawPost
from earnest.sources.loose import decoded
from earnest.sources.slack.messages import post_of, stamp, written
from earnest.sources.slack.wire import Api, mapping

if TYPE_CHECKING:
    from earnest.sources.slack.source import SlackChannel

QUIET = 5.0
"""Seconds after which an empty page says that nothing was said."""

ANYWAY = 60.0
"""Seconds after which is read although nothing rang."""

MOST = 4_000_000
"""Bytes of one envelope."""


def follow(source: "SlackChannel", api: Api, channel: str, cursor: str | None, stop: Event) -> Iterator[Page]:
    """Pages until `stop`; see `base.Follows`. Without an app token it asks again and again."""
    after, last, first = cursor, 0.0, True
    socket: Any = open_websocket(api.way, api.socket(), max_bytes=MOST) if api.app else None
    try:
        while not stop.is_set():
            events = [] if first else _events(socket, channel, stop)
            if socket is not None and events is None:
                socket.close()
                socket = open_websocket(api.way, api.socket(), max_bytes=MOST)
                events = []
                first = True
            rung = events or []
            if first or rung or time.monotonic() - last >= ANYWAY or socket is None:
                for page in source.read(after):
                    after = page.cursor
                    yield page
                first, last = False, time.monotonic()
            elif after is not None:
                yield Page((), after, done=True)
            posts = tuple(_told(rung))
            if posts and after is not None:
                yield Page(posts, after, done=True)
    finally:
        if socket is not None:
            socket.close()


def _events(socket: Any, channel: str, stop: Event) -> list[dict[str, Any]] | None:
    """What was heard in the channel, once there is something or the time is over; None: Slack hangs up."""
    if socket is None:
        stop.wait(QUIET)
        return []
    found: list[dict[str, Any]] = []
    until = time.monotonic() + QUIET
    while not found and (left := until - time.monotonic()) > 0:
        try:
            raw = socket.recv(timeout=left)
        except TimeoutError:
            break
        except EarnestError:
            raise
        except Exception as error:
            raise SourceBusy("Slack closed the connection.", why="down") from error
        envelope = _envelope(raw)
        if envelope.get("type") == "disconnect":
            return None
        request = SocketModeRequest.from_dict(envelope)
        if request is None:
            continue
        socket.send(msgspec.json.encode(SocketModeResponse(request.envelope_id).to_dict()).decode())
        event = mapping(mapping(request.payload).get("event"))
        if event.get("channel") == channel:
            found.append(event)
    return found


def _told(events: list[dict[str, Any]]) -> Iterator[RawPost]:
    """Edits, deletions, and answers in threads, which may hang on something that was said long ago."""
    for event in events:
        kind = event.get("subtype")
        if kind == "message_deleted":
            id = stamp(event.get("deleted_ts"))
            if id:
                yield RawPost(id=written(id), text="", change="deleted")
        elif kind == "message_changed":
            # A message with answers that is deleted stays as a stone with this text.
            message = mapping(event.get("message"))
            if message.get("subtype") == "tombstone":
                yield RawPost(id=written(stamp(message.get("ts"))), text="", change="deleted")
                continue
            post = post_of(message, "an edit", None, None)
            if isinstance(post, RawPost) and message.get("edited") is not None:
                yield post if post.change == "deleted" else replace(post, change="edited")
        elif event.get("thread_ts") is not None:
            post = post_of(event, "an answer", None, None)
            if isinstance(post, RawPost):
                yield post


def _envelope(raw: Any) -> dict[str, Any]:
    try:
        return mapping(decoded(raw))
    except ValueError:
        return {}
