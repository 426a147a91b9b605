import numpy as np

from nlptool.crf.index import empty_index, fill_index
from nlptool.crf.kernels_features import EXACT, HASHED, fill_keys, fill_rows
from nlptool.crf.kernels_index import number_tuples
from nlptool.crf.template import parse_template


def test_exact_keys_are_digits() -> None:
    ids = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.int32)
    keys = np.empty(2, np.uint64)
    refs = np.array([[0, 0], [1, 1], [2, 0]])
    fill_keys(ids, 0, refs, np.array([1, 10, 100], np.uint64), EXACT, keys)
    assert keys.tolist() == [361, 472]


def test_hashed_keys_tell_tuples_apart() -> None:
    n = 40
    first, second = np.meshgrid(np.arange(n), np.arange(n))
    ids = np.stack([first.reshape(-1), second.reshape(-1)]).astype(np.int32)
    keys = np.empty(n * n, np.uint64)
    fill_keys(ids, 0, np.array([[0, 0], [0, 1]]), np.zeros(2, np.uint64), HASHED, keys)
    assert len(set(keys.tolist())) == n * n


def test_many_tuples_and_a_long_sentence() -> None:
    template = parse_template("U1:%x[-1,0]/%x[0,0]\nU2:%x[0,0]\n", "t", ["0"])
    n = 30_000
    ids = np.random.default_rng(1).integers(3, 400, (1, n + 2)).astype(np.int32)
    starts = np.array([0, n + 2])
    empty = empty_index(template.shapes, [400], 16)
    numbers = np.empty((2, n + 2), np.int32)
    found = [number_tuples(ids, starts, 1, s, empty, numbers[s]) for s in range(2)]
    pairs = [(int(a), int(b)) for a, b in zip(ids[0, :-2], ids[0, 1:-1], strict=True)]
    seen = {pair: i for i, pair in enumerate(dict.fromkeys(pairs))}
    assert numbers[0, :n].tolist() == [seen[pair] for pair in pairs]
    assert len(found[0][0]) == len(seen)
    index = fill_index(empty, [keys for keys, _, _ in found], [400])
    rows = np.empty((n + 2, 2), np.int32)
    fill_rows(ids, 0, n + 2, 1, index, rows)
    assert (numbers == rows.T).all()
    # What was not seen is not found, in a table that has no room to spare.
    other = np.flip(ids, 1).copy()
    fill_rows(other, 0, n + 2, 1, index, rows)
    pairs = [(int(a), int(b)) for a, b in zip(other[0, :-2], other[0, 1:-1], strict=True)]
    assert rows[:n, 0].tolist() == [seen.get(pair, -1) for pair in pairs]
