"""Asking the DNS: what a domain says of itself (TXT), by dnspython and the machine's own name servers.

Nothing is connected to what an answer holds; an answer is capped by the protocol (64 KB) and by time.
"""

import ipaddress
from collections.abc import Sequence

from earnest.record.errors import BadSetting, MissingExtra, SourceBusy

SECONDS = 8.0
MOST = 100
"""Records that are looked at."""


def texts(name: str, *, server: str | None = None) -> Sequence[str]:
    """The TXT records of a name, each as one text; empty where there is no such name or none of them.

    `server` is a name server ("127.0.0.1:5353") in place of the machine's own. Raises SourceBusy where nobody
    can tell now, MissingExtra without dnspython.
    """
    try:
        import dns.exception
        import dns.name
        import dns.resolver
    except ImportError as error:
        raise MissingExtra("Asking the DNS", "mail") from error

    resolver = dns.resolver.Resolver(configure=server is None)
    if server is not None:
        resolver.nameservers, resolver.port = _server(server)
    try:
        found = resolver.resolve(dns.name.from_text(name), "TXT", lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return ()
    except (dns.exception.DNSException, OSError) as error:
        raise SourceBusy(
            "The names of this domain cannot be looked up.",
            advice="Earnest tries again by itself.",
            why="dns",
        ) from error
    return [b"".join(one.strings).decode("ascii", "replace") for one in list(found)[:MOST]]


def _server(told: str) -> tuple[list[str], int]:
    host, _, port = told.rpartition(":")
    try:
        return [str(ipaddress.ip_address(host.strip("[]")))], int(port)
    except ValueError as error:
        raise BadSetting("The name server is written like 127.0.0.1:53.") from error
