"""Singer taps: the contract through a real process, everything a program may do wrong, and two real taps."""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from earnest.record.errors import BadSetting, EarnestError, Refused, SourceBusy, SourceGone
from earnest.record.raw import Page
from earnest.sources.base import Source
from earnest.sources.contract import Damaged, SourceContract
from earnest.sources.registry import open_source
from earnest.sources.singer import confine, programs
from earnest.sources.singer.messages import Bad, Reader, place_in

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "src/earnest/sources/singer/samples/reviews.jsonl"

WELL = """
import json, sys
words = dict(zip(sys.argv[1::2], sys.argv[2::2]))
config = json.load(open(words["--config"]))
if "--discover" in sys.argv:
    print(json.dumps({"streams": [{"tap_stream_id": "reviews", "stream": "reviews", "schema": {}}]}))
    sys.exit()
rows = [json.loads(line) for line in open(config["rows"])]
at = json.load(open(words["--state"]))["at"] if "--state" in words else 0
print(json.dumps({"type": "SCHEMA", "stream": "reviews", "key_properties": ["id"], "schema": {}}))
for number, row in enumerate(rows[at:], at + 1):
    print(row["raw"] if "raw" in row else json.dumps({"type": "RECORD", "stream": "reviews", "record": row}))
    print(json.dumps({"type": "STATE", "value": {"at": number}}))
"""
"""A tap that does all as the specification says. Synthetic, written for these tests."""

Taps = Callable[[str, str], Path]


@pytest.fixture
def taps(tmp_path: Path) -> Iterator[Taps]:
    """A folder of taps that the operator allowed, and how one gets into it."""
    folder = tmp_path / "taps"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "voices.key").write_text("velvet")
    programs.allow(str(folder), home)

    def put(name: str, code: str) -> Path:
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{code}")
        path.chmod(0o755)
        return path

    put("tap-well", WELL)
    yield put
    programs.allow("", home)


def singer(tap: str, **more: Any) -> Source:
    return open_source("singer", {"tap": tap, "text": "body", "created": "at", "author": "who", **more})


def rows(path: Path, number: int, **more: Any) -> Path:
    path.write_text(
        "".join(
            json.dumps({"id": f"r{n}", "body": f"said {n}", "at": "2026-11-01T10:00:00Z", "who": f"u{n}"})
            + "\n"
            for n in range(number)
        )
    )
    return path


def texts(pages: list[Page]) -> list[str]:
    return [post.text for page in pages for post in page.posts]


