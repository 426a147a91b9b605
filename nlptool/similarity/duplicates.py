"""Near duplicates: sentences whose vectors are nearly the same as an earlier one's."""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.report import Progress, Report, silent
from nlptool.core.vectors import FloatArray

Int64 = NDArray[np.int64]

_ROWS = 1024


def leaders(vectors: FloatArray, threshold: float, report: Report = silent) -> Int64:
    """Return for each sentence the earlier one that it repeats; itself where there is none.

    In their order, each sentence is compared with those that repeat no other, and goes to the
    nearest of them if their cosine is at least the threshold. So every duplicate is near the
    one that stands for it: no chain leads from one sentence to another that is far away.

    Args:
        vectors: of unit length, or zeros, which repeat nothing; shape (n, dim).
        threshold: more than 0.
        report: is told of progress.

    Returns:
        Shape (n,), each at most its own place.

    Source:
        Leader clustering (Hartigan 1975). Slow form: tests/naive_similarity.py.
    """
    n = len(vectors)
    first = np.arange(n)
    chosen = np.empty((0, vectors.shape[1]), np.float32)
    places = np.empty(0, np.int64)
    for low in range(0, n, _ROWS):
        rows = np.ascontiguousarray(vectors[low : low + _ROWS])
        nearest = np.full(len(rows), -np.inf, np.float32)
        for begin in range(0, len(chosen), 8 * _ROWS):
            products = rows @ chosen[begin : begin + 8 * _ROWS].T
            best = products.argmax(axis=1)
            value = products[np.arange(len(rows)), best]
            better = value > nearest
            nearest[better] = value[better]
            first[low : low + len(rows)][better] = places[begin + best[better]]
        own = rows @ rows.T
        new = []
        for i in range(len(rows)):
            if nearest[i] < threshold:
                first[low + i] = low + i
                new.append(i)
                closer = np.flatnonzero(own[i, i + 1 :] > nearest[i + 1 :]) + i + 1
                nearest[closer] = own[i, closer]
                first[low + closer] = low + i
        chosen = np.concatenate([chosen, rows[new]])
        places = np.concatenate([places, low + np.array(new, np.int64)])
        report(Progress("comparing", low + len(rows), n, "sentences"))
    return first
