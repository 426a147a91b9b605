"""The k best of many rows for many queries, with a steady order and in bounded memory.

What a score is, the caller says; see `vectors.py`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

# Scores held at once: small enough to stay near a core, large enough for BLAS.
_CELLS = 1 << 21
_ROWS = 1 << 16
_QUERIES = 1024


class Nearest(NamedTuple):
    """The best rows for each query, best first; equal scores in the order of their ids.

    Args:
        ids: shape (n_queries, k); -1 where there are fewer than k rows to choose from.
        scores: shape (n_queries, k); minus infinity where the id is -1.
    """

    ids: IntArray
    scores: FloatArray


def in_batches(search: Callable[[int, int], Nearest], n_queries: int, k: int) -> Nearest:
    """Return what `search(low, high)` finds for all queries, some of them at a time."""
    parts = [search(i, min(i + _QUERIES, n_queries)) for i in range(0, n_queries, _QUERIES)]
    if not parts:
        return Nearest(np.empty((0, k), np.int64), np.empty((0, k), np.float32))
    return Nearest(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def find_best(
    score: Callable[[int, int], FloatArray], exclude: Sequence[Sequence[int]], n_rows: int, k: int
) -> Nearest:
    """Return the k rows with the best scores for each query.

    Rows are looked at in blocks that double in length. Whoever does not beat the k-th best
    so far is out by one comparison, so that only some k rows per block are sorted.

    Args:
        score: gives the scores of the rows from a first to before a last, for all queries;
            shape (n_queries, last - first), changed here. NaN is never found.
        exclude: for each query, the rows that are no answer.
        n_rows: how many rows there are.
        k: how many to return.

    Source:
        Slow form: tests/naive_vectors.py.
    """
    n_queries, k = len(exclude), max(k, 0)
    pairs = [(query, row) for query, rows in enumerate(exclude) for row in rows]
    banned = np.asarray(pairs, np.int64).reshape(-1, 2)
    best = Nearest(
        np.full((n_queries, k), -1, np.int64), np.full((n_queries, k), -np.inf, np.float32)
    )
    if not best.ids.size:
        return best
    most = max(1, min(_ROWS, _CELLS // n_queries))
    first, step = 0, max(k, min(64, most))
    while first < n_rows:
        last = min(first + step, n_rows)
        scores = score(first, last)
        inside = banned[(banned[:, 1] >= first) & (banned[:, 1] < last)]
        scores[inside[:, 0], inside[:, 1] - first] = -np.inf
        # A later row never displaces an equal earlier one: hence "greater".
        # (Flat indices, as numpy finds them twenty times as fast as pairs.)
        hits = np.flatnonzero(scores > best.scores[:, -1:])
        if len(hits):
            queries, rows = np.divmod(hits, last - first)
            best = _merge(best, queries, rows + first, scores.ravel()[hits])
        first, step = last, max(k, min(last, most))
    return best


def _merge(best: Nearest, queries: IntArray, rows: IntArray, scores: FloatArray) -> Nearest:
    """Return the best k of the best so far and of hits in later rows."""
    n_queries, k = best.ids.shape
    queries = np.concatenate([np.repeat(np.arange(n_queries), k), queries])
    rows = np.concatenate([best.ids.ravel(), rows])
    scores = np.concatenate([best.scores.ravel(), scores])
    # lexsort is stable: among equal scores the old ones, then the earlier rows, stay first.
    order = np.lexsort((-scores, queries))
    starts = np.searchsorted(queries[order], np.arange(n_queries))
    chosen = order[starts[:, None] + np.arange(k)]
    return Nearest(rows[chosen], scores[chosen])