class TestContract(SourceContract):
    """A tap whose STATE is exact keeps every promise of a source."""

    @pytest.fixture(autouse=True)
    def _taps(self, taps: Taps, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("earnest.sources.singer.source.PAGE", 4)

    def opened(self, path: Path) -> Source:
        catalog = {"streams": [{"tap_stream_id": "reviews", "stream": "reviews"}]}
        return singer("tap-well", options={"rows": str(path)}, catalog=catalog)

    def source(self, folder: Path) -> Source:
        path = folder / "taps" / "rows.jsonl"
        return self.opened(path if path.exists() else rows(path, 9))

    def empty(self, folder: Path) -> Source:
        return self.opened(rows(folder / "taps" / "none.jsonl", 0))

    def damaged(self, folder: Path) -> Damaged:
        bad: list[dict[str, Any]] = [
            {"id": "b1", "body": 7},
            {"body": "velvet without an id"},
            {"id": "b2", "body": "velvet", "at": "9999-01-01"},
            {"id": "b3", "body": "velvet\0"},
            {"raw": "velvet, no message"},
            {"raw": '{"type": "RECORD", "stream": "reviews"}'},
            {"id": ["velvet"], "body": "velvet"},
        ]
        whole = [{"id": "a", "body": "fine"}, *bad, {"id": "z", "body": "fine too"}]
        path = folder / "taps" / "damaged.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in whole))
        return Damaged(self.opened(path), len(bad), ["reviews:a", "reviews:z"], ["velvet"])


START = """
import json, os, signal, sys, time
if "--discover" in sys.argv: sys.exit(2)
def say(**what): print(json.dumps(what), flush=True)
def post(n): say(type="RECORD", stream="s", record={"id": n, "body": f"said {n}"})
say(type="SCHEMA", stream="s", key_properties=["id"], schema={})
post(1); say(type="STATE", value={"at": 1})
"""


WRONG: dict[str, tuple[str, list[str], type[EarnestError] | None, str]] = {
    "hangs": ("time.sleep(60)", ["said 1"], SourceBusy, "did not end within 2 seconds"),
    "dies half way": ("post(2); sys.exit(3)", ["said 1", "said 2"], SourceBusy, "ended with the code 3"),
    "is killed": ("os.kill(os.getpid(), signal.SIGKILL)", ["said 1"], SourceBusy, "was ended"),
    "takes too much memory": (
        "x = bytearray(3_000_000_000); post(2)", ["said 1"], SourceBusy, "ended with the code 1",
    ),
    "leaves a child behind": ("os.fork() or time.sleep(60)", ["said 1"], SourceBusy, "did not end"),
    "prints garbage between": ("print('x' * 5000); print('{'); post(2)", ["said 1", "said 2"], None, ""),
    "says one line of 5 MB": ("print('x' * 5_000_000); post(2)", ["said 1", "said 2"], None, ""),
    "never ends its last line": ("sys.stdout.write('{\"type\": \"REC')", ["said 1"], None, ""),
    "says bytes that are no text": ("os.write(1, bytes(range(128, 256)) + b'\\n')", ["said 1"], None, ""),
    "names files in a batch": ("say(type='BATCH', stream='s', manifest=['f'])", ["said 1"], None, ""),
    "says what nobody knows": (
        "say(type='PARTY'); say(type='ACTIVATE_VERSION', version=2)", ["said 1"], None, "",
    ),
    "speaks of an unknown stream": (
        "say(type='RECORD', stream='t', record={'id': 1, 'body': 'x'})", ["said 1"], None, "",
    ),
}  # fmt: skip
"""What it does after its first record, what is kept, and what is told."""


@pytest.mark.parametrize("does", WRONG)
def test_a_tap_that(taps: Taps, does: str) -> None:
    code, kept, error, sentence = WRONG[does]
    taps("tap-bad", START + code)
    pages: list[Page] = []
    began = time.monotonic()
    if error is None:
        pages += singer("tap-bad", seconds=9).read(None)
        assert pages[-1].done
    else:
        with pytest.raises(error, match=sentence):
            pages.extend(singer("tap-bad", seconds=2).read(None))
    assert texts(pages) == kept
    assert time.monotonic() - began < 15
    for refused in (one for page in pages for one in page.refused):
        assert refused.place.startswith("line ")
        assert "x" * 10 not in refused.problem


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import sys; sys.exit(1)", "ended with the code 1. It gave nothing."),
        ("print('hello')", "does not speak as a Singer tap does"),
        ("while True: print('hello ' * 100)", "does not speak as a Singer tap does"),
    ],
    ids=["it ends at once", "it says hello", "it says hello for ever"],
)
def test_a_program_that_is_no_tap_needs_a_person(taps: Taps, code: str, sentence: str) -> None:
    taps("tap-none", code)
    with pytest.raises(SourceGone, match=sentence.replace(".", r"\.")):
        list(singer("tap-none", seconds=9).read(None))


CURIOUS = """
import json, os, sys
if "--discover" in sys.argv: sys.exit(2)
found = {"environment": sorted(os.environ), "home": os.listdir(os.environ["HOME"])}
def tried(what, do):
    try: do(); found[what] = "could"
    except BaseException as error: found[what] = type(error).__name__
tried("keys", lambda: open(KEYS).read())
tried("another's home", lambda: os.listdir(os.path.dirname(KEYS)))
tried("write beside", lambda: open(BESIDE, "w"))
tried("write at home", lambda: open("note", "w"))
tried("end Earnest", lambda: os.kill(os.getppid(), 0))
tried("the taps' folder", lambda: os.listdir(os.path.dirname(BESIDE)))
tried("raise its limits", lambda: __import__("resource").setrlimit(9, (4_000_000_000, 4_000_000_000)))
print(json.dumps({"type": "RECORD", "stream": "s", "record": {"id": "1", "body": json.dumps(found)}}))
"""


