"""Words and their ids: a vocabulary, its text file and its bytes in a model file.

Counting a corpus is encode.py; the words of a model with their vectors are vectors.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nlptool.errors import CorpusError, ModelError

LONGEST = 1 << 16
"""Bytes of a word, at most; a corpus's longer tokens are taken in pieces."""

TAB = 0x09
LINE_END = 0x0A


@dataclass(frozen=True, eq=False)
class Vocab:
    """Distinct words in the order of their ids.

    Args:
        words: none empty, none with white space in it, at most `LONGEST` bytes each.
        counts: how often each occurs, int64, shape (n_words,), each >= 0. A vocabulary that
            was counted from a corpus has them falling, equals by rising UTF-8 bytes.
    """

    words: list[str]
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The id of each word."""
        return dict(zip(self.words, range(len(self.words)), strict=True))

    def as_bytes(self) -> NDArray[np.uint8]:
        """Return the words as UTF-8, each followed by a line end."""
        return np.frombuffer("\n".join([*self.words, ""]).encode(), np.uint8)

    def save(self, file: BinaryIO) -> None:
        """Write one line `word<TAB>count` for each word."""
        pairs = zip(self.words, map(str, self.counts.tolist()), strict=True)
        file.write("\n".join([*map("\t".join, pairs), ""]).encode())


def from_bytes(data: NDArray[np.uint8], counts: NDArray[np.int64], where: str) -> Vocab:
    """Return the vocabulary that `Vocab.as_bytes` wrote; anybody may have made the bytes.

    Args:
        data: shape (n_bytes,).
        counts: shape (n_words,).
        where: the model file, for the error.

    Raises:
        ModelError: the bytes are not distinct words, one a line, or the counts do not fit.
    """
    try:
        text = data.tobytes().decode()
    except UnicodeDecodeError as error:
        raise ModelError(
            f"{where}: byte {error.start} of the vocabulary is not valid UTF-8, expected words"
        ) from None
    words = text.split("\n")
    if words.pop():
        raise ModelError(f"{where}: the vocabulary's last line has no end, expected one")
    if counts.shape != (len(words),):
        raise ModelError(
            f"{where}: a vocabulary of {len(words)} words, expected {counts.size} as there are"
            " counts"
        )
    if counts.size and counts.min() < 0:
        word = int(np.argmax(counts < 0))
        raise ModelError(f"{where}: word {word}: a count of {counts[word]}, expected 0 or more")
    vocab = Vocab(words, counts)
    if (fault := _fault(vocab, "word", 0)) is not None:
        raise ModelError(f"{where}: word {fault[0]}: {fault[1]}")
    return vocab


def load(path: str) -> Vocab:
    """Read a text file with one line `word<TAB>count` for each word; ids follow the lines.

    Raises:
        CorpusError: the file cannot be read, or a line is something else.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise CorpusError(f"{path}:{line}: not valid UTF-8, expected word<TAB>count") from None
    except OSError as error:
        raise CorpusError(
            f"{path}: {error.strerror}, expected a file of lines word<TAB>count"
        ) from None
    text = text.replace("\r\n", "\n")
    if text and not text.endswith("\n"):
        text += "\n"
    if not text:
        raise CorpusError(f"{path}: no words, expected lines word<TAB>count")
    data = np.frombuffer(text.encode(), np.uint8)
    separators = data[(data == TAB) | (data == LINE_END)]
    # In a good file they take turns, and the last is a line end.
    expected = np.full(len(separators), LINE_END, np.uint8)
    expected[::2] = TAB
    if not np.array_equal(separators, expected):
        number = int(np.argmax(separators != expected)) // 2 + 1
        n_tabs = text.split("\n", number)[number - 1].count("\t")
        raise CorpusError(f"{path}:{number}: {n_tabs} tabs, expected one: word<TAB>count")
    fields = text.replace("\n", "\t").split("\t")
    vocab = Vocab(fields[:-1:2], _counts(fields[1::2], path))
    if (fault := _fault(vocab, "line", 1)) is not None:
        raise CorpusError(f"{path}:{fault[0]}: {fault[1]}")
    return vocab


def _counts(fields: Sequence[str], path: str) -> NDArray[np.int64]:
    """Convert decimal numbers; `int` alone would take "1_0", "+1" and other scripts' digits."""
    together = "".join(fields)
    if (
        not (together.isascii() and together.isdigit() and all(fields))
        or max(map(len, fields)) > 18
    ):
        for number, field in enumerate(fields, 1):
            if not (field.isascii() and field.isdigit() and len(field) <= 18):
                raise CorpusError(
                    f"{path}:{number}: {field!r}, expected a count: a number of 1 to 18 digits"
                )
    return np.array(list(map(int, fields)), np.int64)


def _fault(vocab: Vocab, place: str, first: int) -> tuple[int, str] | None:
    """Return where the first word stands that no vocabulary may hold, and what is wrong.

    Args:
        vocab: the words.
        place: what a word's place is called.
        first: the number of the first place.
    """
    words = vocab.words
    fine = " ".join(words).split() == words and len(set(words)) == len(words)
    if fine and 4 * len(max(words, key=len, default="")) <= LONGEST:
        return None
    seen: dict[str, int] = {}
    for number, word in enumerate(words, first):
        if not word:
            return number, "an empty word, expected one or more characters"
        if word.split() != [word]:
            return number, f"{word[:40]!r}, expected a word without white space"
        if (size := len(word.encode())) > LONGEST:
            return number, f"a word of {size} bytes, expected at most {LONGEST}"
        if word in seen:
            again = f"it is already {place} {seen[word]}"
            return number, f"{word[:40]!r} again, expected each word once; {again}"
        seen[word] = number
    return None
