"""Where a tap is told to go, held against where Earnest may go itself.

A tap connects by itself, past the guard. What its settings plainly name can be judged beforehand: so nobody
on the pages reads a server of the operator's own network through one. A name that leads elsewhere later, or a
redirect, is not seen: a firewall around the machine is what stops those.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any

import httpx

from earnest.egress import Egress
from earnest.record.errors import SourceBusy

WAIT = 5.0
"""Seconds for asking what names lead to."""

MOST = 50
"""Names that are looked up."""


def check(config: Any, egress: Egress) -> None:
    """Raises EgressRefused where a setting names an address that `egress` may not reach."""
    guard = egress.guarded(time.monotonic() + WAIT)
    named = dict.fromkeys(host for host in _named(config) if host)
    for host in list(named)[:MOST]:
        with suppress(SourceBusy):  # a name that nobody knows leads nowhere
            guard.addresses(host, 443)


def _named(value: Any, depth: int = 0) -> Iterator[str]:
    """Hosts of addresses, and numbers, in what a tap is told."""
    if isinstance(value, Mapping | list | tuple) and depth < 20:
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _named(one, depth + 1)
    elif isinstance(value, str):
        said = value.strip()
        with suppress(httpx.InvalidURL, ValueError):
            if "://" in said:
                yield httpx.URL(said).host
            elif said.lower() == "localhost" or ip_address(said.partition("/")[0].strip("[]")):
                yield said.partition("/")[0].strip("[]")
