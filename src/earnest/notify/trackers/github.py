"""GitHub issues, by its REST interface of 2022-11-28 (docs.github.com/rest/issues, …/webhooks).

Told apart: 403 and 429 with Retry-After or an emptied limit are "later", 403 without are "not allowed", 410
is a repository without issues or a deleted issue, 422 a body it does not take.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from earnest.notify.trackers import base, hooks
from earnest.notify.trackers.base import Ask, Heard, State, Ticket
from earnest.notify.trackers.issues import Issues, marked
from earnest.record.errors import BadSetting

_REPO = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
_SITE = "https://github.com"
_API = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class GitHub(Issues):
    """One repository. `api` is another address for GitHub Enterprise."""

    repo: str
    api: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, settings: Mapping[str, str], token: str) -> "GitHub":
        """Raises BadSetting."""
        repo = str(settings.get("where", "")).strip().removeprefix(f"{_SITE}/").strip("/")
        if not _REPO.fullmatch(repo) or ".." in repo:
            raise BadSetting("The repository is written owner/name.")
        return cls(repo, base.base_of(str(settings.get("api", "")), _API), token)

    @property
    def _issues(self) -> str:
        return f"{self.api}/repos/{self.repo}/issues"

    def _headers(self) -> dict[str, str]:
        return {
            "accept": "application/vnd.github+json",
            "x-github-api-version": "2022-11-28",
            "authorization": f"Bearer {self.token}",
            "content-type": "application/json",
        }

    def create(self, title: str, body: str, key: str) -> Ask:
        return Ask("POST", self._issues, self._headers(), base.packed({"title": title, "body": body}))

    def find(self, key: str) -> Ask:
        """The newest hundred: search is not up to date at once, this list is."""
        return Ask(
            "GET", f"{self._issues}?state=all&sort=created&direction=desc&per_page=100", self._headers()
        )

    def found(self, body: bytes, key: str) -> Ticket | None:
        row = marked(body, key, "body")
        return None if row is None else self._ticket(row)

    def comment(self, ref: str, text: str) -> Ask:
        return Ask("POST", f"{self._issues}/{ref}/comments", self._headers(), base.packed({"body": text}))

    def ref_of(self, typed: str) -> str | None:
        found = re.fullmatch(
            rf"(?:#?|(?:https?://[^/\s]+/)?{re.escape(self.repo)}(?:/issues/|#))([0-9]{{1,9}})",
            typed.strip(),
            re.IGNORECASE,
        )
        return str(int(found[1])) if found and int(found[1]) else None

    def heard(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Heard:
        hooks.check_hmac(headers, "x-hub-signature-256", body, secrets)
        id = hooks.delivery(headers, ("x-github-delivery",), body)
        if headers.get("x-github-event") != "issues":
            return Heard(id, None)
        said = base.json_of(body)
        if str(base.pick(said, "repository", "full_name")).lower() != self.repo.lower():
            return Heard(id, None)
        return Heard(id, base.number(base.pick(said, "issue", "number")))

    def _ticket(self, row: object) -> Ticket:
        states: dict[str, State] = {"open": "open", "closed": "closed"}
        return Ticket(
            ref=base.number(base.pick(row, "number")),
            url=base.same_site(base.pick(row, "html_url"), self.api, _SITE),
            state=states.get(str(base.pick(row, "state")), "unknown"),
        )
