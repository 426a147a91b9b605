"""The map: the paper's numbers, clusters that come apart, the same bytes each time."""

import os
import subprocess
import sys

import numpy as np
import pytest

from nlptool.core.report import Progress
from nlptool.w2v import tsne
from nlptool.w2v.tsne import project
from tests import naive_tsne


def clusters(n, *, dim=20, seed=0):
    random = np.random.default_rng(seed)
    centres = np.linalg.qr(random.standard_normal((dim, 3)))[0].T
    noise = random.standard_normal((3, n, dim)) * 0.1
    return (centres[:, None] + noise).reshape(-1, dim).astype(np.float32)


def test_three_clusters_come_apart():
    y = project(clusters(40)).reshape(3, 40, 2)
    middles = y.mean(axis=1)
    radius = max(
        np.linalg.norm(group - middle, axis=1).max()
        for group, middle in zip(y, middles, strict=True)
    )
    gaps = [np.linalg.norm(middles[i] - middles[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    assert min(gaps) > 3 * radius


def test_a_seed_gives_one_map_and_another_seed_another():
    points = clusters(10)
    once = project(points, seed=5)
    assert once.dtype == np.float32
    assert once.shape == (30, 2)
    assert once.tobytes() == project(points, seed=5).tobytes()
    assert once.tobytes() != project(points, seed=6).tobytes()


def test_threads_change_nothing():
    code = (
        "import numpy as np; from nlptool.w2v.tsne import project;"
        "x = np.random.default_rng(1).standard_normal((300, 64)).astype('f4');"
        "print(project(x).tobytes().hex())"
    )
    maps = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ
            | {"OPENBLAS_NUM_THREADS": n, "OMP_NUM_THREADS": n, "MKL_NUM_THREADS": n},
            capture_output=True,
            check=True,
        ).stdout
        for n in ("1", "2")
    }
    assert len(maps) == 1


def test_affinities_are_the_naive_ones():
    points = tsne._unit_rows(np.random.default_rng(3).standard_normal((12, 5)))
    wanted = naive_tsne.affinities(points.tolist(), min(30, 11 / 3))
    np.testing.assert_allclose(tsne._affinities(points), wanted, rtol=1e-4, atol=1e-9)


def test_gradient_is_the_naive_one(monkeypatch):
    random = np.random.default_rng(4)
    p = random.random((9, 9))
    np.fill_diagonal(p, 0)
    p = ((p + p.T) / (p + p.T).sum()).astype(np.float32)
    y = random.standard_normal((9, 2)).astype(np.float32)
    wanted = naive_tsne.gradient(y.tolist(), p.tolist(), 12.0)
    for cells in (1, 30, 1 << 16):
        monkeypatch.setattr(tsne, "_CELLS", cells)
        found = tsne._gradient(np.ascontiguousarray(y.T), p, 12.0).T
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-5)


def test_principal_components_are_those_of_svd():
    points = np.random.default_rng(5).standard_normal((50, 6)) * [5, 3, 1, 1, 1, 1]
    found = tsne._principal(points, np.random.default_rng(0))
    centred = points - points.mean(axis=0)
    left, scale, _ = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(found), np.abs(left[:, :2] * scale[:2]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("n", range(7))
def test_few_points(n):
    y = project(np.random.default_rng(n).standard_normal((n, 3)))
    assert y.shape == (n, 2)
    assert np.isfinite(y).all()


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((10, 3)),
        np.ones((10, 1)),
        np.repeat(np.eye(4), 5, axis=0),
        np.eye(9)[:, :4],
        np.random.default_rng(0).standard_normal((20, 4)) * 3e38,
        np.random.default_rng(0).standard_normal((20, 4)) * 1e-38,
    ],
    ids=["zeros", "one dimension", "duplicates", "some zeros", "huge", "tiny"],
)
def test_odd_vectors_have_finite_places(matrix):
    with np.errstate(all="raise", under="ignore"):
        y = project(matrix.astype(np.float32) if np.abs(matrix).max() < 1e38 else matrix)
    assert np.isfinite(y).all()


def test_equal_vectors_still_come_apart():
    y = project(np.ones((6, 4)))
    assert len(np.unique(y, axis=0)) == 6


def test_progress_is_told_from_nothing_to_all():
    told = []
    project(clusters(5), report=told.append)
    assert all(isinstance(item, Progress) for item in told)
    assert (told[0].done, told[-1].done, told[-1].total) == (0, 1000, 1000)
