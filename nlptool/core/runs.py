"""Counted tokens that wait to be merged: in memory while there is room, else on disk.

A run on disk is one file: counts, ids and tokens, in the order of the tokens' hash. So a range
of hashes is one stretch of every run, and runs are merged one range after the other, each
small enough for the memory. Merging compares the tokens themselves: the hash only says where
they are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlptool.core.ranks import gather
from nlptool.core.table import SPACE, Table
from nlptool.core.tokens import Bytes, Int32, Int64

N_RANGES = 1024
_SHIFT = np.uint64(54)  # 64 bits of hash less those that number the ranges

COST = 128
"""Bytes that merging takes for a token, at most, beside four times its length."""


@dataclass(frozen=True, eq=False)
class Held:
    """The first `n_types` tokens of a table, with their counts, shape (n_types,)."""

    table: Table
    n_types: int
    counts: Int64

    @property
    def text(self) -> Bytes:
        """The tokens in the order of their ids, each followed by a space."""
        return self.table.arena[: self.table.starts[self.n_types]]


@dataclass(frozen=True, eq=False)
class Spilled:
    """The tokens of a table, in a file.

    Args:
        path: the file: int64 counts, int32 ids, then the tokens, each followed by a space.
        n_types: how many tokens.
        tokens: the first token of each range of hashes, shape (N_RANGES + 1,).
        places: the first byte of each range among the tokens' bytes, shape (N_RANGES + 1,).
    """

    path: Path
    n_types: int
    tokens: Int64
    places: Int64

    def stretch(self, low: int, high: int) -> tuple[Bytes, Int64]:
        """Read the tokens of ranges low to high - 1, and their counts."""
        first, last = int(self.tokens[low]), int(self.tokens[high])
        start, end = int(self.places[low]), int(self.places[high])
        with self.path.open("rb") as file:
            file.seek(8 * first)
            counts = np.frombuffer(file.read(8 * (last - first)), np.int64)
            file.seek(12 * self.n_types + start)
            return np.frombuffer(file.read(end - start), np.uint8), counts

    def ids(self) -> Int32:
        """Read the tokens' ids."""
        with self.path.open("rb") as file:
            file.seek(8 * self.n_types)
            return np.frombuffer(file.read(4 * self.n_types), np.int32)


Run = Held | Spilled


def hold(table: Table) -> Held:
    """Return a table's tokens as they are now."""
    return Held(table, table.n_types, table.counts())


def spill(table: Table, path: Path) -> Spilled:
    """Write a table's tokens to a new file.

    Raises:
        OSError: it cannot be written.
    """
    codes = table.codes()
    chosen = np.argsort(codes, kind="stable")
    starts = table.starts[: table.n_types + 1]
    ends = np.concatenate(([0], np.cumsum(np.diff(starts)[chosen])))
    ranges = (codes[chosen] >> _SHIFT).astype(np.int64)
    tokens = np.searchsorted(ranges, np.arange(N_RANGES + 1))
    with path.open("xb") as file:
        file.write(table.counts()[chosen].data)
        file.write(chosen.astype(np.int32).data)
        file.write(gather(table.arena, starts, chosen, SPACE).data)
    return Spilled(path, table.n_types, tokens, ends[tokens])


def merge(runs: Sequence[Run], memory: int) -> Iterator[tuple[Table, Int64]]:
    """Add up runs, a part of the tokens at a time; each token is in one part only.

    Args:
        runs: all held or all spilled; the largest held table takes in the others' tokens.
        memory: bytes that a part may take.

    Yields:
        A table with the part's tokens, and how often each occurs, shape (n_types,).

    Raises:
        OSError: a file cannot be read.
    """
    spilled = [run for run in runs if isinstance(run, Spilled)]
    in_memory = sorted((run for run in runs if isinstance(run, Held)), key=lambda r: -r.n_types)
    if in_memory:
        first = in_memory[0]
        yield _sum(first.table, first.counts, ((run.text, run.counts) for run in in_memory[1:]))
    low = 0
    costs = [4 * np.diff(run.places) + COST * np.diff(run.tokens) for run in spilled]
    total = np.sum(costs, axis=0).tolist() if costs else []
    while low < len(total):
        high = low + 1
        cost = total[low]
        while high < len(total) and cost + total[high] <= memory:
            cost += total[high]
            high += 1
        yield _sum(Table(), np.zeros(0, np.int64), (run.stretch(low, high) for run in spilled))
        low = high


def find(run: Run, table: Table) -> Int32:
    """Return the id in `table` of each of a run's tokens, -1 if it has none; shape (n_types,).

    Raises:
        OSError: a file cannot be read.
    """
    if isinstance(run, Held):
        return table.read_all(run.text, run.n_types, add=False)
    found = np.empty(run.n_types, np.int32)
    found[run.ids()] = table.read_all(run.stretch(0, N_RANGES)[0], run.n_types, add=False)
    return found


def _sum(table: Table, counts: Int64, parts: Iterable[tuple[Bytes, Int64]]) -> tuple[Table, Int64]:
    for text, more in parts:
        ids = table.read_all(text, len(more), add=True)
        counts = np.concatenate((counts, np.zeros(table.n_types - len(counts), np.int64)))
        counts[ids] += more
    return table, counts
