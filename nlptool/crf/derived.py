"""Columns that are derived from the tokens: their names, and what their values are called.

    0                          the tokens themselves
    1, 2, ...                  further columns of the file
    type                       see character_types.py
    same1, same2               whether the next token, or the one after it, is the same
    NAME.begin .inside .end    lengths of words of a lexicon, see lexicon.py and tries.py
    NAME.begintype ...         the same with the types of the words, where it has types
    self.begin ...             as if the words of the training text were one, see own_words.py
    jieba.place .tag           where in its word a token is, if jieba cuts; its part of speech
    jieba.before .after        the parts of speech of the words before it and behind it
    NAME.charN                 of N clusters of word vectors that of the token, see clusters.py
    NAME.beginN .insideN       that of the longest word that begins here, that covers the token

How they are computed is in kernels_columns.py and, of jieba's words, in kernels_words.py.
"""

import re
from collections.abc import Sequence

from nlptool.core.jieba_parts import PARTS
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
from nlptool.crf.kernels_words import IN_WORD, PART, PART_BEFORE, PART_BEHIND
from nlptool.crf.lexicon import OWN, Lexicon

SIMPLE = ("type", "same1", "same2")
"""Derived columns that every model can have."""

WORDS = {
    "jieba.place": IN_WORD,
    "jieba.tag": PART,
    "jieba.before": PART_BEFORE,
    "jieba.after": PART_BEHIND,
}
"""Columns of jieba's words: name -> what it is, see kernels_words.py."""

ELSEWHERE = -1
"""What a column of `WORDS` is in `kernels_columns.View`: it is written by another kernel."""

_WORDS = {"begin": BEGIN, "inside": INSIDE, "end": END}
_TYPED = {f"{part}type": kind for part, kind in _WORDS.items()}
_VALUES = {"char": POINT, "begin": BEGIN_VALUE, "inside": INSIDE_VALUE}
_CLUSTER = re.compile("(char|begin|inside)([0-9]{1,7})")


def available(
    n_own: int,
    lexicons: Sequence[Lexicon] = (),
    clusters: Sequence[Clusters] = (),
    *,
    learning: bool = True,
    words: bool = False,
) -> tuple[str, ...]:
    """Return the names of all columns that a template may ask for.

    Args:
        n_own: how many columns the file has, that of the labels not counted.
        lexicons: what is there; their names and those of `clusters` are all different.
        clusters: what is there.
        learning: there will be the lexicon of the training text's own words, see own_words.py.
        words: there will be those of jieba.
    """
    names = [*map(str, range(n_own)), *SIMPLE, *(WORDS if words else ())]
    typed = {one.name: len(one.types) > 1 for one in lexicons}
    if learning:
        typed.setdefault(OWN, True)
    for name, has_types in typed.items():
        names += [f"{name}.{part}" for part in (*_WORDS, *(_TYPED if has_types else ()))]
    for one in clusters:
        names += [f"{one.name}.{part}" for part in _WORDS]
        names += [f"{one.name}.{part}{size}" for size in one.sizes for part in _VALUES]
    return tuple(names)


def own_columns(names: Sequence[str]) -> list[int]:
    """Return which of the file's columns are among some columns."""
    return [int(name) for name in names if name.isdigit()]


def asks_own(names: Sequence[str]) -> bool:
    """Tell whether some columns are of the training text's own words."""
    return any(name.rpartition(".")[0] == OWN for name in names)


def asks_words(names: Sequence[str]) -> bool:
    """Tell whether some columns are of jieba's words."""
    return not WORDS.keys().isdisjoint(names)


def used(
    names: Sequence[str], lexicons: Sequence[Lexicon], clusters: Sequence[Clusters]
) -> tuple[tuple[Lexicon, ...], tuple[Clusters, ...]]:
    """Return those lexicons and clusters that some columns are of."""
    of = {name.rpartition(".")[0] for name in names if name not in WORDS}
    return (
        tuple(lexicon for lexicon in lexicons if lexicon.name in of),
        tuple(
            one.only([size for size in one.sizes if _has_size(names, one.name, size)])
            for one in clusters
            if one.name in of
        ),
    )


def plan_of(
    name: str, lexicons: Sequence[Lexicon], clusters: Sequence[Clusters]
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
    if name in WORDS:
        return ELSEWHERE, WORDS[name], 0
    of, _, part = name.rpartition(".")
    for i, lexicon in enumerate(lexicons):
        if lexicon.name == of:
            return (_WORDS[part], i, 0) if part in _WORDS else (_TYPED[part], i, 1)
    row = place = 0
    for i, one in enumerate(clusters, len(lexicons)):
        if one.name == of:
            if part in _WORDS:
                return _WORDS[part], i, 0
            kind, size = _cluster(part)
            at = one.sizes.index(size)
            if kind == POINT:
                return kind, row + at, 0
            return kind, i, place + at * one.numbers.shape[1]
        row += len(one.sizes)
        place += one.numbers.size
    raise ValueError(f"no column {name!r}")


def values_of(
    name: str, lexicons: Sequence[Lexicon], clusters: Sequence[Clusters]
) -> Sequence[str]:
    """Return the names of the values of a derived column.

    Args:
        name: one of `available`.
        lexicons: of the model.
        clusters: of the model.
    """
    kind, which, typed = plan_of(name, lexicons, clusters)
    if kind == TYPE:
        return TYPES
    if kind == SAME:
        return "01"
    if kind == ELSEWHERE:
        if which == IN_WORD:
            return PLACES
        return PARTS if which == PART else ("-", *PARTS)
    if kind in (POINT, BEGIN_VALUE, INSIDE_VALUE):
        return ["-", *map(str, range(_cluster(name.rpartition(".")[2])[1]))]
    cap = [*(one.cap for one in lexicons), *(one.cap for one in clusters)][which]
    types = lexicons[which].types if typed else ("",)
    lengths = [f"{size}{type_}" for type_ in types for size in range(1, cap + 1)]
    if kind == INSIDE:
        return ["0", *(place + length for length in lengths for place in PLACES)]
    return ["0", *lengths]


def _cluster(part: str) -> tuple[int, int]:
    """Return what of a cluster a column is, and of how many there are."""
    found = _CLUSTER.fullmatch(part)
    if found is None:
        raise ValueError(f"no column {part!r}")
    return _VALUES[found[1]], int(found[2])


def _has_size(names: Sequence[str], of: str, size: int) -> bool:
    return any(f"{of}.{part}{size}" in names for part in _VALUES)
