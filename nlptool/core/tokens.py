"""Tokens in raw UTF-8 bytes: where they begin and stop, and a key for each; numba loops.

A token is what `str.split()` gives: text between Unicode white space. Eight bytes are looked
at together; a byte that may begin white space is then looked at for itself.

The key of a token is two words. Below `EXACT` bytes it is the token itself and its length, so
that equal keys are equal tokens; else it is a hash of 120 bits, and the bytes tell.
Slow form: tests/naive_encode.py.
"""

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]  # it has no types
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from nlptool.core.vocab import LONGEST

Bytes = NDArray[np.uint8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Words = NDArray[np.uint64]

EXACT = 16

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
_ONES = np.uint64(0x0101010101010101)
_HIGH = np.uint64(0x8080808080808080)
_BELOW = np.uint64(0x2121212121212121)
_LEAD_MASK = np.uint64(0xFCFCFCFCFCFCFCFC)
_LEAD_3 = np.uint64(0xE0E0E0E0E0E0E0E0)
_LEAD_2 = np.uint64(0xC2C2C2C2C2C2C2C2)
_PACK = np.uint64(0x0102040810204080)
_LONG = np.uint64(0xFF00000000000000)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xD6E8FEB86659FD93)
_1 = np.uint64(1)
_7 = np.uint64(7)
_32 = np.uint64(32)
_56 = np.uint64(56)


@intrinsic
def _load8(_: Any, data: Any, index: Any) -> Any:
    """Read 8 bytes at any address: numba has no unaligned load of its own."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        place = builder.gep(array.data, [args[1]])
        return builder.load(builder.bitcast(place, ir.IntType(64).as_pointer()), align=1)

    return types.uint64(data, types.int64), generate


@intrinsic
def _first_bit(_: Any, word: Any) -> Any:
    """Count the zero bits below the lowest one bit of a word that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.IntType(1)(1))

    return types.int64(types.uint64), generate


@njit(cache=True, nogil=True, inline="always")
def _suspects(word: np.uint64) -> np.uint64:
    """Return a bit for each of 8 bytes: may it begin white space (below 0x21, C2, E0-E3)?

    A borrow may also mark a byte behind a marked one.
    """
    spaces = (word - _BELOW) & ~word
    threes = (word & _LEAD_MASK) ^ _LEAD_3
    twos = word ^ _LEAD_2
    found = (spaces | ((threes - _ONES) & ~threes) | ((twos - _ONES) & ~twos)) & _HIGH
    return ((found >> _7) * _PACK) >> _56


@njit(cache=True, nogil=True)
def _space_at(text: Bytes, at: int) -> int:
    """Return how many bytes the white space at `at` has; 0 if there is none."""
    byte = text[at]
    if byte < 0x21:
        return 1 if 9 <= byte <= 13 or byte >= 28 else 0
    if byte < 0xC2 or byte > 0xE3:
        return 0
    second = text[at + 1] if at + 1 < len(text) else 0
    if byte == 0xC2:
        return 2 if second == 0x85 or second == 0xA0 else 0
    third = text[at + 2] if at + 2 < len(text) else 0
    if byte == 0xE1:
        space = second == 0x9A and third == 0x80
    elif byte == 0xE2 and second == 0x80:
        space = 0x80 <= third <= 0x8A or third == 0xA8 or third == 0xA9 or third == 0xAF
    elif byte == 0xE2:
        space = second == 0x81 and third == 0x9F
    else:
        space = byte == 0xE3 and second == 0x80 and third == 0x80
    return 3 if space else 0


