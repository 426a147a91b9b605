"""The loss of the whole label sequence of a sentence: log Z less the score of the right one.

Where labels are not known, the right one is any that agrees with those that are.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.

Source:
    Lafferty, McCallum & Pereira 2001; for labels that are not known, Tsuboi et al. 2008,
    "Training conditional random fields using incomplete annotations".
"""

import math

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit
from nlptool.crf.kernels_chain import backward, forward
from nlptool.crf.kernels_log import log_chain
from nlptool.crf.kernels_sentence import give, prepare, scores_of, times

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def sequence_loss(
    G: Float32,
    GE: Float32,
    row: int,
    gold: Ids,
    tail: Float32,
    legal: Bools,
    powered: Float64,
    tops: Float64,
    decoder: int,
    kind: int,
    gamma: float,
    classes: Float64,
    E: Float64,
) -> float:
    """Replace the scores of a sentence by the gradient of the loss of its label sequence.

    Args:
        G: scores of labels, L a row; the gradient by them when it returns. Flat.
        GE: scores of pairs of labels, L * L a row, where features have such; else empty.
        row: of the last position.
        gold: the right labels, or -1; shape (n,), n > 0.
        tail: shape (L * L + 2 L,).
        legal: which of the tail count.
        powered: exponentials of the tail, see `powers`.
        tops: what was subtracted from its three parts; shape (3,).
        decoder: not used, as kind, gamma and classes: other losses need them.
        kind: see there.
        gamma: see there.
        classes: see there.
        E: to it is added the gradient by the tail.

    Returns:
        The loss in nats.
    """
    n = len(gold)
    L = int(math.sqrt(len(tail) + 1.0) + 0.5) - 1
    square = L * L
    step = 1 if len(GE) > 0 else 0
    first, last = powered[square : square + L], powered[square + L :]
    e, p, scale = np.empty((n, L)), np.empty((n, L)), np.empty(n + 1)
    M = np.empty((n if step == 1 else 1, L, L))
    top = prepare(G, GE, row, tail, legal, powered, tops, e, M)
    # First among all labels; then, if some are not known, among those that agree.
    known = np.empty(0, np.int32)
    pairs = np.zeros(M.shape)
    loss = 0.0
    for turn in range(2):
        q = p if turn == 0 else np.empty((n, L))
        counts = pairs if turn == 0 else np.zeros(M.shape)
        log_z = forward(e, M, step, first, last, known, q, scale) + top
        if math.isfinite(log_z) and backward(e, M, step, last, known, q, scale, counts):
            if step == 0:
                times(counts, M)
        else:
            S, T, begin, end = scores_of(G, GE, row, n, tail, legal)
            counts[:] = 0.0
            log_z = log_chain(S, T, step, begin, end, known, q, counts)
        if turn == 1:
            loss -= log_z
            p -= q
            pairs -= counts
            break
        loss = log_z
        complete = True
        for t in range(n):
            complete &= gold[t] >= 0
        if complete:
            loss -= _take_gold(G, GE, row, gold, tail, p, pairs)
            break
        known = gold.copy()
    give(G, GE, row, p, pairs, E)
    return float(loss)


@njit(cache=True, nogil=True)
def _take_gold(
    G: Float32, GE: Float32, row: int, gold: Ids, tail: Float32, p: Float64, pairs: Float64
) -> float:
    """Take the right labels from the probabilities; return their score."""
    n, L = p.shape
    step = 1 if len(GE) > 0 else 0
    score = np.float64(tail[L * L + gold[0]]) + np.float64(tail[L * L + L + gold[n - 1]])
    for t in range(n):
        y = gold[t]
        at = row + n - 1 - t
        score += G[at * L + y]
        p[t, y] -= 1.0
        if t > 0:
            x = gold[t - 1]
            score += tail[x * L + y]
            if step == 1:
                score += GE[at * L * L + x * L + y]
            pairs[t * step, x, y] -= 1.0
    return score
