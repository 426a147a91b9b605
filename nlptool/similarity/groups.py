"""From pairs that mean the same to groups of sentences: connected components.

A single wrong pair joins two groups for good, so what is suspicious is told: groups that are
too large, and groups that hold pairs which are labelled as different.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.similarity.pairs import Pair

Int64 = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """Sentences that mean the same.

    Args:
        sentences: distinct, in the order in which they were first seen; two or more.
        n_pairs: pairs that join them.
        n_contradictions: pairs within the group that are labelled as different.
    """

    sentences: list[str]
    n_pairs: int
    n_contradictions: int


def join(pairs: Iterable[Pair], *, min_score: float = 1.0) -> list[Group]:
    """Return the groups that pairs make, in the order of their first sentences.

    Args:
        pairs: with scores; one without a score counts as the same meaning.
        min_score: the least score of two sentences that mean the same.

    Source:
        Connected components by union and find (Galler & Fischer 1964). Slow form:
        tests/naive_similarity.py.
    """
    ids: dict[str, int] = {}
    parents: list[int] = []
    same: list[int] = []
    other: list[tuple[int, int]] = []
    for pair in pairs:
        first, second = (ids.setdefault(text, len(ids)) for text in (pair.first, pair.second))
        parents.extend(range(len(parents), len(ids)))
        if pair.score is not None and pair.score < min_score:
            other.append((first, second))
        elif first != second:
            same.append(first)
            low, high = sorted((find(parents, first), find(parents, second)))
            parents[high] = low
    members: dict[int, list[str]] = {}
    for text, i in ids.items():
        members.setdefault(find(parents, i), []).append(text)
    n_pairs = _tally(find(parents, i) for i in same)
    n_other = _tally(
        root for a, b in other if a != b and (root := find(parents, a)) == find(parents, b)
    )
    return [
        Group(texts, n_pairs[root], n_other.get(root, 0))
        for root, texts in members.items()
        if len(texts) > 1
    ]


def find(parents: list[int], i: int) -> int:
    """Return the root of a node, halving the way there."""
    while parents[i] != i:
        parents[i] = i = parents[parents[i]]
    return i


def _tally(roots: Iterable[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for root in roots:
        counts[root] = counts.get(root, 0) + 1
    return counts
