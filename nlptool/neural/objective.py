"""A network together with its loss, as Keras trains it; and as Keras answers."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from nlptool.errors import ConfigError
from nlptool.neural.config import Fitting
from nlptool.neural.layers import Value
from nlptool.neural.network import Network

Tensor = Any
Batch = Mapping[str, np.ndarray[Any, Any]]
Ask = Callable[[Batch], dict[str, np.ndarray[Any, Any]]]
Loss = Callable[[Mapping[str, Value], Mapping[str, Tensor], Mapping[str, Tensor]], Tensor]
"""(values of the blocks, the batch, all weights by name) -> losses; shape (batch,) or (1,)."""


class Objective(keras.Model):  # type: ignore[misc]  # keras is untyped
    """What is made small: its value for a batch is the mean of the batch's losses.

    Args:
        network: what is trained.
        loss: see `Loss`.
        heads: what is learned beside the network and not part of it, by name.
    """

    def __init__(
        self, network: Network, loss: Loss, heads: Mapping[str, np.ndarray[Any, Any]]
    ) -> None:
        super().__init__(name="objective")
        self.network = network
        self.heads = {
            name: self.add_weight(shape=array.shape, name=f"head_{name}")
            for name, array in heads.items()
        }
        for name, array in heads.items():
            self.heads[name].assign(array)
        self._loss_of = loss
        self.built = True

    def call(self, batch: Mapping[str, Tensor], *, training: bool = False) -> Tensor:
        """Return the mean loss; shape (1,)."""
        values = self.network(batch, training=training)
        losses = self._loss_of(values, batch, {**self.network.parts, **self.heads})
        return ops.reshape(ops.mean(losses), (1,))

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        *,
        training: bool = True,
    ) -> Tensor:
        """Return what `call` returned: here Keras asks what to make small."""
        return ops.mean(y_pred)


class _Asked(keras.Model):  # type: ignore[misc]  # keras is untyped
    """The network's outputs alone."""

    def __init__(self, network: Network) -> None:
        super().__init__(name="asked")
        self.network = network
        self.built = True

    def call(self, batch: Mapping[str, Tensor], *, training: bool = False) -> dict[str, Tensor]:
        values = self.network(batch, training=False)
        return {name: values[name].array for name in self.network.graph.outputs}


def asker(network: Network) -> Ask:
    """Return what answers as `forward.answer` does, from the network as it is being trained.

    What a crf block among the outputs has learned comes with its scores, as "NAME.transitions",
    "NAME.first" and "NAME.last": without that nobody could tell the best tags.
    """
    asked = _Asked(network)
    asked.compile(jit_compile=_compiled())
    kinds = {block.name: block.kind for block in network.graph.blocks}
    chained = [
        name
        for name in network.graph.shapes
        if name.partition(".")[0] in network.graph.outputs
        and kinds[name.partition(".")[0]] == "crf"
    ]

    def ask(batch: Batch) -> dict[str, np.ndarray[Any, Any]]:
        found = asked.predict_on_batch(dict(batch))
        found |= {name: ops.convert_to_numpy(network.parts[name]) for name in chained}
        return {name: np.asarray(array) for name, array in found.items()}

    return ask


def ready(objective: Objective, config: Fitting, n_steps: int) -> None:
    """Give an objective its optimizer.

    Args:
        objective: what is made small.
        config: the settings.
        n_steps: of the whole run.
    """
    average = min(config.average, 1 - 10 / max(n_steps, 11))
    optimizer = keras.optimizers.AdamW(
        config.rate,
        weight_decay=config.shrink,
        global_clipnorm=config.clip or None,
        use_ema=config.average > 0,
        ema_momentum=average,
    )
    if config.shrink:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gain", "tuned"])
    objective.compile(optimizer=optimizer, jit_compile=_compiled())
    optimizer.build(objective.trainable_variables)


def _compiled() -> bool:
    # On a CPU TensorFlow's own kernels are faster than XLA's; the others need what they need.
    return bool(keras.backend.backend() == "jax")


def averaged(objective: Objective) -> list[np.ndarray[Any, Any]] | None:
    """Put the averaged weights in place; return the others, or None where nothing is averaged."""
    if not objective.optimizer.use_ema:
        return None
    variables = objective.trainable_variables
    kept = [np.array(ops.convert_to_numpy(variable)) for variable in variables]
    objective.optimizer.finalize_variable_values(variables)
    # Memory of their own: JAX would give away the averages' with that of the weights.
    for variable in variables:
        variable.assign(np.array(ops.convert_to_numpy(variable)))
    return kept


def put_back(objective: Objective, kept: list[np.ndarray[Any, Any]] | None) -> None:
    """Undo `averaged`."""
    if kept is not None:
        for variable, array in zip(objective.trainable_variables, kept, strict=True):
            variable.assign(array)


def saved(objective: Objective) -> dict[str, np.ndarray[Any, Any]]:
    """Return every variable that training changes, by name."""
    found = {}
    for name, variable in _variables(objective).items():
        array = np.array(ops.convert_to_numpy(variable))
        # A model file knows few types.
        found[name] = array if array.dtype == np.float32 else array.astype(np.int64)
    return found


def restore(objective: Objective, arrays: Mapping[str, np.ndarray[Any, Any]]) -> bool:
    """Set every variable as `saved` returned it; False if these are another objective's."""
    variables = _variables(objective)
    shapes = {name: tuple(variable.shape) for name, variable in variables.items()}
    if shapes != {name: array.shape for name, array in arrays.items()}:
        return False
    for name, variable in variables.items():
        variable.assign(arrays[name].astype(variable.dtype))
    return True


def _variables(objective: Objective) -> dict[str, Any]:
    network = objective.network
    fixed = {id(variable) for variable in network.parts.values() if not variable.trainable}
    found = {
        f"network/{name}": part for name, part in network.parts.items() if id(part) not in fixed
    }
    found |= {f"head/{name}": head for name, head in objective.heads.items()}
    found["seeds"] = network.seeds.state
    for number, variable in enumerate(objective.optimizer.variables):
        found[f"optimizer/{number}"] = variable
    return found


def require_gpu() -> None:
    """Insist on a GPU.

    Raises:
        ConfigError: the backend sees none.
    """
    # Every backend puts a new array on the GPU, if it can use one.
    device = str(ops.convert_to_tensor([0.0]).device).lower()
    if "gpu" not in device and "cuda" not in device:
        backend = keras.backend.backend()
        raise ConfigError(f"--device: gpu, but {backend} sees none here; use cpu or auto")
