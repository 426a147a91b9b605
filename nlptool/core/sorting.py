"""Sort and count a block of keys; add up sorted blocks.

The seam of every count: `sort_count(keys) -> sorted unique (keys, counts)` for a shard, and
a sum by key. Both run without the interpreter's lock, so that threads work side by side.
What does not fit in memory is in spool.py.

A key is a row of one or more uint64 words, compared word by word from the left. What the
words mean is the caller's business.
"""

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Counts = NDArray[np.int64]
Block = tuple[Keys, Counts]
Words = NDArray[np.uint64]
Counters = NDArray[np.uint32]

DIGIT = 11  # bits sorted in one pass: 2,048 buckets still fit the caches beside the data
WIDEST = 14  # of `sort_words`, where there are enough numbers


def sort_count(keys: Keys) -> Block:
    """Sort the rows of `keys` and count how often each occurs.

    Least significant digit radix sort over the bits that differ at all, so that small
    numbers packed with gaps between them cost no more than without. Runs without the
    interpreter's lock, so that threads sort blocks side by side.

    Args:
        keys: shape (n, width), any order; used as working space, its contents are lost.

    Returns:
        The unique rows, rising, shape (n_unique, width), and how often each occurs,
        shape (n_unique,). Up to three times the memory of `keys` is used meanwhile.

    Source:
        D. E. Knuth, The Art of Computer Programming, volume 3, section 5.2.5.
        Slow form: collections.Counter.
    """
    width = keys.shape[1]
    spare = np.empty_like(keys)
    if radix_sort(keys, spare, DIGIT):
        keys, spare = spare, keys
    counts = spare.reshape(-1)[: len(keys)].view(np.int64)
    n_unique = count_sorted(keys, counts)
    return keys[:n_unique].reshape(n_unique, width).copy(), counts[:n_unique].copy()


@njit(cache=True, nogil=True)
def radix_sort(keys: Keys, spare: Keys, digit: int) -> bool:
    """Sort rows; return whether the result lies in `spare` rather than in `keys`."""
    n, width = keys.shape
    here, there, moved = keys, spare, False
    starts = np.empty(1 << digit, np.int64)
    mask = np.uint64((1 << digit) - 1)
    for word in range(width - 1, -1, -1):
        some, every = np.uint64(0), ~np.uint64(0)
        for row in range(n):
            some |= here[row, word]
            every &= here[row, word]
        differs = some & ~every
        shift = np.uint64(0)
        while shift < np.uint64(64) and differs >> shift != np.uint64(0):
            while (differs >> shift) & np.uint64(1) == np.uint64(0):
                shift += np.uint64(1)
            starts[:] = 0
            for row in range(n):
                starts[(here[row, word] >> shift) & mask] += 1
            total = 0
            for bucket in range(len(starts)):
                size = starts[bucket]
                starts[bucket] = total
                total += size
            if width == 1:
                for row in range(n):
                    key = here[row, 0]
                    bucket = (key >> shift) & mask
                    there[starts[bucket], 0] = key
                    starts[bucket] += 1
            else:
                for row in range(n):
                    bucket = (here[row, word] >> shift) & mask
                    to = starts[bucket]
                    for column in range(width):
                        there[to, column] = here[row, column]
                    starts[bucket] = to + 1
            here, there, moved = there, here, not moved
            shift += np.uint64(digit)
    return moved


