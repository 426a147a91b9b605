"""The tables of records that `kernels_features` looks into: how they are built."""

from collections.abc import Sequence
from math import prod

import numpy as np

from nlptool.crf.columns import frozen
from nlptool.crf.kernels_features import DIRECT, EXACT, HASHED, Index, Words
from nlptool.crf.kernels_index import fill_table
from nlptool.crf.template import Shape

_FULL = 0.6
_LEAST = 16  # cells of a hash table


def empty_index(shapes: Sequence[Shape], sizes: Sequence[int], bits: int) -> Index:
    """Return an index that has no records yet.

    Args:
        shapes: of the template.
        sizes: how many ids each column has.
        bits: that the number of a record takes, at most.
    """
    kinds, factors = [], []
    for shape in shapes:
        radix = [sizes[column] for _, column in shape.refs]
        exact = prod(radix).bit_length() + bits <= 64
        kinds.append(DIRECT if len(radix) < 2 else EXACT if exact else HASHED)
        factors += [prod(radix[:j]) if exact else 0 for j in range(len(radix))]
    refs = [ref for shape in shapes for ref in shape.refs]
    shifts = [[slot.shift for slot in shape.slots] for shape in shapes]
    return Index(
        cells=frozen(np.zeros(0, np.uint64)),
        begins=frozen(np.zeros(len(shapes) + 1, np.int64)),
        kinds=frozen(np.array(kinds, np.int64)),
        bits=frozen(np.zeros(len(shapes), np.uint64)),
        refs=frozen(np.array(refs, np.int64).reshape(-1, 2)),
        factors=frozen(np.array(factors, np.uint64)),
        ref_begins=frozen(np.cumsum([0, *(len(shape.refs) for shape in shapes)], dtype=np.int64)),
        spans=frozen(
            np.array(
                [(min(by), max(by), shape.reach) for by, shape in zip(shifts, shapes, strict=True)],
                np.int64,
            ).reshape(-1, 3)
        ),
    )


def fill_index(empty: Index, keys: Sequence[Words], sizes: Sequence[int]) -> Index:
    """Return an index with records.

    Args:
        empty: what `empty_index` gives.
        keys: of the records of each shape, in their order.
        sizes: how many ids each column has.
    """
    tables = []
    bits = [max(1, len(of).bit_length()) for of in keys]
    for s, of in enumerate(keys):
        kind = int(empty.kinds[s])
        if kind == DIRECT:
            first, last = empty.ref_begins[s : s + 2]
            table = np.zeros(sizes[empty.refs[first, 1]] if last > first else 1, np.uint64)
            table[of] = np.arange(1, len(of) + 1, dtype=np.uint64)
        else:
            table = np.zeros(_n_cells(len(of)), np.uint64)
            fill_table(of, kind, np.uint64(bits[s]), table)
        tables.append(table)
    return empty._replace(
        cells=frozen(np.concatenate([np.zeros(0, np.uint64), *tables])),
        begins=frozen(np.cumsum([0, *map(len, tables)], dtype=np.int64)),
        bits=frozen(np.array(bits, np.uint64)),
    )


def _n_cells(n_records: int) -> int:
    return max(_LEAST, 1 << int(n_records / _FULL).bit_length())
