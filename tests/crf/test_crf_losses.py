import math

import numpy as np
import pytest

from nlptool.crf.losses import FOCAL, HARD, NLL, SOFT, class_weights, loss_of
from nlptool.errors import ConfigError


def test_textbook_values():
    half = math.log(0.5)
    assert loss_of(NLL, 0.0, 1.0, half) == pytest.approx((math.log(2), -1))
    # Lin et al., 2017: with gamma 2, p = 0.9 costs 100 times less than its cross-entropy.
    focal, _ = loss_of(FOCAL, 2.0, 1.0, math.log(0.9))
    assert focal == pytest.approx(-math.log(0.9) / 100)
    assert loss_of(HARD, 0.0, 1.0, math.log(0.6)) == (0, 0)
    assert loss_of(HARD, 0.0, 3.0, math.log(0.4))[0] == pytest.approx(-3 * math.log(0.4))


@pytest.mark.parametrize("p", [0.01, 0.3, 0.5, 0.9, 0.999])
def test_soft_truncation_is_focal_loss_where_both_are_one(p):
    want = loss_of(FOCAL, 1.0, 1.0, math.log(p))
    assert loss_of(SOFT, 1.0, 1.0, math.log(p)) == pytest.approx(want)


@pytest.mark.parametrize("kind", [NLL, FOCAL, SOFT, HARD])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 10.0])
def test_the_slope_is_the_derivative(kind, gamma):
    for p in (1e-6, 0.1, 0.4, 0.6, 0.99):
        at, step = math.log(p), 1e-6
        high, _ = loss_of(kind, gamma, 2.0, at + step)
        low, _ = loss_of(kind, gamma, 2.0, at - step)
        slope = loss_of(kind, gamma, 2.0, at)[1]
        assert slope == pytest.approx((high - low) / (2 * step), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("kind", [NLL, FOCAL, SOFT, HARD])
@pytest.mark.parametrize("log_p", [0.0, 1e-9, -1e-300, -700.0, -1e30, -math.inf])
def test_finite_everywhere(kind, log_p):
    for gamma in (0.0, 0.5, 2.0, 100.0):
        assert np.isfinite(loss_of(kind, gamma, 1.0, log_p)).all()


def test_class_weights():
    labels = ["O", "B-PER", "I-PER", "B-LOC"]
    given = [("PER", 2.0), ("I-PER", 3.0), ("O", 0.5)]
    assert list(class_weights(labels, given)) == [0.5, 2.0, 3.0, 1.0]
    assert list(class_weights(["B", "M", "E", "S"], [("S", 2.0)])) == [1, 1, 1, 2]


@pytest.mark.parametrize("name", ["ORG", ""])
def test_a_class_that_is_not_there(name):
    with pytest.raises(ConfigError) as error:
        class_weights(["O", "B-PER"], [(name, 2.0)])
    assert str(error.value) == (f"--class-weights: {name!r} is no label, expected one of O, B-PER")