@njit(cache=True, nogil=True)
def sort_words(keys: Words, spare: Words, counters: Counters) -> None:
    """Sort numbers in place, of which the lower bits differ: those of one bucket, say.

    As `radix_sort`, but with digits that fit how many numbers there are, and the counts of
    three digits made in one reading: two thirds of the time.

    Args:
        keys: shape (n,).
        spare: shape (n,), working space.
        counters: shape (3, 1 << WIDEST), working space.
    """
    n = len(keys)
    some, every = np.uint64(0), ~np.uint64(0)
    for i in range(n):
        some |= keys[i]
        every &= keys[i]
    differs = some & ~every
    n_bits = 0
    while n_bits < 64 and differs >> np.uint64(n_bits) != np.uint64(0):
        n_bits += 1
    if n_bits == 0:
        return
    widest = 6
    while widest < WIDEST and 1 << widest < n:
        widest += 1
    n_passes = (n_bits + widest - 1) // widest
    digit = (n_bits + n_passes - 1) // n_passes
    size = 1 << digit
    mask = np.uint64(size - 1)
    second, third = np.uint64(digit), np.uint64(2 * digit)
    low, middle, high = counters[0], counters[1], counters[2]
    for at in range(min(3, n_passes)):
        counters[at, :size] = 0
    if n_passes > 2:
        for i in range(n):
            key = keys[i]
            low[key & mask] += np.uint32(1)
            middle[(key >> second) & mask] += np.uint32(1)
            high[(key >> third) & mask] += np.uint32(1)
    else:
        for i in range(n):
            low[keys[i] & mask] += np.uint32(1)
            if n_passes == 2:
                middle[(keys[i] >> second) & mask] += np.uint32(1)
    here, there = keys, spare
    for at in range(n_passes):
        shift = np.uint64(at * digit)
        own = counters[min(at, 2)]
        if at > 2:
            own[:size] = 0
            for i in range(n):
                own[(here[i] >> shift) & mask] += np.uint32(1)
        total = np.uint32(0)
        for bucket in range(size):
            n_own = own[bucket]
            own[bucket] = total
            total += n_own
        for i in range(n):
            key = here[i]
            bucket = (key >> shift) & mask
            there[own[bucket]] = key
            own[bucket] += np.uint32(1)
        here, there = there, here
    if n_passes % 2:
        # Not keys[:] = spare: for its message, should they not fit, numba compiles 3 s more.
        for i in range(n):
            keys[i] = spare[i]


@njit(cache=True, nogil=True)
def count_sorted(keys: Keys, counts: Counts) -> int:
    """Move the unique rows of sorted `keys` to its front, with their counts; return how many."""
    n, width = keys.shape
    if n == 0:
        return 0
    last = 0
    count = 1
    for row in range(1, n):
        same = True
        for column in range(width):
            if keys[row, column] != keys[last, column]:
                same = False
                break
        if same:
            count += 1
        else:
            counts[last] = count
            count = 1
            last += 1
            for column in range(width):
                keys[last, column] = keys[row, column]
    counts[last] = count
    return last + 1


@njit(cache=True, nogil=True)
def _merge_two(a: Keys, m: Counts, b: Keys, n: Counts, keys: Keys, counts: Counts) -> int:
    """Merge two sorted unique blocks into `keys` and `counts`; return how many rows came out."""
    width = a.shape[1]
    i, j, out = 0, 0, 0
    while i < len(a) and j < len(b):
        order = 0
        for column in range(width):
            if a[i, column] != b[j, column]:
                order = -1 if a[i, column] < b[j, column] else 1
                break
        if order <= 0:
            for column in range(width):
                keys[out, column] = a[i, column]
        else:
            for column in range(width):
                keys[out, column] = b[j, column]
        counts[out] = (m[i] if order <= 0 else 0) + (n[j] if order >= 0 else 0)
        i += order <= 0
        j += order >= 0
        out += 1
    while i < len(a):
        for column in range(width):
            keys[out, column] = a[i, column]
        counts[out] = m[i]
        i += 1
        out += 1
    while j < len(b):
        for column in range(width):
            keys[out, column] = b[j, column]
        counts[out] = n[j]
        j += 1
        out += 1
    return out


@njit(cache=True, nogil=True)
def rows_up_to(keys: Keys, key: Keys) -> int:
    """Return how many rows of sorted `keys` are not above the one row of `key`."""
    low, high = 0, len(keys)
    while low < high:
        middle = (low + high) // 2
        above = False
        for column in range(keys.shape[1]):
            if keys[middle, column] != key[0, column]:
                above = keys[middle, column] > key[0, column]
                break
        if above:
            high = middle
        else:
            low = middle + 1
    return low


def merge(blocks: Sequence[Block]) -> Block:
    """Add up sorted unique blocks, one at least, into one; twice their memory is used."""
    blocks = list(blocks)
    while len(blocks) > 1:
        pairs = [merge_pair(*blocks[i : i + 2]) for i in range(0, len(blocks) - 1, 2)]
        blocks = pairs + blocks[len(pairs) * 2 :]
    return blocks[0]


def merge_pair(first: Block, second: Block) -> Block:
    """Add up two sorted unique blocks; the result may be one of them."""
    if not len(first[0]) or not len(second[0]):
        return first if len(first[0]) else second
    n = len(first[0]) + len(second[0])
    keys = np.empty((n, first[0].shape[1]), np.uint64)
    counts = np.empty(n, np.int64)
    n = _merge_two(*first, *second, keys, counts)
    return keys[:n], counts[:n]
