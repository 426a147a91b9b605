"""From code points to ids, for all columns at once: numba loops over the tokens of a sentence.

A token is a code: the code point of its only character, or `N_POINTS` and more for the longer
tokens of a text, which are spelled out beside. What the ids mean is in columns.py. Slow form:
tests/naive_crf_features.py.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit
from nlptool.core.jieba_trie import Nodes
from nlptool.crf.kernels_match import match

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Bytes = NDArray[np.uint8]

TOKENS, TYPE, SAME, POINT, BEGIN, INSIDE, END, BEGIN_VALUE, INSIDE_VALUE = range(9)
"""What a column is; the last five come from a trie of words:

the longest word that begins here, the longest that covers this token, the longest that ends
here; and a value of the first or the second of them.
"""

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
        filters: of each trie 8 bits for each of its entries, see `fill_filter`.
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
    filters: Nodes
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
    longest = np.int64(0)
    for sentence in range(first, last):
        longest = max(longest, starts[sentence + 1] - starts[sentence] - 2 * pad)
    room, codes_ = np.empty(7 * longest, np.int32), np.empty(longest, np.int32)
    nodes = np.empty((2, longest), np.uint64)
    for sentence in range(first, last):
        at = starts[sentence] - 2 * pad * sentence
        start = starts[sentence] + pad
        n = starts[sentence + 1] - start - pad
        normal, found = codes_[:n], room[: 7 * n].reshape((7, n))
        for i in range(n):
            normal[i] = view.normal[codes[at + i]]
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
                        row[i] = view.ids[codes[at + i]]
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
        for trie in range(len(view.caps)):
            begin, end = view.table_begins[trie], view.table_begins[trie + 1]
            table, bits = view.tables[begin:end], view.filters[begin // 8 : end // 8]
            first = view.firsts[trie]
            match(normal, table, first, bits, view.spelled, view.spell_begins, found, nodes)
            for c in range(len(view.plan)):
                if view.plan[c, 0] >= BEGIN and view.plan[c, 1] == trie:
                    _write(found, view.plan[c], view, ids[c, start : start + n], own)


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
            number = found[1, i - found[4, i]]
            row[i] = own + (view.values[extra + number - 1] if found[5, i] > 0 else 0)
    elif kind == INSIDE:
        behind, lengths = found[4], found[5]
        for i in range(n):
            length = lengths[i]
            place = 1 if behind[i] == 0 else 3 if behind[i] == length - 1 else 2
            place = place if length > 1 else 0
            value = 1 + place + 4 * (min(length, cap) - 1)
            row[i] = own + (value if length > 0 else 0)
        if extra > 0:
            for i in range(n):
                if lengths[i] > 0:
                    row[i] += 4 * cap * (found[1, i - behind[i]] - 1)
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
