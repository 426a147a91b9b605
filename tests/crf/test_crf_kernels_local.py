"""Losses of labels by themselves, or given the one before: one position after the other."""

import numpy as np
import pytest

from tests.crf_losses import HOW, Case, check

DECODERS = ["softmax", "memm"]


@pytest.mark.parametrize(("kind", "gamma", "classes"), HOW)
@pytest.mark.parametrize("decoder", DECODERS)
def test_gradient_is_that_of_the_loss(decoder, kind, gamma, classes):
    for seed in range(2):
        check(Case(4, 3, seed, edges=seed % 2 == 1), decoder, kind, gamma, classes)


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("n", [1, 2])
def test_short_sentences(decoder, n):
    check(Case(n, 3, 1, edges=False), decoder, "nll", 0.0, None)
    check(Case(n, 3, 1, edges=True), decoder, "focal", 2.0, None)


@pytest.mark.parametrize(("kind", "gamma", "classes"), HOW)
@pytest.mark.parametrize("decoder", DECODERS)
def test_labels_that_are_not_known(decoder, kind, gamma, classes):
    for seed in range(2):
        check(Case(4, 3, seed, edges=seed % 2 == 0, unknown=0.5), decoder, kind, gamma, classes)


@pytest.mark.parametrize("decoder", DECODERS)
def test_nothing_known_says_nothing(decoder):
    case = Case(3, 3, 1, edges=True, unknown=1.1)
    loss, by_S, by_SE, by_tail = case.gradient(decoder, "nll", 0.0, None)
    assert loss == 0
    assert not by_S.any() and not by_SE.any() and not by_tail.any()


def test_by_hand_of_single_labels():
    """Of two labels the right one has 3 of 4: it costs log 4/3."""
    case = Case(1, 2, 1, edges=False)
    case.S[:] = [[np.log(3), 0]]
    case.gold[:] = [0]
    loss, by_S, _, by_tail = case.gradient("softmax", "nll", 0.0, None)
    assert loss == pytest.approx(np.log(4 / 3))
    np.testing.assert_allclose(by_S, [[-1 / 4, 1 / 4]], atol=1e-7)
    assert not by_tail.any()


def test_by_hand_given_the_label_before():
    """The first label is one of two alike; the second has 3 of 4 after it, 1 of 2 otherwise."""
    case = Case(2, 2, 1, edges=False)
    case.S[:] = 0
    case.tail[:] = 0
    case.tail[1] = np.log(3)  # from 0 to 1
    case.gold[:] = [0, 1]
    loss, by_S, _, by_tail = case.gradient("memm", "nll", 0.0, None)
    assert loss == pytest.approx(np.log(2) + np.log(4 / 3))
    np.testing.assert_allclose(by_S, [[-1 / 2, 1 / 2], [1 / 4, -1 / 4]], atol=1e-7)
    # From 0 to 0 and to 1; from 1; of the first; of the last.
    want = [1 / 4, -1 / 4, 0, 0, -1 / 2, 1 / 2, 1 / 4, -1 / 4]
    np.testing.assert_allclose(by_tail, want, atol=1e-7)


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("width", [300.0, 1e6, 1e30])
def test_any_finite_scores_give_finite_gradients(decoder, width):
    for kind, gamma, classes in HOW:
        case = Case(6, 3, 1, edges=True, width=width, unknown=0.2)
        loss, by_S, by_SE, by_tail = case.gradient(decoder, kind, gamma, classes)
        assert np.isfinite(loss)
        assert all(np.isfinite(found).all() for found in (by_S, by_SE, by_tail))
