"""The slow, obvious twin of what is known of a text: every label sequence, one after the other.

Weights are of spans, (begin, end, type) -> what a sequence in which it is one gets more.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import inf

import numpy as np

from nlptool.crf.constrain import Match
from nlptool.crf.tags import legal, spans_of

Weights = Mapping[tuple[int, int, str], float]


@dataclass(frozen=True)
class Chain:
    """Scores of labels.

    Args:
        scores: of each label at each position; shape (n, n_labels).
        pairs: of each position and the one before; shape (n, n_labels, n_labels).
        start: of the first label; shape (n_labels,).
        end: of the last; shape (n_labels,).
        labels: their names.
        scheme: of the labels.
    """

    scores: np.ndarray
    pairs: np.ndarray
    start: np.ndarray
    end: np.ndarray
    labels: Sequence[str]
    scheme: str

    def sequences(self, weights: Weights) -> list[tuple[float, tuple[str, ...]]]:
        """Return the sums of all legal sequences, the greatest first."""
        first, pairs, last = legal(self.labels, self.scheme)
        found: list[tuple[float, tuple[str, ...]]] = []
        for path in product(range(len(self.labels)), repeat=len(self.scores)):
            if not (first[path[0]] and last[path[-1]]):
                continue
            if not all(pairs[a, b] for a, b in pairwise(path)):
                continue
            total = self.start[path[0]] + self.end[path[-1]]
            total += sum(self.scores[i, y] for i, y in enumerate(path))
            total += sum(self.pairs[i, path[i - 1], path[i]] for i in range(1, len(path)))
            names = tuple(self.labels[y] for y in path)
            found.append((float(total) + worth(names, weights), names))
        return sorted(found, reverse=True)


def worth(labels: Sequence[str], weights: Weights) -> float:
    """Return what labels get for the spans that they have."""
    return sum(weights.get(span, 0.0) for span in spans_of(labels))


def chances(sequences: Iterable[tuple[float, Sequence[str]]]) -> dict[tuple[str, ...], float]:
    """Return the probability of each sequence, the largest first."""
    ordered = sorted(sequences, key=lambda one: -one[0])
    total = np.logaddexp.reduce([score for score, _ in ordered])
    return {tuple(labels): math.exp(score - total) for score, labels in ordered}


def matches(
    tokens: str, entries: Iterable[tuple[str, str | None, float]], types: Iterable[str]
) -> Iterator[Match]:
    """Yield where the words of a dictionary are: of any type is of each of them."""
    for begin in range(len(tokens)):
        for end in range(begin + 1, len(tokens) + 1):
            for word, kind, weight in entries:
                if tokens[begin:end] == word:
                    for own in types if kind is None else [kind]:
                        yield begin, end, own, weight


def forced(found: Iterable[Match], given: Sequence[str]) -> list[tuple[int, int, set[str]]]:
    """Return the words that have to be spans, and of which type they may be."""
    chosen: list[tuple[int, int, set[str]]] = []
    at = 0
    hard = [match for match in found if match[3] == inf and not any(given[match[0] : match[1]])]
    while behind := [match for match in hard if match[0] >= at]:
        begin = min(match[0] for match in behind)
        end = max(match[1] for match in behind if match[0] == begin)
        chosen.append((begin, end, {m[2] or "" for m in behind if m[:2] == (begin, end)}))
        at = end
    return chosen


def is_allowed(
    labels: Sequence[str],
    found: Sequence[Match],
    given: Sequence[str],
    settled: Sequence[tuple[int, int, set[str]]],
) -> bool:
    """Return whether labels are as they have to be."""
    spans = spans_of(labels)
    return (
        all(own == known for own, known in zip(labels, given, strict=True) if known)
        and all(any((begin, end, kind) in spans for kind in kinds) for begin, end, kinds in settled)
        and not any(match[:3] in spans for match in found if match[3] == -inf)
    )
