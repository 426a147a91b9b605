"""The scores of one sentence as a model has them: numba loops.

Scores stand in buffers that run backwards, see kernels_scores.py. Slow form:
tests/naive_crf_tag.py.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit
from nlptool.crf.kernels_columns import Int32, Int64
from nlptool.crf.kernels_scores import add_scores
from nlptool.crf.kernels_sentence import MEMM

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

ILLEGAL = -1e12
"""By how much the score of what is illegal is lowered, and not to -inf: where nothing is legal,
the answer breaks as few rules as possible."""


class Model(NamedTuple):
    """What the kernels need of a model's weights.

    Args:
        weights: all of them, see weights.py; flat.
        bases: of a `Layout`, and so strides, edges, runs, run_of.
        strides: see there.
        edges: see there.
        runs: see there.
        run_of: see there.
        pad: see there.
        decoder: see kernels_sentence.py.
        pairs: scores of pairs of labels; shape (L, L).
        first: scores of the first label; shape (L,).
        last: scores of the last label; shape (L,).
        bans: `ILLEGAL` or 0 for pairs, then for the first, then for the last;
            shape (L + 2, L).
    """

    weights: Float32
    bases: Int64
    strides: Int64
    edges: Bools
    runs: Int64
    run_of: Int64
    pad: int
    decoder: int
    pairs: Float32
    first: Float32
    last: Float32
    bans: Float32


@njit(cache=True, nogil=True)
def sentence_scores(
    rows: Int32, begin: int, end: int, model: Model, S: Float32, SE: Float32
) -> None:
    """Add up the scores of one sentence, in buffers that run backwards.

    Args:
        rows: see `add_scores`.
        begin: see there.
        end: see there.
        model: has the weights.
        S: receives the scores; at least (end - begin + 2 * pad) * L.
        SE: those of pairs, times L; empty where no shape is an edge.
    """
    L = len(model.first)
    size = (end - begin + 2 * model.pad) * L
    S[:size] = 0
    if len(SE) > 0:
        SE[: size * L] = 0
    add_scores(
        rows,
        begin,
        end,
        model.weights,
        L,
        model.bases,
        model.strides,
        model.edges,
        model.runs,
        model.run_of,
        model.pad,
        S,
        SE,
        0,
    )


@njit(cache=True, nogil=True)
def pairs_at(S: Float32, SE: Float32, row: int, t: int, n: int, model: Model, T: Float64) -> None:
    """Fill in the scores of all pairs of labels at a position and the one before it.

    Args:
        S: see `sentence_scores`.
        SE: see there.
        row: that of the position in S and SE.
        t: the position, > 0.
        n: of the sentence.
        model: has the weights.
        T: receives them, with what is illegal; for MEMM they are logarithms of probabilities,
            and S counts no more; shape (L, L).
    """
    L = len(model.first)
    for x in range(L):
        for y in range(L):
            T[x, y] = np.float64(model.pairs[x, y])
            if len(SE) > 0:
                T[x, y] += np.float64(SE[(row * L + x) * L + y])
        if model.decoder == MEMM:
            top = -np.inf
            for y in range(L):
                T[x, y] += np.float64(S[row * L + y])
                if t == n - 1:
                    T[x, y] += np.float64(model.last[y])
                top = max(top, T[x, y])
            total = 0.0
            for y in range(L):
                total += math.exp(T[x, y] - top)
            top += math.log(total)
            for y in range(L):
                T[x, y] -= top
        for y in range(L):
            T[x, y] += model.bans[x, y]


@njit(cache=True, nogil=True)
def first_scores(S: Float32, row: int, n: int, model: Model, now: Float64) -> None:
    """Fill in the scores of the labels of the first position; shape (L,)."""
    L = len(model.first)
    for y in range(L):
        now[y] = np.float64(S[row * L + y]) + np.float64(model.first[y])
        if model.decoder == MEMM and n == 1:
            now[y] += np.float64(model.last[y])
    if model.decoder == MEMM:
        top, total = now[0], 0.0
        for y in range(L):
            top = max(top, now[y])
        for y in range(L):
            total += math.exp(now[y] - top)
        top += math.log(total)
        for y in range(L):
            now[y] -= top
    for y in range(L):
        now[y] += np.float64(model.bans[L, y])


@njit(cache=True, nogil=True)
def unfold(
    rows: Int32, begin: int, end: int, model: Model, X: Float64, T: Float64, first: Float64
) -> None:
    """Fill in the scores of one sentence, what is illegal lowered.

    Args:
        rows: see `sentence_scores`.
        begin: see there.
        end: see there.
        model: has the weights.
        X: of labels; that of the first position is in `first`; shape (n, L).
        T: of pairs, one for all positions or one for each; shape (1 or n, L, L).
        first: of the first position's labels; shape (L,).
    """
    L = len(model.first)
    n = len(X)
    S = np.empty((end - begin + 2 * model.pad) * L, np.float32)
    SE = np.empty(len(S) * L if model.edges.any() else 0, np.float32)
    sentence_scores(rows, begin, end, model, S, SE)
    top_row = 2 * model.pad + n - 1
    first_scores(S, top_row, n, model, first)
    X[:] = 0.0
    if model.decoder != MEMM:
        for t in range(1, n):
            for y in range(L):
                X[t, y] = np.float64(S[(top_row - t) * L + y])
    if len(T) == 1:
        for x in range(L):
            for y in range(L):
                T[0, x, y] = np.float64(model.pairs[x, y]) + np.float64(model.bans[x, y])
        return
    T[0] = 0.0
    for t in range(1, n):
        pairs_at(S, SE, top_row - t, t, n, model, T[t])
