"""httpx over httpcore with a network of our own, through the public doors of both."""

import logging
import ssl
from collections.abc import Iterator
from functools import cache

import httpcore
import httpx

for _library in ("httpx", "httpcore"):
    # They log every address at INFO and every header that comes back at DEBUG: an address may name a post.
    logging.getLogger(_library).setLevel(logging.WARNING)


class Transport(httpx.BaseTransport):
    """httpx over httpcore with our own way to connect. Nothing is shared or kept alive between requests."""

    def __init__(self, trust: ssl.SSLContext | None, network: httpcore.NetworkBackend) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=trust or usual_trust(),
            network_backend=network,
            max_connections=1,
            http1=True,
            http2=False,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        got = self._pool.handle_request(sent)
        return httpx.Response(got.status, headers=got.headers, stream=_Body(got), extensions=got.extensions)

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, got: httpcore.Response) -> None:
        self._got = got

    def __iter__(self) -> Iterator[bytes]:
        yield from self._got.iter_stream()

    def close(self) -> None:
        self._got.close()


@cache
def usual_trust() -> ssl.SSLContext:
    """The usual certificates. Loading them takes a while and is done once."""
    return httpx.create_ssl_context(trust_env=False)
