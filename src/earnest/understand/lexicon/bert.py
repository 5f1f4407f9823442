"""A small BERT's forward pass in plain numpy: enough to ask a published sentence model what single words
mean.
"""

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

HEADS = 12
LAYERS = 6


def tensors(path: Path) -> dict[str, Floats]:
    """All float tensors of a safetensors file."""
    raw = path.read_bytes()
    size = struct.unpack("<Q", raw[:8])[0]
    header: dict[str, Any] = msgspec.json.decode(raw[8 : 8 + size])
    kinds = {"F32": np.float32, "F16": np.float16}
    found = {}
    for name, about in header.items():
        if name != "__metadata__" and about["dtype"] in kinds:
            start, end = about["data_offsets"]
            flat = np.frombuffer(raw[8 + size + start : 8 + size + end], kinds[about["dtype"]])
            found[name] = flat.reshape(about["shape"]).astype(np.float32)
    return found


class Bert:
    """MiniLM-L6: the mean of the last layer's vectors, of length one."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self.weights = weights

    def embed(self, ids: Sequence[Sequence[int]], batch: int = 256) -> Floats:
        """One vector a sequence of token ids; sequences of one length are computed together."""
        by_length: dict[int, list[int]] = {}
        for at, one in enumerate(ids):
            by_length.setdefault(len(one), []).append(at)
        out = np.zeros((len(ids), self.weights["embeddings.word_embeddings.weight"].shape[1]), np.float32)
        for group in by_length.values():
            for at in range(0, len(group), batch):
                chosen = group[at : at + batch]
                out[chosen] = self._forward(np.array([ids[i] for i in chosen]))
        return out

    def _forward(self, ids: NDArray[np.int64]) -> Floats:
        w = self.weights
        posts, length = ids.shape
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:length]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        width = x.shape[2] // HEADS
        for layer in range(LAYERS):
            at = f"encoder.layer.{layer}."
            query, key, value = (
                self._linear(x, f"{at}attention.self.{part}")
                .reshape(posts, length, HEADS, width)
                .swapaxes(1, 2)
                for part in ("query", "key", "value")
            )
            heed = query @ key.swapaxes(2, 3) / np.float32(np.sqrt(width))
            heed = np.exp(heed - heed.max(axis=-1, keepdims=True))
            heed /= heed.sum(axis=-1, keepdims=True)
            seen = (heed @ value).swapaxes(1, 2).reshape(x.shape)
            x = self._norm(
                x + self._linear(seen, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm"
            )
            inner = _gelu(self._linear(x, f"{at}intermediate.dense"))
            x = self._norm(x + self._linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")
        mean = x.mean(axis=1)
        vectors: Floats = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return vectors

    def _linear(self, x: Floats, name: str) -> Floats:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, x: Floats, name: str) -> Floats:
        middle = x.mean(axis=-1, keepdims=True)
        spread = ((x - middle) ** 2).mean(axis=-1, keepdims=True)
        normed: Floats = (x - middle) / np.sqrt(spread + 1e-12) * self.weights[f"{name}.weight"]
        return normed + self.weights[f"{name}.bias"]


def _gelu(x: Floats) -> Floats:
    curved: Floats = 0.5 * x * (1 + np.tanh(np.float32(0.7978845608) * (x + np.float32(0.044715) * x**3)))
    return curved
