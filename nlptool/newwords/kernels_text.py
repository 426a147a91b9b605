"""Text as symbols: numba loops over UTF-8, and what kind each character is.

A symbol is a character of a script without spaces, or a run of letters, or a run of digits.
All else is a boundary. Where the unit is a word, a symbol is what stands between white space,
without the punctuation at its ends. Slow form: tests/naive_newwords.py.
"""

import unicodedata
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

RUNS = 0x110000
"""The code of the first run; a lower code is the code point of a character."""

BOUNDARY, LINE, BLANK, FILE = 0, -1, -2, -3
"""What is no symbol: punctuation or white space, a line's end, a blank line, a file's end."""

LONGEST = 1 << 14
"""Bytes of a run after which the rest is another one."""

_OTHER, _SINGLE, _LETTER, _DIGIT, _WHITE = range(5)

_LIMIT = 0x20000

# Scripts that are written without spaces between words, beside Han.
_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x1B00, 0x1B7F),  # Balinese
    (0x2E80, 0x2FDF),  # radicals
    (0x3005, 0x3007),
    (0x3021, 0x312F),  # numerals, kana, Bopomofo
    (0x31A0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0xA4CF),  # Han, Yi
    (0xA980, 0xA9DF),  # Javanese
    (0xAA00, 0xAADF),  # Cham, Myanmar, Tai Viet
    (0xF900, 0xFAFF),
    (0xFF66, 0xFF9F),  # half-width kana
    (0x16FE0, 0x1B2FF),  # Tangut, Khitan, kana, Nushu
)


@cache
def kinds() -> Bytes:
    """Return what kind every character of the first two planes is; shape (0x20000,)."""
    categories = "".join(map(unicodedata.category, map(chr, range(_LIMIT))))
    pairs = np.frombuffer(categories.encode("ascii"), np.uint8).reshape(-1, 2)
    first, second = pairs[:, 0], pairs[:, 1]
    letters = (first == ord("L")) | ((first == ord("M")) & (second != ord("e")))
    digits = (first == ord("N")) & (second == ord("d"))
    found = np.where(letters, np.uint8(_LETTER), np.uint8(_OTHER))
    found[digits] = _DIGIT
    for low, high in _UNSPACED:
        span = slice(low, high + 1)
        # Han numerals are numbers by their category and characters by their use.
        is_single = letters[span] | (first[span] == ord("N")) & ~digits[span]
        found[span][is_single] = _SINGLE
    # Circled and parenthesised numbers are marks of lists.
    found[0x3220:0x33FF] = _OTHER
    found[[ord(char) for char in map(chr, range(0x3001)) if char.isspace()]] = _WHITE
    return found


@njit(cache=True, nogil=True, inline="always")
def _point(text: Bytes, at: int) -> tuple[int, int]:
    """Return the character at `at` and how many bytes it has."""
    byte = int(text[at])
    if byte < 0x80:
        return byte, 1
    if byte >= 0xF0:
        point = (byte & 7) << 18 | (int(text[at + 1]) & 63) << 12
        return point | (int(text[at + 2]) & 63) << 6 | (int(text[at + 3]) & 63), 4
    if byte >= 0xE0:
        return (byte & 15) << 12 | (int(text[at + 1]) & 63) << 6 | (int(text[at + 2]) & 63), 3
    return (byte & 31) << 6 | (int(text[at + 1]) & 63), 2


@njit(cache=True, nogil=True, inline="always")
def _kind(kind_of: Bytes, point: int) -> int:
    if 0x4E00 <= point <= 0x9FFF:
        return _SINGLE
    if point < _LIMIT:
        return int(kind_of[point])
    return _SINGLE if point < 0x40000 else _OTHER


