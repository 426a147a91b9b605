"""Scores of two counts: by hand, and their signs."""

import math

import numpy as np
import pytest

from nlptool.errors import ConfigError
from nlptool.newwords import contrast
from nlptool.newwords.contrast import Counts


def counts() -> Counts:
    return contrast.counts_of({"电网": 30, "的": 60, "电": 10}, {"的": 300, "春天": 100})


def by_word(how: str) -> dict[str, float]:
    both = counts()
    return dict(zip(both.words, contrast.score(both, how).tolist(), strict=True))


def test_counts_of_is_the_union_and_the_totals_are_of_all() -> None:
    both = counts()
    assert both.words == ["春天", "电", "电网", "的"]
    assert both.domain.tolist() == [0, 10, 30, 60]
    assert both.background.tolist() == [100, 0, 0, 300]
    assert (both.n_domain, both.n_background) == (100, 400)
    assert both.signs().tolist() == [-1, 1, 1, -1]


def test_ratio_by_hand() -> None:
    # a = 100 / 500, m = (100 + 10 + 30 + 360) / 4 = 125
    found = by_word("ratio")
    assert found["电网"] == pytest.approx((30 + 0.2 * 125) / (30 + 125))
    assert found["的"] == pytest.approx((60 + 25) / (360 + 125))
    assert found["春天"] == pytest.approx(25 / 225)


def test_log_likelihood_by_hand() -> None:
    # Of the word with 60 of 100 and 300 of 400: four cells against what is expected.
    cells = [(60, 72), (300, 288), (40, 28), (100, 112)]
    g2 = 2 * sum(n * math.log(n / expected) for n, expected in cells)
    assert by_word("log-likelihood")["的"] == pytest.approx(-g2)
    assert by_word("log-likelihood")["电网"] > 0


def test_log_odds_by_hand() -> None:
    # The prior is worth 10: for the word 360 / 500 of it.
    alpha = 10 * 360 / 500
    ours, theirs = 60 + alpha, 300 + alpha
    delta = math.log(ours / (110 - ours)) - math.log(theirs / (410 - theirs))
    expected = delta / math.sqrt(1 / ours + 1 / theirs)
    assert by_word("log-odds")["的"] == pytest.approx(expected)
    assert by_word("log-odds")["电网"] > 0 > by_word("log-odds")["春天"]


@pytest.mark.parametrize("how", contrast.SCORES)
def test_swapped_texts_turn_the_order_round(how: str) -> None:
    a, b = {"甲": 30, "乙": 20, "丙": 50}, {"甲": 10, "乙": 40, "丙": 50}
    one = contrast.score(contrast.counts_of(a, b), how)
    other = contrast.score(contrast.counts_of(b, a), how)
    assert np.argsort(one).tolist() == np.argsort(-other).tolist()


@pytest.mark.parametrize("how", contrast.SCORES)
@pytest.mark.parametrize(
    ("domain", "background"),
    [({}, {}), ({"甲": 1}, {}), ({}, {"甲": 1}), ({"甲": 2**61}, {"甲": 3, "乙": 2**60})],
)
def test_odd_counts_give_finite_scores(
    how: str, domain: dict[str, int], background: dict[str, int]
) -> None:
    both = contrast.counts_of(domain, background)
    assert np.isfinite(contrast.score(both, how)).all()
    assert len(both.signs()) == len(both.words)


def test_more_occurrences_than_symbols_are_no_fault() -> None:
    # Occurrences within longer words are counted too.
    both = Counts(["甲甲"], np.array([9]), np.array([0]), 5, 5)
    for how in contrast.SCORES:
        assert np.isfinite(contrast.score(both, how)).all()


def test_messages() -> None:
    with pytest.raises(ConfigError, match=r"^--score: 'x', expected one of ratio, log-likelihood"):
        contrast.score(counts(), "x")
    with pytest.raises(ConfigError, match=r"^--prior: 0, expected more than 0$"):
        contrast.score(counts(), "log-odds", prior=0)


def test_weight_is_a_factor() -> None:
    values = np.array([-4.0, 0.0, 4.0])
    assert contrast.weight(values, "log-likelihood").tolist() == [0, 0, 2]
    assert contrast.weight(values, "log-odds").tolist() == [0, 0, 4]
