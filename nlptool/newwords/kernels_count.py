"""Windows of symbols, sorted, and the n-grams that fall out of them; numba loops.

A window (kernels_windows.py) is `order` symbols in a row, from every place of the text; behind
a boundary it is filled with 0. So the windows that begin with an n-gram are its occurrences,
for every n up to the order: neighbours in the sorted windows. One reading tells how much each
window shares with the one before, and from that the n-grams of every length are found, and what
follows each.
"""

from math import log
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.core.sorting import (
    DIGIT,
    WIDEST,
    Counts,
    Keys,
    count_sorted,
    radix_sort,
    sort_words,
)
from nlptool.newwords.kernels_windows import Packing

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Bytes = NDArray[np.uint8]


@njit(cache=True, nogil=True)
def sort_windows(keys: Keys, spare: Keys, pack: Packing, counts: Counts) -> int:
    """Sort windows and count equal ones; return how many different ones there are.

    Args:
        keys: shape (n, width); receives the different windows at its front, rising.
        spare: shape (n, width), working space.
        pack: how windows are packed.
        counts: shape (n,); receives how often each is there.
    """
    _sort(keys, spare, pack, np.empty((3, 1 << WIDEST), np.uint32))
    return int(count_sorted(keys, counts))


@njit(cache=True, nogil=True)
def _sort(keys: Keys, spare: Keys, pack: Packing, counters: NDArray[np.uint32]) -> None:
    """Sort windows in place."""
    if pack.width == 1:
        sort_words(keys.reshape(len(keys)), spare.reshape(len(spare)), counters)
    elif radix_sort(keys, spare, pack.bits if 11 < pack.bits < 15 else DIGIT):
        for i in range(keys.shape[0]):
            for j in range(keys.shape[1]):
                keys[i, j] = spare[i, j]


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


class Slate(NamedTuple):
    """Where `scan` works, on n windows at most.

    Args:
        shared: how many symbols each window shares with the one before; shape (n + 1,).
        edges: the first and the last window of each n-gram, in turn; shape (2 * n + 2,).
        lasts: the last window of each shorter n-gram; shape (n + 1,).
        sums: of each shorter n-gram, the right sum; same shape.
        own_lasts: the same of the n-grams at hand.
        own_sums: the same of these.
    """

    shared: Bytes
    edges: Int64
    lasts: Int64
    sums: Float64
    own_lasts: Int64
    own_sums: Float64


@njit(cache=True, nogil=True)
def slate(n: int) -> Slate:
    """Return room to work."""
    return Slate(
        np.empty(n + 1, np.uint8),
        np.empty(2 * n + 2, np.int64),
        np.empty(n + 1, np.int64),
        np.empty(n + 1, np.float64),
        np.empty(n + 1, np.int64),
        np.empty(n + 1, np.float64),
    )


@njit(cache=True, nogil=True)
def _share(keys: Keys, pack: Packing, shared: Bytes) -> None:
    """Write how many symbols each window shares with the one before; 0 behind the last."""
    n = len(keys)
    shared[0] = shared[n] = 0
    if pack.width == 1:
        flat = keys.reshape(n)
        for row in range(1, n):
            shared[row] = 0
        for symbol in range(pack.order):
            shift = np.uint64(pack.bits * symbol)
            for row in range(1, n):
                shared[row] += (flat[row] ^ flat[row - 1]) >> shift == np.uint64(0)
        return
    for row in range(1, n):
        same = np.uint8(0)
        for word in range(pack.width):
            n_own = pack.slots if word < pack.width - 1 else pack.order - pack.slots * word
            differs = keys[row, word] ^ keys[row - 1, word]
            if differs == np.uint64(0):
                same += np.uint8(n_own)
                continue
            left = pack.bits * (n_own - 1)
            while differs >> np.uint64(left) == np.uint64(0):
                same += np.uint8(1)
                left -= pack.bits
            break
        shared[row] = same


@njit(cache=True, nogil=True, inline="always")
def _symbol(keys: Keys, row: int, pack: Packing, at: int) -> int:
    """Return a symbol of a window."""
    word = at // pack.slots
    n_own = pack.slots if word < pack.width - 1 else pack.order - pack.slots * word
    shift = pack.bits * (n_own - 1 - (at - word * pack.slots))
    return int((keys[row, word] >> np.uint64(shift)) & np.uint64((1 << pack.bits) - 1))


