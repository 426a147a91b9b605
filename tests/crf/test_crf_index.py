import numpy as np

from nlptool.crf.index import empty_index, fill_index
from nlptool.crf.kernels_features import DIRECT, EXACT, HASHED
from nlptool.crf.template import parse_template

TEMPLATE = """\
U0:%x[-1,0]
U1:%x[0,0]
U2:%x[-1,0]/%x[0,1]
U3:
U4:%x[0,0]%x[1,0]%x[3,0]
"""


def test_how_records_are_found() -> None:
    shapes = parse_template(TEMPLATE, "t", ["0", "1"]).shapes
    index = empty_index(shapes, [1 << 20, 50], 20)
    assert index.kinds.tolist() == [DIRECT, EXACT, DIRECT, HASHED]
    assert index.refs.tolist() == [[0, 0], [0, 0], [1, 1], [0, 0], [1, 0], [3, 0]]
    assert index.ref_begins.tolist() == [0, 1, 3, 3, 6]
    assert index.factors[:3].tolist() == [1, 1, 1 << 20]
    assert index.spans.tolist() == [[-1, 0, 0], [-1, -1, 1], [0, 0, 0], [0, 0, 3]]
    # Smaller ids leave room for an exact key.
    assert empty_index(shapes, [1000, 50], 20).kinds.tolist() == [DIRECT, EXACT, DIRECT, EXACT]


def test_tables() -> None:
    shapes = parse_template("U0:%x[0,0]\nU1:%x[0,0]/%x[1,0]\n", "t", ["0"]).shapes
    keys = [np.array([3, 1], np.uint64), np.arange(100, dtype=np.uint64)]
    index = fill_index(empty_index(shapes, [5], 8), keys, [5])
    assert index.begins.tolist() == [0, 5, 5 + 256]
    assert index.cells[:5].tolist() == [0, 2, 0, 1, 0]
    assert index.bits.tolist() == [2, 7]
    found = sorted(int(cell) for cell in index.cells[5:] if cell)
    assert found == [(key << 7) | (key + 1) for key in range(100)]
    assert not any(array.flags.writeable for array in index)


def test_no_records() -> None:
    shapes = parse_template("U0:%x[0,0]\nU1:%x[0,0]/%x[1,0]\n", "t", ["0"]).shapes
    empty = np.zeros(0, np.uint64)
    index = fill_index(empty_index(shapes, [3], 8), [empty, empty], [3])
    assert index.begins.tolist() == [0, 3, 3 + 16]
    assert not index.cells.any()