@pytest.mark.skipif(
    not confine.landlock(), reason="this kernel has no Landlock: a tap may read what Earnest may"
)
def test_a_tap_sees_neither_keys_nor_environment(
    taps: Taps, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARNEST_MAIL_PASSWORD", "velvet")
    keys, beside = tmp_path / "home/keys/voices.key", tmp_path / "taps/beside"
    taps("tap-curious", f"KEYS, BESIDE = {str(keys)!r}, {str(beside)!r}\n{CURIOUS}")
    found = json.loads(texts(list(singer("tap-curious", id="id").read(None)))[0])
    assert [name for name in found["environment"] if not name.startswith(("PYTHON", "LC_"))] == [
        "HOME",
        "PATH",
        "TMPDIR",
    ]
    assert found["home"] == ["config.json"]
    assert {name: found[name] for name in found if name not in ("environment", "home")} == {
        "keys": "PermissionError",
        "another's home": "PermissionError",
        "write beside": "PermissionError",
        "write at home": "could",
        "end Earnest": "PermissionError" if confine.landlock() >= 6 else "could",
        "the taps' folder": "could",
        "raise its limits": "ValueError" if os.getuid() else "could",
    } or os.getuid() == 0  # root may raise its own limits; everything else is the same


def test_the_program_ends_when_nobody_reads_it_any_more(taps: Taps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earnest.sources.singer.source.MOST_PAGE", 20)
    monkeypatch.setattr("earnest.sources.singer.source.PAGE", 10)
    many = "\nfor n in range(2, 100_000): post(n); say(type='STATE', value={'at': n})"
    taps("tap-long", START + many)
    pages = singer("tap-long").read(None)
    next(pages)
    before = _children()
    pages.close()
    assert before - _children()


def _children() -> set[int]:
    me, found = os.getpid(), set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == me:
                found.add(int(stat.parent.name))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("given", "error", "sentence"),
    [
        ({"tap": "tap-none"}, BadSetting, "There is no tap 'tap-none'"),
        ({"tap": "../tap-well"}, BadSetting, "There is no tap"),
        ({"tap": "/bin/sh"}, BadSetting, "There is no tap"),
        ({"tap": "tap-slack"}, Refused, "where people talk among themselves"),
        ({"tap": "meltano-tap-facebook"}, Refused, "where people talk among themselves"),
        (
            {"tap": "tap-well", "config": '{"password": "velvet"}'},
            BadSetting,
            "'password' is a person's login",
        ),
        ({"tap": "tap-well", "config": '{"auth": [{"sessionId": "velvet"}]}'}, BadSetting, "'sessionId'"),
        (
            {"tap": "tap-well", "options": {"http_headers": '{"Cookie": "velvet"}'}},
            BadSetting,
            "'http_headers'",
        ),
        ({"tap": "tap-well", "config": "velvet"}, BadSetting, "not valid JSON"),
        ({"tap": "tap-well", "config": "[1]"}, BadSetting, "not a JSON object"),
        ({"tap": "tap-well", "text": "[?"}, BadSetting, "'text' of the singer source"),
        ({"tap": "tap-well", "only": "a" * 600}, BadSetting, "'only' of the singer source"),
        ({"tap": "tap-well", "seconds": 0}, BadSetting, "'seconds'"),
    ],
    ids=lambda value: str(value)[:60] if isinstance(value, dict) else "",
)
def test_what_may_not_be_run_or_asked_is_refused(
    taps: Taps, given: dict[str, Any], error: type[EarnestError], sentence: str
) -> None:
    with pytest.raises(error) as raised:
        open_source("singer", {"text": "body", **given})
    assert sentence in raised.value.sentence()
    assert "velvet" not in raised.value.sentence()


def test_without_a_folder_and_in_one_that_others_write_to_nothing_runs(taps: Taps, tmp_path: Path) -> None:
    (tmp_path / "taps").chmod(0o777)
    with pytest.raises(BadSetting, match="Others than its owner"):
        singer("tap-well")
    programs.allow("", tmp_path)
    with pytest.raises(BadSetting, match="No taps are allowed"):
        singer("tap-well")


def test_a_probe_names_the_streams_and_an_unknown_one_is_refused(taps: Taps, tmp_path: Path) -> None:
    options = {"rows": str(rows(tmp_path / "taps/rows.jsonl", 1))}
    assert singer("tap-well", options=options).probe() == "The tap offers: reviews."
    with pytest.raises(SourceGone, match="offers no stream 'orders'"):
        list(singer("tap-well", options=options, streams=["orders"]).read(None))


def test_a_mapping_builds_whole_posts(taps: Taps) -> None:
    taps("tap-sample", f"import sys\nif '--discover' in sys.argv: sys.exit(2)\nprint({SAMPLE.read_text()!r})")
    source = singer(
        "tap-sample",
        text="join('\n\n', [title, body][?@ != ''])",
        author="user.id",
        only="id != 'r9'",
        lang="'en-GB'",
    )
    (page,) = source.read(None)
    assert [(post.id, post.text.split("\n")[0], post.author, post.lang) for post in page.posts] == [
        ("reviews:r1", "Late", "71", "en"),
        ("reviews:r2", "Synthetic: the map shows the wrong door.", "72", "en"),
    ]
    assert json.loads(page.cursor)["state"] == {"bookmarks": {"reviews": {"at": "2026-11-03T10:30:00Z"}}}


def test_a_tap_that_gives_everything_each_time_gives_an_empty_page_when_nothing_changed(
    taps: Taps, tmp_path: Path
) -> None:
    every = WELL.replace('json.load(open(words["--state"]))["at"] if "--state" in words else 0', "0").replace(
        'print(json.dumps({"type": "STATE", "value": {"at": number}}))', "pass"
    )
    taps("tap-every", every)
    path = rows(tmp_path / "taps/rows.jsonl", 3)
    source = singer("tap-every", options={"rows": str(path)})
    first = list(source.read(None))
    again = list(source.read(first[-1].cursor))
    assert (texts(first), texts(again)) == (["said 0", "said 1", "said 2"], [])
    rows(path, 4)
    assert len(texts(list(source.read(again[-1].cursor)))) == 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner),
)


