"""The most probable words of a text, and what a word is worth; numba loops.

Between two boundaries, the words whose logarithms of probability have the highest sum; of
equal ones the longer last word. A stretch of more than `BLOCK` symbols without any boundary
is cut after so many. Slow form: tests/naive_route.py.
"""

from math import inf
from typing import NamedTuple

import numpy as np
from numba import njit

from nlptool.newwords.kernels_grams import Float64, Int32, Int64, Words, edge_of, find
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, look
from nlptool.newwords.kernels_text import Bytes

_LETTER, _DIGIT, _WHITE, _SINGLE = 2, 3, 4, 1
_SPACE, _NEWLINE = b" \n"

# Marks that stay together when they are repeated: - . = _ ~ and dashes, dots and lines.
_REPEATED = np.array([*b"-.=_~", 0x2014, 0x2026, 0x2500, 0x30FB, 0xFF0D, 0xFF0E, 0xFF5E], np.int64)
# Marks that stand within a number: . , : / and their relatives; and behind one.
_WITHIN = np.array([*b".,:/", 0xB7, 0x2236, 0xFF0E, 0xFF0F], np.int64)
_BEHIND = np.array([*b"%", 0x2030, 0xFF05], np.int64)


class Board(NamedTuple):
    """Where `route` works.

    Args:
        best: the best sum up to each place; shape (BLOCK + 1,).
        sizes: symbols of the last word there; same shape.
        numbers: its number; same shape.
    """

    best: Float64
    sizes: Int32
    numbers: Int64


def board() -> Board:
    """Return room to work."""
    return Board(np.zeros(BLOCK + 1), np.zeros(BLOCK + 1, np.int32), np.zeros(BLOCK + 1, np.int64))


@njit(cache=True, nogil=True)
def route(
    codes: Int32,
    n: int,
    goes_on: bool,  # noqa: FBT001 - a kernel takes no keywords
    ranks: Int32,
    of: Lookup,
    scores: Float64,
    order: int,
    on: Desk,
    at_work: Board,
    counts: Int64,
    begins: Bytes,
) -> tuple[int, float]:
    """Find the words of a stretch of text.

    Args:
        codes: the stretch begins with a boundary, or with what follows one.
        n: how many there are.
        goes_on: more text follows; then the rest behind the last boundary is left.
        ranks: of each code.
        of: the words and what they begin with.
        scores: of each number the logarithm of its probability, -inf for what is no word.
        order: symbols of the longest word.
        on: where to look.
        at_work: where to work.
        counts: of each number, added to; of length 0 if not wanted.
        begins: receives 1 where a word begins, 0 elsewhere; of length 0 if not wanted.

    Returns:
        Where it ended, and the sum of the scores.
    """
    here, numbers = on.ranks, on.numbers
    best, sizes, chosen = at_work.best, at_work.sizes, at_work.numbers
    total = 0.0
    at = 0
    while at < n:
        size = min(BLOCK, n - at)
        for i in range(size):
            code = codes[at + i]
            here[i] = ranks[code] if code > 0 else 0
        if goes_on or at + size < n:
            stop = size
            while stop > 0 and here[stop - 1] > 0:
                stop -= 1
            if stop == 0 and size < BLOCK:
                break
            size = stop if stop > 0 else size
        for i in range(size, size + order):
            here[i] = 0
        look(size, order, of, on)
        i = 0
        while i < size:
            if here[i] == 0:
                i += 1
                continue
            length = 1
            while here[i + length] > 0:
                length += 1
            best[0] = 0.0
            for k in range(1, length + 1):
                best[k] = -inf
            for k in range(length):
                so_far = best[k]
                for ahead in range(min(order, length - k)):
                    number = numbers[ahead, i + k]
                    if number == 0:
                        break
                    found = so_far + scores[number]
                    if found > best[k + ahead + 1]:
                        best[k + ahead + 1] = found
                        sizes[k + ahead + 1] = np.int32(ahead + 1)
                        chosen[k + ahead + 1] = number
            total += best[length]
            k = length
            while k > 0:
                if len(counts):
                    counts[chosen[k]] += 1
                k -= sizes[k]
                if len(begins):
                    begins[at + i + k] = 1
            i += length
        at += size
    return at, total


