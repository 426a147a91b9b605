"""Text cut where nothing holds it together: the second pass of `mine`, written out.

What joins symbols are the n-grams that a text retains, learnt from the text itself or from
files of counts, or simply words. Symbols stay together wherever one of them covers the gap, so
that those that overlap make one longer piece; all other gaps are cut. No probabilities and no
dictionary: cutting by these is in dictionary.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.core.table import SPACE, Table
from nlptool.errors import ConfigError
from nlptool.newwords.config import Config
from nlptool.newwords.count import check_memory, rank
from nlptool.newwords.counts import Counted
from nlptool.newwords.cut import prune
from nlptool.newwords.dictionary import LINE_FEED, codes_of, dictionary_of, spaced
from nlptool.newwords.frequent import frequent_grams
from nlptool.newwords.grams import Grams
from nlptool.newwords.kernels_cut import JOINS, Flags
from nlptool.newwords.kernels_grams import Int32
from nlptool.newwords.kernels_joined import mark_pieces
from nlptool.newwords.kernels_look import Lookup, desk
from nlptool.newwords.kernels_text import RUNS, Bytes
from nlptool.newwords.mine import flags_of
from nlptool.newwords.mine_counts import grams_of
from nlptool.newwords.sums import add_counts
from nlptool.newwords.symbols import Symbols, read_stream

_UNKNOWN = np.iinfo(np.int32).max
"""The rank of symbols that no n-gram has: there is no edge from it."""


@dataclass(frozen=True, eq=False)
class Joints:
    """What holds symbols together.

    Args:
        ranks: of each code of a symbol.
        runs: the letter and digit runs that have codes.
        lookup: the n-grams.
        flags: which of them join; shape (n_grams,).
        order: symbols of the longest.
    """

    ranks: Int32
    runs: Table
    lookup: Lookup
    flags: Flags
    order: int


def joints_of_text(
    blocks: Iterable[bytes],
    config: Config,
    *,
    folder: Path,
    memory: int = 1 << 30,
    report: Report = silent,
) -> Joints:
    """Return what holds a text together.

    Args:
        blocks: as for `mine`.
        config: the settings, of which the method, the order, and the least count and mutual
            information matter.
        folder: for temporary files: 4 bytes a character of the text.
        memory: bytes that counting may take.
        report: as for `mine`.

    Raises:
        ConfigError: too little memory.
        RunError: a temporary file cannot be written or read back.
        whatever reading the blocks raises.
    """
    check_memory(memory, config.threads)
    stream = read_stream(blocks, folder, threads=config.threads, memory=memory, report=report)
    try:
        settled = _settled(config, stream.n_symbols, report)
        ranked = rank(stream, fold=(settled.min_count or 1) > 1)
        grams, _ = frequent_grams(
            stream, ranked, settled, folder=folder, memory=memory, report=report
        )
    finally:
        stream.path.unlink(missing_ok=True)
    return _joints(grams, settled, stream.n_pairs, stream.symbols, ranked.ranks[stream.codes])


def joints_of_counts(
    files: Sequence[Counted],
    config: Config,
    *,
    folder: Path,
    memory: int = 1 << 30,
    report: Report = silent,
) -> Joints:
    """Return what holds the texts together that were counted; else as `joints_of_text`.

    Raises:
        ConfigError: the files do not fit each other, count words, are of shorter n-grams than is
            asked for, or too little memory.
    """
    check_memory(memory, config.threads)
    for file in files:
        if file.unit != "char":
            raise ConfigError(f"{file.path}: counted with --unit {file.unit}, expected char")
        if config.order > file.pack.order:
            raise ConfigError(
                f"--order: {config.order}, expected at most {file.pack.order}, as {file.path} has"
            )
    sum_ = add_counts(files)
    settled = _settled(config, int(sum_.symbols.counts.sum()), report)
    grams, _ = grams_of(sum_, settled, folder=folder, memory=memory, report=report)
    ranks = np.arange(1, len(sum_.symbols) + 1, dtype=np.int32)
    return _joints(grams, settled, sum_.n_pairs, sum_.symbols, ranks)


def joints_of_words(words: Mapping[str, int], where: str, report: Report = silent) -> Joints:
    """Return words as what holds a text together.

    Args:
        words: the words; their counts do not matter.
        where: what messages call them.
        report: is told how many cannot be found in any text.

    Raises:
        CorpusError: no word can be used.
    """
    by = dictionary_of(words, where, report)
    flags = np.where(np.isfinite(by.scores), np.uint8(JOINS), np.uint8(0))
    return Joints(by.ranks, by.runs, by.lookup, flags, by.longest)


def cut_joined(text: bytes, by: Joints) -> bytes:
    """Return as many lines, with one space between pieces; safe in several threads.

    Args:
        text: lines of UTF-8; what follows the last newline is a line too.
        by: what holds it together.
    """

    def mark(codes: Int32, marks: Bytes) -> None:
        mark_pieces(codes, by.ranks, by.lookup, by.flags, by.order, desk(by.order), marks)

    return spaced(text, by.runs, mark)


def _settled(config: Config, n_symbols: int, report: Report) -> Config:
    """Return the settings for a text; of pair, no longer n-grams are counted than it needs."""
    settled = replace(config, order=2 if config.method == "pair" else config.order).settled(
        n_symbols
    )
    if config.min_count is None and n_symbols:
        report(Note(f"--min-count {settled.min_count}, for {n_symbols:,} symbols"))
    return settled


def _joints(grams: Grams, settled: Config, n_pairs: int, symbols: Symbols, own: Int32) -> Joints:
    """Return the n-grams that join.

    Args:
        grams: all.
        settled: the settings.
        n_pairs: how many symbols have another one right behind them.
        symbols: of the text.
        own: the rank of each of these.
    """
    flags = flags_of(grams, settled, n_pairs) & np.uint8(JOINS)
    lookup, old = prune(grams, flags)
    runs = Table()
    lines = np.where(symbols.text == SPACE, np.uint8(LINE_FEED), symbols.text)
    codes, _ = codes_of(lines, runs, add=True)
    ranks = np.full(RUNS + runs.n_types, _UNKNOWN, np.int32)
    ranks[codes[codes > 0]] = own
    return Joints(ranks, runs, lookup, flags[old], grams.order)
