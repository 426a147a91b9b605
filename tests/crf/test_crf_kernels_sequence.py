"""Losses of whole label sequences."""

import numpy as np
import pytest

from tests.crf_losses import Case, check


@pytest.mark.parametrize("edges", [False, True])
def test_gradient_is_that_of_the_loss(edges):
    for seed in range(3):
        check(Case(4, 3, seed, edges=edges, illegal=0.2), "crf", "nll", 0.0, None)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("edges", [False, True])
def test_short_sentences(n, edges):
    check(Case(n, 3, 1, edges=edges), "crf", "nll", 0.0, None)


@pytest.mark.parametrize("edges", [False, True])
def test_labels_that_are_not_known(edges):
    for seed in range(3):
        check(Case(4, 3, seed, edges=edges, unknown=0.5), "crf", "nll", 0.0, None)


@pytest.mark.parametrize("edges", [False, True])
def test_nothing_known_says_nothing(edges):
    case = Case(3, 3, 1, edges=edges, unknown=1.1)
    loss, by_S, _, by_tail = case.gradient("crf", "nll", 0.0, None)
    assert loss == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(by_S, 0, atol=1e-12)
    np.testing.assert_allclose(by_tail, 0, atol=1e-12)


@pytest.mark.parametrize("edges", [False, True])
def test_by_hand(edges):
    """Two labels, two tokens, all scores 0 but one of log 3: 3 / (3 + 1 + 1 + 1) is right."""
    case = Case(2, 2, 1, edges=edges)
    case.S[:] = 0
    case.tail[:] = 0
    if edges:
        case.SE[:] = 0
    case.gold[:] = [0, 1]
    case.tail[1] = np.log(3)  # from 0 to 1
    loss, by_S, _, by_tail = case.gradient("crf", "nll", 0.0, None)
    assert loss == pytest.approx(np.log(2), abs=1e-6)
    np.testing.assert_allclose(by_S, [[-2 / 6, 2 / 6], [2 / 6, -2 / 6]], atol=1e-6)
    np.testing.assert_allclose(by_tail[:4], [1 / 6, -1 / 2, 1 / 6, 1 / 6], atol=1e-6)


def test_hopeless_steps_are_done_in_logarithms():
    """Only one path is legal, and each of its steps is e^-500 of the best that is not."""
    case = Case(3, 3, 1, edges=False)
    case.S[:] = [[-500, 0, 0], [0, -500, 0], [0, 0, -500]]
    case.legal[:] = False
    L = case.L
    case.tail[:] = 0
    case.legal[[0 * L + 1, 1 * L + 2]] = True
    case.legal[L * L :] = True
    case.gold[:] = [0, 1, 2]
    loss, by_S, _, by_tail = case.gradient("crf", "nll", 0.0, None)
    assert loss == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(by_S, 0, atol=1e-9)
    np.testing.assert_allclose(by_tail, 0, atol=1e-9)
