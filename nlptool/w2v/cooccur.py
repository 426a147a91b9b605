"""Count how often two words stand near each other.

Each pair of words at most `window` places apart in one sentence counts 1, whatever the
distance and whichever comes first, so the counts are symmetric and only the half with
i < j is kept. A word beside itself (the diagonal) is skipped.
"""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.core.mapped import let_go
from nlptool.core.report import Progress, Report, silent
from nlptool.core.sorting import Block, Keys, sort_count
from nlptool.core.spool import Spool
from nlptool.errors import ConfigError

Ids = NDArray[np.int32]

BLOCK = 1 << 20  # pairs sorted at a time: larger blocks leave the caches, smaller merge more
LEAST_MEMORY = 2 << 20  # bytes, and as much again for each thread


def check_memory(memory: int, threads: int) -> None:
    """Refuse a budget too small for counting.

    Raises:
        ConfigError: naming the least one.
    """
    least = LEAST_MEMORY * (1 + threads)
    if memory < least:
        raise ConfigError(
            f"--memory: {memory} bytes, expected at least {least} to count pairs of words"
        )


def count_pairs(
    ids: Ids,
    n_words: int,
    spool: Spool,
    *,
    window: int,
    threads: int = 1,
    memory: int = 1 << 28,
    report: Report = silent,
) -> int:
    """Add the pairs of a corpus to a spool, whose keys are read by `words_of`.

    Args:
        ids: shape (n,), each in [0, n_words), or -1 between sentences; may be a memory map.
        n_words: the size of the vocabulary.
        spool: takes the counts; of width 1.
        window: how many places apart two words may be, at most.
        threads: how many blocks are sorted at the same time.
        memory: bytes for these blocks; the spool has its own budget.
        report: is told of each block; may raise.

    Returns:
        How many pairs were counted.
    """
    n_pairs = max(256, min(BLOCK, memory // (32 * (threads + 2))))
    step = max(1, n_pairs // window)
    bits = key_bits(n_words)
    total = 0
    # A few blocks are ahead of the one being added, no more: memory is bounded.
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Block]] = deque()
        starts = iter(range(0, len(ids), step))
        done = 0
        while True:
            while len(ahead) <= threads and (start := next(starts, None)) is not None:
                ahead.append(pool.submit(_count_block, ids, start, step, window, bits))
            if not ahead:
                return total
            keys, counts = ahead.popleft().result()
            spool.add(keys, counts)
            total += int(counts.sum())
            done = min(done + step, len(ids))
            let_go(ids)
            report(Progress("counting pairs", done, len(ids), "words"))


def key_bits(n_words: int) -> int:
    """Return how many bits one word takes in a key; few bits are sorted in few passes."""
    return max(1, (n_words - 1).bit_length())


def words_of(keys: Keys, n_words: int) -> tuple[Ids, Ids]:
    """Return the two words, i < j, of each key; shapes (n,), from keys of shape (n, 1)."""
    bits = np.uint64(key_bits(n_words))
    mask = (np.uint64(1) << bits) - np.uint64(1)
    return (keys[:, 0] >> bits).astype(np.int32), (keys[:, 0] & mask).astype(np.int32)


def _count_block(ids: Ids, start: int, step: int, window: int, bits: int) -> Block:
    """Count the pairs whose first word stands at `start` or in the `step - 1` places after."""
    stop = min(start + step, len(ids))
    # A copy: one type of array for the compiler, and no page faults within its loop.
    near = np.array(ids[start : stop + window])
    keys = np.empty((window * (stop - start), 1), np.uint64)
    n_pairs = _list_pairs(near, stop - start, window, bits, keys)
    return sort_count(keys[:n_pairs])


@njit(cache=True, nogil=True)
def _list_pairs(ids: Ids, stop: int, window: int, bits: int, keys: Keys) -> int:
    """Write the key of each pair whose first word stands before `stop`; return how many."""
    n = 0
    for first in range(stop):
        if ids[first] < 0:
            continue
        for second in range(first + 1, min(first + window + 1, len(ids))):
            if ids[second] < 0:
                break
            low, high = min(ids[first], ids[second]), max(ids[first], ids[second])
            keys[n, 0] = np.uint64(low) << np.uint64(bits) | np.uint64(high)
            n += low != high
    return n
