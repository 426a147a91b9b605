import numpy as np
import pytest
from numba import njit

from nlptool.w2v import kernels
from nlptool.w2v.kernels_draw import alias_table, draw_rows, held_out, thin
from nlptool.w2v.kernels_tiles import logistic_slopes, softmax_slopes
from nlptool.w2v.sgd import padded_rows
from tests import naive_w2v

NOTHING = np.empty((0, 2), np.int64)


def sentences(rng, n_words, lengths):
    parts = [np.append(rng.integers(0, n_words, length), -1) for length in lengths]
    return np.concatenate(parts).astype(np.int32)


def arrays(rng, V, dim, tied):
    E = padded_rows(V, dim)
    W = E if tied else padded_rows(V, dim)
    for M in (E, W):
        M[:V, :dim] = rng.normal(0, 0.5, (V, dim))
    bias, shift = np.zeros((2, V + 1), np.float32)
    bias[:V], shift[:V] = rng.normal(0, 0.5, (2, V))
    return E, W, bias, shift


@pytest.mark.parametrize("arch", ["skipgram", "cbow"])
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("logistic", [False, True])
@pytest.mark.parametrize("shifted", [False, True])
@pytest.mark.parametrize(("dim", "K", "window"), [(7, 1, 2), (16, 5, 3), (40, 16, 5)])
def test_kernels_step_as_their_twins(arch, tied, logistic, shifted, dim, K, window):
    rng = np.random.default_rng(dim + K)
    V = 12
    E, W, bias, shift = arrays(rng, V, dim, tied)
    if not shifted:
        bias[:], shift[:] = 0, 0
    learn = shifted and not tied
    ids = sentences(rng, V, [9, 1, 0, 2, 30, 3])
    table = alias_table(rng.random(V))
    slow_E = E.astype(float)
    slow_W = slow_E if tied else W.astype(float)
    slow_bias = bias.astype(float)
    how = logistic * kernels.LOGISTIC + shifted * kernels.SHIFTED + learn * kernels.BIASED
    rate, seed = np.float32(0.05), np.uint64(2**63 + 5)

    loss, n = getattr(kernels, arch)(ids, E, W, bias, shift, table, window, K, rate, how, seed)
    slow_loss, slow_n = getattr(naive_w2v, arch)(
        ids, slow_E, slow_W, slow_bias, shift, table, window, K, float(rate), logistic, learn, seed
    )

    assert n == slow_n > 40
    assert loss == pytest.approx(slow_loss, rel=1e-5)
    np.testing.assert_allclose(E, slow_E, atol=5e-5)
    np.testing.assert_allclose(W, slow_W, atol=5e-5)
    np.testing.assert_allclose(bias, slow_bias, atol=5e-5)
    assert not E[V].any() and not E[:, dim:].any()


