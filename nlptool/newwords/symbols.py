"""A text as a stream of symbols on disk, in one pass over it.

    blocks -> codes: what each character or run is, whichever comes first  (kernels_text.py)
           -> the codes on disk, and how often each occurs
           -> the symbols: the codes that occur, in the order of their UTF-8

So the symbols do not depend on how the text was cut into blocks or read by threads.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from tempfile import mkstemp
from typing import NamedTuple

import numpy as np

from nlptool.core.corpus import Reading, read_blocks
from nlptool.core.ranks import gather, order
from nlptool.core.report import Progress, Report, silent
from nlptool.core.sketch import Sketch
from nlptool.core.spool import no_room
from nlptool.core.stream import Stream as CorpusStream
from nlptool.core.stream import stream
from nlptool.core.table import SPACE, Table, size_of
from nlptool.core.tokens import Bytes, Int32, Int64
from nlptool.errors import ConfigError
from nlptool.newwords.kernels_text import (
    FILE,
    RUNS,
    kinds,
    number_runs,
    read_characters,
    read_words,
)

FILE_END = b""
"""A block that says that a file ended."""

READERS = {"char": read_characters, "word": read_words}
_STRICT = Reading()
_SHARE = 2
_FIRST_CODES = RUNS + (1 << 14)


def read_files(
    paths: Sequence[str], reading: Reading = _STRICT, report: Report = silent
) -> CorpusStream[bytes]:
    """Return the blocks of files, and `FILE_END` after each.

    Args:
        paths: see `core.corpus.read_blocks`.
        reading: see there.
        report: see there.

    Raises:
        ConfigError, CorpusError, RunError: see there.
    """
    read_blocks(paths, reading, report)
    return _files(paths, reading, report)


@stream
def _files(paths: Sequence[str], reading: Reading, report: Report) -> Iterator[bytes]:
    for path in paths:
        yield from read_blocks([path], reading, report)
        yield FILE_END


@dataclass(frozen=True, eq=False)
class Symbols:
    """The different symbols of a text, in the order of their UTF-8.

    A symbol is known by its rank, from 1; 0 is a boundary.

    Args:
        text: the symbols' UTF-8, each followed by a space.
        counts: how often each occurs; shape (n_symbols,).
    """

    text: Bytes
    counts: Int64

    def __len__(self) -> int:
        return len(self.counts)

    def names(self) -> list[str]:
        """Return the symbols as text; the first has rank 1."""
        return self.text.tobytes().decode().split(" ")[:-1]


@dataclass(frozen=True, eq=False)
class Stream:
    """A text as codes, on disk.

    Args:
        path: a file of int32: codes of symbols above 0; boundaries, line ends, blank lines and
            file ends as in `kernels_text`.
        n_codes: how many it holds.
        symbols: the symbols.
        codes: the code of each symbol, in their order; shape (n_symbols,).
        n_pairs: how many symbols have another one right behind them.
        has_blank: whether there is a blank line, so that documents stand between those.
    """

    path: Path
    n_codes: int
    symbols: Symbols
    codes: Int32
    n_pairs: int
    has_blank: bool

    @property
    def n_symbols(self) -> int:
        """How long the text is, boundaries left out."""
        return int(self.symbols.counts.sum())

    def ranks(self) -> Int32:
        """Return the rank of each code, 0 where there is none; shape (n_codes + 1,)."""
        ranks = np.zeros(int(self.codes.max(initial=0)) + 1, np.int32)
        ranks[self.codes] = np.arange(1, len(self.codes) + 1, dtype=np.int32)
        return ranks


class Read(NamedTuple):
    """One block's codes, not yet numbered, and its runs."""

    codes: Int32
    runs: Bytes
    n_runs: int
    rest: bytes


def read_stream(
    blocks: Iterable[bytes],
    folder: Path,
    *,
    unit: str = "char",
    threads: int = 1,
    memory: int = 1 << 30,
    report: Report = silent,
) -> Stream:
    """Write a text as codes, counting its symbols.

    Args:
        blocks: as `core.corpus.read_blocks` gives them; `FILE_END` after each file.
        folder: receives the codes, in a new file; the caller removes it.
        unit: char or word, see `kernels_text`.
        threads: how many blocks are read at the same time; at least two are used.
        memory: bytes that counting may take, of which the table of symbols may take half.
        report: hears of the symbols read; the blocks tell of the bytes themselves.

    Raises:
        ConfigError: there are more symbols than the memory can hold; names what is enough.
        RunError: the codes cannot be kept on disk.
        whatever reading the blocks raises.
    """
    try:
        descriptor, name = mkstemp(prefix="symbols-", dir=folder)
        with (
            os.fdopen(descriptor, "wb", buffering=0) as file,
            ThreadPoolExecutor(1) as pool,
        ):
            keeper = _Keeper(file, memory)
            # While one block is written the next ones are read.
            pending: Future[None] | None = None
            for block in _read_all(blocks, unit, threads):
                if pending is not None:
                    pending.result()
                pending = pool.submit(keeper.keep, block)
                report(Progress("reading", keeper.n_codes, None, "symbols"))
            if pending is not None:
                pending.result()
    except OSError as error:
        raise no_room(folder, error) from error
    keeper.check()
    symbols, codes = _in_order(keeper.table, keeper.counts)
    return Stream(Path(name), keeper.n_codes, symbols, codes, keeper.n_pairs, keeper.has_blank)


