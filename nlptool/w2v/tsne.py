"""Many dimensions to two: a map on which neighbours stay neighbours.

Exact t-SNE in plain numpy. Nothing here calls BLAS, whose sums depend on its threads: small
differences would grow until the map is another one. How a map is drawn is in `plot.py`.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nlptool.core.report import Progress, Report, silent

MOST = 2000
"""Points. Time and memory grow with their square: 500 take 3 s, 2,000 half a minute."""

FloatArray = NDArray[np.float32]
Doubles = NDArray[np.float64]

_PERPLEXITY = 30.0
_STEPS = 1000
_EARLY = 250  # steps with exaggerated attraction, in which clusters find their places
_EXAGGERATION = 12.0
_REPORT_EVERY = 25
_CELLS = 1 << 16  # pairs worked on at once: they stay in a core's cache


def project(matrix: ArrayLike, *, seed: int = 1, report: Report = silent) -> FloatArray:
    """Place vectors on a plane so that those with similar directions lie close together.

    Only who lies near whom can be read from the map; distances between groups, their sizes
    and the axes mean nothing.

    Args:
        matrix: shape (n, dim), finite, n <= MOST. Rows are compared by their cosine; a row
            of zeros is equally far from all others.
        seed: the same seed gives the same map.
        report: is told the steps done.

    Returns:
        Shape (n, 2), centred on the origin.

    Source:
        L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE", JMLR 9 (2008), with
        its section 3.4's momentum, gains and early exaggeration. Starting from the principal
        components and the learning rate: D. Kobak and P. Berens, "The art of using t-SNE for
        single-cell transcriptomics", Nature Communications 10 (2019).
    """
    points = _unit_rows(np.asarray(matrix, np.float64))
    n = len(points)
    random = np.random.default_rng(seed)
    start = _principal(points, random)
    if n < 4:  # too few to have neighbourhoods
        return start.astype(np.float32)
    start *= 1e-4 / max(float(start[:, 0].std()), 1e-12)
    # Equal vectors would push each other with no force at all, and never come apart.
    start += 1e-6 * random.standard_normal(start.shape)
    return _descend(start, _affinities(points), report)


def _unit_rows(matrix: Doubles) -> Doubles:
    """Return the rows scaled to length 1; rows of zeros stay."""
    # A first scaling keeps the squares of tiny and huge values from vanishing or overflowing.
    scale = np.abs(matrix).max(axis=1, keepdims=True, initial=0.0)
    rows: Doubles = np.divide(matrix, scale, out=np.zeros_like(matrix), where=scale > 0)
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    np.divide(rows, norms, out=rows, where=norms > 0)
    return rows


def _principal(points: Doubles, random: np.random.Generator) -> Doubles:
    """Return about the first two principal components; shape (n, 2).

    Orthogonal iteration: a start for something better need not be exact.
    """
    n, dim = points.shape
    result = np.zeros((n, 2))
    if n == 0:
        return result
    centred = points - points.mean(axis=0)
    covariance = np.einsum("ni,nj->ij", centred, centred)
    axes = random.standard_normal((min(2, dim), dim))
    for _ in range(100):
        axes = np.einsum("ij,kj->ki", covariance, axes)
        for k, axis in enumerate(axes):
            for other in axes[:k]:
                axis -= np.einsum("i,i->", axis, other) * other
            length = float(np.sqrt(np.einsum("i,i->", axis, axis)))
            axis *= 1 / length if length > 1e-150 else 0.0
    result[:, : len(axes)] = np.einsum("ni,ki->nk", centred, axes)
    return result


def _affinities(points: Doubles) -> FloatArray:
    """Return p_ij: how much i and j are neighbours; symmetric, sums to 1; shape (n, n)."""
    n = len(points)
    # Unit rows, so the squared distance is 2 - 2 cos, but for rows of zeros.
    squares = np.einsum("ij,ij->i", points, points)
    p = np.empty((n, n))
    entropy = np.log(min(_PERPLEXITY, (n - 1) / 3))
    for low in range(0, n, _rows(n)):
        block = points[low : low + _rows(n)]
        distances = squares[low : low + len(block), None] + squares
        distances -= 2 * np.einsum("id,jd->ij", block, points)
        p[low : low + len(block)] = _neighbourhoods(distances, low, entropy)
    p += p.T.copy()
    p /= p.sum()
    return np.maximum(p, 1e-12).astype(np.float32)


def _neighbourhoods(distances: Doubles, first: int, entropy: float) -> Doubles:
    """Return p_j|i, with a width for each row that gives it the wanted entropy.

    Args:
        distances: squared; shape (n_rows, n). Overwritten.
        first: which point row 0 is, so that no point is its own neighbour.
        entropy: of each row, in nats.
    """
    rows = np.arange(len(distances))
    distances[rows, first + rows] = np.inf
    distances -= distances.min(axis=1, keepdims=True)  # the nearest always weighs 1
    distances[rows, first + rows] = 0.0
    p, sharpness = distances, np.ones((len(rows), 1))
    low, high = np.zeros_like(sharpness), np.full_like(sharpness, np.inf)
    for _ in range(60):
        p = np.exp(-distances * sharpness)
        p[rows, first + rows] = 0.0
        total = p.sum(axis=1, keepdims=True)
        found = np.log(total) + sharpness * (distances * p).sum(axis=1, keepdims=True) / total
        too_wide = found > entropy
        low, high = np.where(too_wide, sharpness, low), np.where(too_wide, high, sharpness)
        # Rows whose neighbours are all equally far have one entropy at every width.
        sharpness = np.minimum(np.where(np.isinf(high), 2 * low, (low + high) / 2), 1e12)
    p /= p.sum(axis=1, keepdims=True)
    return p


def _descend(start: Doubles, p: FloatArray, report: Report) -> FloatArray:
    """Return where the points come to rest; shape (n, 2)."""
    n = len(start)
    y = np.ascontiguousarray(start.T, np.float32)
    velocity, gains = np.zeros_like(y), np.ones_like(y)
    rate = max(n / _EXAGGERATION / 4, 50.0)
    for step in range(_STEPS):
        if step % _REPORT_EVERY == 0:
            report(Progress("drawing the map", step, _STEPS, "steps"))
        early = step < _EARLY
        gradient = _gradient(y, p, _EXAGGERATION if early else 1.0)
        gains = np.where((gradient > 0) == (velocity > 0), gains * 0.8, gains + 0.2)
        np.maximum(gains, 0.01, out=gains)
        velocity *= 0.5 if early else 0.8
        velocity -= (rate * gains * gradient).astype(np.float32)
        y += velocity
        y -= y.mean(axis=1, keepdims=True)
    report(Progress("drawing the map", _STEPS, _STEPS, "steps"))
    return np.ascontiguousarray(y.T)


def _gradient(y: FloatArray, p: FloatArray, exaggeration: float) -> Doubles:
    """Return the slope of the divergence; shape (2, n): equation 5 of the paper.

    The repulsion is summed before its normaliser is known, so that each block of pairs is
    looked at once.
    """
    n = y.shape[1]
    pull, push = np.empty((2, n)), np.empty((2, n))
    total = 0.0
    for low in range(0, n, _rows(n)):
        part = slice(low, low + _rows(n))
        near = np.subtract(y[0, part, None], y[0])
        near *= near
        other = np.subtract(y[1, part, None], y[1])
        other *= other
        near += other
        near += 1
        np.reciprocal(near, out=near)
        total += float(near.sum(dtype=np.float64)) - len(near)  # less each point's own 1
        weights = np.multiply(p[part], near, out=other)
        for k in range(2):
            pull[k, part] = y[k, part] * weights.sum(axis=1) - np.einsum("ij,j->i", weights, y[k])
        near *= near
        for k in range(2):
            push[k, part] = y[k, part] * near.sum(axis=1) - np.einsum("ij,j->i", near, y[k])
    return 4 * (exaggeration * pull - push / max(total, 1e-12))


def _rows(n: int) -> int:
    return max(1, _CELLS // n)
