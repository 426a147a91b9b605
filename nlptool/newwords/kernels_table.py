"""A table of numbers as text; a numba loop."""

import numpy as np
from numba import njit

from nlptool.newwords.kernels_text import Bytes
from nlptool.newwords.kernels_windows import Int64

CELL = 26
"""Bytes of a number and what stands before it, at most."""

UNKNOWN = np.iinfo(np.int64).min
"""What is left blank."""


@njit(cache=True, nogil=True)
def write_rows(words: Bytes, numbers: Int64, decimals: Int64, out: Bytes) -> int:
    """Write lines of a word and its numbers, separated by tabs; return how many bytes.

    Args:
        words: UTF-8, each followed by a line feed.
        numbers: of each word; shape (n_words, n_columns).
        decimals: of each column, how many digits stand behind the point; shape (n_columns,).
        out: receives the lines; `CELL` bytes for each number are enough.
    """
    digits = np.empty(CELL, np.uint8)
    at = 0
    n = 0
    for row in range(len(numbers)):
        while words[at] != 10:
            out[n] = words[at]
            n += 1
            at += 1
        at += 1
        for column in range(len(decimals)):
            out[n] = 9
            n += 1
            number = numbers[row, column]
            if number == UNKNOWN:
                continue
            if number < 0:
                out[n] = 0x2D
                n += 1
                number = -number
            size = 0
            while number > 0 or size <= decimals[column]:
                if size == decimals[column] and size > 0:
                    digits[size] = 0x2E
                    size += 1
                digits[size] = 0x30 + number % 10
                size += 1
                number //= 10
                if number == 0 and size > decimals[column]:
                    break
            for i in range(size - 1, -1, -1):
                out[n] = digits[i]
                n += 1
        out[n] = 10
        n += 1
    return n
