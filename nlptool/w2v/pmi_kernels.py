"""Numba loops of the PMI factorisation: arrays in, arrays out.

A row of the table holds a word's vector and, beside it, the sums of squared gradients that
AdaGrad divides by, so that one cell touches two stretches of memory and not four.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

CHUNK = 64
"""Cells that are trained one after the other: neighbours share their first word, whose row
stays in the nearest cache, and often the second words' rows are close by."""

Table = NDArray[np.float32]


# fastmath lets the loops become vector instructions with an approximate 1 / sqrt (relative
# error below 1e-6); the numpy error model drops the test for a division by zero that would
# forbid it. The sums start at 1, so that 1e-8 under the root has no effect in float32.
@njit(cache=True, nogil=True, fastmath=True, error_model="numpy")
def adagrad(
    table: Table,
    shift: int,
    pairs: NDArray[np.int32],
    facts: NDArray[np.float32],
    chunks: NDArray[np.int64],
    rate: float,
) -> float:
    """Go through some chunks of cells once and move the vectors of each cell.

    The loss of a cell (i, j) is weight (<v_i, v_j> - pmi)^2.

    Args:
        table: shape (rows, 2, dim): vectors and sums of squared gradients; changed.
        shift: where the second word's rows begin: 0 if words and contexts share vectors,
            else n_words, and then each cell stands for (i, j) and (j, i).
        pairs: shape (n, 2): i and j, i != j.
        facts: shape (n, 2): pmi and weight.
        chunks: which chunks of `CHUNK` cells, in which order.
        rate: the step's length before it is divided.

    Returns:
        The sum of the losses, each taken just before its step.

    Source:
        Duchi, Hazan & Singer 2011 (AdaGrad). Slow form: tests/naive_pmi.py.
    """
    dim = table.shape[2]
    step = np.float32(rate)
    loss = 0.0
    for chunk in chunks:
        for cell in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(pairs))):
            target, weight = facts[cell, 0], facts[cell, 1]
            for side in range(2 if shift else 1):
                left, right = table[pairs[cell, side]], table[pairs[cell, 1 - side] + shift]
                dot = np.float32(0)
                for d in range(dim):
                    dot += left[0, d] * right[0, d]
                error = dot - target
                pull = np.float32(2) * weight * error
                for d in range(dim):
                    a, b = left[0, d], right[0, d]
                    of_a, of_b = pull * b, pull * a
                    sum_a, sum_b = left[1, d] + of_a * of_a, right[1, d] + of_b * of_b
                    left[1, d], right[1, d] = sum_a, sum_b
                    left[0, d] = a - step * of_a / np.sqrt(sum_a)
                    right[0, d] = b - step * of_b / np.sqrt(sum_b)
                loss += np.float64(weight) * np.float64(error) * np.float64(error)
    return loss


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")
def total_loss(
    table: Table, shift: int, pairs: NDArray[np.int32], facts: NDArray[np.float32]
) -> float:
    """Return the sum of the losses of cells without moving anything; as in `adagrad`."""
    loss = 0.0
    for cell in range(len(pairs)):
        for side in range(2 if shift else 1):
            left, right = table[pairs[cell, side], 0], table[pairs[cell, 1 - side] + shift, 0]
            dot = np.float32(0)
            for d in range(len(left)):
                dot += left[d] * right[d]
            error = np.float64(dot - facts[cell, 0])
            loss += facts[cell, 1] * error * error
    return loss
