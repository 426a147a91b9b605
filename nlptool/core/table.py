"""A table that numbers and counts tokens as it reads them.

A `Table` keeps its tokens in one byte arena, each followed by a space, in the order of their
ids; so an arena is itself a text that another table can read, and merging two tables is
reading one's arena into the other. Two different tokens are never taken for one, whatever
their hashes.

A token of more than `LONGEST` bytes is taken in pieces, cut between characters, so that a line
without any white space cannot fill the memory. Slow form: tests/naive_encode.py.
"""

from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numba import njit

from nlptool.core.tokens import EXACT, Bytes, Int32, Int64, Words, code, key, piece_end, same, split
from nlptool.core.vocab import LINE_END, LONGEST

FIRST_SLOTS = 1 << 15
FIRST_ARENA = 1 << 18
SPACE = 0x20

# An index that cannot be negative saves numba the care for one that is.
_0, _1, _2, _3, _4 = (np.uint64(i) for i in range(5))

_Array = TypeVar("_Array", Bytes, Int64)


@njit(cache=True, nogil=True)
def _scan(
    text: Bytes,
    at: int,
    slots: Words,
    shift: np.uint64,
    arena: Bytes,
    starts: Int64,
    n_types: int,
    ids: Int32,
    add: bool,  # noqa: FBT001 - a kernel takes no keywords
) -> tuple[int, int, int]:
    """Number the tokens of text[at:] until it ends, `ids` is full or the table must grow.

    Returns:
        Where to go on, how many ids were written, how many types the table now holds.
    """
    end = len(text)
    wrap = np.uint64(len(slots) - 1)
    most_types = len(starts) - 1
    room = len(ids) - 1
    n_ids = 0
    begins = np.empty(1024, np.int64)
    stops = np.empty(1024, np.int64)
    look = at
    while at < end:
        n, at, look = split(text, at, look, begins, stops)
        i = _0
        while i < np.uint64(n):
            begin = begins[i]
            stop = stops[i]
            size = stop - begin
            if size > 0:
                if size > LONGEST:
                    stop = piece_end(text, begin)
                    size = stop - begin
                low, high = key(text, begin, size)
                slot = (code(low, high) >> shift) << _2
                found = -1
                while slots[slot + _1] != _0:
                    if slots[slot] == low and slots[slot + _1] == high:
                        number = int(slots[slot + _2])
                        if size < EXACT or (
                            starts[number + 1] - starts[number] == size + 1
                            and same(text, begin, arena, starts[number], size)
                        ):
                            found = number
                            break
                    slot = (slot + _4) & wrap
                if n_ids >= room:
                    return begin, n_ids, n_types
                if found < 0 and add:
                    used = starts[n_types]
                    if n_types == most_types or used + size >= len(arena):
                        return begin, n_ids, n_types
                    found = n_types
                    n_types += 1
                    slots[slot] = low
                    slots[slot + _1] = high
                    slots[slot + _2] = np.uint64(found)
                    for j in range(size):
                        # Never true; but a loop with a way out is left alone by LLVM, which
                        # else makes this rare one fast at the cost of the one around it.
                        if text[begin + j] == SPACE:
                            break
                        arena[used + j] = text[begin + j]
                    arena[used + size] = SPACE
                    starts[n_types] = used + size + 1
                if found >= 0:
                    slots[slot + _3] += _1
                ids[n_ids] = found
                n_ids += 1
            if stop < stops[i]:
                begins[i] = stop
                continue
            if stop < end and text[stop] == LINE_END and (n_ids == 0 or ids[n_ids - 1] >= 0):
                ids[n_ids] = -1
                n_ids += 1
            i += _1
    return end, n_ids, n_types


@njit(cache=True, nogil=True)
def _rehash(old: Words, new: Words, shift: np.uint64) -> None:
    wrap = len(new) - 1
    for i in range(0, len(old), 4):
        if old[i + 1] != np.uint64(0):
            slot = np.int64(code(old[i], old[i + 1]) >> shift) * 4
            while new[slot + 1] != np.uint64(0):
                slot = (slot + 4) & wrap
            for j in range(4):
                new[slot + j] = old[i + j]


