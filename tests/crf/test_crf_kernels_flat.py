import numpy as np
import pytest

from nlptool.crf import kernels_flat as flat

NOTHING = np.empty(0, np.float32)


def vectors(n, seed=1):
    rng = np.random.default_rng(seed)
    x, g = rng.normal(size=(2, n)).astype(np.float32)
    x[::3] = 0
    return x, g


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (0, 20), (3, 17)])
def test_against_numpy(begin, end):
    x, g = vectors(20)
    part = slice(begin, end)
    exact = (x[part].astype(float) * g[part].astype(float)).sum()
    assert flat.dot(x, g, begin, end) == pytest.approx(exact)

    moved = np.zeros(20, np.float32)
    flat.move(x, 0.5, g, NOTHING, moved, begin, end)
    np.testing.assert_allclose(moved[part], x[part] + 0.5 * g[part], rtol=1e-6)
    assert not moved[:begin].any() and not moved[end:].any()

    signs = np.sign(x)
    flat.move(x, 0.5, g, signs, moved, begin, end)
    want = x + 0.5 * g
    np.testing.assert_allclose(moved[part], np.where(want * signs > 0, want, 0)[part], rtol=1e-6)

    added = x.copy()
    flat.add_times(added, -2.0, g, begin, end)
    np.testing.assert_allclose(added[part], (x - 2 * g)[part], rtol=1e-6)

    d = x.copy()
    flat.keep_signs(d, g, begin, end)
    np.testing.assert_array_equal(d[part], np.where(x * g < 0, x, 0)[part])

    orthant = np.full(20, 9, np.float32)
    flat.orthant_of(x, g, orthant, begin, end)
    np.testing.assert_array_equal(orthant[part], np.where(x != 0, np.sign(x), -np.sign(g))[part])


def test_penalties():
    x, g = vectors(10)
    slopes = g.copy()
    total = flat.penalise(x, slopes, 0.5, 0.25, 8, 0, 5) + flat.penalise(
        x, slopes, 0.5, 0.25, 8, 5, 10
    )
    assert total == pytest.approx(0.5 * np.abs(x[:8]).sum() + 0.25 * (x[:8] ** 2).sum(), rel=1e-6)
    np.testing.assert_allclose(slopes[:8], (g + 0.5 * x)[:8], rtol=1e-6)
    assert not slopes[8:].any()


def test_slopes_with_l1():
    """Where a weight is 0, its slope has to be steeper than the penalty to count."""
    x = np.array([1, -1, 0, 0, 0], np.float32)
    g = np.array([1, 1, 3, -3, 1], np.float32)
    to = np.empty(5, np.float32)
    flat.pseudo_gradient(x, g, 2.0, to, 0, 5)
    assert to.tolist() == [3, -1, 1, -1, 0]
