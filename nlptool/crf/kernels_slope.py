"""How the probabilities of labels change with the scores: the chain with dual numbers.

The gradient of a loss of marginal probabilities, sum_t f(p_t(gold_t)), is that of the
probabilities in one direction: with H[t, y] = f'(p_t(y)) where y is right, and 0 elsewhere,

    d loss / d S[t, y] = d/dx p_t(y) at the scores S + x H,

because log Z's second derivatives are symmetric. So one more pass forward and back, with each
number beside its derivative, gives it exactly.

Source:
    Pearlmutter 1994, "Fast exact multiplication by the Hessian"; for chains, Li & Eisner
    2009, section 4. Slow form: tests/naive_crf_chain.py (finite differences).
"""

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit

Float64 = npt.NDArray[np.float64]

_SUMS = {"reassoc", "contract", "nsz"}


@njit(cache=True, nogil=True, fastmath=_SUMS)
def slope(
    e: Float64,
    M: Float64,
    step: int,
    first: Float64,
    last: Float64,
    scale: Float64,
    H: Float64,
    d: Float64,
    pairs: Float64,
) -> bool:
    """Differentiate the probabilities of labels in the direction H.

    Args:
        e: as in kernels_chain.py, and so M, step, first, last, scale.
        M: see there.
        step: see there.
        first: see there.
        last: see there.
        scale: of `forward`.
        H: how fast each score changes; shape (n, L).
        d: filled in with how fast the probability of each label changes; shape (n, L).
        pairs: that of pairs; with step 0 shape (1, L, L): to it is added what, times M, is
            the sum over t; with step 1 shape (n, L, L): filled in with that of each t > 0.

    Returns:
        False if numbers were too small or too large.
    """
    n, L = e.shape
    alpha = np.empty((n, L))
    totals = np.empty(n)
    # Forward: alpha and, in d, its derivative.
    for t in range(n):
        if t == 0:
            for y in range(L):
                alpha[0, y] = first[y] * e[0, y]
                d[0, y] = 0.0
        else:
            for y in range(L):
                alpha[t, y] = 0.0
                d[t, y] = 0.0
            for a in range(L):
                share, change = alpha[t - 1, a], d[t - 1, a]
                for y in range(L):
                    alpha[t, y] += share * M[t * step, a, y]
                    d[t, y] += change * M[t * step, a, y]
        factor = 1.0 / scale[t]
        total = 0.0
        for y in range(L):
            if t > 0:
                alpha[t, y] *= e[t, y]
                d[t, y] *= e[t, y]
            alpha[t, y] *= factor
            d[t, y] = d[t, y] * factor + H[t, y] * alpha[t, y]
            total += d[t, y]
        # That the row adds up to 1 has to hold for its change too.
        for y in range(L):
            d[t, y] -= alpha[t, y] * total
        totals[t] = total
    beta, w = np.empty(L), np.empty(L)
    dbeta, dw = np.zeros(L), np.empty(L)
    for y in range(L):
        beta[y] = last[y] / scale[n]
    for t in range(n - 1, -1, -1):
        z = mean = 0.0
        for y in range(L):
            z += alpha[t, y] * beta[y]
            mean += d[t, y] * beta[y] + alpha[t, y] * dbeta[y]
        if not (z > 0.5 and z < 2.0 and abs(mean) < 1e300):
            return False
        z = 1.0 / z
        mean *= z
        factor = z / scale[t]
        for y in range(L):
            w[y] = e[t, y] * beta[y] * factor
            dw[y] = e[t, y] * dbeta[y] * factor + (H[t, y] - mean - totals[t]) * w[y]
            d[t, y] = (d[t, y] * beta[y] + alpha[t, y] * (dbeta[y] - mean * beta[y])) * z
        if t == 0:
            break
        for a in range(L):
            share, change = alpha[t - 1, a], d[t - 1, a]
            if step == 0:
                for y in range(L):
                    pairs[0, a, y] += share * dw[y] + change * w[y]
            else:
                for y in range(L):
                    pairs[t, a, y] = (share * dw[y] + change * w[y]) * M[t, a, y]
            b = db = 0.0
            for y in range(L):
                b += M[t * step, a, y] * w[y]
                db += M[t * step, a, y] * dw[y]
            beta[a] = b
            dbeta[a] = db
    return True
