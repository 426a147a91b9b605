import naive_similarity as naive
import numpy as np
import pytest

from nlptool.similarity.scores import area, best_threshold, ranks, spearman, top_n


def test_ranks_share_the_mean_of_equal_values():
    assert ranks([3, 1, 3, 2]).tolist() == [2.5, 0, 2.5, 1]
    assert ranks([]).tolist() == []


def test_spearman_by_hand():
    assert spearman([1, 2, 3, 4], [10, 20, 30, 40]) == pytest.approx(1)
    # Ranks 0 1 2 3 and 0 2 1 3: 1 - 6 * 2 / (4 * 15).
    assert spearman([1, 2, 3, 4], [1, 3, 2, 4]) == pytest.approx(0.8)
    assert spearman([1, 1, 1], [1, 2, 3]) is None
    assert spearman([], []) is None


@pytest.mark.parametrize("seed", range(5))
def test_area_and_threshold_are_the_obvious_ones(seed):
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 8, 40) / 8
    labels = rng.random(40) < 0.2 + 0.6 * scores
    labels[:2] = True, False
    assert area(scores, labels) == pytest.approx(naive.area(scores, labels))
    threshold, accuracy = best_threshold(scores, labels)
    assert accuracy == pytest.approx(naive.best_accuracy(scores, labels))
    assert accuracy == pytest.approx(np.mean((scores >= threshold) == labels))


def test_threshold_where_nothing_is_the_same():
    threshold, accuracy = best_threshold([0.5, 0.9], [False, False])
    assert threshold > 0.9
    assert accuracy == 1
    assert best_threshold([0.5, 0.9], [True, True]) == (0.5, 1.0)


def test_area_of_one_label_is_unknown():
    assert area([1, 2], [True, True]) is None


def test_top_n_leaves_out_the_sentence_itself_and_groups_of_one():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = rng.integers(0, 25, 60)
    found = top_n(vectors, groups)
    for n in (1, 5, 10):
        assert found.top[n] == pytest.approx(naive.top_n(vectors, groups.tolist(), n))
    alone = sum((groups == g).sum() == 1 for g in groups)
    assert found.n_asked == 60 - alone
    assert found.n_sentences == 60


def test_two_equal_sentences_find_each_other_not_themselves():
    vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
    assert top_n(vectors, [0, 0, 1]).top == {1: 1.0, 5: 1.0, 10: 1.0}
    # The third is as far from both; the first, of its group, comes first. The first is asked too.
    assert top_n(vectors, [0, 1, 0]).top[1] == 0.5
