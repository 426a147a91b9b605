"""The frequent n-grams of a text that has been read: counted in parts, put together.

How they are counted is in `count.py`, how the parts become one in `grams.py`.
"""

from pathlib import Path

from nlptool.core.report import Report
from nlptool.newwords.config import Config
from nlptool.newwords.count import Ranked, count_text
from nlptool.newwords.grams import Grams, gather_grams
from nlptool.newwords.kernels_windows import packing
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
