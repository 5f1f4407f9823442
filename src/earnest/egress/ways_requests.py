"""requests (tweepy, Mastodon.py, google-auth) and httplib2 (google-api-python-client)."""

import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from earnest.egress.client import Answer, Egress
from earnest.egress.ways_send import send, taken
from earnest.egress.ways_stream import Streamed, open_stream

if TYPE_CHECKING:
    import requests

_NOWHERE: Mapping[str, str] = MappingProxyType({})


def requests_session(
    egress: Egress, *, at: Mapping[str, str] = _NOWHERE, streams: bool = False
) -> "requests.Session":
    """A `requests.Session` whose every request goes through `egress`. See `ways`.

    streams   let a request with `stream=True` stay open (a streaming interface): what comes is handed on as
              it comes and never held; between two pieces the client's own read timeout counts, and at most
              the total time of `egress` where it names none. Where not set, `stream=True` means nothing.
    """
    import requests
    from requests.adapters import BaseAdapter
    from requests.cookies import RequestsCookieJar

    class Way(BaseAdapter):
        def send(
            self,
            request: requests.PreparedRequest,
            stream: bool = False,
            timeout: Any = None,
            verify: Any = True,
            cert: Any = None,
            proxies: Any = None,
        ) -> requests.Response:
            """`verify`, `cert` and `proxies` mean nothing: how Earnest connects is its own affair."""
            sent = {name: _text(value) for name, value in request.headers.items()}
            method, url, body = request.method or "GET", request.url or "", _bytes(request.body)
            got = requests.Response()
            if stream and streams:
                live = open_stream(egress, method, url, sent, body, at, _idle(timeout))
                got.status_code, got.raw = live.status, _Live(live)
                got.headers.update(live.headers)
            else:
                answer = send(egress, method, url, sent, body, at)
                got.status_code, got.raw = answer.status, io.BytesIO(answer.body)
                got.headers.update(taken(answer))
            got.reason = _reason(got.status_code)
            got.encoding = requests.utils.get_encoding_from_headers(got.headers)
            got.url, got.request = url, request
            return got

        def close(self) -> None:
            """Nothing is kept open."""

    class Crumbless(RequestsCookieJar):
        """A jar that keeps nothing."""

        def set_cookie(self, *_: Any, **__: Any) -> None:
            """What a server would remember somebody by is not kept."""

    session = requests.Session()
    session.trust_env = False
    session.cookies = Crumbless()
    session.adapters.clear()
    session.mount("https://", Way())
    session.mount("http://", Way())
    return session


def httplib2_http(egress: Egress, *, at: Mapping[str, str] = _NOWHERE) -> Any:
    """What google-api-python-client takes as `http`: has `request` and `close`. See `ways`."""
    import httplib2

    class Way:
        """Stands where httplib2.Http would."""

        follow_redirects = False
        redirect_codes: frozenset[int] = frozenset()
        timeout = egress.limits[1]
        credentials = None

        def request(
            self,
            uri: str,
            method: str = "GET",
            body: Any = None,
            headers: Mapping[str, Any] | None = None,
            redirections: int = 0,
            connection_type: Any = None,
        ) -> tuple[Any, bytes]:
            sent = {name: _text(value) for name, value in (headers or {}).items()}
            answer: Answer = send(egress, method, uri, sent, _bytes(body), at)
            told = httplib2.Response({**taken(answer), "status": str(answer.status)})
            told.reason = _reason(answer.status)
            return told, answer.body

        def close(self) -> None:
            """Nothing is kept open."""

    return Way()


class _Live(io.RawIOBase):
    """A body that goes on: `requests` reads it by `stream`, which gives each piece as it comes."""

    def __init__(self, live: Streamed) -> None:
        self._live = live
        self._rest = b""

    def readable(self) -> bool:
        return True

    def stream(self, amt: int | None = None, decode_content: bool | None = None) -> Iterator[bytes]:
        """Pieces, however large they come."""
        del amt, decode_content
        yield from self._live.pieces()

    def readinto(self, room: Any) -> int:
        while not self._rest:
            piece = next(self._live.pieces(), None)
            if piece is None:
                return 0
            self._rest = piece
        got = self._rest[: len(room)]
        room[: len(got)] = got
        self._rest = self._rest[len(got) :]
        return len(got)

    def release_conn(self) -> None:
        """As urllib3 calls it."""
        self.close()

    def close(self) -> None:
        with suppress(OSError):
            self._live.close()
        super().close()


def _idle(timeout: Any) -> float | None:
    """The read timeout out of what `requests` takes as one: seconds, or (connect, read)."""
    if isinstance(timeout, tuple):
        timeout = timeout[-1] if timeout else None
    return float(timeout) if isinstance(timeout, (int, float)) and timeout > 0 else None


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return _bytes(body.read())
    return b"".join(_bytes(piece) or b"" for piece in body)


def _reason(status: int) -> str:
    from http import HTTPStatus

    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
