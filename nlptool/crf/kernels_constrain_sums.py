"""Sums over all label sequences where some spans have weights of their own: numba loops.

The sequences, and the tracks that some of them run on, are those of kernels_constrain.py. All
sums are logarithms, as weights may be anything; scores of what is illegal are -inf, or so low
that nothing is left of them.

Source:
    Rabiner 1989, "A tutorial on hidden Markov models", equations 18 to 27; Lafferty, McCallum
    and Pereira 2001. Slow form: tests/naive_crf_constrain.py.
"""

import math

import numpy as np

from nlptool.core.compiling import njit
from nlptool.crf.kernels_constrain import Float64, Int32, Int64


@njit(cache=True, nogil=True)
def forward(
    scores: Float64,
    pairs: Float64,
    which: Int32,
    first: Float64,
    last: Float64,
    tracks: Int64,
    bonuses: Float64,
    a: Float64,
    on: Float64,
) -> float:
    """Fill in the sums over what stands before; return that over all sequences.

    Args:
        scores: as `kernels_constrain.best_sequences` has them, and so all up to bonuses.
        pairs: see there.
        which: see there.
        first: see there.
        last: see there.
        tracks: see there.
        bonuses: see there.
        a: receives, of each label at each position, the sum over beginnings of sequences that
            end in it and are not within a track; shape (n, L).
        on: receives, of each place on each track but the first, the sum over those that end
            there; those of a track stand where its bonuses do.
    """
    n, L = scores.shape
    n_tracks = len(tracks)
    free = np.empty(L)
    ways = np.empty(L)
    a[:] = -np.inf
    coming = 0
    for i in range(n):
        for y in range(L):
            if i == 0:
                a[0, y] = first[y] + scores[0, y]
                continue
            for x in range(L):
                ways[x] = free[x] + pairs[which[i], x, y]
            a[i, y] = _plus(a[i, y], _sum(ways) + scores[i, y])
        free[:] = a[i]
        while coming < n_tracks and tracks[coming, 0] == i:
            length, label, within, closing, at = tracks[coming, 1:]
            own = a[i, label]
            free[label] = -np.inf
            on[at : at + length - 1] = -np.inf
            for place in range(1, length):
                j = i + place
                pair = pairs[which[j], label if place == 1 else within]
                if closing >= 0:
                    total = own + pair[closing] + scores[j, closing] + bonuses[at + place - 1]
                    a[j, closing] = _plus(a[j, closing], total)
                if within < 0:
                    break
                own += pair[within] + scores[j, within]
                if place < length - 1:
                    on[at + place] = own
                else:
                    a[j, within] = _plus(a[j, within], own)
            coming += 1
    return float(_sum(free + last))


@njit(cache=True, nogil=True)
def backward(
    scores: Float64,
    pairs: Float64,
    which: Int32,
    last: Float64,
    tracks: Int64,
    bonuses: Float64,
    b: Float64,
    on: Float64,
) -> None:
    """Fill in the sums over what stands behind.

    Args:
        scores: see `forward`, and so all up to bonuses.
        pairs: see there.
        which: see there.
        last: see there.
        tracks: see there.
        bonuses: see there.
        b: receives, of each label at each position, the sum over ends of sequences behind it,
            where it is not within a track; shape (n, L).
        on: receives that of each place on each track but the first; see `forward`.
    """
    n, L = scores.shape
    ways = np.empty(L)
    coming = len(tracks) - 1
    for i in range(n - 1, -1, -1):
        for x in range(L):
            if i == n - 1:
                b[i, x] = last[x]
                continue
            for y in range(L):
                ways[y] = pairs[which[i + 1], x, y] + scores[i + 1, y] + b[i + 1, y]
            b[i, x] = _sum(ways)
        while coming >= 0 and tracks[coming, 0] == i:
            length, label, within, closing, at = tracks[coming, 1:]
            on[at : at + length - 1] = -np.inf
            own = -np.inf
            for place in range(length - 1 if within >= 0 else 1, 0, -1):
                j = i + place
                pair = pairs[which[j], label if place == 1 else within]
                if within >= 0:
                    own = b[j, within] if place == length - 1 else own
                    own += pair[within] + scores[j, within]
                if closing >= 0:
                    total = pair[closing] + scores[j, closing] + bonuses[at + place - 1]
                    own = _plus(own, total + b[j, closing])
                if place > 1:
                    on[at + place - 1] = own
            b[i, label] = own
            coming -= 1


