"""The loops of word-vector training: a thinned span of words in, better vectors out.

A skip-gram window with m context words and its centre is m predictions of the centre, which
share one draw of K negatives; CBOW predicts the centre from the mean of its contexts, and two
consecutive centres share a draw. Both come down to pairs of inputs against up to K + 2
candidates, done by kernels_tiles.py on the rows in place: a centre's rows are read from memory
once and stay in the nearest cache for all its predictions, while those of the next centre are
fetched.

A negative that happens to be the target stays: with it the optimum of random softmax is
log p(w|c) / q(w) + const exactly, for any proposal q and any number of negatives; without it,
only for a uniform q.

Scratch arrays are filled by loops: np.full and slices would double the time to compile.
Numba looks for changes in this file only: after a change in kernels_*.py touch this one.
"""

import numpy as np
from numba import njit

from nlptool.w2v.kernels_draw import GOLDEN, Floats, Ids, Places, Table, below, draw_rows, mixed
from nlptool.w2v.kernels_tiles import (
    add_rows,
    dots6,
    dots7,
    fetch,
    logistic_slopes,
    softmax_slopes,
    spread_row,
    update,
)
from nlptool.w2v.kernels_vector import LANES as LANES

LOGISTIC, SHIFTED, BIASED = 1, 2, 4  # bits of `how`
_OUT = np.float32(-1e30)  # the shift of a candidate that is not one of this input's


@njit(cache=True, nogil=True)
def skipgram(
    ids: Ids,
    E: Floats,
    W: Floats,
    bias: Floats,
    shift: Floats,
    table: Table,
    window: int,
    n_negatives: int,
    rate: np.float32,
    how: int,
    seed: np.uint64,
) -> tuple[float, int]:
    """Train the vectors of context words to predict their centre word.

    Args:
        ids: word ids, -1 between sentences and at the end; shape (n,).
        E: vectors of context words, the last row zero; shape (V + 1, D), D a multiple of 16.
            Changed in place, as are W and bias.
        W: vectors of predicted words, shaped like E; E itself for tied weights.
        bias: of predicted words; shape (V + 1,).
        shift: subtracted from every score of a predicted word; shape (V + 1,).
        table: from which negatives are drawn, see `alias_table`.
        window: a centre sees the nearest 1 to `window` words on both sides, drawn anew.
        n_negatives: K, drawn anew for each centre.
        rate: of learning; 0 measures the loss and changes nothing.
        how: LOGISTIC, else softmax; SHIFTED: with bias and shift; BIASED: the bias is learned.
        seed: of the random numbers.

    Returns:
        The sum of the losses in nats, and the number of predictions.

    Source:
        Mikolov et al., 2013; sharing of negatives: Ji et al., 2016. Slow form:
        tests/naive_w2v.py.
    """
    dim = E.shape[1]
    nothing = np.int64(E.shape[0] - 1) * dim
    n = n_negatives + 1
    n_lanes = (2 * n + LANES - 1) // LANES * LANES
    shifts = np.empty(n_lanes, np.float32)
    for j in range(n_lanes):
        shifts[j] = _OUT if j >= 2 * n else np.float32(0)
    label = np.zeros(n_lanes, np.float32)
    label[0] = label[1] = 1
    rows = np.empty(n + 6, np.int64)
    for j in range(n, n + 6):
        rows[j] = nothing
    scores = np.zeros(2 * len(rows) + 2 * LANES, np.float32)
    ahead = np.empty(n_negatives, np.int64)
    contexts = np.empty(2 * window + 1, np.int64)
    state = draw_rows(table, np.uint64(seed), dim, ahead)
    loss, n_predictions = 0.0, 0
    for i in range(len(ids)):
        if ids[i] < 0:
            continue
        state += GOLDEN
        m = _window(ids, i, np.int64(below(mixed(state), window)) + 1, dim, contexts)
        if m == 0:
            continue
        contexts[m] = nothing
        rows[0] = ids[i] * dim
        for j in range(n_negatives):
            rows[j + 1] = ahead[j]
        state = draw_rows(table, state, dim, ahead)
        for row in ahead:
            fetch(W, row, dim)
        if how & SHIFTED:
            for j in range(n):
                word = rows[j] // dim
                shifts[2 * j] = shifts[2 * j + 1] = bias[word] - shift[word]
        for c in range(0, m, 2):
            x0, x1 = contexts[c], contexts[c + 1]
            whole = c + 1 < m
            rate1 = rate if whole else np.float32(0)
            for j in range(0, n, 6):
                dots6(E, x0, x1, W, rows, j, dim, scores)
            if how & LOGISTIC:
                loss0, loss1 = logistic_slopes(scores, shifts, label, n_lanes, rate, rate1)
            else:
                loss0, loss1 = softmax_slopes(scores, shifts, label, n_lanes, rate, rate1)
            loss += loss0
            if whole:
                loss += loss1
            update(E, x0, x1, E, x0, x1, W, rows, n, dim, scores)
            if how & BIASED:
                _learn_bias(bias, rows, n, dim, scores)
        n_predictions += m
    return loss, n_predictions


