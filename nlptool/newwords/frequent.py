"""The frequent n-grams of a text that has been read: counted in parts, put together.

How the windows are gathered is in `gather.py`, how the parts become one in `grams.py`.
"""

from collections.abc import Iterator
from pathlib import Path

from nlptool.core.report import Progress, Report
from nlptool.core.sorting import Keys
from nlptool.newwords.config import Config
from nlptool.newwords.count import Part, Ranked, in_order, log_table, room_for, used
from nlptool.newwords.gather import gather_windows, shares
from nlptool.newwords.grams import Grams, gather_grams
from nlptool.newwords.kernels_count import Int64, Nodes, empty_nodes, sort_and_scan
from nlptool.newwords.kernels_windows import Packing, packing
from nlptool.newwords.parts import Parts
from nlptool.newwords.symbols import Stream


def frequent_grams(
    stream: Stream,
    ranked: Ranked,
    config: Config,
    *,
    folder: Path,
    memory: int,
    beyond: int = 0,
    report: Report,
) -> tuple[Grams, int]:
    """Return the n-grams of a text that are frequent enough, and how many there are in all.

    Args:
        stream: the text.
        ranked: its symbols by rank.
        config: settled; its order, its min-count.
        folder: for temporary files.
        memory: bytes for counting.
        beyond: symbols that are counted behind the longest n-gram; with 1 what stands around
            the longest is known too.
        report: is told how far the counting is.

    Raises:
        RunError: a temporary file cannot be written.
    """
    min_count = config.min_count or 1
    with Parts(folder, memory // 4) as parts:
        parts.take(
            count_text(
                stream,
                ranked,
                packing(len(ranked.counts), config.order + beyond),
                least=min(2, min_count),
                min_count=min_count,
                memory=memory // 2,
                threads=config.threads,
                report=report,
            )
        )
        grams = gather_grams(
            parts,
            ranked.counts,
            order=config.order,
            min_count=min_count,
            total=stream.n_symbols,
            threads=config.threads,
        )
        return grams, parts.n_grams


def count_text(
    stream: Stream,
    ranked: Ranked,
    pack: Packing,
    *,
    least: int,
    min_count: int,
    memory: int,
    threads: int,
    report: Report,
) -> Iterator[Part]:
    """Yield the n-grams of a text, the least first symbols first.

    Args:
        stream: the text.
        ranked: its symbols.
        pack: how windows are packed.
        least: how often an n-gram has to occur to be given.
        min_count: how often for its right sum to be given.
        memory: bytes for the windows and what is made of them.
        threads: how many.
        report: hears of the windows counted.

    Raises:
        ConfigError: too little memory.
        RunError: the text cannot be read back.
    """
    total = int(ranked.counts[ranked.first :].sum())
    logs = log_table()
    done = 0
    # Memory that is used again need not be cleared by the system.
    free: list[Nodes] = []
    for keys, starts in gather_windows(stream, ranked, pack, room_for(memory, pack), threads):
        spans = shares(starts, threads)
        longest = max(int(starts[high] - starts[low]) for low, high in spans)

        def work(
            low: int, high: int, keys: Keys = keys, starts: Int64 = starts, longest: int = longest
        ) -> Part:
            nodes = free.pop() if free else empty_nodes(pack.order, longest // least + 1)
            if nodes.symbols.shape[1] <= longest // least:
                nodes = empty_nodes(pack.order, longest // least + 1)
            nodes.lengths[:] = nodes.n_kept[:] = 0
            own = keys[starts[low] : starts[high]]
            own_starts = starts[low : high + 1] - starts[low]
            sort_and_scan(own, own_starts, pack, least, min_count, logs, nodes)
            part = used(nodes)
            free.append(nodes)
            return part

        yield from in_order(work, spans, threads)
        done += int(starts[-1])
        report(Progress("counting", done, total, "n-grams"))
