"""Words of a trie in a sentence: the longest that begin, end and stand at each token; numba loops.

Most of what is looked for in a trie is not there. A filter tells that sooner: one bit for each
hash of a node, 8 bits for each entry of the trie's table. Slow form: `longest_words` of
tests/naive_crf_features.py.
"""

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit
from nlptool.core.jieba_hmm import HAN_END
from nlptool.core.jieba_trie import (
    CHILDREN,
    COUNT_SHIFT,
    KEY,
    MIX,
    NO_NODE,
    PLACE,
    ROOT,
    TAKEN,
    Nodes,
    find,
    key_of,
    place_of,
)
from nlptool.crf.normalise import N_POINTS

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]

LONGEST_WORD = 64
"""Characters of a word in a trie, at most."""

_1 = np.uint64(1)
_6 = np.uint64(6)
_63 = np.uint64(63)


@njit(cache=True, nogil=True)
def match(
    normal: Int32,
    table: Nodes,
    first: Nodes,
    bits: Nodes,
    spelled: Int32,
    spell_begins: Int64,
    found: Int32,
    nodes: Nodes,
) -> None:
    """Find the words of a trie in a sentence.

    Beginnings of words grow by one token at a time, all of them together: so nothing has to be
    foretold, and most of those that do not go on are told by one bit.

    Args:
        normal: its codes, normalised; shape (n,).
        table: the trie, see `core.jieba_trie`.
        first: its node of each character below `HAN_END`.
        bits: its filter, see `fill_filter`.
        spelled: of the longer tokens, see `kernels_columns.View`.
        spell_begins: the same.
        found: receives of each token the length and the number of the longest word that
            begins there (0, 0: none), of the longest that ends there, and of the longest that
            covers it: how far behind its first token, and its length. Of equally long ones the
            leftmost counts. The seventh row is to work in; shape (7, n).
        nodes: to work in; shape (2, n or more).
    """
    n = len(normal)
    mask, shift = np.uint64(len(table) - 1), _shift(bits)
    sizes, numbers, end_sizes, end_numbers, at = found[0], found[1], found[2], found[3], found[6]
    open_, keys = nodes[0], nodes[1]
    n_open = 0
    for i in range(n):
        if normal[i] < HAN_END:
            node = first[normal[i]]
        else:
            node = _next(table, ROOT, normal[i], spelled, spell_begins)
        numbers[i] = end_numbers[i] = node >> COUNT_SHIFT
        sizes[i] = end_sizes[i] = (node >> COUNT_SHIFT) != 0
        open_[n_open] = node
        at[n_open] = i
        n_open += (node & CHILDREN != NO_NODE) & (i + 1 < n)
    for size in range(1, LONGEST_WORD):
        n_left = 0
        for k in range(n_open):
            code = normal[at[k] + size]
            key = key_of(open_[k] & PLACE, code)
            bit = (key * MIX) >> shift
            keys[n_left], open_[n_left], at[n_left] = key, open_[k], at[k]
            n_left += (((bits[bit >> _6] >> (bit & _63)) & _1) != NO_NODE) | (code >= N_POINTS)
        n_open = 0
        for k in range(n_left):
            begin, key = np.int64(at[k]), keys[k]
            last = begin + size
            place = place_of(key, mask)
            node = (table[place] & ~KEY) | place
            if table[place] & KEY != key or normal[last] >= N_POINTS:
                node = _next(table, open_[k] & PLACE, normal[last], spelled, spell_begins)
            number = np.int32(node >> COUNT_SHIFT)
            is_word = number > 0
            sizes[begin] = size + 1 if is_word else sizes[begin]
            numbers[begin] = number if is_word else numbers[begin]
            # The longest comes last, and the leftmost is the longest.
            end_sizes[last] = size + 1 if is_word else end_sizes[last]
            end_numbers[last] = number if is_word else end_numbers[last]
            open_[n_open] = node
            at[n_open] = begin
            n_open += (node & CHILDREN != NO_NODE) & (last + 1 < n)
        if n_open == 0:
            break
    behind, cover_sizes = found[4], found[5]
    n_longer = 0
    for i in range(n):
        behind[i] = 0
        cover_sizes[i] = sizes[i] > 0
        at[n_longer] = i
        n_longer += sizes[i] > 1
    for k in range(n_longer):
        begin = np.int64(at[k])
        size = sizes[begin]
        for d in range(size):
            is_better = size > cover_sizes[begin + d]
            cover_sizes[begin + d] = size if is_better else cover_sizes[begin + d]
            behind[begin + d] = np.int32(d) if is_better else behind[begin + d]


@njit(cache=True, nogil=True)
def fill_filter(table: Nodes, bits: Nodes) -> None:
    """Set the bit that the key of each node of a trie leads to.

    Args:
        table: the trie.
        bits: zeros; an eighth of its length.
    """
    shift = _shift(bits)
    for node in table:
        if node & TAKEN != NO_NODE:
            bit = ((node & KEY) * MIX) >> shift
            bits[bit >> _6] |= _1 << (bit & _63)


@njit(cache=True, nogil=True)
def _shift(bits: Nodes) -> np.uint64:
    """Return what leaves of a hash as much as a filter has bits."""
    shift, size = np.uint64(58), len(bits)
    while size > 1:
        size >>= 1
        shift -= _1
    return shift


@njit(cache=True, nogil=True)
def _next(
    table: Nodes, place: np.uint64, code: int, spelled: Int32, spell_begins: Int64
) -> np.uint64:
    """Return the node of a token behind a beginning, see `find`; 0 if there is none."""
    node: np.uint64 = NO_NODE
    if code < N_POINTS:
        node = find(table, place, code)
        return node
    for k in range(spell_begins[code - N_POINTS], spell_begins[code - N_POINTS + 1]):
        node = find(table, place, spelled[k])
        if node == NO_NODE:
            break
        place = node & PLACE
    return node
