"""Word vectors as clusters: what words that are used alike have in common, as a feature."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlptool.core.jieba_trie import COUNT_SHIFT, Nodes
from nlptool.crf.kernels_columns import Int32
from nlptool.crf.normalise import N_POINTS

NAME = "vec"
"""What templates call the vocabulary of the vectors, as a lexicon."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """The words of a set of vectors, each in a cluster, for several numbers of clusters.

    Args:
        table: the words, see tries.py; numbered from 1.
        sizes: how many clusters.
        numbers: the cluster of each word, from 0; shape (n_sizes, n_words).
        cap: the length from which on words count as equally long.
        name: what templates call the words as a lexicon.
    """

    table: Nodes
    sizes: tuple[int, ...]
    numbers: Int32
    cap: int = 5
    name: str = NAME

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
