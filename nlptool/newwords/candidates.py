"""What may be a term: every frequent n-gram that holds together and whose neighbours are free.

Mining (mine.py) gives a text's pieces, each place of it to one of them, and so hides short terms
in long ones. Here all n-grams are looked at, and the mined words join that are longer.
"""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from nlptool.core.report import Report, silent
from nlptool.newwords.config import Config
from nlptool.newwords.count import rank
from nlptool.newwords.frequent import frequent_grams
from nlptool.newwords.kernels_grams import Float64
from nlptool.newwords.mine import mine_stream, ranked_words
from nlptool.newwords.model import Words
from nlptool.newwords.occur import occurrences
from nlptool.newwords.spelling import spelt
from nlptool.newwords.symbols import Stream, read_stream
from nlptool.newwords.words import Found, spelled, texts

LEAST_ENTROPY = 0.5
"""Nats on the side where a word's neighbours are less free."""


def quality(words: Words) -> Float64:
    """Return how much each looks like a word: min(left, right) sqrt(pmi); shape (n_words,).

    Of all that was tried with a contrast as a factor, this ranked terms best on two corpora;
    benchmarks/bench_terms.py prints the table.
    """
    free = np.nan_to_num(np.minimum(words.left, words.right))
    found: Float64 = free * np.sqrt(np.maximum(words.pmi, 0))
    return found


def candidates(
    blocks: Iterable[bytes],
    config: Config,
    *,
    folder: Path,
    memory: int = 1 << 30,
    report: Report = silent,
) -> tuple[Words, int]:
    """Return what may be a term, with the counts of all occurrences, and the text's length.

    Args:
        blocks: as `core.corpus.read_blocks` gives them; `symbols.FILE_END` after each file.
        config: the settings of mining; its order bounds the n-grams.
        folder: for temporary files: 4 bytes a character of the text, and more for counting.
        memory: bytes that counting may take.
        report: hears of the work.

    Raises:
        ConfigError: too little memory.
        RunError: a temporary file cannot be written or read back.
        whatever reading the blocks raises.
    """
    stream = read_stream(
        blocks, folder, unit=config.unit, threads=config.threads, memory=memory, report=report
    )
    try:
        short = _n_grams(stream, config, folder=folder, memory=memory, report=report)
        mined = mine_stream(
            stream, replace(config, keep_nested=True), folder=folder, memory=memory, report=report
        )
        _, lengths = spelt(mined.words, config.unit, {})
        long = mined.take(np.flatnonzero((lengths > config.order) & ~np.isnan(mined.left)))
        counts = occurrences(long.words, stream, unit=config.unit, report=report)
        return _joined(short, replace(long, counts=counts)), stream.n_symbols
    finally:
        stream.path.unlink(missing_ok=True)


def _n_grams(stream: Stream, config: Config, *, folder: Path, memory: int, report: Report) -> Words:
    """Return the n-grams that may be terms."""
    settled = config.settled(stream.n_symbols)
    min_count = settled.min_count or 1
    ranked = rank(stream, fold=min_count > 1)
    grams, _ = frequent_grams(
        stream, ranked, settled, folder=folder, memory=memory, beyond=1, report=report
    )
    free = np.nan_to_num(np.minimum(grams.left, grams.right)) >= LEAST_ENTROPY
    free[: grams.trie.starts[2]] = False
    numbers = np.flatnonzero(free & (grams.pmi > 0))
    symbols, lengths = spelled(grams.trie.edges, numbers, max(2, settled.order))
    counts = grams.counts[numbers]
    unknown = np.full(len(numbers), -1, np.int64)
    measured = (grams.pmi[numbers], grams.left[numbers], grams.right[numbers])
    found = Found(symbols, lengths, counts, unknown, counts, *measured)
    names = texts(found, stream.symbols, ranked.symbols, " " if config.unit == "word" else "")
    return ranked_words(found, names, {})


def _joined(a: Words, b: Words) -> Words:
    """Return the words of two tables, the best first."""

    def both(name: str) -> Float64:
        return np.concatenate((getattr(a, name), getattr(b, name)))

    n = len(a) + len(b)
    words = Words(
        a.words + b.words,
        np.concatenate((a.counts, b.counts)),
        np.full(n, -1, np.int64),
        both("pmi"),
        both("left"),
        both("right"),
        np.zeros(n),
    )
    scores = quality(words)
    order = np.array(sorted(range(len(words)), key=lambda i: (-scores[i], words.words[i])), int)
    return replace(words, scores=scores).take(order)
