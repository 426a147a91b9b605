"""Words that are looked for in a text, as a trie: built here, searched in kernels_columns.py.

The trie is that of `core.jieba_trie`; the number of a word stands where a count stands there.

    begin    0: no word; else 1 + (length - 1) + cap * type
    end      the same
    inside   0: no word; else 1 + place + 4 * ((length - 1) + cap * type), with the place S B M E

Lengths are of tokens, and at most `cap`; a column without types takes every type as 0.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from nlptool.core.jieba_hmm import HAN_END
from nlptool.core.jieba_trie import (
    CHILDREN,
    COUNT_SHIFT,
    PLACE_BITS,
    Nodes,
    insert_lines,
    refresh,
)
from nlptool.crf.kernels_match import LONGEST_WORD, Int32, Int64, fill_filter
from nlptool.errors import CorpusError

MOST_NUMBERS = (1 << (64 - int(COUNT_SHIFT))) - 1
"""The largest number of a word."""

_FULL = 0.6
_LEAST_BITS = 8
_FLAGS = np.uint64((1 << int(COUNT_SHIFT)) - 1)


def build_trie(words: Mapping[str, int], where: str) -> Nodes:
    """Return a trie.

    Args:
        words: of each word its number, from 1 to `MOST_NUMBERS`; all of them `usable`.
        where: what messages call the words.

    Raises:
        CorpusError: there is no room for so many.
    """
    table, places = plant(words, where)
    return numbered(table, places, np.fromiter(words.values(), np.int64, len(words)))


def plant(words: Collection[str], where: str) -> tuple[Nodes, Int32]:
    """Return a trie whose words have no numbers yet, and the place of each.

    Args:
        words: all of them `usable`.
        where: what messages call the words.

    Raises:
        CorpusError: there is no room for so many.
    """
    text = np.frombuffer("".join(f"{word} 0\n" for word in words).encode(), np.uint8)
    places = np.empty(len(words), np.int32)
    counts = np.empty(len(words), np.int64)
    bits = max(_LEAST_BITS, len(words).bit_length())
    while bits <= PLACE_BITS:
        table = np.zeros(1 << bits, np.uint64)
        table[0] = CHILDREN  # so that no word is put where the root is
        n_lines, _ = insert_lines(text, table, int(_FULL * len(table)), places, counts)
        if n_lines == len(words):
            return table, places
        bits += 1
    raise CorpusError(
        f"{where}: {len(words):,} words, which are more than there is room for; expected at most "
        f"{int(_FULL * (1 << PLACE_BITS)):,} different beginnings of words"
    )


def numbered(table: Nodes, places: Int32, numbers: Int64) -> Nodes:
    """Return a trie whose words have numbers; those of number 0 will not be found.

    Args:
        table: what `plant` gave.
        places: the same.
        numbers: of each word.
    """
    table = table.copy()
    table[places] = (table[places] & _FLAGS) | (numbers.astype(np.uint64) << COUNT_SHIFT)
    return table


def usable(word: str) -> bool:
    """Tell whether a word can be looked for: it has no space or control character."""
    return (
        0 < len(word) <= LONGEST_WORD
        and min(word) > " "
        and not any("\ud800" <= character <= "\udfff" for character in word)
    )


def is_trie(table: Nodes, largest: int) -> bool:
    """Tell whether a stranger's table can be searched: no search in it is endless.

    Args:
        table: what should be a trie.
        largest: the largest number that a word may have.
    """
    size = len(table)
    if size & (size - 1) or not 1 << _LEAST_BITS <= size <= 1 << PLACE_BITS:
        return False
    return (
        table[0] == CHILDREN and not table.all() and int(table.max()) >> int(COUNT_SHIFT) <= largest
    )


def first_nodes(tables: Sequence[Nodes]) -> Nodes:
    """Return the node of each character below `HAN_END` in each trie; (n_tries, HAN_END)."""
    firsts = np.empty((len(tables), HAN_END), np.uint64)
    points = np.arange(HAN_END, dtype=np.int32)
    for table, first in zip(tables, firsts, strict=True):
        refresh(table, points, first)
    return firsts


def filters(tables: Sequence[Nodes]) -> Nodes:
    """Return what tells of most keys that they are not in a trie, see `View`; of all tries."""
    joined = np.zeros(sum(len(table) // 8 for table in tables), np.uint64)
    begin = 0
    for table in tables:
        end = begin + len(table) // 8
        fill_filter(table, joined[begin:end])
        begin = end
    return joined
