"""httpx clients (atproto, python-telegram-bot): a transport each, sync and async."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType

import httpx

from earnest.egress.client import Egress
from earnest.egress.ways_send import send, taken

_NOWHERE: Mapping[str, str] = MappingProxyType({})


def httpx_transport(egress: Egress, *, at: Mapping[str, str] = _NOWHERE) -> httpx.BaseTransport:
    """For `httpx.Client(transport=…)`. See `ways`."""
    return _Sync(egress, at)


def httpx_async_transport(egress: Egress, *, at: Mapping[str, str] = _NOWHERE) -> httpx.AsyncBaseTransport:
    """For `httpx.AsyncClient(transport=…)`: each request is made in a thread of its own. See `ways`."""
    return _Async(egress, at)


class _Sync(httpx.BaseTransport):
    def __init__(self, egress: Egress, at: Mapping[str, str]) -> None:
        self._egress = egress
        self._at = at

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return _asked(self._egress, request, request.read(), self._at)


class _Async(httpx.AsyncBaseTransport):
    def __init__(self, egress: Egress, at: Mapping[str, str]) -> None:
        self._egress = egress
        self._at = at

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        return await asyncio.to_thread(_asked, self._egress, request, body, self._at)


def _asked(egress: Egress, request: httpx.Request, body: bytes, at: Mapping[str, str]) -> httpx.Response:
    answer = send(egress, request.method, str(request.url), request.headers, body, at)
    return httpx.Response(answer.status, headers=taken(answer), content=answer.body, request=request)
