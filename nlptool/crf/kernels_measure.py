"""How many spans are right, while a model is trained: one numba loop over labels.

Measuring a model that is done, with all that one wants to know, is scores.py and entities.py.
Slow form: `tags.spans_of`.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit
from nlptool.crf.kernels_text import FIRST, LAST, ONLY, OUTSIDE

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def count_spans(
    found: Int32, gold: Int32, ends: Int64, places: Int64, kinds: Int64
) -> tuple[int, int, int]:
    """Count the spans of two labellings, and those that are in both.

    Args:
        found: a label for each token.
        gold: the same.
        ends: where each sentence ends; shape (n_sentences,).
        places: what each label says of the place, see kernels_text.py.
        kinds: the number of each label's type.
    """
    counts = np.zeros(3, np.int64)
    begins = np.empty(2, np.int64)
    stops = np.empty(2, np.bool_)
    begin = 0
    for sentence in range(len(ends)):
        end = ends[sentence]
        begins[:] = -1
        for token in range(begin, end):
            for which in range(2):
                labels = found if which == 0 else gold
                label = labels[token]
                place = places[label]
                if place == OUTSIDE:
                    begins[which] = -1
                    stops[which] = False
                    continue
                if (
                    begins[which] < 0
                    or place in (FIRST, ONLY)
                    or kinds[labels[token - 1]] != kinds[label]
                    or places[labels[token - 1]] >= LAST
                ):
                    begins[which] = token
                    counts[which] += 1
                stops[which] = token + 1 == end
                if not stops[which]:
                    then = labels[token + 1]
                    stops[which] = (
                        place >= LAST
                        or places[then] == OUTSIDE
                        or places[then] == FIRST
                        or places[then] == ONLY
                        or kinds[then] != kinds[label]
                    )
            if (
                stops[0]
                and stops[1]
                and begins[0] == begins[1]
                and kinds[found[token]] == kinds[gold[token]]
            ):
                counts[2] += 1
        begin = end
    return counts[0], counts[1], counts[2]
