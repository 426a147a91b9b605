"""Word vectors as clusters: what words that are used alike have in common, as a feature.

k-means on the sphere: every vector has length 1, and so has every centre. It begins with
vectors chosen at random by a seed; a cluster that gets empty gets the word that is farthest
from its centre. The result does not depend on the number of threads.

Source:
    Dhillon and Modha, Concept Decompositions for Large Sparse Text Data Using Clustering,
    Machine Learning 42, 2001, section 3.1.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from nlptool.core.jieba_trie import COUNT_SHIFT, Nodes
from nlptool.core.report import Progress, Report, silent
from nlptool.core.vectors import Vectors
from nlptool.crf.kernels_clusters import Float32, add_up, assign
from nlptool.crf.kernels_columns import Int32
from nlptool.crf.lexicon import CAP, check_name
from nlptool.crf.normalise import N_POINTS, changes
from nlptool.crf.tries import MOST_NUMBERS, build_trie, usable
from nlptool.errors import ConfigError, CorpusError

SIZES = (64, 512)
"""How many clusters there are unless something else is asked for."""

MOST_SIZE = 1 << 16

_ROUNDS = 20
_STILL = 0.002  # of the words change: the end
_SHARE = 1024  # words that a thread takes at a time


@dataclass(frozen=True, eq=False)
class Clusters:
    """The words of a set of vectors, each in a cluster, for several numbers of clusters.

    Args:
        name: what templates call them: NAME.charN, NAME.beginN, NAME.insideN for N clusters,
            and as a lexicon NAME.begin, NAME.inside, NAME.end.
        table: the words, see tries.py; numbered from 1.
        sizes: how many clusters.
        numbers: the cluster of each word, from 0; shape (n_sizes, n_words).
        cap: the length from which on words count as equally long.
    """

    name: str
    table: Nodes
    sizes: tuple[int, ...]
    numbers: Int32
    cap: int = CAP

    def only(self, sizes: Sequence[int]) -> "Clusters":
        """Return the same words with some of the numbers of clusters."""
        rows = [self.sizes.index(size) for size in sizes]
        return replace(self, sizes=tuple(sizes), numbers=self.numbers[rows])

    def of_points(self) -> Int32:
        """Return 1 + the cluster of each code point, 0 for those without; (n_sizes, N_POINTS)."""
        values = np.zeros((len(self.sizes), N_POINTS), np.int32)
        is_first = (self.table & np.uint64((1 << 23) - 1)) == 0
        cells = self.table[is_first & (self.table >> COUNT_SHIFT != 0)]
        points = (cells >> np.uint64(23)).astype(np.int64) & ((1 << 21) - 1)
        known = points < N_POINTS
        words = (cells >> COUNT_SHIFT).astype(np.int64)[known] - 1
        values[:, points[known]] = self.numbers[:, words] + 1
        return values


def cluster_vectors(
    vectors: Vectors,
    name: str,
    sizes: Sequence[int] = SIZES,
    *,
    normalise: Sequence[str] = (),
    seed: int = 1,
    threads: int = 1,
    report: Report = silent,
) -> Clusters:
    """Cluster words by their vectors.

    Args:
        vectors: the words, the most frequent first if possible: only so many are used as can
            be numbered.
        name: what templates call them.
        sizes: how many clusters; several numbers give several columns.
        normalise: see normalise.py; of words that become the same the first counts.
        seed: of the vectors that it begins with.
        threads: how many parts of the words are worked on at the same time.
        report: hears how far it is.

    Raises:
        ConfigError: the name or a number of clusters cannot be.
        CorpusError: there are fewer words than clusters.
    """
    check_name(name)
    by = changes(tuple(normalise))
    rows: dict[str, int] = {}
    for row, word in enumerate(vectors.words):
        plain = word.translate(by)
        if usable(plain):
            rows.setdefault(plain, row)
            if len(rows) == MOST_NUMBERS:
                break
    for size in sizes:
        if not 2 <= size <= MOST_SIZE:
            raise ConfigError(f"--clusters: {size:,}, expected 2 to {MOST_SIZE:,}")
        if size > len(rows):
            raise CorpusError(
                f"{name}: {len(rows):,} words, expected at least the {size:,} clusters asked for"
            )
    units = np.ascontiguousarray(vectors.units(list(rows.values())), np.float32)
    numbers = np.empty((len(sizes), len(rows)), np.int32)
    for i, size in enumerate(sizes):
        numbers[i] = k_means(units, size, seed=seed, threads=threads, report=report)
    table = build_trie({word: i for i, word in enumerate(rows, 1)}, name)
    return Clusters(name, table, tuple(sizes), numbers)


def k_means(
    units: Float32, size: int, *, seed: int = 1, threads: int = 1, report: Report = silent
) -> Int32:
    """Return the cluster of each vector; shape (n,).

    Args:
        units: vectors of length 1, or 0; shape (n, dim).
        size: how many clusters, at most n.
        seed: of the vectors that it begins with.
        threads: how many parts are worked on at the same time.
        report: hears how far it is.
    """
    n = len(units)
    chosen = np.random.default_rng(seed).choice(n, size, replace=False)
    centres = np.ascontiguousarray(units[chosen].T)
    numbers = np.full(n, -1, np.int32)
    best = np.empty(n, np.float32)
    with ThreadPoolExecutor(threads) as pool:
        for done in range(1, _ROUNDS + 1):
            old = numbers.copy()

            def work(first: int, centres: Float32 = centres) -> None:
                part = slice(first, first + _SHARE)
                assign(units[part], centres, numbers[part], best[part])

            list(pool.map(work, range(0, n, _SHARE)))
            empty = np.flatnonzero(np.bincount(numbers, minlength=size) == 0)
            numbers[np.argsort(best, kind="stable")[: len(empty)]] = empty
            report(Progress(f"finding {size} clusters", done, _ROUNDS, "rounds"))
            if np.count_nonzero(old != numbers) <= _STILL * n:
                break
            sums = np.zeros((size, units.shape[1]))
            add_up(units, numbers, sums)
            lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums))[:, None]
            means = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
            centres = np.ascontiguousarray(means.T.astype(np.float32))
    return numbers
