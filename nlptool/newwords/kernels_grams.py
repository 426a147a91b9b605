"""Frequent n-grams as a trie, and what their counts say of them; numba loops.

An n-gram is known by its number: symbols are 1 to n_symbols, longer ones follow in the order of
their length. An edge of the trie is (the n-gram without its last symbol, that symbol), 64 bits,
whatever the length; a table finds the number of an edge.
"""

from math import log

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Words = NDArray[np.uint64]

_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True, inline="always")
def edge_of(parent: int, symbol: int) -> np.uint64:
    """Return the edge from an n-gram to the one that is longer by a symbol."""
    return np.uint64(parent) << _32 | np.uint64(symbol)


@njit(cache=True, nogil=True, inline="always")
def find(table: Words, shift: np.uint64, edges: Words, edge: np.uint64) -> int:
    """Return the number of an edge, 0 if it has none.

    Args:
        table: the lower half of a hash above a number; 0 is free. Its length is a power of 2.
        shift: 64 less the bits of a place in the table.
        edges: of each number.
        edge: what is sought.
    """
    code = (edge ^ (edge >> _32)) * _MIX
    slot = code >> shift
    tag = code & _LOW
    wrap = np.uint64(len(table) - 1)
    while True:
        entry = table[slot]
        if entry == np.uint64(0):
            return 0
        if entry >> _32 == tag:
            number = np.int64(entry & _LOW)
            if edges[number] == edge:
                return int(number)
        slot = (slot + np.uint64(1)) & wrap


@njit(cache=True, nogil=True)
def insert(table: Words, shift: np.uint64, edges: Words, start: int, stop: int) -> None:
    """Enter the edges of a range of numbers into a table; none of them is in it yet."""
    wrap = np.uint64(len(table) - 1)
    for number in range(start, stop):
        edge = edges[number]
        code = (edge ^ (edge >> _32)) * _MIX
        slot = code >> shift
        while table[slot] != np.uint64(0):
            slot = (slot + np.uint64(1)) & wrap
        table[slot] = (code & _LOW) << _32 | np.uint64(number)


@njit(cache=True, nogil=True)
def link(
    symbols: Int32,
    parents: Int32,
    counts: Int64,
    parent_suffixes: Int32,
    table: Words,
    shift: np.uint64,
    edges: Words,
    number: int,
    min_count: int,
    scale: float,
    suffixes: Int32,
    kept_suffixes: Int32,
    lefts: Int64,
) -> None:
    """Find what each n-gram is without its first symbol, and add up what stands before that.

    Args:
        symbols: the last symbol of each n-gram.
        parents: its place among those shorter by one; a symbol if there are none.
        counts: how often it occurs.
        parent_suffixes: what each of the shorter ones is without its first symbol, 0 if that is
            not frequent; of length 0 if the n-grams have two symbols.
        table: see `find`.
        shift: see `find`.
        edges: of each number; shape (n_grams,).
        number: of the first of these n-grams that is frequent.
        min_count: how often an n-gram has to occur to be frequent and have a number.
        scale: of `lefts`.
        suffixes: receives the number of each n-gram without its first symbol, or 0.
        kept_suffixes: of each number, receives the same.
        lefts: of each number; added to is c log c of what stands before, times the scale.
    """
    for i in range(len(symbols)):
        suffix = 0
        if len(parent_suffixes) == 0:
            suffix = int(symbols[i])
        else:
            shorter = parent_suffixes[parents[i]]
            if shorter > 0:
                suffix = find(table, shift, edges, edge_of(shorter, symbols[i]))
        suffixes[i] = suffix
        count = counts[i]
        if count >= min_count:
            kept_suffixes[number] = suffix
            number += 1
        if suffix > 0 and count > 1:
            lefts[suffix] += np.int64(count * log(count) * scale)


@njit(cache=True, nogil=True)
def weigh(
    starts: Int64, edges: Words, suffixes: Int32, counts: Int64, total: int, pmi: Float64
) -> None:
    """Write the pointwise mutual information of the weakest split of each n-gram.

    Args:
        starts: the first number of each length; shape (n_lengths + 1,), the first is 0, that
            of symbols 1, the last the end.
        edges: see `find`.
        suffixes: each n-gram without its first symbol.
        counts: how often each occurs.
        total: how many symbols the text has.
        pmi: receives min over splits of log(total n(s) / (n(left) n(right))); 0 for symbols.
    """
    prefixes = np.zeros(len(starts), np.int64)
    for length in range(2, len(starts) - 1):
        for number in range(starts[length], starts[length + 1]):
            # prefixes[k] has k symbols.
            at = np.int64(number)
            for n in range(length - 1, 0, -1):
                at = np.int64(edges[at] >> _32)
                prefixes[n] = at
            most = 0.0
            at = np.int64(number)
            for n in range(1, length):
                at = np.int64(suffixes[at])
                most = max(most, float(counts[prefixes[n]]) * float(counts[at]))
            pmi[number] = log(float(total)) + log(float(counts[number])) - log(most)
