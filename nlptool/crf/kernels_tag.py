"""From rows of records to the best labels: numba loops.

kernels_constrain.py also gives the k best, under constraints; kernels_best.py is without what is
rare. Slow form: tests/naive_crf_tag.py.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

import numpy as np

from nlptool.core.compiling import njit
from nlptool.crf.kernels_columns import Int32, Int64
from nlptool.crf.kernels_model import (
    Float32,
    Model,
    first_scores,
    pairs_at,
    sentence_scores,
)
from nlptool.crf.kernels_sentence import MEMM


@njit(cache=True, nogil=True)
def best_path(S: Float32, SE: Float32, n: int, model: Model, back: Int32, path: Int32) -> None:
    """Find the best labels of a sentence.

    Args:
        S: see `sentence_scores`.
        SE: see there.
        n: tokens, at least one.
        model: has the weights.
        back: to work in; shape (n or more, L).
        path: receives the labels; shape (n,).
    """
    L = len(model.first)
    top_row = 2 * model.pad + n - 1
    is_varied = len(SE) > 0 or model.decoder == MEMM
    T = np.empty((L, L))
    now = np.empty(L)
    then = np.empty(L)
    arg = np.empty(L, np.int32)
    for x in range(L):
        for y in range(L):
            T[x, y] = np.float64(model.pairs[x, y]) + np.float64(model.bans[x, y])
    first_scores(S, top_row, n, model, now)
    for t in range(1, n):
        row = top_row - t
        if is_varied:
            pairs_at(S, SE, row, t, n, model, T)
        for y in range(L):
            then[y] = now[0] + T[0, y]
            arg[y] = 0
        for x in range(1, L):
            score = now[x]
            for y in range(L):
                other = score + T[x, y]
                better = other > then[y]
                then[y] = other if better else then[y]
                arg[y] = np.int32(x) if better else arg[y]
        for y in range(L):
            back[t, y] = arg[y]
            now[y] = then[y]
        if model.decoder != MEMM:
            for y in range(L):
                now[y] += np.float64(S[row * L + y])
    best = 0
    for y in range(L):
        now[y] += np.float64(model.bans[L + 1, y])
        if model.decoder != MEMM:
            now[y] += np.float64(model.last[y])
        if now[y] > now[best]:
            best = y
    path[n - 1] = best
    for t in range(n - 1, 0, -1):
        path[t - 1] = back[t, path[t]]


@njit(cache=True, nogil=True)
def label_rows(rows: Int32, starts: Int64, model: Model, labels: Int32) -> None:
    """Find the best labels of sentences.

    Args:
        rows: the record of each shape at each place; shape (n_padded, n_shapes).
        starts: where each sentence's block begins; shape (n_sentences + 1,).
        model: has the weights.
        labels: receives those of all tokens, one sentence after the other.
    """
    L = len(model.first)
    pad = model.pad
    longest = np.int64(0)
    for i in range(len(starts) - 1):
        longest = max(longest, starts[i + 1] - starts[i])
    S = np.empty((longest + 2 * pad) * L, np.float32)
    SE = np.empty(len(S) * L if model.edges.any() else 0, np.float32)
    back = np.empty((longest, L), np.int32)
    at = 0
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        n = end - begin - 2 * pad
        if n == 0:
            continue
        sentence_scores(rows, begin, end, model, S, SE)
        best_path(S, SE, n, model, back, labels[at : at + n])
        at += n
