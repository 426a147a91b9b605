"""From ids to records: numba loops over the positions of a text.

A record is what a model knows of one tuple of tokens: for each shape (see template.py) they
are numbered from 0, the most frequent first. A cell of a table is 0 where nothing is, else

    bits 0 to `bits` - 1   the record's number + 1
    the bits above         what tells the tuple from others: all of its key, or the upper bits
                           of a hash

A shape of one token has a cell for each id. A longer one has an open hash table, in which a
tuple is found by one multiplication and, nearly always, one cell. How the tables are built is
in kernels_index.py. Slow form: tests/naive_crf_features.py.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Words = NDArray[np.uint64]

DIRECT, EXACT, HASHED = range(3)
"""How a shape's records are found: by the one id, by the tuple as one number, by a hash of it."""

NONE = -1
"""No record."""

_BLOCK = 128

_0 = np.uint64(0)
_1 = np.uint64(1)
_32 = np.uint64(32)
_64 = np.uint64(64)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX = np.uint64(0xD6E8FEB86659FD93)


class Index(NamedTuple):
    """The records of all shapes, as the kernels want them.

    Args:
        cells: the tables of all shapes, one after the other.
        begins: where each shape's table begins; shape (n_shapes + 1,). All but the direct ones
            are powers of two long, and have an empty cell.
        kinds: how each shape's records are found; shape (n_shapes,).
        bits: how many bits of a cell are the record's; shape (n_shapes,).
        refs: (row, column) of what the shapes look at; shape (n_refs, 2).
        factors: of each ref, what its id is multiplied with in an exact key; shape (n_refs,).
        ref_begins: where each shape's refs begin; shape (n_shapes + 1,).
        spans: the least and the largest shift of each shape's slots, and its last row; shape
            (n_shapes, 3).
    """

    cells: Words
    begins: Int64
    kinds: Int64
    bits: Words
    refs: Int64
    factors: Words
    ref_begins: Int64
    spans: Int64


@njit(cache=True, nogil=True)
def shift_of(n_cells: int) -> np.uint64:
    """Return what `place_of` shifts by for a table of a power of two."""
    shift = _64
    while n_cells > 1:
        n_cells >>= 1
        shift -= _1
    return shift


@njit(cache=True, nogil=True)
def place_of(key: np.uint64, shift: np.uint64) -> np.uint64:
    """Return the first cell for a key, in a table of 2**(64 - shift) cells."""
    mixed = (key ^ (key >> _32)) * GOLDEN
    return mixed >> shift


@njit(cache=True, nogil=True)
def fill_keys(ids: Int32, at: int, refs: Int64, factors: Words, kind: int, keys: Words) -> None:
    """Write the keys of the tuples that a shape sees from positions in a row.

    Args:
        ids: of all columns; shape (n_columns, n_padded).
        at: the first position.
        refs: (row, column) of what the shape looks at; shape (n_refs, 2).
        factors: what each id is multiplied with in an exact key; shape (n_refs,).
        kind: DIRECT and EXACT write the ids as digits of one number, HASHED mixes them.
        keys: receives the keys; one for each position.
    """
    keys[:] = _0
    for j in range(len(refs)):
        row = ids[refs[j, 1]]
        first = at + refs[j, 0]
        factor = factors[j]
        if kind == HASHED:
            for i in range(len(keys)):
                key = (keys[i] + np.uint64(row[first + i]) + _1) * MIX
                keys[i] = key ^ (key >> _32)
        else:
            for i in range(len(keys)):
                keys[i] += np.uint64(row[first + i]) * factor


@njit(cache=True, nogil=True)
def fill_shape(
    ids: Int32, low: int, high: int, s: int, index: Index, rows: Int32, column: int
) -> None:
    """Look up a shape at positions in a row.

    Args:
        ids: of all columns; shape (n_columns, n_padded).
        low: the first position.
        high: behind the last.
        s: the shape.
        index: the records.
        rows: receives the records, -1 for none; shape (n_padded, any).
        column: of the shape in `rows`.
    """
    keys = np.empty(_BLOCK, np.uint64)
    near = np.empty(_BLOCK, np.uint64)
    todo = np.empty(_BLOCK, np.int64)
    mask = (_1 << index.bits[s]) - _1
    for block in range(low, high, _BLOCK):
        n = min(_BLOCK, high - block)
        look_up(ids, block, block + n, s, index, keys, near, todo)
        for i in range(n):
            rows[block + i, column] = np.int64(near[i] & mask) - 1


