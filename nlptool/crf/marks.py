"""What labels say of the place in a span, as kernels_text.py takes it."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlptool.crf.kernels_text import FIRST, LAST, ONLY, OUTSIDE, WITHIN
from nlptool.crf.tags import OUTSIDE as NO_SPAN
from nlptool.crf.tags import span_scheme, split_label

PLACES = {"B": FIRST, "I": WITHIN, "E": LAST, "S": ONLY, "O": OUTSIDE, "": ONLY}


class Marks(NamedTuple):
    """What labels say of the place.

    Args:
        places: of each label, see kernels_text.py; shape (n_labels,).
        kinds: the number of each label's type; shape (n_labels,).
        names: the types in UTF-8, one after the other.
        begins: where each type begins in `names`; shape (n_types + 1,).
    """

    places: NDArray[np.int64]
    kinds: NDArray[np.int64]
    names: NDArray[np.uint8]
    begins: NDArray[np.int64]


def marks_of(labels: Sequence[str]) -> Marks:
    """Return what labels say of the place; tags, such as parts of speech, are spans of one token.

    Args:
        labels: all that there are; "" is that of a token of which nothing is known.
    """
    are_tags = span_scheme(labels) == "none"
    parts = [
        ("", label) if are_tags and label not in ("", NO_SPAN) else split_label(label)
        for label in labels
    ]
    kinds = list(dict.fromkeys(kind for _, kind in parts))
    spelled = [kind.encode() for kind in kinds]
    return Marks(
        np.array([PLACES[prefix] for prefix, _ in parts], np.int64),
        np.array([kinds.index(kind) for _, kind in parts], np.int64),
        np.frombuffer(b"".join(spelled), np.uint8),
        np.cumsum([0, *map(len, spelled)], dtype=np.int64),
    )
