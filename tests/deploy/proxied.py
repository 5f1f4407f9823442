"""A real nginx or Caddy with the site of deploy/ in front of a real `earnest serve`. Synthetic."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests import commands

ROOT = Path(__file__).resolve().parents[2]
NAME = "desk.example.org"
PROXY = "127.0.0.7"
"""The address that the proxy asks from: the only one that Earnest believes."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(900):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, log.read_text()
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for the name, signed by itself."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    words += ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(words, check=True, capture_output=True)
    return cert, key


class Desk:
    """`earnest serve` as the units and the compose file start it, believing the proxy's address alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.env = {
            **os.environ,
            "EARNEST_HOME": str(folder / "home"),
            "DATABASE_URL": "",
            "EARNEST_HOSTS": NAME,
            "EARNEST_HTTPS": "yes",
            "EARNEST_PROXIES": PROXY,
        }
        self.run("user", "add", "ana", "--role", "admin")
        self.log = folder / "serve.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "earnest", "serve", "--no-listen", "--port", str(self.port)],
                env=self.env,
                stdout=log,
                stderr=log,
            )
        wait_for(self.port, self.process, self.log)

    def run(self, *words: str) -> str:
        done = commands.run([*words], self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class Nginx:
    """deploy/nginx.conf as it stands, but for ports, files and the address it asks from."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        cert, key = certificate(folder)
        self.plain, self.port = free_port(), free_port()
        site = (ROOT / "deploy" / "nginx.conf").read_text()
        site = re.sub(r"listen \[::\]:.*\n", "", site)
        for old, new in (
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{desk.port};"),
            (f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(cert)),
            (f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(key)),
        ):
            assert old in site
            site = site.replace(old, new)
        temporary = "".join(
            f"{kind}_temp_path {folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "site.conf").write_text(site)
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;"
            "events { worker_connections 128; }"
            f"http {{ {temporary} proxy_bind {PROXY}; include {folder}/site.conf; }}"
        )
        user = ["-g", "user root;"] if os.getuid() == 0 else []
        self.process = subprocess.Popen(
            ["/usr/sbin/nginx", "-p", str(folder), "-c", "nginx.conf", *user], stderr=subprocess.DEVNULL
        )
        wait_for(self.port, self.process, folder / "error.log")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class Caddy:
    """deploy/Caddyfile as it stands, but for ports and a certificate of its own making."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        cert, key = certificate(folder)
        self.plain, self.port = free_port(), free_port()
        site = (ROOT / "deploy" / "Caddyfile").read_text()
        for old, new in (
            (f"\n{NAME} {{\n", f"\nhttps://{NAME}:{self.port} {{\n\tbind 127.0.0.1\n\ttls {cert} {key}\n"),
            ("127.0.0.1:8000 {", f"127.0.0.1:{desk.port} {{"),
        ):
            assert old in site
            site = site.replace(old, new)
        head = f"{{\n\tadmin off\n\thttp_port {self.plain}\n\thttps_port {self.port}\n}}\n"
        (folder / "Caddyfile").write_text(head + site)
        self.log = folder / "caddy.log"
        home = {
            **os.environ,
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(shutil.which("caddy")), "run", "--config", str(folder / "Caddyfile")],
                stdout=log, stderr=log, env=home,
            )  # fmt: skip
        wait_for(self.port, self.process, self.log)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class Answer:
    """What came back."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read().decode("utf-8", "replace")


class Visitor:
    """A browser, nearly: cookies, and an address of its own on loopback."""

    def __init__(self, port: int, *, tls: bool = True, address: str = "127.0.0.1") -> None:
        self.port, self.tls, self.address = port, tls, address
        self.cookies: dict[str, str] = {}

    def connect(self) -> http.client.HTTPConnection:
        own = (self.address, 0)
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20, source_address=own)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(NAME, self.port, timeout=20, context=context)
        connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", self.port), 20, own)
        return connection

    def ask(
        self, path: str, *, form: Mapping[str, str] | None = None, body: bytes | None = None, **more: str
    ) -> Answer:
        connection = self.connect()
        headers = {"Host": NAME, "Referer": f"https://{NAME}/", "Cookie": self._cookie()}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        if form is not None:
            body = urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = Answer(connection.getresponse())
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def sign_in(self, desk: Desk) -> None:
        link = desk.run("user", "link", "ana", "--address", f"https://{NAME}").split()[-1]
        parts = urlsplit(link)
        answer = self.ask(parts.path + (f"?{parts.query}" if parts.query else ""))
        assert answer.status in (200, 302), answer.body
        assert "sessionid" in self.cookies
