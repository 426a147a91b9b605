import numpy as np
import pytest

from nlptool.crf.index import empty_index
from nlptool.crf.kernels_features import EXACT, HASHED, place_of, shift_of
from nlptool.crf.kernels_index import fill_table, number_tuples, turn_rows
from nlptool.crf.template import parse_template


@pytest.mark.parametrize("kind", [EXACT, HASHED])
@pytest.mark.parametrize("n", [1, 9, 153])
def test_tables(kind: int, n: int) -> None:
    random = np.random.default_rng(n)
    keys = np.unique(random.integers(0, 1 << 40, n).astype(np.uint64))
    if kind == HASHED:
        keys *= np.uint64(0x9E3779B97F4A7C15)
    cells = np.zeros(256, np.uint64)
    bits = np.uint64(8)
    fill_table(keys, kind, bits, cells)
    assert np.count_nonzero(cells) == len(keys)
    shift = shift_of(256)
    assert shift == 56
    for record, key in enumerate(keys):
        place = int(place_of(key, shift))
        tag = int(key) >> 8 if kind == HASHED else int(key)
        while cells[place] and int(cells[place]) >> 8 != tag:
            place = (place + 1) % 256
        assert int(cells[place]) & 255 == record + 1


def test_number_tuples() -> None:
    template = parse_template("U1:%x[-1,0]/%x[0,0]\nU2:%x[0,0]/%x[1,0]\n", "t", ["0"])
    index = empty_index(template.shapes, [100], 8)
    ids = np.array([[1, 7, 8, 7, 8, 2, 1, 2, 1, 8, 2]], np.int32)
    starts = np.array([0, 6, 8, 11])
    numbers = np.empty(11, np.int32)
    keys, counts, where = number_tuples(ids, starts, 1, 0, index, numbers)
    assert numbers.tolist() == [0, 1, 2, 1, 3, -1, -1, -1, 4, 3, -1]
    assert keys.tolist() == [701, 807, 708, 208, 801]
    assert counts.tolist() == [1, 2, 1, 2, 1]
    assert where.tolist() == [0, 1, 2, 4, 8]


def test_turn_rows() -> None:
    rows = np.empty((3, 2), np.int32)
    turn_rows(np.array([[0, 2, -1], [1, 0, 3]], np.int32), np.array([2, 4]), rows)
    assert rows.tolist() == [[0, 1], [-1, 0], [-1, 3]]
