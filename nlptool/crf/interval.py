"""How sure a measure is: bootstrap intervals over sentences."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

N_ROUNDS = 1_000
BLOCK = 1 << 22
"""Numbers drawn at once."""


def f1_interval(
    counts: NDArray[np.int64], *, n_rounds: int = N_ROUNDS, seed: int = 0, level: float = 0.95
) -> tuple[float, float]:
    """Return between which values F1 lies when sentences are drawn again, with replacement.

    Args:
        counts: spans found, gold and in both; shape (n_sentences, 3).
        n_rounds: how often all sentences are drawn.
        seed: what the draws start from.
        level: the share of the draws that lie between both values.

    Source:
        Efron and Tibshirani (1993), "An Introduction to the Bootstrap", section 13.3: the
        percentile interval.
    """
    sums = np.concatenate([_f1(draws @ counts) for draws in _draws(len(counts), n_rounds, seed)])
    tail = (1 - level) / 2
    low, high = np.quantile(sums, (tail, 1 - tail)).tolist()
    return low, high


def f1_difference(
    counts: NDArray[np.int64],
    others: NDArray[np.int64],
    *,
    n_rounds: int = N_ROUNDS,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Return how much better the first is when the same sentences are drawn for both.

    Args:
        counts: spans found, gold and in both; shape (n_sentences, 3).
        others: the same of the other one, for the same sentences.
        n_rounds: how often all sentences are drawn.
        seed: what the draws start from.
        level: the share of the draws that lie between both values.

    Returns:
        The lower and the upper end of the interval of the difference of F1, and the share of
        the draws in which the first is not better.

    Source:
        Koehn (2004), "Statistical significance tests for machine translation evaluation":
        paired bootstrap resampling.
    """
    differences = np.concatenate(
        [_f1(draws @ counts) - _f1(draws @ others) for draws in _draws(len(counts), n_rounds, seed)]
    )
    tail = (1 - level) / 2
    low, high = np.quantile(differences, (tail, 1 - tail)).tolist()
    return low, high, float((differences <= 0).mean())


def _f1(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return F1 of counts; shape (n, 3) -> (n,)."""
    found, gold, right = sums.T
    scores: NDArray[np.float64] = 2 * right / np.maximum(1, found + gold)
    return scores


def _draws(n_sentences: int, n_rounds: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield how often each sentence is drawn; shape (some rounds, n_sentences)."""
    random = np.random.default_rng(seed)
    step = max(1, BLOCK // max(1, n_sentences))
    for begin in range(0, n_rounds, step):
        size = (min(step, n_rounds - begin), n_sentences)
        chosen = random.integers(0, max(1, n_sentences), size)
        yield np.stack([np.bincount(row, minlength=n_sentences) for row in chosen])
