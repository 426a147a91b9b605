"""Cut a text between symbols that no frequent n-gram joins, and count the pieces; numba loops.

A gap stays joined if an n-gram that joins covers it ("longest connection"); so pieces can be
longer than n-grams. A piece counts if the n-grams in it pass. One look at every place of the
text, whatever the length of a line. Slow form: tests/naive_newwords.py.

Where a piece ends nothing can foresee, so a block of places is worked on in steps without
branches: how far the n-grams from each place reach, where the pieces end, which of them are
more than a symbol; only these are looked at one by one.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from nlptool.newwords.kernels_grams import Int32, Int64, Words, edge_of
from nlptool.newwords.kernels_look import BLOCK, Desk, Lookup, look
from nlptool.newwords.kernels_text import BLANK, LINE
from nlptool.newwords.kernels_words import child

Flags = NDArray[np.uint8]

JOINS, PASSES = 1, 2
"""What an n-gram may do: keep its symbols together; be part of a word."""

COUNT, DOCUMENTS, FIRST, LAST = range(4)
"""Columns of a tally: pieces, documents, the first and the last document plus 1."""

LENGTH, REACH, DOCUMENT, N_LONG, N_PIECES, N_TOO_LONG, N_FAILED, SKIPS = range(8)
"""Places in a state: of a piece longer than a block how long it is and how far it reaches;
documents ended, long pieces known, pieces seen, those too long, those that did not pass, and
whether the text up to the next boundary is somebody else's."""

