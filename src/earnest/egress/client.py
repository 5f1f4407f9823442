"""The client: follow redirects one checked step at a time, read at most so much, for at most so long."""

import copy
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import httpx

from earnest import __version__
from earnest.egress.budget import told
from earnest.egress.decode import decoded
from earnest.egress.guard import Guarded, Resolve, checked, system_resolve
from earnest.egress.own import Own
from earnest.egress.share import Holds
from earnest.egress.translate import refused_status, translate
from earnest.egress.transport import Transport
from earnest.record.errors import BadSetting, EarnestError, EgressRefused, SourceBusy

REDIRECTS = 5
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
ALL: Collection[int] = range(100, 600)
"""For `Egress.ask(takes=…)`: every status but a redirect is an answer, of which the caller makes errors."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    status   2xx, or 304 where nothing changed
    headers  lower-case names
    body     decoded, at most `max_bytes`
    url      where it was found after redirects
    moved    the new address where every redirect so far was permanent, else None
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: str | None = None


def user_agent(contact: str = "") -> str:
    """The honest name Earnest goes by: "Earnest/<version> (+contact)", contact being an address or a page."""
    return f"Earnest/{__version__} (+{contact})" if contact else f"Earnest/{__version__}"


class Egress:
    """A client for one caller.

    timeout        seconds for a whole answer, redirects included
    max_bytes      of a decoded body
    allow_private  reach private and loopback addresses: for an operator's own servers and for tests, never
                   for an address that somebody else gives
    trust          another set of certificates than the usual one
    own            reach this one address of the operator's own machine or network, and nothing else at all
    budget         what the servers of one source, or of one key, still allow: learned from each answer, asked
                   before each request, which is not sent where it would be refused (SourceBusy)
    """

    def __init__(
        self,
        user_agent: str,
        timeout: float = 20.0,
        max_bytes: int = 10_000_000,
        allow_private: bool = False,
        *,
        resolve: Resolve = system_resolve,
        trust: ssl.SSLContext | None = None,
        own: Own | None = None,
        budget: Holds | None = None,
    ) -> None:
        if not user_agent.strip() or not user_agent.isprintable() or not user_agent.isascii():
            raise BadSetting(
                "The User-Agent must be plain ASCII text.", advice="Leave out accents and line breaks."
            )
        self._agent = user_agent
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._allow_private = allow_private
        self._resolve = resolve
        self._trust = trust
        self._own = own
        self.budget = budget

    def with_budget(self, budget: Holds) -> "Egress":
        """The same way out for one source, held to what its servers still allow."""
        other = copy.copy(self)
        other.budget = budget
        return other

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Fetch. Raises EgressRefused, SourceBusy or SourceGone; nothing else."""
        deadline = time.monotonic() + self._timeout
        try:
            return self._follow(url, dict(headers or {}), deadline)
        except EarnestError:
            raise
        except Exception as error:
            raise translate(error, late=time.monotonic() >= deadline, timeout=self._timeout) from error

    def ask(
        self,
        method: Method,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        takes: Collection[int] = (),
    ) -> Answer:
        """One request to an interface that knows Earnest by a token in `headers`. Raises as `get` does.

        It is never redirected: the token is for this address alone. A status in `takes` is an answer too,
        where the interface says with it what a caller wants to know (404: there is none).
        """
        deadline = time.monotonic() + self._timeout
        try:
            target = self._checked(url)
            with (
                self._client(deadline) as client,
                client.stream(
                    method, target, headers=self._headers(dict(headers or {})), content=body
                ) as answer,
            ):
                self._learn(target, answer)
                if answer.is_redirect and answer.status_code != 304:
                    raise EgressRefused(
                        f"{target.host} redirects.", advice="Give the address that it redirects to."
                    )
                if answer.status_code in takes:
                    told = self._body(answer, target.host, deadline)
                    return Answer(answer.status_code, dict(answer.headers), told, str(target))
                return self._answer(answer, str(target), None, deadline)
        except EarnestError:
            raise
        except Exception as error:
            raise translate(error, late=time.monotonic() >= deadline, timeout=self._timeout) from error

    def guarded(self, deadline: float) -> Guarded:
        """What connects for this client, to checked addresses alone, until `deadline` (`time.monotonic`). For
        `earnest.egress.ways`, which lets foreign libraries out through it.
        """
        return Guarded(self._resolve, self._allow_private, deadline, self._own)

    @property
    def limits(self) -> tuple[str, float, int]:
        """User-Agent, seconds for a whole answer, bytes of a decoded body: what `earnest.egress.ways` holds
        foreign libraries to.
        """
        return self._agent, self._timeout, self._max_bytes

    @property
    def trust(self) -> ssl.SSLContext | None:
        """Another set of certificates than the usual one, or None."""
        return self._trust

    def _follow(self, url: str, headers: dict[str, str], deadline: float) -> Answer:
        permanent = True
        moved = None
        for _ in range(REDIRECTS + 1):
            target = self._checked(url)
            with (
                self._client(deadline) as client,
                client.stream("GET", target, headers=self._headers(headers)) as answer,
            ):
                self._learn(target, answer)
                if not answer.has_redirect_location:
                    return self._answer(answer, str(target), moved, deadline)
                nearer = target.join(answer.headers["location"])
                if target.scheme == "https" and nearer.scheme == "http":
                    raise EgressRefused(
                        "The place redirects from https to http, where anybody could change it."
                    )
                permanent = permanent and answer.status_code in (301, 308)
                url = str(nearer.copy_with(fragment=None))
                moved = url if permanent else moved
        raise EgressRefused(
            f"The place redirects more than {REDIRECTS} times.", advice="Give the address it ends at."
        )

    def _checked(self, url: str) -> httpx.URL:
        target = checked(url)
        self.admit(target)
        return target

    def admit(self, target: httpx.URL) -> None:
        """Raises EgressRefused or SourceBusy where this client may not ask there, or not yet."""
        if self._own is not None:
            self._own.check(target)
        if self.budget is not None:
            self.budget.check(target.netloc.decode())

    def learned(self, target: httpx.URL, status: int, headers: Mapping[str, str]) -> None:
        """What an answer says of how often its server may be asked."""
        if self.budget is not None:
            self.budget.learn(target.netloc.decode(), status, headers)

    def _learn(self, target: httpx.URL, answer: httpx.Response) -> None:
        self.learned(target, answer.status_code, answer.headers)

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        ours = {"user-agent": self._agent, "accept-encoding": "gzip, deflate, zstd", "connection": "close"}
        return {name.lower(): value for name, value in headers.items()} | ours

    def _client(self, deadline: float) -> httpx.Client:
        wait = max(0.001, min(self._timeout, deadline - time.monotonic()))
        transport = Transport(self._trust, self.guarded(deadline))
        return httpx.Client(
            transport=transport, trust_env=False, follow_redirects=False, timeout=wait, headers={}
        )

    def _answer(self, answer: httpx.Response, url: str, moved: str | None, deadline: float) -> Answer:
        status, host = answer.status_code, answer.request.url.host
        wait = told(answer.headers, status, datetime.now(UTC)).wait if status == 403 else 0.0
        if wait:  # some say "forbidden" where they mean "too often"
            raise SourceBusy(f"{host} asks to slow down (403).", after=wait, why="limited")
        if error := refused_status(status, host, answer.headers.get("retry-after"), datetime.now(UTC)):
            raise error
        body = b"" if status == 304 else self._body(answer, host, deadline)
        return Answer(status, dict(answer.headers), body, url, moved)

    def _body(self, answer: httpx.Response, host: str, deadline: float) -> bytes:
        held = bytearray()
        for piece in decoded(answer.headers.get("content-encoding", ""), answer.iter_raw()):
            held += piece
            if len(held) > self._max_bytes:
                raise EgressRefused(
                    f"The answer of {host} is larger than {self._max_bytes:,} bytes.",
                    advice="Give an address that answers with less, for example only the newest entries.",
                    why="too_large",
                )
            if time.monotonic() > deadline:
                raise TimeoutError
        return bytes(held)
