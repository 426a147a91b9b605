"""How far a fitting is, in memory and in a checkpoint: all that an unbroken run would have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from nlptool.errors import ModelError

Array = npt.NDArray[Any]
Arrays = dict[str, Array]

_KINDS = {
    "epoch": int,
    "step": int,
    "loss_sum": float,
    "history": list,
    "best": float,
    "since": int,
}


@dataclass
class State:
    """A fitting at a point from which it can go on.

    Args:
        variables: the network, what is learned beside it, the optimizer and the random
            numbers, as they were; their names are the business of `fit.py`.
        kept: the weights that were measured best so far; empty before a measure.
        epoch: epochs completed.
        step: batches of the current epoch that are done.
        loss_sum: of those, in nats.
        history: a row for each epoch completed.
        best: the best measure so far; -inf is written as -1e308.
        since: epochs since then.
    """

    variables: Arrays = field(default_factory=dict)
    kept: Arrays = field(default_factory=dict)
    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    best: float = -1e308
    since: int = 0

    def tensors(self) -> Arrays:
        """Return the arrays by name; views, not copies."""
        found = {f"now/{name}": array for name, array in self.variables.items()}
        return found | {f"best/{name}": array for name, array in self.kept.items()}

    def position(self) -> dict[str, Any]:
        """Return everything else, as JSON can write it."""
        return {name: getattr(self, name) for name in _KINDS}

    @classmethod
    def restored(cls, tensors: Mapping[str, Array], position: Mapping[str, Any]) -> "State":
        """Return the state that `tensors` and `position` were taken from.

        Raises:
            ModelError: they make no sense.
        """
        found: dict[str, Arrays] = {"now": {}, "best": {}}
        sensible = {name: type(value) for name, value in position.items()} == _KINDS
        sensible = sensible and all(position[name] >= 0 for name in ("epoch", "step", "since"))
        sensible = sensible and all(isinstance(row, dict) for row in position["history"])
        for name, array in tensors.items():
            part, _, rest = name.partition("/")
            if part not in found or not sensible:
                sensible = False
                break
            found[part][rest] = np.array(array)
        if not sensible or not found["now"]:
            raise ModelError("checkpoint: its parts make no sense; it is damaged")
        return cls(found["now"], found["best"], **position)
