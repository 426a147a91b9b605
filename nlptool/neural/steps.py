"""Recurrent steps in numpy: bit for bit what `kernels.py` computes, and which of both to take.

The kernels are several times faster, but numba takes most of a second to load: a command that
answers one question should be done by then. So the first work of a process is done here. The
same operations in the same order give the same bits, and nobody sees the change.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]

_F = np.float32
_HALF = _F(0.5)
_LOADING = 0.5  # seconds that numba takes
_STEP, _STATE = 25e-6, 1e-8  # seconds that a step, and each state of it, cost more without it


class _Spent:
    """Seconds that this process would have saved with the kernels."""

    seconds = 0.0


def step_of(kind: str, *, n_steps: int, n_states: int) -> Callable[..., None]:
    """Return what makes the steps that are ahead.

    Args:
        kind: gru or lstm.
        n_steps: how many.
        n_states: numbers that they fill together.
    """
    _Spent.seconds += n_steps * _STEP + n_states * _STATE
    if _Spent.seconds < _LOADING:
        return gru_step if kind == "gru" else lstm_step
    from nlptool.neural import kernels  # noqa: PLC0415  # slow to load, see above

    step: Any = kernels.gru_step if kind == "gru" else kernels.lstm_step
    return step  # type: ignore[no-any-return]  # numba is untyped


def gru_step(
    given: Matrix, inner: Matrix, inner_bias: Matrix, before: Matrix, after: Matrix
) -> None:
    """Fill the states after a step of a GRU; see `kernels.gru_step`."""
    units = before.shape[1]
    inner = inner + inner_bias
    gates = given[:, : 2 * units] + inner[:, : 2 * units]
    _sigmoid(gates)
    candidate = gates[:, units:] * inner[:, 2 * units :]
    candidate += given[:, 2 * units :]
    candidate = _tanh(candidate)
    np.subtract(before, candidate, out=after)
    after *= gates[:, :units]
    after += candidate


def lstm_step(given: Matrix, inner: Matrix, cells: Matrix, after: Matrix) -> None:
    """Fill the states after a step of an LSTM; see `kernels.lstm_step`."""
    units = after.shape[1]
    gates = given + inner
    taken = _tanh(gates[:, 2 * units : 3 * units])
    gates[:, 2 * units : 3 * units] = gates[:, 3 * units :]
    gates = gates[:, : 3 * units]
    _sigmoid(gates)
    taken *= gates[:, :units]
    cells *= gates[:, units : 2 * units]
    cells += taken
    np.multiply(gates[:, 2 * units :], _tanh(cells), out=after)


def _sigmoid(x: Matrix) -> None:
    x *= _HALF
    x[:] = _tanh(x)
    x *= _HALF
    x += _HALF


def _tanh(x: Matrix) -> Matrix:
    """Return tanh(x); see `kernels._tanh`."""
    a = np.maximum(np.minimum(x, _F(9.5)), _F(-9.5))
    a *= _F(0.25)
    s = a * a
    up = s + _F(378)
    up *= s
    up += _F(17325)
    up *= s
    up += _F(135135)
    up *= a
    down = _F(28) * s
    down += _F(3150)
    down *= s
    down += _F(62370)
    down *= s
    down += _F(135135)
    up /= down
    for _ in range(2):
        np.multiply(up, up, out=s)
        s += _F(1)
        up += up
        up /= s
    return up
