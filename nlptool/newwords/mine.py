"""Find the words of a text.

text -> codes on disk (symbols.py) -> frequent n-grams (count.py, grams.py)
     -> pieces that they hold together (cut.py) -> words, with all that is known (words.py)
     -> the best first (rank.py)
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.newwords.config import Config
from nlptool.newwords.count import Ranked, count_text, rank
from nlptool.newwords.cut import Pieces, count_pieces
from nlptool.newwords.grams import Grams, gather_grams
from nlptool.newwords.kernels_count import packing
from nlptool.newwords.kernels_cut import JOINS, PASSES, Flags
from nlptool.newwords.kernels_pair import unbind
from nlptool.newwords.model import Words
from nlptool.newwords.rank import score
from nlptool.newwords.symbols import Stream, read_stream
from nlptool.newwords.words import Found, complete, found_of, nested, planted, texts


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
    n_grams = sum(len(counts) for part in parts for counts in part.counts)
    del parts
    flags = flags_of(grams, settled, stream.n_pairs)
    pieces = count_pieces(
        stream,
        ranked.ranks,
        grams,
        flags,
        inner=3 if settled.method == "cohesion" else settled.order,
        max_len=settled.max_len,
        threads=settled.threads,
        report=report,
    )
    is_long = pieces.numbers >= len(ranked.counts)
    least = min_count
    if settled.method == "pair":
        least = max(least, int(settled.min_proba * pieces.n_seen) + 1)
    kept = is_long & (pieces.counts >= least)
    found = found_of(
        pieces.edges,
        pieces.numbers[kept],
        pieces.counts[kept],
        pieces.documents[kept],
        pieces.grams,
        grams,
        settled.max_len,
    )
    fates = [
        ("n-grams that occur more than once", n_grams, ""),
        ("of them frequent", len(grams.counts) - len(ranked.counts), f"--min-count {min_count}"),
        ("that hold together", int((flags & JOINS > 0).sum()), f"--min-pmi {_listed(settled)}"),
        (f"different pieces of at most {settled.max_len}", int(is_long.sum()), "--max-len"),
        ("of them frequent", len(found), f"--min-count {least}"),
    ]
    if settled.method == "pair":
        found = _unbound(found, pieces, ranked, int(settled.min_proba * pieces.n_seen) + 1)
        fates.append(("that are more than their parts", len(found), ""))
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
    fates.append(("with free neighbours", len(found), f"--min-entropy {settled.min_entropy:g}"))
    if not settled.keep_nested:
        found = found.take(np.flatnonzero(~nested(found, len(ranked.counts))))
    if not len(found):
        report(Note(_why(stream.n_symbols, fates)))
    names = texts(found, stream.symbols, ranked.symbols, " " if config.unit == "word" else "")
    return ranked_words(found, names, {})


def _why(n_symbols: int, fates: list[tuple[str, int, str]]) -> str:
    """Say where the candidates fell.

    Args:
        n_symbols: how long the text is.
        fates: after each step: what was left, how many, and the option that decided.
    """
    if not n_symbols:
        return "no words: the text is empty, or has nothing but punctuation"
    told = [f"{n:,} {what}" + (f" ({option})" if option else "") for what, n, option in fates]
    option = next((option for _, n, option in fates if not n and option), "")
    remedy = f"; lower {option.split()[0]}" if option else "; give it more text"
    return f"no words: {n_symbols:,} symbols, {', '.join(told)}{remedy}"


def _listed(config: Config) -> str:
    return ",".join(f"{value:g}" for value in config.min_pmi or ())


def _unbound(found: Found, pieces: Pieces, ranked: Ranked, least: int) -> Found:
    """Return the words that are more than their parts, with the counts of those that are not.

    Args:
        found: the words.
        pieces: all pieces.
        ranked: the symbols.
        least: how often a symbol has to be a piece to be a part.
    """
    n_ranks = len(ranked.counts)
    singles = np.zeros(n_ranks, np.int64)
    is_single = pieces.numbers < n_ranks
    singles[pieces.numbers[is_single]] = pieces.counts[is_single]
    # Symbols that are there once are counted together, but are so many words.
    once = singles[: ranked.first].sum() if least <= 1 else 0
    singles[: ranked.first] = 0
    singles[singles < least] = 0
    counts = found.counts.copy()
    columns = [found.symbols[:, i] for i in range(found.symbols.shape[1] - 1, -1, -1)]
    order = np.lexsort([*columns, -found.lengths])
    edges, table, words = planted(found.symbols, found.lengths, n_ranks)
    kept = unbind(
        found.symbols,
        found.lengths,
        order,
        counts,
        singles,
        int(counts.sum() + singles.sum() + once),
        n_ranks,
        edges,
        table,
        words,
    )
    return replace(found, counts=counts).take(np.flatnonzero(kept))


def flags_of(grams: Grams, config: Config, n_pairs: int) -> Flags:
    """Return what each n-gram may do when a text is cut.

    Args:
        grams: the n-grams.
        config: the settings, settled.
        n_pairs: how many symbols of the text have another one right behind them.
    """
    flags = np.zeros(len(grams.counts), np.uint8)
    starts = grams.trie.starts
    thresholds = config.min_pmi or ()
    if config.method == "pair":
        flags[starts[2] :] = PASSES
        pairs = slice(int(starts[2]), int(starts[3]))
        # p(ab) is a share of the pairs, and there are fewer of them than symbols.
        pmi = grams.pmi[pairs] + np.log(grams.total) - np.log(max(1, n_pairs))
        strong = (pmi > thresholds[1]) & (grams.counts[pairs] > config.min_proba * n_pairs)
        flags[pairs] |= np.where(strong, np.uint8(JOINS), np.uint8(0))
        return flags
    for length in range(2, grams.order + 1):
        span = slice(int(starts[length]), int(starts[length + 1]))
        flags[span] = np.where(grams.pmi[span] >= thresholds[length - 1], JOINS | PASSES, 0)
    return flags


def ranked_words(found: Found, names: list[str], mined: dict[str, Any]) -> Words:
    """Return words, the best first; of equal ones the first by their UTF-8."""
    scores = score(found.counts, found.documents, found.lengths, found.pmi, found.left, found.right)
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