@dataclass
class Table:
    """Tokens and their ids, counted as they are read.

    Args:
        slots: shape (4 * power of two,): of each token the key (two words; the second is 0 in
            a free slot), the id and the count.
        arena: the tokens' bytes, each followed by a space.
        starts: where each token begins in `arena`; the last in use is where the next will.
        n_types: how many tokens there are.
    """

    slots: Words = field(default_factory=lambda: np.zeros(4 * FIRST_SLOTS, np.uint64))
    arena: Bytes = field(default_factory=lambda: np.empty(FIRST_ARENA, np.uint8))
    starts: Int64 = field(default_factory=lambda: np.zeros(_most(FIRST_SLOTS) + 1, np.int64))
    n_types: int = 0

    @property
    def n_bytes(self) -> int:
        """The memory that the table takes."""
        return self.slots.nbytes + self.arena.nbytes + self.starts.nbytes

    @property
    def text(self) -> Bytes:
        """The tokens in the order of their ids, each followed by a space."""
        return self.arena[: self.starts[self.n_types]]

    def counts(self) -> Int64:
        """Return how often each token was read; shape (n_types,)."""
        taken = self.slots[1::4] != 0
        counts = np.empty(self.n_types, np.int64)
        counts[self.slots[2::4][taken]] = self.slots[3::4][taken]
        return counts

    def codes(self) -> Words:
        """Return a hash of each token, the same in every table; shape (n_types,).

        It is not the one that finds slots: tokens that come in the order of that one, or are
        from a part of its range, would crowd in the slots of the table that they are read by.
        """
        low, high, ids = (self.slots[i::4][self.slots[1::4] != 0] for i in range(3))
        codes = np.empty(self.n_types, np.uint64)
        codes[ids] = code.py_func(high, low)
        return codes

    def read(self, text: Bytes, at: int, ids: Int32, *, add: bool) -> tuple[int, int]:
        """Number the tokens of text[at:] until it ends, `ids` is full or the table must grow.

        Args:
            text: UTF-8, ending between two tokens.
            at: where to begin, between two tokens.
            ids: receives the ids; -1 ends a sentence, but never follows another -1.
            add: give a new token the next id; else its id is -1.

        Returns:
            Where to go on, and how many ids were written: if the text has not ended and
            `ids` has more than one place left, the table must grow.
        """
        view = text.view()
        view.flags.writeable = False  # one type of array: one compiled kernel
        at, n_ids, self.n_types = _scan(
            view, at, self.slots, self._shift(), self.arena, self.starts, self.n_types, ids, add
        )
        return at, n_ids

    def read_all(self, text: Bytes, n_tokens: int, *, add: bool) -> Int32:
        """Return the ids of a text of `n_tokens` tokens and no line end, growing as needed."""
        ids = np.empty(n_tokens + 1, np.int32)
        at = n_ids = 0
        while at < len(text):
            at, n = self.read(text, at, ids[n_ids:], add=add)
            n_ids += n
            if at < len(text):
                self.grow()
        return ids[:n_ids]

    def grow(self) -> None:
        """Make room for more tokens."""
        if self.n_types == len(self.starts) - 1:
            old = self.slots
            self.slots = np.zeros(2 * len(old), np.uint64)
            _rehash(old, self.slots, self._shift())
            self.starts = _longer(self.starts, _most(len(self.slots) // 4) + 1)
        if self.starts[self.n_types] + LONGEST >= len(self.arena):
            self.arena = _longer(self.arena, 2 * len(self.arena))

    def _shift(self) -> np.uint64:
        return np.uint64(65 - (len(self.slots) // 4).bit_length())


def size_of(n_types: int, n_bytes: int) -> int:
    """Return the memory of a table of so many tokens, whose bytes are so many in all."""
    n_slots, arena = FIRST_SLOTS, FIRST_ARENA
    while _most(n_slots) < n_types:
        n_slots *= 2
    while arena <= n_types + n_bytes + LONGEST:
        arena *= 2
    return 32 * n_slots + 8 * (_most(n_slots) + 1) + arena


def _most(n_slots: int) -> int:
    """Return how many slots may be taken before searching them becomes slow."""
    return n_slots * 5 // 8


def _longer(old: _Array, size: int) -> _Array:
    new = np.empty(size, old.dtype)
    new[: len(old)] = old
    return new
