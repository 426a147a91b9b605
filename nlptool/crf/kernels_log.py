"""The chain in logarithms: slow, and right for any finite scores.

For the rare sentence where kernels_chain.py or kernels_slope.py finds its numbers too small.
Scores of what is illegal are -inf here.

Source:
    As kernels_chain.py; the derivative of a logarithm of a sum is the mean of the summands'
    derivatives under their shares. Slow form: tests/naive_crf_chain.py.
"""

import math

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit

Float64 = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]


@njit(cache=True, nogil=True)
def log_forward(
    S: Float64, T: Float64, step: int, first: Float64, last: Float64, known: Ids, a: Float64
) -> float:
    """Fill in the logarithms of forward sums; return log Z, -inf where nothing is legal.

    Args:
        S: scores; shape (n, L).
        T: scores of pairs, of all t (step 0) or of each (step 1); shape (1 or n, L, L).
        step: 0 or 1, see T.
        first: scores of the first label; shape (L,).
        last: scores of the last label; shape (L,).
        known: the label that each position has to have, or -1; empty where nothing is known.
        a: to be filled in; shape (n, L).
    """
    n, L = S.shape
    for t in range(n):
        for y in range(L):
            if len(known) > 0 and known[t] >= 0 and known[t] != y:
                a[t, y] = -np.inf
            elif t == 0:
                a[t, y] = first[y] + S[t, y]
            else:
                top = -np.inf
                for x in range(L):
                    top = max(top, a[t - 1, x] + T[t * step, x, y])
                total = 0.0
                if top > -np.inf:
                    for x in range(L):
                        total += math.exp(a[t - 1, x] + T[t * step, x, y] - top)
                    a[t, y] = top + math.log(total) + S[t, y]
                else:
                    a[t, y] = -np.inf
    top = -np.inf
    for y in range(L):
        top = max(top, a[n - 1, y] + last[y])
    if top == -np.inf:
        return -math.inf
    total = 0.0
    for y in range(L):
        total += math.exp(a[n - 1, y] + last[y] - top)
    return float(top + math.log(total))


@njit(cache=True, nogil=True)
def log_backward(S: Float64, T: Float64, step: int, last: Float64, known: Ids, b: Float64) -> None:
    """Fill in the logarithms of backward sums; arguments as for `log_forward`."""
    n, L = S.shape
    for t in range(n - 1, -1, -1):
        for x in range(L):
            if t == n - 1:
                b[t, x] = last[x]
                continue
            top = -np.inf
            for y in range(L):
                if len(known) == 0 or known[t + 1] < 0 or known[t + 1] == y:
                    top = max(top, T[(t + 1) * step, x, y] + S[t + 1, y] + b[t + 1, y])
            total = 0.0
            if top > -np.inf:
                for y in range(L):
                    if len(known) == 0 or known[t + 1] < 0 or known[t + 1] == y:
                        total += math.exp(T[(t + 1) * step, x, y] + S[t + 1, y] + b[t + 1, y] - top)
                b[t, x] = top + math.log(total)
            else:
                b[t, x] = -np.inf


@njit(cache=True, nogil=True)
def log_chain(
    S: Float64,
    T: Float64,
    step: int,
    first: Float64,
    last: Float64,
    known: Ids,
    p: Float64,
    pairs: Float64,
) -> float:
    """Fill in the probability of each label; return log Z, -inf where nothing is legal.

    Args:
        S: as in `log_forward`, and so the others.
        T: see there.
        step: see there.
        first: see there.
        last: see there.
        known: see there.
        p: to be filled in; shape (n, L).
        pairs: with step 0 shape (1, L, L): the probabilities of pairs are added to it, summed
            over t; with step 1 shape (n, L, L): filled in with those of each t > 0.
    """
    n, L = S.shape
    a = np.empty((n, L))
    b = np.empty((n, L))
    log_z = log_forward(S, T, step, first, last, known, a)
    if log_z == -np.inf:
        return -math.inf
    log_backward(S, T, step, last, known, b)
    for t in range(n):
        # Each row by its own sum: a long sentence's log Z has lost its last digits.
        z = _log_sum(a, b, t)
        for y in range(L):
            p[t, y] = math.exp(a[t, y] + b[t, y] - z)
        if t == 0:
            continue
        for y in range(L):
            if len(known) > 0 and known[t] >= 0 and known[t] != y:
                if step == 1:
                    for x in range(L):
                        pairs[t, x, y] = 0.0
                continue
            for x in range(L):
                q = math.exp(a[t - 1, x] + T[t * step, x, y] + S[t, y] + b[t, y] - z)
                if step == 1:
                    pairs[t, x, y] = q
                else:
                    pairs[0, x, y] += q
    return float(log_z)


@njit(cache=True, nogil=True)
def _log_sum(a: Float64, b: Float64, t: int) -> float:
    top = -np.inf
    for y in range(a.shape[1]):
        top = max(top, a[t, y] + b[t, y])
    total = 0.0
    for y in range(a.shape[1]):
        total += math.exp(a[t, y] + b[t, y] - top)
    return float(top + math.log(total))


@njit(cache=True, nogil=True)
def log_slope(
    S: Float64,
    T: Float64,
    step: int,
    first: Float64,
    last: Float64,
    H: Float64,
    d: Float64,
    pairs: Float64,
) -> None:
    """Differentiate the probabilities of labels in the direction H.

    Args:
        S: as in `log_forward`, and so T, step, first, last.
        T: see there.
        step: see there.
        first: see there.
        last: see there.
        H: how fast each score changes; shape (n, L).
        d: filled in with how fast the probability of each label changes; shape (n, L).
        pairs: that of pairs, as in `log_chain`.
    """
    n, L = S.shape
    nothing = np.empty(0, np.int32)
    a, b = np.empty((n, L)), np.empty((n, L))
    da, db = np.zeros((n, L)), np.zeros((n, L))
    if log_forward(S, T, step, first, last, nothing, a) == -np.inf:
        d[:] = 0.0
        return
    log_backward(S, T, step, last, nothing, b)
    for t in range(n):
        for y in range(L):
            da[t, y] = H[t, y]
            if t > 0 and a[t, y] > -np.inf:
                for x in range(L):
                    share = math.exp(a[t - 1, x] + T[t * step, x, y] + S[t, y] - a[t, y])
                    da[t, y] += share * da[t - 1, x]
    for t in range(n - 2, -1, -1):
        for x in range(L):
            if b[t, x] > -np.inf:
                for y in range(L):
                    share = math.exp(T[(t + 1) * step, x, y] + S[t + 1, y] + b[t + 1, y] - b[t, x])
                    db[t, x] += share * (H[t + 1, y] + db[t + 1, y])
    for t in range(n):
        z = _log_sum(a, b, t)
        mean = 0.0
        for y in range(L):
            d[t, y] = math.exp(a[t, y] + b[t, y] - z)
            mean += d[t, y] * (da[t, y] + db[t, y])
        for y in range(L):
            d[t, y] *= da[t, y] + db[t, y] - mean
        if t == 0:
            continue
        for x in range(L):
            for y in range(L):
                q = math.exp(a[t - 1, x] + T[t * step, x, y] + S[t, y] + b[t, y] - z)
                q *= da[t - 1, x] + H[t, y] + db[t, y] - mean
                if step == 1:
                    pairs[t, x, y] = q
                else:
                    pairs[0, x, y] += q