class TestTheCursor:
    """It says where a tap could go on, and nothing of a post."""

    @pytest.mark.parametrize(
        ("state", "kept"),
        [
            ({"bookmarks": {"s": {"at": "2026-11-01T10:00:00Z", "page": 3}}}, None),
            ({"s": {"since_id": "81231"}}, None),
            ({"last_record": "what was said"}, {}),
            ({"s": {"who": "ann"}}, {"s": {}}),
            ({"last_record_extracted": '{"digest": "ab"}'}, {}),
            ({"digest": "0123456789abcdef0123456789abcdef"}, {}),
            ({"note": "four words in it"}, {}),
            ({"big": ["x"] * 60_000}, {}),
        ],
        ids=[
            "a bookmark",
            "an id to go on from",
            "a text",
            "an author",
            "JSON in a text",
            "a digest",
            "prose",
            "huge",
        ],
    )
    def test_keeps_places_and_drops_traces(self, state: dict[str, Any], kept: dict[str, Any] | None) -> None:
        told = frozenset({"what was said", "ann"})
        assert place_in(state, told) == (state if kept is None else kept)

    @given(JSON)
    @hypothesis_settings(deadline=None, max_examples=60)
    def test_whatever_a_tap_says_a_text_of_the_run_never_stays(self, value: Any) -> None:
        kept = place_in({"a": value, "b": ["velvet", {"c": "velvet"}]}, frozenset({"velvet"}))
        assert "velvet" not in json.dumps(kept)

    @given(st.binary(max_size=200))
    @hypothesis_settings(deadline=None, max_examples=60)
    def test_any_line_is_a_message_or_refused_by_a_sentence(self, line: bytes) -> None:
        with suppress(Bad):
            assert Reader().read(line) is None or b'"type"' in line


def real(name: str) -> Path:
    return ROOT / ".venv/taps" / name / "bin" / name


def installed(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not real(name).exists(), reason=f"{name} is not installed (make taps)")


class TestRealTaps:
    """Two programs from the package index, as they are."""

    @installed("tap-jsonl")
    def test_a_tap_of_files(self, taps: Taps, tmp_path: Path) -> None:
        (tmp_path / "taps/tap-jsonl").symlink_to(real("tap-jsonl"))
        path = rows(tmp_path / "taps/posts.jsonl", 5)
        source = singer("tap-jsonl", options={"path": str(path), "primary_keys": '["id"]'})
        assert source.probe() == "The tap offers: jsonl."
        pages = list(source.read(None))
        assert sorted(texts(pages)) == [f"said {n}" for n in range(5)]
        assert pages[-1].done
        assert not [one for page in pages for one in page.refused]
        again = list(source.read(pages[-1].cursor))
        assert set(texts(again)) <= set(texts(pages))
        assert texts(list(source.read(again[-1].cursor))) == []

    @installed("tap-rest-api-msdk")
    def test_a_tap_of_a_service(self, taps: Taps, tmp_path: Path) -> None:
        (tmp_path / "taps/tap-rest").symlink_to(real("tap-rest-api-msdk"))
        with service() as (url, asked):
            options = {
                "api_url": url,
                "streams": [
                    {"name": "notes", "path": "/notes", "primary_keys": ["id"], "records_path": "$.notes[*]"}
                ],
            }
            source = singer(
                "tap-rest", config='{"pagination_page_size": 50}', options=options, streams=["notes"]
            )
            pages = list(source.read(None))
        assert [(post.id, post.text, post.author) for page in pages for post in page.posts] == [
            (f"notes:{n}", f"said {n}", f"u{n}") for n in range(3)
        ]
        assert "/notes" in asked[0]


class service:  # noqa: N801 - used as a function is
    """A small JSON service on loopback."""

    def __enter__(self) -> tuple[str, list[str]]:
        asked: list[str] = []
        notes = [
            {"id": n, "body": f"said {n}", "at": "2026-11-01T10:00:00Z", "who": f"u{n}"} for n in range(3)
        ]

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                body = json.dumps({"notes": notes}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}", asked

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


del SourceContract
