"""From counted pieces to a table of words: their symbols, their strength, their neighbours."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.report import Progress, Report
from nlptool.core.sorting import sort_count
from nlptool.core.spool import Spool, no_room
from nlptool.newwords.count import Ranked, read_at
from nlptool.newwords.grams import Grams, lookup_of
from nlptool.newwords.kernels_around import add_logs, heads_of, surround
from nlptool.newwords.kernels_grams import Float64, Int32, Int64, Words
from nlptool.newwords.kernels_look import desk
from nlptool.newwords.kernels_words import (
    explained,
    plant,
    spell,
    weakest,
    write_words,
)
from nlptool.newwords.symbols import Stream, Symbols

_CHUNK = 1 << 18
"""Codes in which neighbours are sought at once."""

EXPLAINED = 0.8
"""Share of a word's occurrences within one longer word from which it is taken for a part."""


@dataclass(frozen=True, eq=False)
class Found:
    """Words as they are found; arrays of shape (n_words,).

    Args:
        symbols: the ranks of each; shape (n_words, longest).
        lengths: how many.
        counts: how often each stands as a piece of the text.
        documents: in how many documents.
        occurrences: how often each stands in the text, within longer pieces too.
        pmi: of the weakest split, in nats.
        left: entropy of what stands before, in nats.
        right: of what stands behind.
    """

    symbols: Int32
    lengths: Int32
    counts: Int64
    documents: Int64
    occurrences: Int64
    pmi: Float64
    left: Float64
    right: Float64

    def __len__(self) -> int:
        return len(self.lengths)

    def take(self, places: Int64) -> "Found":
        """Return the words at some places."""
        return Found(
            self.symbols[places],
            self.lengths[places],
            self.counts[places],
            self.documents[places],
            self.occurrences[places],
            self.pmi[places],
            self.left[places],
            self.right[places],
        )


def spelled(edges: Words, numbers: Int64, longest: int) -> tuple[Int32, Int32]:
    """Return the symbols of words and how many each has."""
    symbols = np.zeros((len(numbers), longest), np.int32)
    lengths = np.empty(len(numbers), np.int32)
    spell(edges, numbers, symbols, lengths)
    return symbols, lengths


def found_of(
    edges: Words,
    numbers: Int64,
    counts: Int64,
    documents: Int64,
    of: Int32,
    grams: Grams,
    longest: int,
) -> Found:
    """Return words with what their n-grams say of them.

    Args:
        edges: of a trie.
        numbers: of the words in it.
        counts: of the words.
        documents: of the words.
        of: the number of each n-gram of the trie among `grams`; what is longer has none.
        grams: the n-grams.
        longest: symbols of the longest word.
    """
    symbols, lengths = spelled(edges, numbers, longest)
    is_gram = numbers < len(of)
    own = of[np.where(is_gram, numbers, 0)]
    pmi, left, right = grams.pmi[own], grams.left[own], grams.right[own]
    occurrences = np.where(is_gram, grams.counts[own], 0)
    is_longest = lengths >= grams.order
    left[is_longest & (np.isnan(left) | ~is_gram)] = np.nan
    long = np.flatnonzero(~is_gram)
    least = np.empty(len(long))
    trie = grams.trie
    weakest(
        symbols[long],
        lengths[long],
        grams.order,
        trie.edges,
        trie.table,
        trie.shift,
        grams.pmi,
        least,
    )
    pmi[long] = least
    left[long] = right[long] = np.nan
    return Found(symbols, lengths, counts, documents, occurrences, pmi, left, right)


