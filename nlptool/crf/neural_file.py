"""The network of a tagger out of a model file, checked like a stranger's."""

from dataclasses import asdict, fields, replace

import numpy as np

from nlptool.core.store import Stored
from nlptool.crf.features import Features
from nlptool.crf.neural_config import Neural
from nlptool.crf.neural_inputs import n_marks_of
from nlptool.crf.neural_scores import MOST_WIDTH, Deep
from nlptool.crf.neural_vectors import KINDS, LONGEST, Table
from nlptool.errors import ConfigError, ModelError
from nlptool.neural import weights as learned

_LARGEST = 1e6


def deep_from(stored: Stored, given: object, features: Features, n_labels: int) -> Deep:
    """Return the network that a model file holds.

    Args:
        stored: the file.
        given: what `Deep.settings` gave, somewhere in the file's config.
        features: of the same file.
        n_labels: how many labels it has.

    Raises:
        ModelError: the file cannot be what was written.
    """
    where = stored.path
    if not isinstance(given, dict) or set(given) != {
        "settings", "n_ids", "linear", "kinds", "longest",
    }:  # fmt: skip
        raise ModelError(
            f"{where}: the settings of its network are not those of one; it is damaged"
        )
    config = _config(where, given["settings"])
    n_ids, linear = given["n_ids"], given["linear"]
    most = len(features.columns.tokens[0]) + 2
    if type(n_ids) is not int or not 2 <= n_ids <= most or type(linear) is not bool:
        raise ModelError(f"{where}: {n_ids!r} ids of characters, expected 2 to {most}")
    tables = _tables(stored, given["kinds"], given["longest"])
    try:
        n_marks = n_marks_of(features.columns) if config.columns else 0
        deep = Deep(config, n_ids, n_labels, n_marks, linear, tables, {})
        weights = learned.taken(stored, deep.graph)
    except ValueError as error:
        raise ModelError(f"{where}: {error}; it is damaged") from None
    return replace(deep, weights=weights)


def _config(where: str, given: object) -> Neural:
    defaults = asdict(Neural().settled(many=True))
    if isinstance(given, dict):
        # Of files that were written when networks saw characters only.
        given = {"columns": 0, **given}
    if not isinstance(given, dict) or set(given) != {field.name for field in fields(Neural)}:
        raise ModelError(
            f"{where}: the settings of its network are not those of one; it is damaged"
        )
    for name, value in given.items():
        fits = type(value) is type(defaults[name])
        if not fits and not (type(defaults[name]) is float and type(value) is int):
            raise ModelError(f"{where}: setting {name} is {value!r}; the file is damaged")
    try:
        return Neural(**given)
    except ConfigError as error:
        raise ModelError(f"{where}: {error}") from None


def _tables(stored: Stored, kinds: object, longest: object) -> tuple[Table, ...]:
    where = stored.path
    if (
        not isinstance(kinds, list)
        or not isinstance(longest, list)
        or len(kinds) != len(longest)
        or any(kind not in KINDS for kind in kinds)
        or any(type(length) is not int or not 1 <= length <= LONGEST for length in longest)
    ):
        raise ModelError(f"{where}: vectors of {kinds!r}, expected some of {', '.join(KINDS)}")
    found = []
    for i, (kind, length) in enumerate(zip(kinds, longest, strict=True)):
        keys = stored.tensor(f"vectors.{i}.keys", "int64", (None,)).view(np.uint64)
        if not len(keys) or np.any(keys[1:] <= keys[:-1]):
            raise ModelError(f"{where}: its vectors {i} are not in order; it is damaged")
        cells = stored.tensor(f"vectors.{i}.cells", "uint8", (len(keys), None))
        scales = stored.tensor(f"vectors.{i}.scales", "float32", (len(keys),))
        if not np.all((scales >= 0) & (scales <= _LARGEST)):
            raise ModelError(f"{where}: its vectors {i} are too large; it is damaged")
        if kind == "pairs" and length < 2:
            raise ModelError(f"{where}: pairs of one character; it is damaged")
        found.append(Table(kind, length, keys, cells, scales))
    if sum(table.width for table in found) > MOST_WIDTH:
        raise ModelError(f"{where}: vectors of more than {MOST_WIDTH:,} numbers; it is damaged")
    return tuple(found)
