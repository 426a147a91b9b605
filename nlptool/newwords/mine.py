"""Find the words of a text.

text -> codes on disk (symbols.py) -> frequent n-grams (count.py, grams.py)
     -> pieces that they hold together (cut.py) -> words, with all that is known (words.py)
     -> the best first (rank.py)
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.newwords.config import Config
from nlptool.newwords.count import check_memory, rank
from nlptool.newwords.cut import count_pieces
from nlptool.newwords.examples import examples
from nlptool.newwords.frequent import frequent_grams
from nlptool.newwords.grams import Grams
from nlptool.newwords.kernels_cut import JOINS, PASSES, Flags
from nlptool.newwords.model import Words
from nlptool.newwords.pair import unbound
from nlptool.newwords.rank import score
from nlptool.newwords.symbols import Stream, read_stream
from nlptool.newwords.words import Found, complete, found_of, in_order, nested, texts


def mine(
    blocks: Iterable[bytes],
    config: Config,
    *,
    folder: Path,
    memory: int = 1 << 30,
    select: Callable[[Words], Words] = lambda words: words,
    n_examples: int = 0,
    report: Report = silent,
) -> Words:
    """Find the words of a text.

    Args:
        blocks: as `core.corpus.read_blocks` gives them; `symbols.FILE_END` after each file. If
            examples are wanted they are read twice.
        config: the settings.
        folder: for temporary files: 4 bytes a character of the text.
        memory: bytes that counting may take.
        select: takes out of the words those that are wanted.
        n_examples: how many sentences to show of each of these.
        report: hears of the work, of what was chosen, and of what became of the candidates.

    Raises:
        ConfigError: too little memory.
        RunError: a temporary file cannot be written or read back.
        whatever reading the blocks raises.
    """
    check_memory(memory, config.threads)
    stream = read_stream(
        blocks, folder, unit=config.unit, threads=config.threads, memory=memory, report=report
    )
    try:
        words = mine_stream(stream, config, folder=folder, memory=memory, report=report)
        words = select(words)
        if n_examples:
            shown = examples(words.words, n_examples, stream, blocks, config.unit)
            words = replace(words, examples=shown)
        return words
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
    grams, n_grams = frequent_grams(
        stream, ranked, settled, folder=folder, memory=memory, report=report
    )
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
        ("that hold together", int((flags & JOINS > 0).sum()), f"--min-pmi {listed(settled)}"),
        (f"different pieces of at most {settled.max_len}", int(is_long.sum()), "--max-len"),
        ("of them frequent", len(found), f"--min-count {least}"),
    ]
    if settled.method == "pair":
        found = unbound(found, pieces, ranked, int(settled.min_proba * pieces.n_seen) + 1)
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
    found = last_steps(found, settled, len(ranked.counts), stream.n_symbols, fates, report)
    names = texts(found, stream.symbols, ranked.symbols, " " if config.unit == "word" else "")
    return ranked_words(found, names, mined(settled, stream.n_symbols))


def last_steps(
    found: Found,
    config: Config,
    n_ranks: int,
    n_symbols: int,
    fates: list[tuple[str, int, str]],
    report: Report,
) -> Found:
    """Drop words whose neighbours are too few, and parts of longer words; tell if none is left."""
    free = np.minimum(found.left, found.right) >= config.min_entropy
    found = found.take(np.flatnonzero(free))
    fates.append(("with free neighbours", len(found), f"--min-entropy {config.min_entropy:g}"))
    if not len(found):
        report(Note(_why(n_symbols, fates)))
    elif not config.keep_nested:
        found = found.take(np.flatnonzero(~nested(found, n_ranks)))
    return found


def mined(config: Config, n_symbols: int) -> dict[str, Any]:
    """Return what a model says of how its words were found."""
    settings = asdict(config)
    # What the result does not depend on.
    del settings["threads"]
    return {**settings, "min_pmi": list(config.min_pmi or ()), "symbols": n_symbols}


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


def listed(config: Config) -> str:
    """Return the least mutual information as the option has it."""
    return ",".join(f"{value:g}" for value in config.min_pmi or ())


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
        pmi = grams.pmi[pairs] + np.log(max(1, grams.total) / max(1, n_pairs))
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
    order = in_order(found, -scores)
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
