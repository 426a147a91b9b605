"""Word vectors in word2vec's binary form: a header, then word, space, float32 numbers.

word2vec.c ends each vector with a newline, others do not; both are read, the first is
written. There is no way to find the next word behind a damaged place.
"""

from typing import BinaryIO

import numpy as np

from nlptool.core.foreign import (
    CHUNK,
    Faults,
    FloatArray,
    Rows,
    Source,
    check_finite,
    check_size,
    check_word,
)
from nlptool.core.vectors import Vectors

_LONGEST_WORD = 1 << 16
_SPACE, _NEWLINE = b" \n"


def read_binary(source: Source, header: tuple[int, int], faults: Faults) -> Rows:
    """Return the words and vectors that stand behind the header.

    Args:
        source: the file, behind its header.
        header: number of words, dimensions.
        faults: what is wrong is noted here.

    Raises:
        CorpusError: see `Faults.found`.
    """
    n_words, dim = header
    check_size(source, n_words, 4 * dim + 2, faults)
    rows = Rows(dim)
    n_found = 0
    while data := source.peek(max(CHUNK, _LONGEST_WORD + 8 * dim)):
        starts, ends, used = _cut(data, 4 * dim)
        _add(rows, data, starts, ends, source.offset, n_found, faults)
        n_found += len(starts)
        if not starts and data[used:]:
            where = f"byte {source.offset + used}"
            if len(data) - used > _LONGEST_WORD + 4 * dim:
                text = "no word here, the rest cannot be read"
            else:
                text = f"the file ends within word {n_found + 1:,} or its vector"
            faults.found("cut", where, text)
            break
        source.take(used)
    if n_found != n_words:
        faults.found("header", "1", f"{n_words:,} words, but {n_found:,} follow")
    return rows


def write_binary(file: BinaryIO, vectors: Vectors) -> None:
    """Write vectors as word2vec.c does.

    Args:
        file: where to.
        vectors: words without white space, see `vectorfiles.write_vectors`.
    """
    n_words, dim = len(vectors.words), vectors.dim
    file.write(b"%d %d\n" % (n_words, dim))
    step = max(1, CHUNK // (4 * dim))
    for low in range(0, n_words, step):
        block = np.ascontiguousarray(vectors.matrix[low : low + step], "<f4")
        words = vectors.words[low : low + step]
        file.write(
            b"".join(
                b"%b %b\n" % (word.encode(), row.tobytes())
                for word, row in zip(words, block, strict=True)
            )
        )


def _cut(data: bytes, width: int) -> tuple[list[int], list[int], int]:
    """Return where the whole entries' words begin and end, and where the last entry ends."""
    starts: list[int] = []
    ends: list[int] = []
    here = used = 0
    while True:
        while data[here : here + 1] == b"\n":
            here += 1
        if here == len(data):
            return starts, ends, here
        end = data.find(b" ", here, here + _LONGEST_WORD)
        # An empty word before a space: the word is a space.
        if end == here and data[here + 1 : here + 2] == b" ":
            end += 1
        if end < 0 or end + 1 + width > len(data):
            return starts, ends, used
        starts.append(here)
        ends.append(end)
        here = used = end + 1 + width


def _add(
    rows: Rows,
    data: bytes,
    starts: list[int],
    ends: list[int],
    offset: int,
    n_before: int,
    faults: Faults,
) -> None:
    """Add the entries of a block to the rows, without those that are faulty."""
    if not starts:
        return
    width = 4 * rows.dim
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(data, np.uint8), width)
    vectors: FloatArray = windows[np.array(ends) + 1].view("<f4")
    raw = [data[start:end] for start, end in zip(starts, ends, strict=True)]
    numbers = np.arange(n_before + 1, n_before + 1 + len(raw))
    try:
        words = b"\n".join(raw).decode().split("\n")
    except UnicodeDecodeError:
        words = []
    usual = len(words) == len(raw) and " ".join(words).split() == words
    if usual and b"\0" not in b"".join(raw) and np.isfinite(vectors).all():
        rows.add(words, vectors, numbers)
        return
    kept = []
    words = []
    for i, (start, text) in enumerate(zip(starts, raw, strict=True)):
        where = f"byte {offset + start} (word {n_before + 1 + i})"
        word = check_word(text, where, faults)
        if word is not None and check_finite(vectors[i], word, where, faults):
            kept.append(i)
            words.append(word)
    rows.add(words, vectors[kept], numbers[kept])