AGAIN, FULL, ENDED = range(3)
"""Why cutting stopped: what is left has to be seen with what follows it; the tally has to grow;
the end."""


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
    """

    short: Int64
    long: Int64
    edges: Words
    table: Words
    state: Int64


class Board(NamedTuple):
    """Where `cut` works; arrays of shape (BLOCK,), of each place.

    Args:
        reaches: symbols of the longest n-gram from there that joins; 1 if there is none.
        passing: bit n says that the n-gram of n symbols from there passes.
        documents: the document.
        begins: of pieces of more than a symbol, where they begin.
        sizes: their symbols.
        ends: where pieces end; also, where n-grams are.
    """

    reaches: Int32
    passing: Int32
    documents: Int64
    begins: Int32
    sizes: Int32
    ends: Int32


def board() -> Board:
    """Return room to work."""
    return Board(
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int64),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
    )


@njit(cache=True, nogil=True, inline="always")
def _is_word(passing: Int32, begin: int, length: int, order: int, inner: int) -> bool:
    """Tell whether all n-grams of a piece pass that have to."""
    longest = min(length, order)
    for n in range(min(longest, inner), longest + 1):
        bit = 1 << n
        for at in range(begin, begin + length - n + 1):
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
def _enter_long(tally: Tally, number: int, rest: Int32) -> int:
    """Return the place of a piece that is longer than the n-grams.

    Args:
        tally: has room for it.
        number: of the n-gram that it begins with.
        rest: the symbols behind that.
    """
    offset = len(tally.short)
    place = 0
    for symbol in rest:
        used = tally.state[N_LONG]
        place = child(tally.edges, tally.table, edge_of(number, symbol), used)
        if place == used:
            tally.state[N_LONG] = used + 1
        number = place + offset
    return place


@njit(cache=True, nogil=True)
def _reach(n: int, order: int, flags: Flags, numbers: Int32, at_work: Board) -> None:
    """Write what the n-grams of a block do."""
    reaches, passing, some = at_work.reaches, at_work.passing, at_work.ends
    n_some = 0
    for i in range(n):
        reaches[i] = 1
        passing[i] = 0
        some[n_some] = i
        n_some += numbers[1, i] > 0
    for k in range(n_some):
        i = some[k]
        reach = 1
        passes = 0
        for ahead in range(1, order):
            # The flag of number 0, which is none, is 0.
            flag = flags[numbers[ahead, i]]
            reach = ahead + 1 if flag & JOINS else reach
            passes |= (flag & PASSES) // PASSES << (ahead + 1)
        reaches[i] = reach
        passing[i] = passes


@njit(cache=True, nogil=True)
def cut(
    codes: Int32,
    at: int,
    n: int,
    stop: int,
    ranks: Int32,
    of: Lookup,
    flags: Flags,
    rules: Rules,
    on: Desk,
    at_work: Board,
    to: Tally,
) -> tuple[int, int]:
    """Count the pieces of a stretch of text.

    Args:
        codes: the stretch, and `order` codes behind it.
        at: where to begin.
        n: the length of the stretch; more than `BLOCK`, or all that is left of the text.
        stop: end at the first boundary from the place before this on.
        ranks: of each code.
        of: the n-grams.
        flags: what each may do; shape (n_grams,).
        rules: what makes a piece.
        on: where to look.
        at_work: where to work.
        to: is added to.

    Returns:
        Where it stopped, and why, see `AGAIN` and so on.
    """
    # What is taken from a tuple within a loop costs more than what is done with it.
    state, short, here, numbers = to.state, to.short, on.ranks, on.numbers
    reaches, passing, documents = at_work.reaches, at_work.passing, at_work.documents
    begins, sizes, ends = at_work.begins, at_work.sizes, at_work.ends
    order, inner, max_len = rules.order, rules.inner, rules.max_len
    ends_document = LINE if rules.line_ends else BLANK
    document = state[DOCUMENT] + 1
    if state[SKIPS]:
        while at < n and codes[at] > 0:
            at += 1
        state[SKIPS] = at == n
    why = AGAIN
    while at < n and why == AGAIN:
        if len(to.edges) - state[N_LONG] < BLOCK:
            why = FULL
            break
        size = min(BLOCK, n - at)
        for last in range(max(at, stop - 1), at + size):
            if codes[last] <= 0:
                size = last + 1 - at
                why = ENDED
                break
        for i in range(size + order):
            code = codes[at + i] if at + i < len(codes) else 0
            here[i] = ranks[code] if code > 0 else 0
        look(size, order, of, on)
        _reach(size, order, flags, numbers, at_work)
        begin = -state[LENGTH]
        end = begin + state[REACH]
        n_ends = 0
        for i in range(size):
            documents[i] = document
            document += codes[at + i] <= ends_document
            end = max(end, i + reaches[i])
            ends[n_ends] = i
            n_ends += end <= i + 1
        first = 0
        if begin < 0 and n_ends > 0:
            # The end of what is longer than a block.
            first = 1
            begin = np.int64(ends[0]) + 1
            state[N_PIECES] += 1
            state[N_TOO_LONG] += 1
        n_many = n_single = 0
        for k in range(first, n_ends):
            after = np.int64(ends[k]) + 1
            is_single = after - begin == 1
            short[here[begin] if is_single else 0, COUNT] += 1
            n_single += is_single & (here[begin] > 0)
            begins[n_many] = begin
            sizes[n_many] = after - begin
            n_many += not is_single
            begin = after
        state[N_PIECES] += n_single + n_many
        for k in range(n_many):
            place, length = np.int64(begins[k]), np.int64(sizes[k])
            if length > max_len:
                state[N_TOO_LONG] += 1
            elif not _is_word(passing, place, length, order, inner):
                state[N_FAILED] += 1
            elif length <= order:
                _count(short, numbers[length - 1, place], documents[place])
            else:
                rest = here[place + order : place + length]
                _count(to.long, _enter_long(to, numbers[order - 1, place], rest), documents[place])
        state[LENGTH] = state[REACH] = 0
        if begin < size:
            if begin <= 0 and size == BLOCK:
                state[LENGTH] = size - begin
                state[REACH] = end - begin
            elif begin <= 0:
                # Too little of it is here.
                state[LENGTH] = -begin
                state[REACH] = end - begin if begin < 0 else 0
                break
            else:
                size = begin
        at += size
    # Boundaries were counted there.
    short[0, COUNT] = 0
    state[DOCUMENT] = document - 1
    return at, why
