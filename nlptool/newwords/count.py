"""Count the n-grams of a text, of all orders at once, in bounded memory.

The work is cut by the first symbol of the windows: as many as there is room for are taken from
the text, which is read once more if that are not all, in buckets by their first symbols, and
each part of the result comes from some of these buckets. The parts are disjoint and rising, so
that nothing has to be merged, and the counts do not depend on how many there are.

`windows_of` is the other way to cut: the sorted windows of a stretch of text, which add up by
`core.sorting.merge` to those of the whole, wherever the stretches are counted.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np

from nlptool.core.sorting import Block, sort_count
from nlptool.core.spool import no_room
from nlptool.errors import ConfigError
from nlptool.newwords.kernels_count import Float64, Int32, Int64, Nodes
from nlptool.newwords.kernels_windows import Packing, scatter, scatter_narrow
from nlptool.newwords.symbols import Stream

A = TypeVar("A")

CHUNK = 1 << 20
"""Codes that are read from disk at once."""

LEAST_MEMORY = 8 << 20
"""Bytes for the symbols, and as much again for each thread."""

LEAST_WINDOWS = 1 << 16
"""Windows at a time; with fewer the text would be read all too often."""

MOST_WINDOWS = 1 << 25
"""Windows at a time; it is quicker to read the text again than to get more memory."""


def check_memory(memory: int, threads: int) -> None:
    """Refuse a budget that is too small for any text.

    Raises:
        ConfigError: naming the least one.
    """
    least = LEAST_MEMORY * (1 + threads)
    if memory < least:
        raise ConfigError(
            f"--memory: {memory:,} bytes, expected at least {least:,} with --threads {threads}"
        )


class Ranked(NamedTuple):
    """How the symbols of a text are numbered for counting.

    Args:
        ranks: of each code; 1 for those of symbols that are there only once, if they are put
            together.
        counts: how often each rank occurs; shape (n_ranks,), the first is the boundary's.
        first: the least rank of a symbol that can be in a word: 1 or 2.
        symbols: the place of each rank among the text's symbols; those below `first` have none.
    """

    ranks: Int32
    counts: Int64
    first: int
    symbols: Int64


class Part(NamedTuple):
    """The n-grams that begin with one range of symbols, see `kernels_count.Nodes`."""

    symbols: list[Int32]
    parents: list[Int32]
    counts: list[Int64]
    rights: list[Float64]


def rank(stream: Stream, *, fold: bool) -> Ranked:
    """Number the symbols of a text in their order.

    Args:
        stream: the text.
        fold: give all symbols that occur only once one number. They cannot be in a word that
            occurs twice, and as neighbours they only have to differ from all others.
    """
    counts = stream.symbols.counts
    ranks = np.zeros(int(stream.codes.max(initial=0)) + 1, np.int32)
    if not fold:
        ranks[stream.codes] = np.arange(1, len(counts) + 1, dtype=np.int32)
        places = np.arange(-1, len(counts))
        return Ranked(ranks, np.concatenate(([0], counts)), 1, places)
    kept = np.flatnonzero(counts > 1)
    ranks[stream.codes] = 1
    ranks[stream.codes[kept]] = np.arange(2, len(kept) + 2, dtype=np.int32)
    n_once = len(counts) - len(kept)
    return Ranked(
        ranks,
        np.concatenate(([0, n_once], counts[kept])),
        2,
        np.concatenate((np.full(2, -1), kept)),
    )


def windows_of(codes: Int32, n: int, ranks: Int32, pack: Packing) -> Block:
    """Return the sorted windows of a stretch of text and how often each is there.

    Args:
        codes: the stretch, and `order - 1` codes behind it if the text goes on.
        n: how many windows begin in it, boundaries included: its length.
        ranks: of each code; the first is 0.
        pack: how windows are packed.

    Returns:
        Keys of shape (n_unique, width), rising, and their counts: sum them by key.
    """
    keys = np.empty((n + 1, pack.width), np.uint64)
    buckets = np.zeros(int(ranks.max(initial=0)) + 1, np.int32)
    buckets[0] = 1
    cursors = np.array([0, n])
    scatter_of(pack)(codes, n, ranks, pack, buckets, cursors, keys)
    return sort_count(keys[: cursors[0]])


def used(nodes: Nodes) -> Part:
    """Return what was filled."""
    used = [(n, int(nodes.lengths[n]), int(nodes.n_kept[n])) for n in range(len(nodes.lengths))]
    return Part(
        [nodes.symbols[n, :size].copy() for n, size, _ in used],
        [nodes.parents[n, :size].copy() for n, size, _ in used],
        [nodes.counts[n, :size].copy() for n, size, _ in used],
        [nodes.rights[n, :size].copy() for n, _, size in used],
    )


def log_table() -> Float64:
    """Return c log c of small counts c."""
    counts = np.arange(1 << 12, dtype=np.float64)
    counts[1:] *= np.log(counts[1:])
    return counts


def split(counts: Int64, first: int, room: int) -> list[tuple[int, int]]:
    """Cut the ranks from `first` into ranges that have at most `room` windows, or one rank."""
    until = np.cumsum(counts)
    found = []
    low = first
    while low < len(counts):
        done = int(until[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(until, done + room, side="right")))
        found.append((low, high))
        low = high
    return found


def in_order(
    work: Callable[[int, int], A], ranges: Sequence[tuple[int, int]], threads: int
) -> Iterator[A]:
    """Yield the parts in order, `threads` being worked on at a time and none lying about."""
    if threads == 1:
        yield from (work(*span) for span in ranges)
        return
    waiting: deque[Future[A]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for span in ranges:
                if len(waiting) >= threads:
                    yield waiting.popleft().result()
                waiting.append(pool.submit(work, *span))
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def room_for(memory: int, pack: Packing, more: int = 0) -> int:
    """Return how many windows there may be at a time.

    Args:
        memory: bytes for them and their n-grams.
        pack: how windows are packed.
        more: bytes that each takes beside itself and its n-grams.

    Raises:
        ConfigError: naming the least memory.
    """
    cost = 12 * pack.width + more
    if memory < LEAST_WINDOWS * cost:
        raise ConfigError(
            f"--memory: {memory:,} bytes for counting, expected at least {LEAST_WINDOWS * cost:,}"
        )
    return min(memory // cost, MOST_WINDOWS)


def scatter_of(pack: Packing) -> Callable[..., None]:
    """Return the kernel for windows."""
    put: Callable[..., None] = scatter_narrow if pack.width == 1 else scatter
    return put


def read_codes(
    stream: Stream, ahead: int, begin: int = 0, end: int | None = None
) -> Iterator[tuple[Int32, int]]:
    """Yield a text in stretches of `CHUNK` codes, each with up to `ahead` codes of the next.

    Args:
        stream: the text.
        ahead: see above.
        begin: where to begin.
        end: where to end; at the text's end unless given.

    Yields:
        The codes, in a buffer that is used again, and how many belong to the stretch.

    Raises:
        RunError: the text cannot be read back.
    """
    end = stream.n_codes if end is None else end
    buffer = np.empty(min(CHUNK, end - begin) + ahead, np.int32)
    try:
        descriptor = os.open(stream.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            for start in range(begin, end, CHUNK):
                size = min(CHUNK, end - start)
                codes = buffer[: min(size + ahead, stream.n_codes - start)]
                read_at(descriptor, codes, 4 * start)
                yield codes, size
        finally:
            os.close(descriptor)
    except OSError as error:
        raise no_room(stream.path.parent, error) from error


def read_at(descriptor: int, codes: Int32, offset: int) -> None:
    """Fill an array from a file.

    Raises:
        OSError: the file cannot be read, or is too short.
    """
    view = codes.view(np.uint8)
    while len(view):
        n = os.preadv(descriptor, [view.data], offset)
        if not n:
            raise OSError("a temporary file lost its end")
        view, offset = view[n:], offset + n
