"""The slow, obvious twin of `kernels_constrain`: every label sequence, one after the other."""

from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from math import inf

import numpy as np

from nlptool.crf.tags import legal, spans_of


def best_sum(
    scores: np.ndarray,
    transitions: np.ndarray,
    start: np.ndarray,
    end: np.ndarray,
    labels: Sequence[str],
    scheme: str,
    weights: Mapping[tuple[int, int, str], float],
) -> float:
    """Return the greatest sum of a legal sequence; `weights` are of spans."""
    first, pairs, last = legal(labels, scheme)
    best = -inf
    for path in product(range(len(labels)), repeat=len(scores)):
        if not (first[path[0]] and last[path[-1]]):
            continue
        if not all(pairs[a, b] for a, b in pairwise(path)):
            continue
        total = start[path[0]] + end[path[-1]]
        total += sum(scores[i, y] for i, y in enumerate(path))
        total += sum(transitions[a, b] for a, b in pairwise(path))
        spans = spans_of([labels[y] for y in path])
        best = max(best, total + sum(weights.get(span, 0.0) for span in spans))
    return float(best)
