"""The sites of deploy/ through a real nginx and a real Caddy, in front of a real `earnest serve`."""

import json
import re
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.deploy.proxied import NAME, Caddy, Desk, Nginx, Visitor

pytestmark = [pytest.mark.slow, pytest.mark.nginx]

SAID = "kestrelword the app crashed at the door"


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    one = Desk(tmp_path_factory.mktemp("desk"))
    posts = one.folder / "posts.jsonl"
    posts.write_text(json.dumps({"id": "1", "text": "the parcel was late"}))
    one.run("import", str(posts), "--source", "reviews")
    yield one
    one.stop()


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(request, desk, tmp_path_factory):
    programs = {"nginx": "/usr/sbin/nginx", "caddy": shutil.which("caddy") or ""}
    if not Path(programs[request.param]).is_file():
        pytest.skip(f"{request.param} is not installed (apt-get install nginx-light caddy)")
    one = (Nginx if request.param == "nginx" else Caddy)(tmp_path_factory.mktemp(request.param), desk)
    yield one
    one.stop()


@pytest.fixture(scope="module")
def ana(desk, proxy):
    visitor = Visitor(proxy.port)
    visitor.sign_in(desk)
    return visitor


HEADERS = {
    "Strict-Transport-Security": r"max-age=31536000; includeSubDomains; preload",
    "Content-Security-Policy": r"default-src 'self'.*frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("path", ["/sign-in", "/default/posts", "/nothing/here", "/api/v1/posts"])
@pytest.mark.parametrize("name", HEADERS)
def test_every_answer_has_each_header_once(ana, path, name):
    given = ana.ask(path).headers.get_all(name, [])
    assert len(given) == 1
    assert re.search(HEADERS[name], given[0])


def test_cookies_are_for_https_and_for_the_server_alone(ana, proxy):
    fresh = Visitor(proxy.port).ask("/sign-in").headers.get_all("Set-Cookie", [])
    assert fresh
    for cookie in fresh:
        assert "Secure" in cookie
        assert "SameSite=Lax" in cookie


def test_http_leads_to_https(proxy):
    answer = Visitor(proxy.plain, tls=False).ask("/default/posts")
    assert answer.status in (301, 308)
    assert answer.headers["Location"].startswith(f"https://{NAME}")


def test_a_form_is_taken_behind_the_proxy(ana):
    page = ana.ask("/account")
    assert page.status == 200, "who signed in is known by the cookie that the proxy passed on"


@pytest.mark.parametrize("path", ["/metrics", "/healthz"])
def test_what_is_for_machines_is_not_for_the_world(proxy, path):
    assert Visitor(proxy.port).ask(path).status == 404


def test_a_post_that_arrives_is_sent_at_once(ana, desk):
    connection = ana.connect()
    connection.request("GET", "/default/live/stream?after=0", headers={"Host": NAME, "Cookie": ana._cookie()})
    stream = connection.getresponse()
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    heard = b""
    while b"parcel" not in heard:
        heard = stream.readline()
    posts = desk.folder / "more.jsonl"
    posts.write_text(json.dumps({"id": f"2{time.time()}", "text": SAID}))
    desk.run("import", str(posts), "--source", "reviews")
    began = time.monotonic()
    while b"kestrelword" not in stream.readline():
        assert time.monotonic() - began < 5
    connection.close()
    assert time.monotonic() - began < 3, "half a second is how often the desk looks"


@pytest.mark.parametrize(("size", "fits"), [(1 << 20, True), (13 << 20, False)], ids=["1 MiB", "13 MiB"])
def test_large_uploads_end_at_the_proxy(proxy, size, fits):
    answer = Visitor(proxy.port).ask("/say/default", body=b"x" * size)
    assert (answer.status in (413, 502)) is not fits  # Caddy gives up in the middle of handing it on


@pytest.mark.parametrize("host", ["evil.example.org", "127.0.0.1"])
def test_another_name_is_refused(proxy, host):
    connection = Visitor(proxy.port).connect()
    connection.request("GET", "/sign-in", headers={"Host": host})
    answer = connection.getresponse()
    page = answer.read()
    connection.close()
    assert answer.status in (400, 421) or (answer.status == 200 and not page)


def tried(desk: Desk) -> int:
    """Under how many names and addresses failed tries are counted."""
    with closing(sqlite3.connect(desk.folder / "home" / "earnest.db")) as db:
        return int(db.execute("SELECT count(*) FROM store_attempt").fetchone()[0])


def fail(visitor: Visitor, **more: str) -> None:
    page = visitor.ask("/sign-in", **more)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
    assert token is not None, page.status
    form = {"csrfmiddlewaretoken": token[1], "name": "ana", "password": "not the one"}
    answer = visitor.ask("/sign-in", form=form, **more)
    assert "do not belong together" in answer.body, answer.status


def test_who_asks_is_known_by_the_proxys_word_alone(desk, proxy):
    if isinstance(proxy, Caddy):
        pytest.skip("this Caddy asks from 127.0.0.1, which the desk of these tests does not believe")
    fail(Visitor(proxy.port))
    before = tried(desk)
    assert before
    fail(Visitor(proxy.port), X_Forwarded_For="203.0.113.9")
    fail(Visitor(proxy.port), Forwarded="for=203.0.113.9")
    assert tried(desk) == before, "what a visitor claims is not believed"
    fail(Visitor(desk.port, tls=False), X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="https")
    assert tried(desk) == before, "nor by who comes around the proxy"
    fail(Visitor(proxy.port, address="127.0.0.5"))
    assert tried(desk) > before, "what the proxy says is"
