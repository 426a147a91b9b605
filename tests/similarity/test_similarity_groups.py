import naive_similarity as naive
import numpy as np
import pytest

from nlptool.similarity.groups import Group, join
from nlptool.similarity.pairs import Pair


def test_a_chain_is_one_group():
    found = join([Pair("a", "b", 1), Pair("b", "c", 1), Pair("x", "y", 0), Pair("d", "e", 1)])
    assert found == [Group(["a", "b", "c"], 2, 0), Group(["d", "e"], 1, 0)]


def test_a_pair_without_a_label_is_the_same_meaning_and_a_sentence_alone_no_group():
    assert join([Pair("a", "b"), Pair("c", "c", 1)]) == [Group(["a", "b"], 1, 0)]


def test_contradictions_within_a_group_are_counted():
    pairs = [Pair("a", "b", 1), Pair("b", "c", 1), Pair("c", "a", 0), Pair("a", "z", 0)]
    assert join(pairs) == [Group(["a", "b", "c"], 2, 1)]


def test_scores_and_a_threshold():
    assert join([Pair("a", "b", 4.2), Pair("b", "c", 3.9)], min_score=4) == [
        Group(["a", "b"], 1, 0)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_components_are_the_obvious_ones(seed):
    rng = np.random.default_rng(seed)
    edges = rng.integers(0, 40, (30, 2)).tolist()
    names = naive.components(edges, 40)
    found = join([Pair(str(a), str(b), 1) for a, b in edges])
    expected = {}
    for i in {i for edge in edges for i in edge}:
        expected.setdefault(names[i], set()).add(str(i))
    wanted = {frozenset(group) for group in expected.values() if len(group) > 1}
    assert {frozenset(group.sentences) for group in found} == wanted
