"""Word vectors as text: a word, then its numbers, a line each.

With a first line `n_words dim` it is word2vec's text and fastText's .vec, without it GloVe's.
The numbers are counted from the right, so that a word may be a space, or contain one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from nlptool.core.decimals import format_decimals, parse_decimals, to_float
from nlptool.core.foreign import (
    Faults,
    FloatArray,
    IntArray,
    Rows,
    Source,
    check_finite,
    check_size,
    check_word,
)
from nlptool.core.vectors import Vectors
from nlptool.errors import CorpusError

_LONGEST_LINE = 16 << 20
_SAMPLE = 1 << 16
_CELLS = 1 << 14
_SPACE, _NEWLINE = b" \n"
_POINTED = re.compile(rb"[+-]?(\d+\.\d*|\.\d+|\d+(?=e))(e[+-]?\d+)?", re.IGNORECASE)

_Parsed = tuple[list[str], FloatArray, IntArray]


def read_text(source: Source, header: tuple[int, int] | None, faults: Faults) -> Rows:
    """Return the words and vectors that stand behind the header.

    Args:
        source: the file, behind its header.
        header: number of words, dimensions; None if the file has no header (GloVe).
        faults: what is wrong is noted here.

    Raises:
        CorpusError: see `Faults.found`; a line of more than 16 MiB; no vectors at all.
    """
    dim = header[1] if header else _guess_dim(source)
    if header:
        check_size(source, header[0], 2 * dim + 1, faults)
    rows = Rows(dim)
    line, n_found = (2 if header else 1), 0
    for block in _whole_lines(source):
        parsed = _regular(block, dim, line)
        if parsed is None:
            # word2vec.c ends a line with a space; Windows puts a carriage return there.
            block = block.replace(b"\r\n", b"\n").replace(b" \n", b"\n")
            parsed = _regular(block, dim, line) or _irregular(block, dim, line, faults)
        rows.add(*parsed)
        n_lines = block.count(b"\n")
        n_found += n_lines if len(parsed[0]) == n_lines else _n_written(block)
        line += n_lines
    if header and n_found != header[0]:
        faults.found("header", "1", f"{header[0]:,} words, but {n_found:,} follow")
    return rows


def write_text(file: BinaryIO, vectors: Vectors, *, header: bool) -> None:
    """Write vectors; each number is the shortest that reads back as the same float32.

    Args:
        file: where to.
        vectors: words without white space, see `vectorfiles.write_vectors`.
        header: begin with `n_words dim`.
    """
    n_words, dim = len(vectors.words), vectors.dim
    if header:
        file.write(b"%d %d\n" % (n_words, dim))
    step = max(1, _CELLS // dim)
    for low in range(0, n_words, step):
        rows = format_decimals(np.ascontiguousarray(vectors.matrix[low : low + step], np.float32))
        words = vectors.words[low : low + step]
        file.write(
            b"".join(
                b"%b %b\n" % (word.encode(), row) for word, row in zip(words, rows, strict=True)
            )
        )


def _whole_lines(source: Source) -> Iterator[bytes]:
    """Yield the file in blocks that end with a line; an end that is missing is added."""
    pieces: list[bytes] = []
    length = 0
    for block in source.rest():
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join([*pieces, block[:end]])
            pieces, length = [], 0
        pieces.append(block[end:])
        length += len(pieces[-1])
        if length > _LONGEST_LINE:
            raise CorpusError(
                f"{source.path}: a line of more than {_LONGEST_LINE >> 20} MiB, "
                "expected a word and its numbers"
            )
    if tail := b"".join(pieces):
        yield tail + b"\n"


def _n_written(block: bytes) -> int:
    """Return how many lines are not empty."""
    return sum(1 for line in block.split(b"\n") if line)


def _guess_dim(source: Source) -> int:
    """Return how many numbers most of the first lines have, for a file without a header."""
    n = _SAMPLE
    while b"\n" not in (sample := source.peek(n)) and n <= len(sample) and n < _LONGEST_LINE:
        n *= 2
    whole, newline, cut = sample.rpartition(b"\n")
    lines = (whole if newline else cut).replace(b"\t", b" ").split(b"\n")
    lines = [line.rstrip() for line in lines if line.strip()]
    widths = Counter(line.count(b" ") for line in lines)
    dim = widths.most_common(1)[0][0] if widths else 0
    if dim < 1 or not any(_is_number(line.rpartition(b" ")[2]) for line in lines[:2]):
        raise CorpusError(
            f"{source.path}: no word vectors found, expected word2vec text or binary, GloVe, "
            "or fastText .vec or .bin"
        )
    return dim


def _regular(block: bytes, dim: int, first: int) -> _Parsed | None:
    """Return the words, vectors and line numbers of a block if nothing in it is unusual."""
    data = np.frombuffer(block, np.uint8)
    found = np.flatnonzero(data <= _SPACE)
    if len(found) % (dim + 1):
        return None
    marks = found.reshape(-1, dim + 1)
    line_ends = marks[:, -1]
    if (data[line_ends] != _NEWLINE).any() or (data[marks[:, :-1]] != _SPACE).any():
        return None
    line_starts = np.append(0, line_ends[:-1] + 1)
    starts, ends = (marks[:, :-1] + 1).ravel(), marks[:, 1:].ravel()
    if (starts == ends).any() or (line_starts == marks[:, 0]).any():
        return None
    spans = zip(line_starts.tolist(), marks[:, 0].tolist(), strict=True)
    try:
        words = b"\n".join([block[start:end] for start, end in spans]).decode().split("\n")
        vectors = parse_decimals(data, starts, ends).reshape(-1, dim)
    except ValueError:
        return None
    # str.split knows the white space of all scripts: so an odd word is found here.
    if not np.isfinite(vectors).all() or " ".join(words).split() != words:
        return None
    return words, vectors, np.arange(first, first + len(words))


def _irregular(block: bytes, dim: int, first: int, faults: Faults) -> _Parsed:
    """Return the same line by line, and note what is wrong."""
    words: list[str] = []
    vectors: list[FloatArray] = []
    places: list[int] = []
    for place, line in enumerate(block[:-1].split(b"\n"), first):
        if line and (parsed := _parse_line(line, dim, place, faults)):
            words.append(parsed[0])
            vectors.append(parsed[1])
            places.append(place)
    matrix = np.array(vectors, np.float32).reshape(-1, dim)
    return words, matrix, np.array(places, np.int64)


def _parse_line(line: bytes, dim: int, place: int, faults: Faults) -> tuple[str, FloatArray] | None:
    """Return a word and its vector, or None if the line is no such thing."""
    where = str(place)
    fields = line.replace(b"\t", b" ").rsplit(b" ", dim)
    if len(fields) == dim + 1 and b"" in fields[1:]:
        fields = _spaced(line.replace(b"\t", b" "), dim)
    if len(fields) <= dim:
        faults.found("width", where, f"{len(fields) - 1} numbers after the word, expected {dim}")
        return None
    extra = fields[0].split(b" ")[1:]
    if extra and all(_POINTED.fullmatch(field) for field in extra):
        n = len(extra) + dim
        faults.found("width", where, f"{n} numbers after the word, expected {dim}")
        return None
    try:
        values = [to_float(field) for field in fields[1:]]
    except ValueError:
        odd = next(field for field in fields[1:] if not _is_number(field))
        faults.found("number", where, f"{odd[:40].decode(errors='replace')!r}, expected a number")
        return None
    with np.errstate(over="ignore"):
        vector = np.array(values).astype(np.float32)
    word = check_word(fields[0], where, faults)
    if word is None or not check_finite(vector, word, where, faults):
        return None
    return word, vector


def _spaced(line: bytes, dim: int) -> list[bytes]:
    """Split off the last `dim` fields where there may be several spaces between them."""
    fields: list[bytes] = []
    for _ in range(dim):
        line, gap, field = line.rstrip(b" ").rpartition(b" ")
        fields.append(field)
        if not gap:
            return fields
    return [line.rstrip(b" ") or line[:1], *reversed(fields)]


def _is_number(text: bytes) -> bool:
    try:
        to_float(text)
    except ValueError:
        return False
    return True
