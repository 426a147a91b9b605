import naive_crf_chain as naive
import numpy as np
import pytest

from nlptool.crf.kernels_viterbi import ILLEGAL, k_best, viterbi


def chain_of(n, L, seed, illegal=0.2):
    rng = np.random.default_rng(seed)
    T = rng.normal(0, 2, (n, L, L))
    T[rng.random(T.shape) < illegal] = -np.inf
    first, last = rng.normal(0, 2, L), rng.normal(0, 2, L)
    first[rng.random(L) < illegal / 2] = -np.inf
    return rng.normal(0, 2, (n, L)), T, first, last


def lowered(chain):
    """Return scores as the kernel takes them."""
    return tuple(np.where(np.isfinite(part), part, ILLEGAL) for part in chain)


@pytest.mark.parametrize(("n", "L"), [(1, 1), (1, 3), (2, 2), (5, 4), (6, 3)])
def test_viterbi(n, L):
    n_legal = 0
    for seed in range(30):
        chain = chain_of(n, L, seed)
        S, T, first, last = lowered(chain)
        path = np.empty(n, np.int32)
        score = viterbi(S, T, 1, first, last, path)
        best = naive.best(chain, 1)
        if best:
            n_legal += 1
            assert score == pytest.approx(best[0][0])
            assert tuple(path) == best[0][1]
        else:
            assert score < ILLEGAL / 2
    assert n_legal > 10


def test_one_square_of_pairs_for_all():
    S, T, first, last = lowered(chain_of(5, 3, 1, illegal=0.1))
    path, same = np.empty(5, np.int32), np.empty(5, np.int32)
    score = viterbi(S, T[:1], 0, first, last, path)
    T[:] = T[0]
    assert viterbi(S, T, 1, first, last, same) == score
    assert list(path) == list(same)


def test_where_nothing_is_legal_few_rules_are_broken():
    """S must be followed by nothing, and nothing but S is good: one S, not three."""
    S = np.array([[0.0, 5.0], [0.0, 5.0], [0.0, 5.0]])
    T = np.array([[[0.0, ILLEGAL], [ILLEGAL, ILLEGAL]]])
    first, last = np.zeros(2), np.array([ILLEGAL, ILLEGAL])
    path = np.empty(3, np.int32)
    viterbi(S, T, 0, first, last, path)
    assert list(path) == [0, 0, 0]


def test_nothing_to_label():
    nothing = np.empty((0, 2)), np.zeros((1, 2, 2))
    assert viterbi(*nothing, 0, np.zeros(2), np.zeros(2), np.empty(0, np.int32)) == 0.0
    scores = np.empty(3)
    assert k_best(*nothing, 0, np.zeros(2), np.zeros(2), np.empty((3, 0), np.int32), scores) == 1


@pytest.mark.parametrize(("n", "L", "k"), [(1, 1, 1), (1, 3, 5), (2, 2, 9), (5, 3, 7), (4, 4, 300)])
def test_k_best(n, L, k):
    for seed in range(10):
        chain = chain_of(n, L, seed)
        paths, scores = np.empty((k, n), np.int32), np.empty(k)
        found = k_best(*chain[:2], 1, *chain[2:], paths, scores)
        want = naive.best(chain, k)
        assert found == len(want)
        np.testing.assert_allclose(scores[:found], [score for score, _ in want])
        assert [tuple(path) for path in paths[:found]] == [path for _, path in want]