class _Keeper:
    """Numbers the runs of the blocks, in the order of the text, counts, and writes."""

    def __init__(self, file: FileIO, memory: int) -> None:
        self.file, self.memory = file, memory
        self.table = Table()
        self.excess: Sketch | None = None
        self.counts = np.zeros(_FIRST_CODES, np.int64)
        self.n_codes = self.n_pairs = self.last = 0
        self.has_blank = False

    def keep(self, block: "Read") -> None:
        """Take a block in; once there are too many symbols, only guess how many there are.

        Raises:
            OSError: the file cannot be written.
        """
        codes, table = block.codes, self.table
        if self.excess is not None:
            self.excess.add(block.runs, block.n_runs)
            return
        if not len(codes):
            return
        ids = table.read_all(block.runs, block.n_runs, add=True)
        if _SHARE * table.n_bytes > self.memory:
            self.excess = Sketch()
            self.excess.add(table.text, table.n_types)
            return
        while len(self.counts) < RUNS + table.n_types:
            self.counts = np.concatenate((self.counts, np.zeros_like(self.counts)))
        n_pairs, has_blank = number_runs(codes, ids, self.counts, self.last)
        self.n_pairs += n_pairs
        self.has_blank |= has_blank
        self.last = int(codes[-1])
        left = codes.view(np.uint8)
        while len(left):
            left = left[self.file.write(left.data) :]
        self.n_codes += len(codes)

    def check(self) -> None:
        """Refuse a text that has more symbols than the memory can hold.

        Raises:
            ConfigError: it has; naming what is enough.
        """
        if self.excess is not None:
            n_types, n_bytes = self.excess.guess()
            least = -(-_SHARE * size_of(n_types, n_bytes) // (1 << 20))
            raise ConfigError(
                f"--memory: {self.memory:,} bytes, expected {least}M: "
                f"the text has about {n_types:,} different runs of letters or digits"
            )


def _read_all(blocks: Iterable[bytes], unit: str, threads: int) -> Iterator[Read]:
    """Yield what each block says, in order, several being read at the same time."""
    rest = b""
    going_on = False
    waiting: deque[Future[Read]] = deque()
    with ThreadPoolExecutor(max(1, threads)) as pool:
        try:
            for block in blocks:
                if going_on and waiting:
                    # A line longer than a block: where it is cut, a run may go on.
                    last = waiting.pop()
                    yield from (future.result() for future in waiting)
                    waiting.clear()
                    read = last.result()
                    yield read
                    rest = read.rest
                waiting.append(pool.submit(read_block, rest + block, unit, going_on=going_on))
                rest = b""
                going_on = not block.endswith(b"\n") if block else False
                if len(waiting) > threads + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def read_block(block: bytes, unit: str, *, going_on: bool) -> Read:
    """Return what a block says.

    Args:
        block: UTF-8, or `FILE_END`.
        unit: what a symbol is.
        going_on: whether the block begins within a line.
    """
    if not block:
        return Read(np.array([FILE], np.int32), np.empty(0, np.uint8), 0, b"")
    text = np.frombuffer(block, np.uint8)
    codes = np.empty(len(text) + 1, np.int32)
    runs = np.empty(2 * len(text), np.uint8)
    n, n_runs, n_bytes, at = READERS[unit](
        text, kinds(), codes, np.empty(0, np.int32), runs, going_on
    )
    return Read(codes[:n].copy(), runs[:n_bytes].copy(), n_runs, block[at:])


def _in_order(table: Table, counts: Int64) -> tuple[Symbols, Int32]:
    """Return the symbols that occur, in the order of their UTF-8, and their codes."""
    single = np.flatnonzero(counts[:RUNS])
    text = single.astype(np.uint32).tobytes().decode("utf-32-le")
    spaced = np.frombuffer(" ".join(text).encode() + b" " * bool(text), np.uint8)
    both = np.concatenate((spaced, table.text))
    starts = np.concatenate(([0], np.flatnonzero(both == SPACE) + 1))
    codes = np.concatenate((single, RUNS + np.arange(table.n_types))).astype(np.int32)
    # With equal counts the order is that of the bytes.
    chosen = order(both, starts, np.zeros(len(codes), np.int64))
    return Symbols(gather(both, starts, chosen, SPACE), counts[codes[chosen]]), codes[chosen]
