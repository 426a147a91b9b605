"""What the readers of foreign vector files share: bytes as they come, rows, and faults.

Such a file comes from a stranger: memory follows the bytes that are there, never what a
header claims, and what is wrong is said with its line or byte.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nlptool.core.corpus import read_stored, size_of
from nlptool.core.decompress import unpack
from nlptool.errors import CorpusError

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]

CHUNK = 1 << 20
MAX_DIM = 100_000
# What is wrong -> what mending does with it. A reader that does not mend stops at all but
# the last three, which leave a file usable.
FAULTS = {
    "header": "read by what follows",
    "cut": "left out",
    "width": "left out",
    "number": "left out",
    "not finite": "left out",
    "encoding": "left out",
    "no word": "left out",
    "duplicate": "left out, the first is kept",
    "white space": "kept",
    "zero": "kept",
}
_USABLE = ("duplicate", "white space", "zero")
_EXAMPLES = 5

HEADER = re.compile(rb"[ \t]*([+-]?\d{1,30})[ \t]+([+-]?\d{1,30})[ \t]*\r?(\n|\Z)")


@dataclass
class Faults:
    """What is wrong with a file of vectors.

    Args:
        path: the file.
        mend: go on after a fault which would otherwise end the reading.
        counts: how often each kind of fault was found; the kinds are those of `FAULTS`.
        examples: the first few of each kind, as `where: what`.
    """

    path: str
    mend: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def found(self, kind: str, where: str, text: str, times: int = 1) -> None:
        """Note a fault.

        Args:
            kind: a key of `FAULTS`.
            where: the line's number, or "byte ..." or "word ..."; empty for the whole file.
            text: what was found, what was expected.
            times: how many words it concerns.

        Raises:
            CorpusError: the file cannot be used as it is, and is not being mended.
        """
        if where:
            where = f":{where}" if where.isdigit() else f": {where}"
        message = f"{self.path}{where}: {text}"
        if not self.mend and kind not in _USABLE:
            raise CorpusError(f"{message}; nlptool w2v check {self.path} --repair OUT mends it")
        self.counts[kind] += times
        examples = self.examples.setdefault(kind, [])
        if len(examples) < _EXAMPLES:
            examples.append(message)


class Source:
    """The decompressed bytes of a file, in order, at the caller's pace.

    `offset` is how many bytes were taken; `size` how many there are in all, where that is
    known before the end: in a plain file.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.offset = 0
        stored = read_stored(path)
        start = next(stored, b"")
        self._chunks = unpack(chain([start] if start else [], stored), path)
        self._ahead = next(self._chunks, b"")
        # Only a plain file's length says how much is in it.
        plain = self._ahead[:16] == start[:16]
        self.size = size_of([path]) if plain else None

    def peek(self, n: int) -> bytes:
        """Return the next n bytes, fewer at the end, without moving on."""
        pieces, length = [self._ahead], len(self._ahead)
        while length < n and (chunk := next(self._chunks, b"")):
            pieces.append(chunk)
            length += len(chunk)
        self._ahead = b"".join(pieces)
        return self._ahead[:n]

    def take(self, n: int) -> bytes:
        """Return the next n bytes, fewer at the end, and move on behind them."""
        taken = self.peek(n)
        self._ahead = self._ahead[len(taken) :]
        self.offset += len(taken)
        return taken

    def rest(self) -> Iterator[bytes]:
        """Yield what is left, in blocks of about 1 MiB."""
        while block := self._ahead or next(self._chunks, b""):
            self._ahead = b""
            self.offset += len(block)
            yield block


class Rows:
    """A growing table of words and vectors that is never held twice."""

    def __init__(self, dim: int) -> None:
        self.dim = dim
        self.words: list[str] = []
        self._matrix = np.empty((0, dim), np.float32)
        self._places: list[IntArray] = []

    def add(self, words: list[str], vectors: FloatArray, places: IntArray) -> None:
        """Add rows.

        Args:
            words: n words.
            vectors: shape (n, dim).
            places: the line or the number of each word in the file; shape (n,).
        """
        n, more = len(self.words), len(words)
        if n + more > len(self._matrix):
            room = max(n + more, n + n // 4)
            # realloc: the system moves pages, it does not copy them.
            self._matrix.resize((room, self.dim), refcheck=False)
        self._matrix[n : n + more] = vectors
        self.words += words
        self._places.append(places)

    def finish(self) -> tuple[list[str], FloatArray, IntArray]:
        """Return the words, the matrix and the places; the table is used up."""
        self._matrix.resize((len(self.words), self.dim), refcheck=False)
        return self.words, self._matrix, np.concatenate([np.empty(0, np.int64), *self._places])


def read_header(source: Source) -> tuple[int, int] | None:
    """Return (number of words, dimensions) if the file begins with such a line.

    The line is consumed if it is there.

    Raises:
        CorpusError: the line is there, and no file can be like that.
    """
    found = HEADER.match(source.peek(80))
    if not found:
        return None
    n_words, dim = int(found[1]), int(found[2])
    if n_words < 0 or not 1 <= dim <= MAX_DIM:
        raise CorpusError(
            f"{source.path}:1: {n_words} words of {dim} numbers, "
            f"expected 0 or more words of 1 to {MAX_DIM:,} numbers"
        )
    source.take(found.end())
    return n_words, dim


def check_size(source: Source, n_words: int, least: int, faults: Faults) -> None:
    """Find at once that a plain file is too short for what its header says.

    Args:
        source: the file, behind its header.
        n_words: how many words the header says.
        least: the fewest bytes that one word can take.
        faults: where it is noted.
    """
    if source.size is not None and n_words * least > source.size - source.offset:
        most = (source.size - source.offset) // least
        faults.found(
            "header", "1", f"{n_words:,} words, but the file has room for {most:,} at most"
        )


def check_word(raw: bytes, where: str, faults: Faults) -> str | None:
    """Return a word as text, or None if it is none."""
    if not raw:
        faults.found("no word", where, "no word before the numbers")
        return None
    try:
        word = raw.decode()
    except UnicodeDecodeError:
        shown = raw[:40].decode(errors="replace")
        faults.found("encoding", where, f"the word {shown!r} is not valid UTF-8")
        return None
    if "\0" in word:
        faults.found("encoding", where, f"the word {word[:40]!r} has a NUL byte")
        return None
    if word.split() != [word]:
        faults.found("white space", where, f"the word {word[:40]!r} is or has white space")
    return word


def check_finite(vector: FloatArray, word: str, where: str, faults: Faults) -> bool:
    """Tell whether all numbers of a word's vector are finite as float32."""
    if np.isfinite(vector).all():
        return True
    odd = vector[~np.isfinite(vector)][0]
    faults.found("not finite", where, f"the vector of {word[:40]!r} has {odd}")
    return False
