import numpy as np

from nlptool.similarity.examples import from_groups, from_pairs
from nlptool.similarity.pairs import Pair


def test_pairs_of_two_files_are_one_whole():
    found = from_pairs(
        [
            [Pair("甲", "乙", 1.0), Pair("甲", "丙", 0.0)],
            [Pair("乙", "Ａ", 5.0), Pair("乙", "丁", 2.5), Pair("a", "戊", 4.0)],
        ],
        same=0.8,
    )
    assert found.texts == ["甲", "乙", "a", "丙", "丁", "戊"]
    assert found.scores.tolist() == [1, 0, 1, 0.5, 0.8]
    assert found.same.tolist() == [True, False, True, False, True]
    assert found.sources.tolist() == [0, 0, 1, 1, 1]
    assert [found.texts[i] for i in found.second] == ["乙", "丙", "a", "丁", "戊"]
    groups = dict(zip(found.texts, found.groups.tolist(), strict=True))
    assert groups["甲"] == groups["乙"] == groups["a"] == groups["戊"]
    assert len({groups[one] for one in "甲丙丁"}) == 3
    assert sorted(set(groups.values())) == [0, 1, 2]
    assert found.is_graded
    assert found.n_contradictions == 0


def test_pairs_without_scores_mean_the_same():
    found = from_pairs([[Pair("甲", "乙"), Pair("丙", "丁")]], same=0.8)
    assert found.same.all()
    assert not found.is_graded


def test_contradictions_are_counted():
    pairs = [
        Pair("甲", "乙", 1.0),
        Pair("乙", "甲", 0.0),
        Pair("丙", "丙", 0.0),
        Pair("丁", "甲", 0.0),
    ]
    assert from_pairs([pairs], same=0.8).n_contradictions == 2


def test_groups_become_rings():
    found = from_groups(
        [[("1", "甲"), ("1", "乙"), ("1", "丙"), ("2", "丁"), ("2", "戊"), ("3", "己")]]
    )
    named = [
        found.texts[i] + found.texts[j] for i, j in zip(found.first, found.second, strict=True)
    ]
    assert named == ["甲乙", "乙丙", "丙甲", "丁戊", "己己"]
    assert np.bincount(found.groups).tolist() == [3, 2, 1]
    assert not found.is_graded


def test_the_same_name_in_two_files_is_two_groups():
    found = from_groups([[("1", "甲"), ("1", "乙")], [("1", "丙"), ("1", "丁")]])
    assert np.bincount(found.groups).tolist() == [2, 2]


def test_no_examples_are_no_examples():
    assert len(from_pairs([[]], same=1.0).first) == 0
    assert len(from_groups([[]]).texts) == 0


def test_a_fingerprint_tells_labels_apart():
    one = from_pairs([[Pair("甲", "乙", 1.0)]], same=0.8)
    other = from_pairs([[Pair("甲", "乙", 0.0)]], same=0.8)
    again = from_pairs([[Pair("甲", "乙", 1.0)]], same=0.8)
    assert one.fingerprint() == again.fingerprint() != other.fingerprint()
