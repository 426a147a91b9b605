"""Columns that are derived from the tokens: their names, and what their values are called.

    0                          the tokens themselves
    1, 2, ...                  further columns of the file
    type                       see character_types.py
    same1, same2               whether the next token, or the one after it, is the same
    NAME.begin .inside .end    words of a lexicon, see lexicon.py and tries.py
    charN beginN insideN       clusters of word vectors, see clusters.py

How they are computed is in kernels_columns.py.
"""

import re
from collections.abc import Sequence

from nlptool.crf.character_types import TYPES
from nlptool.crf.clusters import Clusters
from nlptool.crf.kernels_columns import (
    BEGIN,
    BEGIN_VALUE,
    END,
    INSIDE,
    INSIDE_VALUE,
    PLACES,
    POINT,
    SAME,
    TOKENS,
    TYPE,
)
from nlptool.crf.lexicon import Lexicon

SIMPLE = ("type", "same1", "same2")
"""Derived columns that every model can have."""

_WORDS = {"begin": BEGIN, "inside": INSIDE, "end": END}
_CLUSTER = re.compile("(char|begin|inside)([0-9]+)")


def available(
    n_own: int, lexicons: Sequence[Lexicon] = (), clusters: Clusters | None = None
) -> tuple[str, ...]:
    """Return the names of all columns that a template may ask for.

    Args:
        n_own: how many columns the file has, that of the labels not counted.
        lexicons: what is there.
        clusters: the same.
    """
    names = [*map(str, range(n_own)), *SIMPLE]
    of = [lexicon.name for lexicon in lexicons]
    if clusters is not None:
        of.append(clusters.name)
        names += [f"{what}{n}" for n in clusters.sizes for what in ("char", "begin", "inside")]
    return (*names, *(f"{name}.{part}" for name in of for part in _WORDS))


def own_columns(names: Sequence[str]) -> list[int]:
    """Return which of the file's columns are among some columns."""
    return [int(name) for name in names if name.isdigit()]


def plan_of(
    name: str, lexicons: Sequence[Lexicon], clusters: Clusters | None
) -> tuple[int, int, int]:
    """Return what a column is, as `kernels_columns.View` has it.

    Args:
        name: one of `available`.
        lexicons: of the model.
        clusters: of the model.

    Raises:
        ValueError: there is no such column.
    """
    if name.isdigit():
        return TOKENS, int(name), 0
    if name == "type":
        return TYPE, 0, 0
    if name in SIMPLE:
        return SAME, int(name[4:]), 0
    of, _, part = name.rpartition(".")
    for i, lexicon in enumerate(lexicons):
        if lexicon.name == of:
            return _WORDS[part], i, 1
    if clusters is None:
        raise ValueError(f"no column {name!r}")
    if of:
        return _WORDS[part], len(lexicons), 0
    what, size = _cluster(name)
    row = clusters.sizes.index(size)
    if what == "char":
        return POINT, row, 0
    kind = BEGIN_VALUE if what == "begin" else INSIDE_VALUE
    return kind, len(lexicons), row * clusters.numbers.shape[1]


def values_of(name: str, lexicons: Sequence[Lexicon], clusters: Clusters | None) -> Sequence[str]:
    """Return the names of the values of a derived column.

    Args:
        name: one of `available`.
        lexicons: of the model.
        clusters: of the model.
    """
    kind, which, _ = plan_of(name, lexicons, clusters)
    if kind == TYPE:
        return TYPES
    if kind == SAME:
        return "01"
    if kind in (POINT, BEGIN_VALUE, INSIDE_VALUE):
        return ["-", *map(str, range(_cluster(name)[1]))]
    cap = 1
    types: tuple[str, ...] = ("",)
    if which < len(lexicons):
        cap, types = lexicons[which].cap, lexicons[which].types
    elif clusters is not None:
        cap = clusters.cap
    lengths = [f"{size}{type_}" for type_ in types for size in range(1, cap + 1)]
    if kind == INSIDE:
        return ["0", *(place + length for length in lengths for place in PLACES)]
    return ["0", *lengths]


def _cluster(name: str) -> tuple[str, int]:
    """Return what of a cluster a column is, and of how many."""
    found = _CLUSTER.fullmatch(name)
    if found is None:
        raise ValueError(f"no column {name!r}")
    return found[1], int(found[2])
