"""From code points to ids, for all columns at once: numba loops over the tokens of a sentence.

A token is a code: the code point of its only character, or `N_POINTS` and more for the longer
tokens of a text, which are spelled out beside. What the ids mean is in columns.py. Slow form:
tests/naive_crf_features.py.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit
from nlptool.core.jieba_hmm import HAN_END
from nlptool.core.jieba_trie import (
    CHILDREN,
    COUNT_SHIFT,
    KEY,
    NO_NODE,
    PLACE,
    ROOT,
    Nodes,
    find,
    key_of,
    place_of,
)
from nlptool.crf.normalise import N_POINTS

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bytes = NDArray[np.uint8]

TOKENS, TYPE, SAME, POINT, BEGIN, INSIDE, END, BEGIN_VALUE, INSIDE_VALUE = range(9)
"""What a column is; the last five come from a trie of words:

the longest word that begins here, the longest that covers this token, the longest that ends
here; and a value of the first or the second of them.
"""

LONGEST_WORD = 64
"""Characters of a word in a trie, at most."""

PLACES = ("S", "B", "M", "E")
"""Where in a word a token is: it is all of it, its first, one within, its last."""


class View(NamedTuple):
    """What the kernels need of a model's columns.

    Args:
        plan: of each column what it is, then numbers: TOKENS which of the file's columns; SAME
            the distance; POINT the row of `point_values`; from a trie which one, then for a
            value the place in `values` of word 1, else 1 for the types of words, too; shape
            (n_columns, 3).
        ids: the id of each code in the column of tokens.
        normal: the code that each code becomes.
        types: what each code is, see character_types.py.
        point_values: values of codes; shape (n_rows, n_codes).
        tables: the tries, see `core.jieba_trie`, one after the other; the count of a word is a
            number from 1: its type's, or its own.
        table_begins: where each trie begins; shape (n_tries + 1,).
        firsts: the node of each character below `HAN_END` in each trie; shape
            (n_tries, HAN_END).
        caps: of each trie the length from which on words count as equally long.
        values: of words, see `plan`.
        spelled: the normalised characters of the longer tokens.
        spell_begins: where each of these begins there; shape (n_longer + 1,).
    """

    plan: Int64
    ids: Int32
    normal: Int32
    types: Bytes
    point_values: Int32
    tables: Nodes
    table_begins: Int64
    firsts: Nodes
    caps: Int64
    values: Int32
    spelled: Int32
    spell_begins: Int64


@njit(cache=True, nogil=True)
def observe_all(
    codes: Int32, starts: Int64, view: View, pad: int, ids: Int32, first: int, last: int
) -> None:
    """Write the ids of sentences, their padding included.

    Args:
        codes: of the tokens of all sentences.
        starts: where each block begins; shape (n_sentences + 1,).
        view: the columns.
        pad: how many positions to add on each side of a sentence.
        ids: receives the ids; of the file's further columns the padding only; shape
            (n_columns, n_padded).
        first: the first sentence that is written.
        last: behind the last one.
    """
    own = 2 * pad + 1
    for sentence in range(first, last):
        begin = starts[sentence] - 2 * pad * sentence
        start = starts[sentence] + pad
        n = starts[sentence + 1] - start - pad
        normal = np.empty(n, np.int32)
        for i in range(n):
            normal[i] = view.normal[codes[begin + i]]
        for c in range(len(view.plan)):
            for d in range(pad):
                ids[c, start - 1 - d] = 1 + d
                ids[c, start + n + d] = 1 + pad + d
            row = ids[c, start : start + n]
            kind = view.plan[c, 0]
            which = view.plan[c, 1]
            if kind == TOKENS:
                if which == 0:
                    for i in range(n):
                        row[i] = view.ids[codes[begin + i]]
            elif kind == TYPE:
                for i in range(n):
                    row[i] = own + view.types[normal[i]]
            elif kind == SAME:
                row[:] = own
                for i in range(n - which):
                    row[i] += normal[i] == normal[i + which]
            elif kind == POINT:
                for i in range(n):
                    row[i] = own + view.point_values[which, normal[i]]
        found = np.empty((6, n), np.int32)
        for trie in range(len(view.caps)):
            match(normal, trie, view, found)
            for c in range(len(view.plan)):
                if view.plan[c, 0] >= BEGIN and view.plan[c, 1] == trie:
                    _write(found, view.plan[c], view, ids[c, start : start + n], own)


@njit(cache=True, nogil=True)
def match(normal: Int32, trie: int, view: View, found: Int32) -> None:
    """Find the words of a trie in a sentence.

    Args:
        normal: its codes, normalised; shape (n,).
        trie: which one.
        view: has it.
        found: receives of each token the length and the number of the longest word that
            begins there (0, 0: none), of the longest that ends there, and of the longest that
            covers it: where that begins, or -1, and its length. Of equally long ones the
            leftmost counts; shape (6, n).
    """
    n = len(normal)
    table = view.tables[view.table_begins[trie] : view.table_begins[trie + 1]]
    first = view.firsts[trie]
    mask = np.uint64(len(table) - 1)
    found[:4] = 0
    found[4] = -1
    found[5] = 0
    heads = np.empty(n, np.uint64)
    keys = np.empty(n, np.uint64)
    near = np.empty(n, np.uint64)
    for i in range(n):
        if normal[i] < HAN_END:
            heads[i] = first[normal[i]]
        else:
            heads[i] = _next(table, ROOT, normal[i], view.spelled, view.spell_begins)
    # Where two tokens lead, without a branch, so that many nodes are on their way at a time.
    for i in range(n - 1):
        keys[i] = key_of(heads[i] & PLACE, normal[i + 1])
    for i in range(n - 1):
        near[i] = table[place_of(keys[i], mask)]
    for i in range(n):
        node = heads[i]
        longest = 0
        stop = min(n, i + LONGEST_WORD)
        for j in range(i, stop):
            number = np.int32(node >> COUNT_SHIFT)
            if number > 0:
                longest = j - i + 1
                found[0, i] = longest
                found[1, i] = number
                if longest > found[2, j]:
                    found[2, j] = longest
                    found[3, j] = number
            if node & CHILDREN == NO_NODE or j + 1 == stop:
                break
            code = normal[j + 1]
            if code >= N_POINTS:
                node = _next(table, node & PLACE, code, view.spelled, view.spell_begins)
            elif j == i and near[i] & KEY == keys[i]:
                node = (near[i] & ~KEY) | place_of(keys[i], mask)
            elif j == i and near[i] == NO_NODE:
                break
            else:
                node = find(table, node & PLACE, code)
            if node == NO_NODE:
                break
        for j in range(i, i + longest):
            if longest > found[5, j]:
                found[4, j] = i
                found[5, j] = longest


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


@njit(cache=True, nogil=True)
def _write(found: Int32, plan: Int64, view: View, row: Int32, own: int) -> None:
    """Write one column from what `match` found; see tries.py for the values."""
    n = len(row)
    kind, cap, extra = plan[0], view.caps[plan[1]], plan[2]
    if kind == BEGIN_VALUE:
        for i in range(n):
            row[i] = own + (view.values[extra + found[1, i] - 1] if found[1, i] > 0 else 0)
    elif kind == INSIDE_VALUE:
        for i in range(n):
            number = found[1, found[4, i]] if found[5, i] > 0 else 0
            row[i] = own + (view.values[extra + number - 1] if number > 0 else 0)
    elif kind == INSIDE:
        firsts, lengths = found[4], found[5]
        for i in range(n):
            length = lengths[i]
            place = 1 if i == firsts[i] else 3 if i == firsts[i] + length - 1 else 2
            place = place if length > 1 else 0
            value = 1 + place + 4 * (min(length, cap) - 1)
            row[i] = own + (value if length > 0 else 0)
        if extra > 0:
            for i in range(n):
                if lengths[i] > 0:
                    row[i] += 4 * cap * (found[1, firsts[i]] - 1)
    else:
        lengths, numbers = found[0], found[1]
        if kind == END:
            lengths, numbers = found[2], found[3]
        for i in range(n):
            more = extra * cap * max(numbers[i] - 1, 0)
            row[i] = own + min(lengths[i], cap) + more


@njit(cache=True, nogil=True)
def lay_out(values: Int32, starts: Int64, pad: int, row: Int32) -> None:
    """Write values of tokens where the tokens of the blocks are, leaving the padding.

    Args:
        values: of all tokens, one sentence after the other.
        starts: where each block begins; shape (n_sentences + 1,).
        pad: see `observe_all`.
        row: receives them; shape (n_padded,).
    """
    n = 0
    for i in range(len(starts) - 1):
        for at in range(starts[i] + pad, starts[i + 1] - pad):
            row[at] = values[n]
            n += 1
