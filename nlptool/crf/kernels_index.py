"""From a text to the tables of its records: numba loops over positions and tuples.

What the tables are is in kernels_features.py. Slow form: tests/naive_crf_features.py.
"""

from typing import Any

import numpy as np

from nlptool.core.compiling import njit
from nlptool.crf.kernels_features import (
    HASHED,
    NONE,
    Index,
    Int32,
    Int64,
    Words,
    fill_keys,
    place_of,
    shift_of,
)

_0 = np.uint64(0)
_1 = np.uint64(1)


@njit(cache=True, nogil=True)
def number_tuples(
    ids: Int32, starts: Int64, pad: int, shape: int, index: Index, numbers: Int32
) -> Any:
    """Number the different tuples that a shape sees in a text, as they come.

    Args:
        ids: see `fill_rows`.
        starts: see `fill_all`.
        pad: see `fill_rows`.
        shape: which one.
        index: its refs; the tables are not looked at.
        numbers: receives the tuple's number at each position, -1 where no slot looks; shape
            (n_padded,).

    Returns:
        Of each tuple its key, how often it was seen, and where first; shape (n_tuples,) each.
    """
    refs = index.refs[index.ref_begins[shape] : index.ref_begins[shape + 1]]
    factors = index.factors[index.ref_begins[shape] : index.ref_begins[shape + 1]]
    kind = index.kinds[shape]
    near = np.empty(0, np.uint64)
    keys = np.empty(1 << 10, np.uint64)
    counts = np.zeros(1 << 10, np.int64)
    where = np.zeros(1 << 10, np.int64)
    table = np.zeros(1 << 11, np.int32)
    shift = np.uint64(53)
    n = 0
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        low = begin + pad + index.spans[shape, 0]
        high = end - pad + index.spans[shape, 1] if end - begin > 2 * pad else low
        numbers[begin:low] = NONE
        numbers[high:end] = NONE
        if high - low > len(near):
            near = np.empty(2 * (high - low), np.uint64)
        fill_keys(ids, low, refs, factors, kind, near[: high - low])
        for at in range(low, high):
            key = near[at - low]
            wrap = np.uint64(len(table) - 1)
            place = place_of(key, shift)
            while table[place] != 0 and keys[table[place] - 1] != key:
                place = (place + _1) & wrap
            if table[place] != 0:
                number = table[place] - 1
                counts[number] += 1
                numbers[at] = number
                continue
            if n == len(keys):
                keys, counts, where = _doubled(keys), _doubled(counts), _doubled(where)
                table = np.zeros(2 * len(table), np.int32)
                wrap = np.uint64(len(table) - 1)
                shift -= _1
                for old in range(n):
                    place = place_of(keys[old], shift)
                    while table[place] != 0:
                        place = (place + _1) & wrap
                    table[place] = old + 1
                place = place_of(key, shift)
                while table[place] != 0:
                    place = (place + _1) & wrap
            keys[n] = key
            counts[n] = 1
            where[n] = at
            numbers[at] = n
            n += 1
            table[place] = n
    return keys[:n], counts[:n], where[:n]


@njit(cache=True, nogil=True)
def _doubled(array: Any) -> Any:
    """Return a copy with as many zeros behind it."""
    longer = np.zeros(2 * len(array), array.dtype)
    for i in range(len(array)):
        longer[i] = array[i]
    return longer


@njit(cache=True, nogil=True)
def turn_rows(numbers: Int32, n_records: Int64, rows: Int32) -> None:
    """Put what each shape sees side by side, leaving out what has no record.

    Args:
        numbers: of tuples, -1 for none; shape (n_shapes, n_padded).
        n_records: of each shape: tuples of higher numbers are left out.
        rows: receives them; shape (n_padded, n_shapes).
    """
    for at in range(len(rows)):
        for s in range(len(numbers)):
            number = numbers[s, at]
            rows[at, s] = number if number < n_records[s] else NONE


@njit(cache=True, nogil=True)
def fill_table(keys: Words, kind: int, bits: np.uint64, cells: Words) -> None:
    """Put records into an empty hash table.

    Args:
        keys: of each record, all different; shape (n_records,).
        kind: of a HASHED key only the upper bits are kept; the lower ones say where it is.
        bits: of a cell, how many are the record's.
        cells: the table; a power of two long, and longer than there are records.
    """
    shift = shift_of(len(cells))
    wrap = np.uint64(len(cells) - 1)
    for record in range(len(keys)):
        key = keys[record]
        place = place_of(key, shift)
        while cells[place] != _0:
            place = (place + _1) & wrap
        tag = key >> bits if kind == HASHED else key
        cells[place] = (tag << bits) | np.uint64(record + 1)
