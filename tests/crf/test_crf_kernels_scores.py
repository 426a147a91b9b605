"""From records to scores, against one feature after the other."""

import numpy as np
import pytest

from nlptool.crf.kernels_scores import add, add_scores
from tests.crf_problems import slow_scores, small, weights_in


@pytest.mark.parametrize("n", [0, 1, 3, 4, 7, 8, 9, 12, 21])
def test_a_part_of_a_vector_is_added(n):
    rng = np.random.default_rng(n)
    target, source = rng.normal(size=(2, 40)).astype(np.float32)
    want = target.copy()
    want[3 : 3 + n] += source[7 : 7 + n]
    add(target, 3, source, 7, n)
    assert target.tolist() == want.tolist()


@pytest.fixture(scope="module")
def world():
    return small(20)


def test_scores_are_sums_of_features(world):
    problem, template, flat = world
    encoded, at = problem.encoded, problem.layout
    weights = weights_in(problem, flat)
    for s in range(len(encoded.starts) - 1):
        begin, end = encoded.starts[s : s + 2]
        n = int(end - begin) - 2 * at.pad
        S = np.zeros((n + 4 * at.pad + 2, at.n_labels), np.float32)
        SE = np.zeros((n + 4 * at.pad + 2, at.n_labels, at.n_labels), np.float32)
        add_scores(
            encoded.rows, begin, end, flat, at.n_labels, at.bases, at.strides, at.edges, at.runs,
            at.run_of, at.pad, S.reshape(-1), SE.reshape(-1), 1,
        )  # fmt: skip
        want, want_pairs = slow_scores(problem, template, weights, s)
        inside = slice(1 + 2 * at.pad, 1 + 2 * at.pad + n)
        np.testing.assert_allclose(S[inside][::-1], want, atol=1e-5)
        np.testing.assert_allclose(SE[inside][::-1], want_pairs, atol=1e-5)
        assert not S[0].any() and not S[-1].any()


def test_by_hand():
    """Two labels; one feature, of the token before, is seen once: its weights are the scores."""
    rows = np.array([[-1], [0], [-1], [-1]], np.int32)  # padding, two tokens, padding
    weights = np.array([5, 7], np.float32)
    one = np.array([2])
    runs = np.array([[0, -1, 0, 2]])  # of shape 0: seen one back, two weights from 0 on
    S = np.zeros((6, 2), np.float32)
    add_scores(
        rows, 0, 4, weights, 2, np.array([0]), one, np.array([False]), runs, np.array([0, 1]), 1,
        S.reshape(-1), np.empty(0, np.float32), 0,
    )  # fmt: skip
    # Backwards: two rows of margin, the second token, the first, two of margin.
    assert S.tolist() == [[0, 0], [0, 0], [5, 7], [0, 0], [0, 0], [0, 0]]


def test_a_sentence_without_records():
    problem, _, flat = small(1)
    at = problem.layout
    rows = np.full((2 * at.pad, len(at.edges)), -1, np.int32)
    S, SE = np.zeros(4 * at.pad * 3, np.float32), np.zeros(4 * at.pad * 9, np.float32)
    add_scores(
        rows, 0, len(rows), flat, 3, at.bases, at.strides, at.edges, at.runs, at.run_of, at.pad,
        S, SE, 0,
    )  # fmt: skip
    assert not S.any() and not SE.any()
