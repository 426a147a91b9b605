"""What stands before and behind the words of a text; numba loops.

Few places of a text begin one of the words that are sought: a filter of their first symbols
finds these, and only there it is looked which words they are.
"""

from math import log
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.core.sorting import Counts, Keys
from nlptool.newwords.kernels_grams import Float64, Int32, Int64
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, follow

Bits = NDArray[np.uint64]

_MIX = np.uint64(0x9E3779B97F4A7C15)
_6 = np.uint64(6)
_63 = np.uint64(63)
_1 = np.uint64(1)


class Heads(NamedTuple):
    """A filter of the first symbols of words.

    Args:
        length: how many symbols of each are in it.
        bits: a power of two of words.
        shift: 64 less the bits of a place in it.
    """

    length: int
    bits: Bits
    shift: np.uint64


def heads_of(symbols: Int32, lengths: Int32) -> Heads:
    """Return the filter of words; shapes (n_words, longest) and (n_words,)."""
    length = int(lengths.min())
    n_bits = max(12, min(23, (24 * len(lengths)).bit_length()))
    heads = Heads(length, np.zeros((1 << n_bits) // 64, np.uint64), np.uint64(64 - n_bits))
    _enter_heads(symbols, heads)
    return heads


@njit(cache=True, nogil=True)
def _enter_heads(symbols: Int32, heads: Heads) -> None:
    for word in range(len(symbols)):
        code = np.uint64(0)
        for at in range(heads.length):
            code = (code ^ np.uint64(symbols[word, at])) * _MIX
        place = code >> heads.shift
        heads.bits[place >> _6] |= _1 << (place & _63)


@njit(cache=True, nogil=True)
def _select(ranks: Int32, n: int, heads: Heads, codes: Bits, active: Int32) -> int:
    """Write the places of a block where a word may begin; return how many."""
    length, bits, shift = heads.length, heads.bits, heads.shift
    codes[:n] = np.uint64(0)
    for at in range(length):
        for i in range(n):
            codes[i] = (codes[i] ^ np.uint64(ranks[i + at])) * _MIX
    n_active = 0
    for i in range(n):
        place = codes[i] >> shift
        active[n_active] = np.int32(i)
        bit = np.int64((bits[place >> _6] >> (place & _63)) & _1)
        n_active += bit & (ranks[i] > 0) & (ranks[i + 1] > 0)
    return n_active


@njit(cache=True, nogil=True)
def surround(
    codes: Int32,
    begin: int,
    n: int,
    ranks: Int32,
    first: int,
    bits: int,
    of: Lookup,
    heads: Heads,
    order: int,
    on: Desk,
    words: Int32,
    counts: Int64,
    keys: Keys,
) -> int:
    """Write what stands before and behind each occurrence of some words.

    Args:
        codes: the text; occurrences begin from `begin` on in `n` places, and may reach behind.
        begin: 0 at the text's begin, else 1 so that the code before is there.
        n: see above.
        ranks: of each code.
        first: the least rank that can be there twice.
        bits: of a rank.
        of: a trie of the words.
        heads: of the words.
        order: symbols of the longest word.
        on: where to work.
        words: of each number of the trie the word, or -1.
        counts: of each word, added to.
        keys: receives ((2 * word + side) << bits) | rank, but no boundaries and no ranks below
            `first`; enough room is twice `n` times the longest word.

    Returns:
        How many keys were written.
    """
    here, numbers = on.ranks, on.numbers
    places = np.empty(BLOCK, np.int32)
    n_keys = 0
    at = begin
    while at < begin + n:
        size = min(BLOCK, begin + n - at)
        for i in range(size + order):
            code = codes[at + i] if at + i < len(codes) else 0
            here[i] = ranks[code] if code > 0 else 0
        n_active = _select(here, size, heads, on.edges, on.active)
        for a in range(n_active):
            places[a] = on.active[a]
            numbers[0, places[a]] = here[places[a]]
            for ahead in range(1, order):
                numbers[ahead, places[a]] = 0
        follow(n_active, order, of, on)
        for i in places[:n_active]:
            for ahead in range(1, order):
                number = numbers[ahead, i]
                if number == 0:
                    break
                word = np.int64(words[number])
                if word < 0:
                    continue
                counts[word] += 1
                before = np.int32(0)
                if at + i > 0 and codes[at + i - 1] > 0:
                    before = ranks[codes[at + i - 1]]
                behind = here[i + ahead + 1]
                for side in range(2):
                    rank = before if side == 0 else behind
                    if rank >= first:
                        key = np.uint64(2 * word + side) << np.uint64(bits) | np.uint64(rank)
                        keys[n_keys, 0] = key
                        n_keys += 1
        at += size
    return n_keys


@njit(cache=True, nogil=True)
def add_logs(keys: Keys, counts: Counts, bits: int, sums: Float64) -> None:
    """Add c log c of each neighbour that `surround` wrote to its word and side."""
    for i in range(len(counts)):
        if counts[i] > 1:
            sums[np.int64(keys[i, 0] >> np.uint64(bits))] += counts[i] * log(counts[i])
