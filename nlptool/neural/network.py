"""build(graph, weights) -> the network in Keras, and its weights back as arrays."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from nlptool.neural.graph import Graph
from nlptool.neural.kinds import sides
from nlptool.neural.layers import LAYERS, Context, Value
from nlptool.neural.weights import Weights

_CELLS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
_ORDER = ("kernel", "recurrent", "bias")


class Network(keras.layers.Layer):  # type: ignore[misc]  # keras is untyped
    """A network whose blocks run in the order of its graph.

    Args:
        graph: what it is made of.
        weights: all that `graph.shapes` asks for.
        seed: of what is dropped in training.
        short: whether training multiplies matrices in bfloat16.
    """

    def __init__(
        self, graph: Graph, weights: Weights, *, seed: int = 0, short: bool = False
    ) -> None:
        super().__init__(name="network")
        self.graph = graph
        self.short = short
        self.seeds = keras.random.SeedGenerator(seed)
        self.cells: dict[str, Any] = {}
        self.parts: dict[str, Any] = {}
        for block in graph.blocks:
            if block.kind in _CELLS and not block.like:
                self._add_cells(
                    block.name, block.kind, block.settings, graph.widths[block.inputs[0]]
                )
        for name, shape in graph.shapes.items():
            if name not in self.parts:
                # Frozen vectors are an attribute of the network and no business of a trainer.
                frozen = name.endswith(".fixed")
                self.parts[name] = self.add_weight(
                    shape=shape, name=name.replace(".", "_"), trainable=not frozen
                )
        self.built = True
        self.put(weights)

    def _add_cells(self, name: str, kind: str, settings: Mapping[str, Any], width: int) -> None:
        for side in sides(settings):
            cell = _CELLS[kind](
                settings["units"], return_sequences=True, go_backwards=side == "backward"
            )
            cell.build((None, None, width))
            self.cells[f"{name}.{side}"] = cell
            for part, variable in zip(_ORDER, cell.cell.trainable_variables, strict=True):
                self.parts[f"{name}.{side}_{part}"] = variable

    def call(self, batch: Mapping[str, Any], *, training: bool = False) -> dict[str, Value]:
        """Return the value of every block, by name.

        Args:
            batch: what the network is given: ids, numbers, perhaps what to mix.
            training: whether to drop and mix.
        """
        context = Context(batch, training, self.seeds, self.cells, self.short and training)
        values: dict[str, Value] = {}
        for block in self.graph.blocks:
            inputs = [values[name] for name in block.inputs]
            values[block.name] = LAYERS[block.kind](
                block, self.of(block.like or block.name), inputs, context
            )
        return values

    def of(self, block: str) -> dict[str, Any]:
        """Return a block's weights, by name."""
        return {
            name.partition(".")[2]: variable
            for name, variable in self.parts.items()
            if name.partition(".")[0] == block
        }

    def put(self, weights: Weights) -> None:
        """Set all weights."""
        for name, variable in self.parts.items():
            variable.assign(weights[name])

    def get(self) -> Weights:
        """Return all weights as arrays of their own, in the order of the graph."""
        return {
            name: np.array(keras.ops.convert_to_numpy(self.parts[name]), np.float32)
            for name in self.graph.shapes
        }
