"""What the losses of a sentence share, and that all scores are fine for them."""

import numpy as np
import pytest

from nlptool.crf.kernels_chain import powers
from nlptool.crf.kernels_sentence import give, prepare, scores_of, times
from tests import naive_crf_chain as naive
from tests.crf_losses import HOW, Case, check


def buffers(case, margin=2):
    """Return the scores of a sentence in buffers that run backwards, and where they stand."""
    n, L = case.n, case.L
    G = np.full((n + 2 * margin, L), 9.0, np.float32)
    G[margin : margin + n] = case.S[::-1]
    GE = np.full((n + 2 * margin if case.edges else 0, L, L), 9.0, np.float32)
    if case.edges:
        GE[margin : margin + n] = case.SE[::-1]
    return G.reshape(-1), GE.reshape(-1), margin


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("edges", [False, True])
def test_scores_as_logarithms(n, edges):
    case = Case(n, 3, 1, edges=edges, illegal=0.3)
    case.legal[9 + 1] = case.legal[12 + 2] = False
    G, GE, row = buffers(case)
    S, T, begin, end = scores_of(G, GE, row, n, case.tail, case.legal)
    want, want_pairs, first, last = case.chain()
    np.testing.assert_allclose(S, want, rtol=1e-6)
    if edges:
        np.testing.assert_allclose(T, want_pairs, rtol=1e-5)
    else:
        np.testing.assert_allclose(T[0], want_pairs[0], rtol=1e-6)
    first[1] = last[2] = -np.inf
    np.testing.assert_allclose(begin, first)
    np.testing.assert_allclose(end, last)


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("edges", [False, True])
def test_exponentials_and_what_was_taken_from_them(n, edges):
    case = Case(n, 3, 2, edges=edges, illegal=0.3, width=20.0)
    G, GE, row = buffers(case)
    square = case.L**2
    powered, tops = np.empty(len(case.tail)), np.empty(3)
    for i, part in enumerate((slice(square), slice(square, square + 3), slice(square + 3, None))):
        tops[i] = powers(case.tail[part], case.legal[part], powered[part])
    e, M = np.empty((n, 3)), np.empty((n if edges else 1, 3, 3))
    top = prepare(G, GE, row, case.tail, case.legal, powered, tops, e, M)
    # Whatever path: its score is that of its exponentials, and what was taken.
    chain = case.chain()
    for path in naive.sequences(n, 3):
        total = np.log(powered[square + path[0]]) + np.log(powered[square + 3 + path[-1]]) + top
        total += sum(np.log(e[t, y]) for t, y in enumerate(path))
        steps = [M[t if edges else 0, path[t - 1], path[t]] for t in range(1, n)]
        want = naive.score(chain, path)
        if 0 in steps:
            assert want == -np.inf
        else:
            assert total + sum(map(np.log, steps)) == pytest.approx(want, rel=1e-5)


def test_sums_get_the_exponentials_that_they_lack():
    pairs, M = np.array([[[1.0, 2], [3, 4]]]), np.array([[[2.0, 3], [5, 0]]])
    times(pairs, M)
    assert pairs.tolist() == [[[2, 6], [15, 0]]]


@pytest.mark.parametrize("edges", [False, True])
def test_gradients_go_where_the_scores_were(edges):
    case = Case(3, 2, 1, edges=edges)
    G, GE, row = buffers(case)
    rng = np.random.default_rng(5)
    p, pairs = rng.normal(size=(3, 2)), rng.normal(size=(3 if edges else 1, 2, 2))
    E = np.ones(8)
    give(G, GE, row, p, pairs, E)
    np.testing.assert_allclose(G.reshape(-1, 2)[row : row + 3][::-1], p, rtol=1e-6)
    assert (G[: 2 * row] == 9).all() and (G[-2 * row :] == 9).all()
    if edges:
        np.testing.assert_allclose(GE.reshape(-1, 2, 2)[row : row + 3][::-1], pairs, rtol=1e-6)
    want = np.concatenate([pairs.sum(0).reshape(-1), p[0], p[-1]])
    np.testing.assert_allclose(E, 1 + want)


@pytest.mark.parametrize(("kind", "gamma", "classes"), HOW)
@pytest.mark.parametrize("width", [300.0, 1e6, 1e30])
@pytest.mark.parametrize("edges", [False, True])
def test_any_finite_scores_give_finite_gradients(kind, gamma, classes, width, edges):
    for seed in range(20):
        case = Case(6, 3, seed, edges=edges, width=width, unknown=0.2)
        loss, by_S, by_SE, by_tail = case.gradient("crf", kind, gamma, classes)
        assert np.isfinite(loss)
        assert np.isfinite(by_S).all() and np.isfinite(by_tail).all()
        assert by_SE is None or np.isfinite(by_SE).all()


@pytest.mark.parametrize("edges", [False, True])
def test_losses_in_logarithms_have_the_same_gradient(edges):
    """A label that looks best by e^400 but may follow none: scaling finds next to nothing."""
    for seed in range(2):
        case = Case(3, 3, seed, edges=edges)
        case.S[1, 2] += 400
        case.legal[[2, 5, 8]] = False
        case.gold[1:] %= 2
        for kind, gamma, classes in HOW:
            check(case, "crf", kind, gamma, classes)
        case.gold[2] = -1
        check(case, "crf", "nll", 0.0, None)
