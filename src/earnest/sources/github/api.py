"""Asking GitHub: REST and GraphQL, with a token or without; its refusals as sentences."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from earnest.egress import Answer, Egress, retry_after
from earnest.record.errors import EarnestError, EgressRefused, SourceBusy, SourceGone
from earnest.sources.http_json import Param, ask, server, whole

USUAL = "https://api.github.com"
VERSION = "2022-11-28"
_WHAT = "GitHub"
_TAKES = (403, 404, 410, 429, 451)


class _Error(msgspec.Struct):
    message: str = ""
    type: str = ""


class _Reply(msgspec.Struct):
    data: Any = None
    errors: list[_Error] = []


class Api:
    """One repository."""

    def __init__(self, egress: Egress, repository: str, token: str, address: str | None) -> None:
        self._egress = egress
        self._base = server(address, USUAL, "github")
        self._repository = repository
        self._public = False
        self._headers = {"accept": "application/vnd.github+json", "x-github-api-version": VERSION}
        if token:
            self._headers["authorization"] = f"Bearer {token}"

    def list(
        self, path: str, etag: str | None = None, **params: Param
    ) -> tuple[list[msgspec.Raw] | None, bool, str | None]:
        """A page of a list: its items (None where nothing changed since `etag`), whether there are more, and
        the new ETag. Raises SourceBusy, SourceGone or EgressRefused.
        """
        headers = {**self._headers, **({"if-none-match": etag} if etag else {})}
        answer = self._asked(f"{self._base}/repos/{self._repository}{path}", headers, params)
        if answer.status == 304:
            return None, False, etag
        found = whole(answer.body, list[msgspec.Raw], _WHAT)
        return found, 'rel="next"' in answer.headers.get("link", ""), _etag(answer)

    def must_be_public(self) -> None:
        """A token may see more than the public does, and what is not public invited nobody. Asked once by
        each who reads. Raises SourceGone where it is not, and as `list` does.
        """
        if self._public or "authorization" not in self._headers:
            return
        if self.about().get("private") is not False:
            raise SourceGone(
                "This repository is not public.",
                advice="Earnest reads public repositories; close this place.",
                why="forbidden",
            )
        self._public = True

    def about(self) -> dict[str, Any]:
        """What GitHub says of the repository."""
        answer = self._asked(f"{self._base}/repos/{self._repository}", self._headers, {})
        return whole(answer.body, dict[str, Any], _WHAT)

    def graph(self, query: str, variables: Mapping[str, Any]) -> bytes:
        """The answer to a GraphQL query. Raises as `list` does."""
        body = msgspec.json.encode({"query": query, "variables": variables})
        headers = {**self._headers, "content-type": "application/json"}
        url = f"{self._base}/graphql"
        answer = self._egress.ask("POST", url, headers=headers, body=body, takes=_TAKES)
        if problem := refused(answer):
            raise problem
        reply = whole(answer.body, _Reply, _WHAT)
        for one in reply.errors:
            if one.type == "RATE_LIMITED":
                raise SourceBusy(
                    "GitHub asks to slow down.", after=_reset(answer), advice="Earnest goes on by itself."
                )
            if one.type == "NOT_FOUND":
                raise _not_there()
        if reply.errors or reply.data is None:
            raise SourceBusy("GitHub cannot answer now.", advice="Earnest tries again by itself.")
        return answer.body

    def _asked(self, url: str, headers: Mapping[str, str], params: Mapping[str, Param]) -> Answer:
        try:
            answer = ask(self._egress, url, params=params, headers=headers, takes=_TAKES)
        except EgressRefused as error:
            if "redirects" in error.problem:
                raise SourceGone(
                    f"The repository {self._repository} was moved or renamed.",
                    advice="Open it in a browser and set 'repository' to its new name.",
                    why="moved",
                ) from error
            raise
        if problem := refused(answer):
            raise problem
        return answer


def refused(answer: Answer) -> EarnestError | None:
    """The error in an answer that gives nothing; None where it gives something."""
    if answer.status in (200, 304):
        return None
    wait = retry_after(answer.headers.get("retry-after"), datetime.now(UTC))
    if answer.status in (403, 429):
        empty = answer.headers.get("x-ratelimit-remaining") == "0"
        if wait is not None or empty or answer.status == 429 or b"rate limit" in answer.body[:2_000].lower():
            after = wait if wait is not None else _reset(answer) if empty else 60.0
            return SourceBusy(
                "GitHub asks to slow down.",
                after=after,
                advice="Earnest goes on by itself. A token raises 60 requests an hour to 5,000.",
                why="limited",
            )
        return SourceGone(
            "GitHub does not let Earnest read this repository.",
            advice="Give the token the right to read its issues.",
            why="forbidden",
        )
    if answer.status == 410:
        return SourceGone(
            "This repository has no issues.",
            advice="They were switched off; read its discussions.",
            why="gone",
        )
    if answer.status == 451:
        return SourceGone(
            "GitHub may not show this repository for legal reasons.", advice="Close this place.", why="gone"
        )
    return _not_there()


def _not_there() -> SourceGone:
    return SourceGone(
        "There is no such repository, or it is private.",
        advice="Check the setting 'repository' (owner/name). Earnest reads public repositories.",
        why="gone",
    )


def _reset(answer: Answer) -> float:
    """Seconds until the limit is filled again."""
    told = answer.headers.get("x-ratelimit-reset", "")
    left = int(told) - datetime.now(UTC).timestamp() if told.isascii() and told.isdecimal() else 60.0
    return max(1.0, min(left, 7_200.0))


def _etag(answer: Answer) -> str | None:
    value = answer.headers.get("etag")
    return value if value and len(value) <= 200 and value.isascii() and value.isprintable() else None
