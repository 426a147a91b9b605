import math

import naive_crf_chain as naive
import numpy as np
import pytest

from nlptool.crf.kernels_chain import backward, forward, potentials, powers
from nlptool.crf.kernels_log import log_chain

NOTHING = np.empty(0, np.int32)


def chain_of(n, L, seed, *, width=2.0, illegal=0.0):
    rng = np.random.default_rng(seed)
    S = rng.normal(0, width, (n, L))
    T = rng.normal(0, width, (n, L, L))
    T[rng.random(T.shape) < illegal] = -np.inf
    return S, T, rng.normal(0, width, L), rng.normal(0, width, L)


def scaled(chain, known=NOTHING, *, step=1):
    """Return log Z, the probabilities of labels and those of pairs."""
    S, T, first, last = chain
    n, L = S.shape
    T = T if step else T[:1]
    e, M = np.empty((n, L)), np.empty(T.shape)
    top = potentials(S.reshape(-1), 0, 1, e)
    for t in range(len(T)):
        one = powers(T[t].reshape(-1), np.isfinite(T[t]).reshape(-1), M[t].reshape(-1))
        top += one * (t > 0) if step else one * (n - 1)
    f, k = np.empty(L), np.empty(L)
    top += powers(first, np.isfinite(first), f) + powers(last, np.isfinite(last), k)
    p, scale = np.empty((n, L)), np.empty(n + 1)
    pairs = np.zeros(T.shape)
    log_z = forward(e, M, step, f, k, known, p, scale)
    if not math.isfinite(log_z) or not backward(e, M, step, k, known, p, scale, pairs):
        return None
    return log_z + top, p, pairs if step else pairs * M


def in_logs(chain, known=NOTHING, *, step=1):
    S, T, first, last = chain
    T = T if step else T[:1]
    p, pairs = np.empty(S.shape), np.zeros(T.shape)
    log_z = log_chain(S, T, step, first, last, known, p, pairs)
    return log_z, p, pairs


@pytest.mark.parametrize("how", [scaled, in_logs])
@pytest.mark.parametrize(("n", "L"), [(1, 1), (1, 4), (2, 3), (5, 4), (7, 2)])
@pytest.mark.parametrize("step", [0, 1])
def test_equals_all_sequences(how, n, L, step):
    for seed in range(5):
        chain = chain_of(n, L, seed)
        if not step:
            chain[1][:] = chain[1][0]
        log_z, p, pairs = how(chain, step=step)
        assert log_z == pytest.approx(naive.log_z(chain), abs=1e-9)
        want, want_pairs = naive.marginals(chain)
        np.testing.assert_allclose(p, want, atol=1e-9)
        if step:
            np.testing.assert_allclose(pairs[1:], want_pairs[1:], atol=1e-9)
        else:
            np.testing.assert_allclose(pairs[0], want_pairs.sum(0), atol=1e-9)


@pytest.mark.parametrize("how", [scaled, in_logs])
def test_known_labels(how):
    for seed in range(20):
        chain = chain_of(5, 3, seed, illegal=0.1)
        known = np.random.default_rng(seed).integers(-1, 3, 5).astype(np.int32)
        want = naive.log_z(chain, known)
        got = how(chain, known)
        if want == -math.inf:
            assert got is None or got[0] == want
            continue
        assert got[0] == pytest.approx(want, abs=1e-9)
        p, pairs = naive.marginals(chain, known)
        np.testing.assert_allclose(got[1], p, atol=1e-9)
        np.testing.assert_allclose(got[2][1:], pairs[1:], atol=1e-9)


@pytest.mark.parametrize("width", [100.0, 1e4, 1e30])
def test_any_finite_scores(width):
    """Scaling is right, or says that it is not; logarithms always are."""
    n_scaled = 0
    for seed in range(50):
        chain = chain_of(5, 3, seed, width=width)
        want, want_pairs = naive.marginals(chain)
        log_z, p, pairs = in_logs(chain)
        assert log_z == pytest.approx(naive.log_z(chain))
        np.testing.assert_allclose(p, want, atol=1e-6)
        np.testing.assert_allclose(pairs[1:], want_pairs[1:], atol=1e-6)
        got = scaled(chain)
        if got is not None:
            n_scaled += 1
            np.testing.assert_allclose(got[1], want, atol=1e-6)
    assert n_scaled < 50 or width == 100.0


def test_a_long_sentence():
    n = 1_000_000
    rng = np.random.default_rng(1)
    S = rng.normal(0, 3, (n, 3))
    T = np.array([[[0.0, 1.0, -np.inf], [-np.inf, 0.5, 2.0], [1.0, -np.inf, -1.0]]])
    chain = S, T, np.zeros(3), np.zeros(3)
    log_z, p, _ = scaled(chain, step=0)
    assert math.isfinite(log_z)
    np.testing.assert_allclose(p.sum(1), 1)
    # Far from its ends, a piece does not feel where it was cut.
    piece = S[500_000:500_200], T, np.zeros(3), np.zeros(3)
    np.testing.assert_allclose(scaled(piece, step=0)[1][90:110], p[500_090:500_110], atol=1e-9)
