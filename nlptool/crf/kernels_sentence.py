"""One sentence: its loss, and the gradient by its scores.

Scores and gradients share a buffer that runs backwards: position t is in the row
`row + n - 1 - t`. See `Layout` for why. The weights of transitions, start and end stand behind
each other in a `tail`.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from nlptool.crf.kernels_chain import backward, forward, potentials, powers
from nlptool.crf.kernels_log import log_chain, log_slope
from nlptool.crf.kernels_slope import slope
from nlptool.crf.losses import loss_of

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

CRF, SOFTMAX, MEMM = range(3)
DECODERS = {"crf": CRF, "softmax": SOFTMAX, "memm": MEMM}

LEAST = 1e-250
"""Smaller probabilities are taken for this where they divide."""


@njit(cache=True, nogil=True)
def chain_loss(
    G: Float32,
    GE: Float32,
    row: int,
    gold: Ids,
    tail: Float32,
    legal: Bools,
    powered: Float64,
    tops: Float64,
    kind: int,
    gamma: float,
    classes: Float64,
    E: Float64,
) -> float:
    """Replace the scores of a sentence by the gradient of its loss under a CRF.

    Args:
        G: scores of labels, L a row; the gradient by them when it returns. Flat.
        GE: scores of pairs of labels, L * L a row, where features have such; else empty.
        row: of the last position.
        gold: the right labels, or -1; shape (n,), n > 0.
        tail: shape (L * L + 2 L,).
        legal: which of the tail count.
        powered: exponentials of the tail, see `powers`.
        tops: what was subtracted from its three parts; shape (3,).
        kind: of the loss, see losses.py.
        gamma: see there.
        classes: weights of the labels' classes, shape (L,): the loss is a sum over positions.
            Empty: it is that of the sequence.
        E: to it is added the gradient by the tail.

    Returns:
        The loss in nats.
    """
    n = len(gold)
    L = int(math.sqrt(len(tail) + 1.0) + 0.5) - 1
    square = L * L
    step = 1 if len(GE) > 0 else 0
    nothing = np.empty(0, np.int32)
    e = np.empty((n, L))
    scale = np.empty(n + 1)
    p = np.empty((n, L))
    first = powered[square : square + L]
    last = powered[square + L :]
    top = potentials(G, row + n - 1, -1, e) + tops[1] + tops[2]
    if step == 1:
        M = np.empty((n, L, L))
        scores = np.empty(square)
        for t in range(1, n):
            at = (row + n - 1 - t) * square
            for i in range(square):
                scores[i] = np.float64(tail[i]) + np.float64(GE[at + i])
            top += powers(scores, legal[:square], M[t].reshape(square))
    else:
        M = powered[:square].reshape((1, L, L))
        top += tops[0] * (n - 1)
    pairs = np.zeros((n if step == 1 else 1, L, L))

    log_z = forward(e, M, step, first, last, nothing, p, scale) + top
    if len(classes) > 0:
        alpha = p.copy()
        fine = math.isfinite(log_z) and backward(e, M, step, last, nothing, p, scale, pairs)
        S, T, begin, end = np.empty((0, 0)), np.empty((0, 0, 0)), np.empty(0), np.empty(0)
        if not fine:
            S, T, begin, end = _scores(G, GE, row, n, tail, legal)
            log_chain(S, T, step, begin, end, nothing, p, pairs)
        H = np.zeros((n, L))
        loss = 0.0
        for t in range(n):
            y = gold[t]
            if y >= 0:
                right = min(1.0, max(p[t, y], LEAST))
                cost, by_log = loss_of(kind, gamma, classes[y], math.log(right))
                loss += cost
                H[t, y] = by_log / right
        pairs[:] = 0.0
        d = alpha
        if fine:
            fine = slope(e, M, step, first, last, scale, H, d, pairs)
            if not fine:
                S, T, begin, end = _scores(G, GE, row, n, tail, legal)
                pairs[:] = 0.0
            elif step == 0:
                _times(pairs, M)
        if not fine:
            log_slope(S, T, step, begin, end, H, d, pairs)
        p = d
    else:
        fine = math.isfinite(log_z) and backward(e, M, step, last, nothing, p, scale, pairs)
        if fine and step == 0:
            _times(pairs, M)
        if not fine:
            S, T, begin, end = _scores(G, GE, row, n, tail, legal)
            pairs[:] = 0.0
            log_z = log_chain(S, T, step, begin, end, nothing, p, pairs)
        complete = True
        for t in range(n):
            complete &= gold[t] >= 0
        if complete:
            loss = log_z - _take_gold(G, GE, row, gold, tail, p, pairs)
        else:
            q = np.empty((n, L))
            given = np.zeros(pairs.shape)
            top_z = forward(e, M, step, first, last, gold, q, scale) + top
            fine = math.isfinite(top_z) and backward(e, M, step, last, gold, q, scale, given)
            if fine and step == 0:
                _times(given, M)
            if not fine:
                S, T, begin, end = _scores(G, GE, row, n, tail, legal)
                given[:] = 0.0
                top_z = log_chain(S, T, step, begin, end, gold, q, given)
            loss = log_z - top_z
            p -= q
            pairs -= given

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
    return loss


@njit(cache=True, nogil=True)
def _times(pairs: Float64, M: Float64) -> None:
    for x in range(pairs.shape[1]):
        for y in range(pairs.shape[2]):
            pairs[0, x, y] *= M[0, x, y]


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


@njit(cache=True, nogil=True)
def _scores(
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
def local_loss(
    G: Float32,
    GE: Float32,
    row: int,
    gold: Ids,
    tail: Float32,
    decoder: int,
    kind: int,
    gamma: float,
    classes: Float64,
    E: Float64,
) -> float:
    """Replace the scores of a sentence by the gradient of its loss, position by position.

    Args:
        G: as in `chain_loss`, and so GE, row, gold, tail, kind, gamma, E.
        GE: see there.
        row: see there.
        gold: see there. A position whose own label, or with MEMM the one before it, is not
            known says nothing.
        tail: see there; not used with SOFTMAX.
        decoder: SOFTMAX: labels by themselves; MEMM: each given the one before it, among all
            labels, as scores of pairs are learned rather than legality.
        kind: see there.
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
