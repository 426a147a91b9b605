"""Windows in files of counts: found, translated and checked; numba loops."""

import numpy as np
from numba import njit

from nlptool.core.sorting import Counts, Keys
from nlptool.newwords.kernels_count import Int32, Int64, sort_windows
from nlptool.newwords.kernels_windows import Packing


@njit(cache=True, nogil=True)
def sort_buckets(keys: Keys, starts: Int64, pack: Packing, counts: Counts) -> int:
    """Sort and count the windows of each bucket; return how many different ones there are.

    Args:
        keys: the windows; receives the different ones at its front, rising.
        starts: where each bucket begins; the last is the end.
        pack: how windows are packed.
        counts: receives how often each is there; as long as `keys`.
    """
    longest = 0
    for bucket in range(len(starts) - 1):
        longest = max(longest, starts[bucket + 1] - starts[bucket])
    spare = np.empty((longest, pack.width), np.uint64)
    own_counts = np.empty(longest, np.int64)
    total = 0
    for bucket in range(len(starts) - 1):
        n = starts[bucket + 1] - starts[bucket]
        own = keys[starts[bucket] : starts[bucket + 1]]
        n = sort_windows(own, spare[:n], pack, own_counts)
        for row in range(n):
            for word in range(pack.width):
                keys[total, word] = own[row, word]
            counts[total] = own_counts[row]
            total += 1
    return total


@njit(cache=True, nogil=True)
def pack_symbols(symbols: Int32, pack: Packing, key: Keys) -> None:
    """Write the window of some symbols to the one row of `key`; 0 where there are none."""
    at = 0
    for word in range(pack.width):
        n = pack.slots if word < pack.width - 1 else pack.order - at
        value = np.uint64(0)
        for _ in range(n):
            symbol = np.uint64(symbols[at]) if at < len(symbols) else np.uint64(0)
            value = value << np.uint64(pack.bits) | symbol
            at += 1
        key[0, word] = value


@njit(cache=True, nogil=True)
def _unpack_all(keys: Keys, row: int, pack: Packing, symbols: Int32) -> None:
    mask = (np.uint64(1) << np.uint64(pack.bits)) - np.uint64(1)
    at = 0
    for word in range(pack.width):
        n = pack.slots if word < pack.width - 1 else pack.order - at
        for slot in range(n):
            shift = np.uint64(pack.bits * (n - 1 - slot))
            symbols[at] = np.int32((keys[row, word] >> shift) & mask)
            at += 1


@njit(cache=True, nogil=True)
def translate(keys: Keys, old: Packing, ranks: Int32, new: Packing, out: Keys) -> None:
    """Write windows with other numbers for their symbols.

    Args:
        keys: the windows.
        old: how they are packed.
        ranks: the new number of each old one, rising, so that the windows still rise.
        new: how to pack them; of an order not above the old one.
        out: receives them.
    """
    symbols = np.zeros(old.order, np.int32)
    for row in range(len(keys)):
        _unpack_all(keys, row, old, symbols)
        for at in range(old.order):
            symbols[at] = ranks[symbols[at]]
        pack_symbols(symbols[: new.order], new, out[row : row + 1])


@njit(cache=True, nogil=True)
def add_up(keys: Keys, counts: Counts) -> int:
    """Move the different ones of rising windows to the front, with the sums of their counts."""
    n = 0
    for row in range(len(keys)):
        same = n > 0
        for word in range(keys.shape[1]):
            same = same and keys[n - 1, word] == keys[row, word]
        if same:
            counts[n - 1] += counts[row]
        else:
            keys[n] = keys[row]
            counts[n] = counts[row]
            n += 1
    return n


@njit(cache=True, nogil=True)
def check_windows(keys: Keys, pack: Packing, n_ranks: int, firsts: Int64, counts: Counts) -> bool:
    """Tell whether windows rise, consist of known symbols, and end where their symbols end.

    Args:
        keys: the windows.
        pack: how they are packed.
        n_ranks: the number above all symbols.
        firsts: of each symbol, receives how many windows begin with it, by their counts.
        counts: of the windows.
    """
    symbols = np.zeros(pack.order, np.int32)
    before = np.zeros(pack.order, np.int32)
    for row in range(len(keys)):
        _unpack_all(keys, row, pack, symbols)
        rises = False
        for at in range(pack.order):
            if symbols[at] >= n_ranks:
                return False
            if symbols[at] > 0 and at > 0 and symbols[at - 1] == 0:
                return False
            if not rises and symbols[at] < before[at]:
                return False
            rises = rises or symbols[at] > before[at]
        if not rises or counts[row] < 1:
            return False
        firsts[symbols[0]] += counts[row]
        for at in range(len(symbols)):
            before[at] = symbols[at]
    return True


@njit(cache=True, nogil=True)
def rows_below(keys: Keys, key: Keys) -> int:
    """Return how many rows of sorted `keys` are below the one row of `key`."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        below = False
        for word in range(keys.shape[1]):
            if keys[middle, word] != key[0, word]:
                below = keys[middle, word] < key[0, word]
                break
        if below:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def occurrences(
    keys: Keys, counts: Counts, pack: Packing, symbols: Int32, lengths: Int32, found: Int64
) -> None:
    """Write how often some words occur, by the windows that begin with them.

    Args:
        keys: the windows, rising.
        counts: of the windows.
        pack: how they are packed.
        symbols: of the words, 0 behind them, below 0 if unknown; shape (n_words, any).
        lengths: how many each has; of longer ones than a window the first symbols matter.
        found: receives the counts.
    """
    key = np.empty((1, pack.width), np.uint64)
    own = np.zeros(pack.order, np.int32)
    for i in range(len(lengths)):
        n = min(int(lengths[i]), pack.order)
        own[:] = 0
        known = n > 0
        for at in range(n):
            own[at] = symbols[i, at]
            known = known and own[at] > 0
        found[i] = 0
        if not known:
            continue
        pack_symbols(own, pack, key)
        row = rows_below(keys, key)
        # The next n-gram of this length: no symbol is the highest that a window can hold.
        own[n - 1] += 1
        pack_symbols(own, pack, key)
        stop = rows_below(keys, key)
        for at in range(row, stop):
            found[i] += counts[at]
