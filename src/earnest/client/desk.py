"""The client: one method a route that programs use most; `ask` reaches every other."""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from earnest.client import problems
from earnest.client.problems import Busy, Problem, Unreachable
from earnest.client.shapes import (
    Action,
    Alert,
    Case,
    Entry,
    Me,
    Outcome,
    Place,
    Post,
    Report,
    Theme,
)

T = TypeVar("T", bound=msgspec.Struct)

TRIES = 5
TIMEOUT = 30.0
AGAIN = (429, 503)
"""Answers after which the same request may be sent again."""


class Desk:
    """A desk and one programme of it, with a token.

    `transport` and `sleep` are for tests. Raises Problem and its leaves; a token is never in an address, a
    log or a repr.
    """

    def __init__(
        self,
        address: str,
        *,
        token: str,
        programme: str,
        tries: int = TRIES,
        timeout: float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.programme = programme
        self._tries, self._sleep = max(1, tries), sleep
        self._http = httpx.Client(
            base_url=f"{address.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=timeout,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"Desk({str(self._http.base_url)!r}, programme={self.programme!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    # What the token may do, and what is listened to

    def me(self) -> Me:
        """What the token may do now."""
        return _as(self.ask("GET", "me", whole=True), Me)

    def places(self) -> list[Place]:
        """What is listened to, and how it is doing."""
        return [_as(one, Place) for one in self.ask("GET", "places")["items"]]

    # Posts, themes, alerts, figures, reports

    def posts(self, **filters: Any) -> Iterator[Post]:
        """Posts, the newest first, page after page: q, label, kind, place, lang, region, since, until, …"""
        return self._each("posts", Post, filters)

    def post(self, id: int) -> Post:
        """One post."""
        return _as(self.ask("GET", f"posts/{id}"), Post)

    def correct(self, id: int, labels: Sequence[str], kind: str) -> None:
        """Say which labels and kind are right."""
        self.ask("POST", f"posts/{id}/correct", {"labels": list(labels), "kind": kind})

    def themes(self, **filters: Any) -> list[Theme]:
        """The themes of the last weeks."""
        return list(self._each("themes", Theme, filters))

    def alerts(self, *, open: bool = True) -> list[Alert]:
        """Alerts that are open, or the last ones that were closed."""
        return list(self._each("alerts", Alert, {"open": "yes" if open else "no"}))

    def close_alert(self, id: int, reason: str) -> None:
        """Close an alert: real, expected, noise or duplicate."""
        self.ask("POST", f"alerts/{id}/close", {"reason": reason})

    def figures(self, since: date | str | None = None, until: date | str | None = None) -> dict[str, Any]:
        """What a report on these days would tell."""
        found: dict[str, Any] = self.ask("GET", "figures", query={"since": since, "until": until})
        return found

    def reports(self) -> list[Report]:
        """Reports that were made."""
        return list(self._each("reports", Report, {}))

    def report_file(self, id: int, format: str) -> bytes:
        """A report as a file."""
        return self._sent("GET", f"reports/{id}/files/{format}").content

    # Cases

    def cases(self, **filters: Any) -> Iterator[Case]:
        """Cases, those that changed lately first."""
        return self._each("cases", Case, filters)

    def case(self, number: int) -> Case:
        """One case."""
        return _as(self.ask("GET", f"cases/{number}"), Case)

    def open_case(self, title: str, **more: Any) -> int:
        """Open a case; its number."""
        return int(self.ask("POST", "cases", {"title": title, **more})["number"])

    def change_case(self, case: Case, **fields: Any) -> Case:
        """Change a case as it was read. Raises ChangedSince with both values where somebody was quicker."""
        headers = {"If-Match": f'"{case.version}"'}
        return _as(self.ask("PATCH", f"cases/{case.number}", fields, headers=headers), Case)

    def add_to_case(
        self, number: int, *, posts: Sequence[int] = (), themes: Sequence[int] = ()
    ) -> int | None:
        """Put posts and themes into a case; what undoes it."""
        return _change(self.ask("POST", f"cases/{number}/add", {"posts": [*posts], "themes": [*themes]}))

    def merge_cases(self, into: int, other: int, because: str = "") -> int | None:
        """Another case is the same; what undoes it."""
        return _change(self.ask("POST", f"cases/{into}/merge", {"other": other, "because": because}))

    def undo(self, change: int) -> None:
        """Undo a change of a case."""
        self.ask("POST", f"changes/{change}/undo")

    def note(self, number: int, text: str) -> int | None:
        """Write a note on a case."""
        return _change(self.ask("POST", f"cases/{number}/notes", {"text": text}))

    def timeline(self, number: int) -> Iterator[Entry]:
        """What happened to a case, the newest first."""
        return self._each(f"cases/{number}/timeline", Entry, {})

    def escalate(self, number: int, **how: Any) -> int:
        """Send a case up, by a route or to a team; the escalation's number."""
        return int(self.ask("POST", f"cases/{number}/escalate", how)["number"])

    def record_action(self, number: int, what: str, on: date | str, **more: Any) -> int:
        """Write down what was done about a case."""
        return int(self.ask("POST", f"cases/{number}/actions", {"what": what, "on": on, **more})["number"])

    def actions(self, **days: Any) -> Iterator[Action]:
        """What was done, the newest first."""
        return self._each("actions", Action, days)

    def outcome(self, number: int) -> Outcome | None:
        """Did it help? None where nothing was done yet, or nothing can be counted."""
        found = self.ask("GET", f"cases/{number}/outcome")["outcome"]
        return None if found is None else _as(found, Outcome)

    # Everything else

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        whole: bool = False,
    ) -> Any:
        """Any route: what it answers, as plain values. `path` is what follows the programme."""
        answer = self._sent(method, path, body, query=query, headers=headers, whole=whole)
        try:
            return msgspec.json.decode(answer.content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unreachable("What answered is no desk: it did not send JSON.") from error

    def _sent(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        whole: bool = False,
    ) -> httpx.Response:
        """Send it until it is answered. Tried again is what can be sent twice without harm: a read, and what
        carries an idempotency key.
        """
        named = dict(headers or {})
        if method == "POST":
            named["Idempotency-Key"] = secrets.token_hex(16)
        if body is not None:
            named["Content-Type"] = "application/json"
        address = path if whole else f"{self.programme}/{path}"
        content = None if body is None else msgspec.json.encode(_plain(body))
        last: Problem = Unreachable("The desk was not asked.")
        for tried in range(self._tries):
            try:
                answer = self._http.request(
                    method, address, content=content, params=_query(query), headers=named
                )
            except httpx.TransportError as error:
                last = Unreachable(f"The desk does not answer ({type(error).__name__}).")
                last.__cause__ = error
                if method not in ("GET", "POST"):
                    raise last from error
                wait = min(2.0**tried * 0.25, 8.0)
            else:
                if answer.is_success:
                    return answer
                last = problems.of(answer)
                if not isinstance(last, Busy):
                    raise last
                wait = last.after
            if tried + 1 < self._tries:
                self._sleep(wait)
        raise last

    def _each(self, path: str, shape: type[T], filters: Mapping[str, Any]) -> Iterator[T]:
        asked = dict(filters)
        while True:
            page = self.ask("GET", path, query=asked)
            for one in page["items"]:
                yield _as(one, shape)
            if page.get("next") is None:
                return
            asked["cursor"] = page["next"]


def _as(told: Any, shape: type[T]) -> T:
    try:
        return msgspec.convert(told, shape, strict=False)
    except msgspec.ValidationError as error:
        raise Unreachable(
            "The desk answers otherwise than this client knows: is it of another version?"
        ) from error


def _change(told: Mapping[str, Any]) -> int | None:
    change = told.get("change")
    return None if change is None else int(change)


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in body.items()}


def _query(query: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: _value(value) for name, value in (query or {}).items() if value is not None}


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
