"""What shapes say that see few different things: numba loops that add it up once and keep it.

Types of characters and lengths of words have few values, so that what all shapes of them see
around a position is nearly always what was seen before, and so is what they say. Such shapes
make groups (see groups.py). A group's scores at a position are found by one number that stands
for all that its shapes see there:

    states    of each source (types; words of one list) the ids of its columns as one number
    key       the states around the position, or the state and the token at the position
    memory    cells that a key's hash leads to: the last key that came, and its scores

A cell is written anew by each other key that comes: nothing is ever full, and as scores depend
on the key alone, nobody sees what was there before. Slow form: tests/naive_crf_tag.py.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

from typing import Any, NamedTuple

import numpy as np

from nlptool.core.compiling import Later, njit
from nlptool.crf.kernels_features import (
    DIRECT,
    HASHED,
    Index,
    Int32,
    Int64,
    Words,
    fill_keys,
    find_record,
    place_of,
    shift_of,
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
        shifts: see `place_of`; shape (n_groups,).
        size: words of a cell.
    """

    words: Words
    scores: Float32
    begins: Int64
    shifts: Words
    size: int


@njit(cache=True, nogil=True)
def add_left(
    ids: Int32, starts: Int64, index: Index, model: Model, left: Int64, S: Float32
) -> None:
    """Add up the scores of sentences that are of shapes in no group.

    Args:
        ids: of all columns; shape (n_columns, n_padded).
        starts: where each sentence's block begins; shape (n_sentences + 1,).
        index: the records.
        model: has the weights.
        left: the shapes, none of them an edge; shape (n_left,).
        S: receives the scores, in a buffer for each sentence, see kernels_scores.py; shape
            ((n_padded + n_sentences * 2 * pad) * n_labels,).
    """
    L, pad = len(model.first), model.pad
    keys = np.empty(BLOCK, np.uint64)
    near = np.empty(BLOCK, np.uint64)
    found = np.empty(BLOCK, np.int64)
    where = np.empty(BLOCK, np.int64)
    S[:] = 0
    for sentence in range(len(starts) - 1):
        begin = starts[sentence]
        n = starts[sentence + 1] - begin - 2 * pad
        room = (begin + 2 * pad * sentence) * L
        for s in left:
            refs = index.refs[index.ref_begins[s] : index.ref_begins[s + 1]]
            factors = index.factors[index.ref_begins[s] : index.ref_begins[s + 1]]
            cells = index.cells[index.begins[s] : index.begins[s + 1]]
            kind, bits, shift = index.kinds[s], index.bits[s], shift_of(len(cells))
            mask, wrap = (_1 << bits) - _1, np.uint64(len(cells) - 1)
            base, stride = model.bases[s], model.strides[s]
            runs = model.runs[model.run_of[s] : model.run_of[s + 1]]
            high = begin + n + pad + index.spans[s, 1]
            for block in range(begin + pad + index.spans[s, 0], high, BLOCK):
                size = min(BLOCK, high - block)
                # Without a branch between, so that many cells are on their way at a time.
                if kind == DIRECT:
                    for i in range(size):
                        keys[i] = ids[refs[0, 1], block + i] if len(refs) > 0 else 0
                    for i in range(size):
                        near[i] = cells[keys[i]]
                else:
                    fill_keys(ids, block, refs, factors, kind, keys[:size])
                    for i in range(size):
                        near[i] = cells[place_of(keys[i], shift)]
                n_found = 0
                for i in range(size):
                    cell = near[i]
                    if kind != DIRECT:
                        tag = keys[i] >> bits if kind == HASHED else keys[i]
                        if cell >> bits != tag and cell != _0:
                            place = place_of(keys[i], shift)
                            while cell != _0 and cell >> bits != tag:
                                place = (place + _1) & wrap
                                cell = cells[place]
                    at = base + (np.int64(cell & mask) - 1) * stride
                    found[n_found] = i
                    where[n_found] = at
                    n_found += cell != _0
                    fetch(model.weights, at)
                    fetch(model.weights, at + stride - 1)
                for run in range(len(runs)):
                    top = room + (begin + n - 1 - block + 3 * pad + runs[run, 1]) * L
                    first, width = runs[run, 2], runs[run, 3]
                    for i in range(n_found):
                        to, at = top - found[i] * L, where[i] + first
                        if L == 4:
                            for j in range(0, width, 4):
                                add4(S, to + j, model.weights, at + j)
                        else:
                            add(S, to, model.weights, at, width)


@njit(cache=True, nogil=True)
def add_groups(
    ids: Int32,
    starts: Int64,
    index: Index,
    model: Model,
    groups: Groups,
    memory: Memory,
    states: Words,
    S: Float32,
) -> None:
    """Add up the scores of sentences that are of groups.

    Args:
        ids: of all columns; shape (n_columns, n_padded).
        starts: where each sentence's block begins; shape (n_sentences + 1,).
        index: the records.
        model: has the weights.
        groups: the groups.
        memory: of this thread.
        states: to work in; shape (n_sources + 1, as long as the longest block).
        S: see `add_left`; to it is added.
    """
    L, pad = len(model.first), model.pad
    n_sources = len(groups.column_begins) - 1
    keys = states[n_sources]
    words, scores, size = memory.words, memory.scores, np.uint64(memory.size)
    for sentence in range(len(starts) - 1):
        begin = starts[sentence]
        n = starts[sentence + 1] - begin - 2 * pad
        room = (begin + 2 * pad * sentence) * L
        for q in range(n_sources):
            state = states[q]
            for at in range(n + 2 * pad):
                state[at] = 0
            for j in range(groups.column_begins[q], groups.column_begins[q + 1]):
                row = ids[groups.columns[j], begin : begin + n + 2 * pad]
                factor = groups.factors[j]
                for at in range(n + 2 * pad):
                    state[at] += np.uint64(row[at]) * factor
        for g in range(len(groups.plan)):
            state = states[groups.plan[g, 0]]
            many = groups.states[g]
            first, last = groups.plan[g, 2], groups.plan[g, 3]
            if groups.plan[g, 1] == 1:
                tokens, near = ids[0, begin + pad : begin + pad + n], state[pad : pad + n]
                for t in range(n):
                    keys[t] = np.uint64(tokens[t]) * many + near[t]
            else:
                for d in range(pad + first, pad + last + 1):
                    near = state[d : d + n]
                    if d == pad + first:
                        for t in range(n):
                            keys[t] = near[t]
                    elif many > 0:
                        for t in range(n):
                            keys[t] = keys[t] * many + near[t]
                    else:
                        for t in range(n):
                            key = (keys[t] + _1) * _MIX
                            keys[t] = (key ^ (key >> _32)) + near[t]
            first_cell, shift = np.uint64(memory.begins[g]), memory.shifts[g]
            for t in range(n):
                key = keys[t] + _1
                # Unsigned: numba does not ask whether it counts from the end.
                at = first_cell + place_of(key, shift) * size
                if words[at] != key:
                    words[at] = key
                    _add_up(
                        ids, begin + pad + t, g, index, model, groups, scores, np.int64(at) * 2 + 2
                    )
                to = room + (2 * pad + n - 1 - t) * L
                if L == 4:
                    add4(S, to, scores, np.int64(at) * 2 + 2)
                else:
                    add(S, to, scores, np.int64(at) * 2 + 2, L)


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
