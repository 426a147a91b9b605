"""The parts of a model file, each checked: what a stranger wrote is refused, not believed."""

from dataclasses import asdict, replace
from math import isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nlptool.core.store import Stored
from nlptool.errors import ConfigError, ModelError
from nlptool.neural.weights import taken
from nlptool.similarity.config import Config
from nlptool.similarity.config_judge import Judging
from nlptool.similarity.config_network import Learning
from nlptool.similarity.encoder import FIRST, Encoder
from nlptool.similarity.evidence import NAMES
from nlptool.similarity.judge import Judge
from nlptool.similarity.network import build as build_network
from nlptool.similarity.sif import Sif

_RISING = ("words", "grams")
_HIGHEST = 1e9  # of a number of a judge

T = TypeVar("T", Config, Learning, Judging)


def sif_of(stored: Stored, found: dict[str, Any]) -> Sif:
    """Return the weighted sums of a file, whose settings are given.

    Raises:
        ModelError: they do not make sense.
    """
    # A model from before there was `align` answers as it did.
    settings = {"align": 0.0} | found
    rare = settings.pop("rare", None)
    if not isinstance(rare, float) or not 0 <= rare < 1e3:
        raise ModelError(f"{stored.path}: rare {rare!r}, expected a number from 0 to 1000")
    config = _config(stored.path, settings, Config())
    words, grams = (stored.tensor(name, "int64", (None,)).view(np.uint64) for name in _RISING)
    for name, keys in zip(_RISING, (words, grams), strict=True):
        _check_rising(stored.path, name, keys)
    rows = stored.tensor("rows", "float32", (len(words), None))
    bits = stored.tensor("bits", "float32", (len(grams),))
    common = stored.tensor("common", "float32", (None, rows.shape[1]))
    return Sif(words, rows, grams, bits, rare, common, config)


def network_of(stored: Stored, settings: dict[str, Any], word_dim: int) -> Encoder:
    """Return the network of a file that is given words of so many numbers.

    Raises:
        ModelError: it does not make sense.
    """
    config = _config(stored.path, settings, Learning())
    characters = stored.tensor("characters", "int32", (None,))
    _check_rising(stored.path, "characters", characters)
    graph = build_network(config, len(characters) + FIRST, word_dim)
    return Encoder(config, characters, word_dim, taken(stored, graph))


def judge_of(stored: Stored, found: dict[str, Any]) -> Judge:
    """Return what weighs evidence on pairs.

    Raises:
        ModelError: it does not make sense, or weighs other evidence than there is.
    """
    settings = dict(found)
    curve = [settings.pop(name, None) for name in ("slope", "offset")]
    if not all(type(one) is float and isfinite(one) and abs(one) < _HIGHEST for one in curve):
        raise ModelError(f"{stored.path}: a curve of {curve!r}, expected two numbers")
    names = settings.pop("evidence", None)
    if names != list(NAMES):
        raise ModelError(
            f"{stored.path}: weighs evidence that this nlptool does not gather; train it anew"
        )
    config = _config(stored.path, settings, Judging())
    n, width, units = config.members, len(NAMES), config.units
    shapes = {
        "mean": (width,),
        "scale": (width,),
        "hidden": (n, width, units),
        "bias": (n, units),
        "out": (n, units),
        "direct": (n, width),
    }
    tensors = {
        name: stored.tensor(f"judge/{name}", "float32", shape) for name, shape in shapes.items()
    }
    if not all(np.abs(one).max() < _HIGHEST for one in tensors.values()):
        raise ModelError(f"{stored.path}: its judge has enormous weights, expected small ones")
    if tensors["scale"].min() < 1 / _HIGHEST:
        raise ModelError(f"{stored.path}: its judge has a spread of nothing, expected some")
    return Judge(**tensors, slope=float(curve[0] or 0), offset=float(curve[1] or 0), config=config)


def _check_rising(where: str, name: str, keys: NDArray[Any]) -> None:
    if np.any(keys[1:] <= keys[:-1]):
        raise ModelError(f"{where}: its {name} do not rise, expected each once, in order")


def _config(where: str, settings: dict[str, Any], defaults: T) -> T:
    for name, value in settings.items():
        default = getattr(defaults, name, value)
        optional = name == "scale" and (value is None or type(value) is float)
        if name not in asdict(defaults) or not (optional or type(value) is type(default)):
            raise ModelError(f"{where}: setting {name!r} is {value!r}, which this kind has not")
    try:
        return replace(defaults, **settings)
    except ConfigError as error:
        raise ModelError(f"{where}: {error}") from None
