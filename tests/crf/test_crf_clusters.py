import numpy as np
import pytest

from nlptool.core.jieba_trie import COUNT_SHIFT, look_up
from nlptool.core.vectors import Vectors
from nlptool.crf.clusters import Clusters, cluster_vectors, k_means
from nlptool.errors import ConfigError, CorpusError


def bunches(n_bunches: int, n_each: int) -> np.ndarray:
    """Vectors around a few directions that are at right angles."""
    random = np.random.default_rng(3)
    centres = np.eye(n_bunches, dtype=np.float32)[np.arange(n_bunches * n_each) % n_bunches]
    noise = random.normal(0, 0.05, centres.shape)
    vectors = centres + noise.astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_bunches_are_found() -> None:
    units = bunches(4, 50)
    found = [k_means(units, 4, seed=seed) for seed in range(8)]
    pure = [all(len(set(numbers[i::4].tolist())) == 1 for i in range(4)) for numbers in found]
    assert all(len(set(numbers.tolist())) == 4 for numbers in found)
    assert sum(pure) >= 2  # the rest began with two vectors of one bunch


def test_no_cluster_is_empty() -> None:
    units = np.ones((10, 1), np.float32)
    assert sorted(set(k_means(units, 3).tolist())) == [0, 1, 2]


def test_the_same_at_any_number_of_threads() -> None:
    units = np.random.default_rng(1).normal(size=(5000, 8)).astype(np.float32)
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    one = k_means(units, 20, threads=1)
    assert (one == k_means(units, 20, threads=3)).all()
    assert (one != k_means(units, 20, seed=2)).any()


def test_of_vectors() -> None:
    units = bunches(3, 40)
    words = [f"{'甲乙丙'[i % 3]}{i // 3 or ''}" for i in range(120)]
    words[3] = "a b"
    words[4] = "甲１"
    words[7] = "甲1"
    vectors = Vectors(words, units)
    clusters = cluster_vectors(vectors, "vec", [2, 3], normalise=["width"], seed=5)
    assert clusters.numbers.shape == (2, 118)
    assert clusters.numbers.max(axis=1).tolist() == [1, 2]

    def cluster(word: str) -> int:
        points = np.frombuffer(word.encode("utf-32-le"), np.int32)
        number = int(look_up(points, 0, len(points), clusters.table)) >> int(COUNT_SHIFT)
        return int(clusters.numbers[1, number - 1])

    assert cluster("甲") == cluster("甲39")
    assert cluster("甲1") == cluster("乙")  # that of the first of the two
    points = clusters.of_points()
    assert points.shape == (2, 0x110000)
    assert np.flatnonzero(points[0]).tolist() == sorted(map(ord, "甲乙丙"))
    assert points[1, ord("丙")] == 1 + cluster("丙")
    assert clusters.only([3]).numbers.tolist() == [clusters.numbers[1].tolist()]


@pytest.mark.parametrize("size", [1, 65537])
def test_impossible_sizes(size: int) -> None:
    vectors = Vectors(["ab", "cd"], np.eye(2, dtype=np.float32))
    with pytest.raises(ConfigError) as error:
        cluster_vectors(vectors, "vec", [size])
    assert str(error.value) == f"--clusters: {size:,}, expected 2 to 65,536"


def test_too_few_words() -> None:
    vectors = Vectors(["ab", "cd"], np.eye(2, dtype=np.float32))
    with pytest.raises(CorpusError) as error:
        cluster_vectors(vectors, "vec", [3])
    assert str(error.value) == "vec: 2 words, expected at least the 3 clusters asked for"


def test_clusters_of_no_size() -> None:
    vectors = Vectors(["a", "cd"], np.eye(2, dtype=np.float32))
    clusters = cluster_vectors(vectors, "vec", [])
    assert isinstance(clusters, Clusters)
    assert clusters.of_points().shape == (0, 0x110000)
