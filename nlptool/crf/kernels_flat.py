"""Long vectors, a part at a time: sums in float64, whose order does not depend on threads."""

import math

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit

Float32 = npt.NDArray[np.float32]

_SUMS = {"reassoc", "contract", "nsz"}


@njit(cache=True, nogil=True, fastmath=_SUMS)
def dot(x: Float32, y: Float32, begin: int, end: int) -> float:
    """Return the inner product of a part of two vectors."""
    total = 0.0
    for i in range(begin, end):
        total += np.float64(x[i]) * np.float64(y[i])
    return total


@njit(cache=True, nogil=True)
def add_times(x: Float32, factor: float, y: Float32, begin: int, end: int) -> None:
    """Add a multiple of y to x, in a part of both."""
    times = np.float32(factor)
    for i in range(begin, end):
        x[i] += times * y[i]


@njit(cache=True, nogil=True)
def move(
    x: Float32, factor: float, d: Float32, orthant: Float32, to: Float32, begin: int, end: int
) -> None:
    """Set a part of `to` to x + factor d.

    Args:
        x: where from.
        factor: how far.
        d: which way.
        orthant: of each weight the sign that it may have, else it becomes 0; may be empty.
        to: where to.
        begin: of the part.
        end: of the part.
    """
    times = np.float32(factor)
    for i in range(begin, end):
        to[i] = x[i] + times * d[i]
    if len(orthant) > 0:
        for i in range(begin, end):
            if to[i] * orthant[i] <= 0:
                to[i] = 0.0


@njit(cache=True, nogil=True, fastmath=_SUMS)
def penalise(
    x: Float32, g: Float32, l1: float, l2: float, learned: int, begin: int, end: int
) -> float:
    """Add the slope of l2 x^2 to a part of g; return that part's penalty, that of l1 included.

    Args:
        x: weights.
        g: slopes.
        l1: the weight of |x|.
        l2: the weight of x^2.
        learned: the first weight that is not learned: it has no slope.
        begin: of the part.
        end: of the part.
    """
    squares = absolute = 0.0
    times = np.float32(2 * l2)
    for i in range(begin, min(end, learned)):
        g[i] += times * x[i]
        squares += np.float64(x[i]) * np.float64(x[i])
        absolute += abs(np.float64(x[i]))
    for i in range(max(begin, learned), end):
        g[i] = 0.0
    return l1 * absolute + l2 * squares


@njit(cache=True, nogil=True)
def pseudo_gradient(x: Float32, g: Float32, l1: float, to: Float32, begin: int, end: int) -> None:
    """Set a part of `to` to the slope of the loss and of l1 |x|, the steepest where x is 0.

    Source:
        Andrew & Gao 2007, "Scalable training of L1-regularized log-linear models", equation 4.
    """
    by = np.float32(l1)
    for i in range(begin, end):
        if x[i] > 0:
            to[i] = g[i] + by
        elif x[i] < 0:
            to[i] = g[i] - by
        elif g[i] + by < 0:
            to[i] = g[i] + by
        elif g[i] - by > 0:
            to[i] = g[i] - by
        else:
            to[i] = 0.0


@njit(cache=True, nogil=True)
def keep_signs(d: Float32, g: Float32, begin: int, end: int) -> None:
    """Set to 0 what in a part of d does not go down the slope g."""
    for i in range(begin, end):
        if d[i] * g[i] >= 0:
            d[i] = 0.0


@njit(cache=True, nogil=True)
def orthant_of(x: Float32, g: Float32, to: Float32, begin: int, end: int) -> None:
    """Set a part of `to` to the sign of x, or where x is 0 to that of -g."""
    for i in range(begin, end):
        to[i] = np.float32(math.copysign(1.0, x[i]) if x[i] != 0 else -np.sign(g[i]))
