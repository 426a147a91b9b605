"""The best of many rows: those of a full sort, whatever the blocks."""

import numpy as np
import pytest

from nlptool.core import search
from nlptool.core.search import Nearest, find_best, in_batches


@pytest.fixture(params=[(1 << 21, 1 << 16, 1024), (40, 16, 3)], ids=["whole", "in small blocks"])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in zip(("_CELLS", "_ROWS", "_QUERIES"), request.param, strict=True):
        monkeypatch.setattr(search, name, value)


def slow(scores: np.ndarray, exclude: list[list[int]], k: int) -> Nearest:
    """Sort all rows; a NaN and minus infinity are never found."""
    ids, found = [], []
    for own, banned in zip(scores.tolist(), exclude, strict=True):
        rows = [i for i in range(len(own)) if i not in banned and own[i] > -np.inf]
        best = sorted(rows, key=lambda i: (-own[i], i))[:k]
        ids.append(best + [-1] * (k - len(best)))
        found.append([own[i] for i in best] + [-np.inf] * (k - len(best)))
    shape = len(scores), k
    return Nearest(np.array(ids).reshape(shape), np.array(found).reshape(shape))


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("k", [0, 1, 4, 90])
@pytest.mark.parametrize("n_rows", [0, 1, 70])
def test_the_best_are_those_of_a_full_sort(n_rows: int, k: int) -> None:
    rng = np.random.default_rng(n_rows + k)
    # Few different scores, so that many are equal.
    scores = rng.integers(0, 6, (5, n_rows)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.1] = np.nan
    scores[rng.random(scores.shape) < 0.1] = -np.inf
    exclude = [rng.integers(0, max(n_rows, 1), i).tolist() for i in range(5)]
    found = find_best(lambda low, high: scores[:, low:high].copy(), exclude, n_rows, k)
    wanted = slow(scores, exclude, k)
    assert found.ids.tolist() == wanted.ids.tolist()
    assert found.scores.tolist() == wanted.scores.tolist()


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("n_queries", [0, 1, 8])
def test_queries_are_answered_some_at_a_time(n_queries: int) -> None:
    asked = []

    def one(low: int, high: int) -> Nearest:
        asked.append((low, high))
        ids = np.arange(low, high)[:, None] * np.ones((1, 2), np.int64)
        return Nearest(ids, ids.astype(np.float32))

    found = in_batches(one, n_queries, 2)
    assert found.ids.tolist() == [[i, i] for i in range(n_queries)]
    assert found.scores.shape == (n_queries, 2)
    assert max([high - low for low, high in asked], default=0) <= search._QUERIES


def test_nobody_asks() -> None:
    found = find_best(lambda low, high: np.empty((0, high - low), np.float32), [], 9, 3)
    assert found.ids.shape == (0, 3)
