"""Text into characters, many at a time."""

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray


def characters(text: bytes) -> bytes:
    """Segment text into characters; runs of letters and digits of alphabets stay whole.

    Alphabets are all scripts whose words consist of letters: not Han, not kana.

    Args:
        text: UTF-8.

    Returns:
        As many lines.
    """
    points = np.frombuffer(text.decode().encode("utf-32-le"), np.uint32)
    kinds = _kinds()[np.minimum(points, 0xFFFF)]
    shown = np.flatnonzero(kinds != _WHITE)
    if not len(shown):
        return b""
    kinds = kinds[shown]
    left, right = kinds[:-1], kinds[1:]
    apart = (left != _NEWLINE) & (right != _NEWLINE)
    apart &= (left != _LETTERS) | (right != _LETTERS) | (np.diff(shown) > 1)
    result = np.full(len(shown) + int(apart.sum()), ord(" "), np.uint32)
    places = np.arange(len(shown))
    places[1:] += np.cumsum(apart)
    result[places] = points[shown]
    return result.tobytes().decode("utf-32-le").encode()


def pairs(text: bytes) -> bytes:
    """Segment text into pairs of neighbouring characters: 中国人 is 中国 国人.

    What has white space between is no pair, and a character that stands alone is in none.

    Args:
        text: UTF-8.

    Returns:
        As many lines.
    """
    points = np.frombuffer(text.decode().encode("utf-32-le"), np.uint32)
    kinds = _kinds()[np.minimum(points, 0xFFFF)]
    is_white = (kinds == _WHITE) | (kinds == _NEWLINE)
    begins = np.flatnonzero(~(is_white[:-1] | is_white[1:]))
    ends = np.flatnonzero(kinds == _NEWLINE)
    lines = np.searchsorted(ends, begins)
    cells = np.full((len(begins) + len(ends), 3), _NOTHING, np.uint32)
    rows = np.arange(len(begins)) + lines
    cells[rows, 1], cells[rows, 2] = points[begins], points[begins + 1]
    cells[rows[np.diff(lines, prepend=-1) == 0], 0] = ord(" ")
    cells[np.arange(len(ends)) + np.searchsorted(begins, ends), 0] = ord("\n")
    shown: NDArray[np.uint32] = cells[cells != _NOTHING]
    return shown.tobytes().decode("utf-32-le").encode()


_SINGLE, _LETTERS, _WHITE, _NEWLINE = range(4)
_NOTHING = np.uint32(0xFFFFFFFF)


@cache
def _kinds() -> NDArray[np.uint8]:
    """Return what every character up to U+FFFF is; the last stands for all beyond."""
    kinds = np.zeros(1 << 16, np.uint8)
    for point in range(1 << 16):
        char = chr(point)
        alphabet = point < 0x2E80 or 0xA000 <= point < 0xD800 or 0xFB00 <= point < 0xFFA0
        if char.isspace():
            kinds[point] = _WHITE
        elif alphabet and unicodedata.category(char) in (
            "Lu",
            "Ll",
            "Lt",
            "Lm",
            "Lo",
            "Mn",
            "Mc",
            "Nd",
        ):
            kinds[point] = _LETTERS
    kinds[ord("\n")] = _NEWLINE
    # Half-width kana are kana.
    kinds[0xFF66:0xFFA0] = _SINGLE
    return kinds
