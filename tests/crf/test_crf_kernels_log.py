import math
from itertools import pairwise, product

import numpy as np
import pytest

from nlptool.crf.kernels_log import log_backward, log_forward

NOTHING = np.empty(0, np.int32)


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("known", [[], [-1, 2, -1, 0]])
@pytest.mark.parametrize("scale", [1.0, 800.0])
def test_sums_are_those_over_all_sequences(step: int, known: list[int], scale: float) -> None:
    random = np.random.default_rng(3)
    n, n_labels = 4, 3
    S = random.normal(size=(n, n_labels)) * scale
    T = random.normal(size=(n if step else 1, n_labels, n_labels)) * scale
    T[:, 0, 1] = -np.inf
    first, last = random.normal(size=(2, n_labels))
    given = np.array(known, np.int32)
    a, b = np.empty((2, n, n_labels))
    found = log_forward(S, T, step, first, last, given, a)
    log_backward(S, T, step, last, given, b)
    scores: dict[tuple[int, ...], float] = {}
    for path in product(range(n_labels), repeat=n):
        if any(y not in (-1, path[t]) for t, y in enumerate(known)):
            continue
        total = first[path[0]] + last[path[-1]] + sum(S[t, y] for t, y in enumerate(path))
        total += sum(T[t * step, x, y] for t, (x, y) in enumerate(pairwise(path), 1))
        scores[path] = total
    top = max(scores.values())
    wanted = top + math.log(sum(math.exp(score - top) for score in scores.values()))
    assert found == pytest.approx(wanted)
    for t in range(n):
        for y in range(n_labels):
            share = sum(math.exp(s - wanted) for path, s in scores.items() if path[t] == y)
            assert math.exp(a[t, y] + b[t, y] - wanted) == pytest.approx(share, abs=1e-9)


def test_where_nothing_is_legal() -> None:
    S, T = np.zeros((2, 2)), np.full((1, 2, 2), -np.inf)
    a = np.empty((2, 2))
    assert log_forward(S, T, 0, np.zeros(2), np.zeros(2), NOTHING, a) == -math.inf
