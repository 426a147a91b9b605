import numpy as np
import pytest

from nlptool.crf.kernels_clusters import add_up, assign
from tests.naive_crf_features import nearest


@pytest.mark.parametrize("n", [0, 1, 3, 4, 5, 14])
def test_assign(n: int) -> None:
    random = np.random.default_rng(n)
    # Small whole numbers: every sum is exact, and there are ties.
    vectors = random.integers(-2, 3, (n, 3)).astype(np.float32)
    centres = random.integers(-2, 3, (6, 3)).astype(np.float32)
    numbers = np.empty(n, np.int32)
    best = np.empty(n, np.float32)
    assign(vectors, np.ascontiguousarray(centres.T), numbers, best)
    assert numbers.tolist() == nearest(vectors.tolist(), centres.tolist())
    assert np.array_equal(best, np.einsum("ij,ij->i", vectors, centres[numbers]))


def test_add_up() -> None:
    sums = np.ones((2, 2))
    vectors = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    add_up(vectors, np.array([1, 0, 1], np.int32), sums)
    assert sums.tolist() == [[4, 5], [7, 9]]
