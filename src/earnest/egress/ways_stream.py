"""An answer that goes on: handed on piece by piece as it comes, guarded, and never held."""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import httpx

from earnest.egress.client import Egress
from earnest.egress.decode import decoded
from earnest.egress.guard import checked
from earnest.egress.translate import translate
from earnest.egress.transport import Transport
from earnest.egress.ways_send import NOT_TAKEN, elsewhere
from earnest.record.errors import EarnestError, EgressRefused


class Streamed:
    """One open answer. `pieces` goes on where it stopped; `close` may be called at any time, and twice."""

    def __init__(self, answer: httpx.Response, stack: ExitStack) -> None:
        self.status = answer.status_code
        self.headers = {name: value for name, value in answer.headers.items() if name not in NOT_TAKEN}
        self._stack = stack
        self._pieces = decoded(answer.headers.get("content-encoding", ""), answer.iter_raw())

    def pieces(self) -> Iterator[bytes]:
        """What comes, as it comes. Raises SourceBusy where the other side falls silent or breaks off."""
        while True:
            try:
                piece = next(self._pieces, None)
            except EarnestError:
                raise
            except Exception as error:
                raise translate(error) from error
            if piece is None:
                return
            if piece:
                yield piece

    def close(self) -> None:
        """Hang up."""
        self._stack.close()


def open_stream(
    egress: Egress,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    at: Mapping[str, str],
    idle: float | None,
) -> Streamed:
    """Ask, and leave the answer open. `idle`: seconds of silence after which it counts as broken off.

    Connecting and the headers may take the total time of `egress`. Raises EgressRefused, SourceBusy or
    SourceGone; a status is an answer.
    """
    agent, timeout, _ = egress.limits
    target = checked(elsewhere(url, at))
    egress.admit(target)
    sent = {name: value for name, value in headers.items() if name.lower() not in ("host", "cookie")}
    sent |= {"User-Agent": agent, "Accept-Encoding": "identity"}
    stack = ExitStack()
    try:
        client = stack.enter_context(
            httpx.Client(
                transport=Transport(egress.trust, egress.guarded(math.inf)),
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(timeout, read=idle or timeout),
                headers={},
            )
        )
        started = time.monotonic()
        answer = stack.enter_context(client.stream(method, target, headers=sent, content=body))
        egress.learned(target, answer.status_code, answer.headers)
        if time.monotonic() - started > timeout:
            raise TimeoutError
        if answer.is_redirect:
            raise EgressRefused(f"{target.host} redirects.", advice="Give the address that it redirects to.")
        return Streamed(answer, stack)
    except EarnestError:
        stack.close()
        raise
    except Exception as error:
        stack.close()
        raise translate(error) from error
