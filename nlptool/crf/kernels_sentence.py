"""What the losses of a sentence share: from scores to exponentials, from gradients back.

Scores and gradients stand in a buffer that runs backwards: position t is in the row
`row + n - 1 - t`. See `Layout` for why. The weights of transitions, start and end stand behind
each other in a `tail`.
"""

import math

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit
from nlptool.crf.kernels_chain import potentials, powers

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

CRF, SOFTMAX, MEMM = range(3)
DECODERS = {"crf": CRF, "softmax": SOFTMAX, "memm": MEMM}


@njit(cache=True, nogil=True)
def prepare(
    G: Float32,
    GE: Float32,
    row: int,
    tail: Float32,
    legal: Bools,
    powered: Float64,
    tops: Float64,
    e: Float64,
    M: Float64,
) -> float:
    """Fill in the exponentials of scores; return what was subtracted from the scores.

    Args:
        G: see `sequence_loss`, and so GE, row, tail, legal, powered, tops.
        GE: see there.
        row: see there.
        tail: see there.
        legal: see there.
        powered: see there.
        tops: see there.
        e: of labels; shape (n, L).
        M: of pairs; shape (n, L, L), or (1, L, L) for one that stands everywhere.
    """
    n, L = e.shape
    square = L * L
    top = potentials(G, row + n - 1, -1, e) + tops[1] + tops[2]
    if len(GE) == 0:
        flat = M.reshape(square)
        for i in range(square):
            flat[i] = powered[i]
        return float(top + tops[0] * (n - 1))
    scores = np.empty(square)
    for t in range(1, n):
        at = (row + n - 1 - t) * square
        for i in range(square):
            scores[i] = np.float64(tail[i]) + np.float64(GE[at + i])
        top += powers(scores, legal[:square], M[t].reshape(square))
    return float(top)


@njit(cache=True, nogil=True)
def times(pairs: Float64, M: Float64) -> None:
    """Multiply sums over all places by the exponentials that they lack."""
    for x in range(pairs.shape[1]):
        for y in range(pairs.shape[2]):
            pairs[0, x, y] *= M[0, x, y]


@njit(cache=True, nogil=True)
def scores_of(
    G: Float32, GE: Float32, row: int, n: int, tail: Float32, legal: Bools
) -> tuple[Float64, Float64, Float64, Float64]:
    """Return the scores as kernels_log.py takes them."""
    L = int(math.sqrt(len(tail) + 1.0) + 0.5) - 1
    square = L * L
    step = 1 if len(GE) > 0 else 0
    S = np.empty((n, L))
    T = np.empty((n if step == 1 else 1, L, L))
    begin, end = np.empty(L), np.empty(L)
    for t in range(n):
        for y in range(L):
            S[t, y] = G[(row + n - 1 - t) * L + y]
    for t in range(len(T)):
        for x in range(L):
            for y in range(L):
                i = x * L + y
                T[t, x, y] = tail[i] if legal[i] else -np.inf
                if step == 1:
                    T[t, x, y] += GE[(row + n - 1 - t) * square + i]
    for y in range(L):
        begin[y] = tail[square + y] if legal[square + y] else -np.inf
        end[y] = tail[square + L + y] if legal[square + L + y] else -np.inf
    return S, T, begin, end


@njit(cache=True, nogil=True)
def give(G: Float32, GE: Float32, row: int, p: Float64, pairs: Float64, E: Float64) -> None:
    """Write the gradients by scores where the scores were, and add those by the tail.

    Args:
        G: see `sequence_loss`, and so GE, row, E.
        GE: see there.
        row: see there.
        p: by the scores of labels; shape (n, L).
        pairs: by those of pairs: at each place, or summed; shape (n or 1, L, L).
        E: see there.
    """
    n, L = p.shape
    square = L * L
    step = 1 if len(GE) > 0 else 0
    for t in range(n):
        at = (row + n - 1 - t) * L
        for y in range(L):
            G[at + y] = np.float32(p[t, y])
    for y in range(L):
        E[square + y] += p[0, y]
        E[square + L + y] += p[n - 1, y]
    for t in range(len(pairs)):
        for x in range(L):
            for y in range(L):
                E[x * L + y] += pairs[t, x, y]
    if step == 1:
        for t in range(n):
            at = (row + n - 1 - t) * square
            for x in range(L):
                for y in range(L):
                    GE[at + x * L + y] = np.float32(pairs[t, x, y])
