"""The best labels of sentences whose scores are added up: Viterbi's, for what is common.

Pairs of labels have the same scores everywhere; the others are for kernels_tag.py, which has the
same answers. Slow form: tests/naive_crf_tag.py.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

import numpy as np

from nlptool.core.compiling import njit
from nlptool.crf.kernels_columns import Int32, Int64
from nlptool.crf.kernels_model import Float32, Float64, Model


@njit(cache=True, nogil=True)
def best_paths(S: Float32, starts: Int64, model: Model, labels: Int32) -> None:
    """Find the best labels of sentences, none of them empty.

    Args:
        S: their scores, see `kernels_groups.add_left`.
        starts: where each sentence's block begins; shape (n_sentences + 1,).
        model: has the weights; not MEMM's, and none of pairs of labels at a place.
        labels: receives those of all tokens, one sentence after the other.
    """
    L, pad = len(model.first), model.pad
    T = np.empty((L, L))
    for x in range(L):
        for y in range(L):
            T[x, y] = np.float64(model.pairs[x, y]) + np.float64(model.bans[x, y])
    longest = np.int64(0)
    for i in range(len(starts) - 1):
        longest = max(longest, starts[i + 1] - starts[i])
    back = np.empty((longest, 1 if L == 4 else L), np.int32)
    now = np.empty(L)
    at = 0
    for i in range(len(starts) - 1):
        n = starts[i + 1] - starts[i] - 2 * pad
        top = (starts[i] + pad) * L
        for y in range(L):
            now[y] = np.float64(S[top + y]) + np.float64(model.first[y])
            now[y] += np.float64(model.bans[L, y])
        if L == 4:
            _forward_of_4(S, top, n, T, now, back)
        else:
            _forward(S, top, n, T, now, back)
        best = 0
        for y in range(L):
            now[y] += np.float64(model.bans[L + 1, y])
            now[y] += np.float64(model.last[y])
            if now[y] > now[best]:
                best = y
        labels[at + n - 1] = best
        for t in range(n - 1, 0, -1):
            best = (back[t, 0] >> (2 * best)) & 3 if L == 4 else back[t, best]
            labels[at + t - 1] = best
        at += n


@njit(cache=True, nogil=True)
def _forward(S: Float32, top: int, n: int, T: Float64, now: Float64, back: Int32) -> None:
    """Find the best ways to each label of the last position; of equal ones the first.

    Args:
        S: scores.
        top: where those of the first position are.
        n: positions.
        T: scores of pairs; shape (L, L).
        now: scores of the first position's labels; becomes the best ways to the last's.
        back: receives where each way comes from; shape (n or more, L).
    """
    L = len(now)
    then = np.empty(L)
    arg = np.empty(L, np.int32)
    for t in range(1, n):
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
            now[y] = then[y] + np.float64(S[top + t * L + y])


@njit(cache=True, nogil=True)
def _forward_of_4(S: Float32, top: int, n: int, T: Float64, now: Float64, back: Int32) -> None:
    """Do the same with all four labels at a time; in `back` each has two bits."""
    a, b, c, d = now[0], now[1], now[2], now[3]
    for t in range(1, n):
        a0, a1, a2, a3 = a + T[0, 0], a + T[0, 1], a + T[0, 2], a + T[0, 3]
        b0, b1, b2, b3 = b + T[1, 0], b + T[1, 1], b + T[1, 2], b + T[1, 3]
        c0, c1, c2, c3 = c + T[2, 0], c + T[2, 1], c + T[2, 2], c + T[2, 3]
        d0, d1, d2, d3 = d + T[3, 0], d + T[3, 1], d + T[3, 2], d + T[3, 3]
        # Of equal ones the first.
        i0, i1, i2, i3 = b0 > a0, b1 > a1, b2 > a2, b3 > a3
        j0, j1, j2, j3 = d0 > c0, d1 > c1, d2 > c2, d3 > c3
        a0, a1, a2, a3 = max(a0, b0), max(a1, b1), max(a2, b2), max(a3, b3)
        c0, c1, c2, c3 = max(c0, d0), max(c1, d1), max(c2, d2), max(c3, d3)
        k0, k1, k2, k3 = c0 > a0, c1 > a1, c2 > a2, c3 > a3
        froms = (2 + j0 if k0 else 0 + i0) | (2 + j1 if k1 else 0 + i1) << 2
        froms |= (2 + j2 if k2 else 0 + i2) << 4 | (2 + j3 if k3 else 0 + i3) << 6
        back[t, 0] = froms
        row = top + 4 * t
        a = max(a0, c0) + np.float64(S[row])
        b = max(a1, c1) + np.float64(S[row + 1])
        c = max(a2, c2) + np.float64(S[row + 2])
        d = max(a3, c3) + np.float64(S[row + 3])
    now[0], now[1], now[2], now[3] = a, b, c, d
