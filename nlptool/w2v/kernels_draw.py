"""Which words are trained on, and which are drawn as negatives: arrays in, arrays out.

Random numbers come from counters, so that nothing is kept between calls but a seed.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Ids = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Table = npt.NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the step of the counters
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


@njit(nogil=True, inline="always")
def mixed(state: np.uint64) -> np.uint64:
    """Return 64 random bits from a counter.

    Source:
        SplitMix64; Steele, Lea and Flood, 2014, Fast splittable pseudorandom number generators.
    """
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(nogil=True, inline="always")
def below(bits: np.uint64, n: int) -> np.uint64:
    """Return a number in 0 ... n - 1 from the upper half of 64 random bits."""
    return ((bits >> HALF) * np.uint64(n)) >> HALF


@njit(nogil=True, inline="always")
def draw_rows(table: Table, state: np.uint64, dim: int, rows: Places) -> np.uint64:
    """Fill `rows` with the offsets of rows of words drawn; return the counter."""
    for j in range(len(rows)):
        state += GOLDEN
        bits = mixed(state)
        i = below(bits, len(table))
        entry = table[i]
        rows[j] = np.int64(i if (bits & LOW) < (entry >> HALF) else entry & LOW) * dim
    return state


@njit(cache=True)
def alias_table(weights: npt.NDArray[np.float64]) -> Table:
    """Build the table from which words are drawn in proportion to their weights.

    Args:
        weights: one for each word, each > 0; shape (V,).

    Returns:
        Shape (V,): the upper half is a threshold in units of 2^-32, the lower half the word
        to take instead where 32 random bits reach the threshold.

    Source:
        Vose, 1991, A linear algorithm for generating random numbers with a given distribution.
    """
    n = len(weights)
    total = 0.0
    for i in range(n):
        total += weights[i]
    share = np.empty(n, np.float64)
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    n_small, n_large = 0, 0
    table = np.empty(n, np.uint64)
    for i in range(n):
        share[i] = weights[i] * n / total
        table[i] = (LOW << HALF) | np.uint64(i)
        if share[i] < 1:
            small[n_small] = i
            n_small += 1
        else:
            large[n_large] = i
            n_large += 1
    while n_small > 0 and n_large > 0:
        n_small -= 1
        i, j = small[n_small], large[n_large - 1]
        table[i] = (np.uint64(share[i] * 4294967295.0) << HALF) | np.uint64(j)
        share[j] -= 1 - share[i]
        if share[j] < 1:
            n_large -= 1
            small[n_small] = j
            n_small += 1
    return table


@njit(cache=True)
def held_out(ids: Ids, every: int, longest: int) -> Places:
    """Return where the middle one of each `every` sentences begins and ends.

    Sentences of one word, or of more than `longest`, are passed over.

    Args:
        ids: word ids, -1 after each sentence; shape (n,).
        every: at least 1.
        longest: in words.

    Returns:
        Shape (n_sentences, 2): the position of the first word, and of the -1 after the last.
    """
    places = np.empty((len(ids) // 2 // every + 1, 2), np.int64)
    n, sentence, start = 0, 0, 0
    for i in range(len(ids)):
        if ids[i] < 0:
            if sentence % every == every // 2 and 1 < i - start <= longest:
                places[n, 0], places[n, 1] = start, i
                n += 1
            sentence += 1
            start = i + 1
    return places[:n]


@njit(cache=True, nogil=True)
def thin(ids: Ids, start: int, apart: Places, keep: Floats, seed: np.uint64) -> Ids:
    """Copy a span of words without those that sub-sampling drops or that are held out.

    Args:
        ids: word ids, -1 between sentences; shape (n,).
        start: where in the corpus the span begins.
        apart: the stretches of the corpus that are held out, as from `held_out`.
        keep: the share of each word's occurrences that stays; shape (V,).
        seed: of the random numbers.

    Returns:
        At most n + 1 ids, the last of them -1.
    """
    state = np.uint64(seed)
    out = np.empty(len(ids) + 1, np.int32)
    n = 0
    h = 0
    while h < len(apart) and apart[h, 1] <= start:
        h += 1
    for i in range(len(ids)):
        word = ids[i]
        if h < len(apart) and start + i >= apart[h, 0]:
            if start + i + 1 == apart[h, 1]:
                h += 1
            word = np.int32(-1)
        if word >= 0:
            state += GOLDEN
            if np.float32(mixed(state) >> np.uint64(40)) * np.float32(2**-24) >= keep[word]:
                continue
        out[n] = word
        n += 1
    out[n] = -1
    return out[: n + 1]