@njit(cache=True, nogil=True)
def look_up(
    ids: Int32, low: int, high: int, s: int, index: Index, keys: Words, near: Words, todo: Int64
) -> None:
    """Find the cells of a shape at positions in a row.

    Args:
        ids: of all columns; shape (n_columns, n_padded).
        low: the first position.
        high: behind the last.
        s: the shape.
        index: the records.
        keys: to work in; shape (high - low or more,), and so todo.
        near: receives the cells, 0 for none; the same shape.
        todo: see there.
    """
    n = high - low
    refs = index.refs[index.ref_begins[s] : index.ref_begins[s + 1]]
    factors = index.factors[index.ref_begins[s] : index.ref_begins[s + 1]]
    cells = index.cells[index.begins[s] : index.begins[s + 1]]
    kind, bits = index.kinds[s], index.bits[s]
    if kind == DIRECT:
        if len(refs) == 0:
            near[:n] = cells[0]
        else:
            seen = ids[refs[0, 1], low:high]
            for i in range(n):
                near[i] = cells[seen[i]]
        return
    wrap, shift = np.uint64(len(cells) - 1), shift_of(len(cells))
    dropped = bits if kind == HASHED else _0
    fill_keys(ids, low, refs, factors, kind, keys[:n])
    # Without a branch between, so that many cells are on their way at a time.
    for i in range(n):
        near[i] = cells[place_of(keys[i], shift)]
    n_todo = 0
    for i in range(n):
        todo[n_todo] = i
        n_todo += (near[i] != _0) & (near[i] >> bits != keys[i] >> dropped)
    # Most of the others are one cell further: again no branch, for nobody could foretell it.
    n_more = 0
    for j in range(n_todo):
        i = todo[j]
        cell = cells[(place_of(keys[i], shift) + _1) & wrap]
        near[i] = cell
        todo[n_more] = i
        n_more += (cell != _0) & (cell >> bits != keys[i] >> dropped)
    for j in range(n_more):
        i = todo[j]
        place = (place_of(keys[i], shift) + _1) & wrap
        cell = near[i]
        while cell != _0 and cell >> bits != keys[i] >> dropped:
            place = (place + _1) & wrap
            cell = cells[place]
        near[i] = cell


@njit(cache=True, nogil=True)
def find_record(ids: Int32, at: int, s: int, index: Index) -> int:
    """Return the record that a shape sees from one position, -1 for none; see `fill_shape`."""
    refs = index.refs[index.ref_begins[s] : index.ref_begins[s + 1]]
    begin = index.begins[s]
    kind = index.kinds[s]
    if kind == DIRECT:
        seen = np.int64(ids[refs[0, 1], at]) if len(refs) > 0 else 0
        return int(np.int64(index.cells[begin + seen]) - 1)
    key = _0
    for j in range(len(refs)):
        one = np.uint64(ids[refs[j, 1], at + refs[j, 0]])
        if kind == HASHED:
            key = (key + one + _1) * MIX
            key ^= key >> _32
        else:
            key += one * index.factors[index.ref_begins[s] + j]
    n_cells = index.begins[s + 1] - begin
    bits = index.bits[s]
    tag = key >> bits if kind == HASHED else key
    place = np.int64(place_of(key, shift_of(n_cells)))
    cell = index.cells[begin + place]
    while cell != _0 and cell >> bits != tag:
        place = (place + 1) & (n_cells - 1)
        cell = index.cells[begin + place]
    return int(np.int64(cell & ((_1 << bits) - _1)) - 1)


@njit(cache=True, nogil=True)
def fill_rows(ids: Int32, begin: int, end: int, pad: int, index: Index, rows: Int32) -> None:
    """Look up all shapes at all positions of one sentence.

    Args:
        ids: of all columns; shape (n_columns, n_padded).
        begin: where the sentence's block begins, its first padding.
        end: behind its last padding.
        pad: how many paddings there are on each side.
        index: the records.
        rows: receives the records at begin <= position < end, -1 for none or where no slot
            looks; shape (n_padded, n_shapes).
    """
    for s in range(len(index.kinds)):
        low = begin + pad + index.spans[s, 0]
        high = end - pad + index.spans[s, 1] if end - begin > 2 * pad else low
        rows[begin:low, s] = NONE
        rows[high:end, s] = NONE
        fill_shape(ids, low, high, s, index, rows, s)


@njit(cache=True, nogil=True)
def fill_all(ids: Int32, starts: Int64, pad: int, index: Index, rows: Int32) -> None:
    """Look up all shapes in many sentences; see `fill_rows`.

    Args:
        ids: see there.
        starts: where each sentence's block begins; shape (n_sentences + 1,).
        pad: see there.
        index: the records.
        rows: receives the records.
    """
    for i in range(len(starts) - 1):
        fill_rows(ids, starts[i], starts[i + 1], pad, index, rows)
