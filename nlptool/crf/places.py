"""Labels with one for each place in a span: first, within, last, only.

Where a scheme has fewer (`bio` does not say where a span ends), a label is split in several
that have its scores. Paths of these and legal paths of the labels themselves are one to one,
and a path of these says what the spans are without looking ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.tags import legal, split_label

Int64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

NONE = -1


@dataclass(frozen=True, eq=False)
class Places:
    """The labels that tell the place.

    Args:
        sources: the label of the model that each stands for; shape (n_places,).
        types: type of span -> those for the first, within, the last, the only token of it;
            `NONE` where there is none.
        start: whether a sentence may begin with it; shape (n_places,).
        pairs: whether the second may follow the first; shape (n_places, n_places).
        end: whether a sentence may end with it; shape (n_places,).
    """

    sources: Int64
    types: dict[str, tuple[int, int, int, int]]
    start: Bool
    pairs: Bool
    end: Bool


def places_of(labels: Sequence[str], scheme: str) -> Places:
    """Return the labels of a model, split so that they tell the place.

    Args:
        labels: all different; shape (n_labels,).
        scheme: see `tags.SCHEMES`; a plain label is the only token of a span of its own type.
    """
    if scheme == "none":
        start, pairs, end = legal(labels, scheme)
        types = {label: (NONE, NONE, NONE, which) for which, label in enumerate(labels)}
        return Places(np.arange(len(labels)), types, start, pairs, end)
    found = {split_label(label): which for which, label in enumerate(labels)}
    kinds = list(dict.fromkeys(kind for prefix, kind in found if prefix in "BIES" and prefix))
    sources: list[int] = []
    names: list[str] = []
    places: dict[str, tuple[int, int, int, int]] = {}

    def add(name: str, which: int | None) -> int:
        if which is None:
            return NONE
        names.append(name)
        sources.append(which)
        return len(sources) - 1

    for (prefix, _), which in found.items():
        if prefix not in ("B", "I", "E", "S"):
            add(labels[which] if prefix != "O" else "O", which)
    for kind in kinds:
        first, within, last, only = (found.get((prefix, kind)) for prefix in "BIES")
        if scheme == "bio":
            # Without B it is I that begins; without I all spans are of one token.
            first = within if first is None else first
            last, only = within, first
            if within is None:
                first = None
        elif first is None and last is not None:
            # The same where spans have an end of their own.
            first = within
        of_kind = f"-{kind}" if kind else ""
        places[kind] = (
            add(f"B{of_kind}", first),
            add(f"I{of_kind}", within),
            add(f"E{of_kind}", last),
            add(f"S{of_kind}", only),
        )
    start, pairs, end = legal(names, "bioes")
    for kind in kinds:
        # Without B nothing tells two spans of a type side by side from one that is longer.
        if scheme == "bio" and ("B", kind) not in found:
            begin, _, stop, alone = places[kind]
            pairs[np.ix_([stop, alone], [begin, alone])] = False
    return Places(np.array(sources, np.int64), places, start, pairs, end)
