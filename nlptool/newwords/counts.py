"""Counts as a file: all windows of a text, so that those of several texts add up.

The file holds the symbols with their counts, and every different window of `order` symbols
with its count, from which the counts of all shorter n-grams follow, and what stands around
them. So it is a count of n-grams with all that can be said of those shorter than a window.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np

from nlptool.core import store
from nlptool.core.publish import Output
from nlptool.core.report import Progress, Report
from nlptool.core.sorting import Block, Keys
from nlptool.core.spool import no_room
from nlptool.errors import ModelError
from nlptool.newwords.count import Ranked, in_order, rank, room_for
from nlptool.newwords.gather import gather_windows, shares
from nlptool.newwords.kernels_files import (
    check_windows,
    occurrences,
    sort_buckets,
)
from nlptool.newwords.kernels_windows import Int64, Packing, packing
from nlptool.newwords.spelling import spelt
from nlptool.newwords.symbols import Stream, Symbols

KIND = "newwords-counts"

_MANY = 255
"""A count that does not fit a byte; it stands among the large ones."""


@dataclass(frozen=True, eq=False)
class Counted:
    """What a file of counts holds.

    Args:
        path: the file.
        unit: what a symbol is.
        symbols: the symbols; the first has number 1.
        pack: how windows are packed.
        keys: the windows, rising; a memory map.
        small: their counts, 255 for large ones; a memory map.
        large: those, in their order.
        n_pairs: how many symbols have another one right behind them.
    """

    path: str
    unit: str
    symbols: Symbols
    pack: Packing
    keys: Keys
    small: Int64
    large: Int64
    n_pairs: int

    @property
    def n_symbols(self) -> int:
        """How long the text is."""
        return int(self.symbols.counts.sum())

    def counts(self, start: int, stop: int) -> Int64:
        """Return the counts of a range of windows."""
        counts = np.asarray(self.small[start:stop], np.int64)
        is_large = counts == _MANY
        before = int((self.small[:start] == _MANY).sum())
        counts[is_large] = self.large[before : before + int(is_large.sum())]
        return counts


def write_counts(
    stream: Stream,
    output: Output,
    *,
    order: int,
    unit: str,
    folder: Path,
    memory: int,
    threads: int,
    report: Report,
) -> int:
    """Count a text and write the counts; return how many different windows there are.

    Args:
        stream: the text.
        output: the file.
        order: symbols of the longest n-grams whose neighbours are known; windows have one more.
        unit: what a symbol is.
        folder: for temporary files, 9 bytes a window.
        memory: bytes for counting.
        threads: how many; the file does not depend on it.
        report: hears of the windows counted.

    Raises:
        ConfigError: too little memory.
        RunError: a file cannot be written or read back.
    """
    ranked = rank(stream, fold=False)
    pack = packing(len(ranked.counts) + 1, order + 1)
    n_windows = n_done = 0
    large = [np.empty(0, np.int64)]
    try:
        with TemporaryFile(dir=folder) as key_file, TemporaryFile(dir=folder) as count_file:
            for keys, counts in _sorted_windows(stream, ranked, pack, memory, threads):
                key_file.write(keys.data)
                count_file.write(np.minimum(counts, _MANY).astype(np.uint8).data)
                large.append(counts[counts >= _MANY])
                n_windows += len(counts)
                n_done += int(counts.sum())
                report(Progress("counting", n_done, stream.n_symbols, "n-grams"))
            store.publish(
                output,
                KIND,
                config={"unit": unit, "order": order + 1},
                training={"symbols": stream.n_symbols, "pairs": stream.n_pairs},
                tensors={
                    "symbols": stream.symbols.text,
                    "symbol_counts": stream.symbols.counts,
                    "keys": _mapped(key_file, n_windows * pack.width, np.int64).reshape(
                        n_windows, pack.width
                    ),
                    "counts": _mapped(count_file, n_windows, np.uint8),
                    "large": np.concatenate(large),
                },
            )
    except OSError as error:
        raise no_room(folder, error) from error
    return n_windows


def _sorted_windows(
    stream: Stream, ranked: Ranked, pack: Packing, memory: int, threads: int
) -> Iterator[Block]:
    """Yield the different windows of a text, rising, and how often each is there."""
    room = room_for(memory, pack, 8)
    for keys, starts in gather_windows(stream, ranked, pack, room, threads):

        def work(low: int, high: int, keys: Keys = keys, starts: Int64 = starts) -> Block:
            own = keys[starts[low] : starts[high]]
            counts = np.empty(len(own), np.int64)
            n = sort_buckets(own, starts[low : high + 1] - starts[low], pack, counts)
            return own[:n], counts[:n]

        yield from in_order(work, shares(starts, threads), threads)


def _mapped(file: BinaryIO, size: int, dtype: type) -> np.ndarray:
    file.flush()
    return np.memmap(file, dtype, "r", shape=(size,)) if size else np.empty(0, dtype)


def open_counts(path: str) -> Counted:
    """Open a file of counts.

    Raises:
        ModelError: the file is another one, or damaged.
    """
    return counts_in(store.load(path, KIND))


def counts_in(stored: store.Stored) -> Counted:
    """Return the counts that a file holds, checking what they mean.

    Raises:
        ModelError: the file is damaged.
    """
    path = stored.path
    unit, order = stored.config.get("unit"), stored.config.get("order")
    n_pairs = stored.training.get("pairs")
    if unit not in ("char", "word") or type(order) is not int or not 3 <= order <= 9:
        raise ModelError(f"{path}: settings that counts cannot have; it is damaged")
    text = stored.tensor("symbols", "uint8", (None,))
    n_names = int((text == 0x20).sum())
    counts = stored.tensor("symbol_counts", "int64", (n_names,))
    if type(n_pairs) is not int or not 0 <= n_pairs < 2**62 or (len(text) and text[-1] != 0x20):
        raise ModelError(f"{path}: symbols that counts cannot have; it is damaged")
    pack = packing(n_names + 2, order)
    keys = stored.tensor("keys", "int64", (None, pack.width)).view(np.uint64)
    small = stored.tensor("counts", "uint8", (len(keys),))
    large = stored.tensor("large", "int64", (int((small == _MANY).sum()),))
    found = Counted(path, unit, Symbols(text, counts), pack, keys, small, large, n_pairs)
    firsts = np.zeros(n_names + 1, np.int64)
    try:
        names = found.symbols.names()
    except UnicodeDecodeError:
        raise ModelError(f"{path}: symbols that are not UTF-8; it is damaged") from None
    encoded = [name.encode() for name in names]
    if (
        not all(a < b for a, b in zip([b"", *encoded], encoded, strict=False))
        or not check_windows(keys, pack, n_names + 1, firsts, found.counts(0, len(keys)))
        or not np.array_equal(firsts[1:], counts)
    ):
        raise ModelError(f"{path}: windows that do not fit its symbols; it is damaged")
    return found


def occurrences_of(file: Counted, words: Sequence[str]) -> Int64:
    """Return how often some words occur in what was counted; shape (n_words,).

    Of a word that is longer than a window, it is how often its first part does.

    Args:
        file: the counts.
        words: the words, as `Words` has them.
    """
    places = {name: number for number, name in enumerate(file.symbols.names(), 1)}
    symbols, lengths = spelt(words, file.unit, places)
    found = np.zeros(len(words), np.int64)
    occurrences(file.keys, file.counts(0, len(file.keys)), file.pack, symbols, lengths, found)
    return found
