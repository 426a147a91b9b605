"""How far a training by prediction is, in memory and in a checkpoint.

The file around a checkpoint is in `checkpoint.py`, what changes a state in `sgd.py`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.errors import ModelError

FloatArray = npt.NDArray[np.float32]


@dataclass
class State:
    """A training at a point from which it can go on.

    Args:
        vectors: of context words (skip-gram, CBOW); float32, shape (V, dim).
        contexts: of predicted words; shaped like vectors; None for tied weights.
        bias: of predicted words; float32, shape (V,); None if there is none.
        epoch: epochs completed.
        place: ids of the current epoch that are done, sentence ends included.
        words: words done in all epochs.
        loss_sum: of the current epoch so far, in nats.
        n_predictions: of the current epoch so far.
        history: for each epoch completed {"epoch", "loss", "held_out"}, in nats a
            prediction; None where nothing was predicted or held out.
    """

    vectors: FloatArray
    contexts: FloatArray | None = None
    bias: FloatArray | None = None
    epoch: int = 0
    place: int = 0
    words: int = 0
    loss_sum: float = 0.0
    n_predictions: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)

    def tensors(self) -> dict[str, FloatArray]:
        """Return the arrays by name; views, not copies."""
        named = {"vectors": self.vectors, "contexts": self.contexts, "bias": self.bias}
        return {name: array for name, array in named.items() if array is not None}

    def position(self) -> dict[str, Any]:
        """Return everything else, as JSON can write it."""
        names = ("epoch", "place", "words", "loss_sum", "n_predictions", "history")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def restored(cls, tensors: dict[str, FloatArray], position: dict[str, Any]) -> "State":
        """Return the state that `tensors` and `position` were taken from.

        Raises:
            ModelError: they make no sense.
        """
        kinds = {"epoch": int, "place": int, "words": int, "loss_sum": float}
        kinds |= {"n_predictions": int, "history": list}
        vectors = tensors.get("vectors")
        sensible = (
            vectors is not None
            and vectors.ndim == 2
            and tensors.get("contexts", vectors).shape == vectors.shape
            and tensors.get("bias", vectors[:, 0]).shape == vectors.shape[:1]
            and all(array.dtype == np.float32 for array in tensors.values())
            and {name: type(value) for name, value in position.items()} == kinds
            and all(position[name] >= 0 for name, kind in kinds.items() if kind is int)
        )
        if vectors is None or not sensible:
            raise ModelError("checkpoint: its parts make no sense; it is damaged")
        return cls(vectors, tensors.get("contexts"), tensors.get("bias"), **position)
