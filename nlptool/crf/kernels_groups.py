"""What shapes say that see few different things: numba loops that add it up once and keep it.

Types of characters and lengths of words have few values, so that what all shapes of them see
around a position is nearly always what was seen before, and so is what they say. Such shapes
make groups (see groups.py). A group's scores at a position are found by one number that stands
for all that its shapes see there:

    states    of each source (types; words of one list) the ids of its columns as one number
    key       the states around the position, or the state and the token at the position
    memory    cells that a key's hash leads to: the last key that came, and its scores

Cells stand in pairs. A key that is in neither cell of its pair takes the first, whose own key
moves to the second: nothing is ever full, and as scores depend on the key alone, nobody sees
what was there before. Slow form: tests/naive_crf_tag.py.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

from typing import Any, NamedTuple

import numpy as np

from nlptool.core.compiling import Later, njit
from nlptool.crf.kernels_features import (
    Index,
    Int32,
    Int64,
    Words,
    find_record,
    look_up,
    place_of,
)
from nlptool.crf.kernels_model import Float32, Model
from nlptool.crf.kernels_scores import add

BLOCK = 128

_0 = np.uint64(0)
_1 = np.uint64(1)
_32 = np.uint64(32)
_MIX = np.uint64(0xD6E8FEB86659FD93)


def _instructions() -> Any:
    """Return what is written as instructions; to load it takes numba."""
    from nlptool.crf import kernels_threads, kernels_vector  # noqa: PLC0415  # not sooner

    return kernels_threads, kernels_vector


fetch = Later(lambda: _instructions()[0].fetch)
add4 = Later(lambda: _instructions()[1].add4)


class Groups(NamedTuple):
    """Which shapes make groups, and which are left.

    Args:
        left: the shapes that are in no group; shape (n_left,).
        columns: those of all sources, one source after the other.
        factors: of each of them, what its id is multiplied with in the state.
        column_begins: where each source's columns begin; shape (n_sources + 1,).
        plan: of each group its source, 1 if the token is looked at, the first and the last
            position that its states are of; shape (n_groups, 4).
        states: of each group how many states its source has, or 0 where so many do not make
            an exact key; shape (n_groups,).
        slots: the shape, the shift and where in a record the weights are; shape (n_slots, 3).
        slot_begins: where each group's slots begin; shape (n_groups + 1,).
    """

    left: Int64
    columns: Int64
    factors: Words
    column_begins: Int64
    plan: Int64
    states: Words
    slots: Int64
    slot_begins: Int64


class Memory(NamedTuple):
    """What was added up; of one thread.

    Args:
        words: the cells of all groups; of each the key + 1, or 0, then the scores.
        scores: the same memory as float32.
        begins: where each group's cells begin, in words; shape (n_groups,).
        shifts: of the pairs of cells, see `place_of`; shape (n_groups,).
        size: words of a cell.
    """

    words: Words
    scores: Float32
    begins: Int64
    shifts: Words
    size: int


@njit(cache=True, nogil=True)
def add_left(
    ids: Int32, index: Index, model: Model, left: Int64, nothing: Float32, S: Float32
) -> None:
    """Add up the scores of sentences that are of shapes in no group.

    Args:
        ids: of all columns, see `Observed`; shape (n_columns, n_padded).
        index: the records.
        model: has the weights.
        left: the shapes, none of them an edge; shape (n_left,).
        nothing: zeros, what a record that is not there says: as many floats as the longest has.
        S: receives the scores of all positions, of padding anything; shape
            (n_padded * n_labels,).
    """
    L, pad = len(model.first), model.pad
    weights = model.weights
    keys = np.empty(BLOCK + 2 * pad, np.uint64)
    near = np.empty(BLOCK + 2 * pad, np.uint64)
    todo = np.empty(BLOCK + 2 * pad, np.int64)
    where = np.empty((len(left), BLOCK + 2 * pad), np.int64)
    # As if the zeros were weights: so no record needs to be asked whether it is there.
    missing = (np.int64(nothing.ctypes.data) - np.int64(weights.ctypes.data)) >> 2
    S[:] = 0
    for block in range(pad, ids.shape[1] - pad, BLOCK):
        size = min(BLOCK, ids.shape[1] - pad - block)
        for k in range(len(left)):
            s = left[k]
            low, high = block + index.spans[s, 0], block + size + index.spans[s, 1]
            look_up(ids, low, high, s, index, keys, near, todo)
            base, stride, places = model.bases[s], model.strides[s], where[k]
            mask = (_1 << index.bits[s]) - _1
            for i in range(high - low):
                at = base + np.int64(near[i] & mask) * stride - stride
                places[i] = at if near[i] != _0 else missing
            for i in range(high - low):
                fetch(weights, places[i])
                fetch(weights, places[i] + (stride - 1))
        for k in range(len(left)):
            s = left[k]
            for run in range(model.run_of[s], model.run_of[s + 1]):
                shift, first = model.runs[run, 1] - index.spans[s, 0], model.runs[run, 2]
                for j in range(model.runs[run, 3] // L):
                    places = where[k, shift + j : shift + j + size]
                    if L == 4:
                        for i in range(size):
                            add4(S, (block + i) * 4, weights, places[i] + (first + j * 4))
                    else:
                        for i in range(size):
                            add(S, (block + i) * L, weights, places[i] + (first + j * L), L)


@njit(cache=True, nogil=True)
def add_groups(
    ids: Int32, index: Index, model: Model, groups: Groups, memory: Memory, S: Float32
) -> None:
    """Add up the scores of sentences that are of groups.

    Args:
        ids: see `add_left`, and so index, model.
        index: see there.
        model: see there.
        groups: the groups.
        memory: of this thread.
        S: to it is added.
    """
    L, pad = len(model.first), model.pad
    n_sources = len(groups.column_begins) - 1
    states = np.empty((n_sources, BLOCK + 2 * pad), np.uint64)
    keys = np.empty(BLOCK, np.uint64)
    cells = np.empty(BLOCK, np.uint64)
    words, scores, width = memory.words, memory.scores, np.uint64(memory.size)
    n_pads = np.uint64(2 * pad)
    for block in range(pad, ids.shape[1] - pad, BLOCK):
        size = min(BLOCK, ids.shape[1] - pad - block)
        for q in range(n_sources):
            state = states[q]
            state[:] = _0
            for j in range(groups.column_begins[q], groups.column_begins[q + 1]):
                row = ids[groups.columns[j], block - pad : block + size + pad]
                factor = groups.factors[j]
                for i in range(size + 2 * pad):
                    state[i] += np.uint64(row[i]) * factor
        for g in range(len(groups.plan)):
            _fill_keys(ids, block, size, pad, g, groups, states, keys)
            first, shift = np.uint64(memory.begins[g]), memory.shifts[g]
            for i in range(size):
                keys[i] += _1
                # Unsigned: numba does not ask whether it counts from the end.
                cells[i] = first + place_of(keys[i], shift) * (width + width)
            for i in range(size):
                at, key = cells[i], keys[i]
                is_first, is_second = words[at] == key, words[at + width] == key
                if not is_first | is_second:
                    if np.uint64(ids[0, block + i]) - _1 < n_pads:
                        continue
                    for j in range(width):
                        words[at + width + j] = words[at + j]
                    words[at] = key
                    _add_up(ids, block + i, g, index, model, groups, scores, np.int64(at) * 2 + 2)
                at = at + width if is_second else at
                if L == 4:
                    add4(S, (block + i) * 4, scores, np.int64(at) * 2 + 2)
                else:
                    add(S, (block + i) * L, scores, np.int64(at) * 2 + 2, L)


@njit(cache=True, nogil=True)
def _fill_keys(
    ids: Int32, block: int, size: int, pad: int, g: int, groups: Groups, states: Words, keys: Words
) -> None:
    """Set the keys of a group at the positions of a block."""
    state, many = states[groups.plan[g, 0]], groups.states[g]
    if groups.plan[g, 1] == 1:
        tokens, near = ids[0, block : block + size], state[pad : pad + size]
        for i in range(size):
            keys[i] = np.uint64(tokens[i]) * many + near[i]
        return
    first, last = groups.plan[g, 2], groups.plan[g, 3]
    near = state[pad + first : pad + first + size]
    for i in range(size):
        keys[i] = near[i]
    for d in range(pad + first + 1, pad + last + 1):
        near = state[d : d + size]
        if many > 0:
            for i in range(size):
                keys[i] = keys[i] * many + near[i]
        else:
            for i in range(size):
                key = (keys[i] + _1) * _MIX
                keys[i] = (key ^ (key >> _32)) + near[i]


@njit(cache=True, nogil=True)
def _add_up(
    ids: Int32,
    place: int,
    g: int,
    index: Index,
    model: Model,
    groups: Groups,
    scores: Float32,
    to: int,
) -> None:
    """Set the scores of a group at a position; the slots are added in their order."""
    L = len(model.first)
    for y in range(L):
        scores[to + y] = 0.0
    for slot in range(groups.slot_begins[g], groups.slot_begins[g + 1]):
        k = groups.slots[slot, 0]
        record = find_record(ids, place + groups.slots[slot, 1], k, index)
        if record >= 0:
            at = model.bases[k] + record * model.strides[k] + groups.slots[slot, 2]
            add(scores, to, model.weights, at, L)
