"""Batches of sentences in, better weights out: AdaGrad.

How threads share the work is in kernels_batch.py.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

import math

import numpy as np

from nlptool.core.compiling import njit
from nlptool.crf.kernels_batch import (
    BLOCKS,
    Float32,
    Float64,
    Goal,
    Int64,
    Places,
    Room,
    Text,
    owners,
    sentence_gradients,
    tail_slope,
)
from nlptool.crf.kernels_scores import AHEAD
from nlptool.crf.kernels_threads import fetch, wait
from nlptool.crf.kernels_vector import step1, step4, step8


@njit(cache=True, nogil=True)
def sgd_batches(
    text: Text,
    places: Places,
    goal: Goal,
    W: Float32,
    A: Float32,
    shares: Float32,
    share_bases: Int64,
    order: Int64,
    rows: Int64,
    batch: int,
    rate: np.float32,
    l1: np.float32,
    l2: np.float32,
    tail_share: np.float32,
    room: Room,
    losses: Float64,
    me: int,
    n_threads: int,
) -> None:
    """Do this thread's part of some batches.

    Args:
        text: as in kernels_batch.py, and so places, goal, room, losses, me, n_threads.
        places: see there.
        goal: see there.
        W: weights, changed. Behind those of the records those of the tail.
        A: sums of squared gradients of each, changed.
        shares: 1 / how often each record occurs: its part of the penalty, each time.
        share_bases: where those of each shape begin.
        order: the sentences, in the order of the batches; none of them empty.
        rows: where the buffer of each begins within its batch's; shape (n,).
        batch: sentences of a batch.
        rate: of learning.
        l1: the slope of the penalty of a whole pass that is the same for all weights.
        l2: that which grows with the weight, for a weight of 1.
        tail_share: the share of the pass that a batch is, for the tail.
        room: see there.
        losses: see there.
        me: see there.
        n_threads: see there.
    """
    owner = owners(n_threads)
    L, pad = places.n_labels, places.pad
    tail = len(W) - room.E.shape[1]
    bases, strides, runs = places.bases, places.strides, places.runs
    for begin in range(0, len(order), batch):
        end = min(begin + batch, len(order))
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
                            record = bases[k] + r * strides[k]
                            fetch(shares, share_bases[k] + r)
                            fetch(A, record)
                            fetch(A, record + strides[k] - 1)
                            fetch(W, record)
                    r = np.int64(text.rows[first + p, k])
                    if r < 0 or owner[(r >> 4) & (BLOCKS - 1)] != me:
                        continue
                    share = shares[share_bases[k] + r]
                    record = bases[k] + r * strides[k]
                    for run in range(places.run_of[k], places.run_of[k + 1]):
                        to = row - p + runs[run, 1]
                        at = record + runs[run, 2]
                        n = runs[run, 3]
                        if places.edges[k]:
                            _adagrad(W, A, at, room.SE, to * L * L, n, rate, l2 * share)
                        else:
                            _adagrad(W, A, at, room.S, to * L, n, rate, l2 * share)
                        if l1 > 0:
                            _shrink(W, A, at, n, rate * l1 * share)
        for j in range(room.E.shape[1]):
            if j // 16 % n_threads == me and goal.learned[j]:
                slope = np.float32(tail_slope(goal, room.E, end - begin, j))
                slope += l2 * tail_share * W[tail + j]
                A[tail + j] += slope * slope
                W[tail + j] -= rate * slope / math.sqrt(A[tail + j])
        if not wait(room.sync, n_threads):
            return


@njit(cache=True, nogil=True)
def _adagrad(
    W: Float32,
    A: Float32,
    w: int,
    G: Float32,
    g: int,
    n: int,
    rate: np.float32,
    l2: np.float32,
) -> None:
    """Change n weights.

    Source:
        Duchi, Hazan & Singer 2011, section 1.1.
    """
    i = 0
    while i + 8 <= n:
        step8(W, A, w + i, G, g + i, rate, l2)
        i += 8
    if i + 4 <= n:
        step4(W, A, w + i, G, g + i, rate, l2)
        i += 4
    while i < n:
        step1(W, A, w + i, G, g + i, rate, l2)
        i += 1


@njit(cache=True, nogil=True)
def _shrink(W: Float32, A: Float32, w: int, n: int, cut: np.float32) -> None:
    """Bring n weights nearer to 0, and none beyond it.

    Source:
        As `_adagrad`, section 5.1 (the composite step for l1).
    """
    for i in range(w, w + n):
        less = cut / math.sqrt(A[i])
        W[i] = max(W[i] - less, np.float32(0)) if W[i] > 0 else min(W[i] + less, np.float32(0))
