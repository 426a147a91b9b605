"""What a network has learned, as arrays by name: drawn, written and taken back.

The arrays know nothing of Keras or of a backend, so what was trained with one of them goes on
or answers with another.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.core.store import Stored
from nlptool.neural.graph import Graph

Floats = npt.NDArray[np.float32]
Weights = dict[str, Floats]

PREFIX = "network/"
"""How the names of the tensors begin in a model file."""


def drawn(graph: Graph, seed: int, given: Mapping[str, Floats] | None = None) -> Weights:
    """Draw the weights that a training starts from; the same on every backend.

    Kernels are uniform within sqrt(6 / (inputs + outputs)) (Glorot and Bengio, 2010),
    recurrent ones orthogonal (Saxe et al., 2014); an LSTM begins by remembering.

    Args:
        graph: the network.
        seed: of the drawing.
        given: weights that are not drawn, as "words.fixed" from word vectors.

    Raises:
        ValueError: a given weight has another shape, or there is no such weight.
    """
    given = dict(given or {})
    found: Weights = {}
    for number, (name, shape) in enumerate(graph.shapes.items()):
        rng = np.random.default_rng((seed, number))
        array = given.pop(name, None)
        if array is None:
            array = _drawn(rng, name.rpartition(".")[2], shape)
        if array.shape != shape:
            raise ValueError(f"weight {name!r}: given {array.shape}, expected {shape}")
        found[name] = np.ascontiguousarray(array, np.float32)
    if given:
        raise ValueError(f"weight {next(iter(given))!r}: the network has none of that name")
    return found


def _drawn(rng: np.random.Generator, role: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    side, _, part = role.rpartition("_")
    if role in ("tuned", "fixed"):
        return rng.uniform(-0.05, 0.05, shape)
    if part == "recurrent":
        square, _ = np.linalg.qr(rng.normal(size=(shape[1], shape[0])))
        return np.asarray(square.T)
    if part == "bias":
        bias = np.zeros(shape)
        if side and len(shape) == 1:  # an LSTM's, whose second quarter is the forget gate
            bias[shape[0] // 4 : shape[0] // 2] = 1
        return bias
    if role == "gain":
        return np.ones(shape)
    if role in ("transitions", "first", "last"):
        return np.zeros(shape)
    fan_in, fan_out = int(np.prod(shape[:-1])), shape[-1] * int(np.prod(shape[:-2]))
    bound = sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, shape)


def stored(weights: Weights) -> Weights:
    """Return the weights under the names that they have in a model file."""
    return {PREFIX + name: array for name, array in weights.items()}


def taken(file: Stored, graph: Graph) -> Weights:
    """Return a network's weights from a model file, checked.

    Args:
        file: the opened model.
        graph: the network that its settings describe.

    Raises:
        ModelError: a weight is missing, has another shape, or is not finite.
    """
    return {
        name: file.tensor(PREFIX + name, "float32", shape) for name, shape in graph.shapes.items()
    }
