"""How probabilities change with the scores, against differences of those of all sequences."""

import numpy as np
import pytest

from nlptool.crf.kernels_chain import forward, potentials, powers
from nlptool.crf.kernels_log import log_slope
from nlptool.crf.kernels_slope import slope
from tests import naive_crf_chain as naive

NOTHING = np.empty(0, np.int32)


def chain_of(n, L, seed, *, step, width=1.5):
    rng = np.random.default_rng(seed)
    S, T = rng.normal(0, width, (n, L)), rng.normal(0, width, (n, L, L))
    if not step:
        T[:] = T[0]
    return S, T, *rng.normal(0, width, (2, L))


def scaled(chain, H, *, step):
    """Return the slopes of labels and pairs, or None where numbers are too small."""
    S, T, first, last = chain
    n, L = S.shape
    T = T if step else T[:1]
    e, M = np.empty((n, L)), np.empty(T.shape)
    potentials(S.reshape(-1), 0, 1, e)
    for t in range(len(T)):
        powers(T[t].reshape(-1), np.isfinite(T[t]).reshape(-1), M[t].reshape(-1))
    f, k = np.empty(L), np.empty(L)
    powers(first, np.isfinite(first), f)
    powers(last, np.isfinite(last), k)
    p, scale = np.empty((n, L)), np.empty(n + 1)
    forward(e, M, step, f, k, NOTHING, p, scale)
    d, pairs = np.empty((n, L)), np.zeros(T.shape)
    if not slope(e, M, step, f, k, scale, H, d, pairs):
        return None
    return d, pairs if step else pairs * M


def in_logs(chain, H, *, step):
    S, T, first, last = chain
    T = T if step else T[:1]
    d, pairs = np.empty(S.shape), np.zeros(T.shape)
    log_slope(S, T, step, first, last, H, d, pairs)
    return d, pairs


def by_differences(chain, H, size=1e-5):
    S, *rest = chain
    high, low = (naive.marginals((S + by * H, *rest)) for by in (size, -size))
    return [(a - b) / (2 * size) for a, b in zip(high, low, strict=True)]


@pytest.mark.parametrize("how", [scaled, in_logs])
@pytest.mark.parametrize(("n", "L"), [(1, 1), (1, 3), (2, 2), (4, 3)])
@pytest.mark.parametrize("step", [0, 1])
def test_slopes_are_those_of_the_probabilities(how, n, L, step):
    for seed in range(3):
        chain = chain_of(n, L, seed, step=step)
        H = np.random.default_rng(seed + 9).normal(size=(n, L))
        d, pairs = how(chain, H, step=step)
        want, want_pairs = by_differences(chain, H)
        np.testing.assert_allclose(d, want, atol=1e-7)
        if step:
            np.testing.assert_allclose(pairs[1:], want_pairs[1:], atol=1e-7)
        else:
            np.testing.assert_allclose(pairs[0], want_pairs.sum(0), atol=1e-7)


def test_by_hand():
    """One token, two labels of 1/4 and 3/4: d p_0 = p_0 (h_0 - mean of h)."""
    chain = np.array([[0.0, np.log(3)]]), np.zeros((1, 2, 2)), np.zeros(2), np.zeros(2)
    d, _ = scaled(chain, np.array([[1.0, 0.0]]), step=0)
    assert d == pytest.approx(np.array([[3 / 16, -3 / 16]]))


def test_scores_that_all_rise_alike_change_nothing():
    chain = chain_of(5, 3, 1, step=1)
    d, pairs = scaled(chain, np.ones((5, 3)), step=1)
    np.testing.assert_allclose(d, 0, atol=1e-12)
    np.testing.assert_allclose(pairs[1:], 0, atol=1e-12)


def test_numbers_that_are_too_small_are_refused():
    """A label that is best by e^800 but leads nowhere; logarithms know better."""
    chain = chain_of(3, 2, 1, step=1)
    chain[0][1, 0] += 800
    chain[1][2, 0] = -np.inf
    H = np.ones((3, 2))
    assert scaled(chain, H, step=1) is None
    d, _ = in_logs(chain, H, step=1)
    np.testing.assert_allclose(d, 0, atol=1e-12)
