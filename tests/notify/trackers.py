"""Loopback servers of our own that speak GitHub's, GitLab's and Jira's documented shapes. Not the real ones.

Shapes after docs.github.com/rest/issues (2022-11-28), docs.gitlab.com/api/issues and
developer.atlassian.com/cloud/jira/platform/rest/v2, shortened to what is read.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from tests.notify.serve import Asked, Say, Web

TOKEN = "a-token"


def say(status: int, body: object, **headers: str) -> Say:
    return Say(status, json.dumps(body).encode(), headers)


@dataclass
class Tracker:
    """Issues in memory. `moved`, `deleted`: refs that answer so; `next`: answers before all others."""

    server: Web
    issues: dict[str, dict[str, object]] = field(default_factory=dict)
    comments: list[tuple[str, str]] = field(default_factory=list)
    next: list[Say] = field(default_factory=list)
    deleted: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.server.say = self.answer

    def answer(self, asked: Asked) -> Say:
        if self.next:
            return self.next.pop(0)
        if not self.knows(asked):
            return say(401, {"message": "Bad credentials"})
        return self.route(asked)

    def knows(self, asked: Asked) -> bool:
        raise NotImplementedError

    def route(self, asked: Asked) -> Say:
        raise NotImplementedError

    def one(self, ref: str, asked: Asked, shown: object) -> Say:
        if ref in self.moved:
            return Say(301, b"{}", {"location": self.server.url + "/elsewhere"})
        if ref in self.deleted:
            return say(410, {"message": "This issue was deleted"})
        if ref not in self.issues:
            return say(404, {"message": "Not Found"})
        etag = 'W/"' + hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:20] + '"'
        if asked.headers.get("if-none-match") == etag:
            return Say(304, b"", {"etag": etag})
        return say(200, shown, etag=etag)


class GitHub(Tracker):
    where = "acme/app"

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("authorization") == f"Bearer {TOKEN}"

    def shape(self, ref: str) -> dict[str, object]:
        return {
            "number": int(ref),
            "html_url": f"{self.server.url}/acme/app/issues/{ref}",
            "node_id": "I_kw",
            "user": {"login": "somebody"},
            **self.issues[ref],
        }

    def route(self, asked: Asked) -> Say:
        path = urlsplit(asked.path).path
        if path == "/repos/acme/app/issues" and asked.method == "POST":
            said = asked.json
            if not said.get("title"):
                return say(422, {"message": "Validation Failed"})
            ref = str(len(self.issues) + 1)
            self.issues[ref] = {"title": said["title"], "body": said["body"], "state": "open"}
            return say(201, self.shape(ref))
        if path == "/repos/acme/app/issues":
            return say(200, [self.shape(ref) for ref in reversed(self.issues)])
        if found := re.fullmatch(r"/repos/acme/app/issues/(\d+)/comments", path):
            self.comments.append((found[1], asked.json["body"]))
            return say(201, {"id": 1})
        if found := re.fullmatch(r"/repos/acme/app/issues/(\d+)", path):
            return self.one(found[1], asked, self.shape(found[1]) if found[1] in self.issues else {})
        return say(404, {"message": "Not Found"})

    def close(self, ref: str, state: str = "closed") -> None:
        self.issues[ref]["state"] = state

    def hook(self, ref: str, secret: str, event: str = "issues") -> tuple[dict[str, str], bytes]:
        import hmac

        body = json.dumps(
            {
                "action": "closed",
                "issue": {"number": int(ref), "state": "closed"},
                "repository": {"full_name": "acme/app"},
                "sender": {"login": "somebody"},
            }
        ).encode()
        made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": f"72d3162e-{ref}",
            "X-Hub-Signature-256": f"sha256={made}",
        }, body


class GitLab(Tracker):
    where = "group/app"

    def knows(self, asked: Asked) -> bool:
        return asked.headers.get("private-token") == TOKEN

    def shape(self, ref: str) -> dict[str, object]:
        return {
            "id": 1000 + int(ref),
            "iid": int(ref),
            "web_url": f"{self.server.url}/group/app/-/issues/{ref}",
            **self.issues[ref],
        }

    def route(self, asked: Asked) -> Say:
        path = urlsplit(asked.path).path
        base = "/api/v4/projects/group%2Fapp/issues"
        if path == base and asked.method == "POST":
            said = asked.json
            ref = str(len(self.issues) + 1)
            self.issues[ref] = {"title": said["title"], "description": said["description"], "state": "opened"}
            return say(201, self.shape(ref))
        if path == base:
            wanted = parse_qs(urlsplit(asked.path).query).get("search", [""])[0]
            return say(
                200, [self.shape(r) for r in self.issues if wanted in str(self.issues[r]["description"])]
            )
        if found := re.fullmatch(rf"{base}/(\d+)/notes", path):
            self.comments.append((found[1], asked.json["body"]))
            return say(201, {"id": 1})
        if found := re.fullmatch(rf"{base}/(\d+)", path):
            return self.one(found[1], asked, self.shape(found[1]) if found[1] in self.issues else {})
        return say(404, {"message": "404 Not found"})

    def close(self, ref: str, state: str = "closed") -> None:
        self.issues[ref]["state"] = state if state == "closed" else "opened"

    def hook(self, ref: str, secret: str, event: str = "issue") -> tuple[dict[str, str], bytes]:
        body = json.dumps(
            {
                "object_kind": event,
                "project": {"path_with_namespace": "group/app"},
                "object_attributes": {"iid": int(ref), "state": "closed", "action": "close"},
            }
        ).encode()
        return {
            "X-Gitlab-Event": "Issue Hook",
            "X-Gitlab-Token": secret,
            "Idempotency-Key": f"f5e5-{ref}",
        }, body


class Jira(Tracker):
    where = "OPS"

    def knows(self, asked: Asked) -> bool:
        key = base64.b64encode(f"bot@example.org:{TOKEN}".encode()).decode()
        return asked.headers.get("authorization") == f"Basic {key}"

    def shape(self, ref: str) -> dict[str, object]:
        done = self.issues[ref]["state"] == "closed"
        category = {"key": "done" if done else "indeterminate", "name": "Done" if done else "In Progress"}
        return {
            "id": "10002",
            "key": ref,
            "fields": {"status": {"name": "Erledigt", "statusCategory": category}},
        }

    def route(self, asked: Asked) -> Say:
        parts = urlsplit(asked.path)
        if parts.path == "/rest/api/2/project/OPS":
            return say(200, {"key": "OPS"})
        if parts.path == "/rest/api/2/issue" and asked.method == "POST":
            fields = asked.json["fields"]
            if fields["issuetype"]["name"] != "Task":
                return say(400, {"errorMessages": [], "errors": {"issuetype": "The issue type is invalid."}})
            ref = f"OPS-{len(self.issues) + 1}"
            self.issues[ref] = {
                "title": fields["summary"],
                "body": fields["description"],
                "labels": fields["labels"],
                "state": "open",
            }
            return say(201, {"id": "10000", "key": ref, "self": f"{self.server.url}/rest/api/2/issue/10000"})
        if parts.path == "/rest/api/2/search":
            jql = unquote(parts.query)
            found = [
                self.shape(ref)
                for ref, issue in self.issues.items()
                if any(f'"{label}"' in jql for label in issue.get("labels", []))
            ]
            return say(200, {"issues": found})
        if match := re.fullmatch(r"/rest/api/2/issue/(OPS-\d+)/comment", parts.path):
            self.comments.append((match[1], asked.json["body"]))
            return say(201, {"id": "1"})
        if match := re.fullmatch(r"/rest/api/2/issue/(OPS-\d+)", parts.path):
            return self.one(match[1], asked, self.shape(match[1]) if match[1] in self.issues else {})
        return say(404, {"errorMessages": ["Issue does not exist"]})

    def close(self, ref: str, state: str = "closed") -> None:
        self.issues[ref]["state"] = state

    def hook(self, ref: str, secret: str, event: str = "jira:issue_updated") -> tuple[dict[str, str], bytes]:
        import hmac

        body = json.dumps({"webhookEvent": event, "issue": {"key": ref, "fields": {}}}).encode()
        made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature": f"sha256={made}", "X-Atlassian-Webhook-Identifier": f"id-{ref}"}, body


ALL = {"github": GitHub, "gitlab": GitLab, "jira": Jira}
