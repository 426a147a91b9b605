"""Some sentences, by several threads at once: losses and gradients.

A batch has two phases, with a barrier behind each:

    1  the threads share out the sentences: scores, loss, gradient by the scores
    2  the threads share out the records: each goes over the rows of the whole batch, in order,
       and changes those that are its own

So no two threads write to one place, and each weight sees its changes in one order: the bytes
are the same with any number of threads. Threads own blocks of 16 records in turn, which are
longer than cache lines.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit
from nlptool.crf.kernels_call import call
from nlptool.crf.kernels_chain import powers
from nlptool.crf.kernels_scores import AHEAD, add, add_scores
from nlptool.crf.kernels_sentence import CRF, SOFTMAX
from nlptool.crf.kernels_threads import fetch, ticket, wait

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int16 = npt.NDArray[np.int16]
Int64 = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

BLOCKS = 4096
"""Blocks of records until their owners repeat."""


class Text(NamedTuple):
    """What is trained on.

    Args:
        rows: the record of each shape at each place, -1 for none; shape (n_padded, n_shapes).
        gold: the right label at each place, -1 where there is none; shape (n_padded,).
        starts: where the blocks of sentences begin; shape (n_sentences + 1,).
    """

    rows: Ids
    gold: Ids
    starts: Int64


class Places(NamedTuple):
    """Where weights stand: see `Layout` for each."""

    n_labels: int
    bases: Int64
    strides: Int64
    edges: Bools
    runs: Int64
    run_of: Int64
    pad: int


class Goal(NamedTuple):
    """What is learned.

    Args:
        loss: where the kernel of a sentence's loss is, see kernels_call.py.
        decoder: see kernels_sentence.py.
        kind: of the loss, see losses.py.
        gamma: of the loss.
        classes: weights of the labels' classes, or empty: see `problem_of`.
        legal: what of the tail may stand.
        learned: which weights of the tail are learned.
    """

    loss: int
    decoder: int
    kind: int
    gamma: float
    classes: Float64
    legal: Bools
    learned: Bools


class Room(NamedTuple):
    """What the threads of a batch write to.

    Args:
        S: scores, then gradients by them, of all sentences of a batch; flat.
        SE: those of pairs of labels; empty where no shape is an edge.
        E: of each sentence of a batch, the gradient by the tail; shape (n, tail).
        sync: see kernels_threads.py.
    """

    S: Float32
    SE: Float32
    E: Float64
    sync: Int64


@njit(cache=True, nogil=True)
def owners(n_threads: int) -> Int16:
    """Return the thread that owns each block of records."""
    owner = np.empty(BLOCKS, np.int16)
    for i in range(BLOCKS):
        owner[i] = i % n_threads
    return owner


@njit(cache=True, nogil=True)
def _clear(values: Float32, begin: int, end: int) -> None:
    for i in range(begin, end):
        values[i] = 0.0


@njit(cache=True, nogil=True)
def sentence_gradients(
    text: Text,
    places: Places,
    goal: Goal,
    W: Float32,
    order: Int64,
    rows: Int64,
    begin: int,
    end: int,
    room: Room,
    losses: Float64,
) -> None:
    """Do this thread's part of phase 1.

    Args:
        text: all sentences.
        places: where weights stand.
        goal: what is learned.
        W: all weights.
        order: the sentences, in the order of the batches; none of them empty.
        rows: where the buffer of each begins within its batch's; shape (n,).
        begin: the batch is order[begin:end].
        end: see there.
        room: filled in.
        losses: filled in with the loss of each sentence; shape (n,).
    """
    L, pad = places.n_labels, places.pad
    square = L * L
    size = room.E.shape[1]
    tail = W[len(W) - size :]
    legal = goal.legal
    powered, tops = np.empty(size), np.empty(3)
    if goal.decoder == CRF:
        tops[0] = powers(tail[:square], legal[:square], powered[:square])
        low, high = square, square + L
        tops[1] = powers(tail[low:high], legal[low:high], powered[low:high])
        tops[2] = powers(tail[high:], legal[high:], powered[high:])
    while True:
        i = begin + ticket(room.sync)
        if i >= end:
            return
        first, stop = text.starts[order[i]], text.starts[order[i] + 1]
        low = rows[i]
        high = low + stop - first + 2 * pad
        E = room.E[i - begin]
        E[:] = 0.0
        _clear(room.S, low * L, high * L)
        if len(room.SE) > 0:
            _clear(room.SE, low * square, high * square)
        add_scores(
            text.rows,
            first,
            stop,
            W,
            L,
            places.bases,
            places.strides,
            places.edges,
            places.runs,
            places.run_of,
            pad,
            room.S,
            room.SE,
            low,
        )
        # What fell on the margins belongs to no position.
        _clear(room.S, low * L, (low + 2 * pad) * L)
        _clear(room.S, (high - 2 * pad) * L, high * L)
        if len(room.SE) > 0:
            _clear(room.SE, low * square, (low + 2 * pad) * square)
            _clear(room.SE, (high - 2 * pad) * square, high * square)
        gold = text.gold[first + pad : stop - pad]
        row = low + 2 * pad
        losses[i] = call(
            goal.loss,
            room.S,
            room.SE,
            row,
            gold,
            tail,
            legal,
            powered,
            tops,
            goal.decoder,
            goal.kind,
            goal.gamma,
            goal.classes,
            E,
        )


@njit(cache=True, nogil=True)
def tail_slope(goal: Goal, E: Float64, n: int, j: int) -> float:
    """Return the gradient by a weight of the tail, summed over the n sentences of a batch."""
    total = 0.0
    if goal.decoder != SOFTMAX and goal.learned[j]:
        for i in range(n):
            total += E[i, j]
    return total


@njit(cache=True, nogil=True)
def add_gradients(
    text: Text,
    places: Places,
    goal: Goal,
    W: Float32,
    order: Int64,
    rows: Int64,
    cuts: Int64,
    room: Room,
    losses: Float64,
    gradient: Float32,
    me: int,
    n_threads: int,
) -> None:
    """Do this thread's part of adding up the gradient of the loss, with fixed weights.

    Args:
        text: as in `sentence_gradients`, and so places, goal, W, order, rows, room, losses.
        places: see there.
        goal: see there.
        W: see there.
        order: see there.
        rows: see there.
        cuts: where the batches begin in `order`, and the end; shape (n_batches + 1,).
        room: see there.
        losses: see there.
        gradient: by each weight: to it is added. Flat.
        me: this thread, from 0.
        n_threads: how many take part.
    """
    owner = owners(n_threads)
    L, pad = places.n_labels, places.pad
    tail = len(W) - room.E.shape[1]
    for batch in range(len(cuts) - 1):
        begin, end = cuts[batch], cuts[batch + 1]
        sentence_gradients(text, places, goal, W, order, rows, begin, end, room, losses)
        if not wait(room.sync, n_threads):
            return
        for i in range(begin, end):
            first, stop = text.starts[order[i]], text.starts[order[i] + 1]
            row = rows[i] + stop - first - 2 * pad - 1 + 3 * pad
            for p in range(stop - first):
                for k in range(text.rows.shape[1]):
                    if first + p + AHEAD < stop:
                        r = np.int64(text.rows[first + p + AHEAD, k])
                        if r >= 0 and owner[(r >> 4) & (BLOCKS - 1)] == me:
                            record = places.bases[k] + r * places.strides[k]
                            fetch(gradient, record)
                            fetch(gradient, record + places.strides[k] - 1)
                    r = np.int64(text.rows[first + p, k])
                    if r < 0 or owner[(r >> 4) & (BLOCKS - 1)] != me:
                        continue
                    record = places.bases[k] + r * places.strides[k]
                    for run in range(places.run_of[k], places.run_of[k + 1]):
                        to = row - p + places.runs[run, 1]
                        at = record + places.runs[run, 2]
                        if places.edges[k]:
                            add(gradient, at, room.SE, to * L * L, places.runs[run, 3])
                        else:
                            add(gradient, at, room.S, to * L, places.runs[run, 3])
        for j in range(room.E.shape[1]):
            if j // 16 % n_threads == me:
                gradient[tail + j] += np.float32(tail_slope(goal, room.E, end - begin, j))
        if not wait(room.sync, n_threads):
            return
