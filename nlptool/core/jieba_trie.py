"""A dictionary and the beginnings of all its words, as one table of 64-bit numbers.

A node is a beginning of a word. It stands in an open hash table under its parent (the
beginning that is one character shorter) and its last character, and its place is its name:

    bits 0-22   the parent's place; 0 is the root's, which holds nothing
    bits 23-43  the character
    bit 44      1: the place is taken
    bit 45      1: longer words begin so
    bit 46      1: what jieba's HMM finds must not stay whole
    bits 47-63  which count the word has, see `Tables`; 0 where it is no word

What the counts are is known to `jieba_tables`, what they decide to `jieba_kernels`.
Slow form: the dictionary of jieba itself, which has every beginning as a key.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlptool.core.compiling import njit

Bytes = NDArray[np.uint8]
Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
Nodes = NDArray[np.uint64]

PLACE_BITS = 23
COUNT_SHIFT = np.uint64(47)
CHILDREN = np.uint64(1 << 45)
FORCED = np.uint64(1 << 46)
PLACE = np.uint64((1 << PLACE_BITS) - 1)
KEY = np.uint64((1 << 45) - 1)
ROOT = np.uint64(0)
NO_NODE = np.uint64(0)

CHARACTER = np.uint64(PLACE_BITS)
TAKEN = np.uint64(1 << 44)
MIX = np.uint64(0x9E3779B97F4A7C15)
_1 = np.uint64(1)

_SPACE, _NEWLINE, _RETURN, _ZERO, _NINE = b" \n\r09"
_MOST_DIGITS = 18


@njit(cache=True, nogil=True)
def key_of(parent: np.uint64, character: int) -> np.uint64:
    """Return bits 0-44 of the node of a character behind a beginning."""
    return TAKEN | parent | (np.uint64(character) << CHARACTER)


@njit(cache=True, nogil=True)
def place_of(key: np.uint64, mask: np.uint64) -> np.uint64:
    """Return where the search for a key begins, in a table of mask + 1 entries."""
    mixed = key * MIX
    return (mixed ^ (mixed >> np.uint64(32))) & mask


@njit(cache=True, nogil=True)
def find(table: Nodes, parent: np.uint64, character: int) -> np.uint64:
    """Return the node of a character behind a beginning, its parent's place replaced by its own.

    Args:
        table: the dictionary; a power of two long, never full.
        parent: the place of the beginning.
        character: its code point.

    Returns:
        The flags and the count of the node with its place in bits 0-22; 0 if there is none.
    """
    mask = np.uint64(len(table) - 1)
    key = key_of(parent, character)
    place = place_of(key, mask)
    while True:
        entry = table[place]
        if entry & KEY == key:
            node: np.uint64 = (entry & ~KEY) | place
            return node
        if entry == NO_NODE:
            return NO_NODE
        place = (place + _1) & mask


@njit(cache=True, nogil=True)
def _insert(table: Nodes, parent: np.uint64, character: int) -> tuple[np.uint64, int]:
    """Return the place of a character behind a beginning, and how many nodes are new: 0 or 1."""
    mask = np.uint64(len(table) - 1)
    key = key_of(parent, character)
    place = place_of(key, mask)
    while table[place] != NO_NODE:
        if table[place] & KEY == key:
            return place, 0
        place = (place + _1) & mask
    table[place] = key
    table[parent] |= CHILDREN
    return place, 1


@njit(cache=True, nogil=True)
def character_at(text: Bytes, at: int) -> tuple[np.int64, int]:
    """Return the code point that begins at a byte of valid UTF-8, and how many bytes it has."""
    byte = text[at]
    width = 1 if byte < 0x80 else 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
    character = np.int64(byte)
    if width > 1:
        character &= 0x7F >> width
        for i in range(at + 1, min(at + width, len(text))):
            character = (character << 6) | (text[i] & 0x3F)
    return character, width


@njit(cache=True, nogil=True)
def insert_lines(text: Bytes, table: Nodes, room: int, places: Int32, counts: Int64) -> Any:
    """Put the words of a dictionary into the table.

    Args:
        text: lines `word count[ anything]` in UTF-8, with one space between; each ends with a
            newline.
        table: the dictionary.
        room: how many nodes it may still take.
        places: receives the place of each line's word.
        counts: receives each line's count.

    Returns:
        How many lines were read, and how many nodes are new; -1 and the number of the line
        for one that is something else; -2 and 0 if there is no room.
    """
    at = 0
    n_lines = 0
    n_new = 0
    while at < len(text):
        begin = at
        place = ROOT
        while at < len(text) and text[at] > _SPACE:
            character, width = character_at(text, at)
            at += width
            place, new = _insert(table, place, character)
            n_new += new
            if n_new > room:
                return -2, 0
        digits = at + 1
        if at == begin or digits >= len(text) or text[at] != _SPACE:
            return -1, n_lines
        at = digits
        count = 0
        while at < len(text) and _ZERO <= text[at] <= _NINE:
            count = 10 * count + (text[at] - _ZERO)
            at += 1
            if at - digits > _MOST_DIGITS:
                return -1, n_lines
        if at == digits or at == len(text):
            return -1, n_lines
        if text[at] != _SPACE and text[at] != _NEWLINE and text[at] != _RETURN:
            return -1, n_lines
        while at < len(text) and text[at] != _NEWLINE:
            at += 1
        if at == len(text):
            return -1, n_lines
        at += 1
        places[n_lines] = place
        counts[n_lines] = count
        n_lines += 1
    return n_lines, n_new


@njit(cache=True, nogil=True)
def refresh(table: Nodes, characters: Int32, first: Nodes) -> None:
    """Look up characters as the first of a word, and note their nodes under their code points."""
    for character in characters:
        first[character] = find(table, ROOT, character)


@njit(cache=True, nogil=True)
def look_up(word: Int32, begin: int, end: int, table: Nodes) -> np.uint64:
    """Return the node of the characters from `begin` to `end`; 0 if no word begins so."""
    place = ROOT
    node = NO_NODE
    for i in range(begin, end):
        node = find(table, place, word[i])
        if node == NO_NODE:
            break
        place = node & PLACE
    return node
