"""Find words by counts alone."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from nlptool.core.report import Note, Report, silent
from nlptool.errors import ConfigError
from nlptool.newwords.config import Config
from nlptool.newwords.count import check_memory
from nlptool.newwords.counts import Counted
from nlptool.newwords.grams import Grams, gather_grams
from nlptool.newwords.mine import flags_of, last_steps, listed, mined, ranked_words
from nlptool.newwords.model import Words
from nlptool.newwords.parts import Parts
from nlptool.newwords.sums import Sum, add_counts, count_sum
from nlptool.newwords.words import found_of, texts


def mine_counts(
    files: Sequence[Counted],
    config: Config,
    *,
    folder: Path,
    memory: int = 1 << 30,
    report: Report = silent,
) -> Words:
    """Find words by counts alone.

    There is no text to cut: the words are the n-grams that hold together, with their counts,
    up to the length for which the files know what stands around them.

    Args:
        files: of the same unit and order; they are added up.
        config: the settings; the unit is that of the files.
        folder: for temporary files.
        memory: bytes that adding up may take.
        report: as for `mine`.

    Raises:
        ConfigError: the method needs the text, the files do not fit each other, or too little
            memory.
    """
    if config.method == "pair":
        raise ConfigError("--method pair: cuts the text itself, expected text rather than counts")
    check_memory(memory, config.threads)
    if config.unit == "word" and files[0].unit != "word":
        raise ConfigError(f"{files[0].path}: counted with --unit {files[0].unit}, expected word")
    sum_ = add_counts(files)
    n_symbols = int(sum_.symbols.counts.sum())
    order = min(config.order, sum_.pack.order - 1)
    settled = replace(config, unit=files[0].unit, order=order).settled(n_symbols)
    min_count = settled.min_count or 1
    if config.min_count is None and n_symbols:
        report(Note(f"--min-count {min_count}, for {n_symbols:,} symbols in all"))
    grams, n_grams = grams_of(sum_, settled, folder=folder, memory=memory, report=report)
    n_ranks = len(sum_.symbols) + 1
    numbers = np.flatnonzero(flags_of(grams, settled, sum_.n_pairs))
    found = found_of(
        grams.trie.edges,
        numbers,
        grams.counts[numbers],
        np.full(len(numbers), -1),
        np.arange(len(grams.counts), dtype=np.int32),
        grams,
        order,
    )
    fates = [
        ("n-grams that occur more than once", n_grams, ""),
        ("of them frequent", len(grams.counts) - n_ranks, f"--min-count {min_count}"),
        ("that hold together", len(found), f"--min-pmi {listed(settled)}"),
    ]
    found = last_steps(found, settled, n_ranks, n_symbols, fates, report)
    places = np.arange(-1, n_ranks - 1)
    names = texts(found, sum_.symbols, places, " " if settled.unit == "word" else "")
    return ranked_words(found, names, mined(settled, n_symbols))


def grams_of(
    sum_: Sum, config: Config, *, folder: Path, memory: int, report: Report
) -> tuple[Grams, int]:
    """Return the n-grams of added files that are frequent enough, and how many there are in all.

    Args:
        sum_: the files.
        config: settled; its order, its least count.
        folder: for temporary files.
        memory: bytes for adding up.
        report: hears of the n-grams added up.

    Raises:
        ConfigError: too little memory.
        RunError: a temporary file cannot be written or read back.
    """
    min_count = config.min_count or 1
    with Parts(folder, memory // 4) as parts:
        parts.take(
            count_sum(
                sum_,
                least=min(2, min_count),
                min_count=min_count,
                memory=memory // 2,
                threads=config.threads,
                report=report,
            )
        )
        grams = gather_grams(
            parts,
            np.concatenate(([0], sum_.symbols.counts)),
            order=config.order,
            min_count=min_count,
            total=int(sum_.symbols.counts.sum()),
            threads=config.threads,
        )
        return grams, parts.n_grams
