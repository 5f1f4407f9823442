"""One address of the operator's own: the only exception to "no private addresses", and as narrow as can be.

`Egress(…, own=Own.of(url))` reaches this scheme, host and port and nothing else: no other port of the same
machine, no other machine of the same network, nothing on the open internet. Whatever the name resolves to is
looked at again when the connection is made, so that a name which leads elsewhere tomorrow is refused then.
"""

import ipaddress
from dataclasses import dataclass

import httpx

from earnest.record.errors import BadSetting, EgressRefused

_OWN = tuple(
    ipaddress.ip_network(net)
    for net in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)
_NEVER = (ipaddress.ip_network("fd00:ec2::/32"),)
"""Private by its number, yet a cloud's metadata service."""


def is_own(address: str) -> bool:
    """True for this machine and for the private ranges of a network (RFC 1918, RFC 4193), and nothing else.

    Link-local addresses (metadata services live there), shared address space and "any address" are not.
    """
    try:
        ip = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in net for net in _OWN) and not any(ip in net for net in _NEVER)


@dataclass(frozen=True, slots=True)
class Own:
    """Scheme, host and port of the one address."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> "Own":
        """The origin of an address. Raises BadSetting where it is none, or is written as a public number.

        A name is not resolved here: that is done, and checked, at every connection.
        """
        try:
            target = httpx.URL(url.strip())
            port = target.port or {"http": 80, "https": 443}[target.scheme]
        except (httpx.InvalidURL, TypeError, KeyError) as error:
            raise BadSetting(
                "The address of the endpoint is not an address.",
                advice="Write it like http://127.0.0.1:11434/v1.",
            ) from error
        if not target.host or target.userinfo:
            raise BadSetting(
                "The address of the endpoint has no host, or holds a name or password.",
                advice="Write it like http://127.0.0.1:11434/v1; a key goes into a file of its own.",
            )
        one = cls(target.scheme, target.host.strip("[]"), port)
        if _numeric(one.host) and not is_own(one.host):
            raise not_own(one.host)
        return one

    def check(self, target: httpx.URL) -> None:
        """Raises EgressRefused for an address of another origin."""
        port = target.port or {"http": 80, "https": 443}[target.scheme]
        if (target.scheme, target.host.strip("[]"), port) != (self.scheme, self.host, self.port):
            raise EgressRefused("This client reaches one address only, and this is another.")


def not_own(host: str) -> BadSetting:
    """The refusal of a host outside the operator's own machine and network."""
    return BadSetting(
        f"The endpoint {host} is not on this machine or its private network.",
        advice="Posts are not sent over the internet: run the model on a machine of your own.",
    )


def _numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True
