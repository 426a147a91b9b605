"""The chain: sums over all label sequences of a sentence, scaled at each position.

    score(y) = start[y_1] + sum_t S[t, y_t] + sum_t T_t[y_(t-1), y_t] + end[y_n]

    e      float64 [n, L]      exp(S[t] - its largest), see `potentials`
    M      float64 [k, L, L]   exp(T - its largest), 0 where illegal; one for all t (step 0), or
                               one for each (step 1)
    alpha  float64 [n, L]      forward probabilities, each row adding up to 1
    scale  float64 [n + 1]     what each row was divided by, and the end

Scaled so, nothing overflows, and what underflows is less than 1e-200 of what counts, unless
one step is hopeless (`TINY`): then the functions say so, and kernels_log.py does the sentence
in logarithms.

Source:
    Rabiner 1989, "A tutorial on hidden Markov models", section V-A (scaling); Lafferty,
    McCallum & Pereira 2001. Slow form: tests/naive_crf_chain.py.
"""

import math

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit

Float64 = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32] | Float64
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

TINY = 1e-60
"""The least share that one step may leave of the probability, for scaling to be exact."""

_SUMS = {"reassoc", "contract", "nsz"}


@njit(cache=True, nogil=True)
def potentials(S: Floats, row: int, step: int, e: Float64) -> float:
    """Fill in e; return the sum of what was subtracted.

    Args:
        S: scores, a row of L a position; flat.
        row: of the first position.
        step: rows from one position to the next, 1 or -1.
        e: to be filled in; shape (n, L).
    """
    n, L = e.shape
    total = 0.0
    for t in range(n):
        at = (row + step * t) * L
        top = S[at]
        for y in range(1, L):
            top = max(top, S[at + y])
        total += top
        for y in range(L):
            e[t, y] = math.exp(np.float64(S[at + y] - top))
    return total


@njit(cache=True, nogil=True)
def powers(T: Floats, legal: Bools, M: Float64) -> float:
    """Fill in M, the exponentials of what is legal; return what was subtracted.

    Args:
        T: scores, of any shape; flat.
        legal: which count; flat.
        M: to be filled in; flat.
    """
    top = -np.inf
    for i in range(len(M)):
        if legal[i] and T[i] > top:
            top = np.float64(T[i])
    if top == -np.inf:
        top = 0.0
    for i in range(len(M)):
        M[i] = math.exp(np.float64(T[i]) - top) if legal[i] else 0.0
    return top


@njit(cache=True, nogil=True, fastmath=_SUMS)
def forward(
    e: Float64,
    M: Float64,
    step: int,
    first: Float64,
    last: Float64,
    known: Ids,
    alpha: Float64,
    scale: Float64,
) -> float:
    """Fill in alpha and scale; return log Z, less what `potentials` and `powers` subtracted.

    Args:
        e: see the module.
        M: see the module.
        step: 0 or 1, see M.
        first: exp(start), as M; shape (L,).
        last: exp(end), as M; shape (L,).
        known: the label that each position has to have, or -1; empty where nothing is known.
        alpha: to be filled in.
        scale: to be filled in.

    Returns:
        NaN if a step left less than `TINY`.
    """
    n, L = e.shape
    total, product = 0.0, 1.0
    for t in range(n):
        if t == 0:
            for y in range(L):
                alpha[0, y] = first[y] * e[0, y]
        else:
            for y in range(L):
                alpha[t, y] = 0.0
            for a in range(L):
                share = alpha[t - 1, a]
                for y in range(L):
                    alpha[t, y] += share * M[t * step, a, y]
            for y in range(L):
                alpha[t, y] *= e[t, y]
        if len(known) > 0 and known[t] >= 0:
            for y in range(L):
                if y != known[t]:
                    alpha[t, y] = 0.0
        c = 0.0
        for y in range(L):
            c += alpha[t, y]
        if not c > TINY:
            return np.nan
        scale[t] = c
        factor = 1.0 / c
        for y in range(L):
            alpha[t, y] *= factor
        product *= c
        if product < 1e-150 or product > 1e150:
            total += math.log(product)
            product = 1.0
    c = 0.0
    for y in range(L):
        c += alpha[n - 1, y] * last[y]
    if not c > TINY:
        return np.nan
    scale[n] = c
    return total + math.log(product) + math.log(c)


@njit(cache=True, nogil=True, fastmath=_SUMS)
def backward(
    e: Float64,
    M: Float64,
    step: int,
    last: Float64,
    known: Ids,
    alpha: Float64,
    scale: Float64,
    pairs: Float64,
) -> bool:
    """Turn alpha into the probability of each label at each position; add up those of pairs.

    Args:
        e: see the module.
        M: see the module.
        step: 0 or 1, see M.
        last: as in `forward`.
        known: as in `forward`.
        alpha: of `forward`; changed.
        scale: of `forward`.
        pairs: with step 0 shape (1, L, L): to it is added what, times M, are the probabilities
            of pairs, summed over t; with step 1 shape (n, L, L): filled in with those of each
            t > 0.

    Returns:
        False if numbers were too small or too large.
    """
    n, L = e.shape
    beta = np.empty(L)
    w = np.empty(L)
    for y in range(L):
        beta[y] = last[y] / scale[n]
    for t in range(n - 1, -1, -1):
        z = 0.0
        for y in range(L):
            z += alpha[t, y] * beta[y]
        if not (z > 0.5 and z < 2.0):
            return False
        z = 1.0 / z
        factor = z / scale[t]
        for y in range(L):
            w[y] = e[t, y] * beta[y] * factor
            alpha[t, y] *= beta[y] * z
        if t == 0:
            break
        if len(known) > 0 and known[t] >= 0:
            for y in range(L):
                if y != known[t]:
                    w[y] = 0.0
        for a in range(L):
            share = alpha[t - 1, a]
            if step == 0:
                for y in range(L):
                    pairs[0, a, y] += share * w[y]
            else:
                for y in range(L):
                    pairs[t, a, y] = share * w[y] * M[t, a, y]
            b = 0.0
            for y in range(L):
                b += M[t * step, a, y] * w[y]
            beta[a] = b
    return True
