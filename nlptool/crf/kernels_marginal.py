"""The loss of a sentence as a sum over positions, of the marginal probability of each label.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.

Source:
    Kakade, Teh & Roweis 2002, "An alternate objective function for Markovian fields"; the
    gradient as in kernels_slope.py.
"""

import math

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit
from nlptool.crf.kernels_chain import backward, forward
from nlptool.crf.kernels_log import log_chain, log_slope
from nlptool.crf.kernels_sentence import give, prepare, scores_of, times
from nlptool.crf.kernels_slope import slope
from nlptool.crf.losses import loss_of

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

LEAST = 1e-250
"""Smaller probabilities are taken for this where they divide."""

HOPELESS = 1e-9
"""A sentence with a right label that is less probable is first learnt by its likelihood: the slope
of its label's probability is a difference of numbers 1e9 times as large, and lost in rounding."""


@njit(cache=True, nogil=True)
def marginal_loss(
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
    """Replace the scores of a sentence by the gradient of the losses of its labels.

    Args:
        G: scores of labels, L a row; the gradient by them when it returns. Flat.
        GE: scores of pairs of labels, L * L a row, where features have such; else empty.
        row: of the last position.
        gold: the right labels, or -1; shape (n,), n > 0.
        tail: shape (L * L + 2 L,).
        legal: which of the tail count.
        powered: exponentials of the tail, see `powers`.
        tops: what was subtracted from its three parts; shape (3,).
        decoder: not used: this is the CRF's.
        kind: of the loss, see losses.py.
        gamma: see there.
        classes: weights of the labels' classes, shape (L,).
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
    nothing = np.empty(0, np.int32)
    pairs = np.zeros(M.shape)
    log_z = forward(e, M, step, first, last, nothing, p, scale) + top
    fine = math.isfinite(log_z) and backward(e, M, step, last, nothing, p, scale, pairs)
    if not fine:
        S, T, begin, end = scores_of(G, GE, row, n, tail, legal)
        log_chain(S, T, step, begin, end, nothing, p, pairs)
    H = np.zeros((n, L))
    loss = 0.0
    n_known, least = 0, 1.0
    for t in range(n):
        y = gold[t]
        if y >= 0:
            right = min(1.0, max(p[t, y], LEAST))
            cost, by_log = loss_of(kind, gamma, classes[y], math.log(right))
            loss += cost
            H[t, y] = by_log / max(right, HOPELESS)
            n_known += 1
            least = min(least, right)
    if least < HOPELESS and n_known == n:
        if fine and step == 0:
            times(pairs, M)
        for t in range(n):
            p[t, gold[t]] -= 1.0
            if t > 0:
                pairs[t * step, gold[t - 1], gold[t]] -= 1.0
        give(G, GE, row, p, pairs, E)
        return float(loss)
    pairs[:] = 0.0
    if fine:
        fine = slope(e, M, step, first, last, scale, H, p, pairs)
    if not fine:
        S, T, begin, end = scores_of(G, GE, row, n, tail, legal)
        pairs[:] = 0.0
        log_slope(S, T, step, begin, end, H, p, pairs)
    elif step == 0:
        times(pairs, M)
    give(G, GE, row, p, pairs, E)
    return float(loss)
