"""Windows of symbols, packed: how, and all those of a stretch of text; numba loops.

A window is packed into a row of uint64 words, its first symbol highest, in as few bits a
symbol as the number of different symbols needs.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.core.sorting import Keys

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


class Packing(NamedTuple):
    """How a window is packed.

    Args:
        order: how many symbols a window has.
        bits: of a symbol.
        width: how many words a window takes.
        slots: how many symbols there are in each word but the last, which has the rest.
    """

    order: int
    bits: int
    width: int
    slots: int


def packing(n_ranks: int, order: int) -> Packing:
    """Return how to pack windows of `order` symbols of ranks below `n_ranks`."""
    bits = max(1, (n_ranks - 1).bit_length())
    width = -(-order // (64 // bits))
    return Packing(order, bits, width, -(-order // width))


@njit(cache=True, nogil=True)
def add_firsts(codes: Int32, n: int, ranks: Int32, counts: Int64) -> None:
    """Count the symbols of a stretch of text.

    Args:
        codes: the text.
        n: how many of them.
        ranks: of each code, 0 for what is none; the first is 0.
        counts: of each rank, added to.
    """
    for i in range(n):
        counts[ranks[np.uint32(max(codes[i], np.int32(0)))]] += 1


@njit(cache=True, nogil=True)
def scatter(
    codes: Int32,
    n: int,
    ranks: Int32,
    pack: Packing,
    buckets: Int32,
    cursors: Int64,
    keys: Keys,
) -> None:
    """Put the windows of a stretch of text into the buckets of their first symbols.

    Args:
        codes: the text; windows begin in the first `n` places and may reach behind them.
        n: see above.
        ranks: of each code, 0 for what ends a window; the first is 0.
        pack: how windows are packed.
        buckets: of each rank; the last for windows that are not wanted.
        cursors: where in `keys` the next window of each bucket goes; moved on, but for that of
            the last bucket, which is a place of `keys` that nobody needs.
        keys: receives the windows.
    """
    bits = np.uint64(pack.bits)
    last = pack.width - 1
    top = np.uint64(pack.bits * (pack.slots - 1))
    top_last = np.uint64(pack.bits * (pack.order - pack.slots * last - 1))
    mask = (np.uint64(1) << bits) - np.uint64(1)
    unwanted = len(cursors) - 1
    window = np.zeros(pack.width, np.uint64)
    for i in range(len(codes) - 1, -1, -1):
        rank = ranks[np.uint32(max(codes[i], np.int32(0)))]
        if rank == 0:
            for word in range(pack.width):
                window[word] = np.uint64(0)
            continue
        carry = np.uint64(rank)
        for word in range(last):
            next_carry = window[word] & mask
            window[word] = carry << top | window[word] >> bits
            carry = next_carry
        window[last] = carry << top_last | window[last] >> bits
        bucket = buckets[rank]
        if i < n and bucket != unwanted:
            to = cursors[bucket]
            cursors[bucket] = to + 1
            for word in range(pack.width):
                keys[to, word] = window[word]


@njit(cache=True, nogil=True)
def scatter_narrow(
    codes: Int32,
    n: int,
    ranks: Int32,
    pack: Packing,
    buckets: Int32,
    cursors: Int64,
    keys: Keys,
) -> None:
    """Do as `scatter`, for windows of one word; without branches, which nothing could foresee."""
    bits = np.uint64(pack.bits)
    top = np.uint64(pack.bits * (pack.order - 1))
    window = np.uint64(0)
    unwanted = len(cursors) - 1
    for i in range(len(codes) - 1, n - 1, -1):
        rank = ranks[np.uint32(max(codes[i], np.int32(0)))]
        window = np.uint64(rank) << top | window >> bits if rank > 0 else np.uint64(0)
    for i in range(n - 1, -1, -1):
        rank = ranks[np.uint32(max(codes[i], np.int32(0)))]
        window = np.uint64(rank) << top | window >> bits if rank > 0 else np.uint64(0)
        bucket = buckets[rank]
        to = cursors[bucket]
        keys[to, 0] = window
        cursors[bucket] = to + (bucket != unwanted)
