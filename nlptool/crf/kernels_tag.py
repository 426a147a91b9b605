"""From text, or from rows of records, to the best labels: numba loops.

    text -> characters        kernels_text.py
         -> ids               kernels_columns.py
         -> rows              kernels_features.py
         -> scores            kernels_model.py, kernels_groups.py
         -> labels            here; kernels_viterbi.py is the same algorithm, with one array of
                              scores and one of pairs, and also gives the k best
         -> text              kernels_text.py

A piece of text goes through all of it in one call, without Python. Slow form:
tests/naive_crf_tag.py.

Numba looks for changes in this file only: after a change in a kernel that it calls, touch it.
"""

from typing import Any

import numpy as np

from nlptool.core.compiling import njit
from nlptool.crf.kernels_columns import Int32, Int64, View, observe
from nlptool.crf.kernels_features import Index, Words, fill_rows
from nlptool.crf.kernels_groups import Groups, Memory, add_groups, add_shape
from nlptool.crf.kernels_model import (
    Float32,
    Float64,
    Model,
    first_scores,
    pairs_at,
    sentence_scores,
)
from nlptool.crf.kernels_sentence import MEMM

_OF_FOUR = 4  # labels: words are B, E, M and S


@njit(cache=True, nogil=True)
def best_path(S: Float32, SE: Float32, n: int, model: Model, back: Int32, path: Int32) -> None:
    """Find the best labels of a sentence.

    Args:
        S: see `sentence_scores`.
        SE: see there.
        n: tokens, at least one.
        model: has the weights.
        back: to work in; shape (n or more, L).
        path: receives the labels; shape (n,).
    """
    L = len(model.first)
    top_row = 2 * model.pad + n - 1
    is_varied = len(SE) > 0 or model.decoder == MEMM
    T = np.empty((L, L))
    now = np.empty(L)
    then = np.empty(L)
    arg = np.empty(L, np.int32)
    for x in range(L):
        for y in range(L):
            T[x, y] = np.float64(model.pairs[x, y]) + np.float64(model.bans[x, y])
    first_scores(S, top_row, n, model, now)
    for t in range(1, n):
        row = top_row - t
        if is_varied:
            pairs_at(S, SE, row, t, n, model, T)
        for y in range(L):
            then[y] = now[0] + T[0, y]
            arg[y] = 0
        for x in range(1, L):
            score = now[x]
            for y in range(L):
                other = score + T[x, y]
                better = other > then[y]
                then[y] = other if better else then[y]
                arg[y] = np.int32(x) if better else arg[y]
        for y in range(L):
            back[t, y] = arg[y]
            now[y] = then[y]
        if model.decoder != MEMM:
            for y in range(L):
                now[y] += np.float64(S[row * L + y])
    best = 0
    for y in range(L):
        now[y] += np.float64(model.bans[L + 1, y])
        if model.decoder != MEMM:
            now[y] += np.float64(model.last[y])
        if now[y] > now[best]:
            best = y
    path[n - 1] = best
    for t in range(n - 1, 0, -1):
        path[t - 1] = back[t, path[t]]


@njit(cache=True, nogil=True)
def label_rows(rows: Int32, starts: Int64, model: Model, labels: Int32) -> None:
    """Find the best labels of sentences.

    Args:
        rows: the record of each shape at each place; shape (n_padded, n_shapes).
        starts: where each sentence's block begins; shape (n_sentences + 1,).
        model: has the weights.
        labels: receives those of all tokens, one sentence after the other.
    """
    L = len(model.first)
    pad = model.pad
    longest = np.int64(0)
    for i in range(len(starts) - 1):
        longest = max(longest, starts[i + 1] - starts[i])
    S = np.empty((longest + 2 * pad) * L, np.float32)
    SE = np.empty(len(S) * L if model.edges.any() else 0, np.float32)
    back = np.empty((longest, L), np.int32)
    at = 0
    for i in range(len(starts) - 1):
        begin, end = starts[i], starts[i + 1]
        n = end - begin - 2 * pad
        if n == 0:
            continue
        sentence_scores(rows, begin, end, model, S, SE)
        best_path(S, SE, n, model, back, labels[at : at + n])
        at += n


