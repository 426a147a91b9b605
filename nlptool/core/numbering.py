"""One pass over a text: its tokens numbered by several tables, the ids written to disk.

Each thread has a table of its own, and one that outgrows its share of the memory is put on
disk and begun anew. So an id says nothing by itself: every stretch of ids knows whose they are.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from io import FileIO
from itertools import count
from pathlib import Path
from typing import TypeVar

import numpy as np

from nlptool.core.report import Progress, Report
from nlptool.core.runs import Run, hold, spill
from nlptool.core.table import Table
from nlptool.core.tokens import Int32, last_begin, piece_end
from nlptool.core.vocab import LONGEST
from nlptool.errors import RunError

CHUNK = 1 << 18
"""Ids in a stretch, at most."""

IDS = "ids"

A = TypeVar("A")
B = TypeVar("B")


class Counting:
    """The tables that number the tokens, one for each thread at work."""

    def __init__(self, folder: Path, most: int) -> None:
        self.folder = folder
        self.most = most
        self.free: list[tuple[int, Table, Int32]] = []
        self.spilled: dict[int, Run] = {}
        self.numbers = count()

    def number(self, block: bytes) -> list[tuple[int, Int32]]:
        """Return the ids of a block's tokens, in stretches, each with its table's number."""
        try:
            own, table, ids = self.free.pop()
        except IndexError:
            own, table, ids = next(self.numbers), Table(), np.empty(CHUNK, np.int32)
        text = np.frombuffer(block, np.uint8)
        stretches = []
        at = 0
        while at < len(block):
            at, n = table.read(text, at, ids, add=True)
            if n:
                stretches.append((own, ids[:n].copy()))
            if at < len(block) and n < len(ids) - 1:
                if table.n_bytes <= self.most or not table.n_types:
                    table.grow()
                    continue
                with on_disk(self.folder.parent):
                    self.spilled[own] = spill(table, self.folder / f"run-{own}")
                own, table = next(self.numbers), Table()
        self.free.append((own, table, ids))
        return stretches

    def end(self) -> dict[int, Run]:
        """Return what each table counted: all held, or all spilled if one had to be."""
        runs = dict(self.spilled)
        for own, table, _ in self.free:
            runs[own] = spill(table, self.folder / f"run-{own}") if self.spilled else hold(table)
        return runs


def number(
    blocks: Iterable[bytes], folder: Path, counting: Counting, threads: int, report: Report
) -> list[tuple[int, int]]:
    """Write provisional ids; return whose they are and how many, a stretch after another."""
    chunks: list[tuple[int, int]] = []
    n_bytes = 0

    def work(block: bytes) -> tuple[int, list[tuple[int, Int32]]]:
        return len(block), counting.number(block)

    with on_disk(folder.parent):
        file = (folder / IDS).open("xb", buffering=0)
    with file, closing(_in_order(work, _whole(blocks), threads)) as results:
        for size, stretches in results:
            for table, ids in stretches:
                with on_disk(folder.parent):
                    write(file, ids)
                chunks.append((table, len(ids)))
            n_bytes += size
            report(Progress("reading", n_bytes, None, "bytes"))
    return chunks


def _whole(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes, cut only where a word ends: at white space, or at its limit."""
    rest = b""
    for block in blocks:
        text = rest + block
        cut = len(text)
        if not text.endswith(b"\n"):
            cut = _last_begin(text)
            while len(text) - cut > LONGEST:
                cut = piece_end(text, cut)
        rest = text[cut:]
        if cut:
            yield text[:cut]
    if rest:
        yield rest


def _last_begin(text: bytes) -> int:
    """Return where the word begins that may go on behind the text; look at its end first."""
    for size in (4096, len(text)):
        tail = np.frombuffer(text[-size:], np.uint8)
        begin = last_begin(tail)
        if begin:
            return len(text) - len(tail) + int(begin)
    return 0


def _in_order(work: Callable[[A], B], items: Iterable[A], threads: int) -> Generator[B, None, None]:
    """Yield work(item) for each item, in order, with a few on their way at any time."""
    if threads == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(threads)
    waiting: deque[Future[B]] = deque()
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def write(file: FileIO, ids: Int32) -> None:
    """Write ids to an unbuffered file: one that fails has nothing left to fail with again."""
    left = ids.view(np.uint8)
    while len(left):
        left = left[file.write(left.data) :]


@contextmanager
def on_disk(folder: Path) -> Iterator[None]:
    """Say what became of the ids if they cannot be written or read back."""
    try:
        yield
    except OSError as error:
        raise RunError(
            f"{folder}: the encoded corpus cannot be kept there ({error.strerror}), expected a"
            " folder with room; choose another with --temp-dir"
        ) from error
