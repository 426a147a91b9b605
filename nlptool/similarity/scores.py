"""How good a measure of likeness is: on scored pairs, labelled pairs, and groups."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nlptool.core.search import find_best
from nlptool.core.vectors import FloatArray

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class GroupScore:
    """How often a sentence of the same group is among the nearest.

    Args:
        top: n -> share of the sentences with another one of their group among the n nearest.
        n_asked: sentences that have another one in their group.
        n_sentences: all that were searched.
    """

    top: dict[int, float]
    n_asked: int
    n_sentences: int


def ranks(values: ArrayLike) -> Float64:
    """Return the rank of each value, from 0; equal ones share the mean of theirs."""
    array = np.asarray(values, np.float64)
    order = np.argsort(array, kind="stable")
    rising = array[order]
    starts = np.flatnonzero(np.r_[True, rising[1:] != rising[:-1]])
    ends = np.r_[starts[1:], len(array)]
    shared = np.empty(len(array))
    shared[order] = np.repeat((starts + ends - 1) / 2, ends - starts)
    return shared


def spearman(first: ArrayLike, second: ArrayLike) -> float | None:
    """Return the rank correlation of two lists; None if one of them is all equal.

    Source:
        Spearman 1904, with mean ranks for equal values.
    """
    a, b = ranks(first), ranks(second)
    a, b = a - a.mean() if len(a) else a, b - b.mean() if len(b) else b
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else None


def area(scores: ArrayLike, labels: ArrayLike) -> float | None:
    """Return the area under the ROC curve; None unless both labels occur.

    Args:
        scores: the higher, the likelier the same meaning; shape (n,).
        labels: true or false; shape (n,).

    Source:
        The Mann-Whitney statistic over the product of the two numbers.
    """
    same = np.asarray(labels, bool)
    n_same, n_other = int(same.sum()), int((~same).sum())
    if not n_same or not n_other:
        return None
    total = float(ranks(scores)[same].sum())
    return (total - n_same * (n_same - 1) / 2) / (n_same * n_other)


def best_threshold(scores: ArrayLike, labels: ArrayLike) -> tuple[float, float]:
    """Return the threshold with the best accuracy, and that accuracy.

    What scores at least the threshold means the same. Of equally good ones, the highest.

    Args:
        scores: shape (n,), n >= 1.
        labels: shape (n,).
    """
    values = np.asarray(scores, np.float64)
    same = np.asarray(labels, bool)
    order = np.argsort(-values, kind="stable")
    falling, hits = values[order], np.cumsum(np.where(same[order], 1, -1))
    # A threshold cannot stand between equal scores.
    ends = np.flatnonzero(np.r_[falling[1:] != falling[:-1], True])
    right = np.r_[0, hits[ends]] + int((~same).sum())
    best = int(np.argmax(right))
    if best == 0:
        return float(np.nextafter(falling[0], np.inf)), float(right[0] / len(values))
    low = ends[best - 1]
    below = falling[low + 1] if low + 1 < len(falling) else falling[low]
    return float((falling[low] + below) / 2), float(right[best] / len(values))


def top_n(vectors: FloatArray, groups: ArrayLike, at: tuple[int, ...] = (1, 5, 10)) -> GroupScore:
    """Search every sentence's group among all others.

    The sentence itself is left out by its place, not by its text. Sentences alone in their
    group are searched among, but not asked for.

    Args:
        vectors: of unit length; shape (n, dim).
        groups: ids >= 0; shape (n,).
        at: how many of the nearest are looked at.
    """
    ids = np.asarray(groups, np.int64)
    asked = np.flatnonzero(np.bincount(ids)[ids] > 1) if len(ids) else ids
    hits = dict.fromkeys(at, 0)
    for begin in range(0, len(asked), 256):
        queries = asked[begin : begin + 256]
        score = partial(_products, np.ascontiguousarray(vectors[queries]), vectors)
        found = find_best(score, [[int(i)] for i in queries], len(ids), max(at)).ids
        right = (ids[found] == ids[queries][:, None]) & (found >= 0)
        for n in at:
            hits[n] += int(right[:, :n].any(axis=1).sum())
    return GroupScore({n: hits[n] / max(len(asked), 1) for n in at}, len(asked), len(ids))


def _products(queries: FloatArray, vectors: FloatArray, low: int, high: int) -> FloatArray:
    return queries @ vectors[low:high].T
