"""The best label sequences where some spans have weights of their own: numba loops.

A label does not tell where its span began, so a span's weight cannot be part of a label's
score. From where such a span may begin up to where the longest ends, a sequence that begins a
span there therefore runs on a track of its own, which knows where it is:

    at b         the track's node, with label B; there is no other way to begin this span
    b < i        the track goes on with I, or ends with E, which gets the weight of b..i
    i = last     it ends with E, or becomes any other span, with I

Everything else is the usual algorithm: so each sequence is still found once. A track has no
choices within, and is run through where it begins; what it ends in waits for its position.

Source:
    Seshadri & Sundberg 1994, "List Viterbi decoding algorithms", section II-A (the parallel
    form); with one sequence, Viterbi 1967. Slow form: tests/naive_crf_constrain.py.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit

Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]


@njit(cache=True, nogil=True)
def best_sequences(
    scores: Float64,
    pairs: Float64,
    which: Int32,
    first: Float64,
    last: Float64,
    tracks: Int64,
    bonuses: Float64,
    paths: Int32,
    sums: Float64,
) -> int:
    """Fill in the label sequences with the greatest sums, best first; return how many.

    Args:
        scores: of each label at each position; shape (n, L), n >= 1.
        pairs: scores of pairs of labels, -inf where not allowed; shape (n_kinds, L, L).
        which: the kind of pairs of each position and the one before; shape (n,).
        first: scores of the first label; shape (L,).
        last: scores of the last label; shape (L,).
        tracks: of each track, rising by the first: where it begins, how many positions its
            longest span has (>= 2), its labels B, I and E (-1: there is none), and where its
            bonuses begin; shape (n_tracks, 6). Two with the same beginning differ in B.
        bonuses: of each track's spans of 2, 3, ... positions.
        paths: receives the labels; shape (k, n).
        sums: receives the sums; shape (k,), k >= 1.
    """
    n, L = scores.shape
    k, n_tracks = len(sums), len(tracks)
    room = 2
    within = np.full(L, -1)  # of each label B that has tracks
    for t in range(n_tracks):
        room = max(room, tracks[t, 1])
        within[tracks[t, 2]] = tracks[t, 3]
    # Of each label the k best sequences that end in it: those of position i in row i % room, and
    # what tracks end in later. Where each comes from: (positions back - 1, label, rank).
    ends = np.full((room, L, k), -np.inf)
    back = np.empty((n, L, k), np.int32)
    for y in range(L):
        ends[0, y, 0] = first[y] + scores[0, y]
    coming = 0
    for i in range(n):
        now = ends[i % room]
        if i > 0:
            before = ends[(i - 1) % room]
            for y in range(L):
                for x in range(L):
                    gain = pairs[which[i], x, y] + scores[i, y]
                    _insert_all(now[y], back[i, y], before[x], gain, x * k)
            before[:] = -np.inf
        while coming < n_tracks and tracks[coming, 0] == i:
            length, label, inner, closing, at = tracks[coming, 1:]
            gain = 0.0
            for place in range(1, length):
                j = i + place
                then, froms = ends[j % room], back[j]
                pair = pairs[which[j], label if place == 1 else inner]
                code = ((place - 1) * L + label) * k
                if closing >= 0:
                    total = gain + pair[closing] + scores[j, closing] + bonuses[at + place - 1]
                    _insert_all(then[closing], froms[closing], now[label], total, code)
                if inner < 0:
                    break
                gain += pair[inner] + scores[j, inner]
                if place == length - 1:
                    _insert_all(then[inner], froms[inner], now[label], gain, code)
            now[label] = -np.inf
            coming += 1
    final = np.full(k, -np.inf)
    places = np.empty(k, np.int32)
    for y in range(L):
        _insert_all(final, places, ends[(n - 1) % room, y], last[y], y * k)
    found = 0
    while found < k and final[found] > -np.inf:
        sums[found] = final[found]
        code, i = places[found], n - 1
        while True:
            steps, y, r = code // (L * k), code // k % L, code % k
            for j in range(i + 1, i + steps + 1):
                paths[found, j] = within[y]
            paths[found, i] = y
            if i == 0:
                break
            code = back[i, y, r]
            i -= code // (L * k) + 1
        found += 1
    return found


@njit(cache=True, nogil=True)
def _insert_all(sums: Float64, codes: Int32, given: Float64, gain: float, code: int) -> None:
    """Put falling sums where they belong among others, as far as they are better.

    Args:
        sums: the best so far, the best first; shape (k,).
        codes: where each comes from; shape (k,).
        given: others; shape (k,).
        gain: is added to each of those.
        code: where the first of those comes from; the others follow.
    """
    k = len(sums)
    for r in range(k):
        own = given[r] + gain
        if not own > sums[k - 1]:
            return
        i = k - 1
        while i > 0 and own > sums[i - 1]:
            sums[i] = sums[i - 1]
            codes[i] = codes[i - 1]
            i -= 1
        sums[i] = own
        codes[i] = code + r
