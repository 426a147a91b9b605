"""Find the words of a text.

text -> codes on disk (symbols.py) -> frequent n-grams (count.py, grams.py)
     -> pieces that they hold together (cut.py) -> words, with all that is known (words.py)
     -> the best first (rank.py)
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.newwords.config import Config
from nlptool.newwords.count import count_text, rank
from nlptool.newwords.cut import count_pieces
from nlptool.newwords.grams import Grams, gather_grams
from nlptool.newwords.kernels_count import packing
from nlptool.newwords.kernels_cut import JOINS, PASSES, Flags
from nlptool.newwords.model import Words
from nlptool.newwords.rank import score
from nlptool.newwords.symbols import Stream, read_stream
from nlptool.newwords.words import Found, complete, found_of, nested, texts


def mine(
    blocks: Iterable[bytes],
    config: Config,
    *,
    folder: Path,
    memory: int = 1 << 30,
    report: Report = silent,
) -> Words:
    """Find the words of a text.

    Args:
        blocks: as `core.corpus.read_blocks` gives them; `symbols.FILE_END` after each file.
        config: the settings.
        folder: for temporary files: 4 bytes a character of the text.
        memory: bytes that counting may take.
        report: hears of the work, of what was chosen, and of what became of the candidates.

    Raises:
        ConfigError: too little memory.
        RunError: a temporary file cannot be written or read back.
        whatever reading the blocks raises.
    """
    stream = read_stream(
        blocks, folder, unit=config.unit, threads=config.threads, memory=memory // 4, report=report
    )
    try:
        return mine_stream(stream, config, folder=folder, memory=memory, report=report)
    finally:
        stream.path.unlink(missing_ok=True)


def mine_stream(
    stream: Stream, config: Config, *, folder: Path, memory: int, report: Report
) -> Words:
    """Find the words of a text that has been read."""
    settled = config.settled(stream.n_symbols)
    min_count = settled.min_count or 1
    if config.min_count is None and stream.n_symbols:
        report(Note(f"--min-count {min_count}, for a text of {stream.n_symbols:,} symbols"))
    ranked = rank(stream, fold=min_count > 1)
    parts = list(
        count_text(
            stream,
            ranked,
            packing(len(ranked.counts), settled.order),
            least=min(2, min_count),
            min_count=min_count,
            memory=memory // 2,
            threads=settled.threads,
            report=report,
        )
    )
    grams = gather_grams(
        parts, ranked.counts, order=settled.order, min_count=min_count, total=stream.n_symbols
    )
    del parts
    pieces = count_pieces(
        stream,
        ranked.ranks,
        grams,
        flags_of(grams, settled),
        inner=3 if settled.method == "cohesion" else settled.order,
        max_len=settled.max_len,
        threads=settled.threads,
        report=report,
    )
    kept = (pieces.numbers >= len(ranked.counts)) & (pieces.counts >= min_count)
    found = found_of(
        pieces.edges,
        pieces.numbers[kept],
        pieces.counts[kept],
        pieces.documents[kept],
        pieces.grams,
        grams,
        settled.max_len,
    )
    complete(
        found,
        stream,
        ranked,
        folder=folder,
        memory=memory // 2,
        threads=settled.threads,
        report=report,
    )
    found = found.take(np.flatnonzero(np.minimum(found.left, found.right) >= settled.min_entropy))
    if not settled.keep_nested:
        found = found.take(np.flatnonzero(~nested(found, len(ranked.counts))))
    names = texts(found, stream.symbols, ranked.symbols, " " if config.unit == "word" else "")
    return ranked_words(found, names, {})


def flags_of(grams: Grams, config: Config) -> Flags:
    """Return what each n-gram may do when a text is cut."""
    flags = np.zeros(len(grams.counts), np.uint8)
    starts = grams.trie.starts
    thresholds = config.min_pmi or ()
    for length in range(2, grams.order + 1):
        span = slice(int(starts[length]), int(starts[length + 1]))
        flags[span] = np.where(grams.pmi[span] >= thresholds[length - 1], JOINS | PASSES, 0)
    return flags


def ranked_words(found: Found, names: list[str], mined: dict[str, Any]) -> Words:
    """Return words, the best first; of equal ones the first by their UTF-8."""
    scores = score(found.counts, found.pmi, found.left, found.right)
    # Symbols are in the order of their UTF-8, and so are words by their symbols.
    columns = [found.symbols[:, i] for i in range(found.symbols.shape[1] - 1, -1, -1)]
    order = np.lexsort([*columns, -scores])
    best = found.take(order)
    return Words(
        [names[i] for i in order.tolist()],
        best.counts,
        best.documents,
        best.pmi,
        best.left,
        best.right,
        scores[order],
        mined,
    )
