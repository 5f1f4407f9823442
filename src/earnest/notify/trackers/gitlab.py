"""GitLab issues, by its REST interface v4 (docs.gitlab.com/api/issues,
…/user/project/integrations/webhooks).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from earnest.notify.render import mark
from earnest.notify.trackers import base, hooks
from earnest.notify.trackers.base import Ask, Heard, State, Ticket
from earnest.notify.trackers.issues import Issues, marked
from earnest.record.errors import BadSetting

_PROJECT = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./-]{0,250}")
_SITE = "https://gitlab.com"


@dataclass(frozen=True, slots=True)
class GitLab(Issues):
    """One project, "group/name"."""

    project: str
    site: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, settings: Mapping[str, str], token: str) -> "GitLab":
        """Raises BadSetting."""
        site = base.base_of(str(settings.get("api", "")), _SITE)
        project = str(settings.get("where", "")).strip().removeprefix(f"{site}/").strip("/")
        if not _PROJECT.fullmatch(project) or "/" not in project or ".." in project:
            raise BadSetting("The project is written group/name.")
        return cls(project, site, token)

    @property
    def _issues(self) -> str:
        return f"{self.site}/api/v4/projects/{quote(self.project, safe='')}/issues"

    def _headers(self) -> dict[str, str]:
        return {
            "accept": "application/json",
            "private-token": self.token,
            "content-type": "application/json",
        }

    def create(self, title: str, body: str, key: str) -> Ask:
        return Ask("POST", self._issues, self._headers(), base.packed({"title": title, "description": body}))

    def find(self, key: str) -> Ask:
        return Ask(
            "GET",
            f"{self._issues}?scope=all&in=description&search={mark(key)}&order_by=created_at&per_page=100",
            self._headers(),
        )

    def found(self, body: bytes, key: str) -> Ticket | None:
        row = marked(body, key, "description")
        return None if row is None else self._ticket(row)

    def comment(self, ref: str, text: str) -> Ask:
        return Ask("POST", f"{self._issues}/{ref}/notes", self._headers(), base.packed({"body": text}))

    def ref_of(self, typed: str) -> str | None:
        found = re.fullmatch(
            rf"(?:#?|{re.escape(self.site)}/{re.escape(self.project)}/-/(?:issues|work_items)/)([0-9]{{1,9}})",
            typed.strip(),
            re.IGNORECASE,
        )
        return str(int(found[1])) if found and int(found[1]) else None

    def heard(self, headers: Mapping[str, str], body: bytes, secrets: tuple[str, ...]) -> Heard:
        hooks.check_token(headers, "x-gitlab-token", secrets)
        id = hooks.delivery(headers, ("idempotency-key", "x-gitlab-event-uuid"), body)
        said = base.json_of(body)
        if not isinstance(said, dict) or said.get("object_kind") != "issue":
            return Heard(id, None)
        if str(base.pick(said, "project", "path_with_namespace")).lower() != self.project.lower():
            return Heard(id, None)
        return Heard(id, base.number(base.pick(said, "object_attributes", "iid")))

    def _ticket(self, row: object) -> Ticket:
        states: dict[str, State] = {"opened": "open", "reopened": "open", "closed": "closed"}
        return Ticket(
            ref=base.number(base.pick(row, "iid")),
            url=base.same_site(base.pick(row, "web_url"), self.site),
            state=states.get(str(base.pick(row, "state")), "unknown"),
        )
