"""Feeds from a real nginx: conditional requests, moves, refusals, Retry-After and a bomb."""

import gzip
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from earnest.egress import Egress
from earnest.record.errors import EgressRefused, SourceBusy, SourceGone
from earnest.sources.registry import open_source

SAMPLES = Path(__file__).parents[2] / "src/earnest/sources/feed/samples"
FEED = "<rss version='2.0'><channel><title>t</title>{}</channel></rss>"

CONF = """
daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log {dir}/access.log; types {{ application/rss+xml xml; application/feed+json json; }}
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p;
  fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  limit_req_zone $binary_remote_addr zone=slow:1m rate=1r/m; limit_req_status 429;
  server {{
    listen 127.0.0.1:{port}; root {dir}/www;
    location /plain/ {{ alias {dir}/www/; etag off; if_modified_since off; add_header Last-Modified ""; }}
    location /zipped/ {{ alias {dir}/www/; gzip on; gzip_types *; gzip_min_length 1; }}
    location /moved.xml {{ return 301 /feed.xml; }}
    location /passing.xml {{ return 302 /feed.xml; }}
    location /inside.xml {{ return 301 http://169.254.169.254/latest; }}
    location /gone.xml {{ return 410; }}
    location /shut.xml {{ return 403; }}
    location /busy.xml {{ limit_req zone=slow; error_page 429 @busy; try_files /feed.xml =404; }}
    location @busy {{ add_header Retry-After 120 always; return 429; }}
    location /bomb.xml {{ add_header Content-Encoding gzip; alias {dir}/www/bomb.gz; }}
  }}
}}
"""


class Nginx:
    """A real nginx on a loopback port."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.www = folder / "www"
        self.www.mkdir()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "access.log"
        (folder / "nginx.conf").write_text(CONF.format(dir=folder, port=port))
        user = ["-g", "user root;"] if os.getuid() == 0 else []
        self._process = subprocess.Popen(
            ["/usr/sbin/nginx", "-p", str(folder), "-c", "nginx.conf", *user], stderr=subprocess.DEVNULL
        )
        for _ in range(1_200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError((folder / "error.log").read_text())

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    if not Path("/usr/sbin/nginx").exists():
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    one = Nginx(tmp_path_factory.mktemp("nginx"))
    one.www.joinpath("feed.xml").write_text(
        FEED.format("".join(f"<item><guid>{n}</guid><title>said {n}</title></item>" for n in range(30)))
    )
    one.www.joinpath("bomb.gz").write_bytes(gzip.compress(b"\0" * 200_000_000))
    for sample in SAMPLES.glob("*.*"):
        shutil.copy(sample, one.www)
    yield one
    one.stop()


def feed(nginx: Nginx, name: str) -> Any:
    egress = Egress("Earnest/test (+steward@example.org)", timeout=10, allow_private=True)
    return open_source("feed", {"url": f"{nginx.url}/{name}"}, egress)


@pytest.mark.nginx
@pytest.mark.parametrize("name", ["feed.xml", "plain/feed.xml", "zipped/feed.xml"])
def test_a_feed_is_read_once_and_then_only_when_it_changed(nginx: Nginx, name: str) -> None:
    (first,) = feed(nginx, name).read(None)
    assert len(first.posts) == 30
    (second,) = feed(nginx, name).read(first.cursor)
    assert (second.posts, second.done) == ((), True)
    status = nginx.log.read_text().splitlines()[-1].split('" ')[1].split()[0]
    assert status == ("200" if name.startswith("plain") else "304")
    path = nginx.www / "feed.xml"
    before = path.read_text()
    try:
        path.write_text(
            before.replace("</channel>", "<item><guid>new</guid><title>said since</title></item></channel>")
        )
        os.utime(path, (time.time() + 5, time.time() + 5))
        (third,) = feed(nginx, name).read(second.cursor)
        assert len(third.posts) == 31
        # what is given again has the same names, so that it folds where it is kept
        assert {post.id for post in first.posts} < {post.id for post in third.posts}
    finally:
        path.write_text(before)


@pytest.mark.nginx
def test_a_feed_that_moved_for_good_is_asked_at_its_new_address_and_reported(nginx: Nginx) -> None:
    source = feed(nginx, "moved.xml")
    (page,) = source.read(None)
    assert len(page.posts) == 30
    assert source.notes == [f"The feed moved to {nginx.url}/feed.xml; its settings should say so."]
    again = feed(nginx, "moved.xml")
    list(again.read(page.cursor))
    assert "GET /feed.xml" in nginx.log.read_text().splitlines()[-1]
    assert again.notes
    passing = feed(nginx, "passing.xml")
    (page,) = passing.read(None)
    assert page.posts
    assert not passing.notes


@pytest.mark.nginx
@pytest.mark.parametrize(
    ("name", "error", "says"),
    [
        ("gone.xml", SourceGone, "gone for good"),
        ("shut.xml", SourceGone, "does not let Earnest in"),
        ("absent.xml", SourceGone, "nothing at this address"),
        ("bomb.xml", EgressRefused, "larger than 10,000,000 bytes"),
    ],
)
def test_a_feed_that_cannot_be_read_says_why(
    nginx: Nginx, name: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        list(feed(nginx, name).read(None))


@pytest.mark.nginx
def test_a_busy_server_is_left_alone_as_long_as_it_asks(nginx: Nginx) -> None:
    list(feed(nginx, "busy.xml").read(None))
    with pytest.raises(SourceBusy) as caught:
        list(feed(nginx, "busy.xml").read(None))
    assert caught.value.after == 120.0


@pytest.mark.nginx
@pytest.mark.parametrize("sample", ["reviews.xml", "blog.atom.xml", "blog.json"])
def test_the_samples_are_read_from_a_real_server(nginx: Nginx, sample: str) -> None:
    (page,) = feed(nginx, sample).read(None)
    assert len(page.posts) == 2
    assert not page.refused
