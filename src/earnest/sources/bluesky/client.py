"""`atproto`'s client, let out through `earnest.egress`: the same requests, guarded."""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from earnest.egress import Egress
from earnest.egress.ways import httpx_transport
from earnest.record.errors import SourceBusy
from earnest.sources.bluesky.told import told
from earnest.sources.bluesky.wanted import BlueskySettings

Got = TypeVar("Got")

MOST_SESSIONS = 50
SESSION = 3_600.0
"""Seconds for which one sign-in serves: a server allows 300 a day."""


class _Mended(httpx.BaseTransport):
    """Half a character in one post (a lone surrogate) would cost the client a whole answer: it is mended."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        body = answer.read()
        if b"\\ud" not in body.lower():
            return answer
        try:
            body = json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
        except (ValueError, RecursionError):
            return answer
        headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
        return httpx.Response(answer.status_code, headers=headers, content=body, request=request)


class _Sessions:
    """Sign-ins of this process, by server and account. In memory only."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str, str], tuple[float, str]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, who: tuple[str, str, str]) -> str | None:
        with self._lock:
            held = self._held.get(who)
            return held[1] if held is not None and time.monotonic() - held[0] < SESSION else None

    def put(self, who: tuple[str, str, str], session: str | None) -> None:
        with self._lock:
            self._held.pop(who, None)
            if session is not None:
                self._held[who] = (time.monotonic(), session)
            while len(self._held) > MOST_SESSIONS:
                self._held.popitem(last=False)


_SESSIONS = _Sessions()


class Bluesky:
    """What answers questions: the public view of the network, or the operator's own account's server."""

    def __init__(self, wanted: BlueskySettings, egress: Egress) -> None:
        self._wanted = wanted
        self._egress = egress
        self._client: Any = None
        self._who = (wanted.answers, wanted.account, wanted.token)

    def asked(self, question: Callable[[Any], Got]) -> Got:
        """Ask `atproto`'s client. Raises SourceBusy, SourceGone or EgressRefused; nothing else."""
        try:
            return question(self._signed_in())
        except Exception as error:  # noqa: BLE001 - whatever a foreign client raises
            problem = told(error)
            if isinstance(problem, SourceBusy):
                self._client = None
                if "sign-in" in problem.problem:
                    _SESSIONS.put(self._who, None)
        # Raised out here: what a client says may repeat a piece of an answer.
        raise problem

    def _signed_in(self) -> Any:
        if self._client is not None:
            return self._client
        from atproto import Client
        from atproto_client.request import Request

        client = Client(
            self._wanted.answers, request=Request(transport=_Mended(httpx_transport(self._egress)))
        )
        if self._wanted.token:
            session = _SESSIONS.get(self._who)
            if session is None:
                client.login(self._wanted.account.lstrip("@"), self._wanted.token, fetch_bsky_profile=False)
                _SESSIONS.put(self._who, client.export_session_string())
            else:
                client.login(session_string=session, fetch_bsky_profile=False)
        self._client = client
        return client
