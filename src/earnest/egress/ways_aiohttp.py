"""aiohttp (discord.py, asyncpraw, slack-sdk): these libraries connect by themselves, through our resolver.

What is judged is both the name, before anything is connected, and the number a socket is made for, at the
moment it is made: a name that leads elsewhere a moment later gains nothing. `aiohttp_connector` is all that a
library which makes its own session takes; it does not cap what an answer weighs. `aiohttp_session` does that
too, and is what is handed to those that take one.
"""

import asyncio
import socket
import time
from typing import TYPE_CHECKING, Any

import httpx

from earnest.egress.client import Egress
from earnest.egress.guard import checked
from earnest.egress.transport import usual_trust
from earnest.record.errors import EgressRefused

if TYPE_CHECKING:
    import aiohttp


def aiohttp_connector(egress: Egress) -> "aiohttp.TCPConnector":
    """A connector that reaches what `egress` reaches. Made inside a running event loop. See `ways`."""
    import aiohttp
    from aiohttp.abc import AbstractResolver, ResolveResult

    class Resolver(AbstractResolver):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            del family
            addresses = await asyncio.to_thread(_addresses, egress, host, port)
            return [
                ResolveResult(
                    hostname=host,
                    host=address,
                    port=port,
                    family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                    proto=0,
                    flags=int(socket.AI_NUMERICHOST | socket.AI_NUMERICSERV),
                )
                for address in addresses
            ]

        async def close(self) -> None:
            """Nothing is kept open."""

    def made(info: Any) -> socket.socket:
        """A socket for a number that may be connected to; an address without a name comes here alone."""
        family, kind, proto, _, address = info
        judged = egress.guarded(time.monotonic() + egress.limits[1])
        judged.numbers(str(address[0]), [str(address[0])])
        return socket.socket(family=family, type=kind, proto=proto)

    return aiohttp.TCPConnector(
        resolver=Resolver(),
        socket_factory=made,
        use_dns_cache=False,
        ssl=egress.trust or usual_trust(),
        limit_per_host=4,
    )


def aiohttp_session(egress: Egress) -> "aiohttp.ClientSession":
    """A session for libraries that take one. Made inside a running event loop; close it. See `ways`."""
    import aiohttp

    agent, timeout, cap = egress.limits

    class Capped(aiohttp.ClientResponse):
        """Reads at most so much, unpacked."""

        async def read(self) -> bytes:
            if self._body is None:
                held = bytearray()
                async for piece in self.content.iter_any():
                    held += piece
                    if len(held) > cap:
                        self.close()
                        raise EgressRefused(
                            f"The answer of {self.url.host} is larger than {cap:,} bytes.",
                            advice="Ask for less at a time.",
                        )
                self._body = bytes(held)
            return self._body

    async def asked(request: aiohttp.ClientRequest, go: Any) -> aiohttp.ClientResponse:
        target = checked(str(request.url))
        egress.admit(target)
        request.headers["User-Agent"] = agent
        request.headers.pop("Cookie", None)
        answer: aiohttp.ClientResponse = await go(request)
        egress.learned(target, answer.status, answer.headers)
        if answer.status in (301, 302, 303, 307, 308):
            answer.close()
            raise EgressRefused(f"{target.host} redirects.", advice="Give the address that it redirects to.")
        return answer

    return aiohttp.ClientSession(
        connector=aiohttp_connector(egress),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=timeout),
        response_class=Capped,
        middlewares=(asked,),
        trust_env=False,
    )


def _addresses(egress: Egress, host: str, port: int) -> list[str]:
    """Checked addresses of a name. Our own errors pass through aiohttp."""
    egress.admit(httpx.URL(scheme="https" if port == 443 else "http", host=host, port=port or 80))
    return egress.guarded(time.monotonic() + egress.limits[1]).addresses(host, port)
