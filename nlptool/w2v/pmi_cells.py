"""From counts of word pairs to what is trained on: for each pair a target and a weight.

Cells lie in temporary files that are mapped into memory, so that neither the corpus nor the
cells need fit in it. Counting is in cooccur.py, training in pmi.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nlptool.core.report import Progress, Report
from nlptool.core.sorting import Counts, Keys
from nlptool.core.spool import Spool, no_room
from nlptool.errors import CorpusError
from nlptool.w2v.cooccur import Ids, check_memory, count_pairs, words_of

Floats = NDArray[np.float32]

HELD_OUT = 256  # one cell of so many is not trained on but measured
SLICE = 1 << 16  # cells that are made at a time: they stay in the caches


@dataclass(frozen=True)
class Cells:
    """Pairs of words with the target and the weight of each, in the order i, j.

    Args:
        pairs: shape (n, 2), i < j.
        facts: shape (n, 2), target and weight.
        held_pairs: shape (n_held, 2), the pairs that are kept from the training.
        held_facts: shape (n_held, 2).
    """

    pairs: Ids
    facts: Floats
    held_pairs: Ids
    held_facts: Floats


@contextmanager
def cells_of(
    ids: Ids,
    n_words: int,
    *,
    window: int,
    truncate: bool,
    x_max: float,
    alpha: float,
    threads: int,
    folder: Path,
    memory: int,
    report: Report,
) -> Iterator[Cells]:
    """Count the pairs of a corpus and give each its PMI and weight; a context manager.

    The words' own counts are taken from `ids`: a vocabulary may come from another corpus.

    Raises:
        ConfigError: too little memory.
        CorpusError: no two different words stand near each other.
        RunError: a temporary file cannot be written.
    """
    check_memory(memory, threads)
    with _files(folder) as files:
        held = [(np.empty((0, 2), np.int32), np.empty((0, 2), np.float32))]
        n_cells = 0
        with Spool(folder, memory // 2) as spool:
            n_pairs = count_pairs(
                ids,
                n_words,
                spool,
                window=window,
                threads=threads,
                memory=memory // 2,
                report=report,
            )
            if n_pairs == 0:
                raise CorpusError(
                    "corpus: no two different words stand near each other, expected at least"
                    " one pair; is it one word a line, or is --min-count too high?"
                )
            log_share = _log_shares(ids, n_words)
            for keys, counts in _slices(spool):
                i, j = words_of(keys, n_words)
                pmi = np.log(counts / (2.0 * n_pairs)) - log_share[i] - log_share[j]
                if truncate:
                    pmi = np.maximum(pmi, 0)
                weight = np.minimum(counts / x_max, 1) ** alpha
                pairs = np.stack([i, j], axis=1)
                facts = np.stack([pmi, weight], axis=1).astype(np.float32)
                out = _scattered(keys[:, 0]) % np.uint64(HELD_OUT) == 0
                held.append((pairs[out], facts[out]))
                try:
                    files[0].write(pairs[~out].data)
                    files[1].write(facts[~out].data)
                except OSError as error:
                    raise no_room(folder, error) from error
                n_cells += int((~out).sum())
                report(Progress("weighing pairs", n_cells, None, "pairs"))
        held_pairs, held_facts = (np.concatenate(parts) for parts in zip(*held, strict=True))
        if n_cells == 0:  # a corpus of a pair or two: measured on what is trained on
            yield Cells(held_pairs, held_facts, held_pairs, held_facts)
            return
        try:
            for file in files:
                file.flush()
            pairs = np.memmap(files[0], np.int32, "r", shape=(n_cells, 2))
            facts = np.memmap(files[1], np.float32, "r", shape=(n_cells, 2))
        except OSError as error:
            raise no_room(folder, error) from error
        yield Cells(pairs, facts, held_pairs, held_facts)


@contextmanager
def _files(folder: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Give two files without a name."""
    files: list[BinaryIO] = []
    try:
        try:
            for _ in range(2):
                files.append(TemporaryFile(dir=folder))  # noqa: SIM115, PERF401 (closed below, whatever number there is)
        except OSError as error:
            raise no_room(folder, error) from error
        yield files[0], files[1]
    finally:
        for file in files:
            with suppress(OSError):
                file.close()


def _slices(spool: Spool) -> Iterator[tuple[Keys, Counts]]:
    for keys, counts in spool.merged():
        for start in range(0, len(keys), SLICE):
            yield keys[start : start + SLICE], counts[start : start + SLICE]


def _log_shares(ids: Ids, n_words: int) -> NDArray[np.float64]:
    """Return the logarithm of each word's share of the corpus; unused words count as one."""
    counts = np.zeros(n_words, np.int64)
    for start in range(0, len(ids), 1 << 20):
        some = ids[start : start + (1 << 20)]
        counts += np.bincount(some[some >= 0], minlength=n_words)
    shares: NDArray[np.float64] = np.log(np.maximum(counts, 1)) - np.log(counts.sum())
    return shares


def _scattered(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers that look random but depend on the keys alone.

    Source: Steele, Lea & Flood 2014, the finaliser of SplitMix64.
    """
    keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))
