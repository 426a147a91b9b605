"""Cut a text between symbols that no frequent n-gram joins, and count the pieces; numba loops.

A gap stays joined if an n-gram that joins covers it ("longest connection"); so pieces can be
longer than n-grams. A piece counts if the n-grams in it pass. One look at every place of the
text, whatever the length of a line. Slow form: tests/naive_newwords.py.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.newwords.kernels_grams import Int32, Int64, Words, edge_of
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, look
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


class Tally(NamedTuple):
    """Counted pieces.

    Args:
        short: of each n-gram, see `COUNT` and so on; shape (n_grams, 4). Of symbols, only the
            pieces are counted.
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


@njit(cache=True, nogil=True, inline="always")
def _is_word(passing: Int32, length: int, order: int, inner: int) -> bool:
    """Tell whether all n-grams of a piece pass that have to."""
    longest = min(length, order)
    for n in range(min(longest, inner), longest + 1):
        bit = 1 << n
        for at in range(length - n + 1):
            if passing[at] & bit == 0:
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
def _enter_long(tally: Tally, order: int, length: int) -> int:
    """Return the place of the piece at hand, which is longer than the n-grams."""
    offset = len(tally.short)
    number = tally.begin[order]
    place = 0
    for at in range(order, length):
        used = tally.state[N_LONG]
        place = child(tally.edges, tally.table, edge_of(number, tally.piece[at]), used)
        if place == used:
            tally.state[N_LONG] = used + 1
        number = place + offset
    return place


@njit(cache=True, nogil=True)
def cut(
    codes: Int32,
    start: int,
    n: int,
    stop: int,
    ranks: Int32,
    of: Lookup,
    flags: Flags,
    rules: Rules,
    on: Desk,
    to: Tally,
) -> tuple[int, bool]:
    """Count the pieces of a stretch of text; a piece may go on in the next one.

    Args:
        codes: the stretch, and `order` codes behind it.
        start: where to begin.
        n: the length of the stretch.
        stop: end at the first boundary from the place before this on.
        ranks: of each code.
        of: the n-grams.
        flags: what each may do; shape (n_grams,).
        rules: what makes a piece.
        on: where to work.
        to: is added to.

    Returns:
        Where it ended, and whether that is the end; if it is before `n` and not the end, the
        tally has to grow.
    """
    # What is taken from a tuple within a loop costs more than what is done with it.
    state, short, long, begin = to.state, to.short, to.long, to.begin
    piece, passing, here, numbers = to.piece, to.passing, on.ranks, on.numbers
    order, inner, max_len, line_ends = rules.order, rules.inner, rules.max_len, rules.line_ends
    capacity = len(to.edges) - max_len
    length = state[LENGTH]
    reach = state[REACH]
    document = state[DOCUMENT] + 1
    skips = state[SKIPS] != 0
    n_pieces = n_too_long = n_failed = 0
    at = start
    ended = full = False
    while at < n and not ended and not full:
        size = min(BLOCK, n - at)
        for i in range(size + order):
            code = codes[at + i] if at + i < len(codes) else 0
            here[i] = ranks[code] if code > 0 else 0
        look(size, order, of, on)
        i = 0
        while i < size:
            if here[i] == 0:
                code = codes[at + i]
                if (line_ends and code <= LINE) or code in (BLANK, FILE):
                    document += 1
                skips = False
                i += 1
                if at + i >= stop:
                    ended = True
                    break
                continue
            if skips:
                i += 1
                continue
            if length == 0 and numbers[1, i] == 0:
                # Nothing goes on from here: most pieces are like this.
                short[here[i], COUNT] += 1
                n_pieces += 1
                i += 1
                continue
            if length == 0:
                reach = 1
                for ahead in range(order):
                    begin[ahead + 1] = numbers[ahead, i]
            passes = 0
            for ahead in range(1, order):
                number = numbers[ahead, i]
                if number == 0:
                    break
                flag = flags[number]
                if flag & JOINS:
                    reach = max(reach, length + ahead + 1)
                if flag & PASSES:
                    passes |= 1 << (ahead + 1)
            if length < max_len:
                piece[length] = here[i]
                passing[length] = passes
            length += 1
            i += 1
            if reach > length:
                continue
            n_pieces += 1
            if length == 1:
                short[begin[1], COUNT] += 1
            elif length > max_len:
                n_too_long += 1
            elif not _is_word(passing, length, order, inner):
                n_failed += 1
            elif length <= order:
                _count(short, begin[length], document)
            else:
                _count(long, _enter_long(to, order, length), document)
                if state[N_LONG] > capacity:
                    length = 0
                    full = True
                    break
            length = 0
        at += i
    state[SKIPS] = skips
    state[LENGTH] = length
    state[REACH] = reach
    state[DOCUMENT] = document - 1
    state[N_PIECES] += n_pieces
    state[N_TOO_LONG] += n_too_long
    state[N_FAILED] += n_failed
    return at, ended
