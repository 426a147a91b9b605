"""The best label sequences of a sentence: Viterbi's, and the k best.

Scores of what is illegal are lowered by `ILLEGAL`, not to -inf: where nothing is legal, the
answer breaks as few rules as possible.

Source:
    Viterbi 1967; Seshadri & Sundberg 1994, "List Viterbi decoding algorithms", section II-A
    (the parallel form). Slow form: tests/naive_crf_chain.py.
"""

import numpy as np
import numpy.typing as npt

from nlptool.core.compiling import njit

Floats = npt.NDArray[np.float32] | npt.NDArray[np.float64]
Float64 = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]

ILLEGAL = -1e12


@njit(cache=True, nogil=True)
def viterbi(S: Floats, T: Floats, step: int, first: Floats, last: Floats, path: Ids) -> float:
    """Fill in the best label sequence; return its score.

    Args:
        S: scores; shape (n, L).
        T: scores of pairs, of all t (step 0) or of each (step 1); shape (1 or n, L, L).
        step: 0 or 1, see T.
        first: scores of the first label; shape (L,).
        last: scores of the last label; shape (L,).
        path: to be filled in; shape (n,).
    """
    n, L = S.shape
    if n == 0:
        return 0.0
    back = np.empty((n, L), np.int16)
    now = np.empty(L)
    then = np.empty(L)
    for y in range(L):
        now[y] = first[y] + S[0, y]
    for t in range(1, n):
        for y in range(L):
            then[y] = now[0] + T[t * step, 0, y]
            back[t, y] = 0
        for x in range(1, L):
            score = now[x]
            for y in range(L):
                other = score + T[t * step, x, y]
                if other > then[y]:
                    then[y] = other
                    back[t, y] = x
        for y in range(L):
            now[y] = then[y] + S[t, y]
    best = 0
    for y in range(L):
        now[y] += last[y]
        if now[y] > now[best]:
            best = y
    path[n - 1] = best
    for t in range(n - 1, 0, -1):
        path[t - 1] = back[t, path[t]]
    return float(now[best])


@njit(cache=True, nogil=True)
def k_best(
    S: Floats, T: Floats, step: int, first: Floats, last: Floats, paths: Ids, scores: Float64
) -> int:
    """Fill in the best label sequences, best first; return how many there are.

    Args:
        S: as in `viterbi`, and so T, step, first, last.
        T: see there.
        step: see there.
        first: see there.
        last: see there.
        paths: to be filled in; shape (k, n).
        scores: to be filled in; shape (k,).
    """
    n, L = S.shape
    k = len(scores)
    if n == 0:
        scores[0] = 0.0
        return 1
    # Of each label the k best sequences that end in it; where each comes from, as x * k + rank.
    back = np.empty((n, L, k), np.int32)
    now = np.full((L, k), -np.inf)
    then = np.empty((L, k))
    for y in range(L):
        now[y, 0] = first[y] + S[0, y]
    for t in range(1, n):
        for y in range(L):
            for r in range(k):
                then[y, r] = -np.inf
            for x in range(L):
                gain = T[t * step, x, y] + S[t, y]
                for r in range(k):
                    if not _insert(then[y], back[t, y], now[x, r] + gain, x * k + r):
                        break
        now, then = then, now
    ends = np.full(k, -np.inf)
    places = np.empty(k, np.int32)
    for y in range(L):
        for r in range(k):
            if not _insert(ends, places, now[y, r] + last[y], y * k + r):
                break
    found = 0
    while found < k and ends[found] > -np.inf:
        scores[found] = ends[found]
        place = places[found]
        for t in range(n - 1, -1, -1):
            paths[found, t] = place // k
            if t > 0:
                place = back[t, place // k, place % k]
        found += 1
    return found


@njit(cache=True, nogil=True)
def _insert(scores: Float64, places: Ids, score: float, place: int) -> bool:
    """Put a score where it belongs, unless it is no better than the last."""
    k = len(scores)
    if not score > scores[k - 1]:
        return False
    i = k - 1
    while i > 0 and score > scores[i - 1]:
        scores[i] = scores[i - 1]
        places[i] = places[i - 1]
        i -= 1
    scores[i] = score
    places[i] = place
    return True
