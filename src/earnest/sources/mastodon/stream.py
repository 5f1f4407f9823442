"""What an instance pushes: new statuses, edits and deletions, over a websocket."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event
from urllib.parse import urlencode

from earnest.egress import Egress
from earnest.egress.ways import open_websocket
from earnest.record.errors import MissingExtra, SourceBusy, SourceGone
from earnest.record.raw import RawPost, Refusal
from earnest.sources.base import refusal
from earnest.sources.mastodon.statuses import Reader, number_of

MAX_EVENT = 1_000_000
"""Bytes. A status has some kilobytes."""

QUIET = 2.0
"""Seconds without an event after which that is said."""

PUSH = 200
"""Events that are handed on together, at most."""


class Stream:
    """One open stream."""

    def __init__(self, address: str, query: dict[str, str], token: str | None, egress: Egress) -> None:
        self._stack = ExitStack()
        try:
            opened = open_websocket(
                egress,
                f"{address}/api/v1/streaming?{urlencode(query)}",
                headers={"Authorization": f"Bearer {token}"} if token else {},
                max_bytes=MAX_EVENT,
            )
            self._open = self._stack.enter_context(opened)
        except ImportError as error:
            raise MissingExtra("Following a Mastodon stream", "mastodon") from error
        except SourceGone as error:
            raise SourceGone(
                "The instance does not let Earnest follow its stream.",
                advice="It wants the token of an account made for Earnest; else set stream to false.",
            ) from error

    def batches(self, stop: Event) -> Iterator[list[object]]:
        """Events as they come, an empty list where nothing came for `QUIET` seconds. Raises SourceBusy."""
        from websockets.exceptions import ConnectionClosed

        while not stop.is_set():
            batch: list[object] = []
            try:
                batch.append(_event(self._open.recv(timeout=QUIET)))
                while len(batch) < PUSH:
                    batch.append(_event(self._open.recv(timeout=0)))
            except TimeoutError:
                pass
            except (ConnectionClosed, OSError):
                if not batch:
                    raise SourceBusy(
                        "The stream of the instance ended.", advice="Earnest tries again by itself."
                    ) from None
            yield batch

    def close(self) -> None:
        """Hang up."""
        self._stack.close()


def heard(events: list[object], reader: Reader) -> tuple[list[RawPost], list[Refusal]]:
    """Posts of events in their order, each id once, as it was left."""
    last: dict[str, RawPost] = {}
    refused: list[Refusal] = []
    for number, event in enumerate(events, 1):
        place = f"event {number} of the stream"
        if not isinstance(event, dict):
            refused.append(refusal(place, "is not an event as Mastodon describes it"))
            continue
        kind, payload = event.get("event"), event.get("payload")
        if kind == "delete":
            if isinstance(payload, str) and number_of(payload) is not None:
                last.pop(payload, None)
                last[payload] = RawPost(payload, "", change="deleted", if_kept=True)
            else:
                refused.append(refusal(place, "deletes something without a name"))
        elif kind in ("update", "status.update"):
            post = reader.post(_json(payload), place)
            if isinstance(post, Refusal):
                refused.append(post)
            elif post is not None and (post.id not in last or last[post.id].change != "deleted"):
                last[post.id] = post
    return list(last.values()), refused


def _event(message: str | bytes) -> object:
    return _json(message)


def _json(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, (str, bytes)) else text
    except (ValueError, RecursionError):
        return None