@njit(cache=True, nogil=True)
def label_text(
    codes: Int32,
    ends: Int64,
    view: View,
    index: Index,
    model: Model,
    groups: Groups,
    memory: Memory,
    labels: Int32,
) -> None:
    """Find the best labels of sentences of characters.

    Args:
        codes: code points.
        ends: where in `codes` each sentence ends.
        view: the model's columns, all of them derived from characters.
        index: its records.
        model: its weights.
        groups: of its shapes; none if one of them is an edge.
        memory: of this thread.
        labels: receives those of all tokens.
    """
    L = len(model.first)
    pad = model.pad
    longest = np.int64(0)
    begin = np.int64(0)
    for i in range(len(ends)):
        longest = max(longest, ends[i] - begin)
        begin = ends[i]
    size = longest + 2 * pad
    has_edges = model.edges.any()
    is_quick = L == _OF_FOUR and not has_edges and model.decoder != MEMM
    ids = np.empty((len(view.plan), size), np.int32)
    rows = np.empty((size if has_edges else 0, len(index.kinds)), np.int32)
    states = np.empty((len(groups.column_begins), size), np.uint64)
    S = np.empty((size + 2 * pad) * L, np.float32)
    SE = np.empty(len(S) * L if has_edges else 0, np.float32)
    back = np.empty((longest, 1 if is_quick else L), np.int32)
    begin = np.int64(0)
    for i in range(len(ends)):
        end = ends[i]
        n = end - begin
        observe(codes, begin, end, view, pad, ids, 0)
        if has_edges:
            fill_rows(ids, 0, n + 2 * pad, pad, index, rows)
            sentence_scores(rows, 0, n + 2 * pad, model, S, SE)
        else:
            grouped_scores(ids, n, index, model, groups, memory, states, S)
        if is_quick:
            best_path_of_4(S, n, model, back, labels[begin:end])
        else:
            best_path(S, SE, n, model, back, labels[begin:end])
        begin = end


@njit(cache=True, nogil=True)
def grouped_scores(
    ids: Int32,
    n: int,
    index: Index,
    model: Model,
    groups: Groups,
    memory: Memory,
    states: Words,
    S: Float32,
) -> None:
    """Add up the scores of a sentence, by groups of shapes where there are some.

    Args:
        ids: of all columns; shape (n_columns, n_padded).
        n: tokens.
        index: the records.
        model: has the weights, none of pairs of labels.
        groups: of the shapes.
        memory: of this thread.
        states: see `add_groups`.
        S: receives the scores, see `sentence_scores`.
    """
    pad = model.pad
    S[: (n + 4 * pad) * len(model.first)] = 0
    for s in groups.left:
        add_shape(ids, n, s, index, model, S)
    add_groups(ids, n, index, model, groups, memory, states, S)


@njit(cache=True, nogil=True)
def best_path_of_4(S: Float32, n: int, model: Model, back: Int32, path: Int32) -> None:
    """Find the best labels of a sentence as `best_path` does, with all four at a time.

    Args:
        S: see `sentence_scores`.
        n: tokens, at least one.
        model: has the weights of four labels; not MEMM's.
        back: to work in; shape (n or more, 1).
        path: receives the labels; shape (n,).
    """
    T = np.empty((4, 4))
    now = np.empty(4)
    for x in range(4):
        for y in range(4):
            T[x, y] = np.float64(model.pairs[x, y]) + np.float64(model.bans[x, y])
    top_row = 2 * model.pad + n - 1
    first_scores(S, top_row, n, model, now)
    a, b, c, d = now[0], now[1], now[2], now[3]
    for t in range(1, n):
        row = 4 * (top_row - t)
        a, b, c, d, froms = _step_of_4(a, b, c, d, T)
        back[t, 0] = froms
        a += np.float64(S[row])
        b += np.float64(S[row + 1])
        c += np.float64(S[row + 2])
        d += np.float64(S[row + 3])
    now[0], now[1], now[2], now[3] = a, b, c, d
    best = 0
    for y in range(4):
        now[y] += np.float64(model.bans[5, y])
        now[y] += np.float64(model.last[y])
        if now[y] > now[best]:
            best = y
    path[n - 1] = best
    for t in range(n - 1, 0, -1):
        best = (back[t, 0] >> (2 * best)) & 3
        path[t - 1] = best


@njit(cache=True, nogil=True)
def _step_of_4(a: float, b: float, c: float, d: float, T: Float64) -> Any:
    """Return the best scores of each label behind any of these, and which, two bits each."""
    a0, a1, a2, a3 = a + T[0, 0], a + T[0, 1], a + T[0, 2], a + T[0, 3]
    b0, b1, b2, b3 = b + T[1, 0], b + T[1, 1], b + T[1, 2], b + T[1, 3]
    c0, c1, c2, c3 = c + T[2, 0], c + T[2, 1], c + T[2, 2], c + T[2, 3]
    d0, d1, d2, d3 = d + T[3, 0], d + T[3, 1], d + T[3, 2], d + T[3, 3]
    # Of equal ones the first.
    i0, i1, i2, i3 = b0 > a0, b1 > a1, b2 > a2, b3 > a3
    j0, j1, j2, j3 = d0 > c0, d1 > c1, d2 > c2, d3 > c3
    a0, a1, a2, a3 = max(a0, b0), max(a1, b1), max(a2, b2), max(a3, b3)
    c0, c1, c2, c3 = max(c0, d0), max(c1, d1), max(c2, d2), max(c3, d3)
    k0, k1, k2, k3 = c0 > a0, c1 > a1, c2 > a2, c3 > a3
    froms = (2 + j0 if k0 else 0 + i0) | (2 + j1 if k1 else 0 + i1) << 2
    froms |= (2 + j2 if k2 else 0 + i2) << 4 | (2 + j3 if k3 else 0 + i3) << 6
    return max(a0, c0), max(a1, c1), max(a2, c2), max(a3, c3), froms
