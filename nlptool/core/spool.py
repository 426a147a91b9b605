"""Counting in bounded memory: the sum by key of any number of sorted blocks.

A `Spool` takes blocks of sorted unique keys with their counts (sorting.py makes them), in
any order, keeps them in memory while its budget allows, writes them to disk as sorted runs
when it does not, and gives the sum back in the order of the keys. The sum does not depend
on the budget, on how the keys were cut into blocks, or on the order of adding.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from errno import EIO
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np

from nlptool.core.sorting import Block, Counts, Keys, merge, merge_pair, rows_up_to
from nlptool.errors import ConfigError, RunError

LEAST_ENTRIES = 4096  # of a budget; below this the runs are too short to be worth a merge
READ_ENTRIES = 4096  # of one run, at a time, that make reading from disk efficient


@dataclass(frozen=True)
class _Run:
    """A sorted unique run: rows `start` to `stop` of a block in memory or of a pair of files."""

    start: int
    stop: int
    held: Block | None = None
    files: tuple[BinaryIO, BinaryIO] | None = None


class Spool:
    """Adds up blocks of sorted unique keys within a budget of memory; a context manager.

    Its files have no name (so nothing is left behind, even by a kill), are readable by
    their owner only, and there are two of them, four while many runs are being merged.

    Args:
        folder: where runs are written when memory is short.
        memory: the most that the spool itself may use, in bytes. A block that is being
            added and the block last given out are not part of it.
        width: the number of uint64 words in a key.

    Raises:
        ConfigError: the budget is too small.
        RunError: on adding or merging: the disk is full, or reading or writing failed.
    """

    def __init__(self, folder: Path, memory: int, *, width: int = 1) -> None:
        self._folder, self._memory, self._width = folder, memory, width
        self._entry = 8 * (width + 1)
        self._held: list[Block] = []
        self._stored: list[_Run] = []
        self._files: tuple[BinaryIO, BinaryIO] | None = None
        self._lock = Lock()
        least = LEAST_ENTRIES * self._entry
        if memory < least:
            raise ConfigError(f"--memory: {memory} bytes, expected at least {least} for counting")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held = []
        self._stored = []
        _close(self._files)
        self._files = None

    def add(self, keys: Keys, counts: Counts) -> None:
        """Add a block; threads may call this at the same time.

        Args:
            keys: shape (n, width), rising, unique; kept, so not to be changed afterwards.
            counts: shape (n,), how often each key occurred.
        """
        if not len(keys):
            return
        with self._lock:
            limit = self._memory // (3 * self._entry)
            if sum(len(held) for held, _ in self._held) + len(keys) > limit:
                self._store_held()
            self._held.append((keys, counts))
            if len(keys) > limit:
                self._store_held()
            # Runs of like size are merged at once: equal keys collapse while they are in
            # memory, and each key is moved only a logarithmic number of times.
            while len(self._held) > 1 and len(self._held[-2][0]) < 2 * len(self._held[-1][0]):
                keys, counts = merge_pair(self._held.pop(), self._held.pop())
                self._held.append((keys.copy(), counts.copy()))

    def merged(self) -> Iterator[Block]:
        """Yield the sum, in the order of the keys; may be called again: nothing is used up.

        The blocks are never empty and may be kept but not changed. Where they are cut
        depends on the budget.
        """
        if not self._stored:
            yield from self._stream([_Run(0, len(block[0]), block) for block in self._held])
            return
        self._store_held()
        fan = max(8, min(512, self._memory // (6 * self._entry * READ_ENTRIES)))
        while len(self._stored) > fan:
            self._merge_pass(fan)
        yield from self._stream(self._stored)

    def _store_held(self) -> None:
        """Write what is held in memory to disk, as one run."""
        if self._held:
            if self._files is None:
                self._files = self._open()
            held = [_Run(0, len(block[0]), block) for block in self._held]
            self._stored.append(self._store(held, self._files))
            self._held = []

    def _merge_pass(self, fan: int) -> None:
        """Merge every `fan` stored runs into one, in a new pair of files."""
        files = self._open()
        try:
            groups = [self._stored[i : i + fan] for i in range(0, len(self._stored), fan)]
            stored = [self._store(group, files) for group in groups]
        except BaseException:
            _close(files)
            raise
        _close(self._files)
        self._files, self._stored = files, stored

    def _open(self) -> tuple[BinaryIO, BinaryIO]:
        try:
            keys = TemporaryFile(dir=self._folder)  # noqa: SIM115 (closed by __exit__)
            try:
                return keys, TemporaryFile(dir=self._folder)
            except BaseException:
                keys.close()
                raise
        except OSError as error:
            raise no_room(self._folder, error) from error

    def _store(self, runs: Sequence[_Run], files: tuple[BinaryIO, BinaryIO]) -> _Run:
        """Write the sum of `runs` at the end of `files`."""
        try:
            starts = [file.seek(0, 2) for file in files]
            for keys, counts in self._stream(runs):
                files[0].write(keys.data)
                files[1].write(counts.data)
            for file in files:
                file.flush()
            stop = files[1].tell()
        except OSError as error:
            raise no_room(self._folder, error) from error
        return _Run(starts[1] // 8, stop // 8, files=files)

    def _fetch(self, run: _Run, start: int, stop: int) -> Block:
        if run.held is not None:
            return run.held[0][start:stop], run.held[1][start:stop]
        assert run.files is not None  # for the type checker: a run is held or stored
        keys = np.empty((stop - start, self._width), np.uint64)
        counts = np.empty(stop - start, np.int64)
        try:
            for file, array in zip(run.files, (keys, counts), strict=True):
                file.seek(start * array[:1].nbytes)
                if file.readinto(array.data.cast("B")) != array.nbytes:  # type: ignore[attr-defined]  # a BufferedRandom can
                    raise OSError(EIO, "a temporary file lost its end")
        except OSError as error:
            raise no_room(self._folder, error) from error
        return keys, counts

    def _stream(self, runs: Sequence[_Run]) -> Iterator[Block]:
        """Merge runs block by block: all rows up to the least of the runs' last rows seen."""
        # The heads, and twice their sum while they are merged, fill at most half the budget.
        entries = max(1, self._memory // (6 * self._entry * max(1, len(runs))))
        heads = []
        for run in runs:
            seen = min(run.start + entries, run.stop)
            heads.append((run, seen, self._fetch(run, run.start, seen)))
        while heads:
            unseen = [block[0][-1:] for run, seen, block in heads if seen < run.stop]
            least = min(unseen, key=lambda row: tuple(map(int, row[0]))) if unseen else None
            parts, rest = [], []
            for run, seen, (keys, counts) in heads:
                cut = len(keys) if least is None else rows_up_to(keys, least)
                parts.append((keys[:cut], counts[:cut]))
                keys, counts = keys[cut:], counts[cut:]
                if len(keys) < entries // 2 + 1 and seen < run.stop:
                    start = seen - len(keys)
                    seen = min(start + entries, run.stop)
                    keys, counts = self._fetch(run, start, seen)
                if len(keys):
                    rest.append((run, seen, (keys, counts)))
            heads = rest
            yield merge(parts)


def no_room(folder: Path, error: OSError) -> RunError:
    """Say that a temporary file cannot be written or read back."""
    return RunError(
        f"{folder}: {error.strerror or error}, expected room for temporary files;"
        " free some, or name another folder with --temp-dir"
    )


def _close(files: tuple[BinaryIO, BinaryIO] | None) -> None:
    for file in files or ():
        with suppress(OSError):
            file.close()
