"""The frequent n-grams of a text, with their counts, mutual information and entropies."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

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
    n_slots = 1 << max(10, int(2 * len(edges)).bit_length())
    table = np.zeros(n_slots, np.uint64)
    shift = np.uint64(65 - n_slots.bit_length())
    insert(table, shift, edges, int(starts[2]), len(edges))
    return Trie(starts, edges, table, shift)


def lookup_of(edges: Words, start: int) -> Lookup:
    """Return a trie for looking at a text; the symbols, up to `start`, are not looked up."""
    trie = trie_of(np.array([0, 1, start, len(edges)]), edges)
    return Lookup(edges, trie.table, trie.shift, *filter_of(edges, start))


def gather_grams(
    parts: Sequence[Part], counts: Int64, *, order: int, min_count: int, total: int
) -> Grams:
    """Put the parts of a count together.

    Args:
        parts: of all first symbols, rising; n-grams of at least 2 occurrences, or `min_count`
            if that is less.
        counts: how often each symbol occurs; shape (n_ranks,), the first is the boundary.
        order: the most symbols of an n-gram that is kept; what follows and stands before is
            known of those that are shorter than the parts' longest.
        min_count: how often an n-gram has to occur to be kept.
        total: how many symbols the text has.
    """
    longest = min(order, len(parts[0].symbols) - 1) if parts else order
    starts = [0, 1, len(counts)]
    edges = [np.arange(len(counts), dtype=np.uint64)]
    all_counts = [counts]
    rights = [np.full(len(counts), np.nan)]
    # Of each part, the numbers of its n-grams that are one symbol shorter; 0 if not frequent.
    numbers = [np.empty(0, np.int32)] * len(parts)
    firsts = [[0, 0] for _ in parts]
    for length in range(2, longest + 1):
        number = starts[-1]
        for i, part in enumerate(parts):
            kept = part.counts[length] >= min_count
            parents = part.parents[length][kept]
            parents = numbers[i][parents] if length > 2 else parents
            edges.append(edge_of.py_func(parents.astype(np.uint64), part.symbols[length][kept]))
            all_counts.append(part.counts[length][kept])
            rights.append(part.rights[length])
            own = np.cumsum(kept, dtype=np.int32) + np.int32(number - 1)
            own[~kept] = 0
            numbers[i] = own
            firsts[i].append(number)
            number += len(parents)
        starts.append(number)
    trie = trie_of(np.array(starts), np.concatenate(edges))
    gram_counts = np.concatenate(all_counts)
    suffixes, lefts, scale = _link(parts, trie, firsts, min_count, total)
    pmi = np.zeros(len(gram_counts))
    weigh(trie.starts, trie.edges, suffixes, gram_counts, total, pmi)
    sums = np.concatenate(rights)
    known = np.maximum(gram_counts, 1)
    left = np.log(known) - lefts / scale / known
    right = np.log(known) - sums / known
    if parts and longest == len(parts[0].symbols) - 1:
        left[starts[longest] :] = np.nan
        right[starts[longest] :] = np.nan
    # Sums of rounded numbers miss 0 by a little.
    return Grams(trie, suffixes, gram_counts, pmi, np.maximum(left, 0), np.maximum(right, 0), total)


def _link(
    parts: Sequence[Part], trie: Trie, firsts: Sequence[Sequence[int]], min_count: int, total: int
) -> tuple[Int32, Int64, float]:
    """Return each n-gram without its first symbol, the sums of what stands before, their scale.

    The sums are of whole numbers, which do not depend on the order of adding.
    """
    bits = (total * max(1, total.bit_length())).bit_length()
    scale = 2.0 ** max(0, 60 - bits)
    suffixes = np.zeros(len(trie.edges), np.int32)
    lefts = np.zeros(len(trie.edges), np.int64)
    for part, first in zip(parts, firsts, strict=True):
        above = np.empty(0, np.int32)
        for length in range(2, len(part.symbols)):
            is_kept = length < len(first)
            own = np.empty(len(part.symbols[length]), np.int32)
            link(
                part.symbols[length],
                part.parents[length],
                part.counts[length],
                above,
                trie.table,
                trie.shift,
                trie.edges,
                first[length] if is_kept else 0,
                min_count if is_kept else 1 << 62,
                scale,
                own,
                suffixes,
                lefts,
            )
            above = own if len(own) else np.zeros(1, np.int32)
    return suffixes, lefts, scale


def entropy(count: int, sum_of_logs: float) -> float:
    """Return log c - S / c."""
    return log(count) - sum_of_logs / count