@pytest.mark.parametrize("arch", ["skipgram", "cbow"])
def test_a_rate_of_zero_only_measures(arch):
    rng = np.random.default_rng(3)
    E, W, bias, shift = arrays(rng, 9, 20, tied=False)
    before = E.copy(), W.copy(), bias.copy()
    ids = sentences(rng, 9, [20, 5])
    args = (ids, E, W, bias, shift, alias_table(np.ones(9)), 5, 4, np.float32(0), 7, np.uint64(1))
    first = getattr(kernels, arch)(*args)
    assert getattr(kernels, arch)(*args) == first
    for now, then in zip((E, W, bias), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_both_sides_of_the_window_are_whole():
    # With all context vectors but one zero, only targets that see that one move at first order.
    V, window = 11, 4
    ids = np.array([*range(V), -1], np.int32)
    seen = np.zeros(V, bool)
    for seed in range(60):
        E, W = padded_rows(V, 4), padded_rows(V, 4)
        E[5] = 1
        zeros = np.zeros(V + 1, np.float32)
        table = alias_table(np.where(np.arange(V) == 5, 1.0, 1e-30))  # negatives are word 5
        rate = np.float32(1e-6)
        kernels.skipgram(
            ids, E, W, zeros, zeros, table, window, 1, rate, kernels.LOGISTIC, np.uint64(seed)
        )
        seen |= abs(W[:V]).max(axis=1) > 1e-7
    assert np.flatnonzero(seen).tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_softmax_with_uniform_negatives_learns_the_probabilities():
    # Five words; the next word of each context has the same probabilities p, and with two
    # uniform negatives the full softmax of the trained scores is p.
    rng = np.random.default_rng(0)
    p = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
    n = 60_000
    ids = np.full((n, 3), -1, np.int32)
    ids[:, 0] = 5  # a sixth word is the only context; its own predictions are not looked at
    ids[:, 1] = rng.choice(5, n, p=p)
    E, W = padded_rows(6, 8), padded_rows(6, 8)
    E[:6, :8] = rng.normal(0, 0.3, (6, 8))
    zeros = np.zeros(7, np.float32)
    table = alias_table(np.array([1, 1, 1, 1, 1, 1e-30]))
    for epoch, rate in enumerate((0.1, 0.03, 0.01, 0.003, 0.001)):
        kernels.skipgram(
            ids.ravel(), E, W, zeros, zeros, table, 1, 2, np.float32(rate), 0, np.uint64(epoch)
        )
    z = W[:5].astype(float) @ E[5]
    q = np.exp(z) / np.exp(z).sum()
    observed = np.bincount(ids[:, 1], minlength=5) / n
    np.testing.assert_allclose(q, observed, atol=0.01)


@njit
def both(z, label, how):
    shift = np.zeros(len(z), np.float32)
    one = np.float32(1)
    if how:
        return logistic_slopes(z, shift, label, len(z), one, one)
    return softmax_slopes(z, shift, label, len(z), one, one)


def test_sigmoid_softmax_and_their_losses_are_accurate():
    z = np.linspace(-100, 100, 1600).astype(np.float32)
    label = np.zeros_like(z)
    scores, wide = z.copy(), z.astype(float)
    loss = both(scores, label, 1)
    np.testing.assert_allclose(-scores, 1 / (1 + np.exp(-wide)), rtol=5e-7, atol=1e-37)
    softplus = np.maximum(wide, 0) + np.log1p(np.exp(-abs(wide)))
    assert loss == pytest.approx(softplus.reshape(-1, 2).sum(0), rel=2e-6)

    for spread in (1e-3, 1, 10, 80, 1e4):
        rng = np.random.default_rng(1)
        scores = rng.normal(0, spread, 64).astype(np.float32)
        label = np.zeros(64, np.float32)
        label[6:8] = 1
        wide = scores.astype(float).reshape(-1, 2)
        top = wide.max(axis=0)
        p = np.exp(wide - top) / np.exp(wide - top).sum(axis=0)
        expected = np.log(np.exp(wide - top).sum(axis=0)) + top - wide[3]
        loss = both(scores, label, 0)
        np.testing.assert_allclose(label - scores, p.ravel(), rtol=2e-6, atol=2e-7)
        assert loss == pytest.approx(expected, rel=1e-6, abs=2e-6)


def test_a_score_that_is_not_a_number_shows_in_the_loss():
    for how in (0, 1):
        scores = np.zeros(16, np.float32)
        scores[5] = np.nan
        assert not np.isfinite(sum(both(scores, np.zeros(16, np.float32), how)))


@njit
def many(table, n):
    rows = np.empty(n, np.int64)
    draw_rows(table, np.uint64(9), 1, rows)
    return rows


@pytest.mark.parametrize("weights", [[1.0], [1, 0.001], [5, 1, 1, 3], [7.0] * 13])
def test_words_are_drawn_in_proportion(weights):
    weights = np.array(weights, float)
    drawn = many(alias_table(weights), 100_000)
    share = np.bincount(drawn, minlength=len(weights)) / len(drawn)
    np.testing.assert_allclose(share, weights / weights.sum(), atol=0.006)
    twin = naive_w2v.Draws(9).words(alias_table(weights), 50)
    assert drawn[:50].tolist() == twin


def test_thin_drops_and_holds_out_as_its_twin():
    rng = np.random.default_rng(5)
    ids = sentences(rng, 6, [4, 0, 7, 3, 1, 12])
    keep = np.array([0, 0.3, 0.5, 0.9, 1, 1], np.float32)
    apart = np.array([[6, 13], [20, 32]])
    for start in (0, 3, 7, 20):
        for seed in (0, 1, 2**63):
            got = thin(ids[start:], start, apart, keep, np.uint64(seed))
            assert got.tolist() == naive_w2v.thin(ids[start:], start, apart, keep, seed)
    assert thin(ids[:0], 0, NOTHING, keep, np.uint64(1)).tolist() == [-1]


def test_held_out_takes_the_middle_sentence_of_each_group():
    ids = np.array(
        [0, 1, -1, 2, 3, 4, -1, 5, 5, -1, 0, -1, 1, -1, 2, 2, -1, 3, 3, -1, 4, 4], np.int32
    )
    assert held_out(ids, 3, 1000).tolist() == [[3, 6]]
    assert held_out(ids, 3, 2).tolist() == []
    assert held_out(ids, 2, 9).tolist() == [[3, 6], [14, 16]]
    assert held_out(ids[:0], 200, 9).shape == (0, 2)
