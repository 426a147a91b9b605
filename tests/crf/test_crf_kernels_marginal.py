"""Losses of the marginal probabilities of labels."""

import numpy as np
import pytest

from nlptool.crf.kernels_marginal import HOPELESS
from tests.crf_losses import HOW, Case, check

ONES = [(kind, gamma, np.ones(3) if classes is None else classes) for kind, gamma, classes in HOW]


@pytest.mark.parametrize(("kind", "gamma", "classes"), ONES)
@pytest.mark.parametrize("edges", [False, True])
def test_gradient_is_that_of_the_loss(kind, gamma, classes, edges):
    check(Case(4, 3, 2, edges=edges, illegal=0.2), "crf", kind, gamma, classes)
    check(Case(4, 3, 3, edges=edges, unknown=0.5), "crf", kind, gamma, classes)


@pytest.mark.parametrize("n", [1, 2])
def test_short_sentences(n):
    check(Case(n, 3, 1, edges=False), "crf", "focal", 2.0, None)
    check(Case(n, 3, 1, edges=True), "crf", "soft-truncation", 3.0, np.array([1.0, 2.0, 0.5]))


def test_nothing_known_says_nothing():
    case = Case(3, 3, 1, edges=True, unknown=1.1)
    loss, by_S, by_SE, by_tail = case.gradient("crf", "focal", 2.0, None)
    assert loss == 0
    assert not by_S.any() and not by_SE.any() and not by_tail.any()


def test_by_hand():
    """Two labels, two tokens, all scores 0 but one of log 3: 1/6 + 3/6 for the first being 0."""
    case = Case(2, 2, 1, edges=False)
    case.S[:] = 0
    case.tail[:] = 0
    case.tail[1] = np.log(3)  # from 0 to 1
    case.gold[:] = [0, -1]
    loss, by_S, _, _ = case.gradient("crf", "nll", 0.0, np.ones(2))
    assert loss == pytest.approx(np.log(6 / 4), abs=1e-6)
    # The slope of -log p is that of log Z, without and with what is right.
    np.testing.assert_allclose(by_S, [[-2 / 6, 2 / 6], [2 / 6 - 1 / 4, 4 / 6 - 3 / 4]], atol=1e-6)


def test_classes_weigh_the_loss():
    case = Case(4, 3, 1, edges=False)
    one, *_ = case.gradient("crf", "nll", 0.0, np.ones(3))
    two, *_ = case.gradient("crf", "nll", 0.0, np.full(3, 2.0))
    parts = [case.gradient("crf", "nll", 0.0, np.eye(3)[y])[0] for y in range(3)]
    assert two == pytest.approx(2 * one)
    assert sum(parts) == pytest.approx(one)


def test_a_hopeless_label_is_learnt_by_the_likelihood():
    """The right label has less than 1e-9: the slope is that of the sequence, which is not lost."""
    case = Case(3, 2, 1, edges=False)
    case.S[:] = [[0, 30], [0, 0], [0, 0]]
    case.gold[:] = 0
    loss, by_S, _, by_tail = case.gradient("crf", "focal", 2.0, None)
    assert loss > -np.log(HOPELESS)
    _, likely, _, of_tail = case.gradient("crf", "nll", 0.0, None)
    np.testing.assert_allclose(by_S, likely, atol=1e-6)
    np.testing.assert_allclose(by_tail, of_tail, atol=1e-6)
    assert by_S[0, 0] == pytest.approx(-1)
