"""What may be reached: which addresses, decided where the connection is made."""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable

import httpcore
import httpx

from earnest.egress.own import Own, is_own, not_own
from earnest.record.errors import EgressRefused, SourceBusy

Resolve = Callable[[str, int], list[str]]
"""A name and a port to every address the name has."""


_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")


def system_resolve(host: str, port: int) -> list[str]:
    """Every address the system knows for a name."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked(url: str) -> httpx.URL:
    """An address Earnest may try to fetch. Raises EgressRefused."""
    try:
        target = httpx.URL(url.strip())
    except (httpx.InvalidURL, TypeError) as error:
        raise EgressRefused(
            "This is not an address.", advice="Write it like https://example.org/feed.xml."
        ) from error
    if target.scheme not in ("http", "https") or not target.host:
        raise EgressRefused(
            "Only http and https addresses are fetched.", advice="Write it like https://example.org/feed.xml."
        )
    if target.userinfo:
        raise EgressRefused(
            "The address holds a name or password.",
            advice="Leave it out: Earnest never signs in as a person.",
        )
    if (
        not _HOST.fullmatch(target.raw_host.decode("ascii", "replace"))
        or not 0 < (target.port or 80) < 65_536
    ):
        raise EgressRefused("This is not an address.", advice="Write it like https://example.org/feed.xml.")
    if target.port is not None and target.port < 1024 and target.port not in (80, 443):
        raise EgressRefused(
            f"Port {target.port} belongs to another service.", advice="Use the usual web ports."
        )
    return target


def is_public(address: str) -> bool:
    """True for an address on the open internet. IPv4 inside IPv6 (mapped, 6to4, NAT64) counts as itself."""
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour
        if ip in ipaddress.ip_network("64:ff9b::/96") or (int(ip) >> 32) == 0:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
        if ip.teredo is not None or ip.is_site_local or ip in ipaddress.ip_network("64:ff9b:1::/48"):
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


class Guarded(httpcore.NetworkBackend):
    """Connects to checked addresses only, and never waits past the deadline."""

    def __init__(
        self, resolve: Resolve, allow_private: bool, deadline: float, own: Own | None = None
    ) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._deadline = deadline
        self._own = own
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        name = host.strip("[]")
        failed: Exception = SourceBusy(f"The name {name} has no address.")
        for address in self.addresses(name, port)[:4]:
            try:
                stream = self._inner.connect_tcp(
                    address, port, _left(self._deadline, timeout), local_address, socket_options
                )
                return _Timed(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed

    def addresses(self, name: str, port: int) -> list[str]:
        """Every address of a name, each of them allowed. Raises EgressRefused, SourceBusy or BadSetting."""
        try:
            addresses = list(dict.fromkeys(self._resolve(name, port)))
        except (OSError, UnicodeError) as error:
            raise SourceBusy(
                f"The name {name} cannot be found.",
                advice="Check the address; if it is right, Earnest tries again by itself.",
                why="dns",
            ) from error
        if self._own is not None and (name, port) != (self._own.host, self._own.port):
            raise EgressRefused("This client reaches one address only, and this is another.")
        self.numbers(name, addresses)
        return addresses

    def numbers(self, name: str, addresses: Collection[str]) -> None:
        """Are these allowed, every one? Raises EgressRefused or BadSetting, naming `name`."""
        if self._own is not None:
            if not all(map(is_own, addresses)):
                refused = not_own(name)
                raise EgressRefused(refused.problem, advice=refused.advice)
        elif not self._allow_private and not all(map(is_public, addresses)):
            raise EgressRefused(
                f"{name} leads to a private address.",
                advice="Earnest fetches only from the open internet. For an operator's own servers, set"
                " EARNEST_PRIVATE_PLACES to yes.",
                why="not_allowed",
            )

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        raise EgressRefused("Only http and https addresses are fetched.")


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends by the deadline, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left if timeout is None else min(left, timeout)
