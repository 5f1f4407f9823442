"""A database put back from a backup brings no deleted post back: not for one page.

Real commands in processes of their own, on SQLite and, where DATABASE_URL names a server, on PostgreSQL with
pg_dump and pg_restore.
"""

import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

import pytest

from tests.faults.homes import SERVER, Home, client_tools, gone, said

pytestmark = pytest.mark.skipif(bool(SERVER) and client_tools() is None, reason="pg_dump is not installed")

DELETED = "kestrelword the app crashed at the door"
STAYS = "ospreyword the app crashed at the door"


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.run("import", made.write([said("a", DELETED), said("b", STAYS)]), "--source", "reviews")
    yield made
    made.drop()


def delete(home: Home) -> None:
    home.run("import", home.write([gone("a")]), "--source", "reviews")
    assert home.texts() == [STAYS]


def test_the_first_command_after_a_restore_erases_again(home, tmp_path):
    home.back_up(tmp_path / "backup")
    delete(home)
    home.put_back(tmp_path / "backup")
    assert home.texts() == [DELETED, STAYS]
    assert "1 posts that had been deleted are gone again" in home.run("listen", "--once")
    assert home.texts() == [STAYS]


@pytest.mark.slow
def test_what_was_deleted_cannot_be_imported_again_after_a_restore(home, tmp_path):
    home.back_up(tmp_path / "backup")
    delete(home)
    home.put_back(tmp_path / "backup")
    home.run("import", home.write([said("a", DELETED), said("c", "another")]), "--source", "reviews")
    assert home.texts() == ["another", STAYS]


@pytest.mark.slow
def test_a_database_begun_anew_beside_the_old_keys_knows_what_was_deleted(home):
    delete(home)
    if home.address:
        home.drop()
        home._server(f'CREATE DATABASE "{home.address.rpartition("/")[2]}"')
    for left in home.folder.glob("earnest.db*"):
        left.unlink()
    home.run("import", home.write([said("a", DELETED), said("b", STAYS)]), "--source", "reviews")
    assert home.texts() == [STAYS]


@pytest.mark.slow
def test_a_list_of_graves_that_is_lost_is_written_anew(home, tmp_path):
    delete(home)
    for lost in (home.folder / "gone").iterdir():
        lost.unlink()
    home.run("listen", "--once")
    home.back_up(tmp_path / "backup")
    (kept,) = (home.folder / "gone").iterdir()
    assert len(kept.read_text().splitlines()) == 1
    home.run("import", home.write([said("a", DELETED)]), "--source", "reviews")
    assert home.texts() == [STAYS]


def test_the_list_names_places_and_keyed_hashes_and_only_its_owner_reads_it(home):
    delete(home)
    (file,) = (home.folder / "gone").iterdir()
    assert re.fullmatch(r"default/reviews [0-9a-f]{32}\n", file.read_text())
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_the_first_page_that_is_served_does_not_show_it(home, tmp_path):
    home.run("user", "add", "ana", "--role", "admin")
    home.back_up(tmp_path / "backup")
    delete(home)
    home.put_back(tmp_path / "backup")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    serving = home.start("serve", "--no-listen", "--port", str(port))
    try:
        address = f"http://127.0.0.1:{port}"
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        link = None
        for _ in range(900):
            try:
                browser.open(f"{address}/sign-in", timeout=5)
                break
            except urllib.error.URLError:
                assert serving.poll() is None
                time.sleep(0.1)
        assert home.texts() == [STAYS]
        link = home.run("user", "link", "ana", "--address", address).split()[-1]
        browser.open(link).close()
        posts = browser.open(f"{address}/default/posts").read().decode()
        assert STAYS in posts
        assert DELETED not in posts
    finally:
        serving.terminate()
        try:
            serving.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            home.kill(serving)
