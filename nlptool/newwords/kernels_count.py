"""Windows of symbols, sorted, and the n-grams that fall out of them; numba loops.

A window (kernels_windows.py) is `order` symbols in a row, from every place of the text; behind
a boundary it is filled with 0. So the windows that begin with an n-gram are its occurrences,
for every n up to the order, and one scan over the sorted windows counts all n-grams, and what
follows each.
"""

from math import log
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.core.sorting import DIGIT, Counts, Keys, count_sorted, radix_sort
from nlptool.newwords.kernels_windows import Packing

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


@njit(cache=True, nogil=True)
def sort_windows(keys: Keys, spare: Keys, pack: Packing, counts: Counts) -> int:
    """Sort windows and count equal ones; return how many different ones there are.

    Args:
        keys: shape (n, width); receives the different windows at its front, rising.
        spare: shape (n, width), working space.
        pack: how windows are packed.
        counts: shape (n,); receives how often each is there.
    """
    # A symbol at a time, if that is about as many bits as are best.
    if radix_sort(keys, spare, pack.bits if 11 < pack.bits < 15 else DIGIT):
        keys[:] = spare
    return int(count_sorted(keys, counts))


class Nodes(NamedTuple):
    """The n-grams of a stretch of sorted windows, of 2 symbols and more; n is the first index.

    Args:
        lengths: how many n-grams of n symbols there are; shape (order + 1,).
        n_kept: how many of them have right sums; shape (order + 1,).
        symbols: the last symbol of each; shape (order + 1, capacity).
        parents: the n-gram without its last symbol: a symbol, or a place among those of n - 1.
        counts: how often each occurs.
        rights: of those that occur `min_count` times, in their order: the sum of c log c over
            the counts c of the symbols that follow.
    """

    lengths: Int64
    n_kept: Int64
    symbols: Int32
    parents: Int32
    counts: Int64
    rights: Float64


def empty_nodes(order: int, capacity: int) -> Nodes:
    """Return room for n-grams; memory is taken only as it is filled."""
    shape = (order + 1, capacity)
    return Nodes(
        np.zeros(order + 1, np.int64),
        np.zeros(order + 1, np.int64),
        np.empty(shape, np.int32),
        np.empty(shape, np.int32),
        np.empty(shape, np.int64),
        np.empty(shape, np.float64),
    )


@njit(cache=True, nogil=True)
def _unpack(keys: Keys, row: int, pack: Packing, first: int, symbols: Int32) -> int:
    """Write the symbols of a window until one below `first`; return how many there are."""
    mask = (np.uint64(1) << np.uint64(pack.bits)) - np.uint64(1)
    at = 0
    for word in range(pack.width):
        n = pack.slots if word < pack.width - 1 else pack.order - at
        shift = pack.bits * (n - 1)
        value = keys[row, word]
        for _ in range(n):
            symbol = np.int32((value >> np.uint64(shift)) & mask)
            if symbol < first:
                return at
            symbols[at] = symbol
            at += 1
            shift -= pack.bits
    return at


@njit(cache=True, nogil=True)
def scan(
    keys: Keys,
    counts: Counts,
    pack: Packing,
    first: int,
    least: int,
    min_count: int,
    logs: Float64,
    nodes: Nodes,
) -> None:
    """Add the n-grams of sorted windows to `nodes`.

    Args:
        keys: different windows, rising; all those that begin with their first symbols.
        counts: how often each occurs.
        pack: how windows are packed.
        first: the least symbol that is one; those below never occur in an n-gram, and as what
            follows one they are never the same twice.
        least: how often an n-gram has to occur to be added.
        min_count: how often it has to occur for what follows to matter; `least` or more.
        logs: c log c of small counts.
        nodes: receives the n-grams.
    """
    order = pack.order
    bits = pack.bits
    mask = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    is_narrow = pack.width == 1
    path = np.zeros(order + 1, np.int32)
    symbols = np.zeros(order, np.int32)
    begun = np.zeros(order + 2, np.int64)
    sums = np.zeros(order + 2, np.float64)
    slots = np.full(order + 2, -1, np.int64)
    total = 0
    depth = 0
    key = last_key = np.uint64(0)
    for row in range(len(counts) + 1):
        common = 0
        new_depth = 0
        if row < len(counts):
            if is_narrow:
                last_key = key
                key = keys[row, 0]
                differs = key ^ last_key
                while common < depth and differs >> np.uint64(bits * (order - 1 - common)) == 0:
                    common += 1
            else:
                new_depth = _unpack(keys, row, pack, first, symbols)
                limit = min(depth, new_depth)
                while common < limit and symbols[common] == path[common + 1]:
                    common += 1
        for level in range(depth, common, -1):
            count = total - begun[level]
            if count == 1:
                if least == 1 and level >= 2:
                    _add(nodes, path, slots, level, count, sums[level], min_count)
                continue
            sums[level - 1] += logs[count] if count < len(logs) else count * log(count)
            if level >= 2 and count >= least:
                _add(nodes, path, slots, level, count, sums[level], min_count)
        if row == len(counts):
            break
        if is_narrow:
            new_depth = common
            while new_depth < order:
                shift = np.uint64(bits * (order - 1 - new_depth))
                symbol = np.int32((key >> shift) & mask)
                if symbol < first:
                    break
                symbols[new_depth] = symbol
                new_depth += 1
        for level in range(common + 1, new_depth + 1):
            path[level] = symbols[level - 1]
            begun[level] = total
            sums[level] = 0.0
            slots[level] = -1
        depth = new_depth
        total += counts[row]


@njit(cache=True, nogil=True)
def _add(
    nodes: Nodes,
    path: Int32,
    slots: Int64,
    level: int,
    count: int,
    right: float,
    min_count: int,
) -> None:
    """Add an n-gram, after making room for those that it begins with, which end later."""
    for n in range(2, level + 1):
        if slots[n] < 0:
            slot = nodes.lengths[n]
            nodes.lengths[n] = slot + 1
            slots[n] = slot
            nodes.symbols[n, slot] = path[n]
            nodes.parents[n, slot] = path[1] if n == 2 else slots[n - 1]
    nodes.counts[level, slots[level]] = count
    if count >= min_count:
        nodes.rights[level, nodes.n_kept[level]] = right
        nodes.n_kept[level] += 1


@njit(cache=True, nogil=True)
def sort_and_scan(
    keys: Keys,
    starts: Int64,
    pack: Packing,
    first: int,
    least: int,
    min_count: int,
    logs: Float64,
    nodes: Nodes,
) -> None:
    """Sort the windows of each bucket and add their n-grams to `nodes`.

    Args:
        keys: the windows; their order is lost.
        starts: where each bucket begins; the last is the end.
        pack: see `scan`.
        first: see `scan`.
        least: see `scan`.
        min_count: see `scan`.
        logs: see `scan`.
        nodes: receives the n-grams.
    """
    longest = 0
    for bucket in range(len(starts) - 1):
        longest = max(longest, starts[bucket + 1] - starts[bucket])
    spare = np.empty((longest, pack.width), np.uint64)
    counts = np.empty(longest, np.int64)
    for bucket in range(len(starts) - 1):
        n = starts[bucket + 1] - starts[bucket]
        own = keys[starts[bucket] : starts[bucket + 1]]
        n = sort_windows(own, spare[:n], pack, counts)
        scan(own[:n], counts[:n], pack, first, least, min_count, logs, nodes)
