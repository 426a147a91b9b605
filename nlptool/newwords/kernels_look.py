"""The n-grams at every place of a stretch of text, found many at a time; numba loops.

One look-up after the other would wait for the memory each time. So what can be done for all
places without waiting is done for all: a filter of bits that fits the caches, then the table's
entries, then the edges that they name.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from nlptool.newwords.kernels_grams import Int32, Words, edge_of, find

BLOCK = 1 << 12
"""Places that are looked at together."""

_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_6 = np.uint64(6)
_63 = np.uint64(63)
_1 = np.uint64(1)


class Lookup(NamedTuple):
    """A trie of n-grams, see `grams.Trie`, and a filter for it.

    Args:
        edges: of each number.
        table: see `kernels_grams.find`.
        shift: see there.
        bits: of every code in the table, the bit at its upper part; a power of two of words.
        bit_shift: 64 less the bits of a place in the filter.
    """

    edges: Words
    table: Words
    shift: np.uint64
    bits: Words
    bit_shift: np.uint64


class Desk(NamedTuple):
    """Where `look` works.

    Args:
        ranks: of the places of a block and those behind; shape (BLOCK + order,).
        numbers: the n-gram of n + 1 symbols from each place, or 0; shape (order, BLOCK).
        active: places; shape (BLOCK,).
        edges: of these.
        codes: of these.
        entries: of the table.
    """

    ranks: Int32
    numbers: Int32
    active: Int32
    edges: Words
    codes: Words
    entries: Words


def desk(order: int) -> Desk:
    """Return room to work."""
    return Desk(
        np.zeros(BLOCK + order, np.int32),
        np.zeros((order, BLOCK), np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.uint64),
        np.empty(BLOCK, np.uint64),
        np.empty(BLOCK, np.uint64),
    )


def filter_of(edges: Words, start: int) -> tuple[Words, np.uint64]:
    """Return the filter of the edges from `start` on, and its shift."""
    n_bits = max(12, min(23, (24 * len(edges)).bit_length()))
    bits = np.zeros((1 << n_bits) // 64, np.uint64)
    shift = np.uint64(64 - n_bits)
    _set_bits(edges, start, bits, shift)
    return bits, shift


@njit(cache=True, nogil=True)
def _set_bits(edges: Words, start: int, bits: Words, shift: np.uint64) -> None:
    for number in range(start, len(edges)):
        edge = edges[number]
        place = ((edge ^ (edge >> _32)) * _MIX) >> shift
        bits[place >> _6] |= _1 << (place & _63)


@njit(cache=True, nogil=True)
def look(n: int, order: int, of: Lookup, on: Desk) -> None:
    """Find the n-grams that begin at the places of a block.

    Args:
        n: how many places there are, at most `BLOCK`.
        order: symbols of the longest n-grams.
        of: the n-grams.
        on: `ranks` are given, 0 for boundaries; receives `numbers`.
    """
    ranks, numbers, active = on.ranks, on.numbers, on.active
    n_active = 0
    for i in range(n):
        numbers[0, i] = ranks[i]
        active[n_active] = np.int32(i)
        n_active += (ranks[i] > 0) & (ranks[i + 1] > 0)
    for ahead in range(1, order):
        numbers[ahead, :n] = 0
    follow(n_active, order, of, on)


@njit(cache=True, nogil=True)
def follow(n_active: int, order: int, of: Lookup, on: Desk) -> None:
    """Find the n-grams that begin at some places of a block.

    Args:
        n_active: how many places.
        order: symbols of the longest n-grams.
        of: the n-grams.
        on: `ranks` are given, and the places in `active`: they and the next are no boundaries.
            There `numbers` are given for n-grams of one symbol, and 0 above; receives them.
    """
    # What is taken from a tuple within a loop costs more than what is done with it.
    ranks, numbers, active = on.ranks, on.numbers, on.active
    near, codes, entries = on.edges, on.codes, on.entries
    edges, table, shift, bits, bit_shift = of.edges, of.table, of.shift, of.bits, of.bit_shift
    for ahead in range(1, order):
        n_near = 0
        for a in range(n_active):
            i = int(active[a])
            edge = edge_of(numbers[ahead - 1, i], ranks[i + ahead])
            code = (edge ^ (edge >> _32)) * _MIX
            place = code >> bit_shift
            active[n_near] = np.int32(i)
            near[n_near] = edge
            codes[n_near] = code
            n_near += int(np.int64((bits[place >> _6] >> (place & _63)) & _1))
        for a in range(n_near):
            entries[a] = table[codes[a] >> shift]
        n_active = 0
        for a in range(n_near):
            here = active[a]
            entry = entries[a]
            found = np.int64(entry & _LOW)
            if entry >> _32 != codes[a] & _LOW or edges[found] != near[a]:
                found = np.int64(find(table, shift, edges, near[a]))
            numbers[ahead, here] = found
            active[n_active] = here
            n_active += (found > 0) & (ranks[here + ahead + 1] > 0)
