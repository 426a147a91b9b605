"""Approximate search: a graph over the vectors of an index, by the library usearch.

The graph is built when it is asked for and is not kept: what is in a file is checked before
it is used (promises.md, 14), and nobody can check a graph. So it pays where there are many
queries. How often it misses is measured against exact search, and told.

Source: Malkov & Yashunin, 2018 (hierarchical navigable small worlds).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from nlptool.core.report import Progress, Report, silent
from nlptool.core.search import Nearest
from nlptool.core.vectors import FloatArray
from nlptool.errors import ConfigError
from nlptool.similarity.index import Index

_AT_ONCE = 4096
_SAMPLE = 100


@dataclass(frozen=True, eq=False)
class Approximate:
    """An index with a graph over its vectors.

    Args:
        index: the vectors.
        graph: usearch's, whose keys are places in the index.
        threads: that search it.
    """

    index: Index
    graph: Any
    threads: int

    def search(self, queries: FloatArray, k: int) -> Nearest:
        """Return k near items of each query, the nearest first; as `Index.search` does."""
        n = len(queries)
        ids = np.full((n, k), -1, np.int64)
        scores = np.full((n, k), -np.inf, np.float32)
        count = min(k, len(self.index))
        if not n or not count:
            return Nearest(ids, scores)
        found = self.graph.search(np.ascontiguousarray(queries), count, threads=self.threads)
        # Of one query the answers are a row, and of many there may be fewer than asked for.
        keys = np.asarray(found.keys).reshape(n, -1).astype(np.int64)
        counts = np.atleast_1d(np.asarray(getattr(found, "counts", keys.shape[1])))
        there = np.arange(keys.shape[1])[None] < np.broadcast_to(counts, (n,))[:, None]
        keys = np.where(there, keys, 0)
        exact = np.einsum("nkd,nd->nk", self.index.vectors[keys], queries)
        exact = np.where(there, exact, -np.inf).astype(np.float32)
        keys = np.where(there, keys, -1)
        order = np.lexsort((keys, -exact), axis=1)
        ids[:, : keys.shape[1]] = np.take_along_axis(keys, order, axis=1)
        scores[:, : keys.shape[1]] = np.take_along_axis(exact, order, axis=1)
        return Nearest(ids, scores)

    def recall(self, k: int, seed: int = 1) -> float:
        """Return which share of the k nearest is found, on a sample of the items themselves.

        An item is asked for its neighbours, and not counted as one of them.
        """
        n = len(self.index)
        rng = np.random.default_rng(seed)
        rows = np.sort(rng.choice(n, min(n, _SAMPLE), replace=False))
        queries = self.index.vectors[rows]
        true, found = (one.search(queries, k + 1).ids for one in (self.index, self))
        hits = total = 0
        for row, a, b in zip(rows.tolist(), true.tolist(), found.tolist(), strict=True):
            wanted = set(a) - {row, -1}
            hits += len(wanted & set(b))
            total += len(wanted)
        return hits / total if total else 1.0


def build(index: Index, *, threads: int = 1, report: Report = silent) -> Approximate:
    """Build a graph.

    Args:
        index: what it is over.
        threads: that build it: with one the graph is always the same.
        report: is told of progress.

    Raises:
        ConfigError: usearch is not installed.
    """
    try:
        from usearch.index import Index as Graph  # noqa: PLC0415  # optional
    except ImportError as error:
        raise ConfigError(
            f"--approximate: usearch cannot be loaded ({error}), and searches the graph; "
            "pip install 'nlptool[ann]', or leave it out for exact search"
        ) from None
    vectors = index.vectors
    graph = Graph(ndim=max(vectors.shape[1], 1), metric="ip", dtype="f32")
    for low in range(0, len(vectors), _AT_ONCE):
        some = np.ascontiguousarray(vectors[low : low + _AT_ONCE])
        graph.add(np.arange(low, low + len(some), dtype=np.uint64), some, threads=threads)
        report(Progress("building a graph", low + len(some), len(vectors), "sentences"))
    return Approximate(index, graph, threads)
