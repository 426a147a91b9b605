"""The best labels where some spans have weights of their own: numba loops.

A label does not tell where its span began, so a span's weight cannot be part of a label's
score. From where such a span may begin up to where the longest ends, a path that begins a span
there therefore runs on a track of its own, which knows where it is:

    at b         the track's node, with label B; there is no other way to begin this span
    b < i        the track goes on with I, or ends with E, which gets the weight of b..i
    i = last     it ends with E, or becomes any other span, with I

Everything else is the usual Viterbi algorithm. Slow form: tests/naive_crf_constrain.py.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def best_labels(
    scores: Float64,
    transitions: Float64,
    start: Float64,
    end: Float64,
    tracks: Int64,
    bonuses: Float64,
    labels: Int64,
) -> float:
    """Find the labels with the greatest sum.

    Args:
        scores: of each label at each position; shape (n, n_labels), n >= 1.
        transitions: -inf where not allowed; shape (1, n_labels, n_labels), or (n, n_labels,
            n_labels): of each position and the one before.
        start: of the first label; shape (n_labels,).
        end: of the last; shape (n_labels,).
        tracks: of each track, rising by the first: where it begins, how many positions its
            longest span has (>= 2), its labels B, I and E (-1: there is none), and where its
            bonuses begin; shape (n_tracks, 6). Two with the same beginning differ in B.
        bonuses: of each track's spans of 2, 3, ... positions.
        labels: receives them; shape (n,).

    Returns:
        The sum; -inf if there are no labels that are allowed.
    """
    n, n_labels = scores.shape
    n_tracks = len(tracks)
    back = np.empty((n, n_labels), np.int32)
    entered = np.empty(n_tracks, np.int32)  # the label before each track
    value = np.full(n_tracks, -np.inf)
    before = np.empty(n_labels)
    now = np.empty(n_labels)
    first = 0  # the first track that may still be open
    coming = 0  # the first that has not begun
    for i in range(n):
        step = i if len(transitions) > 1 else 0
        for label in range(n_labels):
            best, where = -np.inf, -1
            if i == 0:
                best = start[label]
            else:
                for left in range(n_labels):
                    sum_ = before[left] + transitions[step, left, label]
                    if sum_ > best:
                        best, where = sum_, left
            now[label] = best + scores[i, label]
            back[i, label] = where
        for t in range(first, coming):
            begin, length = tracks[t, 0], tracks[t, 1]
            place = i - begin  # in the span; >= 1
            if place >= length:
                continue
            last = tracks[t, 2] if place == 1 else tracks[t, 3]
            within, closing = tracks[t, 3], tracks[t, 4]
            old = value[t]
            if closing >= 0:
                sum_ = old + transitions[step, last, closing] + scores[i, closing]
                sum_ += bonuses[tracks[t, 5] + place - 1]
                if sum_ > now[closing]:
                    now[closing] = sum_
                    back[i, closing] = -2 - t
            sum_ = -np.inf
            if within >= 0:
                sum_ = old + transitions[step, last, within] + scores[i, within]
            if place < length - 1:
                value[t] = sum_
            elif within >= 0 and sum_ > now[within]:
                now[within] = sum_
                back[i, within] = -2 - t
        while first < coming and tracks[first, 0] + tracks[first, 1] <= i + 1:
            first += 1
        while coming < n_tracks and tracks[coming, 0] == i:
            label = tracks[coming, 2]
            value[coming] = now[label]
            entered[coming] = back[i, label]
            now[label] = -np.inf
            coming += 1
        before, now = now, before
    best, label = -np.inf, 0
    for y in range(n_labels):
        if before[y] + end[y] > best:
            best, label = before[y] + end[y], y
    i = n - 1
    while i >= 0:
        labels[i] = label
        where = back[i, label]
        if where >= -1:
            label = where
            i -= 1
            continue
        t = -2 - where
        begin = tracks[t, 0]
        for j in range(begin + 1, i):
            labels[j] = tracks[t, 3]
        labels[begin] = tracks[t, 2]
        label = entered[t]
        i = begin - 1
    return best
