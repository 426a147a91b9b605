"""Vectors: neighbours and analogies are those of the naive twins, whatever the blocks."""

import re

import numpy as np
import pytest

from nlptool.core import search
from nlptool.core.vectors import Vectors, suggestions
from nlptool.errors import ConfigError, CorpusError
from tests import naive_vectors as naive


def some(n=200, dim=7, seed=0):
    matrix = np.random.default_rng(seed).standard_normal((n, dim)).astype(np.float32)
    return Vectors([f"w{i}" for i in range(n)], matrix)


@pytest.fixture(params=[(1 << 21, 1 << 16, 1024), (40, 16, 3)], ids=["whole", "in small blocks"])
def _blocks(request, monkeypatch):
    for name, value in zip(("_CELLS", "_ROWS", "_QUERIES"), request.param, strict=True):
        monkeypatch.setattr(search, name, value)


def by_naive(found, expected, k):
    """The naive twin works in float64: the same ids, but for scores that are equal to 1e-6."""
    for ids, scores, want in zip(found.ids, found.scores, expected, strict=True):
        np.testing.assert_allclose(scores[: len(want)], [s for s, _ in want], 1e-5, 2e-6)
        assert ids[: len(want)].tolist() == [i for _, i in want]
        assert (ids[len(want) :] == -1).all() and len(ids) == k


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("k", [1, 5, 300])
def test_nearest_is_naive(k):
    v = some()
    words = ["w0", "w199", "w7", "w7"]
    expected = [naive.nearest(v.matrix, v.matrix[v.id(w)], k, (v.id(w),)) for w in words]
    by_naive(v.nearest(words, k), expected, k)
    queries = v.matrix[:5] * np.float32(3.0)
    by_naive(v.nearest(queries, k), [naive.nearest(v.matrix, q, k) for q in queries], k)
    expected = [naive.nearest(v.matrix[:50], q, k, (0, 1)) for q in queries]
    by_naive(v.nearest(queries, k, exclude=[(0, 1)] * 5, limit=50), expected, k)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("method", ["add", "mul"])
@pytest.mark.parametrize("k", [1, 4])
def test_analogy_is_naive(method, k):
    v = some()
    questions = np.random.default_rng(1).integers(0, 200, (12, 3))
    expected = [naive.analogy(v.matrix, a, b, c, k, method) for a, b, c in questions.tolist()]
    by_naive(v.analogy_ids(questions, method=method, k=k), expected, k)
    a, b, c = ([f"w{i}" for i in column] for column in questions.T)
    by_naive(v.analogy(a, b, c, method=method, k=k), expected, k)


@pytest.mark.usefixtures("_blocks")
def test_equal_scores_stand_in_order_of_their_ids():
    matrix = np.tile(np.array([[1, 0], [0, 1]], np.float32), (60, 1))
    found = Vectors([str(i) for i in range(120)], matrix).nearest(matrix[:2], 50)
    assert found.ids[0].tolist() == list(range(0, 100, 2))
    assert found.ids[1].tolist() == list(range(1, 100, 2))


def test_a_textbook_analogy():
    # Two axes: man-woman and commoner-king; "apple" lies elsewhere.
    words = ["man", "woman", "king", "queen", "apple"]
    rows = [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 1, 1], [-1, -1, 0.2]]
    v = Vectors(words, np.array(rows, np.float32))
    for method in ("add", "mul"):
        found = v.analogy(["man"], ["woman"], ["king"], method=method, k=1)
        assert v.words[found.ids[0, 0]] == "queen"
    # cos(king, queen) = 1 / (sqrt 2 sqrt 2), cos(man, king) = 1 / sqrt 2.
    assert v.similarity("king", "queen") == pytest.approx(0.5)
    assert v.similarity("man", "king") == pytest.approx(0.5**0.5)
    assert v.norms.tolist() == pytest.approx([1, 1, 2**0.5, 2**0.5, 2.04**0.5])


def test_nothing_asked_nothing_found():
    v = some()
    assert v.nearest([], 3).ids.shape == (0, 3)
    assert v.analogy([], [], [], k=2).ids.shape == (0, 2)
    assert v.nearest(["w1"], 0).ids.shape == (1, 0)
    empty = Vectors([], np.empty((0, 3), np.float32))
    assert empty.nearest(np.ones((1, 3), np.float32), 2).ids.tolist() == [[-1, -1]]


def test_zero_and_absurd_vectors_harm_nobody():
    matrix = np.array([[1, 1], [0, 0], [3e38, 3e38], [1, 0], [np.nan, 1]], np.float32)
    found = Vectors(list("abcde"), matrix).nearest(["a", "b"], 5)
    assert found.ids[0, 0] == 2 or found.ids[0, 0] == 3
    assert 4 not in found.ids
    assert found.scores[1][found.ids[1] >= 0].tolist() == [0] * 3


def test_the_first_of_two_equal_words_counts():
    v = Vectors(["a", "b", "a"], np.eye(3, dtype=np.float32))
    assert v.ids == {"a": 0, "b": 1}


def test_a_memory_map_is_not_copied(tmp_path):
    path = tmp_path / "m"
    np.lib.format.write_array(path.open("wb"), some(3000, 50).matrix, allow_pickle=False)
    matrix = np.load(path, mmap_mode="r", allow_pickle=False)
    v = Vectors([f"w{i}" for i in range(3000)], matrix)
    assert v.matrix is matrix
    assert v.nearest(["w5"], 3).ids.tolist() == some(3000, 50).nearest(["w5"], 3).ids.tolist()


def test_an_unknown_word_is_named_with_similar_ones():
    words = ["北京", "北京大学", "大学", "Paris", "paris", "x"]
    v = Vectors(words, np.eye(6, dtype=np.float32))
    for word, message in {
        "PARIS": "'PARIS': not in the vocabulary of 6 words; close to it: 'paris', 'Paris'",
        "北京大": "'北京大': not in the vocabulary of 6 words; close to it: '北京大学', '北京'",
        "ｘ": "'ｘ': not in the vocabulary of 6 words; close to it: 'x'",
        "q": "'q': not in the vocabulary of 6 words",
        "": "'': not in the vocabulary of 6 words",
    }.items():
        with pytest.raises(CorpusError, match=f"^{re.escape(message)}$"):
            v.nearest([word], 1)
    assert suggestions("上" * 500, v) == []


def test_an_unknown_method_is_refused():
    with pytest.raises(ConfigError, match=r"^--method: 'sub', expected one of add, mul$"):
        some().analogy(["w0"], ["w1"], ["w2"], method="sub")