@njit(cache=True, nogil=True)
def cbow(
    ids: Ids,
    E: Floats,
    W: Floats,
    bias: Floats,
    shift: Floats,
    table: Table,
    window: int,
    n_negatives: int,
    rate: np.float32,
    how: int,
    seed: np.uint64,
) -> tuple[float, int]:
    """Train word vectors so that the mean over a window predicts its centre word.

    Each context word is given the whole gradient of the mean, as in word2vec: divided among
    them it learns far more slowly, and the sum in place of the mean finds worse analogies.
    Arguments, result and source as for `skipgram`; a prediction is a centre word.
    """
    dim = E.shape[1]
    nothing = np.int64(E.shape[0] - 1) * dim
    n = n_negatives + 2
    n_lanes = (2 * n + LANES - 1) // LANES * LANES
    shifts = np.empty(n_lanes, np.float32)
    for j in range(n_lanes):
        shifts[j] = _OUT if j >= 2 * n else np.float32(0)
    shifts[1] = shifts[2] = _OUT  # each input of a pair has its own target
    label = np.zeros(n_lanes, np.float32)
    label[0] = label[3] = 1
    rows = np.empty(n + 7, np.int64)
    for j in range(n, n + 7):
        rows[j] = nothing
    scores = np.zeros(2 * len(rows) + 2 * LANES, np.float32)
    ahead = np.empty(n_negatives, np.int64)
    contexts = np.empty((2, 2 * window), np.int64)
    sizes = np.zeros(2, np.int64)
    H = np.zeros((4, dim), np.float32)  # two means of contexts, and their gradients
    state = draw_rows(table, np.uint64(seed), dim, ahead)
    loss, n_predictions = 0.0, 0
    have = 0
    for i in range(len(ids)):
        if ids[i] >= 0:
            state += GOLDEN
            reach = np.int64(below(mixed(state), window)) + 1
            m = _window(ids, i, reach, dim, contexts[have])
            if m > 0:
                sizes[have] = m
                rows[have] = ids[i] * dim
                add_rows(E, contexts[have], m, dim, np.float32(1 / m), H, have * dim)
                have += 1
        if have == 0 or (have == 1 and i < len(ids) - 1):
            continue
        rate1 = rate
        if have == 1:
            rate1 = np.float32(0)
            rows[1] = nothing
            for k in range(dim):
                H[1, k] = 0
        for j in range(n_negatives):
            rows[j + 2] = ahead[j]
        state = draw_rows(table, state, dim, ahead)
        for row in ahead:
            fetch(W, row, dim)
        if how & SHIFTED:
            for j in range(n):
                word = rows[j] // dim
                if j != 1:
                    shifts[2 * j] = bias[word] - shift[word]
                if j != 0:
                    shifts[2 * j + 1] = bias[word] - shift[word]
        for j in range(0, n, 7):
            dots7(H, 0, dim, W, rows, j, dim, scores)
        if how & LOGISTIC:
            loss0, loss1 = logistic_slopes(scores, shifts, label, n_lanes, rate, rate1)
        else:
            loss0, loss1 = softmax_slopes(scores, shifts, label, n_lanes, rate, rate1)
        loss += loss0
        if have == 2:
            loss += loss1
        update(H, 0, dim, H, 2 * dim, 3 * dim, W, rows, n, dim, scores)
        if how & BIASED:
            _learn_bias(bias, rows, n, dim, scores)
        for q in range(have):
            spread_row(H, (2 + q) * dim, dim, E, contexts[q], sizes[q])
        n_predictions += have
        have = 0
    return loss, n_predictions


@njit(nogil=True, inline="always")
def _window(ids: Ids, i: int, reach: int, dim: int, rows: Places) -> int:
    """Fill in the rows of the words within reach of word i in its sentence; return how many."""
    m = 0
    j = i - 1
    while j >= 0 and j >= i - reach and ids[j] >= 0:
        rows[m] = ids[j] * dim
        m += 1
        j -= 1
    j = i + 1
    while j <= i + reach and ids[j] >= 0:
        rows[m] = ids[j] * dim
        m += 1
        j += 1
    return m


@njit(nogil=True, inline="always")
def _learn_bias(bias: Floats, rows: Places, n: int, dim: int, slopes: Floats) -> None:
    for j in range(n):
        bias[rows[j] // dim] += slopes[2 * j] + slopes[2 * j + 1]
