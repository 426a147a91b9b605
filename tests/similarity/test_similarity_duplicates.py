import naive_similarity as naive
import numpy as np
import pytest

from nlptool.similarity.duplicates import leaders


@pytest.mark.parametrize("seed", range(3))
def test_duplicates_are_the_obvious_ones(seed):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(2500, 4)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors[5] = 0
    assert leaders(vectors, 0.95).tolist() == naive.leaders(vectors, 0.95)
