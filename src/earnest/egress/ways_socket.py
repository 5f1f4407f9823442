"""A socket to a checked address: IMAP, and websockets over it."""

import logging
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from earnest.egress.client import Egress
from earnest.egress.guard import checked
from earnest.egress.translate import refused_status, translate
from earnest.egress.transport import usual_trust
from earnest.record.errors import EarnestError, EgressRefused, SourceBusy

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_TLS = {"https": True, "wss": True, "imaps": True, "http": False, "ws": False, "imap": False}
_PORTS = {"https": 443, "wss": 443, "imaps": 993, "http": 80, "ws": 80, "imap": 143}
_MAIL = (143, 993)
_GOODBYE = 0.5
"""Seconds that the other side has to say goodbye: one that still talks does not hear ours."""

_NONE: Mapping[str, str] = MappingProxyType({})


def open_socket(
    egress: Egress, where: str, timeout: float | None = None, *, tls: bool | None = None
) -> socket.socket:
    """A connected socket to "host:port" or to the host of an address (https, wss, imaps, http, ws, imap).

    timeout   seconds for connecting and then for each step; the total time of `egress` where it is None
    tls       as the scheme says where it is None, and on port 443 and 993; False gives the bare connection,
              for a library that speaks TLS over it by itself

    Raises EgressRefused, SourceBusy or SourceGone.
    """
    host, port, secure = _parts(where)
    wait = timeout if timeout is not None else egress.limits[1]
    target = _target(where)
    if port not in _MAIL:
        checked(str(target))
    egress.admit(target)
    try:
        stream = egress.guarded(time.monotonic() + wait).connect_tcp(host, port, wait)
        bare = stream.get_extra_info("socket")
        if not isinstance(bare, socket.socket):
            raise OSError("there is no socket")
        bare.settimeout(wait)
        if tls if tls is not None else secure:
            return (egress.trust or usual_trust()).wrap_socket(bare, server_hostname=host)
        return bare
    except EarnestError:
        raise
    except Exception as error:
        raise translate(error) from error


def open_websocket(
    egress: Egress,
    url: str,
    *,
    headers: Mapping[str, str] = _NONE,
    max_bytes: int | None = None,
    timeout: float | None = None,
) -> "ClientConnection":
    """A websocket (`websockets.sync`) to a ws or wss address, without compression. A message is at most
    `max_bytes` (the cap of `egress` where None). Never redirected. Raises EgressRefused, SourceBusy or
    SourceGone.
    """
    from websockets.exceptions import InvalidHandshake, InvalidStatus
    from websockets.sync.client import connect

    agent, total, cap = egress.limits
    wait = timeout if timeout is not None else total
    parts = urlsplit(url)
    if parts.scheme not in ("ws", "wss") or parts.username or parts.password:
        raise EgressRefused("This is not an address of a stream.", advice="Write it like wss://example.org.")
    secure = parts.scheme == "wss"
    bare = open_socket(egress, url, wait, tls=False)
    try:
        return connect(
            url,
            sock=bare,
            ssl=(egress.trust or usual_trust()) if secure else None,
            server_hostname=parts.hostname if secure else None,
            additional_headers={k: v for k, v in headers.items() if k.lower() not in ("host", "cookie")},
            user_agent_header=agent,
            proxy=None,
            open_timeout=wait,
            close_timeout=_GOODBYE,
            compression=None,
            max_size=max_bytes or cap,
            logger=_quiet(),
            legacy=True,
        )
    except InvalidStatus as error:
        bare.close()
        host, answer = parts.hostname or "", error.response
        if 300 <= answer.status_code < 400:
            raise EgressRefused(
                f"{host} redirects.", advice="Give the address that it redirects to."
            ) from error
        wanted = answer.headers.get("retry-after")
        egress.learned(_target(url), answer.status_code, answer.headers)
        told = refused_status(answer.status_code, host, wanted, datetime.now(UTC))
        raise told or SourceBusy(f"{host} does not open a stream.") from error
    except InvalidHandshake as error:
        bare.close()
        raise SourceBusy(
            "What answers is not a stream.", advice="Check the address; Earnest tries again by itself."
        ) from error
    except EarnestError:
        bare.close()
        raise
    except Exception as error:
        bare.close()
        raise translate(error) from error


def _parts(where: str) -> tuple[str, int, bool]:
    """Host, port and whether the connection is encrypted from the start."""
    scheme, there, rest = where.partition("://")
    try:
        parts = urlsplit(f"//{rest.split('/')[0]}" if there else f"//{where}")
        host, port = parts.hostname, parts.port or (_PORTS.get(scheme) if there else None)
    except ValueError:
        host, port = None, None
    if not host or not port or "@" in where.partition("?")[0] or (there and scheme not in _TLS):
        raise EgressRefused("This is not an address.", advice="Write it like imap.example.org:993.")
    return host, port, _TLS[scheme] if there else port in (443, 993)


def _target(where: str) -> httpx.URL:
    """The address as the guard and the budget know it."""
    host, port, secure = _parts(where)
    return httpx.URL(scheme="https" if secure else "http", host=host, port=port)


def _quiet() -> logging.Logger:
    """What passes over a stream belongs in no log."""
    log = logging.getLogger("websockets.client")
    log.setLevel(logging.WARNING)
    return log
