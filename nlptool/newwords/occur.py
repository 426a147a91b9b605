"""How often given words occur in a text, within longer ones too; one look at every place."""

from collections.abc import Sequence

import numpy as np
from numba import njit

from nlptool.core.report import Progress, Report, silent
from nlptool.newwords.count import read_codes
from nlptool.newwords.grams import lookup_of
from nlptool.newwords.kernels_grams import Int32, Int64
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, desk, look
from nlptool.newwords.spelling import spelt
from nlptool.newwords.symbols import Stream
from nlptool.newwords.words import planted


def occurrences(
    words: Sequence[str], stream: Stream, *, unit: str = "char", report: Report = silent
) -> Int64:
    """Return how often each of some words occurs in a text; shape (n_words,).

    Args:
        words: the words; what has a boundary within occurs nowhere.
        stream: the text.
        unit: what a symbol is.
        report: hears of the symbols read.

    Raises:
        RunError: the text cannot be read back.
    """
    names = {name: number for number, name in enumerate(stream.symbols.names(), 1)}
    symbols, lengths = spelt(words, unit, names)
    found = np.zeros(len(words), np.int64)
    known = (symbols >= 0).all(axis=1)
    single = np.flatnonzero(known & (lengths == 1))
    found[single] = stream.symbols.counts[symbols[single, 0] - 1]
    sought = np.flatnonzero(known & (lengths > 1))
    if not len(sought):
        return found
    offset = len(stream.symbols) + 1
    edges, _, ends = planted(symbols[sought], lengths[sought], offset)
    of = lookup_of(np.concatenate((np.arange(offset, dtype=np.uint64), edges)), offset)
    numbers = np.concatenate((np.full(offset, -1, np.int32), ends))
    order = int(lengths[sought].max())
    on = desk(order)
    ranks = stream.ranks()
    counts = np.zeros(len(sought), np.int64)
    done = 0
    for codes, size in read_codes(stream, order):
        _count(codes, size, ranks, of, order, on, numbers, counts)
        done += size
        report(Progress("looking up", done, stream.n_codes, "symbols"))
    # A word that is given twice is one in the trie.
    of_row = {row.tobytes(): i for i, row in enumerate(symbols[sought]) if counts[i]}
    found[sought] = [counts[of_row.get(row.tobytes(), i)] for i, row in enumerate(symbols[sought])]
    return found


@njit(cache=True, nogil=True)
def _count(
    codes: Int32,
    n: int,
    ranks: Int32,
    of: Lookup,
    order: int,
    on: Desk,
    words: Int32,
    counts: Int64,
) -> None:
    """Add the words that begin in a stretch of text to their counts."""
    here, numbers = on.ranks, on.numbers
    for at in range(0, n, BLOCK):
        size = min(BLOCK, n - at)
        for i in range(size + order):
            code = codes[at + i] if at + i < len(codes) else 0
            here[i] = ranks[code] if code > 0 else 0
        look(size, order, of, on)
        for i in range(size):
            for ahead in range(1, order):
                number = numbers[ahead, i]
                if number == 0:
                    break
                if words[number] >= 0:
                    counts[words[number]] += 1
