"""The frequent n-grams of a text, with their counts, mutual information and entropies."""

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from nlptool.newwords.count import Part
from nlptool.newwords.kernels_grams import (
    Float64,
    Int32,
    Int64,
    Words,
    edge_of,
    insert,
    link,
    weigh,
)
from nlptool.newwords.kernels_look import Lookup, filter_of


@dataclass(frozen=True, eq=False)
class Trie:
    """Numbered n-grams that can be looked up.

    Args:
        starts: the first number of each length: 0, 1 (symbols), that of bigrams, ..., the end.
        edges: (the n-gram without its last symbol, that symbol) of each number.
        table: see `kernels_grams.find`; symbols are not in it.
        shift: see there.
    """

    starts: Int64
    edges: Words
    table: Words
    shift: np.uint64


@dataclass(frozen=True, eq=False)
class Grams:
    """The frequent n-grams of a text; arrays of shape (n_grams,), the first entry unused.

    Args:
        trie: the n-grams.
        suffixes: the number of each without its first symbol; 0 for symbols.
        counts: how often each occurs.
        pmi: of the weakest split, in nats; 0 for symbols.
        left: entropy of what stands before, in nats; a boundary is never the same twice.
        right: of what stands behind; nan for the longest n-grams, where it is not known.
        total: how many symbols the text has.
    """

    trie: Trie
    suffixes: Int32
    counts: Int64
    pmi: Float64
    left: Float64
    right: Float64
    total: int

    @property
    def order(self) -> int:
        """Symbols of the longest n-grams."""
        return len(self.trie.starts) - 2


def trie_of(starts: Int64, edges: Words) -> Trie:
    """Return a trie with its table."""
    n_slots = 1 << max(10, (3 * len(edges) // 2).bit_length())
    table = np.zeros(n_slots, np.uint64)
    shift = np.uint64(65 - n_slots.bit_length())
    insert(table, shift, edges, int(starts[2]), len(edges))
    return Trie(starts, edges, table, shift)


def lookup_of(edges: Words, start: int) -> Lookup:
    """Return a trie for looking at a text; the symbols, up to `start`, are not looked up."""
    trie = trie_of(np.array([0, 1, start, len(edges)]), edges)
    return Lookup(edges, trie.table, trie.shift, *filter_of(edges, start))


def gather_grams(
    parts: Iterable[Part],
    counts: Int64,
    *,
    order: int,
    min_count: int,
    total: int,
    threads: int = 1,
) -> Grams:
    """Put the parts of a count together.

    Args:
        parts: of all first symbols, rising; n-grams of at least 2 occurrences, or `min_count`
            if that is less. They are read twice.
        counts: how often each symbol occurs; shape (n_ranks,), the first is the boundary.
        order: the most symbols of an n-gram that is kept; what follows and stands before is
            known of those that are shorter than the parts' longest.
        min_count: how often an n-gram has to occur to be kept.
        total: how many symbols the text has.
        threads: how many parts are worked on at the same time.
    """
    kept = [_kept(part, order, min_count) for part in parts]
    sizes = np.array([[len(own.counts) for own in part] for part in kept], np.int64)
    sizes = sizes.reshape(len(kept), order - 1)
    starts = np.concatenate(([0, 1], len(counts) + np.cumsum(np.append(0, sizes.sum(axis=0)))))
    firsts = starts[2:-1] + np.cumsum(sizes, axis=0) - sizes
    edges = [np.arange(len(counts), dtype=np.uint64)]
    for length in range(2, order + 1):
        for i, part in enumerate(kept):
            own = part[length - 2]
            base = firsts[i, length - 3] if length > 2 else 0
            edges.append(edge_of.py_func(own.parents + np.uint64(base), own.symbols))
    flat = [part[length] for length in range(order - 1) for part in kept]
    gram_counts = np.concatenate([counts, *(own.counts for own in flat)])
    sums = np.concatenate([np.full(len(counts), np.nan), *(own.rights for own in flat)])
    longest = kept[0][0].longest if kept else order
    del kept, flat
    trie = trie_of(starts, np.concatenate(edges))
    del edges
    suffixes, lefts, scale = _link(parts, trie, firsts, min_count, total, threads)
    pmi = np.zeros(len(gram_counts))
    weigh(trie.starts, trie.edges, suffixes, gram_counts, total, pmi)
    known = np.maximum(gram_counts, 1)
    left = np.log(known) - lefts / scale / known
    right = np.log(known) - sums / known
    if order == longest:
        left[starts[order] :] = np.nan
        right[starts[order] :] = np.nan
    # Sums of rounded numbers miss 0 by a little.
    np.maximum(left, 0, out=left)
    np.maximum(right, 0, out=right)
    return Grams(trie, suffixes, gram_counts, pmi, left, right, total)


class _Kept(NamedTuple):
    """The frequent n-grams of a part, of one length; their parents among the shorter ones."""

    symbols: Int32
    parents: Words
    counts: Int64
    rights: Float64
    longest: int


def _kept(part: Part, order: int, min_count: int) -> list[_Kept]:
    """Return the frequent n-grams of a part, by their lengths."""
    found = []
    above = np.empty(0, np.uint64)
    for length in range(2, order + 1):
        is_kept = part.counts[length] >= min_count
        parents = part.parents[length][is_kept]
        found.append(
            _Kept(
                part.symbols[length][is_kept],
                above[parents] if length > 2 else parents.astype(np.uint64),
                part.counts[length][is_kept],
                part.rights[length],
                len(part.symbols) - 1,
            )
        )
        above = np.cumsum(is_kept, dtype=np.uint64) - np.uint64(1)
    return found


def _link(
    parts: Iterable[Part], trie: Trie, firsts: Int64, min_count: int, total: int, threads: int
) -> tuple[Int32, Int64, float]:
    """Return each n-gram without its first symbol, the sums of what stands before, their scale.

    The sums are of whole numbers, which do not depend on the order of adding.
    """
    bits = (total * max(1, total.bit_length())).bit_length()
    scale = 2.0 ** max(0, 60 - bits)
    suffixes = np.zeros(len(trie.edges), np.int32)
    free = [np.zeros(len(trie.edges), np.int64) for _ in range(threads)]

    def work(part: Part, first: Int64) -> None:
        lefts = free.pop()
        above = np.empty(0, np.int32)
        for length in range(2, len(part.symbols)):
            is_kept = length - 2 < len(first)
            own = np.empty(len(part.symbols[length]), np.int32)
            link(
                part.symbols[length],
                part.parents[length],
                part.counts[length],
                above,
                trie.table,
                trie.shift,
                trie.edges,
                int(first[length - 2]) if is_kept else 0,
                min_count if is_kept else 1 << 62,
                scale,
                own,
                suffixes,
                lefts,
            )
            above = own if len(own) else np.zeros(1, np.int32)
        free.append(lefts)

    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[None]] = deque()
        for part, first in zip(parts, firsts, strict=True):
            if len(waiting) == threads:
                waiting.popleft().result()
            waiting.append(pool.submit(work, part, first))
        for future in waiting:
            future.result()
    lefts = free[0]
    for more in free[1:]:
        lefts += more
    return suffixes, lefts, scale