@njit(cache=True, nogil=True)
def alternatives(
    symbols: Int32,
    lengths: Int32,
    edges: Words,
    table: Words,
    shift: np.uint64,
    scores: Float64,
    out: Float64,
) -> None:
    """Write the best sum of each word if it were no word itself.

    Args:
        symbols: of the words; shape (n_words, longest).
        lengths: how many each has.
        edges: of the words, see `kernels_grams.find`.
        table: see there.
        shift: see there.
        scores: of each number.
        out: receives the sums; shape (n_words,).
    """
    best = np.empty(symbols.shape[1] + 1, np.float64)
    for word in range(len(lengths)):
        length = lengths[word]
        best[0] = 0.0
        for k in range(1, length + 1):
            best[k] = -inf
        for begin in range(length):
            number = np.int64(symbols[word, begin])
            best[begin + 1] = max(best[begin + 1], best[begin] + scores[number])
            for end in range(begin + 1, length - (begin == 0)):
                number = np.int64(find(table, shift, edges, edge_of(number, symbols[word, end])))
                if number == 0:
                    break
                best[end + 1] = max(best[end + 1], best[begin] + scores[number])
        out[word] = best[length]


@njit(cache=True, nogil=True, inline="always")
def _is_in(marks: Int64, point: int) -> bool:
    found = False
    for mark in marks:
        found |= mark == point
    return found


@njit(cache=True, nogil=True, inline="always")
def _at(text: Bytes, at: int) -> tuple[int, int]:
    """Return the character at `at` and how many bytes it has; a space behind the text."""
    if at >= len(text):
        return _SPACE, 1
    point = int(text[at])
    width = 1
    if point >= 0x80:
        width = 2 if point < 0xE0 else 3 if point < 0xF0 else 4
        point &= 0x7F >> width
        for i in range(at + 1, min(at + width, len(text))):
            point = (point << 6) | (text[i] & 0x3F)
    return point, width


@njit(cache=True, nogil=True, inline="always")
def _kind_of(kinds: Bytes, point: int) -> int:
    if point < len(kinds):
        return int(kinds[point])
    return _SINGLE if point < 0x40000 else 0


@njit(cache=True, nogil=True)
def write_spaced(text: Bytes, kinds: Bytes, begins: Bytes, out: Bytes) -> int:
    """Write a text with one space between its words.

    Runs of letters and digits that touch are one word, and so are a number with its point or
    its per cent, and a mark such as a dash repeated; other marks stand alone.

    Args:
        text: UTF-8.
        kinds: see `kernels_text.kinds`.
        begins: 1 at the bytes where a word of the dictionary begins; shape (len(text),).
        out: receives the lines; shape (2 * len(text),).

    Returns:
        How many bytes were written.
    """
    at = size = 0
    before, kind_before = int(_NEWLINE), _WHITE
    is_open = in_number = False
    while at < len(text):
        point, width = _at(text, at)
        kind = _kind_of(kinds, point)
        is_glued = False
        if point == _NEWLINE:
            out[size] = _NEWLINE
            size += 1
            is_open = False
            kind = _WHITE
        elif kind != _WHITE:
            if kind in (_SINGLE, _LETTER, _DIGIT):
                is_run = kind != _SINGLE
                is_glued = (
                    begins[at] == 0
                    or (is_run and kind_before in (_LETTER, _DIGIT))
                    or (kind == _DIGIT and in_number)
                )
                in_number = False
            elif kind_before == _DIGIT and _is_in(_BEHIND, point):
                is_glued = True
            elif kind_before == _DIGIT and _is_in(_WITHIN, point):
                behind, _ = _at(text, at + width)
                is_glued = in_number = _kind_of(kinds, behind) == _DIGIT
            else:
                is_glued = before == point and _is_in(_REPEATED, point)
            if is_open and not (is_glued and kind_before != _WHITE):
                out[size] = _SPACE
                size += 1
            is_open = True
            for i in range(at, at + width):
                out[size] = text[i]
                size += 1
        if kind == _WHITE:
            in_number = False
        before, kind_before = point, kind
        at += width
    return size
