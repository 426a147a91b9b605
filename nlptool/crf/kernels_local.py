"""The loss of a sentence position by position: each label by itself, or given the one before.

Source:
    McCallum, Freitag & Pereira 2000, "Maximum entropy Markov models".
"""

import math

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit
from nlptool.crf.kernels_sentence import MEMM, SOFTMAX
from nlptool.crf.losses import loss_of

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def local_loss(
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
    """Replace the scores of a sentence by the gradient of its loss, position by position.

    Args:
        G: as in `sequence_loss`, and so GE, row, gold, tail, E.
        GE: see there.
        row: see there.
        gold: see there. A position whose own label, or with MEMM the one before it, is not
            known says nothing.
        tail: see there; not used with SOFTMAX.
        legal: not used, as powered and tops.
        powered: see there.
        tops: see there.
        decoder: SOFTMAX: labels by themselves; MEMM: each given the one before it, among all
            labels, as scores of pairs are learned rather than legality.
        kind: of the loss, see losses.py.
        gamma: see there.
        classes: weights of the labels' classes; empty: all 1.
        E: see there.
    """
    n = len(gold)
    L = int(math.sqrt(len(tail) + 1.0) + 0.5) - 1
    square = L * L
    loss = 0.0
    z = np.empty(L)
    for t in range(n):
        at = (row + n - 1 - t) * L
        pair_at = (row + n - 1 - t) * square
        y = gold[t]
        x = gold[t - 1] if t > 0 else 0
        if decoder == SOFTMAX:
            x = 0
        if y < 0 or x < 0:
            for k in range(L):
                G[at + k] = 0.0
            if len(GE) > 0:
                for i in range(square):
                    GE[pair_at + i] = 0.0
            continue
        top = -np.inf
        for k in range(L):
            z[k] = G[at + k]
            if decoder == MEMM:
                if t == 0:
                    z[k] += tail[square + k]
                else:
                    z[k] += tail[x * L + k]
                    if len(GE) > 0:
                        z[k] += GE[pair_at + x * L + k]
                if t == n - 1:
                    z[k] += tail[square + L + k]
            top = max(top, z[k])
        total = 0.0
        for k in range(L):
            total += math.exp(z[k] - top)
        log_total = top + math.log(total)
        weight = classes[y] if len(classes) > 0 else 1.0
        cost, by_log = loss_of(kind, gamma, weight, z[y] - log_total)
        loss += cost
        if len(GE) > 0:
            for i in range(square):
                GE[pair_at + i] = 0.0
        for k in range(L):
            # d log p_y / d z_k = [k = y] - p_k
            change = ((1.0 if k == y else 0.0) - math.exp(z[k] - log_total)) * by_log
            G[at + k] = np.float32(change)
            if decoder == MEMM:
                if t == 0:
                    E[square + k] += change
                else:
                    E[x * L + k] += change
                    if len(GE) > 0:
                        GE[pair_at + x * L + k] = np.float32(change)
                if t == n - 1:
                    E[square + L + k] += change
    return loss
