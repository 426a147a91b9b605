"""What trains each kind of model of `nlptool cloze train`, loaded when it is asked for."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from nlptool.errors import ConfigError

if TYPE_CHECKING:
    from nlptool.core.checkpoint import Checkpoint


def _network(model: str, threads: int, device: str, place: "Checkpoint") -> Callable[..., Any]:
    from nlptool.neural.runtime import prepare, silenced

    prepare(device=device, threads=threads)
    with silenced():
        from nlptool.cloze import attention_train
        from nlptool.cloze import train as lstm_train
        from nlptool.neural import checkpoint
        from nlptool.neural.objective import require_gpu
    if device == "gpu":
        require_gpu()
    kept = partial(
        checkpoint.Checkpoint, place.path, place.kind, seconds=place.seconds, resume=place.resume
    )
    module = attention_train if model == "attention" else lstm_train
    return partial(module.train, checkpoint=kept)


def _reader(threads: int, device: str, place: "Checkpoint") -> Callable[..., Any]:
    if device == "gpu":
        raise ConfigError("--device: gpu, but --model reader learns on the CPU")
    from nlptool.cloze.reader_train import train as trainer

    return partial(trainer, checkpoint=place)


TRAINERS: dict[str, Callable[[int, str, "Checkpoint"], Callable[..., Any]]] = {
    "attention": partial(_network, "attention"),
    "lstm": partial(_network, "lstm"),
    "reader": _reader,
}
"""Kind of model -> (threads, device, place of the checkpoint) -> what trains it, see
`train.train`; that is given no `checkpoint`, and with --corpus its lines as `corpus`."""
