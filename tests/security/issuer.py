"""A real OpenID Connect issuer on loopback, and somebody who signs in at it by its own pages."""

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

HERE = Path(__file__).resolve().parent.parent / "oidc"
SECRET = "a secret of the tests"


class Issuer:
    """The running issuer. `accounts`: what it says of each of its people."""

    def __init__(self, redirect: str, accounts: Mapping[str, Mapping[str, object]]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            ["node", "server.mjs", str(port), redirect, json.dumps(accounts)],
            cwd=HERE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline().strip() == "ready"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()


def installed() -> None:
    """Skips where there is no node, or the package cannot be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: apt-get install nodejs npm")
    if not (HERE / "node_modules" / "oidc-provider").is_dir():
        got = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=HERE,
            capture_output=True,
            check=False,
            timeout=120,
        )
        if got.returncode:
            pytest.skip("npm could not install oidc-provider: tests/oidc/README.md")


def settings_of(issuer: Issuer) -> dict[str, Any]:
    """What the operator would set, as allauth is told of it."""
    return {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APP": {
                "provider_id": "oidc",
                "name": "the issuer of the tests",
                "client_id": "earnest",
                "secret": SECRET,
                "settings": {"server_url": issuer.address, "oauth_pkce_enabled": True},
            },
        }
    }


def sign_in_there(start: str, login: str, end: str) -> str:
    """Go to the issuer, sign in and agree on its pages; the address it sends back to."""
    with httpx.Client(follow_redirects=False, timeout=20) as browser:
        answer = browser.get(start)
        for _ in range(12):
            where = answer.headers.get("location")
            if where:
                url = urljoin(str(answer.url), where)
                if url.startswith(end):
                    return url
                answer = browser.get(url)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert form, answer.text[:300]
            data = {"prompt": prompt.group(1) if prompt else "login", "login": login, "password": "any"}
            answer = browser.post(urljoin(str(answer.url), form.group(1)), data=data)
    raise AssertionError("the issuer did not send anybody back")
