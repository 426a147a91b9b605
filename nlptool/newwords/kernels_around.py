"""What stands before and behind the words of a text; numba loops."""

from math import log

import numpy as np
from numba import njit

from nlptool.core.sorting import Counts, Keys
from nlptool.newwords.kernels_grams import Float64, Int32, Int64
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, look


@njit(cache=True, nogil=True)
def surround(
    codes: Int32,
    begin: int,
    n: int,
    ranks: Int32,
    first: int,
    bits: int,
    of: Lookup,
    order: int,
    on: Desk,
    words: Int32,
    counts: Int64,
    keys: Keys,
) -> int:
    """Write what stands before and behind each occurrence of some words.

    Args:
        codes: the text; occurrences begin from `begin` on in `n` places, and may reach behind.
        begin: 0 at the text's begin, else 1 so that the code before is there.
        n: see above.
        ranks: of each code.
        first: the least rank that can be there twice.
        bits: of a rank.
        of: a trie of the words.
        order: symbols of the longest word.
        on: where to work.
        words: of each number of the trie the word, or -1.
        counts: of each word, added to.
        keys: receives ((2 * word + side) << bits) | rank, but no boundaries and no ranks below
            `first`; enough room is twice `n` times the longest word.

    Returns:
        How many keys were written.
    """
    here, numbers = on.ranks, on.numbers
    n_keys = 0
    at = begin
    while at < begin + n:
        size = min(BLOCK, begin + n - at)
        for i in range(size + order):
            code = codes[at + i] if at + i < len(codes) else 0
            here[i] = ranks[code] if code > 0 else 0
        look(size, order, of, on)
        for i in range(size):
            for ahead in range(1, order):
                number = numbers[ahead, i]
                if number == 0:
                    break
                word = np.int64(words[number])
                if word < 0:
                    continue
                counts[word] += 1
                before = np.int32(0)
                if at + i > 0 and codes[at + i - 1] > 0:
                    before = ranks[codes[at + i - 1]]
                behind = here[i + ahead + 1]
                for side in range(2):
                    rank = before if side == 0 else behind
                    if rank >= first:
                        key = np.uint64(2 * word + side) << np.uint64(bits) | np.uint64(rank)
                        keys[n_keys, 0] = key
                        n_keys += 1
        at += size
    return n_keys


@njit(cache=True, nogil=True)
def add_logs(keys: Keys, counts: Counts, bits: int, sums: Float64) -> None:
    """Add c log c of each neighbour that `surround` wrote to its word and side."""
    for i in range(len(counts)):
        if counts[i] > 1:
            sums[np.int64(keys[i, 0] >> np.uint64(bits))] += counts[i] * log(counts[i])
