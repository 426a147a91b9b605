"""Words as paths of a trie that grows, and what is found along them; numba loops.

A trie is its edges, (number of what a word begins with, next symbol), each at a place, and a
table of places. What the numbers of the places are is the caller's choice: `offset` + place.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.newwords.kernels_grams import (
    Float64,
    Int32,
    Int64,
    Words,
    edge_of,
    find,
)

Bytes = NDArray[np.uint8]

_32 = np.uint64(32)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True, nogil=True, inline="always")
def _slot_of(edge: np.uint64, wrap: np.uint64) -> np.uint64:
    return (((edge ^ (edge >> _32)) * _MIX) >> np.uint64(20)) & wrap


@njit(cache=True, nogil=True)
def child(edges: Words, table: Words, edge: np.uint64, used: int) -> int:
    """Return the place of an edge among `used` ones, entering it there if it is new.

    Args:
        edges: of each place.
        table: a place + 1; 0 is free. Its length is a power of 2.
        edge: the edge.
        used: how many places are taken.
    """
    wrap = np.uint64(len(table) - 1)
    slot = _slot_of(edge, wrap)
    while table[slot] != np.uint64(0):
        place = np.int64(table[slot]) - 1
        if edges[place] == edge:
            return int(place)
        slot = (slot + np.uint64(1)) & wrap
    edges[used] = edge
    table[slot] = np.uint64(used + 1)
    return used


@njit(cache=True, nogil=True, inline="always")
def seek(edges: Words, table: Words, edge: np.uint64) -> int:
    """Return the place of an edge, -1 if it has none."""
    wrap = np.uint64(len(table) - 1)
    slot = _slot_of(edge, wrap)
    while table[slot] != np.uint64(0):
        place = np.int64(table[slot]) - 1
        if edges[place] == edge:
            return int(place)
        slot = (slot + np.uint64(1)) & wrap
    return -1


@njit(cache=True, nogil=True)
def enter(edges: Words, table: Words, more: Words, places: Int64, used: int, offset: int) -> int:
    """Enter the edges of another trie; return how many there are then.

    Args:
        edges: of each place, with room for more.
        table: see `child`.
        more: the other's edges, each behind what it goes on from.
        places: receives where each of them is.
        used: how many places are taken.
        offset: see above; numbers below are the same in both.
    """
    low = np.uint64(0xFFFFFFFF)
    for i in range(len(more)):
        parent = np.int64(more[i] >> _32)
        if parent >= offset:
            parent = places[parent - offset] + offset
        place = child(edges, table, edge_of(parent, more[i] & low), used)
        places[i] = place
        used = max(used, place + 1)
    return used


@njit(cache=True, nogil=True)
def spell(edges: Words, numbers: Int64, symbols: Int32, lengths: Int32) -> None:
    """Write the symbols of words, found from their last one backwards.

    Args:
        edges: of each number; symbols are edges from 0.
        numbers: of the words.
        symbols: receives them; shape (n_words, longest).
        lengths: receives how many each has; shape (n_words,).
    """
    for i in range(len(numbers)):
        n = 0
        at = numbers[i]
        while at > 0:
            n += 1
            at = np.int64(edges[at] >> _32)
        lengths[i] = n
        at = numbers[i]
        while at > 0:
            n -= 1
            symbols[i, n] = np.int32(edges[at] & np.uint64(0xFFFFFFFF))
            at = np.int64(edges[at] >> _32)


@njit(cache=True, nogil=True)
def plant(symbols: Int32, lengths: Int32, offset: int, edges: Words, table: Words) -> Int64:
    """Enter words into an empty trie; return the place of each.

    Args:
        symbols: of the words; shape (n_words, longest).
        lengths: how many each has, two at least.
        offset: above all symbols.
        edges: receives the edges; as many as there are symbols are enough.
        table: of twice as many, a power of 2.
    """
    places = np.empty(len(lengths), np.int64)
    used = 0
    for i in range(len(lengths)):
        number = np.int64(symbols[i, 0])
        place = -1
        for at in range(1, lengths[i]):
            place = child(edges, table, edge_of(number, symbols[i, at]), used)
            used = max(used, place + 1)
            number = place + offset
        places[i] = place
    return places


@njit(cache=True, nogil=True)
def weakest(
    symbols: Int32,
    lengths: Int32,
    order: int,
    edges: Words,
    table: Words,
    shift: np.uint64,
    pmi: Float64,
    least: Float64,
) -> None:
    """Write the least mutual information of the n-grams of `order` symbols in each word.

    Args:
        symbols: of the words, each longer than `order`.
        lengths: how many each has.
        order: see above.
        edges: of the n-grams, see `kernels_grams.find`.
        table: see there.
        shift: see there.
        pmi: of the n-grams.
        least: receives it.
    """
    for i in range(len(lengths)):
        least[i] = np.inf
        for at in range(lengths[i] - order + 1):
            number = np.int64(symbols[i, at])
            for ahead in range(1, order):
                number = find(table, shift, edges, edge_of(number, symbols[i, at + ahead]))
            least[i] = min(least[i], pmi[number])


@njit(cache=True, nogil=True)
def explained(
    symbols: Int32,
    lengths: Int32,
    occurrences: Int64,
    share: float,
    offset: int,
    edges: Words,
    table: Words,
    words: Int32,
) -> NDArray[np.bool_]:
    """Tell which words stand almost only within one longer word.

    Args:
        symbols: of the words.
        lengths: how many each has.
        occurrences: how often each occurs, wherever.
        share: how much of a word's occurrences a longer one has to have.
        offset: of a trie of the words.
        edges: of the trie.
        table: of the trie.
        words: the word that ends at each place of the trie, or -1.
    """
    found = np.zeros(len(lengths), np.bool_)
    for i in range(len(lengths)):
        for begin in range(lengths[i] - 1):
            number = np.int64(symbols[i, begin])
            for at in range(begin + 1, lengths[i]):
                place = seek(edges, table, edge_of(number, symbols[i, at]))
                if place < 0:
                    break
                number = place + offset
                word = words[place]
                if word >= 0 and word != i and occurrences[i] >= share * occurrences[word]:
                    found[word] = True
    return found


@njit(cache=True, nogil=True)
def write_words(
    symbols: Int32, lengths: Int32, text: Bytes, starts: Int64, between: int, out: Bytes
) -> int:
    """Write words as UTF-8, each followed by a line feed; return how many bytes.

    Args:
        symbols: of the words: places among the text's symbols.
        lengths: how many each has.
        text: the symbols, each followed by a byte that is no part of it.
        starts: where each begins.
        between: the byte between symbols; 0 for none.
        out: receives the words; if it is of length 0 they are only measured.
    """
    n = 0
    for i in range(len(lengths)):
        for at in range(lengths[i]):
            symbol = symbols[i, at]
            size = starts[symbol + 1] - starts[symbol] - 1
            if len(out):
                for j in range(size):
                    out[n + j] = text[starts[symbol] + j]
            n += size
            if between and at + 1 < lengths[i]:
                if len(out):
                    out[n] = between
                n += 1
        if len(out):
            out[n] = 10
        n += 1
    return n
