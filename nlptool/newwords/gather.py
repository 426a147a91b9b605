"""The windows of a text in memory, in buckets by their first symbols; several threads write."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from nlptool.core.sorting import Keys
from nlptool.newwords.count import Ranked, read_codes, scatter_of, split
from nlptool.newwords.kernels_count import Int32, Int64
from nlptool.newwords.kernels_windows import Packing, add_firsts
from nlptool.newwords.symbols import Stream

_BUCKET = 1 << 15
"""Windows that are sorted at once, about; they and a copy fit the cache of a core."""

_SHARES = 4
"""Of the windows at hand for each thread: so none waits long for the last one."""


def gather_windows(
    stream: Stream, ranked: Ranked, pack: Packing, room: int, threads: int
) -> Iterator[tuple[Keys, Int64]]:
    """Yield the windows of a text by their first ranks, in buckets; the least first.

    Each thread reads its stretch of the text and knows where its windows go in each bucket,
    since it has counted the symbols before.

    Args:
        stream: the text.
        ranked: its symbols.
        pack: how windows are packed.
        room: how many windows there may be at a time.
        threads: how many.

    Yields:
        Windows, in memory that is used again, and where each bucket begins; the last is the end.

    Raises:
        RunError: the text cannot be read back.
    """
    ranks = np.where(ranked.ranks < ranked.first, np.int32(0), ranked.ranks)
    put = scatter_of(pack)
    edges = np.linspace(0, stream.n_codes, threads + 1).astype(np.int64).tolist()
    firsts = np.zeros((threads, len(ranked.counts)), np.int64)
    keys = np.empty((0, pack.width), np.uint64)

    def count(thread: int) -> None:
        for codes, size in read_codes(stream, 0, edges[thread], edges[thread + 1]):
            add_firsts(codes, size, ranks, firsts[thread])

    def write(thread: int, keys: Keys, buckets: Int32, cursors: Int64) -> None:
        for codes, size in read_codes(stream, pack.order - 1, edges[thread], edges[thread + 1]):
            put(codes, size, ranks, pack, buckets, cursors, keys)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(count, range(threads)))
        for low, high in split(ranked.counts, ranked.first, room):
            counts = firsts[:, low:high]
            # Each bucket takes the windows of some ranks, from these on.
            begins = np.array(split(counts.sum(axis=0), 0, _BUCKET))[:, 0]
            sizes = np.add.reduceat(counts, begins, axis=1)
            starts = np.concatenate(([0], np.cumsum(sizes.sum(axis=0))))
            n = int(starts[-1])
            if len(keys) < n + threads:
                keys = np.empty((n + threads, pack.width), np.uint64)
            buckets = np.full(len(ranked.counts), len(begins), np.int32)
            buckets[low:high] = np.searchsorted(begins, np.arange(high - low), "right") - 1
            cursors = np.empty((threads, len(starts)), np.int64)
            cursors[:, :-1] = starts[:-1] + np.cumsum(sizes, axis=0) - sizes
            # Where windows go that are not wanted.
            cursors[:, -1] = n + np.arange(threads)
            tasks = [pool.submit(write, i, keys, buckets, cursors[i]) for i in range(threads)]
            for task in tasks:
                task.result()
            yield keys, starts


def shares(starts: Int64, threads: int) -> list[tuple[int, int]]:
    """Cut buckets into ranges of about the same size, several for each thread."""
    return split(np.diff(starts), 0, int(starts[-1]) // (_SHARES * threads) + 1)