def complete(
    found: Found,
    stream: Stream,
    ranked: Ranked,
    *,
    folder: Path,
    memory: int,
    threads: int,
    report: Report,
) -> None:
    """Fill in what the n-grams were too short for: occurrences and entropies, where nan.

    Args:
        found: the words.
        stream: the text.
        ranked: its symbols.
        folder: for temporary files.
        memory: bytes for counting neighbours.
        threads: how many.
        report: hears of the symbols read.

    Raises:
        RunError: a temporary file cannot be written or read back.
    """
    open_ = np.flatnonzero(np.isnan(found.left) | np.isnan(found.right))
    if not len(open_):
        return
    offset = len(ranked.counts)
    edges, _, ends = planted(found.symbols[open_], found.lengths[open_], offset)
    lookup = lookup_of(np.concatenate((np.arange(offset, dtype=np.uint64), edges)), offset)
    heads = heads_of(found.symbols[open_], found.lengths[open_])
    words = np.concatenate((np.full(offset, -1, np.int32), ends))
    bits = max(1, (offset - 1).bit_length())
    longest = int(found.lengths[open_].max())
    spans = [
        (start, min(start + _CHUNK, stream.n_codes)) for start in range(0, stream.n_codes, _CHUNK)
    ]
    counts = np.zeros((threads, len(open_)), np.int64)
    with Spool(folder, max(memory, 1 << 20)) as spool, ThreadPoolExecutor(threads) as pool:

        def work(thread: int) -> None:
            keys = np.empty((2 * _CHUNK * (longest - 1), 1), np.uint64)
            on = desk(longest)
            for start, stop in spans[thread::threads]:
                codes = _codes_at(stream, max(0, start - 1), stop + longest)
                begin = min(start, 1)
                n_keys = surround(
                    codes,
                    begin,
                    stop - start,
                    ranked.ranks,
                    ranked.first,
                    bits,
                    lookup,
                    heads,
                    longest,
                    on,
                    words,
                    counts[thread],
                    keys,
                )
                spool.add(*sort_count(keys[:n_keys].copy()))
                report(Progress("looking around", stop, stream.n_codes, "symbols"))

        list(pool.map(work, range(threads)))
        sums = np.zeros(2 * len(open_))
        for keys, key_counts in spool.merged():
            add_logs(keys, key_counts, bits, sums)
    occurrences = counts.sum(axis=0)
    found.occurrences[open_] = occurrences
    known = np.log(occurrences)
    found.left[open_] = np.maximum(known - sums[::2] / occurrences, 0)
    found.right[open_] = np.maximum(known - sums[1::2] / occurrences, 0)


def planted(symbols: Int32, lengths: Int32, offset: int) -> tuple[Words, Words, Int32]:
    """Return a trie of words: its edges, its table, and the word that ends at each place."""
    capacity = int((lengths - 1).sum())
    edges = np.empty(max(1, capacity), np.uint64)
    table = np.zeros(1 << (2 * capacity + 1).bit_length(), np.uint64)
    places = plant(symbols, lengths, offset, edges, table)
    words = np.full(max(1, capacity), -1, np.int32)
    words[places] = np.arange(len(places))
    return edges, table, words


def nested(found: Found, n_ranks: int) -> NDArray[np.bool_]:
    """Tell which words are only parts of one longer word."""
    edges, table, words = planted(found.symbols, found.lengths, n_ranks)
    parts: NDArray[np.bool_] = explained(
        found.symbols, found.lengths, found.occurrences, EXPLAINED, n_ranks, edges, table, words
    )
    return parts


def in_order(found: Found, keys: NDArray[Any]) -> Int64:
    """Return the places of words by rising keys, equal ones in the order of their UTF-8."""
    # Symbols are in that order, and so are words by their symbols.
    columns: list[NDArray[Any]] = [found.symbols[:, i] for i in range(found.symbols.shape[1])]
    return np.lexsort([*reversed(columns), keys])


def texts(found: Found, symbols: Symbols, places: Int64, between: str) -> list[str]:
    """Return words as text.

    Args:
        found: the words.
        symbols: of the text.
        places: of each rank among the symbols.
        between: what stands between two symbols: nothing or a space.
    """
    starts = np.concatenate(([0], np.flatnonzero(symbols.text == 0x20) + 1))
    ours = places[found.symbols].astype(np.int32)
    space = ord(between) if between else 0
    nothing = np.empty(0, np.uint8)
    size = write_words(ours, found.lengths, symbols.text, starts, space, nothing)
    out = np.empty(size, np.uint8)
    write_words(ours, found.lengths, symbols.text, starts, space, out)
    return out.tobytes().decode().split("\n")[:-1]


def _codes_at(stream: Stream, start: int, stop: int) -> Int32:
    """Return the codes of a stretch of the text.

    Raises:
        RunError: it cannot be read back.
    """
    codes = np.empty(min(stop, stream.n_codes) - start, np.int32)
    try:
        descriptor = os.open(stream.path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            read_at(descriptor, codes, 4 * start)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise no_room(stream.path.parent, error) from error
    return codes
