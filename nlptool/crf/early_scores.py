"""What a model says of a little text without numba: columns, records and scores in numpy.

Bit for bit what the kernels say (kernels_columns.py, kernels_features.py, kernels_groups.py):
each sum of float32 is made in their order.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.jieba_trie import CHARACTER, CHILDREN, COUNT_SHIFT, KEY, MIX, PLACE, TAKEN, Nodes
from nlptool.crf import kernels_features
from nlptool.crf.character_types import type_of_points
from nlptool.crf.features import Features
from nlptool.crf.kernels_columns import BEGIN, END, SAME, TOKENS, TYPE, Int32, Int64
from nlptool.crf.kernels_features import DIRECT, GOLDEN, HASHED, Index
from nlptool.crf.kernels_groups import Groups
from nlptool.crf.kernels_match import LONGEST_WORD
from nlptool.crf.kernels_model import Float32, Model
from nlptool.crf.normalise import changes

_ALL = (1 << 64) - 1
_HALF, _ONE = np.uint64(32), np.uint64(1)

_Lists = list[list[int]]


def ids_of(text: str, features: Features, ids: dict[str, int]) -> Int32:
    """Return what `kernels_columns.observe_all` writes for a sentence of characters.

    Args:
        text: the sentence.
        features: of the model; without clusters.
        ids: of each token, what its id is.
    """
    columns = features.columns
    pad, n = columns.pad, len(text)
    own = 2 * pad + 1
    found = np.empty((len(columns.names), n + 2 * pad), np.int32)
    found[:, :pad] = np.arange(pad, 0, -1)
    found[:, pad + n :] = np.arange(pad + 1, own)
    inner = found[:, pad : pad + n]
    plain = text.translate(changes(columns.normalise))
    codes = [ord(character) for character in plain]
    words = [_match(codes, lexicon.table) for lexicon in columns.lexicons]
    for row, (kind, which, typed) in zip(inner, columns.plan.tolist(), strict=True):
        if kind == TOKENS:
            row[:] = [ids.get(character, 0) for character in plain]
        elif kind == TYPE:
            row[:] = type_of_points()[codes]
            row += own
        elif kind == SAME:
            row[:] = own
            row[: max(n - which, 0)] += np.array(codes[which:]) == np.array(codes[: n - which])
        else:
            cap = columns.lexicons[which].cap
            row[:] = [own + value for value in _values(kind, words[which], cap, typed)]
    return found


def _match(codes: list[int], table: Nodes) -> _Lists:
    """Return what `kernels_match.match` finds."""
    n = len(codes)
    found = [[0] * n for _ in range(4)] + [[-1] * n, [0] * n]
    children, place_of, shift = int(CHILDREN), int(PLACE), int(COUNT_SHIFT)
    for i in range(n):
        place = longest = 0
        for j in range(i, min(n, i + LONGEST_WORD)):
            node = _find(table, place, codes[j])
            number = node >> shift
            if number:
                longest = j - i + 1
                found[0][i], found[1][i] = longest, number
                if longest > found[2][j]:
                    found[2][j], found[3][j] = longest, number
            if not node & children:
                break
            place = node & place_of
        for j in range(i, i + longest):
            if longest > found[5][j]:
                found[4][j], found[5][j] = i, longest
    return found


def _find(table: Nodes, parent: int, character: int) -> int:
    """Return what `core.jieba_trie.find` finds."""
    mask = len(table) - 1
    key = int(TAKEN) | parent | character << int(CHARACTER)
    mixed = key * int(MIX) & _ALL
    place = (mixed ^ mixed >> 32) & mask
    while True:
        entry = table.item(place)
        if entry & int(KEY) == key:
            return entry & ~int(KEY) | place
        if not entry:
            return 0
        place = (place + 1) & mask


def _values(kind: int, words: _Lists, cap: int, typed: int) -> list[int]:
    """Return a column of words, see tries.py."""
    lengths, numbers = words[:2] if kind == BEGIN else words[2:4]
    if kind in (BEGIN, END):
        return [
            min(length, cap) + typed * cap * (number - 1) if length else 0
            for length, number in zip(lengths, numbers, strict=True)
        ]
    found = []
    for i, (first, length) in enumerate(zip(words[4], words[5], strict=True)):
        place = 0 if length < 2 else 1 if i == first else 3 if i == first + length - 1 else 2
        value = 1 + place + 4 * (min(length, cap) - 1)
        found.append(value + typed * 4 * cap * (words[1][first] - 1) if length else 0)
    return found


def records(ids: Int32, places: Int64, s: int, index: Index) -> Int64:
    """Return the record that a shape sees from each of some places, -1 for none."""
    refs = index.refs[index.ref_begins[s] : index.ref_begins[s + 1]]
    begin, end = index.begins[s], index.begins[s + 1]
    kind, bits = index.kinds[s], index.bits[s]
    cells = index.cells[begin:end]
    seen = [ids[column, places + row].astype(np.uint64) for row, column in refs]
    if kind == DIRECT:
        direct: Int64 = cells[seen[0] if seen else np.zeros_like(places)].astype(np.int64) - 1
        return direct
    key: NDArray[np.uint64] = np.zeros(len(places), np.uint64)
    for one, factor in zip(seen, index.factors[index.ref_begins[s] :], strict=False):
        if kind == HASHED:
            key = (key + one + _ONE) * kernels_features.MIX
            key ^= key >> _HALF
        else:
            key += one * factor
    tag = key >> bits if kind == HASHED else key
    place = ((key ^ (key >> _HALF)) * GOLDEN) >> np.uint64(65 - int(end - begin).bit_length())
    cell = cells[place]
    while len(lost := np.flatnonzero((cell != 0) & (cell >> bits != tag))):
        place[lost] = (place[lost] + _ONE) & np.uint64(len(cells) - 1)
        cell[lost] = cells[place[lost]]
    found: Int64 = (cell & ((_ONE << bits) - _ONE)).astype(np.int64) - 1
    return found


def scores_of(ids: Int32, index: Index, model: Model, groups: Groups) -> Float32:
    """Return what kernels_groups.py adds up, forwards; shape (n, n_labels)."""
    L, pad = len(model.first), model.pad
    n = ids.shape[1] - 2 * pad
    S = np.zeros((n, L), np.float32)
    for s in groups.left.tolist():
        first, last = pad + int(index.spans[s, 0]), n + pad + int(index.spans[s, 1])
        found = records(ids, np.arange(first, last), s, index)
        runs = model.runs[model.run_of[s] : model.run_of[s + 1]].tolist()
        there = np.flatnonzero(found >= 0)
        at = model.bases[s] + found[there] * model.strides[s]
        for _, shift, begin, width in runs:
            for step in range(width // L):
                rows = there + (first - pad - shift - step)
                _add(S, rows, at + begin + step * L, model)
    here = np.arange(n)
    for g in range(len(groups.plan)):
        total = np.zeros((n, L), np.float32)
        slots = groups.slots[groups.slot_begins[g] : groups.slot_begins[g + 1]]
        for s, shift, begin in slots.tolist():
            found = records(ids, here + (pad + shift), s, index)
            there = np.flatnonzero(found >= 0)
            at = model.bases[s] + found[there] * model.strides[s]
            _add(total, there, at + begin, model)
        S += total
    return S


def _add(S: Float32, rows: NDArray[Any], at: NDArray[Any], model: Model) -> None:
    """Add weights to rows that are all different; those outside are left out."""
    inside = (rows >= 0) & (rows < len(S))
    rows, at = rows[inside], at[inside]
    S[rows] += model.weights[at[:, None] + np.arange(S.shape[1])]