@njit(cache=True, nogil=True)
def split(text: Bytes, at: int, look: int, begins: Int64, stops: Int64) -> tuple[int, int, int]:
    """Find the next tokens of a text.

    Args:
        text: UTF-8.
        at: where the next token begins.
        look: from where on white space is sought; at least `at`.
        begins: receives where tokens begin; more than 64 places.
        stops: receives where they stop, at white space or the end; some are empty.

    Returns:
        How many there are, and the new `at` and `look`.
    """
    end = len(text)
    n = 0
    while look < end and n + 64 < len(begins):
        suspects = _ALL
        if look + 64 <= end:
            suspects = np.uint64(0)
            for i in range(8):
                suspects |= _suspects(_load8(text, look + 8 * i)) << np.uint64(8 * i)
        while suspects != np.uint64(0):
            stop = look + _first_bit(suspects)
            suspects &= suspects - _1
            if stop >= end:
                break
            width = 1
            if text[stop] != 0x20:
                width = _space_at(text, stop)
                if width == 0:
                    continue
            begins[n] = at
            stops[n] = stop
            n += 1
            at = stop + width
        look += 64
    if look >= end and at < end:
        begins[n] = at
        stops[n] = end
        n += 1
        at = end
    return n, at, look


@njit(cache=True, nogil=True)
def _long_key(text: Bytes, at: int, size: int) -> tuple[np.uint64, np.uint64]:
    """Return the key of a token of `EXACT` bytes or more."""
    low = np.uint64(size) * _MIX
    high = low
    for i in range(0, size, 8):
        word = _load8(text, at + min(i, size - 8))
        low = (low ^ word) * _STEP
        low ^= low >> _32
        high = (high ^ (high >> _32) ^ word) * _MIX
    return low, high | _LONG


@njit(cache=True, nogil=True)
def _tail_key(text: Bytes, at: int, size: int) -> tuple[np.uint64, np.uint64]:
    """Return the key of a token of 1 to 15 bytes, reading nothing behind it."""
    low = np.uint64(0)
    high = np.uint64(size) << _56
    for i in range(size):
        if i < 8:
            low |= np.uint64(text[at + i]) << np.uint64(8 * i)
        else:
            high |= np.uint64(text[at + i]) << np.uint64(8 * i - 64)
    return low, high


@njit(cache=True, nogil=True, inline="always")
def key(text: Bytes, at: int, size: int) -> tuple[np.uint64, np.uint64]:
    """Return the key of the token of `size` >= 1 bytes at `at`; the second word is never 0."""
    if size >= EXACT:
        low, high = _long_key(text, at, size)
    elif at + 16 <= len(text):
        low = _load8(text, at) & (_ALL >> np.uint64(64 - 8 * min(size, 8)))
        high = _load8(text, at + 8) & ~(_ALL << np.uint64(8 * max(size, 8) - 64))
        high |= np.uint64(size) << _56
    else:
        low, high = _tail_key(text, at, size)
    return low, high


@njit(cache=True, nogil=True, inline="always")
def code(low: np.uint64, high: np.uint64) -> np.uint64:
    """Return the 64-bit hash of a key; its upper bits are the best."""
    return (low ^ (low >> _32) ^ (high * _STEP)) * _MIX


@njit(cache=True, nogil=True)
def same(text: Bytes, at: int, other: Bytes, start: int, size: int) -> bool:
    """Tell if two tokens of the same `size` >= 8 bytes are equal."""
    for i in range(0, size, 8):
        step = min(i, size - 8)
        if _load8(text, at + step) != _load8(other, start + step):
            return False
    return True


@njit(cache=True, nogil=True)
def piece_end(text: Bytes, begin: int) -> int:
    """Return where to cut a token of more than `LONGEST` bytes: between two characters."""
    end = begin + LONGEST
    while end > begin + LONGEST - 3 and text[end] & 0xC0 == 0x80:
        end -= 1
    return end


@njit(cache=True, nogil=True)
def last_begin(text: Bytes) -> int:
    """Return where the token begins that goes to the end of the text; the end if none does."""
    begins = np.empty(1024, np.int64)
    stops = np.empty(1024, np.int64)
    at = 0
    look = 0
    begin = len(text)
    while look < len(text):
        n, at, look = split(text, at, look, begins, stops)
        if n > 0 and stops[n - 1] == len(text):
            begin = begins[n - 1]
    return begin