@njit(cache=True, nogil=True)
def chances(
    a: Float64, b: Float64, tracks: Int64, on_a: Float64, on_b: Float64, p: Float64, z: Float64
) -> None:
    """Fill in the probability of each label at each position.

    Args:
        a: what `forward` found.
        b: what `backward` found.
        tracks: see there.
        on_a: see `forward`.
        on_b: see `backward`.
        p: receives the probabilities; shape (n, L).
        z: receives the sum over all sequences, each position's own: a long sentence's sum has
            lost its last digits; shape (n,).
    """
    n, L = a.shape
    for i in range(n):
        for y in range(L):
            p[i, y] = a[i, y] + b[i, y]
    for t in range(len(tracks)):
        begin, length, _, within, _, at = tracks[t]
        if within >= 0:
            for place in range(1, length - 1):
                own = on_a[at + place] + on_b[at + place]
                p[begin + place, within] = _plus(p[begin + place, within], own)
    for i in range(n):
        z[i] = _sum(p[i])
        for y in range(L):
            p[i, y] = math.exp(p[i, y] - z[i])


@njit(cache=True, nogil=True)
def span_chances(
    scores: Float64,
    pairs: Float64,
    which: Int32,
    tracks: Int64,
    bonuses: Float64,
    a: Float64,
    b: Float64,
    z: Float64,
    spans: Int64,
    path: Int32,
    p: Float64,
) -> None:
    """Fill in the probability of spans, whatever stands around them.

    Args:
        scores: see `forward`, and so all up to bonuses.
        pairs: see there.
        which: see there.
        tracks: see there.
        bonuses: see there.
        a: what `forward` found.
        b: what `backward` found.
        z: what `chances` found.
        spans: where each begins and ends, rising; shape (n_spans, 2).
        path: the labels of the sequence that they are in; shape (n,).
        p: receives the probabilities; shape (n_spans,).
    """
    t = 0
    for s in range(len(spans)):
        begin, end = spans[s]
        label = path[begin]
        total = a[begin, label] + b[end - 1, path[end - 1]]
        for i in range(begin + 1, end):
            total += pairs[which[i], path[i - 1], path[i]] + scores[i, path[i]]
        while t < len(tracks) and tracks[t, 0] < begin:
            t += 1
        own = t
        while own < len(tracks) and tracks[own, 0] == begin:
            is_it = tracks[own, 2] == label and tracks[own, 4] == path[end - 1]
            if is_it and 1 < end - begin <= tracks[own, 1]:
                total += bonuses[tracks[own, 5] + end - begin - 2]
            own += 1
        p[s] = math.exp(min(0.0, total - z[begin]))


@njit(cache=True, nogil=True)
def _plus(left: float, right: float) -> float:
    """Return the logarithm of the sum of two numbers, of which there are the logarithms."""
    top = max(left, right)
    if top == -np.inf:
        return -math.inf
    return float(top + math.log1p(math.exp(min(left, right) - top)))


@njit(cache=True, nogil=True)
def _sum(logs: Float64) -> float:
    """Return the logarithm of the sum of numbers, of which there are the logarithms."""
    top = -np.inf
    for i in range(len(logs)):
        top = max(top, logs[i])
    if top == -np.inf:
        return -math.inf
    total = 0.0
    for i in range(len(logs)):
        total += math.exp(logs[i] - top)
    return float(top + math.log(total))
