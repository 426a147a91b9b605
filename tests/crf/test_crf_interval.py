"""Bootstrap intervals."""

import numpy as np
import pytest

from nlptool.crf import interval
from nlptool.crf.interval import f1_difference, f1_interval


def some(n_sentences, share, seed=0):
    random = np.random.default_rng(seed)
    gold = random.integers(5, 15, n_sentences)
    return np.stack([gold, gold, random.binomial(gold, share)], axis=1)


def test_it_holds_the_score_and_narrows_with_more_sentences():
    widths = []
    for n_sentences in (50, 5000):
        counts = some(n_sentences, 0.9)
        low, high = f1_interval(counts)
        assert low < counts[:, 2].sum() / counts[:, 0].sum() < high
        widths.append(high - low)
    assert widths[1] < widths[0] / 5


def test_of_equal_sentences_it_is_a_point():
    counts = np.array([[4, 4, 3]] * 7)
    assert f1_interval(counts) == (0.75, 0.75)


def test_the_width_is_that_of_the_normal_approximation():
    n_sentences = 2000
    counts = np.zeros((n_sentences, 3), np.int64) + 1
    counts[: n_sentences // 2, 2] = 0
    low, high = f1_interval(counts, n_rounds=4000)
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / n_sentences**0.5, rel=0.08)


def test_the_same_seed_gives_the_same(monkeypatch):
    counts = some(60, 0.8)
    first = f1_interval(counts, seed=3)
    assert f1_interval(counts, seed=3) == first
    assert f1_interval(counts, seed=4) != first
    monkeypatch.setattr(interval, "BLOCK", 600)  # drawn in blocks of ten rounds
    assert f1_interval(counts, seed=3) == first


def test_difference():
    better, worse = some(400, 0.95), some(400, 0.8)
    low, high, not_better = f1_difference(better, worse)
    assert 0.1 < low < 0.15 < high < 0.2
    assert not_better == 0
    low, high, not_better = f1_difference(worse, worse)
    assert (low, high, not_better) == (0, 0, 1)


def test_no_sentences():
    assert f1_interval(np.zeros((0, 3), np.int64)) == (0, 0)
