"""Vectors that a network is given: of characters, of pairs of them, of words in the text.

A text is looked at for every run of characters that has a vector. What a character gets:

    characters   its own vector
    pairs        that of the pair which it begins
    words        its own; and the mean of those of the words that begin here, of those that go
                 on here, of those that end here: it is not decided which words there are

Runs are known by a hash of 64 bits: no strings are kept, and they are found in a sorted array by
numpy alone, so that a first answer waits for nothing. Of n runs in a table and m that are looked
up one is mistaken with a probability of about n m / 2**64. A vector is kept as bytes and a scale.

Source:
    Ma, Peng, Zhang, Wei and Huang, "Simplify the usage of lexicon in Chinese NER", 2020
    (words by where they begin, go on, end); without their weights by frequency.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlptool.core.vectors import Vectors
from nlptool.crf.normalise import changes
from nlptool.errors import CorpusError

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Keys = NDArray[np.uint64]

KINDS = ("characters", "pairs", "words")

LONGEST = 6
"""Characters of the longest words that are looked for."""

SIZE = 0.5
"""The root of the mean square of all numbers in a table."""

_STARTED, _ADDED, _MIXED = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xD1B54A32D192ED03, 0x94D049BB133111EB)
)
_MOST = 127


@dataclass(frozen=True, eq=False)
class Table:
    """Runs of characters and their vectors.

    Args:
        kind: one of `KINDS`.
        longest: characters of the longest run.
        keys: of the runs, rising; shape (n,).
        cells: the vectors, 128 standing for 0; uint8, shape (n, dim).
        scales: what a cell counts, for each vector; shape (n,).
    """

    kind: str
    longest: int
    keys: Keys
    cells: NDArray[np.uint8]
    scales: Float32

    @property
    def width(self) -> int:
        """How many numbers a character gets."""
        return int(self.cells.shape[1]) * (4 if self.kind == "words" else 1)

    def fill(self, keys: Sequence[Keys], lengths: Int64, out: Float32) -> None:
        """Fill in what the characters of texts get.

        Args:
            keys: of the runs of 1, 2, ... characters that begin at each; see `keys_of`.
            lengths: characters from each to the end of its text; shape (n,).
            out: receives it; zeros, shape (n, width).
        """
        if self.kind != "words":
            at, rows = self._found(keys, lengths, 1 if self.kind == "characters" else 2)
            out[at] = self._vectors(rows)
            return
        own, begins, inside, ends = np.split(out, 4, axis=1)
        at, rows = self._found(keys, lengths, 1)
        own[at] = self._vectors(rows)
        counts = np.zeros((3, len(out), 1), np.float32)
        for length in range(2, self.longest + 1):
            at, rows = self._found(keys, lengths, length)
            vectors = self._vectors(rows)
            places = [begins, *[inside] * (length - 2), ends]
            for step, place in enumerate(places):
                place[at + step] += vectors
                counts[0 if place is begins else 1 if place is inside else 2, at + step] += 1
        for place, count in zip((begins, inside, ends), counts, strict=True):
            place /= np.maximum(count, 1)

    def _found(self, keys: Sequence[Keys], lengths: Int64, length: int) -> tuple[Int64, Int64]:
        """Return where runs of a length begin that are in the table, and their rows."""
        at = np.flatnonzero(lengths >= length)
        wanted = keys[length - 1][at]
        rows = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        there = self.keys[rows] == wanted
        return at[there], rows[there]

    def _vectors(self, rows: Int64) -> Float32:
        """Return vectors; shape (n, dim)."""
        found = self.cells[rows].astype(np.float32)
        found -= np.float32(128)
        found *= self.scales[rows, None]
        return found


def table_of(vectors: Vectors, where: str, *, normalise: Sequence[str] = ()) -> Table:
    """Return what a network needs of vectors.

    What they are of tells what they are for: characters where all are, pairs of characters where
    nearly all are, else words; of words longer than `LONGEST` none is used.

    Args:
        vectors: the words, the most frequent first if that is known.
        where: what messages call them.
        normalise: see normalise.py; of words that become the same the first counts.

    Raises:
        CorpusError: no word is short enough.
    """
    by = changes(tuple(normalise))
    rows: dict[str, int] = {}
    for row, word in enumerate(vectors.words):
        if 1 <= len(word) <= LONGEST:
            rows.setdefault(word.translate(by), row)
    if not rows:
        raise CorpusError(f"{where}: no words of at most {LONGEST} characters, expected some")
    sizes = np.bincount([len(word) for word in rows], minlength=3)
    kind = "words"
    if sizes[1] == len(rows):
        kind = "characters"
    elif sizes[2] >= 0.9 * len(rows):
        kind = "pairs"
    keys = np.array([key_of(word) for word in rows], np.uint64)
    # Of two words with one key the more frequent stays.
    keys, first = np.unique(keys, return_index=True)
    matrix = np.asarray(vectors.matrix, np.float32)[np.fromiter(rows.values(), np.int64)[first]]
    size = float(np.sqrt(np.mean(np.square(matrix, dtype=np.float64))))
    matrix = matrix * np.float32(SIZE / max(size, 1e-12))
    scales = np.maximum(np.abs(matrix).max(axis=1, initial=0), 1e-12) / np.float32(_MOST)
    cells = (np.rint(matrix / scales[:, None]) + 128).astype(np.uint8)
    return Table(kind, len(sizes) - 1, keys, cells, scales.astype(np.float32))


def key_of(word: str) -> int:
    """Return the key of a run of characters, at least one."""
    points = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), np.uint32)
    key = _mixed(points[:1].astype(np.uint64) + _STARTED)
    for point in points[1:]:
        key = _mixed(key * _ADDED + np.uint64(point))
    return int(key[0])


def keys_of(
    codes: Int32, longest: int, longer: Sequence[str] = (), first: int = 1 << 30
) -> list[Keys]:
    """Return the keys of the runs that begin at each place of a text.

    Args:
        codes: code points; shape (n,).
        longest: characters of the longest runs.
        longer: tokens that are longer than a character, which have the codes from `first` on.
        first: see there.

    Returns:
        For 1, 2, ... characters the key of the run that begins at each place; behind the end,
        and where longer tokens stand, of nothing that has a vector. Shape (n,) each.
    """
    points = codes.astype(np.uint64)
    keys = [_mixed(points + _STARTED)]
    if longer:
        there = codes >= first
        spelled = np.array([key_of(token) for token in longer], np.uint64)
        keys[0][there] = spelled[codes[there] - first]
    for length in range(2, longest + 1):
        key = np.zeros(len(codes), np.uint64)
        n = max(0, len(codes) - length + 1)
        key[:n] = _mixed(keys[-1][:n] * _ADDED + points[length - 1 :])
        keys.append(key)
    return keys


def _mixed(keys: Keys) -> Keys:
    """Return numbers whose bits depend on all bits of others."""
    keys = (keys ^ (keys >> np.uint64(30))) * _MIXED
    return keys ^ (keys >> np.uint64(31))
