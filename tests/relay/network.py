"""A real Bluesky network on loopback: npm's `@atproto/dev-env`, and people who write with the real client."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

HERE = Path(__file__).resolve().parent
ADMIN = ("admin", "admin-pass")
SECRET = "a secret of the tests"


@dataclass(frozen=True)
class Network:
    """Addresses of a running network; `appview` None where no PostgreSQL was given."""

    pds: str
    plc: str
    appview: str | None
    people: "list[Person]" = field(default_factory=list)

    @property
    def firehose(self) -> str:
        return self.pds.replace("http://", "ws://")

    def person(self, name: str) -> "Person":
        """A new account."""
        from atproto import Client

        client = Client(self.pds)
        handle = f"{name}.test"
        client.com.atproto.server.create_account(
            {"email": f"{name}@test.example", "handle": handle, "password": SECRET}
        )
        client.login(handle, SECRET, fetch_bsky_profile=False)
        self.people.append(Person(client, self))
        return self.people[-1]


@dataclass(frozen=True)
class Person:
    """Somebody with an account, by the real client."""

    client: Any
    network: Network

    @property
    def did(self) -> str:
        return str(self.client._session.did)

    def hangs_up(self) -> None:
        """Close the client's connections."""
        self.client.request.close()

    def says(self, text: str, **record: Any) -> str:
        """Write a post; its address."""
        body = {"$type": "app.bsky.feed.post", "text": text, "createdAt": self.client.get_current_time_iso()}
        return str(self._put("app.bsky.feed.post", body | record).uri)

    def edits(self, uri: str, text: str) -> None:
        """Put another record in the place of a post."""
        body = {"$type": "app.bsky.feed.post", "text": text, "createdAt": self.client.get_current_time_iso()}
        rkey = uri.rsplit("/", 1)[1]
        self.client.com.atproto.repo.put_record(
            {"repo": self.did, "collection": "app.bsky.feed.post", "rkey": rkey, "record": body}
        )

    def deletes(self, uri: str) -> None:
        """Delete a post."""
        assert self.client.delete_post(uri)

    def likes(
        self, uri: str, cid: str = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
    ) -> None:
        """What is of no interest here."""
        body = {
            "$type": "app.bsky.feed.like",
            "subject": {"uri": uri, "cid": cid},
            "createdAt": self.client.get_current_time_iso(),
        }
        self._put("app.bsky.feed.like", body)

    def profile(self, about: str = "", *labels: str) -> None:
        """Write the profile."""
        values = [{"val": val} for val in labels]
        body = {
            "$type": "app.bsky.actor.profile",
            "description": about,
            "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": values},
        }
        self.client.com.atproto.repo.put_record(
            {"repo": self.did, "collection": "app.bsky.actor.profile", "rkey": "self", "record": body}
        )

    def leaves(self) -> None:
        """Deactivate the account."""
        self.client.com.atproto.server.deactivate_account({})

    def is_taken_down(self) -> None:
        """The server's own people close the account."""
        answer = httpx.post(
            f"{self.network.pds}/xrpc/com.atproto.admin.updateSubjectStatus",
            auth=ADMIN,
            json={
                "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": self.did},
                "takedown": {"applied": True, "ref": "test"},
            },
        )
        answer.raise_for_status()

    def app_password(self) -> str:
        """A password made only for one app."""
        made = self.client.com.atproto.server.create_app_password({"name": f"earnest{time.monotonic_ns()}"})
        return str(made.password)

    def _put(self, collection: str, record: dict[str, Any]) -> Any:
        return self.client.com.atproto.repo.create_record(
            {"repo": self.did, "collection": collection, "record": record}
        )


def installed() -> None:
    """Skips where there is no node, or the package cannot be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: apt-get install nodejs npm")
    if not (HERE / "node_modules" / "@atproto" / "dev-env").is_dir():
        got = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=HERE,
            capture_output=True,
            check=False,
            timeout=300,
        )
        if got.returncode:
            pytest.skip("npm could not install @atproto/dev-env: tests/relay/README.md")


@contextmanager
def running() -> Iterator[Network]:
    """A network of its own, with an AppView where `EARNEST_TEST_POSTGRES` names a server."""
    installed()
    with _database() as database:
        process = subprocess.Popen(
            ["node", "network.mjs", *([database, "appview"] if database else [])],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                pytest.skip("@atproto/dev-env did not start: tests/relay/README.md")
            said = json.loads(line)
            network = Network(said["pds"], said["plc"], said["appview"])
            yield network
            for person in network.people:
                person.hangs_up()
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
            if process.stdout is not None:
                process.stdout.close()


@contextmanager
def _database() -> Iterator[str | None]:
    """A database that is there for this network alone, or None."""
    server = os.environ.get("EARNEST_TEST_POSTGRES") or os.environ.get("DATABASE_URL")
    if not server:
        yield None
        return
    import psycopg

    name = f"earnest_bluesky_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as db:
        db.execute(f'DROP DATABASE IF EXISTS "{name}"')
        db.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as db:
            db.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
