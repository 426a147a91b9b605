"""Rivals: sentences that look alike and mean another thing, for a network to tell apart."""

import numpy as np

from nlptool.core.report import Progress, Report, silent
from nlptool.core.search import find_best
from nlptool.core.vectors import FloatArray
from nlptool.core.vocab import Vocab
from nlptool.similarity.examples import Examples, Int64
from nlptool.similarity.grams import add_up, learn
from nlptool.similarity.sif import scaled

_AT_ONCE = 256
_LARGEST = 30_000
_DIM = 128


def labelled(examples: Examples) -> list[Int64]:
    """Return for each sentence those that pairs say mean another thing."""
    found: list[list[int]] = [[] for _ in examples.texts]
    other = ~examples.same & (examples.groups[examples.first] != examples.groups[examples.second])
    for a, b in zip(examples.first[other].tolist(), examples.second[other].tolist(), strict=True):
        found[a].append(b)
        found[b].append(a)
    return [np.array(sorted(set(one)), np.int64) for one in found]


def mined(examples: Examples, n: int, seed: int, report: Report = silent) -> list[Int64]:
    """Return for each sentence the n nearest of other groups, by their n-grams.

    Args:
        examples: the sentences.
        n: how many.
        seed: of the choice of those that are searched, where there are very many.
        report: is told of progress.
    """
    vectors = spelt(examples.texts)
    rng = np.random.default_rng(seed)
    size = min(len(vectors), _LARGEST)
    pool = np.sort(rng.choice(len(vectors), size, replace=False))
    held = vectors[pool]
    found: list[Int64] = []
    for low in range(0, len(vectors), _AT_ONCE):
        rows = np.ascontiguousarray(vectors[low : low + _AT_ONCE])
        groups = examples.groups[low : low + _AT_ONCE]

        def score(
            first: int, last: int, rows: FloatArray = rows, groups: Int64 = groups
        ) -> FloatArray:
            products = rows @ held[first:last].T
            products[examples.groups[pool[first:last]][None] == groups[:, None]] = -np.inf
            return products

        places = find_best(score, [()] * len(rows), len(held), n).ids
        found += [pool[one[one >= 0]] for one in places]
        report(Progress("looking for rivals", low + len(rows), len(vectors), "sentences"))
    return found


def spelt(texts: list[str]) -> FloatArray:
    """Return vectors of unit length of the sentences' n-grams; shape (n, 128)."""
    known = learn(Vocab([], np.zeros(0, np.int64)), 2, texts)
    return scaled(add_up(texts, 2, known, dim=_DIM, seed=1))