@njit(cache=True, nogil=True)
def _groups(
    shared: Bytes,
    n: int,
    length: int,
    edges: Int64,
    every: bool,  # noqa: FBT001 - a kernel takes no keywords
) -> int:
    """Write where each n-gram begins and ends; return twice how many there are.

    Args:
        shared: see `Slate`.
        n: how many windows.
        length: symbols of the n-grams.
        edges: receives the places.
        every: those of one window too.
    """
    size = 0
    if every:
        for row in range(n):
            if shared[row] < length:
                if row:
                    edges[size] = row - 1
                    size += 1
                edges[size] = row
                size += 1
        edges[size] = n - 1
        return size + (n > 0)
    before = False
    for row in range(n):
        goes_on = shared[row + 1] >= length
        edges[size] = row
        size += goes_on != before
        before = goes_on
    return size


@njit(cache=True, nogil=True)
def scan(
    keys: Keys,
    until: Int64,
    pack: Packing,
    least: int,
    min_count: int,
    logs: Float64,
    on: Slate,
    nodes: Nodes,
) -> None:
    """Add the n-grams of sorted windows to `nodes`.

    Args:
        keys: windows, rising; all those that begin with their first symbols.
        until: how often those before each window occur; shape (n + 1,). Of shape (0,) if each
            is there once, and equal ones several times.
        pack: how windows are packed.
        least: how often an n-gram has to occur to be added.
        min_count: how often it has to occur for what follows to matter; `least` or more.
        logs: c log c of small counts.
        on: where to work.
        nodes: receives the n-grams.
    """
    n = len(keys)
    _share(keys, pack, on.shared)
    lasts, sums, own_lasts, own_sums = on.lasts, on.sums, on.own_lasts, on.own_sums
    n_above = 0
    for length in range(2, pack.order + 1):
        size = _groups(on.shared, n, length, on.edges, least < 2 or len(until) > 0)
        base = nodes.lengths[length]
        above_base = nodes.lengths[length - 1] - n_above
        symbols, parents = nodes.symbols[length], nodes.parents[length]
        counts = nodes.counts[length]
        n_own = 0
        above = 0
        for group in range(0, size, 2):
            first, last = on.edges[group], on.edges[group + 1]
            symbol = _symbol(keys, first, pack, length - 1)
            count = last - first + 1 if len(until) == 0 else until[last + 1] - until[first]
            if symbol == 0 or count < least:
                continue
            if length == 2:
                parents[base + n_own] = _symbol(keys, first, pack, 0)
            else:
                while lasts[above] < first:
                    above += 1
                parents[base + n_own] = above_base + above
                sums[above] += logs[count] if count < len(logs) else count * log(count)
            symbols[base + n_own] = symbol
            counts[base + n_own] = count
            own_lasts[n_own] = last
            own_sums[n_own] = 0.0
            n_own += 1
        _keep(nodes, length - 1, above_base, sums[:n_above], min_count)
        nodes.lengths[length] = base + n_own
        lasts, sums, own_lasts, own_sums = own_lasts, own_sums, lasts, sums
        n_above = n_own
    _keep(nodes, pack.order, nodes.lengths[pack.order] - n_above, sums[:n_above], min_count)


@njit(cache=True, nogil=True)
def _keep(nodes: Nodes, length: int, base: int, sums: Float64, min_count: int) -> None:
    """Add the right sums of the n-grams that occur often enough."""
    n_kept = nodes.n_kept[length]
    for at in range(len(sums)):
        if nodes.counts[length, base + at] >= min_count:
            nodes.rights[length, n_kept] = sums[at]
            n_kept += 1
    nodes.n_kept[length] = n_kept


@njit(cache=True, nogil=True)
def sort_and_scan(
    keys: Keys,
    starts: Int64,
    pack: Packing,
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
        least: see `scan`.
        min_count: see `scan`.
        logs: see `scan`.
        nodes: receives the n-grams.
    """
    longest = 0
    for bucket in range(len(starts) - 1):
        longest = max(longest, starts[bucket + 1] - starts[bucket])
    spare = np.empty((longest, pack.width), np.uint64)
    counters = np.empty((3, 1 << WIDEST), np.uint32)
    none = np.empty(0, np.int64)
    on = slate(longest)
    for bucket in range(len(starts) - 1):
        own = keys[starts[bucket] : starts[bucket + 1]]
        _sort(own, spare[: len(own)], pack, counters)
        scan(own, none, pack, least, min_count, logs, on, nodes)
