"""Numbers to and from decimal text, many at a time: what makes text vectors quick.

`float()`, `str()` and numpy's own take each number apart digit by digit. Here four or eight
digits are one integer, and numpy works on the same step of all numbers at once.
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
# Writing: a sign and up to three digits, a point, twelve digits, a space; unused ones are 0.
_WIDTH = 18
_PLACES = 10**12
_BOUNDS = np.array([1e-3, 1e-2, 1e-1, 1, 10, 100])


def _as_text(strings: list[str]) -> Bytes:
    """Return strings of at most four characters as rows of four bytes."""
    return np.array(strings, "S4").view(np.uint8).reshape(-1, 4)


_WHOLE_TEXT = _as_text([f"{sign}{i}" for sign in ("", "-") for i in range(1000)])
# The second half lacks the zeros at the end.
_FOURS_TEXT = _as_text(
    [f"{i:04}" for i in range(10_000)] + [f"{i:04}".rstrip("0") for i in range(10_000)]
)
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


def format_decimals(values: FloatArray) -> list[bytes]:
    """Return rows of numbers as text, a space between them.

    Each number has as few digits as read back as the same float32, at most nine.

    Args:
        values: shape (n_rows, n_columns).

    Returns:
        One text for each row.

    Source:
        Nine digits tell all float32 apart: Matula, In-and-Out Conversions, CACM 1968. Slow
        form: `numpy.float32.__str__`.
    """
    flat = np.abs(values).ravel()
    usual = (flat >= 1e-4) & (flat < 1000)
    exact = np.where(usual, flat, 1).astype(np.float64)
    scale = 8 - (np.searchsorted(_BOUNDS, exact, side="right") - 4)
    digits = np.zeros(len(flat), np.int64)
    open_ = np.ones(len(flat), bool)
    for dropped in (3, 2, 1, 0):
        powers = _POWERS[np.maximum(scale - dropped, 0)]
        rounded = np.rint(exact * powers)
        # The same quotient that a reader computes, rounded to float32 as it does.
        fits = open_ & ((rounded / powers).astype(np.float32) == flat)
        digits = np.where(fits, rounded.astype(np.int64) * (_PLACES // powers), digits)
        open_ &= ~fits
    usual &= ~open_
    whole, fraction = np.divmod(digits, _PLACES)
    high, rest = np.divmod(fraction, 10**8)
    middle, low = np.divmod(rest, 10**4)
    text = np.zeros((len(flat), _WIDTH), np.uint8)
    text[:, :4] = _WHOLE_TEXT[whole + 1000 * np.signbit(values).ravel()]
    text[:, 4] = _DOT
    text[:, 5:9] = _FOURS_TEXT[high + 10_000 * (rest == 0)]
    text[:, 9:13] = _FOURS_TEXT[middle + 10_000 * (low == 0)]
    text[:, 13:17] = _FOURS_TEXT[low + 10_000]
    text[(rest == 0) & (high == 0), 5] = ord("0")
    odd = np.flatnonzero(~usual)
    if len(odd):
        spelled = values.ravel()[odd].astype(f"S{_WIDTH}")
        text[odd] = spelled.view(np.uint8).reshape(-1, _WIDTH)
    text[:, -1] = ord(" ")
    written = text != 0
    ends = np.cumsum(written.reshape(len(values), _WIDTH * values.shape[1]).sum(axis=1)).tolist()
    joined = text[written].tobytes()
    return [joined[start : end - 1] for start, end in zip([0, *ends], ends, strict=False)]


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
