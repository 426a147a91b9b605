"""From counted tokens to the ids of a vocabulary; numba loops."""

import numpy as np
from numba import njit

from nlptool.core.tokens import Bytes, Int32, Int64

_8 = np.uint64(8)


@njit(cache=True, nogil=True)
def _before(text: Bytes, starts: Int64, a: int, b: int) -> bool:
    """Tell if token a's bytes come before token b's."""
    n_a = starts[a + 1] - starts[a] - 1
    n_b = starts[b + 1] - starts[b] - 1
    for i in range(min(n_a, n_b)):
        x = text[starts[a] + i]
        y = text[starts[b] + i]
        if x != y:
            return bool(x < y)
    return bool(n_a < n_b)


@njit(cache=True, nogil=True)
def order(text: Bytes, starts: Int64, counts: Int64) -> Int64:
    """Return the tokens' places by falling count, then rising bytes: one merge sort.

    Args:
        text: the tokens, each followed by one byte that is no part of it.
        starts: where each token begins; shape (n + 1,), the last is the end.
        counts: shape (n,).

    Returns:
        Shape (n,): the index of the token that comes first, second, ...
    """
    n = len(counts)
    heads = np.zeros(n, np.uint64)
    for i in range(n):
        for at in range(starts[i], min(starts[i] + 8, starts[i + 1] - 1)):
            place = np.uint64(7 - (at - starts[i]))
            heads[i] |= np.uint64(text[at]) << (_8 * place)
    here = np.arange(n)
    there = np.empty(n, np.int64)
    width = 1
    while width < n:
        for low in range(0, n, 2 * width):
            a = low
            middle = min(low + width, n)
            b = middle
            high = min(low + 2 * width, n)
            for out in range(low, high):
                if b >= high:
                    left = True
                elif a >= middle:
                    left = False
                else:
                    x = here[a]
                    y = here[b]
                    if counts[x] != counts[y]:
                        left = counts[x] > counts[y]
                    elif heads[x] != heads[y]:
                        left = heads[x] < heads[y]
                    else:
                        left = _before(text, starts, x, y)
                if left:
                    there[out] = here[a]
                    a += 1
                else:
                    there[out] = here[b]
                    b += 1
        here, there = there, here
        width *= 2
    return here


@njit(cache=True, nogil=True)
def gather(text: Bytes, starts: Int64, chosen: Int64, separator: int) -> Bytes:
    """Return the chosen tokens in the given order, each followed by the separator byte."""
    size = 0
    for i in range(len(chosen)):
        size += starts[chosen[i] + 1] - starts[chosen[i]]
    out = np.empty(size, np.uint8)
    at = 0
    for i in range(len(chosen)):
        for j in range(starts[chosen[i]], starts[chosen[i] + 1] - 1):
            out[at] = text[j]
            at += 1
        out[at] = separator
        at += 1
    return out


@njit(cache=True, nogil=True)
def renumber(ids: Int32, new_ids: Int32, last: int) -> tuple[int, int, int]:
    """Replace ids in place by new_ids[id], dropping words that have none and empty sentences.

    Args:
        ids: -1 ends a sentence.
        new_ids: -1 where the word is dropped.
        last: the id kept before these; -1 at the start.

    Returns:
        How many are left at the front of `ids`, how many words were read, how many were kept.
    """
    out = 0
    n_read = 0
    n_words = 0
    for i in range(len(ids)):
        new = -1
        if ids[i] >= 0:
            n_read += 1
            new = int(new_ids[ids[i]])
            if new < 0:
                continue
            n_words += 1
        elif last < 0:
            continue
        ids[out] = new
        out += 1
        last = new
    return out, n_read, n_words
