"""Numba loops of the networks: what a recurrent cell does after its products.

The products of a step are left to BLAS. Slow forms: tests/naive_neural.py; the same bits
without numba: steps.py, so that no operations may be fused or put in another order here.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Matrix = npt.NDArray[np.float32]

_F = np.float32


@njit(cache=True, nogil=True, error_model="numpy", inline="always")
def _tanh(x):  # type: ignore[no-untyped-def]  # inlined into loops over float32
    """Return tanh(x) within 4e-7 of it, in a form that is computed for many numbers at once.

    Lambert's continued fraction, to the seventh power, of a quarter of x, doubled twice by
    tanh 2a = 2 tanh a / (1 + tanh^2 a). Beyond 9.5 it is 1 in float32.
    """
    a = _F(0.25) * max(min(x, _F(9.5)), _F(-9.5))
    s = a * a
    up = a * (_F(135135) + s * (_F(17325) + s * (_F(378) + s)))
    down = _F(135135) + s * (_F(62370) + s * (_F(3150) + _F(28) * s))
    t = up / down
    t = (t + t) / (_F(1) + t * t)
    return (t + t) / (_F(1) + t * t)


@njit(cache=True, nogil=True, error_model="numpy")
def gru_step(
    given: Matrix, inner: Matrix, inner_bias: Matrix, before: Matrix, after: Matrix
) -> None:
    """Fill the states after a step of a GRU (gates: update, reset, candidate).

    Args:
        given: what the input says, biases included; shape (n, 3 * units).
        inner: product of the states before and the recurrent kernel; shape (n, 3 * units).
        inner_bias: of that product; shape (3 * units,).
        before: shape (n, units).
        after: shape (n, units), written.

    Source:
        Cho et al., 2014, with the reset after the product.
    """
    n, units = before.shape
    half = _F(0.5)
    for i in range(n):
        for j in range(units):
            k = units + j
            m = units + k
            update = half + half * _tanh(half * (given[i, j] + (inner[i, j] + inner_bias[j])))
            reset = half + half * _tanh(half * (given[i, k] + (inner[i, k] + inner_bias[k])))
            candidate = _tanh(given[i, m] + reset * (inner[i, m] + inner_bias[m]))
            after[i, j] = candidate + update * (before[i, j] - candidate)


@njit(cache=True, nogil=True, error_model="numpy")
def lstm_step(given: Matrix, inner: Matrix, cells: Matrix, after: Matrix) -> None:
    """Fill the states after a step of an LSTM (gates: input, forget, candidate, output).

    Args:
        given: what the input says, bias included; shape (n, 4 * units).
        inner: product of the states before and the recurrent kernel; shape (n, 4 * units).
        cells: shape (n, units), changed.
        after: shape (n, units), written.

    Source:
        Hochreiter and Schmidhuber, 1997; forget gate of Gers et al., 2000.
    """
    n, units = after.shape
    half = _F(0.5)
    for i in range(n):
        for j in range(units):
            k = units + j
            m = units + k
            o = units + m
            take = half + half * _tanh(half * (given[i, j] + inner[i, j]))
            keep = half + half * _tanh(half * (given[i, k] + inner[i, k]))
            show = half + half * _tanh(half * (given[i, o] + inner[i, o]))
            cell = keep * cells[i, j] + take * _tanh(given[i, m] + inner[i, m])
            cells[i, j] = cell
            after[i, j] = show * _tanh(cell)
