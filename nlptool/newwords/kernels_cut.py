"""Cut a text between symbols that no frequent n-gram joins, and count the pieces; numba loops.

A gap stays joined if an n-gram that joins covers it ("longest connection"); so pieces can be
longer than n-grams. A piece counts if the n-grams in it pass. One look at every place of the
text, whatever the length of a line. Slow form: tests/naive_newwords.py.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.newwords.kernels_grams import Int32, Int64, Words, edge_of, find
from nlptool.newwords.kernels_text import BLANK, FILE, LINE
from nlptool.newwords.kernels_words import child

Flags = NDArray[np.uint8]

JOINS, PASSES = 1, 2
"""What an n-gram may do: keep its symbols together; be part of a word."""

COUNT, DOCUMENTS, FIRST, LAST = range(4)
"""Columns of a tally: pieces, documents, the first and the last document plus 1."""

LENGTH, REACH, DOCUMENT, N_LONG, N_PIECES, N_TOO_LONG, N_FAILED, SKIPS = range(8)
"""Places in a state: of the piece at hand how long it is and how far it reaches; documents
ended, long pieces known, pieces seen, those too long, those that did not pass, and whether the
text up to the next boundary is somebody else's."""


class Rules(NamedTuple):
    """What makes a piece.

    Args:
        order: symbols of the longest n-grams.
        max_len: symbols of the longest piece that is counted.
        inner: the least length of the n-grams in a piece that have all to pass, if that is less
            than the piece's own; `order` otherwise.
        line_ends: whether a document is a line.
    """

    order: int
    max_len: int
    inner: int
    line_ends: bool


class Lookup(NamedTuple):
    """A trie of n-grams for the kernel, see `grams.Trie`; and what each n-gram may do."""

    edges: Words
    table: Words
    shift: np.uint64
    flags: Flags


class Tally(NamedTuple):
    """Counted pieces.

    Args:
        short: of each n-gram, see `COUNT` and so on; shape (n_grams, 4).
        long: of longer pieces, which are numbered from n_grams on; shape (capacity, 4).
        edges: of the longer pieces and what they begin with; shape (capacity,).
        table: where they are; shape (power of two,), above 2 * capacity.
        state: see `LENGTH` and so on.
        piece: the symbols of the piece at hand; shape (max_len,).
        passing: bit n says that the n-gram from there passes; shape (max_len,).
        begin: the n-grams with which the piece begins, by their length; shape (order + 1,).
    """

    short: Int64
    long: Int64
    edges: Words
    table: Words
    state: Int64
    piece: Int32
    passing: Int32
    begin: Int64


@njit(cache=True, nogil=True)
def _is_word(tally: Tally, rules: Rules, length: int) -> bool:
    longest = min(length, rules.order)
    for n in range(min(longest, rules.inner), longest + 1):
        bit = 1 << n
        for at in range(length - n + 1):
            if tally.passing[at] & bit == 0:
                return False
    return True


@njit(cache=True, nogil=True, inline="always")
def _count(rows: Int64, row: int, document: int) -> None:
    rows[row, COUNT] += 1
    if rows[row, LAST] != document:
        rows[row, LAST] = document
        rows[row, DOCUMENTS] += 1
        if rows[row, FIRST] == 0:
            rows[row, FIRST] = document


@njit(cache=True, nogil=True)
def _end(tally: Tally, rules: Rules, length: int, document: int) -> None:
    """Count the piece at hand."""
    state = tally.state
    state[N_PIECES] += 1
    if length == 1:
        _count(tally.short, tally.begin[1], document)
        return
    if length > rules.max_len:
        state[N_TOO_LONG] += 1
        return
    if not _is_word(tally, rules, length):
        state[N_FAILED] += 1
        return
    if length <= rules.order:
        _count(tally.short, tally.begin[length], document)
        return
    offset = len(tally.short)
    number = tally.begin[rules.order]
    place = 0
    for at in range(rules.order, length):
        used = state[N_LONG]
        place = child(tally.edges, tally.table, edge_of(number, tally.piece[at]), used)
        if place == used:
            state[N_LONG] = used + 1
        number = place + offset
    _count(tally.long, place, document)


@njit(cache=True, nogil=True)
def cut(
    codes: Int32, start: int, n: int, stop: int, ranks: Int32, of: Lookup, rules: Rules, to: Tally
) -> tuple[int, bool]:
    """Count the pieces of a stretch of text; a piece may go on in the next one.

    Args:
        codes: the stretch, and `order - 1` codes behind it.
        start: where to begin.
        n: the length of the stretch.
        stop: end at the first boundary from the place before this on.
        ranks: of each code.
        of: the n-grams.
        rules: what makes a piece.
        to: is added to.

    Returns:
        Where it ended, and whether that is the end; if it is before `n` and not the end, the
        tally has to grow.
    """
    state = to.state
    capacity = len(to.edges)
    length = state[LENGTH]
    reach = state[REACH]
    document = state[DOCUMENT] + 1
    for i in range(start, n):
        code = codes[i]
        if code <= 0:
            if (rules.line_ends and code <= LINE) or code in (BLANK, FILE):
                document += 1
            state[SKIPS] = 0
            if i >= stop - 1:
                state[DOCUMENT] = document - 1
                state[LENGTH] = 0
                return i + 1, True
            continue
        if state[SKIPS] != 0:
            continue
        if state[N_LONG] + rules.max_len > capacity:
            state[DOCUMENT] = document - 1
            state[LENGTH] = length
            state[REACH] = reach
            return i, False
        number = np.int64(ranks[code])
        if length == 0:
            reach = 1
            to.begin[1] = number
        if length < rules.max_len:
            to.piece[length] = np.int32(number)
        passing = 0
        for ahead in range(1, min(rules.order, len(codes) - i)):
            next_code = codes[i + ahead]
            if next_code <= 0:
                break
            number = find(of.table, of.shift, of.edges, edge_of(number, ranks[next_code]))
            if number == 0:
                break
            flags = of.flags[number]
            if flags & JOINS:
                reach = max(reach, length + ahead + 1)
            if flags & PASSES:
                passing |= 1 << (ahead + 1)
            if length == 0:
                to.begin[ahead + 1] = number
        if length < rules.max_len:
            to.passing[length] = passing
        length += 1
        if reach <= length:
            _end(to, rules, length, document)
            length = 0
    state[LENGTH] = length
    state[REACH] = reach
    state[DOCUMENT] = document - 1
    return n, False
