"""Decimal numbers out of bytes, many at a time: what makes text vectors quick to read.

`float()` and numpy's parsers take each number apart digit by digit. Here eight digits are one
64-bit integer, and numpy works on the same step of all numbers at once.
"""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
Bytes = NDArray[np.uint8]
_Words = NDArray[np.uint64]

_DOT, _MINUS, _PLUS = b".-+"
_PAD = 16
# _TAIL[n] keeps the last n of eight characters.
_TAIL = np.array([((1 << 8 * n) - 1) << 8 * (8 - n) for n in range(9)], np.uint64)
_POWERS = 10 ** np.arange(17, dtype=np.int64)
# Up to here a whole part, a point and n digits stay far from an int64's end.
_WHOLE_LIMITS = 2**53 // _POWERS
_ZEROS = np.uint64(0x3030303030303030)
_HIGH = np.uint64(0x8080808080808080)
_ABOVE_9 = np.uint64(0x7676767676767676)
_PAIRS = np.uint64(0x000000FF000000FF)
_LOW_PAIRS = np.uint64(100 + (1_000_000 << 32))
_HIGH_PAIRS = np.uint64(1 + (10_000 << 32))


def parse_decimals(data: Bytes, starts: IntArray, ends: IntArray) -> FloatArray:
    """Return the numbers that are written in some spans of text.

    Each is what `float` gives, rounded to float32.

    Args:
        data: ASCII text.
        starts: where each number begins; rising; shape (n,).
        ends: where each ends, after its start and not behind the next start; shape (n,).

    Returns:
        Shape (n,).

    Raises:
        ValueError: a span is not a number.

    Source:
        Eight digits at once: the usual reduction of bytes to pairs, to fours, to eight by
        multiplications in one 64-bit word. A quotient of a whole number below 2**53 and a
        power of ten up to 10**22 is correctly rounded: Clinger, How to Read Floating Point
        Numbers Accurately, PLDI 1990, section 5. Slow form: tests/naive_vectors.py.
    """
    dots, plain = _dots(data, starts, ends)
    first = data[starts]
    n_whole = dots - starts - ((first == _MINUS) | (first == _PLUS))
    n_fraction = ends - dots - 1
    plain &= (n_whole >= 0) & (n_whole <= 8) & (n_fraction <= 16) & (n_whole + n_fraction > 0)
    # Spans that are not plain get any lengths that are in range; they are done again below.
    n_whole = np.where(plain, n_whole, 0)
    n_fraction = np.where(plain, n_fraction, 0)

    text = np.concatenate([np.full(_PAD, ord("0"), np.uint8), data])
    eights: _Words = np.ndarray((len(text) - 7,), np.dtype("<u8"), text, 0, (1,))
    low = np.minimum(n_fraction, 8)
    fraction, good = _digits(eights[ends + (_PAD - 8)], low)
    plain &= good
    if int(n_fraction.max(initial=0)) > 8:
        high, good = _digits(eights[ends + (_PAD - 16)], n_fraction - low)
        fraction += high * _POWERS[8]
        plain &= good
    whole, good = _digits(eights[dots + (_PAD - 8)], n_whole)
    plain &= good & (whole <= _WHOLE_LIMITS[n_fraction])
    powers = _POWERS[n_fraction]
    mantissa = whole * powers + fraction
    plain &= mantissa < 2**53
    values = mantissa / powers
    numbers = np.where(first == _MINUS, -values, values)
    with np.errstate(over="ignore"):
        for i in np.flatnonzero(~plain).tolist():
            numbers[i] = to_float(data[starts[i] : ends[i]].tobytes())
        rounded: FloatArray = numbers.astype(np.float32)
    return rounded


def to_float(text: bytes) -> float:
    """Return the number that a text is.

    Raises:
        ValueError: it is none; Python's "1_000" is none.
    """
    if b"_" in text:
        raise ValueError(text)
    return float(text)


def _dots(data: Bytes, starts: IntArray, ends: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return where the point of each span is, and whether it has one (or several)."""
    dots = np.flatnonzero(data == _DOT)
    if len(dots) == len(starts):
        inside = (dots >= starts) & (dots < ends)
        if inside.all():
            return dots, inside
    dots = np.append(dots, len(data))[np.searchsorted(dots, starts)]
    inside = dots < ends
    return np.where(inside, dots, starts), inside


def _digits(eights: _Words, n: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return the number in the last n of eight characters, and whether they are digits."""
    digits = (eights ^ _ZEROS) & _TAIL[n]
    good = ((digits | (digits + _ABOVE_9)) & _HIGH) == 0
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    eight = (pairs & _PAIRS) * _LOW_PAIRS + ((pairs >> np.uint64(16)) & _PAIRS) * _HIGH_PAIRS
    return (eight >> np.uint64(32)).astype(np.int64), good
