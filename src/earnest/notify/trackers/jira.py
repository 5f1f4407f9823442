"""Jira issues, by version 2 of its REST interface, which Cloud and Data Center both speak
(developer.atlassian.com/cloud/jira/platform/rest/v2); Cloud's search is that of version 3.

A key is sent as user and token (Cloud) where a user is set, else as a bearer token (Data Center). An issue is
closed when its status stands in the category "done", whatever the status is called.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from earnest.notify.render import mark
from earnest.notify.trackers import base, hooks
from earnest.notify.trackers.base import Ask, Garbled, Heard, Ticket
from earnest.record.errors import BadSetting

_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,19}-[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Jira:
    """One project, by its key. `type`: what kind of issue is made."""

    project: str
    site: str
    user: str
    type: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, settings: Mapping[str, str], token: str) -> "Jira":
        """Raises BadSetting."""
        project = str(settings.get("where", "")).strip().upper()
        if not _PROJECT.fullmatch(project):
            raise BadSetting("The project is written by its key, such as OPS.")
        if not str(settings.get("api", "")).strip():
            raise BadSetting("Jira needs its address.", advice="Write it like https://example.atlassian.net.")
        site = base.base_of(str(settings["api"]), "https://example.atlassian.net")
        type = str(settings.get("type", "")).strip() or "Task"
        return cls(project, site, str(settings.get("user", "")).strip(), type[:60], token)

    def _headers(self) -> dict[str, str]:
        if self.user:
            key = "Basic " + base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
        else:
            key = f"Bearer {self.token}"
        return {"accept": "application/json", "content-type": "application/json", "authorization": key}

    def create(self, title: str, body: str, key: str) -> Ask:
        fields = {
            "project": {"key": self.project},
            "summary": title[:254],
            "description": body,
            "issuetype": {"name": self.type},
            "labels": [mark(key)],
        }
        return Ask("POST", f"{self.site}/rest/api/2/issue", self._headers(), base.packed({"fields": fields}))

    def created(self, body: bytes) -> Ticket:
        ref = self._key(base.pick(base.json_of(body), "key"))
        return Ticket(ref, f"{self.site}/browse/{ref}", "open")

    def find(self, key: str) -> Ask:
        jql = quote(f'project = "{self.project}" AND labels = "{mark(key)}"')
        cloud = (urlsplit(self.site).hostname or "").endswith(".atlassian.net")
        where = "/rest/api/3/search/jql" if cloud else "/rest/api/2/search"
        return Ask("GET", f"{self.site}{where}?jql={jql}&fields=status&maxResults=1", self._headers())

    def found(self, body: bytes, key: str) -> Ticket | None:
        rows = base.pick(base.json_of(body), "issues")
        if not isinstance(rows, list):
            raise Garbled("no list")
        return self._ticket(rows[0]) if rows else None

    def look(self, ref: str, etag: str = "") -> Ask:
        also = {"if-none-match": etag} if etag else {}
        return Ask("GET", f"{self.site}/rest/api/2/issue/{ref}?fields=status", self._headers() | also)

    def seen(self, body: bytes) -> Ticket:
        return self._ticket(base.json_of(body))

    def comment(self, ref: str, text: str) -> Ask:
        where = f"{self.site}/rest/api/2/issue/{ref}/comment"
        return Ask("POST", where, self._headers(), base.packed({"body": text}))

    def try_out(self) -> Ask:
        return Ask("GET", f"{self.site}/rest/api/2/project/{self.project}", self._headers())

    def ref_of(self, typed: str) -> str | None:
        short = typed.strip().removeprefix(f"{self.site}/browse/").upper()
        if not _KEY.fullmatch(short) or not short.startswith(f"{self.project}-"):
            return None
        return short

    def heard(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Heard:
        hooks.check_hmac(headers, "x-hub-signature", body, secrets)
        id = hooks.delivery(headers, ("x-atlassian-webhook-identifier",), body)
        said = base.json_of(body)
        if not str(base.pick(said, "webhookEvent")).startswith("jira:issue_"):
            return Heard(id, None)
        ref = self._key(base.pick(said, "issue", "key"))
        return Heard(id, ref if ref.startswith(f"{self.project}-") else None)

    def _key(self, value: object) -> str:
        if not isinstance(value, str) or not _KEY.fullmatch(value):
            raise Garbled("no key")
        return value

    def _ticket(self, row: object) -> Ticket:
        ref = self._key(base.pick(row, "key"))
        done = str(base.pick(row, "fields", "status", "statusCategory", "key")) == "done"
        return Ticket(ref, f"{self.site}/browse/{ref}", "closed" if done else "open")
