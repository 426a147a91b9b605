"""Several files of counts, added up: their symbols are brought together, their windows merged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlptool.core.report import Progress, Report
from nlptool.core.sorting import Block, merge
from nlptool.errors import ConfigError
from nlptool.newwords.count import LEAST_WINDOWS, Part, in_order, log_table, room_for, split, used
from nlptool.newwords.counts import Counted
from nlptool.newwords.kernels_count import empty_nodes, scan, slate
from nlptool.newwords.kernels_files import pack_symbols, rows_below, translate
from nlptool.newwords.kernels_windows import Int32, Packing, packing
from nlptool.newwords.symbols import Symbols


@dataclass(frozen=True, eq=False)
class Sum:
    """Several files of counts, added up.

    Args:
        files: the files.
        symbols: of all of them.
        ranks: of each file, the number here of each of its symbols; shape (n_symbols + 1,).
        pack: how windows are packed here.
        n_pairs: the sum.
    """

    files: list[Counted]
    symbols: Symbols
    ranks: list[Int32]
    pack: Packing
    n_pairs: int


def check_alike(files: Sequence[Counted]) -> None:
    """Refuse files that count different things.

    Raises:
        ConfigError: naming the first that differs.
    """
    for other in files[1:]:
        for name, mine, yours in (
            ("--unit", files[0].unit, other.unit),
            ("--order", files[0].pack.order - 1, other.pack.order - 1),
        ):
            if mine != yours:
                raise ConfigError(
                    f"{other.path}: counted with {name} {yours}, expected {mine} as {files[0].path}"
                )


def add_counts(files: Sequence[Counted]) -> Sum:
    """Bring files of counts together.

    Raises:
        ConfigError: they count different things.
    """
    check_alike(files)
    names = sorted({name.encode() for file in files for name in file.symbols.names()})
    places = {name: number for number, name in enumerate(names, 1)}
    counts = np.zeros(len(names) + 1, np.int64)
    ranks = []
    for file in files:
        own = [0, *(places[name.encode()] for name in file.symbols.names())]
        ranks.append(np.array(own, np.int32))
        counts[ranks[-1][1:]] += file.symbols.counts
    text = np.frombuffer(b"".join(name + b" " for name in names), np.uint8)
    return Sum(
        list(files),
        Symbols(text, counts[1:]),
        ranks,
        packing(len(names) + 2, files[0].pack.order),
        sum(file.n_pairs for file in files),
    )


def count_sum(
    sum_: Sum, *, least: int, min_count: int, memory: int, threads: int, report: Report
) -> Iterator[Part]:
    """Yield the n-grams of added files, the least first symbols first; as `count_text`."""
    counts = np.concatenate(([0], sum_.symbols.counts))
    room = room_for(memory // threads, sum_.pack, 16 * sum_.pack.width + 56)
    ranges = split(counts, 1, min(room, max(LEAST_WINDOWS, int(counts.sum()) // threads + 1)))
    logs = log_table()
    done = 0

    def work(low: int, high: int) -> Part:
        blocks = [_slice(file, ranks, sum_.pack, low, high) for file, ranks in _files(sum_)]
        keys, own = merge(blocks)
        nodes = empty_nodes(sum_.pack.order, len(keys) + 1)
        until = np.concatenate(([0], np.cumsum(own)))
        scan(keys, until, sum_.pack, least, min_count, logs, slate(len(keys)), nodes)
        return used(nodes)

    for (low, high), part in zip(ranges, in_order(work, ranges, threads), strict=True):
        yield part
        done += int(counts[low:high].sum())
        report(Progress("adding up", done, int(counts.sum()), "n-grams"))


def _files(sum_: Sum) -> Iterator[tuple[Counted, Int32]]:
    return zip(sum_.files, sum_.ranks, strict=True)


def _slice(file: Counted, ranks: Int32, pack: Packing, low: int, high: int) -> Block:
    """Return a file's windows that begin with a range of the sum's symbols."""
    first, last = (int(np.searchsorted(ranks, edge)) for edge in (low, high))
    start, stop = (_begin(file, edge) for edge in (first, last))
    keys = np.empty((stop - start, pack.width), np.uint64)
    translate(np.ascontiguousarray(file.keys[start:stop]), file.pack, ranks, pack, keys)
    return keys, file.counts(start, stop)


def _begin(file: Counted, symbol: int) -> int:
    """Return where the windows begin whose first symbol is not below one."""
    key = np.empty((1, file.pack.width), np.uint64)
    pack_symbols(np.array([symbol], np.int32), file.pack, key)
    return int(rows_below(np.ascontiguousarray(file.keys), key))
