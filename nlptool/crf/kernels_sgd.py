"""Batches of sentences in, better weights out; the same bytes with any number of threads.

Each batch has two phases, with a barrier behind each:

    1  the threads share out the sentences: scores, loss, gradient by the scores
    2  the threads share out the records: each goes over the rows of the whole batch, in order,
       and changes those that are its own

So no two threads write to one place, and each weight sees its changes in one order. Threads
own blocks of 16 records in turn: blocks are longer than cache lines.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from nlptool.crf.kernels_chain import powers
from nlptool.crf.kernels_scores import AHEAD, add_scores
from nlptool.crf.kernels_sentence import CRF, SOFTMAX, chain_loss, local_loss
from nlptool.crf.kernels_threads import fetch, ticket, wait

Float32 = npt.NDArray[np.float32]
Float64 = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]
Ids = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True)
def sgd_batches(
    rows: Ids,
    gold: Ids,
    starts: Int64,
    order: Int64,
    places: Int64,
    batch: int,
    L: int,
    bases: Int64,
    strides: Int64,
    edges: Bools,
    runs: Int64,
    run_of: Int64,
    pad: int,
    W: Float32,
    A: Float32,
    shares: Float32,
    share_bases: Int64,
    legal: Bools,
    learned: Bools,
    decoder: int,
    kind: int,
    gamma: float,
    classes: Float64,
    rate: np.float32,
    l1: np.float32,
    l2: np.float32,
    tail_share: np.float32,
    S: Float32,
    SE: Float32,
    E: Float64,
    losses: Float64,
    sync: Int64,
    me: int,
    n_threads: int,
) -> None:
    """Do this thread's part of some batches.

    Args:
        rows: see kernels_scores.py, and so L, bases, strides, edges, runs, run_of, pad, S, SE.
        gold: the right label at each place, -1 where there is none; shape (n_padded,).
        starts: where the blocks of sentences begin; shape (n_sentences + 1,).
        order: the sentences, in the order of the batches; none of them empty.
        places: where the buffer of each begins within its batch's, in rows; shape (n,).
        batch: sentences of a batch.
        L: see there.
        bases: see there.
        strides: see there.
        edges: see there.
        runs: see there.
        run_of: see there.
        pad: see there.
        W: weights, changed. Behind those of the records those of the tail, see
            kernels_sentence.py.
        A: sums of squared gradients of each, changed.
        shares: 1 / how often each record occurs.
        share_bases: where those of each shape begin.
        legal: of the tail.
        learned: which weights of the tail are.
        decoder: CRF, SOFTMAX or MEMM.
        kind: of the loss, see losses.py; so gamma, classes.
        gamma: see there.
        classes: see there.
        rate: of learning.
        l1: what a whole pass takes from each weight, as a slope.
        l2: what it takes, as a share of the weight.
        tail_share: the share of the pass that a batch is, for the tail.
        S: see there; room for the largest batch.
        SE: see there.
        E: room for the tail's gradient of each sentence of a batch; shape (batch, tail).
        losses: filled in with the loss of each sentence; shape (n,).
        sync: see kernels_threads.py.
        me: this thread, from 0.
        n_threads: how many take part.
    """
    size = E.shape[1]
    square = L * L
    tail = len(W) - size
    powered, tops = np.empty(size), np.empty(3)
    weights = W[tail:]
    for begin in range(0, len(order), batch):
        end = min(begin + batch, len(order))
        if decoder == CRF:
            tops[0] = powers(weights[:square], legal[:square], powered[:square])
            low, high = square, square + L
            tops[1] = powers(weights[low:high], legal[low:high], powered[low:high])
            tops[2] = powers(weights[high:], legal[high:], powered[high:])
        while True:
            i = begin + ticket(sync)
            if i >= end:
                break
            first, stop = starts[order[i]], starts[order[i] + 1]
            n = stop - first - 2 * pad
            row = places[i]
            for j in range(row * L, (row + n + 4 * pad) * L):
                S[j] = 0.0
            if len(SE) > 0:
                for j in range(row * square, (row + n + 4 * pad) * square):
                    SE[j] = 0.0
            for j in range(size):
                E[i - begin, j] = 0.0
            add_scores(
                rows, first, stop, W, L, bases, strides, edges, runs, run_of, pad, S, SE, row
            )
            for j in range(row * L, (row + 2 * pad) * L):
                S[j] = 0.0
            for j in range((row + n + 2 * pad) * L, (row + n + 4 * pad) * L):
                S[j] = 0.0
            if len(SE) > 0:
                for j in range(row * square, (row + 2 * pad) * square):
                    SE[j] = 0.0
                for j in range((row + n + 2 * pad) * square, (row + n + 4 * pad) * square):
                    SE[j] = 0.0
            right = gold[first + pad : stop - pad]
            if decoder == CRF:
                losses[i] = chain_loss(
                    S, SE, row + 2 * pad, right, weights, legal, powered, tops, kind, gamma,
                    classes, E[i - begin],
                )  # fmt: skip
            else:
                losses[i] = local_loss(
                    S, SE, row + 2 * pad, right, weights, decoder, kind, gamma, classes,
                    E[i - begin],
                )  # fmt: skip
        if not wait(sync, n_threads):
            return
        for i in range(begin, end):
            first, stop = starts[order[i]], starts[order[i] + 1]
            n = stop - first - 2 * pad
            row = places[i] + n - 1 + 3 * pad
            for p in range(stop - first):
                for k in range(rows.shape[1]):
                    if first + p + AHEAD < stop:
                        r = np.int64(rows[first + p + AHEAD, k])
                        if r >= 0 and (r >> 4) % n_threads == me:
                            fetch(A, bases[k] + r * strides[k])
                            fetch(W, bases[k] + r * strides[k])
                    r = np.int64(rows[first + p, k])
                    if r < 0 or (r >> 4) % n_threads != me:
                        continue
                    share = shares[share_bases[k] + r]
                    record = bases[k] + r * strides[k]
                    for run in range(run_of[k], run_of[k + 1]):
                        to = row - p + runs[run, 1]
                        if edges[k]:
                            _adagrad(
                                W, A, record + runs[run, 2], SE, to * square, runs[run, 3],
                                rate, l2 * share, l1 * share,
                            )  # fmt: skip
                        else:
                            _adagrad(
                                W, A, record + runs[run, 2], S, to * L, runs[run, 3],
                                rate, l2 * share, l1 * share,
                            )  # fmt: skip
        if decoder != SOFTMAX:
            for j in range(size):
                if j // 16 % n_threads == me and learned[j]:
                    slope = 0.0
                    for i in range(end - begin):
                        slope += E[i, j]
                    g = np.float32(slope) + l2 * tail_share * W[tail + j]
                    A[tail + j] += g * g
                    W[tail + j] -= rate * g / math.sqrt(A[tail + j])
        if not wait(sync, n_threads):
            return


@njit(nogil=True, inline="always")
def _step(
    W: Float32,
    A: Float32,
    w: int,
    G: Float32,
    g: int,
    rate: np.float32,
    l2: np.float32,
) -> None:
    """Change a weight by AdaGrad."""
    slope = G[g] + l2 * W[w]
    total = A[w] + slope * slope
    A[w] = total
    W[w] -= rate * slope / math.sqrt(total)


@njit(nogil=True, inline="always")
def _adagrad(
    W: Float32,
    A: Float32,
    w: int,
    G: Float32,
    g: int,
    n: int,
    rate: np.float32,
    l2: np.float32,
    l1: np.float32,
) -> None:
    """Change n weights by AdaGrad, eight at a time.

    Source:
        Duchi, Hazan & Singer 2011, section 1.1; with l1 the composite step of its section 5.
    """
    i = 0
    while i + 8 <= n:
        for j in range(8):
            _step(W, A, w + i + j, G, g + i + j, rate, l2)
        i += 8
    if i + 4 <= n:
        for j in range(4):
            _step(W, A, w + i + j, G, g + i + j, rate, l2)
        i += 4
    while i < n:
        _step(W, A, w + i, G, g + i, rate, l2)
        i += 1
    if l1 > 0:
        for i in range(n):
            cut = rate * l1 / math.sqrt(A[w + i])
            x = W[w + i]
            W[w + i] = max(x - cut, np.float32(0)) if x > 0 else min(x + cut, np.float32(0))
