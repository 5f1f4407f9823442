"""A BERT encoder as an ONNX graph in small integers, written from its weights.

No packaged ONNX file of MiniLM exists, and making one with its own tools needs a gigabyte of them. The graph
is small enough to write down: embeddings, then for each layer attention and a feed-forward part, and of each
layer's output the mean over the text's pieces.

Weights are signed bytes with a scale a column. What flows is made bytes with a scale a *piece of text*, not
one for the whole batch as the usual dynamic quantisation has it: that is nearer to the true result (cosine
.998 against .994) and a post's vector does not depend on which posts it happens to be computed with.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from earnest.record.errors import MissingExtra, ModelError

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

Weights = Mapping[str, NDArray[np.float32]]

HEAD = 32
"""Numbers an attention head, in every MiniLM."""
MOST_HEADER = 1 << 20
_OPSET, _IR = 20, 10
_OURS = "com.microsoft"
_BROKEN = "The weights are not those of a BERT encoder."


def weights(raw: bytes) -> Weights:
    """The tensors of a safetensors file: eight bytes of length, a JSON header, the numbers."""
    try:
        size = int.from_bytes(raw[:8], "little")
        if not 0 < size <= min(MOST_HEADER, len(raw) - 8):
            raise ValueError
        header = json.loads(raw[8 : 8 + size])
        found = {}
        for name, entry in header.items():
            if name == "__metadata__" or entry["dtype"] != "F32":
                continue
            first, last = entry["data_offsets"]
            numbers = np.frombuffer(raw, np.float32, (last - first) // 4, 8 + size + first)
            found[name] = numbers.reshape(entry["shape"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("The weights are not a safetensors file.") from error
    return found


def graph(tensors: Weights, *, exact: bool = False) -> bytes:
    """The ONNX model: `ids` and `mask` (posts × pieces) in; `pooled` (posts × layers + 1 × width) out, the
    mean of each layer and last the first piece of the last layer.

    `exact` keeps 32-bit floats, to check the graph by. Raises MissingExtra or ModelError.
    """
    try:
        return _Graph(tensors, exact).model()
    except KeyError as error:
        raise ModelError(_BROKEN) from error


class _Graph:
    def __init__(self, tensors: Weights, exact: bool) -> None:
        try:
            import onnx
        except ImportError as error:
            raise MissingExtra("Making the accurate tier's model", "accurate") from error
        self._onnx = onnx
        self._tensors = tensors
        self._exact = exact
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, TensorProto] = {}
        layers = {name.split(".")[2] for name in tensors if name.startswith("encoder.layer.")}
        self._layers = len(layers)
        if not layers:
            raise ModelError(_BROKEN)

    def model(self) -> bytes:
        """The whole graph, serialised."""
        helper, kinds = self._onnx.helper, self._onnx.TensorProto
        flow = self._embedded()
        pooled = []
        for number in range(self._layers):
            flow = self._layer(flow, f"encoder.layer.{number}")
            pooled.append(self._mean(flow))
        pooled.append(self._op("Gather", flow, self._whole("first", 0), axis=1))
        self._nodes.append(helper.make_node("Concat", pooled, ["pooled"], axis=1))
        takes = [helper.make_tensor_value_info(name, kinds.INT64, ["posts", "pieces"])
                 for name in ("ids", "mask")]  # fmt: skip
        gives = [helper.make_tensor_value_info("pooled", kinds.FLOAT, ["posts", "numbers"])]
        made = helper.make_graph(self._nodes, "encoder", takes, gives, list(self._constants.values()))
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_OURS, 1)]
        model = helper.make_model(made, opset_imports=opsets, ir_version=_IR, producer_name="earnest")
        return bytes(model.SerializeToString(deterministic=True))

    def _embedded(self) -> str:
        """Pieces, places and the one sort of text there is, added up and normalised."""
        words = self._tensors["embeddings.word_embeddings.weight"]
        sort = self._tensors["embeddings.token_type_embeddings.weight"][0]
        if self._exact:
            said = self._op("Gather", self._constant("words", words), "ids")
        else:
            scale = np.maximum(np.abs(words).max(axis=1, keepdims=True) / 127, 1e-9).astype(np.float32)
            table = self._constant("words", np.rint(words / scale).astype(np.int8))
            rows = self._float(self._op("Gather", table, "ids"))
            said = self._op("Mul", rows, self._op("Gather", self._constant("words.scale", scale), "ids"))
        length = self._op("Gather", self._op("Shape", "ids"), self._wholes("one", [1]))
        places = self._constant("places", self._tensors["embeddings.position_embeddings.weight"] + sort)
        zero = self._wholes("zero", [0])
        placed = self._op("Slice", places, zero, length, zero)
        norm = [self._constant(part, self._tensors[f"embeddings.LayerNorm.{part}"]) for part in _NORM]
        return self._op("LayerNormalization", self._op("Add", said, placed), *norm, axis=-1, epsilon=1e-12)

    def _layer(self, flow: str, name: str) -> str:
        asked = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self._tensors[f"{part}.weight"].T for part in asked], axis=1)
        bias = np.concatenate([self._tensors[f"{part}.bias"] for part in asked])
        parts = self._ops(
            "Split", 3, self._linear(flow, f"{name}.asked", matrix, bias), axis=2, num_outputs=3
        )
        heads = matrix.shape[0] // HEAD
        mask = self._cast("mask", "INT32")
        met = self._op("MultiHeadAttention", *parts, "", mask, num_heads=heads, domain=_OURS)
        flow = self._step(met, flow, f"{name}.attention.output")
        wide = self._dense(flow, f"{name}.intermediate.dense")
        return self._step(self._op("Gelu", wide, domain=_OURS), flow, f"{name}.output")

    def _step(self, changed: str, before: str, name: str) -> str:
        """A matrix, then what was there before added, then the norm."""
        norm = [self._constant(f"{name}.{part}", self._tensors[f"{name}.LayerNorm.{part}"]) for part in _NORM]
        new = self._dense(changed, f"{name}.dense")
        return self._op("SkipLayerNormalization", new, before, *norm, epsilon=1e-12, domain=_OURS)

    def _dense(self, flow: str, name: str) -> str:
        return self._linear(flow, name, self._tensors[f"{name}.weight"].T, self._tensors[f"{name}.bias"])

    def _linear(self, flow: str, name: str, matrix: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        added = self._constant(f"{name}.bias", bias)
        if self._exact:
            return self._op("Add", self._op("MatMul", flow, self._constant(name, matrix)), added)
        scale = np.maximum(np.abs(matrix).max(axis=0) / 127, 1e-9).astype(np.float32)
        table = self._constant(name, np.rint(matrix / scale).astype(np.int8))
        most = self._op("ReduceMax", self._op("Abs", flow), self._wholes("last", [-1]), keepdims=1)
        step = self._op("Mul", most, self._number("step", 1 / 127))
        # The fraction is cut off, so a half more than the middle, 128, rounds to the nearest.
        lifted = self._op("Add", self._op("Div", flow, step), self._number("middle", 128.5))
        middle = self._constant("128", np.array(128, np.uint8))
        summed = self._op("MatMulInteger", self._cast(lifted, "UINT8"), table, middle)
        scaled = self._op(
            "Mul", self._op("Mul", self._float(summed), step), self._constant(f"{name}.scale", scale)
        )
        return self._op("Add", scaled, added)

    def _mean(self, flow: str) -> str:
        """The mean over a text's own pieces; what only fills its row does not count."""
        axis = self._wholes("one", [1])
        present = self._op("Unsqueeze", self._float("mask"), self._wholes("two", [2]))
        total = self._op("ReduceSum", self._op("Mul", flow, present), axis, keepdims=0)
        return self._op("Div", total, self._op("ReduceSum", present, axis, keepdims=0))

    def _op(self, sort: str, *takes: str, **attributes: Any) -> str:
        return self._ops(sort, 1, *takes, **attributes)[0]

    def _ops(self, sort: str, count: int, *takes: str, **attributes: Any) -> list[str]:
        gives = [f"{sort}.{len(self._nodes)}.{number}" for number in range(count)]
        self._nodes.append(self._onnx.helper.make_node(sort, takes, gives, **attributes))
        return gives

    def _cast(self, flow: str, sort: str) -> str:
        return self._op("Cast", flow, to=self._onnx.TensorProto.DataType.Value(sort))

    def _float(self, flow: str) -> str:
        return self._cast(flow, "FLOAT")

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        if name not in self._constants:
            self._constants[name] = self._onnx.numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def _number(self, name: str, value: float) -> str:
        return self._constant(name, np.array(value, np.float32))

    def _whole(self, name: str, value: int) -> str:
        return self._constant(name, np.array(value, np.int64))

    def _wholes(self, name: str, values: Sequence[int]) -> str:
        return self._constant(name, np.array(values, np.int64))


_NORM = ("weight", "bias")
