"""Take words apart that are no more than their parts in a row; numba loops.

Longest first, a word is dropped if the best way of putting it together from the other words is
nearly as probable as itself, and its count goes to these. Slow form: tests/naive_newwords.py.
"""

from math import log

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.newwords.kernels_grams import Int32, Int64, Words, edge_of
from nlptool.newwords.kernels_words import seek

UNKNOWN = -100.0
"""The logarithm of the probability of a symbol that is no word."""


@njit(cache=True, nogil=True)
def unbind(
    symbols: Int32,
    lengths: Int32,
    order: Int64,
    counts: Int64,
    singles: Int64,
    total: int,
    offset: int,
    edges: Words,
    table: Words,
    words: Int32,
) -> NDArray[np.bool_]:
    """Tell which words are kept, giving the counts of the others to their parts.

    A word w is dropped if log p(w) - sum log p(parts) < len(w) - 1, where p is a count by the
    sum of all counts as they are at that moment, w's own set aside for its parts.

    Args:
        symbols: of the words; shape (n_words, longest).
        lengths: how many each has, two at least.
        order: the places of the words, the longest first.
        counts: of the words; changed.
        singles: of each symbol as a word; changed.
        total: the sum of all these.
        offset: of a trie of the words.
        edges: of the trie.
        table: of the trie.
        words: the word that ends at each place of the trie, or -1.
    """
    kept = np.ones(len(lengths), np.bool_)
    longest = symbols.shape[1]
    best = np.empty(longest + 1, np.float64)
    begun = np.empty(longest + 1, np.int64)
    whole = float(total)
    for word in order:
        n = np.int64(lengths[word])
        count = counts[word]
        own = log(count) - log(whole)
        rest = whole - count
        counts[word] = 0
        base = log(rest) if rest > 0 else 0.0
        best[0] = 0.0
        best[1 : n + 1] = -np.inf
        for begin in range(n):
            # A symbol by itself, known or not; then the words that begin here.
            single = singles[symbols[word, begin]]
            value = best[begin] + (log(single) - base if single > 0 else UNKNOWN)
            if value > best[begin + 1]:
                best[begin + 1] = value
                begun[begin + 1] = begin
            number = np.int64(symbols[word, begin])
            for at in range(begin + 1, n):
                place = seek(edges, table, edge_of(number, symbols[word, at]))
                if place < 0:
                    break
                number = place + offset
                part = words[place]
                if part >= 0 and counts[part] > 0:
                    value = best[begin] + log(counts[part]) - base
                    if value > best[at + 1]:
                        best[at + 1] = value
                        begun[at + 1] = begin
        if own - best[n] >= n - 1:
            counts[word] = count
            continue
        kept[word] = False
        end = n
        n_parts = 0
        while end > 0:
            begin = begun[end]
            n_parts += 1
            if end - begin == 1:
                singles[symbols[word, begin]] += count
            else:
                number = np.int64(symbols[word, begin])
                place = np.int64(-1)
                for at in range(begin + 1, end):
                    place = np.int64(seek(edges, table, edge_of(number, symbols[word, at])))
                    number = place + offset
                counts[words[place]] += count
            end = begin
        whole = rest + float(n_parts) * count
    return kept
