import sys

import numpy as np
import pytest

from nlptool.errors import ConfigError
from nlptool.similarity import approximate
from nlptool.similarity.index import Index
from nlptool.similarity.items import Item


def index_of(n, dim=16, seed=0):
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, dim)).astype(np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return Index([Item(str(i), "") for i in range(n)], vectors, "")


def test_without_usearch_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch", None)
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    with pytest.raises(ConfigError) as error:
        approximate.build(index_of(3))
    assert str(error.value).startswith("--approximate: usearch cannot be loaded (")
    assert str(error.value).endswith(
        "), and searches the graph; pip install 'nlptool[ann]', or leave it out for exact search"
    )


class Exact:
    """Answers as usearch's graph does, without the library."""

    def __init__(self, vectors):
        self.vectors = vectors

    def search(self, queries, count, threads):
        order = np.argsort(-(queries @ self.vectors.T), axis=1)[:, :count]
        keys = order.astype(np.uint64)
        if len(queries) == 1:
            return type("Matches", (), {"keys": keys[0]})()
        return type("BatchMatches", (), {"keys": keys, "counts": np.full(len(keys), count)})()


@pytest.mark.parametrize("n_queries", [0, 1, 5])
@pytest.mark.parametrize("k", [1, 3, 20])
def test_answers_have_the_form_of_exact_ones(n_queries, k):
    index = index_of(12)
    queries = index_of(5, seed=1).vectors[:n_queries]
    graph = approximate.Approximate(index, Exact(index.vectors), 1)
    found, expected = graph.search(queries, k), index.search(queries, k)
    assert found.ids.tolist() == expected.ids.tolist()
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)
    assert graph.recall(3) == 1.0


def test_misses_are_counted():
    index = index_of(50)
    blind = approximate.Approximate(index, Exact(index.vectors[:25]), 1)
    assert 0.2 < blind.recall(5) < 0.8


def test_an_empty_index_has_nothing_to_find():
    index = index_of(0)
    graph = approximate.Approximate(index, None, 1)
    assert graph.search(np.ones((1, 16), np.float32), 2).ids.tolist() == [[-1, -1]]
    assert graph.recall(3) == 1.0


def test_the_graph_of_usearch_finds_nearly_all():
    pytest.importorskip("usearch", reason="the extra `ann` is not installed")
    index = index_of(2000)
    told = []
    graph = approximate.build(index, report=told.append)
    assert told[-1].done == 2000
    assert graph.recall(10) > 0.9
    queries = index.vectors[:50]
    again = approximate.build(index).search(queries, 10)
    assert graph.search(queries, 10).ids.tolist() == again.ids.tolist()
    assert graph.search(queries, 1).ids[:, 0].tolist() == list(range(50))
    assert graph.search(queries[:1], 3).ids.shape == (1, 3)
