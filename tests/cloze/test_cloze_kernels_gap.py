"""The kernel learns what its slow twin learns."""

import numpy as np
import pytest

from nlptool.cloze.kernels_gap import learn_gaps
from tests import naive_cloze


@pytest.mark.parametrize(("n", "half", "n_drawn"), [(0, 1, 1), (1, 2, 3), (40, 1, 2), (90, 3, 5)])
def test_as_the_slow_twin(n, half, n_drawn):
    rng = np.random.default_rng(n + half)
    n_words, dim = 7, 5
    ids = rng.integers(0, n_words + 2, n).astype(np.int32)
    chances = np.array([1, 0, 0.5, 1, 0.2, 1, 1], np.float32)
    drawn = rng.integers(0, n_words, 30).astype(np.int32)
    rates = np.array([0.3, 0.1], np.float32)
    shapes = [(n_words, dim), (n_words, dim), (n_words,), (2 * half, dim)]
    arrays = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
    twins = [array.astype(np.float64) for array in arrays]
    found = learn_gaps(ids, n_words, chances, drawn, n_drawn, rates, np.uint64(5), *arrays)
    right = naive_cloze.learn_gaps(
        ids.tolist(), n_words, chances, drawn.tolist(), n_drawn, rates, 5, *twins
    )
    assert found[1] == right[1]
    assert found[0] == pytest.approx(right[0], rel=1e-4, abs=1e-6)
    for array, twin in zip(arrays, twins, strict=True):
        np.testing.assert_allclose(array, twin, rtol=2e-3, atol=2e-4)