@njit(cache=True, nogil=True)
def read_characters(
    text: Bytes,
    kind_of: Bytes,
    codes: Int32,
    places: Int32,
    runs: Bytes,
    going_on: bool,  # noqa: FBT001 - a kernel takes no keywords
) -> tuple[int, int, int, int]:
    """Write the symbols of a text, characters and runs.

    Args:
        text: UTF-8.
        kind_of: see `kinds`.
        codes: receives codes and boundaries, no boundary twice in a row; those of runs are
            `RUNS` and have to be added to. Shape (len(text) + 1,) is enough.
        places: receives where in the text each symbol begins; of length 0 if not wanted.
        runs: receives the runs, each followed by a space; shape (2 * len(text),) is enough.
        going_on: the text begins within a line.

    Returns:
        How many codes, runs, and bytes of runs were written, and where the text was left: at
        its end, or where a run begins that may go on behind it.
    """
    end = len(text)
    n = n_runs = n_bytes = 0
    at = 0
    is_blank = not going_on
    while at < end:
        point, size = _point(text, at)
        kind = _kind(kind_of, point)
        if kind == _SINGLE:
            if len(places):
                places[n] = at
            codes[n] = point
            n += 1
            at += size
            is_blank = False
        elif kind in (_LETTER, _DIGIT):
            begin = at
            while True:
                at += size
                if at >= end:
                    break
                point, size = _point(text, at)
                if _kind(kind_of, point) != kind or at + size - begin > LONGEST:
                    break
            if at >= end:
                return n, n_runs, n_bytes, begin
            for i in range(begin, at):
                runs[n_bytes] = text[i]
                n_bytes += 1
            runs[n_bytes] = 0x20
            n_bytes += 1
            n_runs += 1
            if len(places):
                places[n] = begin
            codes[n] = RUNS
            n += 1
            is_blank = False
        else:
            at += size
            if point == 10:
                code = BLANK if is_blank else LINE
                if n > 0 and codes[n - 1] == BOUNDARY:
                    n -= 1
                codes[n] = code
                n += 1
                is_blank = True
            else:
                if kind != _WHITE:
                    is_blank = False
                if n == 0 or codes[n - 1] > 0:
                    codes[n] = BOUNDARY
                    n += 1
    return n, n_runs, n_bytes, at


@njit(cache=True, nogil=True)
def read_words(
    text: Bytes,
    kind_of: Bytes,
    codes: Int32,
    places: Int32,
    runs: Bytes,
    going_on: bool,  # noqa: FBT001 - a kernel takes no keywords
) -> tuple[int, int, int, int]:
    """Write the symbols of a text, words between white space; else as `read_characters`."""
    end = len(text)
    n = n_runs = n_bytes = 0
    at = 0
    is_blank = not going_on
    while at < end:
        point, size = _point(text, at)
        kind = _kind(kind_of, point)
        if point == 10:
            if n > 0 and codes[n - 1] == BOUNDARY:
                n -= 1
            codes[n] = BLANK if is_blank else LINE
            n += 1
            is_blank = True
            at += size
        elif kind == _WHITE:
            at += size
        elif kind == _OTHER:
            is_blank = False
            if n == 0 or codes[n - 1] > 0:
                codes[n] = BOUNDARY
                n += 1
            at += size
        else:
            is_blank = False
            begin = stop = at
            while at < end and at + size - begin <= LONGEST:
                if kind == _WHITE or point == 10:
                    break
                at += size
                if kind != _OTHER:
                    stop = at
                if at < end:
                    point, size = _point(text, at)
                    kind = _kind(kind_of, point)
            if at >= end:
                return n, n_runs, n_bytes, begin
            # What comes behind the last letter is punctuation, read once more as that.
            at = stop
            for i in range(begin, stop):
                runs[n_bytes] = text[i]
                n_bytes += 1
            runs[n_bytes] = 0x20
            n_bytes += 1
            n_runs += 1
            if len(places):
                places[n] = begin
            codes[n] = RUNS
            n += 1
    return n, n_runs, n_bytes, at


@njit(cache=True, nogil=True)
def number_runs(codes: Int32, ids: Int32, counts: Int64, last: int) -> tuple[int, bool]:
    """Give each run among `codes` its number, and count all symbols.

    Args:
        codes: what was read; the codes of runs are completed in place.
        ids: the numbers of the runs, in the order of the text.
        counts: of each code, added to.
        last: the code before.

    Returns:
        How many symbols have another one right before them, and whether there is a blank line.
    """
    run = 0
    n_pairs = 0
    has_blank = False
    for i in range(len(codes)):
        code = codes[i]
        if code == RUNS:
            code = np.int32(RUNS + ids[run])
            codes[i] = code
            run += 1
        if code > 0:
            counts[code] += 1
            n_pairs += last > 0
        elif code == BLANK:
            has_blank = True
        last = code
    return n_pairs, has_blank
