"""Which centre each vector is nearest to; a numba loop.

Slow form: tests/naive_crf_features.py.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit
from nlptool.crf.kernels_columns import Int32

Float32 = NDArray[np.float32]


@njit(cache=True, nogil=True)
def assign(vectors: Float32, centres: Float32, numbers: Int32, best: Float32) -> None:
    """Find the centre of the largest inner product; of equal ones the first.

    Args:
        vectors: shape (n, dim).
        centres: one in each column; shape (dim, n_centres).
        numbers: receives the number of the centre; shape (n,).
        best: receives the inner product; shape (n,).
    """
    n_centres = centres.shape[1]
    products = np.empty((4, n_centres), np.float32)
    for first in range(0, len(vectors), 4):
        n = min(4, len(vectors) - first)
        products[:] = 0
        if n == 4:
            # Four at a time: a row of centres is read once for them.
            for d in range(len(centres)):
                a, b = vectors[first, d], vectors[first + 1, d]
                c, e = vectors[first + 2, d], vectors[first + 3, d]
                for k in range(n_centres):
                    centre = centres[d, k]
                    products[0, k] += a * centre
                    products[1, k] += b * centre
                    products[2, k] += c * centre
                    products[3, k] += e * centre
        else:
            for i in range(n):
                for d in range(len(centres)):
                    a = vectors[first + i, d]
                    for k in range(n_centres):
                        products[i, k] += a * centres[d, k]
        for i in range(n):
            at = 0
            for k in range(1, n_centres):
                if products[i, k] > products[i, at]:
                    at = k
            numbers[first + i] = at
            best[first + i] = products[i, at]


@njit(cache=True, nogil=True)
def add_up(vectors: Float32, numbers: Int32, sums: NDArray[np.float64]) -> None:
    """Add each vector to the sum of its centre, in their order.

    Args:
        vectors: shape (n, dim).
        numbers: of the centre of each; shape (n,).
        sums: added to; shape (n_centres, dim).
    """
    for i in range(len(vectors)):
        row = sums[numbers[i]]
        for d in range(vectors.shape[1]):
            row[d] += np.float64(vectors[i, d])
